import assert from 'node:assert/strict';
import { clusterRequestOf, splitServers } from '../../../src/commands/createCluster/answers';
import { clusterPreviewOf } from '../../../src/commands/createCluster/preview';
import { clusterSize, planClusterCreation, validateClusterRequest } from '../../../src/topology/cluster/request';
import { plain } from '../../support/plain';

const answers = {
  name: 'seven',
  engine: 'docker',
  image: 'redis:7.0',
  fetch: false,
  firstPort: 7000,
  storage: { kind: 'volume' },
  masters: 3,
  replicas: 1,
  extra: 1,
} as const;

suite('commands/createCluster', () => {
  const splits: readonly (readonly [servers: number, masters: number, replicas: number, extra: number])[] = [
    [7, 3, 1, 1],
    [6, 3, 1, 0],
    [8, 3, 1, 2],
    [9, 3, 2, 0],
    [3, 3, 0, 0],
    [5, 3, 0, 2],
    [11, 5, 1, 1],
    [2, 3, 0, 0],
  ];
  for (const [servers, masters, replicas, extra] of splits) {
    test(`${servers} servers, ${masters} masters`, () => {
      assert.deepEqual(splitServers(servers, masters), { replicas, extra });
      if (servers >= masters) assert.equal(clusterSize({ masters, replicas, extra }), servers);
    });
  }

  test('seven nodes: the assignment of the notes, the extra one is said to be one, and no password shows', () => {
    const request = clusterRequestOf({ ...answers, password: 'hunter2hunter2' });
    assert.deepEqual(validateClusterRequest(request), []);
    const text = clusterPreviewOf(
      plain,
      planClusterCreation(request, [7000, 7001, 7002, 7003, 7004, 7005, 7006], () => ({
        conf: '/conf',
        data: '/data',
      })),
      false,
    );
    assert.match(text, /`redis-1` \| 0-5460 \| 5461 \| `redis-5`, `redis-4` \(extra\)/);
    assert.match(text, /`redis-2` \| 5461-10922 \| 5462 \| `redis-6` \|/);
    assert.match(text, /`redis-3` \| 10923-16383 \| 5461 \| `redis-7` \|/);
    assert.match(text, /survives the loss of a container or process, not of the machine/);
    assert.ok(!text.includes('hunter2'));
  });
});
