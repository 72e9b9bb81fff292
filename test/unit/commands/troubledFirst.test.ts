import assert from 'node:assert/strict';
import { troubledFirst } from '../../../src/commands/troubledFirst';
import type { HealthReason } from '../../../src/model/snapshot';
import { sentinelTopology } from '../../support/snapshots';

const named = (name: string, ...reasons: readonly HealthReason[]): ReturnType<typeof sentinelTopology> =>
  sentinelTopology({ name, health: { level: reasons.length > 0 ? 'degraded' : 'healthy', reasons } });
const topologies = [
  named('a'),
  named('b', { code: 'no-master' }, { code: 'failover-in-progress' }),
  named('c'),
  named('d', { code: 'failover-in-progress' }),
];

suite('commands/troubledFirst', () => {
  const cases: readonly [what: string, counts: (reason: HealthReason) => boolean, expected: string][] = [
    ['any reason', () => true, 'b no-master, d failover-in-progress, a, c'],
    [
      'one reason alone',
      ({ code }) => code === 'failover-in-progress',
      'b failover-in-progress, d failover-in-progress, a, c',
    ],
    ['none', () => false, 'a, b, c, d'],
  ];
  for (const [what, counts, expected] of cases)
    test(what, () =>
      assert.equal(
        troubledFirst(topologies, counts)
          .map(({ topology, reason }) => [topology.name, reason?.code].filter(Boolean).join(' '))
          .join(', '),
        expected,
      ),
    );
});
