import { formatRanges } from '../../model/slots';
import type { Consequence, NoFailoverReason } from '../../topology/consequences';
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
  'standalone-stops': (t, c) =>
    c.clients > 0 ? `${connectionsEnd(t, c.clients)} ${t('Nobody takes over.')}` : t('Nobody takes over.'),
  'failover-expected': (t, c) =>
    withConnections(
      t,
      c,
      t(
        'It is the master. Writes fail until the sentinels have promoted {0}, in about {1} s; writes of the last moment may be lost. Failover hands over in good order instead.',
        oneOf(t, c.candidates),
        c.seconds,
      ),
    ),
  'no-failover': (t, c) =>
    t(
      'It is the master, and nobody will take over: {0}. Nothing can be written until it is back.',
      inWords(reasons, t, c.reason),
    ),
  'replica-lost': (t, c) => t('Reads go on elsewhere; a failover could still choose {0}.', oneOf(t, c.left)),
  'last-replica': t => t('It is the last linked replica: when the master is lost too, nobody can take over.'),
  'sentinel-lost': (t, c) =>
    t('{0} of {1} sentinels are left. A failover still works; {2} more may be lost.', c.usable, c.of, c.spare),
  'quorum-lost': (t, c) =>
    t(
      '{0} sentinels are left, where the quorum is {1} and a majority {2}: no failover will happen until one is back.',
      c.usable,
      c.required,
      c.majority,
    ),
  'takeover-expected': (t, c) =>
    withConnections(
      t,
      c,
      t(
        'It is the master of the slots {0}. They cannot be used until {1} has taken over, about a second after cluster-node-timeout; writes of the last moment may be lost. Failover hands over in good order instead.',
        formatRanges(c.slots, ', '),
        oneOf(t, c.candidates),
      ),
    ),
  'back-in-a-moment': (t, c) =>
    withConnections(
      t,
      c,
      t(
        'It is a master: writes to it fail until it is back, and {0} takes over only if that takes long. Failover hands over in good order first.',
        oneOf(t, c.candidates),
      ),
    ),
  'slots-lost': (t, c) =>
    t(
      'It is the master of the slots {0}, and no replica of it is there to take over. Until it is back the whole cluster refuses commands, unless cluster-require-full-coverage is “no”.',
      formatRanges(c.slots, ', '),
    ),
  'cluster-majority-lost': (t, c) =>
    t(
      '{0} of {1} masters are left, where a majority is {2}: nobody can take over, and the whole cluster is down until one is back.',
      c.left,
      c.of,
      c.majority,
    ),
  'serves-nothing': t => t('It serves no slots: nobody misses it.'),
  'last-replica-of-shard': (t, c) =>
    t('It is the last replica of {0}: when that is lost too, its slots are down.', c.master),
  'ends-unsaved': t => t('It is killed on the spot (SIGKILL): it saves nothing and does not wait for its replicas.'),
  frozen: t => t('It is frozen, not ended: its connections stay open, and clients wait until their own time limit.'),
  'wakes-as-master': t =>
    t(
      'When it goes on, it takes itself for the master until the others tell it better: what is written to it in between is lost.',
    ),
  'cut-off': (t, c) =>
    c.replaced
      ? t(
          'Its process goes on, without its network: it takes itself for the master, and what is written to it meanwhile is lost when somebody has taken over.',
        )
      : t('Its process goes on, without its network: neither the others nor its clients reach it.'),
};

/** Those of Sentinels and replicas among them, as the server counts. */
function withConnections(t: Translate, { clients }: { readonly clients: number }, sentence: string): string {
  return clients > 0 ? `${sentence} ${connectionsEnd(t, clients)}` : sentence;
}

/** What an act on a node costs, as a sentence. */
export function consequenceInWords(t: Translate, consequence: Consequence): string {
  return inWords(consequences, t, consequence);
}

/** `redis-2 or redis-3` */
export function oneOf(t: Translate, names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return t('{0} or {1}', names.slice(0, -1).join(', '), names.at(-1) ?? '');
}

function connectionsEnd(t: Translate, clients: number): string {
  return clients === 1 ? t('1 connection ends.') : t('{0} connections end.', clients);
}
