import { formatRanges } from '../../model/slots';
import type { AddFault } from '../../topology/cluster/addNode';
import type { AdditionFault, AdditionNote } from '../../topology/cluster/addPlan';
import type { NodeRemovalFault, NodeRemovalNote, NodeRemovalStep } from '../../topology/cluster/removeNode';
import type { Translate } from '../translate';
import type { Words } from './table';
import { inWords } from './table';

/** Why a node could not be added to a cluster, or removed from it. */
export type ClusterShapeFault = AddFault | AdditionFault | NodeRemovalFault;

export const clusterShapeFaults: Words<ClusterShapeFault> = {
  'topology-busy': (t, f) =>
    t(
      'Something else is being done with {0}, or was interrupted. Use “Finish or Remove an Interrupted Creation” first.',
      f.name,
    ),
  'addition-no-sibling': (t, f) =>
    t(
      'No server of {0} that was made here is running: there is nothing that a new one could be modelled on. Start one first.',
      f.name,
    ),
  'addition-not-a-master': (t, f) => t('{0} has no living master that a replica could follow.', f.node),
  'forget-not-settled': (t, f) =>
    t(
      '{0} is still listed by {1}. Try again; a node that comes back reminds the others of it.',
      f.node,
      f.by.join(', '),
    ),
  'removal-has-slots': (t, f) =>
    t(
      '{0} owns slots ({1}: {2}). Drain it first: its slots go to the other masters with their keys.',
      f.node,
      f.count,
      formatRanges(f.ranges, ', '),
    ),
  'removal-dead-with-slots': (t, f) =>
    f.replicas.length > 0
      ? t(
          '{0} does not answer and owns slots ({1}: {2}). Let {3} take over first (Failover), then remove it.',
          f.node,
          f.count,
          formatRanges(f.ranges, ', '),
          f.replicas.join(', '),
        )
      : t(
          '{0} does not answer and is the only one with {1} slots ({2}). Start it; when it is lost for good, “Fix Cluster” gives its slots to others, without their keys.',
          f.node,
          f.count,
          formatRanges(f.ranges, ', '),
        ),
  'removal-last-node': (t, f) => t('{0} is the only node of the cluster. Remove the whole topology instead.', f.node),
  'removal-replicas-stay': (t, f) =>
    t('{0} has replicas ({1}) and no other living master could take them.', f.node, f.replicas.join(', ')),
};

/** Steps of removing one. */
export const nodeRemovalSteps: { readonly [Step in NodeRemovalStep]: (t: Translate) => string } = {
  check: t => t('Check that it can go'),
  replicas: t => t('Give its replicas to other masters'),
  forget: t => t('Let every node forget it'),
  server: t => t('Remove or reset its server'),
  verify: t => t('Check that nobody lists it'),
};

const additionNotes: Words<AdditionNote> = {
  'addition-silent': (t, n) =>
    t('No answer now from {0}. Whoever is back hears of the new node from the others.', n.nodes.join(', ')),
  'addition-empty': t => t('A new master owns no slots: it holds no keys until some are moved to it.'),
  'addition-even-masters': (t, n) => t('{0} masters survive no more than {1} would.', n.masters, n.masters - 1),
  'addition-one-machine': t =>
    t(
      'It runs on the same machine as the others: it helps against the loss of a container or process, not of the machine.',
    ),
};

export function additionNoteInWords(t: Translate, note: AdditionNote): string {
  return inWords(additionNotes, t, note);
}

const removalNotes: Words<NodeRemovalNote> = {
  'removal-last-replica': (t, n) =>
    t('{0} is the last replica of {1}: from then on the loss of {1} takes its slots down.', n.node, n.master),
  'removal-few-masters': (t, n) =>
    t('Only {0} masters with slots are left: when one of them is lost, nobody can be promoted.', n.masters),
  'removal-silent': (t, n) =>
    t(
      'No answer from {0}, where it is still known. Whoever is back within 65 s is told; later it would be brought back.',
      n.nodes.join(', '),
    ),
};

export function removalNoteInWords(t: Translate, note: NodeRemovalNote): string {
  return inWords(removalNotes, t, note);
}
