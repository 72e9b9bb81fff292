import assert from 'node:assert/strict';
import { followsOf, replicationRequestOf } from '../../../src/commands/createReplication/answers';
import type { Shape } from '../../../src/commands/createReplication/answers';
import { replicationPreviewOf } from '../../../src/commands/createReplication/preview';
import { handoverRequestOf } from '../../../src/topology/failoverReplication';
import { planReplication, validateReplicationRequest } from '../../../src/topology/replicationPlan';
import { plain } from '../../support/plain';
import { node, sentinelTopology } from '../../support/snapshots';

const answers = {
  name: 'pairs',
  engine: 'docker',
  image: 'redis:7.0',
  fetch: false,
  firstPort: 6379,
  storage: { kind: 'volume' },
  replicas: 3,
} as const;

suite('commands/createReplication', () => {
  const shapes: readonly (readonly [Shape, number, readonly number[]])[] = [
    ['star', 3, [0, 0, 0]],
    ['chain', 3, [0, 1, 2]],
    ['relay', 3, [0, 1, 1]],
    ['relay', 1, [0]],
    ['chain', 1, [0]],
  ];
  for (const [shape, replicas, expected] of shapes) {
    test(`${shape} of ${replicas}`, () => {
      assert.deepEqual(followsOf(shape, replicas), expected);
      assert.deepEqual(validateReplicationRequest(replicationRequestOf({ ...answers, replicas, shape })), []);
    });
  }

  test('the preview tells who follows whom and holds no password', () => {
    const request = replicationRequestOf({ ...answers, shape: 'chain', password: 'hunter2hunter2' });
    const text = replicationPreviewOf(
      plain,
      planReplication(request, [6379, 6380, 6381, 6382], () => ({ conf: '/conf', data: '/data' })),
      true,
    );
    assert.match(text, /`redis-3`.*`redis-2`/);
    assert.match(text, /requirepass <password>/);
    assert.match(text, /fetched first/);
    assert.ok(!text.includes('hunter2'));
  });

  const pair = sentinelTopology({
    kind: 'replication',
    nodes: [
      node('redis-1', 'master'),
      node('redis-2', 'replica', { masterId: 'redis-1', lag: { bytes: 9, seconds: 0 } }),
      node('redis-3', 'replica', { masterId: 'redis-1', lag: { bytes: 1, seconds: 0 } }),
      node('redis-4', 'replica', { masterId: 'redis-2' }),
    ],
  });
  const handovers: readonly (readonly [string, string | undefined, string | undefined])[] = [
    ['nobody named: the direct replica that is least behind', undefined, 'redis-3'],
    ['the one that was clicked', 'redis-2', 'redis-2'],
    ['a replica of a replica cannot', 'redis-4', undefined],
    ['nobody of that id', 'redis-9', undefined],
  ];
  for (const [name, to, expected] of handovers)
    test(`hand-over to ${name}`, () => assert.equal(handoverRequestOf(pair, to)?.to.name, expected));
  test('a hand-over points only direct replicas to the new master', () =>
    assert.deepEqual(
      handoverRequestOf(pair)?.replicas.map(({ name }) => name),
      ['redis-2', 'redis-3'],
    ));
});
