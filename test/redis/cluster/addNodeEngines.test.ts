import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Storage } from '../../../src/engine/engine';
import { createProcessEngine } from '../../../src/engine/process';
import { IoredisConnector } from '../../../src/redis/ioredisClient';
import { addNode } from '../../../src/topology/cluster/addNode';
import { prepareAddition } from '../../../src/topology/cluster/addPlan';
import { createCluster, prepareCluster } from '../../../src/topology/cluster/createCluster';
import type { ClusterTarget } from '../../../src/topology/cluster/crew';
import { removeNode } from '../../../src/topology/cluster/removeNode';
import { removeTopology } from '../../../src/topology/removeTopology';
import { leftovers } from '../../support/dockerWorld';
import { memoryDeps } from '../../support/memoryDeps';
import type { MemoryDeps } from '../../support/memoryDeps';
import { newPrefix, testPorts } from '../../support/naming';
import { dockerDeps, noSignal, silent, volume } from '../../support/topologies';

/** 3+0 grows by a replica with its engine, loses it, grows again, and is removed whole. `rooms`: what the engine says stands for the nodes. */
async function growAndShrink(
  deps: MemoryDeps,
  kind: 'docker' | 'process',
  image: string,
  storage: Storage,
  name: string,
): Promise<void> {
  const engine = deps.engine(kind);
  const plan = await prepareCluster(
    deps,
    { name, engine: kind, image, masters: 3, replicas: 0, extra: 0, firstPort: await testPorts(8), storage },
    noSignal,
  );
  const { topologyId, nodes } = await createCluster(deps, { plan }, noSignal, silent);
  const target: ClusterTarget = { topologyId, name, seats: nodes };
  const cli = (port: number, ...command: string[]): string =>
    execFileSync('redis-cli', ['-p', String(port), ...command], {
      encoding: 'utf8',
      timeout: 10_000,
      env: { ...process.env, REDISCLI_AUTH: deps.secrets.kept.get(topologyId) },
    });
  const owned = await engine.findOwned(topologyId);
  const instance = owned.instances.find(({ ownership }) => ownership?.node === 'redis-2');
  assert.ok(instance);
  for (const expected of storage.kind === 'volume' && kind === 'docker' ? ['redis-4', 'redis-4'] : ['redis-4']) {
    const addition = await prepareAddition(
      deps,
      { target, sibling: { name: 'redis-2', instance }, role: 'replica' },
      noSignal,
    );
    assert.deepEqual(
      [addition.nodes[0]?.name, addition.of?.name, addition.storage],
      [
        expected,
        'redis-1',
        kind === 'docker' ? storage : { kind: 'folder', root: join(instance.mounts[0]?.source ?? '', '..', '..') },
      ],
    );
    const report = await addNode(deps, addition, noSignal, silent);
    const [added] = report.nodes;
    assert.ok(added);
    assert.match(cli(added.reachable.port, 'info', 'replication'), /role:slave[^]*master_link_status:up/);
    for (const node of nodes)
      assert.match(cli(node.reachable.port, 'cluster', 'info'), /cluster_state:ok[^]*cluster_known_nodes:4/);
    assert.equal((await engine.findOwned(topologyId)).rooms.length, 4);
    // Whole after a restart: it wrote down what it became.
    await engine.stop(added.instanceId, { topologyId }, 15);
    await engine.start(added.instanceId, { topologyId });
    await removeNode(
      deps,
      {
        target: { ...target, seats: [...nodes, added] },
        node: added.name,
        instance: { id: added.instanceId, engine: kind, node: added.name, data: true },
      },
      noSignal,
      silent,
    );
    for (const node of nodes)
      assert.match(cli(node.reachable.port, 'cluster', 'info'), /cluster_state:ok[^]*cluster_known_nodes:3/);
    assert.deepEqual(
      [(await engine.findOwned(topologyId)).rooms.length, (await engine.findOwned(topologyId)).instances.length],
      [3, 3],
    );
  }
  await addNode(
    deps,
    await prepareAddition(deps, { target, sibling: { name: 'redis-2', instance }, role: 'master' }, noSignal),
    noSignal,
    silent,
  );
  await removeTopology(deps, { topologyId, name, kind: 'cluster', engine: kind, data: true }, noSignal, silent);
  assert.deepEqual(await engine.findOwned(topologyId), { instances: [], networks: [], data: [], rooms: [] });
  assert.deepEqual(deps.records.keys(), []);
}

suite('cluster: a node more and a node less, by each engine', function () {
  this.timeout(240_000);

  test('Docker, volumes', async () => {
    const deps = dockerDeps();
    const name = newPrefix();
    try {
      await growAndShrink(deps, 'docker', 'redis:8.0', volume, name);
      assert.deepEqual(leftovers(name), []);
    } finally {
      deps.dispose();
    }
  });

  test('Docker, a folder', async () => {
    const deps = dockerDeps();
    const root = mkdtempSync(join(tmpdir(), 'grow-'));
    const name = newPrefix();
    try {
      await growAndShrink(deps, 'docker', 'redis:7.0', { kind: 'folder', root: join(root, name) }, name);
      assert.deepEqual([leftovers(name), existsSync(join(root, name))], [[], false]);
    } finally {
      deps.dispose();
      rmSync(root, { recursive: true, force: true });
    }
  });

  test('plain processes', async () => {
    const home = mkdtempSync(join(tmpdir(), 'grow-'));
    const engine = createProcessEngine({ owner: 'grow-test', home });
    try {
      const [image] = await engine.images();
      await growAndShrink(
        memoryDeps(engine, new IoredisConnector()),
        'process',
        image?.reference ?? '',
        volume,
        newPrefix(),
      );
    } finally {
      engine.dispose();
      rmSync(home, { recursive: true, force: true });
    }
  });
});
