import type { Consequence, NoFailoverReason } from '../../topology/lifecycle';
import type { Translate } from '../translate';
import type { Words } from './table';
import { inWords } from './table';

const reasons: Words<NoFailoverReason> = {
  'no-sentinels': t => t('no sentinel watches it'),
  'no-usable-replica': t => t('no replica is linked to it'),
  quorum: (t, r) => t('{0} sentinels are usable, the quorum is {1}', r.usable, r.required),
  majority: (t, r) => t('{0} sentinels are usable, a majority is {1}', r.usable, r.majority),
};

const consequences: Words<Consequence> = {
  'not-running': t => t('It is not running.'),
  'standalone-stops': (t, c) => t('{0} connections end; nobody takes over.', c.clients),
  'failover-expected': (t, c) => t('It is the master. Writes fail until the sentinels have promoted {0}, in about {1} s; writes of the last moment may be lost. {2} connections end, those of the sentinels included. Failover hands over in good order instead.', oneOf(t, c.candidates), c.seconds, c.clients),
  'no-failover': (t, c) => t('It is the master, and nobody will take over: {0}. Nothing can be written until it is started again.', inWords(reasons, t, c.reason)),
  'replica-lost': (t, c) => t('Reads go on elsewhere; a failover could still choose {0}.', oneOf(t, c.left)),
  'last-replica': t => t('It is the last linked replica: when the master is lost too, nobody can take over.'),
  'sentinel-lost': (t, c) => t('{0} of {1} sentinels are left. A failover still works; {2} more may be lost.', c.usable, c.of, c.spare),
  'quorum-lost': (t, c) => t('{0} sentinels are left, where the quorum is {1} and a majority {2}: no failover will happen until one is back.', c.usable, c.required, c.majority),
};

/** What stopping a node costs, as one sentence each. */
export function consequenceInWords(t: Translate, consequence: Consequence): string {
  return inWords(consequences, t, consequence);
}

function oneOf(t: Translate, names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return t('{0} or {1}', names.slice(0, -1).join(', '), names.at(-1) ?? '');
}
