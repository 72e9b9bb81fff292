import type { SlotRange } from '../../model/slots';
import type { HealthReason, Role, Topology } from '../../model/snapshot';
import type { Translate } from '../translate';
import { silenceBriefly } from './silence';
import type { Words } from './table';

/** How the row of a topology says its state. */
export function levelInWords(t: Translate, level: Topology['health']['level']): string {
  switch (level) {
    case 'healthy':
      return t('healthy');
    case 'degraded':
      return t('degraded');
    case 'down':
      return t('down');
    case 'unknown':
      return t('not known yet');
  }
}

/** Roles by the field's names. */
export function roleInWords(t: Translate, role: Role): string {
  switch (role) {
    case 'master':
      return t('master');
    case 'replica':
      return t('replica');
    case 'sentinel':
      return t('sentinel');
    case 'unknown':
      return t('role unknown');
  }
}

export function kindInWords(t: Translate, kind: Topology['kind']): string {
  switch (kind) {
    case 'sentinel':
      return t('Sentinel');
    case 'replication':
      return t('Replication');
    case 'cluster':
      return t('Cluster');
  }
}

/** Why a topology is not healthy, as one sentence; node ids are replaced by the names that `topology` has for them. */
export function reasonInWords(
  t: Translate,
  topology: Pick<Topology, 'kind' | 'nodes' | 'quorum'>,
  reason: HealthReason,
): string {
  const known = topology.quorum?.known ?? 0;
  const name = (id: string): string => topology.nodes.find(node => node.id === id)?.name ?? id;
  const names = (ids: readonly string[]): string => ids.map(name).join(', ');
  const table: Words<HealthReason> = {
    'no-master': t => t('There is no master: nothing can be written.'),
    'master-down': (t, r) =>
      t(
        'The master {0} is down: nothing can be written until a replica is promoted or it is started again.',
        name(r.node),
      ),
    'stale-master': (t, r) =>
      t(
        '{0} still says master, but the sentinels say {1}: writes to it will be lost. It is turned into a replica in about 10 s.',
        name(r.node),
        r.actual,
      ),
    'several-masters': (t, r) => t('{0} all say master. Write to none of them until one is left.', names(r.nodes)),
    'wrong-master': (t, r) =>
      t(
        '{0} follows {1}, but the master is {2}. The sentinels correct it in about 15 s.',
        name(r.node),
        r.follows,
        r.expected,
      ),
    'node-not-running': (t, r) => t('{0} is stopped. Start it to have its redundancy back.', name(r.node)),
    'node-paused': (t, r) =>
      t('{0} is paused: frozen, and taken for dead by the others. Start it to go on.', name(r.node)),
    'node-silent': (t, r) =>
      r.reason === 'password-required'
        ? t('{0} wants a password that is not known here.', name(r.node))
        : t('{0} is running but gives no answer: {1}.', name(r.node), silenceBriefly[r.reason](t)),
    'node-loading': (t, r) => t('{0} is loading its data into memory.', name(r.node)),
    'link-down': (t, r) => t('{0} has lost its link to the master: its data is growing old.', name(r.node)),
    syncing: (t, r) => t('{0} is copying the data of its master.', name(r.node)),
    'no-replica': (t, r) => t('{0} has no replica: when it is lost, nobody can take over.', name(r.node)),
    'sentinels-differ': (t, r) => t('The sentinels do not agree on the master: {0}.', names(r.nodes)),
    'quorum-unreachable': (t, r) =>
      known - r.usable === 1
        ? t('1 of {0} sentinels is down, and a quorum of {1} cannot be met.', known, r.required)
        : t(
            '{0} of {1} sentinels are down, and a quorum of {2} cannot be met.',
            Math.max(0, known - r.usable),
            known,
            r.required,
          ),
    'majority-unreachable': (t, r) =>
      topology.kind === 'cluster'
        ? t(
            '{1} masters are alive, a majority is {0}: nobody can be promoted. Start the missing masters.',
            r.majority,
            r.usable,
          )
        : t(
            'Usable sentinels: {1}; a majority is {0}: no failover can be carried out. Start the missing sentinels.',
            r.majority,
            r.usable,
          ),
    'failover-would-fail': (t, r) =>
      r.needed === known && r.left === known - 1
        ? t('The quorum is {0} of {0} sentinels: as soon as any one is lost, no failover happens.', known)
        : t(
            'When any of {0} is lost, {2} of the {1} sentinels that are needed remain: no failover would happen. Start the missing sentinels, or add some.',
            names(r.losing),
            r.needed,
            r.left,
          ),
    'failover-in-progress': t => t('A failover is under way.'),
    'slots-uncovered': (t, r) =>
      t(
        'No master for {0} of the slots ({1}): keys in them can be neither read nor written.',
        r.count,
        ranges(r.ranges),
      ),
    'slots-master-failed': (t, r) =>
      slotsDownInWords(t, r.ranges, name(r.node), topology.nodes.find(({ id }) => id === r.node)?.instance?.state),
    'slots-open': (t, r) =>
      t('A move stands open for {0} of the slots ({1}). Finish or undo it.', r.count, names(r.nodes)),
    'stale-claim': (t, r) =>
      t(
        '{0} still claims slots that belong to {1} ({2}): it has not heard of the change yet.',
        name(r.node),
        name(r.owner),
        ranges(r.ranges),
      ),
    'views-differ': (t, r) => t('The cluster looks different to {0} than to the others.', names(r.nodes)),
    'cluster-says-down': (t, r) => t('The cluster is down, as told by {0}.', names(r.nodes)),
    'epochs-equal': (t, r) =>
      t('{0} have the same configuration epoch {1}; the cluster resolves that by itself.', names(r.nodes), r.epoch),
    'node-failing': (t, r) =>
      r.agreed
        ? t('{0} has failed, the cluster agrees.', name(r.node))
        : t('{0} is suspected to have failed by {1}; the cluster has not agreed yet.', name(r.node), names(r.by)),
    'node-not-joined': (t, r) =>
      r.state === 'handshake'
        ? t('{0} is still joining the cluster.', name(r.node))
        : t('{0} is in the cluster’s table without an address.', name(r.node)),
    'node-unknown': (t, r) => t('{0} is not known to {1}.', name(r.node), names(r.by)),
    'bus-link-down': (t, r) =>
      t(
        '{1} cannot reach {0} over the cluster bus. Look whether its bus port (port + 10000) is open to them.',
        name(r.node),
        names(r.by),
      ),
    'replica-of-nobody': (t, r) => t('{0} follows a node that is no master.', name(r.node)),
    'replica-no-failover': (t, r) => t('{0} will not take over: cluster-replica-no-failover is set.', name(r.node)),
  };
  return (table[reason.code] as (t: Translate, data: HealthReason) => string)(t, reason);
}

const ranges = (slots: readonly SlotRange[]): string =>
  slots.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(', ');

/** @param state of the master's container or process */
export function slotsDownInWords(
  t: Translate,
  slots: readonly SlotRange[],
  master: string | undefined,
  state: string | undefined,
): string {
  if (master === undefined) return t('Slots {0} have no master.', ranges(slots));
  if (state === 'paused') return t('Slots {0} have no master: {1} is paused.', ranges(slots), master);
  return state === undefined || state === 'running' || state === 'silent'
    ? t('Slots {0} have no master: {1} does not answer the others.', ranges(slots), master)
    : t('Slots {0} have no master: {1} is stopped.', ranges(slots), master);
}
