// "Remove, keep data", and the folder alone brings the topology back: on both engines, with its data, roles and addresses.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HumanError, isFault } from '../../../src/base/errors';
import { makeFolders } from '../../../src/engine/folders';
import { createProcessEngine } from '../../../src/engine/process';
import { IoredisConnector } from '../../../src/redis/ioredisClient';
import { createCluster, prepareCluster } from '../../../src/topology/cluster/createCluster';
import { createSentinel } from '../../../src/topology/createSentinel';
import type { VerbDeps } from '../../../src/topology/deps';
import { failoverSentinel } from '../../../src/topology/failoverSentinel';
import { readFolder, recreateTopology } from '../../../src/topology/recreate';
import { removeTopology } from '../../../src/topology/removeTopology';
import { memoryDeps } from '../../support/memoryDeps';
import { compose } from '../../support/compose';
import { newPrefix, testPorts, until } from '../../support/naming';
import { dockerDeps, failoverOf, noSignal, planOf, silent } from '../../support/topologies';

suite('a topology made again from its folder', function () {
  this.timeout(180_000);
  let parent: string;
  setup(() => {
    parent = mkdtempSync(join(tmpdir(), 'recreate-'));
    chmodSync(parent, 0o755);
  });
  teardown(() => rmSync(parent, { recursive: true, force: true }));

  const said = async (deps: VerbDeps, port: number, password: string, ...command: string[]): Promise<unknown> => {
    const connection = await deps.connector.connect({ address: { host: '127.0.0.1', port }, password });
    try {
      return await connection.call(command);
    } finally {
      connection.dispose();
    }
  };

  test('Docker: after a failover the master is the one that it was last, and README and compose.yaml say how to start it without us', async () => {
    const deps = dockerDeps();
    const name = newPrefix();
    const root = join(parent, name);
    const plan = await planOf(deps, name, {
      ...{ replicas: 1, firstPort: await testPorts(2), firstSentinelPort: await testPorts(3) },
      storage: { kind: 'folder', root },
    });
    const report = await createSentinel(deps, { plan }, noSignal, silent);
    const { topologyId } = report;
    const remove = (data: boolean): Promise<unknown> =>
      removeTopology(deps, { topologyId, name, kind: 'sentinel', engine: 'docker', data }, noSignal, silent);
    try {
      const password = deps.secrets.kept.get(topologyId) ?? '';
      const moved = await failoverSentinel(deps, failoverOf(report), noSignal, silent);
      const master = report.nodes.find(node => node.name === moved.node)!;
      await said(deps, master.reachable.port, password, 'SET', 'kept', 'yes');
      // waits for its replica, so that both files have it
      await said(deps, master.reachable.port, password, 'WAIT', '1', '5000');
      const folder = await readFolder(root);
      await assert.rejects(recreateTopology(deps, folder, noSignal, silent), error => isFault(error, 'folder-in-use'));
      await remove(false);
      const readme = readFileSync(join(root, 'README.md'), 'utf8');
      assert.match(readme, /docker compose -p .* up -d/);
      assert.ok(!readme.includes(password) && !readFileSync(join(root, 'compose.yaml'), 'utf8').includes(password));
      const port = master.reachable.port;
      compose(root, name, 'up', '--detach');
      try {
        assert.equal(
          await until('the key', () => said(deps, port, password, 'GET', 'kept').catch(() => undefined)),
          'yes',
        );
      } finally {
        compose(root, name, 'down', '--timeout', '5');
      }

      deps.secrets.kept.delete(topologyId); // as on another machine
      const again = await recreateTopology(deps, folder, noSignal, silent);
      assert.deepEqual([again.topologyId, again.nodes], [topologyId, 5]);
      assert.equal(deps.secrets.kept.get(topologyId), password);
      assert.equal(((await said(deps, port, password, 'ROLE')) as unknown[])[0], 'master');
      assert.equal(await said(deps, port, password, 'GET', 'kept'), 'yes');
      const { instances } = await deps.engine('docker').findOwned(topologyId);
      assert.deepEqual(
        instances.map(({ networks, ownership }) => [ownership?.node, networks[0]?.address]).sort(),
        report.nodes.map(node => [node.name, node.announced.host]).sort(),
      );
    } finally {
      await remove(true);
      deps.dispose();
    }
    assert.ok(!existsSync(root), 'the folder went with its data');
  });

  test('processes: a cluster of three comes back with its slots; cut off in the middle, its folder is as before', async () => {
    const engine = createProcessEngine({ owner: 'verbs-test', home: join(parent, 'home') });
    const deps = memoryDeps(engine, new IoredisConnector());
    const root = join(parent, 'orders');
    const image = (await engine.images())[0]!.reference;
    const plan = await prepareCluster(
      deps,
      {
        ...{ name: 'orders', engine: 'process', image, masters: 3, replicas: 0, extra: 0 },
        ...{ firstPort: await testPorts(3), storage: { kind: 'folder', root } },
      },
      noSignal,
    );
    const report = await createCluster(deps, { plan }, noSignal, silent);
    const { topologyId } = report;
    const remove = (data: boolean): Promise<unknown> =>
      removeTopology(deps, { topologyId, name: 'orders', kind: 'cluster', engine: 'process', data }, noSignal, silent);
    try {
      const password = deps.secrets.kept.get(topologyId) ?? '';
      const ports = plan.nodes.map(({ port }) => port);
      await until('the key', async () =>
        Promise.any(ports.map(port => said(deps, port, password, 'SET', 'kept', 'yes'))),
      );
      const slots = await said(deps, ports[0]!, password, 'CLUSTER', 'SLOTS');
      await remove(false);
      assert.match(
        readFileSync(join(root, 'README.md'), 'utf8'),
        /\(cd redis-1\/data && .*redis-server \.\.\/conf\/redis\.conf --daemonize yes\)/,
      );
      const folder = await readFolder(root);

      const cancel = new AbortController();
      const cut = recreateTopology(deps, folder, cancel.signal, ({ step }) => {
        if (step === 'node') cancel.abort(new DOMException('cancelled', 'AbortError'));
      });
      await assert.rejects(cut, { name: 'AbortError' });
      assert.deepEqual((await engine.findOwned(topologyId)).instances, []);
      assert.deepEqual(await readFolder(root), folder);

      await recreateTopology(deps, folder, noSignal, silent);
      assert.deepEqual(await said(deps, ports[0]!, password, 'CLUSTER', 'SLOTS'), slots);
      assert.equal(await Promise.any(ports.map(port => said(deps, port, password, 'GET', 'kept'))), 'yes');
    } finally {
      await remove(true);
      engine.dispose();
    }
    assert.ok(!existsSync(root), 'the folder went with its data');
  });

  test('a folder that is no topology, and one that does not tell how its nodes ran', async () => {
    await assert.rejects(readFolder(parent), error => isFault(error, 'folder-no-topology'));
    const about = {
      topologyId: 'an-id',
      topologyName: 'old',
      topologyKind: 'cluster',
      owner: 'o',
      session: 's',
      schema: 1,
    } as const;
    await makeFolders(join(parent, 'old'), { ...about, nodes: ['redis-1', 'redis-2'] }, undefined);
    await assert.rejects(
      readFolder(join(parent, 'old')),
      error =>
        error instanceof HumanError &&
        isFault(error, 'folder-incomplete') &&
        String((error.fault as { nodes?: unknown }).nodes) === 'redis-1,redis-2',
    );
  });
});
