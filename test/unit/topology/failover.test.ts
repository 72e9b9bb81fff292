import assert from 'node:assert/strict';
import type { Node } from '../../../src/model/snapshot';
import { bestFirst, lagOf } from '../../../src/topology/failoverCheck';
import type { ReplicaState } from '../../../src/topology/failoverCheck';
import { failoverRequestOf } from '../../../src/topology/failoverPlan';
import { node, sentinelTopology } from '../../support/snapshots';

const state = (name: string, rest: Partial<ReplicaState>): ReplicaState => ({
  seat: { name, announced: { host: name, port: 1 }, reachable: { host: name, port: 1 } },
  link: 'up',
  offset: 100,
  behindBytes: 0,
  lagSeconds: 0,
  priority: 100,
  runId: name,
  ...rest,
});

suite('topology/failover', () => {
  const orders: readonly (readonly [string, readonly ReplicaState[], string])[] = [
    ['the smallest run id when all is equal', [state('b', {}), state('a', {})], 'a,b'],
    ['most of the stream', [state('a', { offset: 1 }), state('b', { offset: 2 })], 'b,a'],
    [
      'the lowest priority number before all',
      [state('a', { offset: 9 }), state('b', { priority: 1, offset: 1 })],
      'b,a',
    ],
  ];
  for (const [name, states, expected] of orders)
    test(`Sentinel's choice: ${name}`, () =>
      assert.equal(
        [...states]
          .sort(bestFirst)
          .map(({ seat }) => seat.name)
          .join(),
        expected,
      ));

  const info = new Map([
    ['role', 'master'],
    ['slave0', 'ip=10.0.0.3,port=6380,state=online,offset=42,lag=1'],
    ['slave1', 'ip=10.0.0.4,port=6381,state=wait_bgsave,offset=0,lag=0'],
    ['slaves', 'x'],
  ]);
  const lags: readonly (readonly [string, number, number])[] = [
    ['10.0.0.3', 6380, 1],
    ['10.0.0.4', 6381, Infinity],
    ['10.0.0.3', 6381, Infinity],
    ['10.0.0.9', 6380, Infinity],
  ];
  for (const [host, port, lag] of lags)
    test(`lag of ${host}:${port} → ${lag}`, () => assert.equal(lagOf(info, { host, port }), lag));

  test('the request of a tree node has every seat, with both addresses', () => {
    const request = failoverRequestOf(sentinelTopology());
    assert.ok('master' in request);
    assert.equal(request.masterName, 'orders');
    assert.equal(request.master.name, 'redis-1');
    assert.deepEqual(
      request.replicas.map(({ name }) => name),
      ['redis-2', 'redis-3'],
    );
    assert.equal(request.sentinels.length, 3);
    assert.deepEqual(request.master.announced, { host: '10.0.0.1', port: 6379 });
    assert.deepEqual(request.master.reachable, { host: '127.0.0.1', port: 6379 });
  });

  const nodes = sentinelTopology().nodes;
  const { reachable: _, ...unreachable } = node('redis-1', 'master');
  const lacking: readonly (readonly [string, readonly Node[], string])[] = [
    ['no master', nodes.filter(({ role }) => role !== 'master'), 'failover-master-silent'],
    ['a master that nobody can reach', [unreachable, ...nodes.slice(1)], 'failover-master-silent'],
    [
      'a stale master only',
      [node('redis-1', 'master', { staleMaster: { actual: { host: 'x', port: 1 } } }), ...nodes.slice(1)],
      'failover-master-silent',
    ],
    ['no Sentinel', nodes.filter(({ role }) => role !== 'sentinel'), 'failover-no-sentinel'],
  ];
  for (const [name, some, code] of lacking) {
    test(`${name} → ${code}`, () => {
      const fault = failoverRequestOf(sentinelTopology({ nodes: some }));
      assert.equal('code' in fault ? fault.code : 'a request', code);
    });
  }
});
