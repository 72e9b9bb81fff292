import type { HandoverFault, HandoverStepCode } from '../../topology/failoverReplication';
import type { ReplicaOfFault, ReplicaOfWarning } from '../../topology/replicaOf';
import type { Translate } from '../translate';
import type { Words } from './table';
import { inWords } from './table';

/** Why a replication without sentinels can't change its shape, and what to do next. */
export type ReplicationFault = ReplicaOfFault | HandoverFault;

export const replicationFaults: Words<ReplicationFault> = {
  'replica-of-itself': (t, f) => t('{0} cannot follow itself. Choose another server.', f.node),
  'replica-of-loop': (t, f) =>
    t('{1} follows {0} already: they would follow each other. Fail over, or promote {1} first.', f.node, f.master),
  'replica-of-cluster-node': (t, f) =>
    t('{0} belongs to a cluster, which decides itself who follows whom. Use the cluster’s own commands.', f.node),
  'replica-of-sentinel': (t, f) => t('{0} is a sentinel: it keeps no data to copy. Choose a server.', f.node),
  'replica-of-watched': (t, f) =>
    t('Sentinels watch {0} and would undo this within seconds. Use Failover of the sentinel topology.', f.node),
  'replica-of-newer': (t, f) =>
    t(
      '{0} runs {1} and could not read what {2} with {3} sends. Run the same or a newer version on the replica.',
      f.node,
      f.version,
      f.master,
      f.masterVersion,
    ),
  'handover-watched': (t, f) =>
    t(
      'Sentinels watch {0}. Use their failover: after any other they keep the old address, and clients could not write for half a minute.',
      f.node,
    ),
  'handover-not-master': (t, f) => t('{0} is {1} now and no master. Refresh the view.', f.node, f.role),
  'handover-not-replica': (t, f) =>
    t('{0} is not linked to this master. Wait until its link is up, or choose another replica.', f.node),
  'handover-lagging': (t, f) =>
    t('{0} has not been heard for {1} s. Wait until it has caught up.', f.node, f.lagSeconds),
  'handover-refused': (t, f) => t('{0} refused to hand over: “{1}”. It takes Redis 6.2 or later.', f.node, f.text),
  'handover-timed-out': (t, f) =>
    t('{0} did not catch up within {1} ms. Nothing was changed: writes go on at the old master.', f.node, f.ms),
  'handover-not-settled': (t, f) =>
    t(
      'The new master is in place, but not all follow it yet: {0}.',
      f.lacks.map(({ node, text }) => `${node}: ${text}`).join('; '),
    ),
};

const warnings: Words<ReplicaOfWarning> = {
  'already-follows': t => t('It follows this master already.'),
  'keys-discarded': (t, w) =>
    w.keys === 1
      ? t('The one key of {0} is thrown away.', w.node)
      : t('The {1} keys of {0} are thrown away.', w.node, w.keys),
  'master-forgets': (t, w) =>
    t('{0} writes nothing to disk: when it restarts it is empty, and empties its replicas too.', w.master),
};

export function replicaOfWarningInWords(t: Translate, warning: ReplicaOfWarning): string {
  return inWords(warnings, t, warning);
}

export function replicationFaultInWords(t: Translate, fault: ReplicationFault): string {
  return inWords(replicationFaults, t, fault);
}

/** Steps of a hand-over, as the progress shows them. */
export const handoverSteps: { readonly [Step in HandoverStepCode]: (t: Translate) => string } = {
  check: t => t('Check that a failover can work'),
  'hand-over': t => t('Let writes wait and hand over to the replica'),
  're-point': t => t('Point the other replicas to the new master'),
  verify: t => t('Check the roles on every node'),
  keep: t => t('Write everything into the conf files'),
};
