import assert from 'node:assert/strict';
import { isFault } from '../../../src/base/errors';
import { failoverCluster, checkClusterFailover } from '../../../src/topology/cluster/failover';
import type { ClusterFailoverMode } from '../../../src/topology/cluster/failover';
import { IoredisConnector } from '../../../src/redis/ioredisClient';
import { startCluster } from '../../support/clusterServers';
import type { ClusterServers } from '../../support/clusterServers';

const secrets = {
  get: () => Promise.resolve(undefined),
  set: () => Promise.resolve(),
  delete: () => Promise.resolve(),
};
const deps = { connector: new IoredisConnector(), secrets, now: () => performance.now() };
const targetOf = (servers: ClusterServers) => ({
  topologyId: 't',
  name: 'orders',
  seats: servers.nodes.map(({ name, announced }) => ({ name, announced, reachable: announced })),
});
const order = (servers: ClusterServers, node: string, mode: ClusterFailoverMode, onBegin?: (step: string) => void) =>
  failoverCluster(deps, { target: targetOf(servers), node, mode }, AbortSignal.timeout(40_000), progress => {
    if (progress.state === 'begun') onBegin?.(progress.step);
  });
const rolesOf = async (servers: ClusterServers) =>
  Object.fromEntries((await servers.look()).map(one => [one.name, one.role]));

/** n1, n2, n3 are masters; n5 follows n1, n6 follows n2, n4 follows n3. */
suite('cluster: failover of real servers', function () {
  this.timeout(60_000);
  let servers: ClusterServers;
  setup(async () => {
    servers = await startCluster(3, 1, { conf: ['cluster-node-timeout 2000'] });
  });
  teardown(() => servers.stop());

  test('a replica becomes master, and by its name the old master gets back', async () => {
    const there = await order(servers, 'n5', 'safe');
    assert.deepEqual([there.from, there.to, there.mode], ['n1', 'n5', 'safe']);
    assert.deepEqual(await rolesOf(servers), {
      n1: 'replica',
      n2: 'master',
      n3: 'master',
      n4: 'replica',
      n5: 'master',
      n6: 'replica',
    });
    const back = await order(servers, 'n5', 'safe');
    assert.deepEqual([back.from, back.to], ['n5', 'n1']);
    assert.ok(back.switchMs > 0 && back.switchMs <= back.totalMs, `took ${back.switchMs} ms`);
  });

  for (const mode of ['force', 'takeover'] as const) {
    test(`${mode} with the master frozen`, async () => {
      servers.node('n1').server.signal('SIGSTOP');
      const report = await order(servers, 'n5', mode);
      assert.deepEqual([report.from, report.to], ['n1', 'n5']);
      servers.node('n1').server.signal('SIGCONT');
      for (let tries = 0; (await rolesOf(servers))['n1'] !== 'replica'; tries++) {
        assert.ok(tries < 300, 'the old master follows the new one');
        await new Promise(resolve => setTimeout(resolve, 100));
      }
    });
  }

  test('safe with the master frozen is refused, and says what would work', async () => {
    await Promise.all(
      servers.nodes.map(node => node.connection.call(['CONFIG', 'SET', 'cluster-node-timeout', '60000'])),
    );
    servers.node('n1').server.signal('SIGSTOP');
    await assert.rejects(
      checkClusterFailover(deps, { target: targetOf(servers), node: 'n5', mode: 'safe' }, AbortSignal.timeout(20_000)),
      error => isFault(error, 'cluster-master-silent'),
    );
    const check = await checkClusterFailover(
      deps,
      { target: targetOf(servers), node: 'n1', mode: 'force' },
      AbortSignal.timeout(20_000),
    );
    assert.deepEqual([check.master, check.replica, check.masterAnswers], ['n1', 'n5', false]);
  });

  test('an OK that does nothing is told as that', async () => {
    // frozen after the check: the replica answers OK and waits for a master that says nothing
    const failing = order(servers, 'n5', 'safe', step => {
      if (step === 'switch') servers.node('n1').server.signal('SIGSTOP');
    });
    // the cluster itself would promote n5 after its time-out, which is not ours to count as success or failure here
    await Promise.all(
      ['n2', 'n3', 'n5'].map(name =>
        servers.node(name).connection.call(['CONFIG', 'SET', 'cluster-node-timeout', '60000']),
      ),
    );
    await assert.rejects(failing, error => isFault(error, 'cluster-failover-without-effect'));
    assert.equal(((await servers.nodes[4]?.connection.call(['ROLE'])) as string[])[0], 'slave');
  });

  test('a master without a replica', async () => {
    const bare = await startCluster(3, 0);
    try {
      await assert.rejects(order(bare, 'n1', 'safe'), error => isFault(error, 'cluster-no-replica'));
      await assert.rejects(order(bare, 'n9', 'safe'), error => isFault(error, 'cluster-node-unknown'));
    } finally {
      await bare.stop();
    }
  });
});
