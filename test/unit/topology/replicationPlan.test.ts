import assert from 'node:assert/strict';
import { compareServerVersions } from '../../../src/topology/replicaOf';
import {
  planReplication,
  replicationWarnings,
  validateReplicationRequest,
} from '../../../src/topology/replicationPlan';
import type { ReplicationRequest } from '../../../src/topology/replicationPlan';

const request: ReplicationRequest = {
  name: 'pairs',
  engine: 'docker',
  image: 'redis:7.0',
  replicas: 3,
  firstPort: 6379,
  storage: { kind: 'volume' },
};
const inside = (): { conf: string; data: string } => ({ conf: '/conf', data: '/data' });
const ports = [6379, 6380, 6381, 6382];

suite('topology/replicationPlan', () => {
  const shapes: readonly (readonly [readonly number[] | undefined, string])[] = [
    [undefined, 'redis-2 → redis-1, redis-3 → redis-1, redis-4 → redis-1'],
    [[0, 1, 2], 'redis-2 → redis-1, redis-3 → redis-2, redis-4 → redis-3'],
    [[0, 0, 2], 'redis-2 → redis-1, redis-3 → redis-1, redis-4 → redis-3'],
  ];
  for (const [follows, expected] of shapes) {
    test(`${follows?.join() ?? 'no shape'}: ${expected}`, () => {
      const { nodes } = planReplication(follows === undefined ? request : { ...request, follows }, ports, inside);
      assert.equal(
        nodes
          .slice(1)
          .map(node => `${node.name} → ${node.follows}`)
          .join(', '),
        expected,
      );
      assert.deepEqual(
        nodes.map(({ role }) => role),
        ['master', 'replica', 'replica', 'replica'],
      );
    });
  }

  const wrong: readonly (readonly [Partial<ReplicationRequest>, string])[] = [
    [{}, ''],
    [{ follows: [0, 1, 2] }, ''],
    [{ follows: [0, 1] }, 'follows out-of-range'],
    [{ follows: [1, 0, 0] }, 'follows follows-unknown'],
    [{ follows: [0, 3, 0] }, 'follows follows-unknown'],
    [{ follows: [0, -1, 0] }, 'follows follows-unknown'],
    [{ name: 'A' }, 'name name-characters'],
    [{ replicas: 99 }, 'replicas out-of-range'],
    [{ firstPort: 65_534 }, 'firstPort port-range'],
    [{ password: ' ' }, 'password password-characters'],
  ];
  for (const [change, expected] of wrong)
    test(`${JSON.stringify(change)} → ${expected || 'fine'}`, () =>
      assert.equal(
        validateReplicationRequest({ ...request, ...change })
          .map(({ field, problem }) => `${field} ${problem.code}`)
          .join(),
        expected,
      ));

  test('warnings', () =>
    assert.deepEqual(
      replicationWarnings({ ...request, replicas: 0, password: '' }).map(({ code }) => code),
      ['no-replica', 'no-password'],
    ));

  const versions: readonly (readonly [string, string, number])[] = [
    ['7.0.15', '7.0.2', 0],
    ['6.2.6', '7.0.0', -1],
    ['8.0.2', '7.4.9', 1],
    ['7.4', '7.2.1', 1],
  ];
  for (const [a, b, sign] of versions)
    test(`${a} against ${b} → ${sign}`, () => assert.equal(Math.sign(compareServerVersions(a, b)), sign));
});
