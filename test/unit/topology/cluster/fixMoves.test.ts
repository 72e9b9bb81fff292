import assert from 'node:assert/strict';
import { formatRanges } from '../../../../src/model/slots';
import { fixMovesOf, slotsOf } from '../../../../src/topology/cluster/fixMoves';
import type { FixStep } from '../../../../src/topology/cluster/fixPlan';

const node = (id: string) => ({ id, name: `redis-${id}` });

suite('topology/cluster/fixMoves', () => {
  const cases: readonly [title: string, steps: readonly FixStep[], moves: string][] = [
    ['nothing', [], ''],
    [
      'what is no business of slots',
      [
        { code: 'fix-meet', from: node('a'), to: node('b') },
        { code: 'fix-close', slot: 4, node: node('a') },
        { code: 'fix-forget', node: node('a'), givenUp: false },
      ],
      '',
    ],
    [
      'moves that go on, together where they go the same way',
      [
        { code: 'fix-finish-move', slot: 7, from: node('a'), to: node('b'), keys: 3 },
        { code: 'fix-finish-move', slot: 6, from: node('a'), to: node('b'), keys: 1 },
        { code: 'fix-bring-home', slot: 9, from: node('b'), to: node('a'), keys: 2 },
      ],
      'a>b 6-7 with 4; b>a 9 with 2',
    ],
    [
      'slots of nobody',
      [
        { code: 'fix-assign', ranges: [[0, 3]], to: node('c'), keys: 5 },
        { code: 'fix-assign', ranges: [[8, 8]], to: node('c'), keys: 0, was: 'redis-x' },
      ],
      '>c 0-3 8 with 5',
    ],
  ];
  for (const [title, steps, moves] of cases) {
    test(title, () =>
      assert.equal(
        fixMovesOf({ steps })
          .map(({ from, to, ranges, keys }) => `${from ?? ''}>${to} ${formatRanges(ranges)} with ${keys}`)
          .join('; '),
        moves,
      ),
    );
  }

  test('the slots of a step', () => {
    assert.deepEqual(
      slotsOf({ code: 'fix-promote', node: node('d'), master: node('a'), ranges: [[3, 5]], mode: 'force' }),
      [3, 4, 5],
    );
    assert.deepEqual(slotsOf({ code: 'fix-replicate', node: node('d'), master: node('a') }), []);
  });
});
