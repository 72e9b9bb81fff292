import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { IoredisConnector } from '../../../src/redis/ioredisClient';
import { createCluster, prepareCluster } from '../../../src/topology/cluster/createCluster';
import { removeTopology } from '../../../src/topology/removeTopology';
import { finishCreation, removeUnfinished } from '../../../src/topology/unfinished';
import { leftovers } from '../../support/dockerWorld';
import { memoryDeps } from '../../support/memoryDeps';
import { newPrefix, testPorts } from '../../support/naming';
import { ProcessesBehind } from '../../support/processesBehind';
import { clusterRequest, dockerDeps, noSignal, silent } from '../../support/topologies';

/** The truth, asked by another program. */
function check(port: number, password: string | undefined): string {
  return execFileSync('redis-cli', ['-p', String(port), 'cluster', 'info'], {
    encoding: 'utf8',
    env: { ...process.env, ...(password === undefined ? {} : { REDISCLI_AUTH: password }) },
  });
}

suite('cluster: created in Docker', function () {
  this.timeout(120_000);
  for (const image of ['redis:7.0', 'redis:8.0', 'valkey/valkey:8.1']) {
    test(image, async () => {
      const deps = dockerDeps();
      const name = newPrefix();
      try {
        const plan = await prepareCluster(deps, clusterRequest(name, await testPorts(6), { image }), noSignal);
        const report = await createCluster(deps, { plan }, noSignal, silent);
        assert.deepEqual(
          report.checks.map(({ code }) => code),
          ['all-agree', 'shard', 'shard', 'shard'],
        );
        const password = await deps.secrets.get(report.topologyId);
        for (const node of report.nodes)
          assert.match(
            check(node.reachable.port, password),
            /cluster_state:ok[^]*cluster_slots_ok:16384[^]*cluster_known_nodes:6[^]*cluster_size:3/,
            node.name,
          );
        assert.deepEqual(deps.records.keys(), []);
        await removeTopology(
          deps,
          { topologyId: report.topologyId, name, kind: 'cluster', engine: 'docker', data: true },
          noSignal,
          silent,
        );
        assert.deepEqual(leftovers(name), []);
      } finally {
        deps.dispose();
      }
    });
  }

  test('a port that is taken meanwhile: nothing is left', async () => {
    const deps = dockerDeps();
    const name = newPrefix();
    try {
      const plan = await prepareCluster(deps, clusterRequest(name, await testPorts(6)), noSignal);
      const same = plan.nodes.map(node => ({ ...node, port: (plan.nodes[0] as typeof node).port }));
      await assert.rejects(createCluster(deps, { plan: { ...plan, nodes: same } }, noSignal, silent));
      assert.deepEqual(leftovers(name), []);
      assert.deepEqual([deps.records.keys(), deps.secrets.kept.size], [[], 0]);
    } finally {
      deps.dispose();
    }
  });
});

/** On plain processes behind an engine in memory, so that each of the many steps can be tried in seconds. */
suite('cluster: a creation that is cut off', function () {
  this.timeout(120_000);
  // Every third write of the journal, and the last ones of the joining.
  for (const write of [1, 3, 6, 10, 16, 22, 28, 29]) {
    for (const then of ['finish', 'remove'] as const) {
      test(`at write ${write} of its journal, then ${then}`, async () => {
        const engine = new ProcessesBehind();
        const deps = memoryDeps(engine, new IoredisConnector());
        try {
          const plan = await prepareCluster(deps, clusterRequest('orders', await testPorts(6)), noSignal);
          let writes = 0;
          // As an editor that is killed: from this write on nothing is recorded and nothing undone.
          const dead = Object.assign(Object.create(deps) as typeof deps, {
            records: {
              keys: () => deps.records.keys(),
              get: (key: string) => deps.records.get(key),
              delete: () => Promise.reject(new Error('dead')),
              set: (key: string, value: unknown) =>
                ++writes > write ? Promise.reject(new Error('dead')) : deps.records.set(key, value),
            },
            engine: () =>
              new Proxy(engine, {
                get: (real, key) => {
                  const value = Reflect.get(real, key, real) as unknown;
                  if (writes > write) return () => Promise.reject(new Error('dead'));
                  return typeof value === 'function' ? (value.bind(real) as unknown) : value;
                },
              }),
          });
          await createCluster(dead, { plan, password: 'secret' }, noSignal, silent).then(
            () => assert.fail('it was cut off'),
            () => undefined,
          );
          const [key = ''] = deps.records.keys();
          const record = deps.records.get(key) as { topologyId: string };
          await deps.records.set(key, { ...record, touchedAt: 0, pid: 2 ** 22 + 1 }); // the process that wrote it is gone
          if (then === 'remove') {
            await removeUnfinished(deps, record.topologyId, noSignal);
            assert.deepEqual(
              [engine.made.size, engine.networks.size, engine.data.size, deps.secrets.kept.size, deps.records.keys()],
              [0, 0, 0, 0, []],
            );
          } else {
            const report = await finishCreation(deps, record.topologyId, noSignal, silent);
            const password = deps.secrets.kept.get(record.topologyId);
            for (const node of report.nodes)
              assert.match(
                check(node.reachable.port, password),
                /cluster_state:ok[^]*cluster_slots_ok:16384[^]*cluster_known_nodes:6/,
                node.name,
              );
            assert.deepEqual(deps.records.keys(), []);
          }
        } finally {
          await engine.dispose();
        }
      });
    }
  }
});
