import type { ClusterLack } from '../../topology/cluster/agreement';
import type { CrewFault } from '../../topology/cluster/crew';
import type { ClusterFailoverFault, ClusterFailoverStep } from '../../topology/cluster/failover';
import type { JoinFault } from '../../topology/cluster/join';
import type { MovePlanFault, SlotMove } from '../../topology/cluster/movePlan';
import type { MoveFault } from '../../topology/cluster/moveSlots';
import type { ClusterNote, ClusterPlanFault } from '../../topology/cluster/plan';
import { countSlots, formatRanges } from '../../model/slots';
import type { Translate } from '../translate';
import type { Words } from './table';
import { inWords } from './table';
import { slotsCounted } from './counts';

export type ClusterFault = JoinFault | ClusterPlanFault | CrewFault | ClusterFailoverFault | MoveFault | MovePlanFault;

const lacks: Words<ClusterLack> = {
  pair: (t, l) => t('{0} has no link to {1}', l.from, l.to),
  state: (t, l) => t('{0} calls the cluster down', l.node),
  role: (t, l) => t('{1} does not see {0} in its role', l.node, l.by),
  slots: (t, l) => t('{0} sees other slots at {1}', l.by, l.node),
  'open-slots': (t, l) => t('{0} has half-moved slots', l.node),
  flag: (t, l) => t('{1} marks {0} as {2}', l.node, l.by, l.flag),
  stranger: (t, l) => t('{0} knows a node that does not belong here ({1})', l.by, l.id.slice(0, 8)),
  link: (t, l) => t('{0} is not linked to its master', l.node),
  epochs: (t, l) => t('{0} have the same epoch', l.nodes.join(', ')),
};

export function lackInWords(t: Translate, lack: ClusterLack): string {
  return inWords(lacks, t, lack);
}

/** A few of many, and how many more. */
export function someOf(t: Translate, texts: readonly string[], most = 4): string {
  return texts.length <= most
    ? texts.join('; ')
    : t('{0}; and {1} more', texts.slice(0, most).join('; '), texts.length - most);
}

export const clusterFaults: Words<ClusterFault> = {
  'cluster-too-few-nodes': (t, f) =>
    t(
      'A cluster of this shape needs {1} nodes, {0} are there. It takes three masters, because two cannot outvote a lost third.',
      f.nodes,
      f.needed,
    ),
  'cluster-mode-off': (t, f) =>
    t('{0} does not run in cluster mode. Set “cluster-enabled yes” in its conf and restart it.', f.node),
  'node-holds-keys': (t, f) =>
    t('{0} holds {1} keys: it cannot join a cluster before it is empty. Nothing was changed.', f.node, f.keys),
  'node-in-cluster': (t, f) =>
    t(
      '{0} belongs to a cluster already: it knows {1} other nodes and owns {2} slots. Remove it from there first.',
      f.node,
      f.knows.length,
      f.slots,
    ),
  'cluster-cannot-talk': (t, f) =>
    t(
      'These cannot talk over the cluster bus: {0}. Open the bus port between them.',
      someOf(
        t,
        f.pairs.map(pair => t('{0} to {1} ({2}:{3})', pair.from, pair.to, pair.host, pair.port)),
      ),
    ),
  'cluster-replicate-refused': (t, f) => t('{0} refused to become a replica of {1}: {2}', f.node, f.master, f.text),
  'cluster-not-whole': (t, f) =>
    t(
      'The nodes do not agree on the cluster: {0}. Try again; if it stays so, look into their logs.',
      someOf(
        t,
        f.lacks.map(lack => lackInWords(t, lack)),
      ),
    ),
  'cluster-key-lost': (t, f) => t('A key written to {0} (slot {1}) could not be read back.', f.node, f.slot),
  'cluster-silent': (t, f) => t('No node of {0} answers: {1}', f.name, someOf(t, f.texts, 2)),
  'cluster-node-silent': (t, f) => t('{0} does not answer ({1}). Start it, then try again.', f.node, f.text),
  'cluster-node-unknown': (t, f) => t('{0} is not a node of this cluster. Refresh the view.', f.node),
  'cluster-no-replica': (t, f) => t('{0} has no replica that answers: nobody can take over from it.', f.node),
  'cluster-replica-not-linked': (t, f) =>
    t(
      '{0} is not linked to its master {1}, so that a handover would lose writes. Wait until the link is up.',
      f.node,
      f.master,
    ),
  'cluster-master-silent': (t, f) =>
    t(
      'The master {0} does not answer, so that it cannot hand over. The cluster promotes a replica by itself after its node time-out; “force” promotes {1} at once and may lose the last writes.',
      f.node,
      f.replica,
    ),
  'cluster-failover-refused': (t, f) => t('{0} refused the failover: {1}. Nothing was changed.', f.node, f.text),
  'cluster-failover-without-effect': (t, f) =>
    t(
      '{0} took the order, but was not promoted within {1} s: its master {2} did not hand over. The roles are as they were.',
      f.node,
      Math.round(f.ms / 1000),
      f.master,
    ),
  'cluster-failover-not-settled': (t, f) =>
    t(
      '{0} is promoted, but not yet in the eyes of {1}. The cluster goes on spreading the news.',
      f.node,
      f.by.join(', '),
    ),
  'move-nothing': t => t('There is nothing to move: the slots are there already.'),
  'move-not-a-master': (t, f) => t('{0} is no master of this cluster and can take no slots.', f.node),
  'move-uncovered': (t, f) =>
    t(
      'The slots {0} belong to nobody, so that there is nothing to move. Assign them first.',
      formatRanges(f.ranges, ', '),
    ),
  'move-no-other-master': t => t('There is no other master that could take the slots.'),
  'move-others-open': (t, f) =>
    t(
      'Slots are half moved already ({0}), by somebody else or an earlier run. Finish those first.',
      f.slots.slice(0, 10).join(', '),
    ),
  'move-views-differ': (t, f) =>
    t('{0} see other owners of slots than the rest. Wait until the cluster agrees.', f.nodes.join(', ')),
  'move-stopped': (t, f) =>
    t(
      'Stopped at slot {0} ({1} → {2}) after {4}: {3}. No key is lost; move the same slots again to go on, there are {5} to go.',
      f.slot,
      f.from,
      f.to,
      f.text,
      slotsCounted(t, f.done),
      f.left,
    ),
  'move-not-agreed': (t, f) =>
    t(
      'The slots are moved, but not yet in the eyes of {0}. The cluster goes on spreading the news.',
      f.nodes.join(', '),
    ),
  'move-key-too-big': (t, f) =>
    t(
      'The key “{1}” in slot {4} is too big to move: {2} MB, where {0} would be blocked for too long above {3} MB. Raise cluster-node-timeout, or make the key smaller.',
      f.node,
      f.key,
      Math.round(f.bytes / 1e6),
      Math.round(f.most / 1e6),
      f.slot,
    ),
  'move-atomic-failed': (t, f) =>
    t(
      'The servers gave up moving the slots {2} from {0} to {1}: {3}. None of them moved.',
      f.from,
      f.to,
      formatRanges(f.ranges, ', '),
      f.text,
    ),
  'move-target-silent': (t, f) =>
    t(
      '{0} does not answer, so that slot {1} was not begun. Everything before it is moved. Look at the node, then move the rest.',
      f.node,
      f.slot,
    ),
};

/** One line of a plan. */
export function moveInWords(t: Translate, { from, to, ranges }: SlotMove, names: ReadonlyMap<string, string>): string {
  return t(
    '{0} → {1}: {2} ({3})',
    names.get(from) ?? from.slice(0, 8),
    names.get(to) ?? to.slice(0, 8),
    slotsCounted(t, countSlots(ranges)),
    formatRanges(ranges, ', '),
  );
}

/** Steps of a failover in a cluster. */
export const clusterFailoverSteps: { readonly [Step in ClusterFailoverStep]: (t: Translate) => string } = {
  check: t => t('Check that a failover can work'),
  switch: t => t('Promote the replica'),
  verify: t => t('Check the roles on every node'),
};

const notes: Words<ClusterNote> = {
  'survives-node': (t, n) =>
    n.mastersAtOnce === 0
      ? t('Any one replica may be lost.')
      : t(
          'Any one node may be lost: its replica takes over. Up to {0} of the {1} masters may be lost at the same time.',
          n.mastersAtOnce,
          n.masters,
        ),
  'no-replicas': (t, n) =>
    t(
      '{0} have no replica: when one of them is lost, its slots are down until it is back, and by default the whole cluster with it.',
      n.masters.join(', '),
    ),
  'one-machine': t =>
    t('All nodes run on one machine: this survives the loss of a container or process, not of the machine.'),
  'host-holds-shard': (t, n) =>
    t('{0} holds all nodes of {1}: their slots are lost with it.', n.host, n.masters.join(', ')),
  'host-holds-majority': (t, n) =>
    t('{0} holds {1} of {2} masters: when it is lost, nobody can be promoted.', n.host, n.masters, n.of),
  'even-masters': (t, n) => t('{0} masters survive no more than {1} would.', n.masters, n.masters - 1),
};

export function clusterNoteInWords(t: Translate, note: ClusterNote): string {
  return inWords(notes, t, note);
}
