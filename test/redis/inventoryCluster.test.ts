import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { until } from '../../src/base/abort';
import type { Topology } from '../../src/model/snapshot';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import { Inventory } from '../../src/topology/inventory';
import { ListedEngine, processInstance } from '../support/processEngine';
import type { RealRedis } from '../support/realRedis';
import { freePort, startRedis } from '../support/realRedis';

const run = promisify(execFile);

suite('topology/inventory on real servers: Cluster made by redis-cli', function () {
  this.timeout(90_000);
  const engine = new ListedEngine();
  const inventory = new Inventory({
    engines: [engine],
    connector: new IoredisConnector(),
    secrets: { get: () => Promise.resolve(undefined) },
  });
  const servers: RealRedis[] = [];
  const topology = (): Topology => {
    const [first] = inventory.snapshot.topologies;
    assert.ok(first !== undefined, 'no topology');
    return first;
  };
  const see = (what: string, check: () => boolean, deadlineMs = 20_000): Promise<true> =>
    until(what, { everyMs: 20, deadlineMs }, () => Promise.resolve(check() || undefined)).catch((error: unknown) => {
      throw new Error(
        `${what}: ${JSON.stringify(inventory.snapshot.topologies.map(({ health, nodes }) => ({ health, nodes: nodes.map(node => `${node.name} ${node.role} ${node.contact.state}`) })))}`,
        { cause: error },
      );
    });

  suiteSetup(async () => {
    for (let index = 1; index <= 6; index++) {
      const server = await startRedis({
        conf: ['cluster-enabled yes', `cluster-port ${await freePort()}`, 'cluster-node-timeout 1500'],
      });
      servers.push(server);
      engine.instances.push(processInstance(`node-${index}`, server.port));
    }
  });
  suiteTeardown(async () => {
    inventory.dispose();
    await Promise.all(servers.map(server => server.stop()));
  });

  test('six empty cluster nodes are six others', async () => {
    await inventory.refresh();
    inventory.setVisible(true);
    assert.deepEqual([inventory.snapshot.topologies.length, inventory.snapshot.others.length], [0, 6]);
  });

  test('created: three shards, every slot, each master with its replica', async () => {
    await run('redis-cli', [
      '--cluster',
      'create',
      ...servers.map(server => `127.0.0.1:${server.port}`),
      '--cluster-replicas',
      '1',
      '--cluster-yes',
    ]);
    await see('healthy', () => inventory.snapshot.topologies[0]?.health.level === 'healthy', 30_000);
    const { kind, shards, nodes, cluster } = topology();
    assert.equal(kind, 'cluster');
    assert.deepEqual(
      shards?.map(shard => [shard.slots, shard.nodes.length]),
      [
        [[[0, 5460]], 2],
        [[[5461, 10922]], 2],
        [[[10923, 16383]], 2],
      ],
    );
    assert.deepEqual(
      nodes.map(node => node.role),
      ['master', 'replica', 'master', 'replica', 'master', 'replica'],
    );
    assert.deepEqual(cluster?.uncovered, []);
  });

  test('a master is killed: its slots are told, then its replica is the master, in the same shard', async () => {
    const shards = topology().shards?.map(shard => shard.id);
    const killedAt = Date.now();
    servers[0]?.signal('SIGKILL');
    await see(
      'silent',
      () => topology().nodes.some(node => node.name === 'node-1' && node.contact.state === 'silent'),
      5000,
    );
    await see(
      'failed over',
      () =>
        topology().shards?.[0]?.nodes.length === 1 ||
        topology().nodes.filter(node => node.role === 'master' && node.contact.state === 'answering').length === 3,
    );
    console.log(`      failed over, shown after ${Date.now() - killedAt} ms`);
    await see(
      'served again',
      () => topology().health.level === 'degraded' && topology().cluster?.uncovered.length === 0,
    );
    await see(
      'one crown a shard',
      () => topology().nodes.find(node => node.name === 'node-1')?.role !== 'master',
      10_000,
    );
    assert.deepEqual(
      topology().shards?.map(shard => shard.id),
      shards,
    );
  });
});
