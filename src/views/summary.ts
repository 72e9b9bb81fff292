import type { Translate } from '../editor/translate';
import { levelInWords, reasonInWords } from '../editor/words/health';
import type { HealthLevel, Snapshot } from '../model/snapshot';

/** What the status bar says of everything together. */
export interface Summary {
  readonly text: string;
  readonly tooltip: string;
  readonly level: HealthLevel;
}

const worstFirst: readonly HealthLevel[] = ['down', 'degraded', 'unknown', 'healthy'];
const icons: { readonly [Level in HealthLevel]: string } = {
  down: '$(error)',
  degraded: '$(warning)',
  unknown: '$(question)',
  healthy: '$(pass)',
};

/** `undefined` while there is no topology: then the status bar stays free. */
export function summarize(t: Translate, { topologies }: Snapshot): Summary | undefined {
  const level = worstFirst.find(level => topologies.some(topology => topology.health.level === level));
  if (level === undefined) return undefined;
  const ill = topologies.filter(topology => topology.health.level === level);
  const [only] = ill;
  const what =
    ill.length === 1 && only
      ? `${only.name} ${levelInWords(t, level)}`
      : t('{0} topologies {1}', ill.length, levelInWords(t, level));
  const lines = topologies.flatMap(topology => [
    `${topology.name}: ${levelInWords(t, topology.health.level)}`,
    ...topology.health.reasons.map(reason => `  ${reasonInWords(t, topology, reason)}`),
  ]);
  return { text: `${icons[level]} Redis: ${what.replaceAll('$(', '$ (')}`, tooltip: lines.join('\n'), level };
}
