import assert from 'node:assert/strict';
import type { DrillMarkCode, DrillPicture, DrillReport, Span } from '../../../../src/topology/drill/report';
import {
  countsIn,
  countsOf,
  gapOf,
  lossesOf,
  sameShape,
  seriesOf,
  splitOf,
  spreadOf,
} from '../../../../src/topology/drill/report';
import { drillRun } from '../../../support/drillRuns';
import { node, sentinelTopology } from '../../../support/snapshots';

suite('topology/drill: the time without a write', () => {
  const cases: readonly (readonly [what: string, times: readonly number[], until: number, gap: Span | undefined])[] = [
    ['the longest after the fault', [-100, -50, 0, 900, 950, 1000], 1050, { from: 0, to: 900 }],
    ['one that began before the fault and ended after it', [-300, 200, 250], 300, { from: -300, to: 200 }],
    ['none before the fault counts', [-5000, -100, 50, 100], 150, { from: -100, to: 50 }],
    ['until the end, when nobody wrote any more', [-100, 0], 5000, { from: 0, to: 5000 }],
    ['the longer one wins, though it is the later', [0, 400, 1500, 1600], 1700, { from: 400, to: 1500 }],
    ['times in no order', [950, 0, -100, 900], 1000, { from: 0, to: 900 }],
    ['what came after the end of writing is not looked at', [0, 100, 9000], 500, { from: 100, to: 500 }],
    ['nothing was ever written', [], 1000, undefined],
  ];
  for (const [what, times, until, gap] of cases) test(what, () => assert.deepEqual(gapOf(times, 0, until), gap));
});

suite('topology/drill: writes in stretches', () => {
  const cases: readonly (readonly [
    what: string,
    times: readonly number[],
    from: number,
    to: number,
    counts: readonly number[],
  ])[] = [
    ['each in its stretch, borders in the later', [0, 99, 100, 250], 0, 300, [2, 1, 1]],
    ['before and after are left out', [-1, 300, 5], 0, 300, [1, 0, 0]],
    ['from before the fault', [-150, -50, 10], -200, 100, [1, 1, 1]],
    ['the last stretch may be short', [210], 0, 220, [0, 0, 1]],
    ['no time at all', [], 0, 0, []],
  ];
  for (const [what, times, from, to, counts] of cases)
    test(what, () => assert.deepEqual(countsOf(times, from, to, 100), counts));
});

suite('topology/drill: two masters', () => {
  const mark = (what: DrillMarkCode, at: number) => ({ what, at });
  const cases: readonly (readonly [
    what: string,
    bars: DrillPicture['bars'],
    marks: DrillPicture['marks'],
    split: DrillPicture['split'],
  ])[] = [
    [
      'cut off, and reached by its clients all the time',
      [
        {
          node: 'redis-1',
          changes: [
            { at: -1500, standing: 'master' },
            { at: 3000, standing: 'stale' },
            { at: 14_000, standing: 'replica' },
          ],
        },
      ],
      [mark('fault', 0), mark('promoted', 2000), mark('healing', 8000)],
      { from: 2000, to: 14_000, returned: false },
    ],
    [
      'killed: stale only since it was started again',
      [
        {
          node: 'redis-1',
          changes: [
            { at: -1500, standing: 'master' },
            { at: 20, standing: 'gone' },
            { at: 4000, standing: 'stale' },
            { at: 13_000, standing: 'replica' },
          ],
        },
      ],
      [mark('fault', 0), mark('promoted', 2000), mark('healing', 3500)],
      { from: 4000, to: 13_000, returned: true },
    ],
    [
      'nobody took over',
      [{ node: 'redis-1', changes: [{ at: -1500, standing: 'master' }] }],
      [mark('fault', 0)],
      undefined,
    ],
    [
      'came back as a replica at once',
      [
        {
          node: 'redis-1',
          changes: [
            { at: -1500, standing: 'master' },
            { at: 20, standing: 'gone' },
            { at: 4000, standing: 'replica' },
          ],
        },
      ],
      [mark('fault', 0), mark('promoted', 2000)],
      undefined,
    ],
    [
      'still so at the end',
      [{ node: 'redis-1', changes: [{ at: -1500, standing: 'master' }] }],
      [mark('fault', 0), mark('promoted', 2000)],
      { from: 2000, to: 20_000, returned: false },
    ],
    [
      'another one only',
      [{ node: 'redis-2', changes: [{ at: 2000, standing: 'master' }] }],
      [mark('promoted', 2000)],
      undefined,
    ],
  ];
  for (const [what, bars, marks, split] of cases)
    test(what, () => assert.deepEqual(splitOf({ bars, marks, span: { from: -1500, to: 20_000 } }, 'redis-1'), split));
});

suite('topology/drill: who had acknowledged what was lost', () => {
  const lost = (by: string, ...times: readonly number[]) => times.map(at => ({ by, at }));
  const cases: readonly (readonly [
    what: string,
    lost: readonly { readonly by: string; readonly at: number }[],
    promoted: number | undefined,
    losses: ReturnType<typeof lossesOf>,
  ])[] = [
    ['nothing', [], 2000, []],
    ['not copied yet', lost('redis-1', 12, -4, 3), 2000, [{ node: 'redis-1', count: 3, late: 0, from: -4, to: 12 }]],
    [
      'taken by a master that was replaced, in any order',
      lost('redis-1', 6000, 1999, 2000),
      2000,
      [{ node: 'redis-1', count: 3, late: 2, from: 1999, to: 6000 }],
    ],
    [
      'nobody took over',
      lost('redis-1', 5000),
      undefined,
      [{ node: 'redis-1', count: 1, late: 0, from: 5000, to: 5000 }],
    ],
    [
      'two of them',
      [...lost('redis-1', 1), ...lost('redis-2', 9), ...lost('redis-1', 2)],
      5,
      [
        { node: 'redis-1', count: 2, late: 0, from: 1, to: 2 },
        { node: 'redis-2', count: 1, late: 1, from: 9, to: 9 },
      ],
    ],
  ];
  for (const [what, each, promoted, losses] of cases)
    test(what, () => assert.deepEqual(lossesOf(each, promoted), losses));
});

suite('topology/drill: whose keys count', () => {
  test('all, where one master has all', () => assert.deepEqual([0, 16_383].map(countsIn(undefined)), [true, true]));
  test('a replica that was broken has no slots of its own', () => assert.equal(countsIn([])(7), true));
  test('those of its ranges', () =>
    assert.deepEqual(
      [99, 100, 200, 201, 300].map(
        countsIn([
          [100, 200],
          [300, 300],
        ]),
      ),
      [false, true, true, false, true],
    ));
});

suite('topology/drill: the same shape again', () => {
  const before = sentinelTopology();
  const swapped = {
    ...before,
    nodes: before.nodes.map(one =>
      one.name === 'redis-1'
        ? { ...one, role: 'replica' as const }
        : one.name === 'redis-2'
          ? { ...one, role: 'master' as const }
          : one,
    ),
  };
  const cases: readonly (readonly [what: string, now: typeof before | undefined, same: boolean])[] = [
    ['nothing changed', before, true],
    ['roles moved', swapped, true],
    ['gone', undefined, false],
    ['one is missing', { ...before, nodes: before.nodes.slice(1) }, false],
    ['less healthy', { ...before, health: { level: 'degraded', reasons: [] } }, false],
    [
      'one is silent',
      {
        ...before,
        nodes: before.nodes.map((one, i) =>
          i === 1 ? { ...one, contact: { state: 'silent', reason: 'timeout' } } : one,
        ),
      },
      false,
    ],
    [
      'a master too many',
      { ...before, nodes: before.nodes.map((one, i) => (i === 1 ? node('redis-2', 'master') : one)) },
      false,
    ],
    [
      'a stale master is none',
      {
        ...before,
        nodes: before.nodes.map((one, i) =>
          i === 1 ? node('redis-2', 'master', { staleMaster: { actual: { host: '10.0.0.1', port: 6379 } } }) : one,
        ),
      },
      false,
    ],
  ];
  for (const [what, now, same] of cases) test(what, () => assert.equal(sameShape(before, now), same));

  const quiet = before.nodes.map((one, i) => (i === 2 ? { ...one, contact: { state: 'not-running' } as const } : one));
  const limping = { ...before, nodes: quiet, health: { level: 'degraded', reasons: [] } } as const;
  const worse = { ...limping, nodes: quiet.map((one, i) => (i === 1 ? { ...one, contact: quiet[2]!.contact } : one)) };
  const limped: readonly (readonly [what: string, now: typeof before, same: boolean])[] = [
    ['one that did not answer before need not answer now', limping, true],
    ['well at the end, though it was not when it began', before, true],
    ['another one went, too', worse, false],
  ];
  for (const [what, now, same] of limped) test(what, () => assert.equal(sameShape(limping, now), same));
});

suite('topology/drill: runs compared', () => {
  test('spread: none, odd, even', () =>
    assert.deepEqual(
      [spreadOf([]), spreadOf([3, 1, 2]), spreadOf([4, 1, 2, 3])],
      [undefined, { least: 1, median: 2, most: 3 }, { least: 1, median: 2.5, most: 4 }],
    ));

  const promotedAt = (at: number, rest: Partial<DrillReport> = {}): DrillReport =>
    drillRun({
      marks: [
        { at: 0, what: 'fault' },
        { at, what: 'promoted' },
      ],
      ...rest,
    });
  test('what differs in a setting, the fault or the load stands apart', () => {
    const base = promotedAt(2000);
    const series = seriesOf([
      base,
      promotedAt(6000, { settings: { 'down-after-milliseconds': 5000, quorum: 2 } }),
      promotedAt(2400, { at: 2 }),
      promotedAt(2000, { request: { ...base.request, fault: 'pause' } }),
      promotedAt(2000, { request: { ...base.request, wait: 1 } }),
      promotedAt(2000, { request: { ...base.request, nodeId: 'another' }, node: 'redis-2', at: 3 }),
    ]);
    assert.deepEqual(
      series.map(({ runs }) => runs.length),
      [3, 1, 1, 1],
    );
    assert.deepEqual(series[0]?.promoted, { least: 2000, median: 2000, most: 2400 });
  });
  test('losses and runs that did not heal are summed', () => {
    const [series] = seriesOf([
      promotedAt(1, { lost: 3, acknowledged: 10 }),
      promotedAt(1, { lost: 0, acknowledged: 5, healed: false, unpromoted: true }),
    ]);
    assert.deepEqual([series?.lost, series?.acknowledged, series?.healed, series?.unpromoted], [3, 15, 1, 1]);
  });
  test('the order of settings means nothing', () =>
    assert.equal(seriesOf([drillRun({ settings: { a: 1, b: 2 } }), drillRun({ settings: { b: 2, a: 1 } })]).length, 1));
});
