/**
 * needs: docker, openssl
 * Claim: a topology is spread over a Docker swarm and used as if it were here. Engines of their own on this machine, each with a network, mounts and a
 * host name of its own, joined to a swarm; spoken to is the manager alone. All three kinds are made (masters and their replicas on different machines),
 * seen, failed over by hand and by themselves, stopped (no task), started, and removed; afterwards nothing is left on the manager, and on the others
 * the volumes alone. `npm run bench -- swarm [machines]`, three by default.
 */
import assert from 'node:assert/strict';
import { until } from '../src/base/abort';
import { createDockerEngine } from '../src/engine/docker';
import type { Storage } from '../src/engine/engine';
import type { TopologyKind } from '../src/model/instance';
import type { Node, Topology } from '../src/model/snapshot';
import { IoredisConnector } from '../src/redis/ioredisClient';
import { createCluster, prepareCluster } from '../src/topology/cluster/createCluster';
import type { CreatedNode } from '../src/topology/creation';
import { createReplication, prepareReplication } from '../src/topology/createReplication';
import { createSentinel, prepareSentinel } from '../src/topology/createSentinel';
import { failoverSentinel } from '../src/topology/failoverSentinel';
import { Inventory } from '../src/topology/inventory';
import { lifecycleRequestOf, runLifecycle } from '../src/topology/lifecycle';
import { removeTopology } from '../src/topology/removeTopology';
import { docker } from '../test/support/docker';
import { memoryDeps } from '../test/support/memoryDeps';
import { newPrefix } from '../test/support/naming';
import { startSwarm } from '../test/support/swarm';
import { failoverOf, noSignal, silent } from '../test/support/topologies';

type Line = (...args: readonly string[]) => Promise<string>;
const lines = (text: string): readonly string[] => text.split('\n').filter(line => line !== '');
/** What there is besides volumes. */
const objects = async (line: Line): Promise<readonly string[]> => [
  ...lines(await line('ps', '-a', '--format', 'container {{.Names}}')),
  ...lines(await line('network', 'ls', '--format', 'network {{.Name}}')),
];
const held = async (line: Line): Promise<readonly string[]> => [
  ...lines(await line('service', 'ls', '--format', 'service {{.Name}}')),
  ...lines(await line('config', 'ls', '--format', 'config {{.Name}}')),
  ...lines(await line('secret', 'ls', '--format', 'secret {{.Name}}')),
];
const volumes = async (line: Line): Promise<readonly string[]> =>
  lines(await line('volume', 'ls', '--format', 'volume {{.Name}}'));
const began = performance.now();
const say = (text: string): void =>
  console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${text}`);

async function main(): Promise<void> {
  const machines = Number(process.argv[2] ?? 3);
  const prefix = newPrefix();
  const swarm = await startSwarm('rtesw', 81, machines);
  const [manager, ...others] = swarm.engines;
  assert.ok(manager);
  say(`a swarm of ${machines}: ${await manager.docker('node', 'ls', '--format', '{{.Hostname}} {{.Status}}')}`);
  process.env['DOCKER_CONFIG'] = manager.config;
  const engine = createDockerEngine({ owner: 'swarm', context: () => 'far' });
  const connector = new IoredisConnector((address, signal) =>
    engine.containers.dial(address.via ?? '', address, signal),
  );
  const deps = memoryDeps(engine, connector);
  const inventory = new Inventory({ engines: [engine], connector, secrets: deps.secrets });
  const topology = (name: string): Topology | undefined => inventory.snapshot.topologies.find(one => one.name === name);
  const seen = <T>(what: string, look: () => T | undefined): Promise<T> =>
    until(what, { everyMs: 100, deadlineMs: 120_000 }, () => Promise.resolve(look() ?? undefined));
  const whole = (name: string, count: number): Promise<Topology> =>
    seen(`${name} is whole`, () => {
      const found = topology(name);
      return found?.nodes.length === count &&
        found.nodes.every(({ contact }) => contact.state === 'answering') &&
        found.health.reasons.every(({ code }) => code === 'failover-would-fail')
        ? found
        : undefined;
    });
  const role = async (name: string, wanted: Node['role'], not: readonly string[] = []): Promise<Node> =>
    seen(`a ${wanted} of ${name}`, () =>
      topology(name)?.nodes.find(
        one => one.role === wanted && !not.includes(one.id) && one.contact.state === 'answering',
      ),
    );
  const act = async (node: Node, verb: 'start' | 'stop' | 'restart'): Promise<void> => {
    await runLifecycle(deps, lifecycleRequestOf(node, verb), noSignal);
    await inventory.refresh();
  };
  const apart = (nodes: readonly CreatedNode[], found: Topology): string => {
    const masters = nodes.filter(one => one.role === 'master');
    const at = (id: string): string => found.nodes.find(node => node.id === id)?.instance?.host?.name ?? '';
    if (machines > 1)
      for (const replica of found.nodes.filter(node => node.role === 'replica'))
        assert.notEqual(replica.instance?.host?.name, at(replica.masterId ?? ''), `${replica.name} beside its master`);
    return `${masters.length} masters; ${nodes.map(node => `${node.name} ${at(node.instanceId)}`).join(', ')}`;
  };
  const remove = async (topologyId: string, kind: TopologyKind, name: string): Promise<void> => {
    const report = await removeTopology(
      deps,
      { topologyId, kind, name, engine: 'docker', data: true },
      noSignal,
      silent,
    );
    say(`removed in ${report.ms} ms`);
  };
  try {
    for (const one of swarm.engines) await one.copyImage('redis:7.0');
    const before = await Promise.all(swarm.engines.map(one => objects(one.docker)));
    const hosts = await engine.hosts?.();
    assert.equal(hosts?.length, machines);
    const storage: Storage = { kind: 'swarm', hosts };
    const common = { firstPort: 23_900, storage, engine: 'docker' as const, image: 'redis:7.0' };
    inventory.setVisible(true);
    await inventory.refresh();

    const watched = `${prefix}-watched`;
    const plan = await prepareSentinel(
      deps,
      { ...common, name: watched, replicas: 2, sentinels: 3, quorum: 2, firstSentinelPort: 23_950 },
      noSignal,
    );
    say(`what it survives: ${JSON.stringify(plan.machines)}`);
    const report = await createSentinel(deps, { plan }, noSignal, silent);
    say(`Sentinel 1+2+3 made in ${report.totalMs} ms; ${apart(report.nodes, await whole(watched, 6))}`);
    assert.deepEqual(
      (await held(manager.docker)).map(line => line.split(' ')[0]).sort(),
      ['config', 'secret', 'service'].flatMap(word => Array<string>(6).fill(word)),
    );
    const shown = await manager.docker('service', 'inspect', ...report.nodes.map(node => node.instanceId));
    assert.equal(
      shown.includes((await deps.secrets.get(report.topologyId)) ?? '?'),
      false,
      'the password is in a spec',
    );
    const over = await failoverSentinel(deps, failoverOf(report), noSignal, silent);
    await role(watched, 'master', [report.nodes[0]?.instanceId ?? '']);
    await whole(watched, 6);
    say(`failed over by hand to ${over.node}, no write lost by design, writes held for ${over.writePauseMs} ms`);
    const replica = await role(watched, 'replica');
    await act(replica, 'stop');
    assert.match(
      await manager.docker('service', 'ls', '--filter', `id=${replica.id}`, '--format', '{{.Replicas}}'),
      /^0\/0/,
    );
    await act(replica, 'start');
    await whole(watched, 6);
    say(`${replica.name} stopped (no task) and started`);
    const master = await role(watched, 'master');
    await act(master, 'stop');
    const stopped = performance.now();
    const next = await role(watched, 'master', [master.id]);
    say(`${master.name} stopped: ${next.name} is master ${((performance.now() - stopped) / 1000).toFixed(1)} s later`);
    await act(master, 'start');
    await whole(watched, 6);
    const again = await role(watched, 'replica');
    await act(again, 'restart');
    await whole(watched, 6);
    say(`${master.name} came back as a replica, at another address; ${again.name} restarted`);
    await remove(report.topologyId, 'sentinel', watched);

    const pair = `${prefix}-pair`;
    const made = await createReplication(
      deps,
      { plan: await prepareReplication(deps, { ...common, name: pair, replicas: 1 }, noSignal) },
      noSignal,
      silent,
    );
    say(`replication 1+1 made in ${made.totalMs} ms; ${apart(made.nodes, await whole(pair, 2))}`);
    await act(await role(pair, 'master'), 'restart');
    await whole(pair, 2);
    say('its master restarted: the replica found it at its new address, by its name');
    await remove(made.topologyId, 'replication', pair);

    const slots = `${prefix}-slots`;
    const cluster = await createCluster(
      deps,
      { plan: await prepareCluster(deps, { ...common, name: slots, masters: 3, replicas: 1, extra: 0 }, noSignal) },
      noSignal,
      silent,
    );
    say(`cluster 3+3 made in ${cluster.totalMs} ms; ${apart(cluster.nodes, await whole(slots, 6))}`);
    const first = await role(slots, 'master');
    const heir = (await whole(slots, 6)).nodes.find(({ masterId }) => masterId === first.id);
    await act(first, 'stop');
    await seen('its replica is master', () =>
      topology(slots)?.nodes.find(one => one.id === heir?.id && one.role === 'master'),
    );
    await act(first, 'start');
    await whole(slots, 6);
    say(`${first.name} stopped: ${heir?.name} took over; back as a replica`);
    const all = (await whole(slots, 6)).nodes;
    await Promise.all(all.map(node => runLifecycle(deps, lifecycleRequestOf(node, 'stop'), noSignal)));
    await Promise.all(all.map(node => runLifecycle(deps, lifecycleRequestOf(node, 'start'), noSignal)));
    await inventory.refresh();
    await whole(slots, 6);
    say('all six stopped and started: every address is another one, the cluster is whole');
    await remove(cluster.topologyId, 'cluster', slots);

    assert.deepEqual(await held(manager.docker), [], 'left in the swarm');
    for (const [index, one] of swarm.engines.entries())
      assert.deepEqual(await objects(one.docker), before[index], `left on machine ${index + 1}`);
    assert.deepEqual(await volumes(manager.docker), [], 'volumes left on the manager');
    const left = (await Promise.all(others.map(one => volumes(one.docker)))).flat();
    say(`nothing left but ${left.length} volumes on machines that the manager cannot ask`);
    assert.deepEqual(
      (await docker('ps', '-a', '--format', '{{.Names}}')).split('\n').filter(name => name.includes(prefix)),
      [],
    );
  } finally {
    inventory.dispose();
    engine.dispose();
    await swarm.stop();
    say('the swarm ended');
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
