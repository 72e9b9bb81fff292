import assert from 'node:assert/strict';
import type { Host } from '../../../../src/model/instance';
import type { PlannedNode } from '../../../../src/topology/plan';
import { planClusterCreation } from '../../../../src/topology/cluster/request';
import { planReplication } from '../../../../src/topology/replicationPlan';
import { planSentinel } from '../../../../src/topology/sentinelPlan';
import { machineNotes, spread } from '../../../../src/topology/swarm/spread';
import type { MachineNote } from '../../../../src/topology/swarm/spread';

const hosts = (...names: readonly string[]): readonly Host[] => names.map(name => ({ id: `id-${name}`, name }));
const common = {
  name: 'spread',
  engine: 'docker' as const,
  image: 'redis:7.0',
  storage: { kind: 'swarm' as const, hosts: [] },
};
const ports = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => 7000 + index);
const inside = (): { readonly conf: string; readonly data: string } => ({ conf: '/conf', data: '/data' });
const sentinel = (replicas: number, sentinels: number, quorum = Math.floor(sentinels / 2) + 1) =>
  planSentinel(
    { ...common, replicas, sentinels, quorum, firstPort: 7000, firstSentinelPort: 7100 },
    ports(replicas + 1 + sentinels),
    inside,
  );
const replication = (replicas: number) =>
  planReplication({ ...common, replicas, firstPort: 7000 }, ports(replicas + 1), inside);
const cluster = (masters: number, replicas: number) =>
  planClusterCreation(
    { ...common, masters, replicas, extra: 0, firstPort: 7000 },
    ports(masters * (replicas + 1)),
    inside,
  );
const said = (notes: readonly MachineNote[] | undefined): string =>
  (notes ?? []).map(({ code, ...rest }) => [code, ...Object.values(rest)].join(' ')).join('; ');

suite('topology/swarm: nodes on machines', () => {
  const cases: readonly (readonly [
    string,
    ReturnType<typeof sentinel | typeof replication | typeof cluster>,
    readonly Host[],
    string,
    string,
  ])[] = [
    ['1+2+3 on three', sentinel(2, 3), hosts('a', 'b', 'c'), 'abc abc', 'any-machine 3'],
    [
      '1+2+3 on four: a Sentinel goes where nothing is',
      sentinel(2, 3),
      hosts('a', 'b', 'c', 'd'),
      'abc dab',
      'any-machine 4',
    ],
    [
      '1+2+3 on two: one of them decides',
      sentinel(2, 3),
      hosts('a', 'b'),
      'aba bab',
      'machine-decides b 1 2; more-machines 2 3',
    ],
    ['1+2+3 on one', sentinel(2, 3), hosts('a'), 'aaa aaa', 'one-machine a; more-machines 1 3'],
    [
      'quorum 3 of 3 on three: each decides',
      sentinel(2, 3, 3),
      hosts('a', 'b', 'c'),
      'abc abc',
      'machine-decides a 2 3; machine-decides b 2 3; machine-decides c 2 3',
    ],
    ['no replica: the only copy', sentinel(0, 3), hosts('a', 'b', 'c'), 'a bca', 'machine-holds-data a'],
    ['replication on two', replication(1), hosts('a', 'b'), 'ab', 'any-machine 2'],
    ['three copies on two', replication(2), hosts('a', 'b'), 'aba', 'any-machine 2; more-machines 2 3'],
    ['cluster 3+3 on three', cluster(3, 1), hosts('a', 'b', 'c'), 'abcabc', 'any-machine 3'],
    [
      'cluster 3+3 on two: no shard is lost, but the majority',
      cluster(3, 1),
      hosts('a', 'b'),
      'ababba',
      'machine-holds-majority a 2 3; more-machines 2 3',
    ],
    [
      'cluster 3+0 on three',
      cluster(3, 0),
      hosts('a', 'b', 'c'),
      'abc',
      'machine-holds-data a redis-1; machine-holds-data b redis-2; machine-holds-data c redis-3',
    ],
  ];
  for (const [what, plan, on, where, notes] of cases) {
    test(what, () => {
      const done = spread(plan as ReturnType<typeof sentinel>, on);
      const machinesOf = (program: PlannedNode['program']): string =>
        done.nodes.flatMap(node => (node.program === program ? (node.host?.name ?? '?') : [])).join('');
      assert.equal(`${machinesOf('redis')} ${machinesOf('sentinel')}`.trim(), where);
      assert.equal(said(done.machines), notes);
    });
  }

  test('the same plan on the same machines is the same', () => {
    assert.deepEqual(spread(sentinel(2, 3), hosts('a', 'b', 'c')), spread(sentinel(2, 3), hosts('a', 'b', 'c')));
  });

  test('Sentinels are told to believe in names, before any name is read', () => {
    const [content = ''] = spread(sentinel(1, 3), hosts('a'))
      .nodes.filter(({ role }) => role === 'sentinel')
      .map(({ files }) => files[0]?.content ?? '');
    const at = (word: string): number => content.indexOf(word);
    assert.ok(at('sentinel resolve-hostnames yes') >= 0 && at('sentinel announce-hostnames yes') >= 0);
    assert.ok(at('resolve-hostnames') < at('announce-ip'));
  });

  test('without machines nothing is said and nothing is changed', () => {
    const plan = sentinel(2, 3);
    assert.equal(spread(plan, []), plan);
    assert.deepEqual(machineNotes(plan, 0), []);
  });
});
