import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { formatRanges } from '../../../src/model/slots';
import { planCluster } from '../../../src/topology/cluster/plan';
import { freePort, startRedis } from '../../support/realRedis';
import type { RealRedis } from '../../support/realRedis';

/** redis-cli is asked what it would do (and told no); each server has an address of its own, as containers have. */
suite('cluster: the plan is that of redis-cli --cluster create', function () {
  this.timeout(30_000);
  const servers: RealRedis[] = [];
  let port = 0;
  suiteSetup(async () => {
    port = await freePort();
    for (let host = 1; host <= 9; host++) {
      servers.push(
        await startRedis({
          port,
          conf: ['cluster-enabled yes', `cluster-port ${port + 1}`, 'protected-mode no'],
          host: `127.0.0.${host}`,
        }),
      );
    }
  });
  suiteTeardown(() => Promise.all(servers.map(server => server.stop())));

  for (const [count, replicas] of [
    [3, 0],
    [5, 0],
    [6, 0],
    [7, 0],
    [9, 0],
    [6, 1],
    [7, 1],
    [8, 1],
    [9, 1],
    [9, 2],
  ] as const) {
    test(`${count} nodes, ${replicas} replicas each`, () => {
      const hosts = Array.from({ length: count }, (_, index) => `127.0.0.${index + 1}`);
      const { stdout } = spawnSync(
        'redis-cli',
        ['--cluster', 'create', ...hosts.map(host => `${host}:${port}`), '--cluster-replicas', String(replicas)],
        { input: 'no\n', encoding: 'utf8' },
      );
      const plan = planCluster(
        hosts.map(host => ({ name: host, host })),
        replicas,
      );
      assert.deepEqual(
        plan.masters.map(master => formatRanges(master.ranges)),
        [...stdout.matchAll(/Slots (\d+) - (\d+)/g)].map(([, first, last]) => `${first}-${last}`),
      );
      assert.deepEqual(
        plan.replicas.map(replica => `${replica.name} to ${replica.of}`),
        [...stdout.matchAll(/Adding replica (\S+):\d+ to (\S+):\d+/g)].map(
          ([, node, master]) => `${node} to ${master}`,
        ),
      );
    });
  }
});
