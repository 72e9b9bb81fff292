import assert from 'node:assert/strict';
import { isFault } from '../../../../src/base/errors';
import type { ClusterMember } from '../../../../src/model/clusterView';
import { countSlots, formatRanges, parseRanges } from '../../../../src/model/slots';
import { planDrain, planMove, planRebalance, reversed } from '../../../../src/topology/cluster/movePlan';
import type { MovePlan } from '../../../../src/topology/cluster/movePlan';

/** `a 0-5460`: master with its slots; `e` alone is an empty master; `r<a` a replica. */
function viewOf(...nodes: readonly string[]) {
  const parsed = nodes.map(text => {
    const [id = '', ...ranges] = text.split(' ');
    return { id, ranges: parseRanges(ranges.join(' ')) ?? [] };
  });
  const members = parsed.map(({ id }): ClusterMember => ({
    id: id.replace(/<.*/, ''),
    name: id,
    address: { host: 'h', port: 1 },
    role: id.includes('<') ? 'replica' : 'master',
    configEpoch: 1,
    answers: true,
    state: 'ok',
    noFailover: false,
  }));
  const shards = parsed
    .filter(({ ranges }) => ranges.length > 0)
    .map(({ id, ranges }) => ({ masterId: id, replicaIds: [], ranges, slots: countSlots(ranges) }));
  const covered = shards.flatMap(shard => shard.ranges);
  return { members, shards, uncovered: covered.some(([, last]) => last === 16383) ? [] : [[16000, 16383] as const] };
}
const three = viewOf('a 0-5460', 'b 5461-10922', 'c 10923-16383', 'r<a');
const shown = (plan: MovePlan) =>
  `${plan.slots}: ${plan.moves.map(({ from, to, ranges }) => `${from}>${to} ${formatRanges(ranges)}`).join(', ')}`;

suite('topology/cluster/movePlan', () => {
  const cases: readonly [title: string, plan: () => MovePlan, expected: string][] = [
    ['a range of one master', () => planMove(three, [[0, 9]], 'c'), '10: a>c 0-9'],
    [
      'a range over two, and some that are there already',
      () =>
        planMove(
          three,
          [
            [5450, 5470],
            [10920, 10930],
          ],
          'c',
        ),
      '24: a>c 5450-5460, b>c 5461-5470 10920-10922',
    ],
    [
      'unordered and overlapping ranges',
      () =>
        planMove(
          three,
          [
            [5, 9],
            [0, 6],
          ],
          'b',
        ),
      '10: a>b 0-9',
    ],
    [
      'a new, empty master gets its share',
      () => planRebalance(viewOf('a 0-5460', 'b 5461-10922', 'c 10923-16383', 'd')),
      '4096: a>d 4096-5460, b>d 9557-10922, c>d 15019-16383',
    ],
    [
      'weights',
      () =>
        planRebalance(
          viewOf('a 0-8191', 'b 8192-16383'),
          new Map([
            ['a', 3],
            ['b', 1],
          ]),
        ),
      '4096: b>a 12288-16383',
    ],
    [
      'weight 0 empties',
      () => planRebalance(viewOf('a 0-8191', 'b 8192-16383'), new Map([['b', 0]])),
      '8192: b>a 8192-16383',
    ],
    ['drained evenly', () => planDrain(three, 'a'), '5461: a>b 0-2730, a>c 2731-5460'],
    ['the way back', () => reversed(planMove(three, [[0, 9]], 'c')), '10: c>a 0-9'],
  ];
  for (const [title, plan, expected] of cases) test(title, () => assert.equal(shown(plan()), expected));

  const refusals: readonly [title: string, plan: () => MovePlan, code: string][] = [
    ['a balanced cluster', () => planRebalance(three), 'move-nothing'],
    ['slots that are there already', () => planMove(three, [[0, 9]], 'a'), 'move-nothing'],
    ['to a replica', () => planMove(three, [[0, 9]], 'r'), 'move-not-a-master'],
    ['to nobody known', () => planMove(three, [[0, 9]], 'zz'), 'move-not-a-master'],
    [
      'slots without an owner',
      () => planMove(viewOf('a 0-8191', 'b 8192-15999'), [[15990, 16010]], 'a'),
      'move-uncovered',
    ],
    ['the only master', () => planDrain(viewOf('a 0-16383'), 'a'), 'move-no-other-master'],
  ];
  for (const [title, plan, code] of refusals)
    test(`${title} is refused`, () => assert.throws(plan, error => isFault(error, code)));

  test('a rebalance leaves everyone within one slot of his share and moves no more than that takes', () => {
    const view = viewOf('a 0-99', 'b 100-9999', 'c 10000-16383', 'd', 'e');
    const plan = planRebalance(view);
    const has = new Map([
      ['a', 100],
      ['b', 9900],
      ['c', 6384],
      ['d', 0],
      ['e', 0],
    ]);
    for (const { from, to, ranges } of plan.moves) {
      has.set(from, (has.get(from) ?? 0) - countSlots(ranges));
      has.set(to, (has.get(to) ?? 0) + countSlots(ranges));
    }
    assert.ok(
      [...has.values()].every(slots => slots === 3276 || slots === 3277),
      JSON.stringify([...has]),
    );
    assert.equal(plan.slots, 9900 - 3277 + 6384 - 3277);
  });
});
