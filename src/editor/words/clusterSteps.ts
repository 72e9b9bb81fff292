import { formatRanges } from '../../model/slots';
import type { AdditionCheck } from '../../topology/cluster/addNode';
import type { AdditionStep } from '../../topology/cluster/addPlan';
import type { ClusterCreationCheck } from '../../topology/cluster/createCluster';
import type { Translate } from '../translate';
import type { Words } from './table';

// What progress and report of any creation may say of clusters; all other words about them come with the part that deals with them.

/** Steps of adding a node. */
export const additionSteps: { readonly [Step in AdditionStep]: (t: Translate) => string } = {
  room: t => t('Make its volumes or folders'),
  server: t => t('Start the server'),
  join: t => t('Let all nodes meet it'),
  functions: t => t('Give it the functions of the others'),
  follow: t => t('Give it to its master'),
  known: t => t('Wait until every node sees it in its role'),
};

export const clusterChecks: Words<ClusterCreationCheck> = {
  'all-agree': (t, c) => t('All {0} nodes know each other, see the same slots and call the cluster ok.', c.nodes),
  shard: (t, c) =>
    c.replicas.length === 0
      ? t('{0} serves {1} slots ({2}); a key was written and read.', c.node, c.slots, formatRanges(c.ranges, ', '))
      : t(
          '{0} serves {1} slots ({2}), followed by {3}; a key was written and read.',
          c.node,
          c.slots,
          formatRanges(c.ranges, ', '),
          c.replicas.join(', '),
        ),
};

export const additionChecks: Words<AdditionCheck> = {
  'newcomer-agreed': (t, c) =>
    t(
      'All {1} nodes that answer have links with {0}, see it in its role, and it sees the same slots as they do.',
      c.node,
      c.nodes,
    ),
  'newcomer-follows': (t, c) => t('{0} is linked to its master {1}.', c.node, c.master),
  'newcomer-functions': (t, c) => t('{0} has the functions of the others: {1}.', c.node, c.libraries.join(', ')),
};
