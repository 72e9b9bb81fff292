import type { AdditionCheck } from '../../topology/cluster/addNode';
import type { AdditionStep } from '../../topology/cluster/addPlan';
import type { ClusterCreationCheck } from '../../topology/cluster/createCluster';
import type { ClusterStepCode } from '../../topology/cluster/request';
import type { CreationCheck } from '../../topology/createSentinel';
import type { FailoverStepCode } from '../../topology/failoverPlan';
import type { CreateStepCode } from '../../topology/sentinelPlan';
import type { Translate } from '../translate';
import { additionChecks, additionSteps, clusterChecks } from './clusterSteps';
import type { Words } from './table';
import { inWords } from './table';

/** Steps of a creation, as the progress shows them. */
export const createSteps: {
  readonly [Step in CreateStepCode | ClusterStepCode | AdditionStep]: (t: Translate) => string;
} = {
  ...additionSteps,
  secret: t => t('Keep the password'),
  place: t => t('Make the network'),
  nodes: t => t('Start the servers'),
  link: t => t('Link the replicas to the master'),
  monitor: t => t('Let the sentinels watch the master'),
  agree: t => t('Wait until all sentinels know each other'),
  settle: t => t('Write everything into the conf files'),
  verify: t => t('Check with a key that is written and read back'),
  assign: t => t('Give the slots to the masters'),
  meet: t => t('Let all nodes meet'),
  replicate: t => t('Give the replicas to their masters'),
  'agree-all': t => t('Wait until every node sees the whole cluster'),
  prove: t => t('Write and read a key on each master'),
};

/** Steps of a failover. */
export const failoverSteps: { readonly [Step in FailoverStepCode]: (t: Translate) => string } = {
  check: t => t('Check that a failover can work'),
  pause: t => t('Let writes wait'),
  'catch-up': t => t('Wait until the replicas have everything'),
  switch: t => t('Promote a replica'),
  redirect: t => t('Turn the old master into a replica and let writes go on'),
  verify: t => t('Check the roles on every node'),
};

type AnyCheck = CreationCheck | ClusterCreationCheck | AdditionCheck;

const checks: Words<AnyCheck> = {
  ...additionChecks,
  ...clusterChecks,
  'link-up': (t, c) => t('{0} is linked to its master.', c.node),
  quorum: (t, c) =>
    t(
      '{0} knows {1} replicas and {2} sentinels; its quorum check says “{3}”.',
      c.node,
      c.replicas,
      c.sentinels,
      c.text,
    ),
  'read-back': (t, c) => t('A key written on the master was read on {0} after {1} ms.', c.node, Math.round(c.ms)),
  'write-refused': (t, c) => t('A write to {0} was refused: “{1}”.', c.node, c.text),
};

/** What was seen to be true at the end of a creation. */
export function checkInWords(t: Translate, check: AnyCheck): string {
  return inWords(checks, t, check);
}
