import assert from 'node:assert/strict';
import { clusterPorts, planClusterCreation, validateClusterRequest } from '../../../../src/topology/cluster/request';
import type { ClusterRequest } from '../../../../src/topology/cluster/request';

const request: ClusterRequest = {
  name: 'orders',
  engine: 'docker',
  image: 'redis:7.0',
  masters: 3,
  replicas: 1,
  extra: 0,
  firstPort: 7000,
  storage: { kind: 'volume' },
};
const ports = (count: number) => Array.from({ length: count }, (_, index) => 7000 + index);
const inside = (node: string) => ({ conf: `/conf/${node}`, data: `/data/${node}` });

suite('topology/cluster/request', () => {
  const bad: readonly [change: Partial<ClusterRequest>, field: string, code: string][] = [
    [{ name: '' }, 'name', 'name-empty'],
    [{ masters: 2 }, 'masters', 'out-of-range'],
    [{ masters: 3.5 }, 'masters', 'not-a-number'],
    [{ replicas: -1 }, 'replicas', 'out-of-range'],
    [{ extra: 21 }, 'extra', 'out-of-range'],
    [{ firstPort: 80 }, 'firstPort', 'port-range'],
    [{ firstPort: 55531 }, 'firstPort', 'port-range'],
    [{ password: 'a b' }, 'password', 'password-characters'],
  ];
  for (const [change, field, code] of bad) {
    test(`${JSON.stringify(change)} is refused`, () =>
      assert.deepEqual(
        validateClusterRequest({ ...request, ...change }).map(one => [one.field, one.problem.code]),
        [[field, code]],
      ));
  }
  test('the last possible port leaves room for the bus', () =>
    assert.deepEqual(validateClusterRequest({ ...request, firstPort: 55530 }), []));

  test('the plan names who is what, and the conf makes it so', () => {
    const plan = planClusterCreation({ ...request, extra: 1 }, ports(7), inside);
    assert.deepEqual(
      plan.nodes.map(node => `${node.name}:${node.port} ${node.role}${node.follows ? ` of ${node.follows}` : ''}`),
      [
        'redis-1:7000 master',
        'redis-2:7001 master',
        'redis-3:7002 master',
        'redis-4:7003 replica of redis-1',
        'redis-5:7004 replica of redis-1',
        'redis-6:7005 replica of redis-2',
        'redis-7:7006 replica of redis-3',
      ],
    );
    assert.deepEqual(
      plan.notes.map(note => note.code),
      ['survives-node', 'one-machine'],
    );
    const conf = plan.nodes[4]?.files[0]?.content ?? '';
    for (const line of [
      'port 7004',
      'dir /data/redis-5',
      'cluster-enabled yes',
      'cluster-announce-ip <redis-5>',
      'requirepass <password>',
      'masterauth <password>',
      'appendonly yes',
    ]) {
      assert.ok(conf.split('\n').includes(line), line);
    }
    assert.ok(!/replicaof/.test(conf));
  });

  test('no password, no secret in the conf', () =>
    assert.ok(
      !/requirepass|masterauth/.test(
        planClusterCreation({ ...request, password: '' }, ports(6), inside).nodes[0]?.files[0]?.content ?? '',
      ),
    ));

  const engineWith = (kind: 'docker' | 'process', ...taken: number[]) => ({
    kind,
    freePorts: (first: number, count: number) => {
      const free: number[] = [];
      for (let port = first; free.length < count; port++) if (!taken.includes(port)) free.push(port);
      return Promise.resolve(free);
    },
  });
  const signal = AbortSignal.timeout(1000);
  test('in containers a taken bus port of this machine does not matter', async () =>
    assert.deepEqual(await clusterPorts(engineWith('docker', 17001), 7000, 3, signal), [7000, 7001, 7002]));
  test('processes need their bus ports free', async () =>
    assert.deepEqual(await clusterPorts(engineWith('process', 7000, 17002), 7000, 3, signal), [7001, 7003, 7004]));
});
