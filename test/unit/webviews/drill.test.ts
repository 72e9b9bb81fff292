import assert from 'node:assert/strict';
import { drillReport, lossInWords } from '../../../src/editor/words/drill';
import type { Loss } from '../../../src/topology/drill/report';
import { readFromDrillPage } from '../../../src/webviews/drillProtocol';
import { drillSightOf } from '../../../src/webviews/drillSight';
import { levelsOf, scaleOf, ticksOf } from '../../../media/drill/layout';
import { drillRun } from '../../support/drillRuns';
import { plain } from '../../support/plain';

suite('webviews/drill: what the page may say', () => {
  const cases: readonly (readonly [value: unknown, read: unknown])[] = [
    [{ type: 'ready', run: 1 }, { type: 'ready' }],
    [{ type: 'start' }, { type: 'start' }],
    [
      { type: 'again', run: 17 },
      { type: 'again', run: 17 },
    ],
    [{ type: 'select', run: '17' }, undefined],
    [{ type: 'report', run: NaN }, undefined],
    [{ type: 'command', run: 1 }, undefined],
    ['again', undefined],
    [null, undefined],
  ];
  for (const [value, read] of cases)
    test(JSON.stringify(value), () => assert.deepEqual(readFromDrillPage(value), read));
});

suite('webviews/drill: what the page shows', () => {
  const kill = drillRun();
  const split = drillRun({
    at: 2,
    lost: 1355,
    acknowledged: 3558,
    request: { ...kill.request, fault: 'split' },
    split: { from: 2900, to: 20_180, returned: false },
  });
  test('nothing yet', () => {
    const sight = drillSightOf(plain, 'orders', [], undefined, undefined);
    assert.deepEqual([sight.shown, sight.runs.rows, sight.compared.rows], [undefined, [], []]);
  });
  test('the latest run, and the one that is chosen', () => {
    const runs = [split, kill];
    assert.equal(drillSightOf(plain, 'orders', runs, undefined, undefined).shown?.run, 2);
    assert.equal(drillSightOf(plain, 'orders', runs, undefined, kill.at).shown?.run, kill.at);
    assert.equal(drillSightOf(plain, 'orders', runs, undefined, 99).shown?.run, 2); // it is no longer kept
  });
  test('marks are numbered, bars end where the next begins', () => {
    const picture = drillSightOf(plain, 'orders', [kill], undefined, undefined).shown?.picture;
    assert.deepEqual(
      picture?.marks.map(({ number }) => number),
      kill.marks.map((_, i) => i + 1),
    );
    assert.deepEqual(
      picture?.bars[0]?.pieces.map(({ from, to, letters }) => [from, to, letters]),
      [
        [-1500, 35, 'M'],
        [35, 3900, '–'],
        [3900, 13_000, 'M?'],
        [13_000, 13_700, 'R'],
      ],
    );
    assert.match(
      picture?.spoken ?? '',
      /^Timeline of 6 servers over 15\.20 s\. no write for 2\.42 s\. Lost 0 of 4713 acknowledged writes in 1 run\.$/,
    );
    assert.deepEqual(
      picture?.legend.map(({ standing }) => standing),
      ['master', 'replica', 'sentinel', 'stale', 'gone'],
    );
  });
  test('one that runs is shown before all others', () => {
    const sight = drillSightOf(
      plain,
      'orders',
      [kill],
      { request: kill.request, node: 'redis-2', role: 'master', phase: 'Breaking it' },
      kill.at,
    );
    assert.deepEqual(
      [sight.running?.phase, sight.shown?.run, sight.shown?.picture.bars],
      ['Breaking it', undefined, []],
    );
  });
  test('words promise nothing for what breaks', () => {
    assert.deepEqual(drillSightOf(plain, 'orders', [kill], undefined, undefined).shown?.verdict.slice(0, 1), [
      'Lost 0 of 4713 acknowledged writes in 1 run.',
    ]);
    assert.match(drillReport(plain, kill, [kill]), /not a promise/);
    assert.doesNotMatch(
      drillReport(plain, { ...kill, request: { ...kill.request, fault: 'failover' } }, [kill]),
      /promise/,
    );
    for (const run of [kill, split])
      assert.doesNotMatch(drillReport(plain, run, [run]), /no data loss|nothing (is|was) lost|without loss/i);
  });
  const losses: readonly (readonly [loss: Loss, says: string])[] = [
    [
      { node: 'redis-1', count: 1, late: 0, from: -10, to: -10 },
      'redis-1 acknowledged 1 of them, -0.01 s after the fault. It had neither copied them to whoever serves now nor saved them.',
    ],
    [
      { node: 'redis-1', count: 90, late: 0, from: -10, to: 600 },
      'redis-1 acknowledged 90 of them, from -0.01 s to 0.60 s after the fault. It had neither copied them to whoever serves now nor saved them.',
    ],
    [
      { node: 'redis-1', count: 90, late: 90, from: 4000, to: 6000 },
      'redis-1 acknowledged 90 of them, from 4.00 s to 6.00 s after the fault. Another one served already: clients that stay with a replaced master lose what they write there.',
    ],
    [
      { node: 'redis-1', count: 90, late: 60, from: 1000, to: 6000 },
      'redis-1 acknowledged 90 of them, from 1.00 s to 6.00 s after the fault. When it took 60 of these, another one served already.',
    ],
  ];
  for (const [loss, says] of losses)
    test(`whose writes were lost: ${loss.count}, ${loss.late} of them late`, () =>
      assert.ok(drillReport(plain, { ...kill, lost: loss.count, losses: [loss] }, [kill]).includes(says)));
  test('runs are counted in words', () =>
    assert.equal(
      lossInWords(plain, { lost: 0, acknowledged: 51_414, runs: 20 }),
      'Lost 0 of 51414 acknowledged writes in 20 runs.',
    ));
  test('two masters under load are a split brain; one that came back is none', () => {
    const verdict = (run: typeof kill): string =>
      drillSightOf(plain, 'orders', [run], undefined, undefined).shown?.verdict.join(' ') ?? '';
    assert.match(verdict(split), /Split brain: for 17\.28 s two servers/);
    assert.doesNotMatch(verdict(kill), /Split brain/);
    assert.match(verdict(kill), /came back as a stale one for 9\.10 s/);
  });
});

suite('webviews/drill: where things stand', () => {
  const scale = scaleOf(-1000, 3000, 100, 500);
  test('moments to pixels, kept inside', () =>
    assert.deepEqual([-2000, -1000, 0, 3000, 9000].map(scale.x), [100, 100, 200, 500, 500]));
  test('ticks are round and have room', () => assert.deepEqual(ticksOf(scale, 64), [-1000, 0, 1000, 2000, 3000]));
  test('flags that would cover each other go to another line', () =>
    assert.deepEqual(levelsOf([10, 12, 14, 40, 41], 20), [0, 1, 2, 0, 1]));
  test('no time has passed', () => assert.deepEqual(ticksOf(scaleOf(0, 0, 0, 100), 64), [0]));
});
