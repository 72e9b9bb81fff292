import assert from 'node:assert/strict';
import { isFault } from '../../../../src/base/errors';
import { formatRanges } from '../../../../src/model/slots';
import { planCluster, splitSlots } from '../../../../src/topology/cluster/plan';

/** `a1 a2 b1`: the letter is the host. */
const nodes = (text: string) => text.split(' ').map(name => ({ name, host: name.replace(/\d+$/, '') }));
/** `5 6 7`: each on its own host, as redis-cli sees containers. */
const apart = (text: string) => text.split(' ').map(name => ({ name, host: name }));
const shown = (plan: ReturnType<typeof planCluster>) => ({
  masters: plan.masters.map(master => `${master.name} ${formatRanges(master.ranges)}`).join(', '),
  replicas: plan.replicas.map(replica => `${replica.name}→${replica.of}${replica.extra ? '+' : ''}`).join(' '),
  notes: plan.notes.map(note => note.code).join(' '),
});

suite('topology/cluster/plan', () => {
  // What redis-cli 7.0.15 --cluster create prints for the same nodes (test/redis/cluster/plan.test.ts asks it again).
  const splits: readonly [masters: number, ranges: string][] = [
    [3, '0-5460 5461-10922 10923-16383'],
    [4, '0-4095 4096-8191 8192-12287 12288-16383'],
    [5, '0-3276 3277-6553 6554-9829 9830-13106 13107-16383'],
    [6, '0-2730 2731-5460 5461-8191 8192-10922 10923-13652 13653-16383'],
    [7, '0-2340 2341-4680 4681-7021 7022-9361 9362-11702 11703-14042 14043-16383'],
  ];
  for (const [masters, ranges] of splits)
    test(`${masters} masters`, () => assert.equal(formatRanges(splitSlots(masters)), ranges));

  test('every slot once, for any number of masters', () => {
    for (let masters = 3; masters <= 1000; masters++) {
      let next = 0;
      for (const [first, last] of splitSlots(masters)) {
        assert.equal(first, next);
        assert.ok(last >= first);
        next = last + 1;
      }
      assert.equal(next, 16384);
    }
  });

  const three = '0-5460',
    second = '5461-10922',
    third = '10923-16383';
  const plans: readonly [
    title: string,
    list: ReturnType<typeof nodes>,
    replicas: number,
    masters: string,
    replicas_: string,
    notes: string,
  ][] = [
    [
      'six containers, as redis-cli',
      apart('1 2 3 4 5 6'),
      1,
      `1 ${three}, 2 ${second}, 3 ${third}`,
      '5→1 6→2 4→3',
      'survives-node',
    ],
    [
      'seven nodes of the notes: the first master gets the extra replica',
      apart('5 6 7 8 9 10 11'),
      1,
      `5 ${three}, 6 ${second}, 7 ${third}`,
      '9→5 10→6 11→7 8→5+',
      'survives-node',
    ],
    [
      'one machine',
      nodes('m1 m2 m3 m4 m5 m6'),
      1,
      `m1 ${three}, m2 ${second}, m3 ${third}`,
      'm5→m1 m6→m2 m4→m3',
      'survives-node one-machine',
    ],
    ['no replicas', nodes('m1 m2 m3'), 0, `m1 ${three}, m2 ${second}, m3 ${third}`, '', 'no-replicas one-machine'],
    [
      'three hosts, two nodes each',
      nodes('a1 a2 b1 b2 c1 c2'),
      1,
      `a1 ${three}, b1 ${second}, c1 ${third}`,
      'b2→a1 c2→b1 a2→c1',
      'survives-node',
    ],
    [
      'two hosts hold a majority',
      nodes('a1 a2 a3 b1 b2 b3'),
      1,
      `a1 ${three}, b1 ${second}, a2 ${third}`,
      'b3→a1 a3→b1 b2→a2',
      'survives-node host-holds-majority',
    ],
    [
      'a swap keeps a replica off its master',
      nodes('a1 b1 c1 c2 c3 a2'),
      1,
      `a1 ${three}, b1 ${second}, c1 ${third}`,
      'c2→a1 c3→b1 a2→c1',
      'survives-node',
    ],
    [
      'four masters',
      nodes('m1 m2 m3 m4'),
      0,
      'm1 0-4095, m2 4096-8191, m3 8192-12287, m4 12288-16383',
      '',
      'no-replicas one-machine even-masters',
    ],
    [
      'two replicas each',
      apart('1 2 3 4 5 6 7 8 9'),
      2,
      `1 ${three}, 2 ${second}, 3 ${third}`,
      '5→1 6→1 7→2 8→2 9→3 4→3',
      'survives-node',
    ],
  ];
  for (const [title, list, replicas, masters, assigned, notes] of plans) {
    test(title, () => assert.deepEqual(shown(planCluster(list, replicas)), { masters, replicas: assigned, notes }));
  }

  test('more replicas than masters are all given out when the number of masters is asked for', () => {
    const plan = planCluster(apart('1 2 3 4 5 6 7 8'), 0, 3);
    assert.equal(shown(plan).replicas, '5→1+ 6→2+ 7→3+ 8→1+ 4→2+');
  });

  test('what it survives is counted', () => {
    assert.deepEqual(planCluster(nodes('m1 m2 m3 m4 m5 m6 m7 m8 m9 m10'), 1).notes[0], {
      code: 'survives-node',
      masters: 5,
      mastersAtOnce: 2,
    });
  });

  for (const [count, replicas, needed] of [
    [3, 1, 6],
    [2, 0, 3],
    [8, 2, 9],
  ] as const) {
    test(`${count} nodes with ${replicas} replicas each are too few`, () => {
      assert.throws(
        () => planCluster(apart(Array.from({ length: count }, (_, i) => i).join(' ')), replicas),
        error =>
          isFault(error, 'cluster-too-few-nodes') && (error.fault as unknown as { needed: number }).needed === needed,
      );
    });
  }
});
