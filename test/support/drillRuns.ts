import type { DrillReport } from '../../src/topology/drill/report';

/** A drill as it may come out: the master of a Sentinel topology killed, another one promoted after 2.4 s, all whole after 13 s. */
export function drillRun(rest: Partial<DrillReport> = {}): DrillReport {
  return {
    request: { topologyId: 't1', nodeId: 'redis-1', fault: 'kill', writers: 4, rate: 100, wait: 0 },
    topology: 'orders',
    kind: 'sentinel',
    at: 1_700_000_000_000,
    node: 'redis-1',
    role: 'master',
    server: 'redis 7.0.15',
    marks: [
      { at: 0, what: 'fault', node: 'redis-1' },
      { at: 35, what: 'detected', node: 'redis-1' },
      { at: 1210, what: 'sdown', node: 'sentinel-2' },
      { at: 1300, what: 'odown', node: 'sentinel-2' },
      { at: 2020, what: 'promoted', node: 'redis-2' },
      { at: 2390, what: 'switch', node: 'sentinel-2' },
      { at: 2430, what: 'written' },
      { at: 2600, what: 'followed', node: 'redis-2' },
      { at: 3560, what: 'healing', node: 'redis-1' },
      { at: 3900, what: 'back', node: 'redis-1' },
      { at: 3910, what: 'stale', node: 'redis-1' },
      { at: 13_100, what: 'whole' },
    ],
    bars: [
      {
        node: 'redis-1',
        changes: [
          { at: -1500, standing: 'master' },
          { at: 35, standing: 'gone' },
          { at: 3900, standing: 'stale' },
          { at: 13_000, standing: 'replica' },
        ],
      },
      {
        node: 'redis-2',
        changes: [
          { at: -1500, standing: 'replica' },
          { at: 2020, standing: 'master' },
        ],
      },
      { node: 'redis-3', changes: [{ at: -1500, standing: 'replica' }] },
      ...[1, 2, 3].map(index => ({
        node: `sentinel-${index}`,
        changes: [{ at: -1500, standing: 'sentinel' as const }],
      })),
    ],
    span: { from: -1500, to: 13_700 },
    gap: { from: 10, to: 2430 },
    split: { from: 3900, to: 13_000, returned: true },
    writes: {
      from: -1500,
      everyMs: 100,
      counts: Array.from({ length: 152 }, (_, i) => (i < 15 || i >= 40 ? 36 + ((i * 7) % 5) : 0)),
    },
    acknowledged: 4713,
    lost: 0,
    refused: 41,
    unpromoted: false,
    healed: true,
    settings: { 'down-after-milliseconds': 1000, quorum: 2 },
    ...rest,
  };
}
