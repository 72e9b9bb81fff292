import type { Translate } from '../../editor/translate';
import { warningInWords } from '../../editor/words/request';
import type { SentinelPlan } from '../../topology/sentinelPlan';
import type { SentinelRequest } from '../../topology/sentinelRequest';
import { warningsOf } from '../../topology/sentinelRequest';
import { previewDocument } from '../create/previewParts';
import type { SwarmWords } from '../create/swarm';

/** The plan of a Sentinel topology as a document; see {@link previewDocument}. */
export function previewOf(
  t: Translate,
  plan: SentinelPlan,
  request: SentinelRequest,
  fetch: boolean,
  swarm?: SwarmWords,
): string {
  return previewDocument(
    t,
    plan,
    fetch,
    {
      warnings: warningsOf(request).map(warning => warningInWords(t, warning)),
      survives: survivalOf(t, plan, swarm),
      shown: [
        plan.nodes.find(({ program }) => program === 'redis'),
        plan.nodes.find(({ program }) => program === 'sentinel'),
      ],
    },
    swarm,
  );
}

function survivalOf(
  t: Translate,
  { survival, downAfterMs }: SentinelPlan,
  swarm: SwarmWords | undefined,
): readonly string[] {
  return [
    t(
      '{0} of {1} sentinels must agree that the master is down (the quorum), and {2} must vote for the failover (the majority).',
      survival.quorum,
      survival.sentinels,
      survival.majority,
    ),
    survival.sentinelLosses === 0
      ? t('**No** sentinel may be lost: then no failover happens.')
      : t(
          '**{0}** of the sentinels may be lost together with the master, and a replica is still promoted.',
          survival.sentinelLosses,
        ),
    survival.masterLosses === 0
      ? t('**No** master may be lost: there is no replica to promote.')
      : t('**{0}** masters may be lost one after another.', survival.masterLosses),
    t('A lost master is noticed after {0} s; a replica takes over about a second later.', downAfterMs / 1000),
    ...(swarm?.survives ?? [
      t('All servers run on this one machine: it survives the loss of containers, not of the machine.'),
    ]),
  ];
}
