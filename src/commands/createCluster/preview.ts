import { code, table } from '../../editor/markdown';
import type { Translate } from '../../editor/translate';
import { clusterNoteInWords } from '../../editor/words/cluster';
import { countSlots, formatRanges } from '../../model/slots';
import type { ClusterCreationPlan } from '../../topology/cluster/request';
import { previewDocument } from '../create/previewParts';
import type { SwarmWords } from '../create/swarm';

/** The plan of a cluster as a document, with the split of its slots; see {@link previewDocument}. */
export function clusterPreviewOf(t: Translate, plan: ClusterCreationPlan, fetch: boolean, swarm?: SwarmWords): string {
  return previewDocument(
    t,
    plan,
    fetch,
    {
      before: [
        `## ${t('Slots')}`,
        t('The 16384 slots are split as “redis-cli --cluster create” splits them.'),
        table(
          [t('Master'), t('Slots'), t('Count'), t('Replicas')],
          plan.cluster.masters.map(master => [
            code(master.name),
            formatRanges(master.ranges, ', '),
            String(countSlots(master.ranges)),
            plan.cluster.replicas
              .filter(replica => replica.of === master.name)
              .map(replica => (replica.extra ? `${code(replica.name)} (${t('extra')})` : code(replica.name)))
              .join(', '),
          ]),
        ),
      ],
      survives: [
        ...plan.notes
          .filter(({ code }) => swarm === undefined || code !== 'one-machine')
          .map(note => clusterNoteInWords(t, note)),
        ...(swarm?.survives ?? []),
        t(
          'A lost master is noticed after {0} s; its replica takes over a few seconds later.',
          plan.nodeTimeoutMs / 1000,
        ),
      ],
      shown: plan.nodes.slice(0, 1),
    },
    swarm,
  );
}
