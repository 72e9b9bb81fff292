import assert from 'node:assert/strict';
import { delay, until } from '../../../src/base/abort';
import { createSentinel } from '../../../src/topology/createSentinel';
import type { CreationReport } from '../../../src/topology/createSentinel';
import { allAgree } from '../../../src/topology/sentinelSteps';
import { masterSeenBy } from '../../../src/topology/sentinelSteps';
import { removeTopology } from '../../../src/topology/removeTopology';
import { Talk } from '../../../src/topology/talk';
import { Decoys, docker, leftovers } from '../../support/dockerWorld';
import { dockerDeps, noSignal, planOf, silent } from '../../support/topologies';

const deps = dockerDeps();
const removalOf = (report: CreationReport, data: boolean) => ({
  topologyId: report.topologyId,
  name: report.name,
  kind: 'sentinel' as const,
  engine: 'docker' as const,
  data,
});

/** Whole again: one master that all Sentinels name, who know each other and both replicas. */
async function whole(report: CreationReport, withinMs: number): Promise<void> {
  const talk = new Talk(deps.connector, deps.secrets.kept.get(report.topologyId));
  try {
    const patience = { everyMs: 50, deadlineMs: withinMs, signal: noSignal };
    const sentinels = await Promise.all(
      report.nodes
        .filter(({ role }) => role === 'sentinel')
        .map(async seat => ({ seat, connection: await talk.to(seat, patience) })),
    );
    const master = await until('a master', { everyMs: 50, deadlineMs: withinMs }, async () =>
      masterSeenBy(sentinels[0]!.connection, report.name),
    );
    await allAgree(sentinels, { masterName: report.name, master, replicas: 2, sentinels: 3 }, patience);
  } finally {
    talk.dispose();
  }
}

suite('create a Sentinel topology in Docker', () => {
  teardown(() => assert.deepEqual(deps.records.keys(), [], 'a journal stayed'));
  suiteTeardown(() => deps.dispose());

  for (const image of ['redis:7.0', 'redis-rootful:7.0', 'redis:8.0', 'valkey/valkey:8.1']) {
    test(`${image}: done as defined, conf files survive a shuffled restart, and removing leaves nothing`, async function () {
      this.timeout(120_000);
      const name = `verbs-${image.replace(/\W+/g, '-')}`;
      const decoys = new Decoys(name, image);
      try {
        const report = await createSentinel(deps, { plan: await planOf(deps, name, { image }) }, noSignal, silent);
        assert.deepEqual(report.checks.map(({ code, node }) => `${code} ${node}`).sort(), [
          'link-up redis-2',
          'link-up redis-3',
          'quorum sentinel-1',
          'quorum sentinel-2',
          'quorum sentinel-3',
          'read-back redis-2',
          'read-back redis-3',
          'write-refused redis-2',
          'write-refused redis-3',
        ]);
        const password = deps.secrets.kept.get(report.topologyId) ?? '';
        assert.equal(password.length, 43, '32 bytes in URL-safe text');
        for (const { instanceId } of report.nodes)
          assert.ok(!docker('inspect', instanceId).includes(password), 'the password is in the container');

        const ids = report.nodes.map(({ instanceId }) => instanceId);
        docker('stop', '-t', '15', ...ids);
        for (const id of [3, 1, 5, 0, 4, 2].map(i => ids[i]!)) docker('start', id);
        await whole(report, 45_000);

        const removed = await removeTopology(deps, removalOf(report, true), noSignal, silent);
        assert.equal(removed.nodes.length, 6);
        assert.deepEqual(leftovers(name), []);
        assert.equal(deps.secrets.kept.has(report.topologyId), false);
        assert.equal(decoys.changes(), '');
      } finally {
        decoys.remove();
      }
    });
  }

  test('data kept: containers and network go, volumes and password stay, until they are removed too', async function () {
    this.timeout(60_000);
    const name = 'verbs-keep';
    const report = await createSentinel(deps, { plan: await planOf(deps, name) }, noSignal, silent);
    const kept = await removeTopology(deps, removalOf(report, false), noSignal, silent);
    assert.equal(kept.keptData.length, 12);
    assert.ok(leftovers(name).every(line => line.startsWith('volume ')));
    assert.ok(deps.secrets.kept.has(report.topologyId));
    await removeTopology(deps, removalOf(report, true), noSignal, silent);
    assert.deepEqual(leftovers(name), []);
  });

  test('a container that has the name of one of ours stops the creation, and stays', async function () {
    this.timeout(60_000);
    const name = 'verbs-same-name';
    const id = docker('run', '-d', '--name', `${name}-redis-2`, '--network', 'none', 'redis:7.0', 'redis-server');
    try {
      await assert.rejects(createSentinel(deps, { plan: await planOf(deps, name) }, noSignal, silent), /name-taken/);
      assert.deepEqual(leftovers(name), []);
      assert.equal(docker('inspect', '--format', '{{.State.Status}}', id), 'running');
    } finally {
      docker('rm', '-fv', id);
    }
  });

  test('a port taken after the preview stops the creation at that node, and nothing is left', async function () {
    this.timeout(60_000);
    const name = 'verbs-port';
    const plan = await planOf(deps, name);
    const id = docker('run', '-d', '-p', `127.0.0.1:${plan.nodes[4]!.port}:6379`, 'redis:7.0', 'redis-server');
    try {
      await assert.rejects(createSentinel(deps, { plan }, noSignal, silent), /port-taken/);
      assert.deepEqual(leftovers(name), []);
      assert.equal(deps.secrets.kept.size, 0);
    } finally {
      docker('rm', '-fv', id);
    }
  });

  for (const step of ['secret', 'place', 'nodes', 'link', 'monitor', 'agree', 'settle', 'verify']) {
    test(`cancelled in step ${step}: nothing is left`, async function () {
      this.timeout(60_000);
      const name = `verbs-cancel-${step}`;
      const cancel = new AbortController();
      const work = createSentinel(deps, { plan: await planOf(deps, name) }, cancel.signal, progress => {
        if (progress.step === step && progress.state === 'begun')
          setTimeout(() => cancel.abort(), step === 'nodes' ? 300 : 1);
      });
      const outcome = await work.then(
        () => 'created',
        (error: unknown) => (error as Error).name,
      );
      assert.equal(outcome, 'AbortError');
      assert.deepEqual(leftovers(name), []);
      assert.equal(deps.secrets.kept.size, 0);
    });
  }

  test('it stays whole: no failover in the ten seconds after the periods were put back', async function () {
    this.timeout(60_000);
    const report = await createSentinel(deps, { plan: await planOf(deps, 'verbs-calm') }, noSignal, silent);
    try {
      await delay(10_000);
      await whole(report, 500);
      const hz = docker(
        'exec',
        '-e',
        `REDISCLI_AUTH=${deps.secrets.kept.get(report.topologyId)}`,
        report.nodes[0]!.instanceId,
        'redis-cli',
        '-p',
        String(report.nodes[0]!.announced.port),
        'config',
        'get',
        'hz',
      );
      assert.match(hz, /10$/);
    } finally {
      await removeTopology(deps, removalOf(report, true), noSignal, silent);
    }
  });
});
