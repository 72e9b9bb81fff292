/**
 * needs: docker, openssl
 * Claim: an engine on another machine is used like this one's. A second Docker engine with a network, mounts and a host name of its own, reached
 * by TCP with TLS through a Docker context: topologies of all three kinds are made (volumes, uploads), seen, failed over, stopped, started and
 * removed, every server through the engine; afterwards nothing is left on either. `npm run bench -- secondEngine`
 */
import assert from 'node:assert/strict';
import { until } from '../src/base/abort';
import { createDockerEngine } from '../src/engine/docker';
import type { Topology } from '../src/model/snapshot';
import { IoredisConnector } from '../src/redis/ioredisClient';
import { createCluster, prepareCluster } from '../src/topology/cluster/createCluster';
import { createReplication, prepareReplication } from '../src/topology/createReplication';
import { createSentinel, prepareSentinel } from '../src/topology/createSentinel';
import { failoverSentinel } from '../src/topology/failoverSentinel';
import { Inventory } from '../src/topology/inventory';
import { lifecycleRequestOf, runLifecycle } from '../src/topology/lifecycle';
import { removeTopology } from '../src/topology/removeTopology';
import { docker } from '../test/support/docker';
import { memoryDeps } from '../test/support/memoryDeps';
import { newPrefix } from '../test/support/naming';
import { startSecondEngine } from '../test/support/secondEngine';
import { failoverOf, noSignal, silent, volume } from '../test/support/topologies';

type Line = (...args: readonly string[]) => Promise<string>;
const objects = async (line: Line): Promise<readonly string[]> => [
  ...(await line('ps', '-a', '--format', 'container {{.Names}}')).split('\n'),
  ...(await line('network', 'ls', '--format', 'network {{.Name}}')).split('\n'),
  ...(await line('volume', 'ls', '--format', 'volume {{.Name}}')).split('\n'),
];
const began = performance.now();
const say = (text: string): void =>
  console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${text}`);

async function main(): Promise<void> {
  const prefix = newPrefix();
  const mine = (names: readonly string[]): readonly string[] => names.filter(name => name.includes(prefix));
  const second = await startSecondEngine('rte-second', 77);
  say(
    `second engine: ${await second.docker('info', '--format', '{{.Name}}, Docker {{.ServerVersion}}')}, tcp://${second.host}:2376, TLS both ways`,
  );
  process.env['DOCKER_CONFIG'] = second.config;
  const engine = createDockerEngine({ owner: 'second-engine', context: () => 'far' });
  const connector = new IoredisConnector((address, signal) =>
    engine.containers.dial(address.via ?? '', address, signal),
  );
  const deps = memoryDeps(engine, connector);
  const inventory = new Inventory({ engines: [engine], connector, secrets: deps.secrets });
  try {
    await second.copyImage('redis:7.0');
    const before = await objects(second.docker);
    const { title, sharesFiles, afar } = await engine.describe();
    say(`${title}; shares files: ${sharesFiles}; elsewhere: ${afar === true}`);
    assert.deepEqual([sharesFiles, afar], [false, true]);
    assert.match(title, /far \(tcp:/);
    inventory.setVisible(true);
    await inventory.refresh();
    const whole = (name: string, count: number): Promise<Topology> =>
      until(`${name} is whole`, { everyMs: 100, deadlineMs: 60_000 }, () =>
        Promise.resolve(
          inventory.snapshot.topologies.find(
            one =>
              one.name === name &&
              one.nodes.length === count &&
              one.nodes.every(({ contact }) => contact.state === 'answering'),
          ),
        ),
      );
    const ports = { firstPort: 23_900, storage: volume, engine: 'docker' as const, image: 'redis:7.0' };

    // replication
    const pair = `${prefix}-pair`;
    const made = await createReplication(
      deps,
      { plan: await prepareReplication(deps, { ...ports, name: pair, replicas: 1 }, noSignal) },
      noSignal,
      silent,
    );
    assert.equal(
      (await whole(pair, 2)).nodes.every(({ reachable }) => reachable?.via !== undefined),
      true,
    );
    say(`replication 1+1 made in ${made.totalMs.toFixed(0)} ms and seen`);
    await removeTopology(
      deps,
      { topologyId: made.topologyId, kind: 'replication', name: pair, engine: 'docker', data: true },
      noSignal,
      silent,
    );

    // sentinel: fail over, stop, start
    const watched = `${prefix}-watched`;
    const report = await createSentinel(
      deps,
      {
        plan: await prepareSentinel(
          deps,
          { ...ports, name: watched, replicas: 2, sentinels: 3, quorum: 2, firstSentinelPort: 23_950 },
          noSignal,
        ),
      },
      noSignal,
      silent,
    );
    say(`Sentinel 1+2+3 made in ${report.totalMs.toFixed(0)} ms`);
    await whole(watched, 6);
    const over = await failoverSentinel(deps, failoverOf(report), noSignal, silent);
    await until('another master in the tree', { everyMs: 100, deadlineMs: 30_000 }, () =>
      Promise.resolve(
        inventory.snapshot.topologies
          .find(({ name }) => name === watched)
          ?.nodes.some(({ role, name }) => role === 'master' && name !== 'redis-1') || undefined,
      ),
    );
    say(`failed over (${Object.keys(over).length} facts reported), the tree shows the new master`);
    const replica = (await whole(watched, 6)).nodes.find(({ role }) => role === 'replica');
    assert.ok(replica);
    await runLifecycle(deps, lifecycleRequestOf(replica, 'stop'), noSignal);
    await runLifecycle(deps, lifecycleRequestOf(replica, 'start'), noSignal);
    await whole(watched, 6);
    say('a replica stopped, started, answers again');
    await removeTopology(
      deps,
      { topologyId: report.topologyId, kind: 'sentinel', name: watched, engine: 'docker', data: true },
      noSignal,
      silent,
    );

    // cluster
    const slots = `${prefix}-slots`;
    const cluster = await createCluster(
      deps,
      { plan: await prepareCluster(deps, { ...ports, name: slots, masters: 3, replicas: 0, extra: 0 }, noSignal) },
      noSignal,
      silent,
    );
    await whole(slots, 3);
    say(`cluster 3+0 made in ${cluster.totalMs.toFixed(0)} ms and seen`);
    await removeTopology(
      deps,
      { topologyId: cluster.topologyId, kind: 'cluster', name: slots, engine: 'docker', data: true },
      noSignal,
      silent,
    );

    assert.deepEqual(await objects(second.docker), before, 'left on the second engine');
    assert.deepEqual(mine(await objects((...args) => docker(...args))), [], 'left on the first engine');
    say('nothing left on either engine');
  } finally {
    inventory.dispose();
    engine.dispose();
    await second.stop();
    say('second engine ended');
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
