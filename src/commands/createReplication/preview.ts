import type { Translate } from '../../editor/translate';
import type { ReplicationPlan } from '../../topology/replicationPlan';
import { previewDocument } from '../create/previewParts';
import type { SwarmWords } from '../create/swarm';

/** The plan of a replication as a document; see {@link previewDocument}. */
export function replicationPreviewOf(t: Translate, plan: ReplicationPlan, fetch: boolean, swarm?: SwarmWords): string {
  return previewDocument(
    t,
    plan,
    fetch,
    {
      survives: [
        t('The data survive the loss of any one container that is not the only copy.'),
        t(
          'When the master is lost, writes stop until you promote a replica: only sentinels or a cluster do that by themselves.',
        ),
        ...(swarm?.survives ?? [
          t('All servers run on this one machine: it survives the loss of containers, not of the machine.'),
        ]),
      ],
      shown: plan.nodes.slice(0, 1),
    },
    swarm,
  );
}
