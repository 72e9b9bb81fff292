import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { isFault } from '../../../src/base/errors';
import { keySlot } from '../../../src/model/slots';
import { IoredisConnector } from '../../../src/redis/ioredisClient';
import { checkCluster } from '../../../src/topology/cluster/check';
import { fixCluster, prepareFix } from '../../../src/topology/cluster/fix';
import type { FixReport, FixRequest } from '../../../src/topology/cluster/fix';
import { startCluster } from '../../support/clusterServers';
import type { ClusterServers } from '../../support/clusterServers';
import { until } from '../../support/naming';

const secrets = {
  get: () => Promise.resolve(undefined),
  set: () => Promise.resolve(),
  delete: () => Promise.resolve(),
};
const deps = { connector: new IoredisConnector(), secrets, now: () => performance.now() };
const signal = new AbortController().signal;

/** n1 0-5460 < n5, n2 5461-10922 < n6, n3 10923-16383 < n4. What is true is asked by redis-cli. */
class World {
  private constructor(readonly servers: ClusterServers) {}
  static async make(replicas = 1): Promise<World> {
    return new World(await startCluster(3, replicas, { conf: ['cluster-node-timeout 2000'] }));
  }
  get request(): FixRequest {
    return {
      target: {
        topologyId: 't',
        name: 'orders',
        seats: this.servers.nodes.map(({ name, announced }) => ({ name, announced, reachable: announced })),
      },
      standing: [],
      scope: 'all',
      givenUp: [],
    };
  }
  call(node: string, ...command: string[]) {
    return this.servers.node(node).connection.call(command, { timeoutMs: 10_000 });
  }
  async idOf(node: string): Promise<string> {
    return String(await this.call(node, 'CLUSTER', 'MYID'));
  }
  /** redis-cli's check of the whole: its exit code says whether it finds anything. */
  cliCheck(node = 'n2'): { readonly ok: boolean; readonly text: string } {
    try {
      return {
        ok: true,
        text: execFileSync('redis-cli', ['--cluster', 'check', `127.0.0.1:${this.servers.node(node).announced.port}`], {
          encoding: 'utf8',
          timeout: 20_000,
        }),
      };
    } catch (error) {
      return { ok: false, text: String((error as { stdout?: string }).stdout) };
    }
  }
  async fix(
    change: Partial<FixRequest> = {},
  ): Promise<{ readonly codes: readonly string[]; readonly report: FixReport }> {
    const request = { ...this.request, ...change };
    const plan = await prepareFix(deps, request, signal);
    return {
      codes: plan.steps.map(({ code }) => code),
      report: await fixCluster(deps, request, plan, signal, () => undefined),
    };
  }
  /** Whole again, says redis-cli, and our own check of all nodes. */
  async whole(codes: readonly string[] = []): Promise<void> {
    await until('redis-cli finds nothing', () => this.cliCheck().ok);
    const check = await checkCluster(deps, this.request.target, signal);
    assert.deepEqual(
      check.view.findings.map(({ code }) => code),
      codes,
    );
    assert.deepEqual(check.strays, []);
  }
}

/** A key of that slot. */
function keyOf(slot: number, n = 0): string {
  for (let i = 0, found = 0; ; i++) if (keySlot(`key${i}`) === slot && found++ === n) return `key${i}`;
}

suite('cluster: check and fix on real servers', function () {
  this.timeout(120_000);
  let world: World;
  suiteSetup(async () => {
    world = await World.make();
  });
  suiteTeardown(() => world.servers.stop());

  test('a whole cluster: nothing to find, nothing to mend', async () => {
    await world.call('n1', 'SET', keyOf(7), 'x');
    const check = await checkCluster(deps, world.request.target, signal);
    assert.deepEqual(
      [
        check.keys,
        check.shards.map(({ master, slots, keys, replicas }) => [
          master.name,
          slots,
          keys,
          replicas.map(({ name }) => name),
        ]),
      ],
      [
        1,
        [
          ['n1', 5461, 1, ['n5']],
          ['n2', 5462, 0, ['n6']],
          ['n3', 5461, 0, ['n4']],
        ],
      ],
    );
    assert.deepEqual(
      check.opinions.map(({ state, knows }) => [state, knows]),
      Array.from({ length: 6 }, () => ['ok', 6]),
    );
    assert.deepEqual((await world.fix()).codes, []);
  });

  test('a move that was cut off is completed, its keys all there', async () => {
    const [gone, stays] = [keyOf(100), keyOf(100, 1)];
    for (const key of [gone, stays]) await world.call('n1', 'SET', key, `value of ${key}`);
    await world.call('n3', 'CLUSTER', 'SETSLOT', '100', 'IMPORTING', await world.idOf('n1'));
    await world.call('n1', 'CLUSTER', 'SETSLOT', '100', 'MIGRATING', await world.idOf('n3'));
    await world.call('n1', 'MIGRATE', '127.0.0.1', String(world.servers.node('n3').announced.port), gone, '0', '1000');
    assert.equal(world.cliCheck().ok, false);
    const { codes, report } = await world.fix();
    assert.deepEqual([codes, report.remaining.steps], [['fix-finish-move'], []]);
    assert.deepEqual(
      [await world.call('n3', 'GET', gone), await world.call('n3', 'GET', stays)],
      [`value of ${gone}`, `value of ${stays}`],
    );
    await world.whole();
  });

  test('marks without a move are taken off', async () => {
    await world.call('n1', 'CLUSTER', 'SETSLOT', '200', 'MIGRATING', await world.idOf('n2'));
    await world.call('n2', 'CLUSTER', 'SETSLOT', '12000', 'IMPORTING', await world.idOf('n3'));
    assert.deepEqual((await world.fix({ scope: 'uncovered' })).codes, []);
    assert.deepEqual((await world.fix({ scope: 'open' })).codes, ['fix-close', 'fix-close']);
    await world.whole();
  });

  test("keys at a node that does not own their slot go home; the owner's copy is the one that counts", async () => {
    const [lost, twice] = [keyOf(300), keyOf(300, 1)];
    await world.call('n1', 'SET', twice, 'of the owner');
    await world.call('n2', 'CLUSTER', 'SETSLOT', '300', 'IMPORTING', await world.idOf('n1'));
    await world.servers
      .node('n2')
      .connection.pipeline([['ASKING'], ['SET', lost, 'lost'], ['ASKING'], ['SET', twice, 'old']]);
    assert.deepEqual((await checkCluster(deps, world.request.target, signal)).strays, [{ node: 'n2', keys: 2 }]);
    assert.deepEqual((await world.fix()).codes, ['fix-bring-home']);
    assert.deepEqual(
      [await world.call('n1', 'GET', lost), await world.call('n1', 'GET', twice)],
      ['lost', 'of the owner'],
    );
    await world.whole();
  });

  test('slots that their owner gave away by itself go back to it, with their keys', async () => {
    const key = keyOf(7);
    await world.call('n1', 'CLUSTER', 'DELSLOTSRANGE', '0', '9');
    assert.equal(world.cliCheck('n1').ok, false);
    const { codes, report } = await world.fix();
    assert.deepEqual([codes, report.done.map(step => 'to' in step && step.to.name)], [['fix-assign'], ['n1']]);
    assert.equal(await world.call('n1', 'GET', key), 'x');
    await world.whole();
  });

  test('slots that nobody knows an owner of are shared out', async () => {
    for (const node of ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'])
      await world.call(node, 'CLUSTER', 'DELSLOTSRANGE', '400', '429');
    const { codes } = await world.fix();
    assert.deepEqual([codes.length > 0, codes.every(code => code === 'fix-assign')], [true, true]);
    await world.whole();
  });

  test('a node that one has forgotten is known to it again', async () => {
    await world.call('n1', 'CLUSTER', 'FORGET', await world.idOf('n6'));
    const { codes } = await world.fix();
    assert.ok(codes.includes('fix-meet'), codes.join());
    await world.whole();
  });

  test('a step that fails says which, and how far it came', async () => {
    await world.call('n1', 'CLUSTER', 'SETSLOT', '200', 'MIGRATING', await world.idOf('n2'));
    const plan = await prepareFix(deps, world.request, signal);
    const id = 'f'.repeat(40);
    const wrong = {
      ...plan,
      steps: [...plan.steps, { code: 'fix-replicate' as const, node: { id, name: 'n9' }, master: { id, name: 'n8' } }],
    };
    await assert.rejects(
      fixCluster(deps, world.request, wrong, signal, () => undefined),
      error => isFault(error, 'fix-stopped') && (error.fault as unknown as { done: number }).done === 1,
    );
    await world.whole();
  });
});

suite('cluster: fix with the dead', function () {
  this.timeout(120_000);
  const failed = (world: World, id: string, living: readonly string[]): Promise<boolean> =>
    until(
      `${id} is marked failed by all`,
      async () =>
        (await Promise.all(living.map(name => world.call(name, 'CLUSTER', 'NODES')))).every(text =>
          new RegExp(`^${id} \\S+ \\S*fail(,| )`, 'm').test(String(text)),
        ),
      40_000,
    );

  test('a replica that does not dare is promoted by order; a dead one whose server is gone is forgotten, one whose server stands is not', async () => {
    const world = await World.make();
    try {
      for (const node of world.servers.nodes)
        await node.connection.call(['CONFIG', 'SET', 'cluster-replica-no-failover', 'yes']);
      const [one, six] = [await world.idOf('n1'), await world.idOf('n6')];
      const standing = [one];
      world.servers.node('n1').server.signal('SIGKILL');
      world.servers.node('n6').server.signal('SIGKILL');
      for (const id of [one, six]) await failed(world, id, ['n2', 'n3', 'n4', 'n5']);
      const plan = await prepareFix(deps, { ...world.request, standing }, signal);
      assert.deepEqual(plan.steps.map(step => [step.code, 'node' in step ? step.node.name : '']).sort(), [
        ['fix-forget', 'n6'],
        ['fix-promote', 'n5'],
      ]);
      const report = await fixCluster(deps, { ...world.request, standing }, plan, signal, () => undefined);
      assert.deepEqual(report.remaining.steps, []);
      assert.ok(
        report.remaining.left.some(one => one.code === 'left-stopped' && one.node.name === 'n1'),
        JSON.stringify(report.remaining.left),
      );
      assert.match(String(await world.call('n5', 'ROLE')), /^master/);
      assert.doesNotMatch(
        String(await world.call('n2', 'CLUSTER', 'NODES')),
        new RegExp(`:${world.servers.node('n6').announced.port}@`),
      );
    } finally {
      await world.servers.stop();
    }
  });

  test('a dead master without a replica: nothing is done unless it is given up; then its slots go to the others', async () => {
    const world = await World.make(0);
    try {
      const id = await world.idOf('n3');
      world.servers.node('n3').server.signal('SIGKILL');
      await failed(world, id, ['n1', 'n2']);
      const plan = await prepareFix(deps, world.request, signal);
      assert.deepEqual(
        [plan.steps, plan.left.filter(one => one.code === 'left-dead-master').map(one => 'slots' in one && one.slots)],
        [[], [5461]],
      );
      const { codes, report } = await world.fix({ givenUp: [id] });
      assert.deepEqual([codes, report.remaining.steps], [['fix-forget', 'fix-assign', 'fix-assign'], []]);
      await until('ok on both', async () =>
        (await Promise.all(['n1', 'n2'].map(name => world.call(name, 'CLUSTER', 'INFO')))).every(text =>
          /cluster_state:ok[^]*cluster_known_nodes:2/.test(String(text)),
        ),
      );
      assert.equal(world.cliCheck('n1').ok, true, world.cliCheck('n1').text);
    } finally {
      await world.servers.stop();
    }
  });
});
