import assert from 'node:assert/strict';
import type { ClusterMember, ClusterView } from '../../../../src/model/clusterView';
import { countSlots, formatRanges, parseRanges } from '../../../../src/model/slots';
import { emptiedBy } from '../../../../src/topology/cluster/keepMasters';
import type { MovePlan } from '../../../../src/topology/cluster/movePlan';
import { openOf, recordedMove, recordMove, restOf, wayBack } from '../../../../src/topology/cluster/moveRecord';
import { MemoryRecords } from '../../../support/memoryDeps';

/** `a+d 0-5460`: master a, its replica d; `!x` a master that has failed. */
function viewOf(
  shardTexts: readonly string[],
  open: readonly number[] = [],
): Pick<ClusterView, 'shards' | 'members' | 'open'> {
  const shards = shardTexts.map(text => {
    const [nodes = '', ...words] = text.split(' ');
    const [masterId = '', ...replicaIds] = nodes.replace('!', '').split('+');
    const ranges = parseRanges(words.join(' ')) ?? [];
    return { masterId, replicaIds, ranges, slots: countSlots(ranges) };
  });
  const members = shardTexts.flatMap(text =>
    (text.split(' ')[0] ?? '').split('+').map((id, index): ClusterMember => ({
      id: id.replace('!', ''),
      name: id,
      address: { host: 'h', port: 1 },
      role: index === 0 ? 'master' : 'replica',
      configEpoch: 1,
      answers: true,
      state: id.startsWith('!') ? 'failed' : 'ok',
      noFailover: false,
    })),
  );
  return { shards, members, open: open.map(slot => ({ slot })) };
}
const record = {
  plan: { moves: [{ from: 'a', to: 'b', ranges: [[0, 9]] }], slots: 10 } as MovePlan,
  lineage: [
    ['a', 'd'],
    ['b', 'e'],
    ['c', 'f'],
  ],
};
const shown = (plan: MovePlan | undefined): string =>
  plan === undefined
    ? '-'
    : plan.moves.map(({ from, to, ranges }) => `${from}>${to} ${formatRanges(ranges)}`).join(', ');

suite('topology/cluster/moveRecord', () => {
  const cases: readonly [title: string, view: Parameters<typeof viewOf>, rest: string, open: string, back: string][] = [
    ['nothing has arrived', [['a+d 0-5460', 'b+e 5461-10922', 'c+f 10923-16383']], 'a>b 0-9', '-', '-'],
    ['all has', [['a+d 10-5460', 'b+e 0-9 5461-10922', 'c+f 10923-16383']], '-', '-', 'b>a 0-9'],
    ['half, one open', [['a+d 4-5460', 'b+e 0-3 5461-10922', 'c+f 10923-16383'], [4]], 'a>b 4-9', 'a>b 4', 'b>a 0-3'],
    [
      'the giver has failed over',
      [['d+a 4-5460', 'b+e 0-3 5461-10922', 'c+f 10923-16383'], [4]],
      'd>b 4-9',
      'd>b 4',
      'b>d 0-3',
    ],
    [
      'the giver is dead and its replica has its place',
      [['!a', 'd 4-5460', 'b+e 0-3 5461-10922', 'c+f 10923-16383']],
      'd>b 4-9',
      '-',
      'b>d 0-3',
    ],
    [
      'the taker has failed over',
      [['a+d 4-5460', 'e+b 0-3 5461-10922', 'c+f 10923-16383'], [4]],
      'a>e 4-9',
      'a>e 4',
      'e>a 0-3',
    ],
    [
      'the taker died with a slot that its replica had not heard of',
      [['a+d 4-5460', '!b 3', 'e 0-2 5461-10922', 'c+f 10923-16383']],
      'a>e 3-9',
      'a>e 3',
      'e>a 0-2',
    ],
    [
      'open at a taker that has the slot already',
      [['a+d 5-5460', 'b+e 0-4 5461-10922', 'c+f 10923-16383'], [4]],
      'a>b 4-9',
      'a>b 4',
      'b>a 0-3',
    ],
    [
      'somebody moved some on',
      [['a+d 10-5460', 'b+e 0-3 5461-10922', 'c+f 4-9 10923-16383']],
      'c>b 4-9',
      '-',
      'b>a 0-3',
    ],
    ['some belong to nobody now', [['a+d 10-5460', 'b+e 0-3 5461-10922', 'c+f 10923-16383']], '-', '-', 'b>a 0-3'],
  ];
  for (const [title, view, rest, open, back] of cases) {
    test(title, () => {
      const seen = viewOf(...view);
      assert.equal(shown(restOf(record, seen)), rest);
      assert.equal(shown(openOf(record, seen)), open);
      assert.equal(shown(wayBack(record, seen)), back);
    });
  }

  const readings: readonly [title: string, value: unknown, read: boolean][] = [
    ['a record', { ...record, startedAt: 1, done: false, held: [] }, true],
    ['nothing', undefined, false],
    ['a text', 'x', false],
    ['another shape', { plan: 1, startedAt: 1, done: true, held: [], lineage: [] }, false],
    [
      'slots that do not exist',
      {
        ...record,
        plan: { moves: [{ from: 'a', to: 'b', ranges: [[0, 16384]] }], slots: 1 },
        startedAt: 1,
        done: false,
        held: [],
      },
      false,
    ],
  ];
  for (const [title, value, read] of readings) {
    test(`${title} is ${read ? 'read' : 'as good as none'}`, async () => {
      const records = new MemoryRecords();
      if (value !== undefined) await recordMove({ records }, 't', value as never);
      assert.equal(recordedMove({ records }, 't') !== undefined, read);
    });
  }

  test('who is left without a slot', () => {
    const { shards } = viewOf(['a+d 0-9', 'b+e 10-19', 'c+f 20-16383']);
    const moves = [
      { from: 'a', to: 'c', ranges: [[0, 9]] },
      { from: 'b', to: 'c', ranges: [[10, 19]] },
      { from: 'c', to: 'b', ranges: [[20, 20]] },
    ] as const;
    assert.deepEqual(emptiedBy({ moves, slots: 21 }, { shards }), ['a']);
  });
});
