import assert from 'node:assert/strict';
import type { ClusterMember, ClusterView } from '../../../src/model/clusterView';
import type { Node, Topology } from '../../../src/model/snapshot';
import type { Consequence, InterruptingAct } from '../../../src/topology/consequences';
import { consequencesOf } from '../../../src/topology/consequences';
import { answering, node, report, sentinelTopology } from '../../support/snapshots';

const quorum = (required: number, usable: number, known = 3): Partial<Topology> => ({
  quorum: { required, usable, known, majority: Math.floor(known / 2) + 1 },
});
const watching = (name: string, downAfterMs: number): Node =>
  node(name, 'sentinel', {
    contact: answering({
      ...report('sentinel'),
      sentinel: {
        id: 'f'.repeat(40),
        tilt: false,
        masters: [
          {
            name: 'orders',
            address: { host: '10.0.0.1', port: 6379 },
            flags: ['master'],
            quorum: 2,
            configEpoch: 0,
            downAfterMs,
            failoverTimeoutMs: 30_000,
            replicas: [],
            sentinels: [],
            quorumCheck: { ok: true, text: 'OK' },
          },
        ],
      },
    }),
  });
const change = (topology: Topology, name: string, by: Partial<Node>): Topology => ({
  ...topology,
  nodes: topology.nodes.map(one => (one.name === name ? { ...one, ...by } : one)),
});
const whole = sentinelTopology();
const short = (one: Consequence): string => JSON.stringify(one).replace(/"/g, '');
const of = (topology: Topology, nodeId: string, act: InterruptingAct): string =>
  consequencesOf(topology, topology.nodes.find(({ id }) => id === nodeId) ?? assert.fail(nodeId), act)
    .map(short)
    .join();

suite('topology/consequences: what stopping costs', () => {
  const timed = {
    ...whole,
    nodes: [
      ...whole.nodes.filter(({ role }) => role !== 'sentinel'),
      watching('sentinel-1', 1000),
      watching('sentinel-2', 5000),
      watching('sentinel-3', 5000),
    ],
  };
  const cases: readonly (readonly [string, Topology, string, string])[] = [
    [
      'the master: a failover, after the longest down-after of its Sentinels',
      timed,
      'redis-1',
      '{code:failover-expected,seconds:6.3,candidates:[redis-2,redis-3],clients:0}',
    ],
    [
      'the master, when no Sentinel told its down-after: the default of Redis',
      whole,
      'redis-1',
      '{code:failover-expected,seconds:31.3,candidates:[redis-2,redis-3],clients:0}',
    ],
    [
      'the master, quorum 3 of 3 and one Sentinel gone',
      { ...whole, ...quorum(3, 2) },
      'redis-1',
      '{code:no-failover,reason:{code:quorum,usable:2,required:3}}',
    ],
    [
      'the master, two of three Sentinels gone',
      { ...whole, ...quorum(1, 1) },
      'redis-1',
      '{code:no-failover,reason:{code:majority,usable:1,majority:2}}',
    ],
    [
      'the master, its replicas not linked',
      change(change(whole, 'redis-2', { contact: answering(report('replica', { link: 'down' })) }), 'redis-3', {
        contact: { state: 'not-running' },
      }),
      'redis-1',
      '{code:no-failover,reason:{code:no-usable-replica}}',
    ],
    [
      'the master of a plain replication',
      { ...whole, kind: 'replication' },
      'redis-1',
      '{code:no-failover,reason:{code:no-sentinels}}',
    ],
    ['a replica', whole, 'redis-2', '{code:replica-lost,left:[redis-3]}'],
    [
      'the last replica',
      change(whole, 'redis-3', { contact: { state: 'not-running' } }),
      'redis-2',
      '{code:last-replica}',
    ],
    ['a Sentinel of three', whole, 'sentinel-1', '{code:sentinel-lost,usable:2,of:3,spare:0}'],
    [
      'a Sentinel of five',
      { ...whole, ...quorum(3, 5, 5) },
      'sentinel-1',
      '{code:sentinel-lost,usable:4,of:5,spare:1}',
    ],
    [
      'a Sentinel when quorum is 3 of 3',
      { ...whole, ...quorum(3, 3) },
      'sentinel-1',
      '{code:quorum-lost,usable:2,required:3,majority:2}',
    ],
    [
      'a second Sentinel of three',
      { ...whole, ...quorum(2, 2) },
      'sentinel-2',
      '{code:quorum-lost,usable:1,required:2,majority:2}',
    ],
    [
      'a stale master: nobody follows it',
      change(whole, 'redis-1', { staleMaster: { actual: { host: '10.0.0.2', port: 6380 } } }),
      'redis-1',
      '{code:standalone-stops,clients:0}',
    ],
    [
      'what does not run',
      change(whole, 'redis-1', { contact: { state: 'not-running' } }),
      'redis-1',
      '{code:not-running}',
    ],
  ];
  for (const [name, topology, nodeId, expected] of cases)
    test(name, () => assert.equal(of(topology, nodeId, 'stop'), expected));
});

suite('topology/consequences: what stopping costs in a cluster', () => {
  const member = (name: string, masterOf?: string, rest: Partial<ClusterMember> = {}): ClusterMember => ({
    id: name,
    node: name,
    name,
    address: { host: '10.0.0.1', port: 6379 },
    role: masterOf === undefined ? 'master' : 'replica',
    configEpoch: 1,
    answers: true,
    state: 'ok',
    noFailover: false,
    ...(masterOf === undefined ? {} : { masterId: masterOf }),
    ...rest,
  });
  const gone: Partial<ClusterMember> = { answers: false, state: 'failed' };
  /** Three masters `a b c` with a third of the slots each; `a` has the replicas `a1 a2`, `b` has `b1`. */
  const cluster = (changes: Readonly<Record<string, Partial<ClusterMember>>> = {}): Topology => {
    const members = [
      member('a'),
      member('a1', 'a'),
      member('a2', 'a'),
      member('b'),
      member('b1', 'b'),
      member('c'),
      member('d'),
    ].map(one => ({ ...one, ...changes[one.id] }));
    const shard = (
      masterId: string,
      replicaIds: readonly string[],
      first: number,
      last: number,
    ): ClusterView['shards'][number] => ({ masterId, replicaIds, ranges: [[first, last]], slots: last - first + 1 });
    return {
      ...sentinelTopology({ kind: 'cluster' }),
      nodes: members.map(({ name, role }) => node(name, role)),
      cluster: {
        members,
        shards: [shard('a', ['a1', 'a2'], 0, 5460), shard('b', ['b1'], 5461, 10922), shard('c', [], 10923, 16383)],
        uncovered: [],
        disputes: [],
        open: [],
        findings: [],
      },
    };
  };
  const cases: readonly (readonly [string, Topology, string, string])[] = [
    [
      'a master with replicas',
      cluster(),
      'a',
      '{code:takeover-expected,slots:[[0,5460]],candidates:[a1,a2],clients:0}',
    ],
    [
      'one of them is lost',
      cluster({ a1: gone }),
      'a',
      '{code:takeover-expected,slots:[[0,5460]],candidates:[a2],clients:0}',
    ],
    [
      'one may not take over',
      cluster({ a1: gone, a2: { noFailover: true } }),
      'a',
      '{code:slots-lost,slots:[[0,5460]]}',
    ],
    ['a master without replicas', cluster(), 'c', '{code:slots-lost,slots:[[10923,16383]]}'],
    [
      'another master is lost already',
      cluster({ c: gone }),
      'a',
      '{code:cluster-majority-lost,left:1,of:3,majority:2}',
    ],
    ['a master without slots', cluster(), 'd', '{code:serves-nothing}'],
    ['a replica of two', cluster(), 'a1', '{code:replica-lost,left:[a2]}'],
    ['the last replica of a shard', cluster(), 'b1', '{code:last-replica-of-shard,master:b}'],
  ];
  for (const [name, topology, nodeId, expected] of cases)
    test(name, () => assert.equal(of(topology, nodeId, 'stop'), expected));
});

suite('topology/consequences: what is special in an act', () => {
  const codes = (nodeId: string, act: InterruptingAct): string =>
    consequencesOf(whole, whole.nodes.find(({ id }) => id === nodeId) ?? assert.fail(), act)
      .map(({ code }) => code)
      .join();
  const cases: readonly (readonly [string, InterruptingAct, string])[] = [
    ['redis-1', 'stop', 'failover-expected'],
    ['redis-1', 'restart', 'back-in-a-moment'],
    ['redis-1', 'kill', 'failover-expected,ends-unsaved'],
    ['redis-1', 'pause', 'failover-expected,frozen,wakes-as-master'],
    ['redis-1', 'disconnect', 'failover-expected,cut-off'],
    ['redis-2', 'disconnect', 'replica-lost,cut-off'],
    ['redis-2', 'kill', 'replica-lost,ends-unsaved'],
    ['redis-2', 'pause', 'replica-lost,frozen'],
    ['sentinel-1', 'kill', 'sentinel-lost'],
    ['sentinel-1', 'pause', 'sentinel-lost,frozen'],
  ];
  for (const [nodeId, act, expected] of cases)
    test(`${act} of ${nodeId}`, () => assert.equal(codes(nodeId, act), expected));
  test('a server that belongs to no topology', () =>
    assert.deepEqual(consequencesOf(undefined, node('alone', 'master'), 'stop'), [
      { code: 'standalone-stops', clients: 0 },
    ]));
});
