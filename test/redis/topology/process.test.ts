import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProcessEngine } from '../../../src/engine/process';
import type { Storage } from '../../../src/engine/engine';
import { IoredisConnector } from '../../../src/redis/ioredisClient';
import { createReplication, prepareReplication } from '../../../src/topology/createReplication';
import { createSentinel, prepareSentinel } from '../../../src/topology/createSentinel';
import { failoverSentinel } from '../../../src/topology/failoverSentinel';
import { removeTopology } from '../../../src/topology/removeTopology';
import { allAgree, masterSeenBy } from '../../../src/topology/sentinelSteps';
import { Talk } from '../../../src/topology/talk';
import { memoryDeps } from '../../support/memoryDeps';
import { failoverOf, noSignal, sentinelRequest, silent, volume } from '../../support/topologies';

const patience = { everyMs: 30, deadlineMs: 30_000, signal: noSignal };

suite('verbs on plain processes', function () {
  this.timeout(60_000);
  let home: string;
  let engine: ReturnType<typeof createProcessEngine>;
  let deps: ReturnType<typeof memoryDeps>;

  setup(() => {
    home = mkdtempSync(join(tmpdir(), 'verbs-process-'));
    engine = createProcessEngine({ owner: 'verbs-test', home });
    deps = memoryDeps(engine, new IoredisConnector());
  });
  teardown(() => {
    engine.dispose();
    rmSync(home, { recursive: true, force: true });
  });

  const storages: readonly (readonly [string, () => Storage])[] = [
    ['data of its own', () => volume],
    ['a folder', () => ({ kind: 'folder', root: join(home, 'workspace', 'redis', 'orders') })],
  ];
  for (const [name, storage] of storages) {
    test(`a Sentinel topology in ${name}: done, failed over, whole after a shuffled restart, removed without a trace`, async () => {
      const image = (await engine.images())[0]!.reference;
      const request = sentinelRequest('orders', {
        engine: 'process',
        image,
        firstPort: 23_700,
        firstSentinelPort: 23_720,
        storage: storage(),
      });
      const report = await createSentinel(
        deps,
        { plan: await prepareSentinel(deps, request, noSignal) },
        noSignal,
        silent,
      );
      assert.equal(report.checks.length, 9);
      const { node } = await failoverSentinel(deps, failoverOf(report), noSignal, silent);

      const expect = { topologyId: report.topologyId };
      for (const { instanceId } of report.nodes) await engine.stop(instanceId, expect, 15);
      for (const i of [3, 1, 5, 0, 4, 2]) await engine.start(report.nodes[i]!.instanceId, expect);
      const talk = new Talk(deps.connector, deps.secrets.kept.get(report.topologyId));
      try {
        const sentinels = await Promise.all(
          report.nodes
            .filter(({ role }) => role === 'sentinel')
            .map(async seat => ({ seat, connection: await talk.to(seat, patience) })),
        );
        const master = report.nodes.find(({ name }) => name === node)!.announced;
        assert.deepEqual(await masterSeenBy(sentinels[0]!.connection, 'orders'), master);
        await allAgree(sentinels, { masterName: 'orders', master, replicas: 2, sentinels: 3 }, patience);
      } finally {
        talk.dispose();
      }

      await removeTopology(
        deps,
        { topologyId: report.topologyId, name: 'orders', kind: 'sentinel', engine: 'process', data: true },
        noSignal,
        silent,
      );
      const left = await engine.findOwned(report.topologyId);
      assert.deepEqual([left.instances.length, left.networks.length, left.data.length], [0, 0, 0]);
      assert.ok(
        !readdirSync(home, { recursive: true, encoding: 'utf8' }).some(path => path.endsWith('.conf')),
        'a conf file stayed',
      );
    });
  }

  test('a replication, cancelled while linking: no process and no file stays', async () => {
    const image = (await engine.images())[0]!.reference;
    const cancel = new AbortController();
    const plan = await prepareReplication(
      deps,
      { name: 'pairs', engine: 'process', image, replicas: 2, firstPort: 23_740, storage: volume },
      noSignal,
    );
    await assert.rejects(
      createReplication(deps, { plan }, cancel.signal, ({ step, state }) => {
        if (step === 'settle' && state === 'begun') cancel.abort();
      }),
      { name: 'AbortError' },
    );
    assert.deepEqual(await engine.ownedTopologies(), []);
    assert.equal((await engine.list()).filter(({ ownership }) => ownership !== undefined).length, 0);
    assert.ok(!readdirSync(home, { recursive: true, encoding: 'utf8' }).some(path => path.endsWith('.conf')));
  });
});
