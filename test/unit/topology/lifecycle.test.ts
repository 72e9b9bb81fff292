import assert from 'node:assert/strict';
import type { Consequence } from '../../../src/topology/lifecycle';
import { consequenceOfStop, lifecycleRequestOf, runLifecycle } from '../../../src/topology/lifecycle';
import type { LifecycleAct } from '../../../src/topology/lifecycle';
import type { Node, Topology } from '../../../src/model/snapshot';
import { FakeEngine } from '../../support/fakeEngine';
import { answering, instance, node, report, sentinelTopology } from '../../support/snapshots';

const quorum = (required: number, usable: number, known = 3): Partial<Topology> => ({ quorum: { required, usable, known, majority: Math.floor(known / 2) + 1 } });
const watching = (name: string, downAfterMs: number): Node => node(name, 'sentinel', {
  contact: answering({ ...report('sentinel'), sentinel: { id: 'f'.repeat(40), tilt: false, masters: [{ name: 'orders', address: { host: '10.0.0.1', port: 6379 }, flags: ['master'], quorum: 2, configEpoch: 0, downAfterMs, failoverTimeoutMs: 30_000, replicas: [], sentinels: [], quorumCheck: { ok: true, text: 'OK' } }] } }),
});
const change = (topology: Topology, name: string, by: Partial<Node>): Topology => ({ ...topology, nodes: topology.nodes.map(one => (one.name === name ? { ...one, ...by } : one)) });
const whole = sentinelTopology();
const short = (one: Consequence): string => JSON.stringify(one).replace(/"/g, '');

suite('topology/lifecycle: what stopping costs', () => {
  const timed = { ...whole, nodes: [...whole.nodes.filter(({ role }) => role !== 'sentinel'), watching('sentinel-1', 1000), watching('sentinel-2', 5000), watching('sentinel-3', 5000)] };
  const cases: readonly (readonly [string, Topology, string, string])[] = [
    ['the master: a failover, after the longest down-after of its Sentinels', timed, 'redis-1', '{code:failover-expected,seconds:6.3,candidates:[redis-2,redis-3],clients:0}'],
    ['the master, when no Sentinel told its down-after: the default of Redis', whole, 'redis-1', '{code:failover-expected,seconds:31.3,candidates:[redis-2,redis-3],clients:0}'],
    ['the master, quorum 3 of 3 and one Sentinel gone', { ...whole, ...quorum(3, 2) }, 'redis-1', '{code:no-failover,reason:{code:quorum,usable:2,required:3}}'],
    ['the master, two of three Sentinels gone', { ...whole, ...quorum(1, 1) }, 'redis-1', '{code:no-failover,reason:{code:majority,usable:1,majority:2}}'],
    ['the master, its replicas not linked', change(change(whole, 'redis-2', { contact: answering(report('replica', { link: 'down' })) }), 'redis-3', { contact: { state: 'not-running' } }), 'redis-1', '{code:no-failover,reason:{code:no-usable-replica}}'],
    ['the master of a plain replication', { ...whole, kind: 'replication' }, 'redis-1', '{code:no-failover,reason:{code:no-sentinels}}'],
    ['a replica', whole, 'redis-2', '{code:replica-lost,left:[redis-3]}'],
    ['the last replica', change(whole, 'redis-3', { contact: { state: 'not-running' } }), 'redis-2', '{code:last-replica}'],
    ['a Sentinel of three', whole, 'sentinel-1', '{code:sentinel-lost,usable:2,of:3,spare:0}'],
    ['a Sentinel of five', { ...whole, ...quorum(3, 5, 5) }, 'sentinel-1', '{code:sentinel-lost,usable:4,of:5,spare:1}'],
    ['a Sentinel when quorum is 3 of 3', { ...whole, ...quorum(3, 3) }, 'sentinel-1', '{code:quorum-lost,usable:2,required:3,majority:2}'],
    ['a second Sentinel of three', { ...whole, ...quorum(2, 2) }, 'sentinel-2', '{code:quorum-lost,usable:1,required:2,majority:2}'],
    ['a stale master: nobody follows it', change(whole, 'redis-1', { staleMaster: { actual: { host: '10.0.0.2', port: 6380 } } }), 'redis-1', '{code:standalone-stops,clients:0}'],
    ['what does not run', change(whole, 'redis-1', { contact: { state: 'not-running' } }), 'redis-1', '{code:not-running}'],
    ['what is not there', whole, 'redis-9', '{code:not-running}'],
  ];
  for (const [name, topology, nodeId, expected] of cases) test(name, () => assert.equal(consequenceOfStop(topology, nodeId).map(short).join(), expected));
});

suite('topology/lifecycle: acts', () => {
  const ownership = { topologyId: 't1', topologyName: 'orders', topologyKind: 'sentinel', node: 'redis-1', owner: 'me', session: 's', schema: 1 } as const;
  const acts: readonly (readonly [LifecycleAct, string])[] = [
    ['start', 'start orders-redis-1'], ['stop', 'stop 15 orders-redis-1'], ['kill', 'kill orders-redis-1'], ['pause', 'pause orders-redis-1'], ['unpause', 'unpause orders-redis-1'],
    ['restart', 'stop 15 orders-redis-1,start orders-redis-1'],
  ];
  for (const [act, expected] of acts) {
    test(`${act} → ${expected}`, async () => {
      const engine = new FakeEngine();
      const ours = instance('running', { id: 'box', ownership });
      engine.made.set('box', { instance: ours, files: [] });
      await runLifecycle({ engine: () => engine }, { ...lifecycleRequestOf(node('redis-1', 'master', { instance: ours }), act), graceSeconds: 3 }, new AbortController().signal);
      assert.equal(engine.acts.join(), expected);
    });
  }

  test('an id that has become somebody else\'s is not touched', async () => {
    const engine = new FakeEngine();
    engine.made.set('box', { instance: instance('running', { id: 'box', ownership: { ...ownership, topologyId: 't2' } }), files: [] });
    const request = lifecycleRequestOf(node('redis-1', 'master', { instance: instance('running', { id: 'box', ownership }) }), 'stop');
    await assert.rejects(runLifecycle({ engine: () => engine }, request, new AbortController().signal), /not-ours/);
    assert.deepEqual(engine.acts, []);
  });

  test('a node that has only an address cannot be acted on', () => {
    const { instance: _, ...bare } = node('redis-1', 'master');
    assert.throws(() => lifecycleRequestOf(bare, 'stop'), /no-instance/);
  });
});
