import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCompose } from '../../src/commands/composeTool';
import { until } from '../../src/base/abort';
import { isFault } from '../../src/base/errors';
import { createDockerEngine } from '../../src/engine/docker';
import { memberKey } from '../../src/model/servers';
import { formatRanges } from '../../src/model/slots';
import type { Topology } from '../../src/model/snapshot';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import { createCluster, prepareCluster } from '../../src/topology/cluster/createCluster';
import { gatherProject } from '../../src/topology/compose/gather';
import { projectOf } from '../../src/topology/compose/project';
import { writeProject } from '../../src/topology/compose/write';
import { createReplication, prepareReplication } from '../../src/topology/createReplication';
import { createSentinel } from '../../src/topology/createSentinel';
import { ExistingList } from '../../src/topology/existing/existingList';
import { Inventory } from '../../src/topology/inventory';
import { removeTopology } from '../../src/topology/removeTopology';
import type { Instance } from '../../src/model/instance';
import { compose } from '../support/compose';
import { MemoryRecords, MemorySecrets } from '../support/memoryDeps';
import { plain } from '../support/plain';
import { newPrefix, testPorts } from '../support/naming';
import { only } from '../support/someContainers';
import { dockerDeps, noSignal, planOf, silent, volume } from '../support/topologies';

/** What must be the same before and after: who is there, who follows whom, which slots, how healthy. */
function shapeOf(topology: Topology): unknown {
  const port = (id: string | undefined): number | undefined =>
    topology.nodes.find(node => node.id === id)?.announced?.port;
  return {
    kind: topology.kind,
    health: topology.health.level,
    masterName: topology.masterName,
    quorum: topology.quorum,
    nodes: topology.nodes
      .map(node => `${node.role} ${node.announced?.port}${node.role === 'replica' ? ` of ${port(node.masterId)}` : ''}`)
      .sort(),
    slots: topology.cluster?.shards.map(({ ranges }) => formatRanges(ranges)),
  };
}

suite('a topology exported as a Compose project', function () {
  this.timeout(180_000);
  const deps = dockerDeps();
  const engine = createDockerEngine({ owner: 'verbs-test' });
  suiteTeardown(() => {
    deps.dispose();
    engine.dispose();
  });

  /** The one topology among the instances that `mine` lets through, once it is whole and healthy. */
  async function seen<T>(
    mine: (instance: Instance) => boolean,
    password: string | undefined,
    nodes: number,
    use: (topology: Topology) => Promise<T>,
    existing?: ExistingList,
  ): Promise<T> {
    const inventory = new Inventory({
      engines: [only(engine, mine)],
      connector: new IoredisConnector(),
      secrets: { get: () => Promise.resolve(password) },
      ...(existing === undefined ? {} : { existing }),
    });
    try {
      inventory.setVisible(true);
      await inventory.refresh();
      const topology = await until('a healthy topology', { everyMs: 100, deadlineMs: 60_000 }, () =>
        Promise.resolve(
          inventory.snapshot.topologies.find(
            one =>
              one.nodes.length === nodes &&
              one.health.level === 'healthy' &&
              one.nodes.every(node => node.role !== 'unknown'),
          ),
        ),
      ).catch((error: unknown) => {
        throw new Error(
          JSON.stringify(
            inventory.snapshot.topologies.map(one => [
              one.name,
              one.kind,
              one.health,
              one.nodes.map(node => `${node.name} ${node.role}`),
            ]),
          ),
          { cause: error },
        );
      });
      return await use(topology);
    } finally {
      inventory.dispose();
    }
  }

  const creations: readonly [
    kind: Topology['kind'],
    nodes: number,
    create: (name: string) => Promise<{ readonly topologyId: string }>,
  ][] = [
    [
      'replication',
      3,
      async name =>
        createReplication(
          deps,
          {
            plan: await prepareReplication(
              deps,
              {
                name,
                engine: 'docker',
                image: 'redis:8.0',
                replicas: 2,
                firstPort: await testPorts(3),
                storage: volume,
              },
              noSignal,
            ),
          },
          noSignal,
          silent,
        ),
    ],
    [
      'sentinel',
      6,
      async name =>
        createSentinel(
          deps,
          { plan: await planOf(deps, name, { firstPort: await testPorts(3), firstSentinelPort: await testPorts(3) }) },
          noSignal,
          silent,
        ),
    ],
    [
      'cluster',
      6,
      async name =>
        createCluster(
          deps,
          {
            plan: await prepareCluster(
              deps,
              {
                name,
                engine: 'docker',
                image: 'valkey/valkey:8.1',
                masters: 3,
                replicas: 1,
                extra: 0,
                firstPort: await testPorts(6),
                storage: volume,
              },
              noSignal,
            ),
          },
          noSignal,
          silent,
        ),
    ],
  ];
  for (const [kind, count, create] of creations) {
    test(`${kind}: the project makes the same topology again, with its settings`, async () => {
      const name = newPrefix();
      const folder = join(mkdtempSync(join(tmpdir(), 'compose-')), name);
      const { topologyId } = await create(name);
      const password = deps.secrets.kept.get(topologyId);
      try {
        const before = await seen(
          instance => instance.ownership?.topologyName === name,
          password,
          count,
          async topology => {
            for (const node of topology.nodes.filter(({ role }) => role !== 'sentinel')) {
              const connection = await deps.connector.connect({ address: node.reachable!, password: password! });
              await connection.call(['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru']);
              await connection.call(['CONFIG', 'SET', 'save', '']);
              connection.dispose();
            }
            await writeProject(folder, projectOf(plain, await gatherProject(deps, topology, noSignal)));
            return shapeOf(topology);
          },
        );
        assert.equal(statSync(join(folder, '.env')).mode & 0o777, 0o600);
        await removeTopology(deps, { topologyId, name, kind, engine: 'docker', data: true }, noSignal, silent);

        assert.match(compose(folder, undefined, 'config'), /services:/);
        compose(folder, undefined, 'up', '--detach');
        const mine = (instance: Instance): boolean => instance.compose?.project === name;
        await seen(mine, password, count, async topology => {
          assert.deepEqual(shapeOf(topology), before);
          for (const node of topology.nodes.filter(({ role }) => role !== 'sentinel')) {
            const connection = await deps.connector.connect({ address: node.reachable!, password: password! });
            assert.deepEqual(
              await connection.call(['CONFIG', 'GET', 'maxmemory-policy']),
              ['maxmemory-policy', 'allkeys-lru'],
              node.name,
            );
            assert.deepEqual(await connection.call(['CONFIG', 'GET', 'save']), ['save', ''], node.name);
            assert.equal(await connection.call(['CONFIG', 'REWRITE']), 'OK', node.name);
            connection.dispose();
          }
        });
        // A second time, as a terminal in the folder does it, changes nothing; a cluster is not joined twice.
        const again = spawnSync('sh', ['-c', `${(await findCompose()) ?? ''} up -d`], {
          cwd: folder,
          encoding: 'utf8',
        });
        assert.equal(again.status, 0, again.stderr);
        if (kind === 'cluster')
          assert.match(
            compose(folder, undefined, 'run', '--rm', '--no-deps', 'cluster-create'),
            /is a cluster already/,
          );
        await seen(mine, password, count, async found => {
          assert.deepEqual([shapeOf(found), found.added, found.owned], [before, undefined, false]);
          const list = new ExistingList({
            records: new MemoryRecords(),
            secrets: new MemorySecrets(),
            uuid: randomUUID,
          });
          const members = found.nodes.map(({ instance }) => memberKey(instance!));
          const { masterName } = found;
          const taken = { name: 'taken over', kind, members, ...(masterName === undefined ? {} : { masterName }) };
          const { id } = await list.adopt(taken, {});
          await seen(
            mine,
            password,
            count,
            topology => {
              assert.deepEqual(
                [shapeOf(topology), topology.id, topology.name, topology.added],
                [before, id, 'taken over', { changes: true, adopted: true }],
              );
              return Promise.resolve();
            },
            list,
          );
        });
      } finally {
        if (existsSync(join(folder, 'compose.yaml'))) compose(folder, undefined, 'down', '--volumes', '--timeout', '1');
        rmSync(join(folder, '..'), { recursive: true, force: true });
      }
    });
  }

  test('what lies in the folder is not overwritten, and a folder that cannot be written to is named', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'compose-'));
    try {
      await writeProject(join(folder, 'new'), [{ path: 'conf/a/redis.conf', content: 'port 1\n' }]);
      await assert.rejects(writeProject(join(folder, 'new'), [{ path: 'compose.yaml', content: '' }]), error =>
        isFault(error, 'export-folder-not-empty'),
      );
      chmodSync(join(folder, 'new', 'conf', 'a', 'redis.conf'), 0o644);
      await assert.rejects(writeProject(join(folder, 'new', 'conf', 'a', 'redis.conf'), []), error =>
        isFault(error, 'export-not-written'),
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
