import assert from 'node:assert/strict';
import { isFault } from '../../../src/base/errors';
import { clusterView } from '../../../src/model/clusterView';
import { formatRanges, keySlot } from '../../../src/model/slots';
import { IoredisConnector } from '../../../src/redis/ioredisClient';
import type { ClusterTarget } from '../../../src/topology/cluster/crew';
import { planDrain, planMove, reversed } from '../../../src/topology/cluster/movePlan';
import type { MovePlan } from '../../../src/topology/cluster/movePlan';
import type { MoveRecord } from '../../../src/topology/cluster/moveRecord';
import { recordedMove } from '../../../src/topology/cluster/moveRecord';
import { countPlanKeys, goOn, moveSlots, takeBack } from '../../../src/topology/cluster/moveSlots';
import type { MoveProgress } from '../../../src/topology/cluster/moveSlots';
import { MemoryRecords } from '../../support/memoryDeps';
import { startCluster, toldConnector } from '../../support/clusterServers';
import type { ClusterServers } from '../../support/clusterServers';
import { until } from '../../support/naming';
import { noSignal } from '../../support/topologies';

const password = 'secret';
const secrets = { get: () => Promise.resolve(password), set: () => Promise.resolve(), delete: () => Promise.resolve() };
const deps = { connector: new IoredisConnector(), secrets, records: new MemoryRecords(), now: () => performance.now() };

/** n1 0-5460, n2 5461-10922, n3 10923-16383, no replicas. */
suite('cluster: moving slots between real servers', function () {
  this.timeout(60_000);
  let servers: ClusterServers;
  suiteSetup(async () => {
    servers = await startCluster(3, 0, { password, conf: ['cluster-node-timeout 3000'] });
  });
  suiteTeardown(() => servers.stop());

  const view = async () =>
    clusterView((await servers.look()).map(({ name, report }) => ({ node: name, name, report })));
  let target: ClusterTarget;
  suiteSetup(() => {
    target = {
      topologyId: 't',
      name: 'orders',
      seats: servers.nodes.map(({ name, announced }) => ({ name, announced, reachable: announced })),
    };
  });
  const idOf = async (name: string): Promise<string> =>
    (await view()).members.find(member => member.name === name)?.id ?? '';
  const run = (
    plan: MovePlan,
    signal: AbortSignal = new AbortController().signal,
    onProgress: (progress: MoveProgress) => void = () => undefined,
  ) => moveSlots(deps, { target, plan }, signal, onProgress);
  const rangesOf = async (name: string): Promise<string> => {
    const now = await view();
    return formatRanges(
      now.shards.find(shard => shard.masterId === now.members.find(member => member.name === name)?.id)?.ranges ?? [],
    );
  };
  const call = (name: string, ...command: string[]) => servers.node(name).connection.call(command);

  /** Keys `k:n` of the first 40 slots, several a slot, each with its own value. */
  const keys: string[] = [];
  suiteSetup(async () => {
    for (let n = 0; keys.length < 300; n++) if (keySlot(`k:${n}`) < 40) keys.push(`k:${n}`);
    await servers.node('n1').connection.pipeline(keys.map(key => ['SET', key, `value of ${key}`]));
  });
  async function assertKeysAt(name: string): Promise<void> {
    const values = await servers.node(name).connection.pipeline(keys.map(key => ['GET', key]));
    assert.deepEqual(
      values,
      keys.map(key => `value of ${key}`),
    );
  }

  test('slots go with their keys, every node agrees, and back', async () => {
    const plan = planMove(await view(), [[0, 39]], await idOf('n3'));
    assert.equal(
      await countPlanKeys(deps, { target, plan }, AbortSignal.timeout(20_000)).then(counts => counts.join()),
      String(keys.length),
    );
    const told: number[] = [];
    const report = await run(plan, undefined, progress => told.push(progress.ranges[0]?.[0] ?? -1));
    assert.deepEqual(
      told,
      Array.from({ length: 40 }, (_, slot) => slot),
    );
    assert.deepEqual([report.keys, report.moved.slots, report.left], [keys.length, 40, undefined]);
    assert.deepEqual([await rangesOf('n1'), await rangesOf('n3')], ['40-5460', '0-39 10923-16383']);
    assert.deepEqual(
      (await view()).findings.filter(({ code }) => code !== 'no-replica'),
      [],
    );
    await assertKeysAt('n3');
    await run(reversed(report.moved));
    assert.equal(await rangesOf('n1'), '0-5460');
    await assertKeysAt('n1');
  });

  test('a cancel is heard between two slots, and what is left can be run', async () => {
    const cancel = new AbortController();
    const report = await run(planMove(await view(), [[0, 39]], await idOf('n2')), cancel.signal, ({ ranges }) => {
      if (ranges[0]?.[0] === 12) cancel.abort();
    });
    assert.deepEqual([report.moved.slots, report.left?.slots], [13, 27]);
    assert.equal(await rangesOf('n2'), '0-12 5461-10922');
    assert.deepEqual((await view()).open, []);
    await run(report.left as MovePlan);
    await assertKeysAt('n2');
    await run(planMove(await view(), [[0, 39]], await idOf('n1')));
    await assertKeysAt('n1');
  });

  test('a foreign open slot is refused, an own one is gone on with', async () => {
    const plan = planMove(await view(), [[0, 39]], await idOf('n3'));
    await call('n2', 'CLUSTER', 'SETSLOT', '6000', 'MIGRATING', await idOf('n3'));
    await assert.rejects(run(plan), error => isFault(error, 'move-others-open'));
    await call('n2', 'CLUSTER', 'SETSLOT', '6000', 'STABLE');
    // as a run leaves it that died in the middle of slot 3, one key over, one key copied but not yet deleted
    await call('n3', 'CLUSTER', 'SETSLOT', '3', 'IMPORTING', await idOf('n1'));
    await call('n1', 'CLUSTER', 'SETSLOT', '3', 'MIGRATING', await idOf('n3'));
    const [gone, copied] = keys.filter(key => keySlot(key) === 3);
    const { host, port } = servers.node('n3').announced;
    await call('n1', 'MIGRATE', host, String(port), '', '0', '1000', 'AUTH', password, 'KEYS', gone ?? '');
    await call('n1', 'MIGRATE', host, String(port), '', '0', '1000', 'COPY', 'AUTH', password, 'KEYS', copied ?? '');
    await run(plan);
    await assertKeysAt('n3');
    assert.deepEqual((await view()).open, []);
    await run(reversed(plan));
    await assertKeysAt('n1');
  });

  test('a target that freezes stops the run quickly, the source stays alive, and the run goes on later', async () => {
    const plan = planMove(await view(), [[0, 39]], await idOf('n3'));
    await assert.rejects(
      run(plan, undefined, ({ ranges }) => {
        if (ranges[0]?.[0] === 5) servers.node('n3').server.signal('SIGSTOP');
      }),
      error => isFault(error, 'move-target-silent', 'move-stopped'),
    );
    assert.equal(await call('n1', 'PING'), 'PONG');
    servers.node('n3').server.signal('SIGCONT');
    await new Promise(resolve => setTimeout(resolve, 1000));
    await run(planMove(await view(), [[0, 39]], await idOf('n3')));
    await assertKeysAt('n3');
    await run(planMove(await view(), [[0, 39]], await idOf('n1')));
  });

  test('a key that would block its node is named before anything blocks', async () => {
    const key = keys[0] as string;
    await call('n1', 'CONFIG', 'SET', 'cluster-node-timeout', '300');
    try {
      await call('n1', 'SETRANGE', key, '8000000', 'x');
      await assert.rejects(
        run(planMove(await view(), [[keySlot(key), keySlot(key)]], await idOf('n3'))),
        error => isFault(error, 'move-key-too-big') && (error.fault as unknown as { key: string }).key === key,
      );
      assert.deepEqual((await view()).open, []); // nor has the slot been opened
    } finally {
      await call('n1', 'SET', key, `value of ${key}`);
      await call('n1', 'CONFIG', 'SET', 'cluster-node-timeout', '3000');
    }
  });

  test('a run that is cut off in a slot is taken back: the open slot goes to its end first', async () => {
    const plan = planMove(await view(), [[0, 9]], await idOf('n3'));
    await assert.rejects(
      run(plan, undefined, ({ ranges }) => {
        if (ranges[0]?.[0] === 4) servers.node('n3').server.signal('SIGSTOP');
      }),
      error => isFault(error, 'move-target-silent', 'move-stopped'),
    );
    servers.node('n3').server.signal('SIGCONT');
    await until('answer of the thawed node', async () => (await call('n3', 'PING')) === 'PONG');
    // as it is left by an end right after the two orders that open a slot, with one key gone already
    await call('n3', 'CLUSTER', 'SETSLOT', '4', 'IMPORTING', await idOf('n1'));
    await call('n1', 'CLUSTER', 'SETSLOT', '4', 'MIGRATING', await idOf('n3'));
    const { host, port } = servers.node('n3').announced;
    await call(
      'n1',
      'MIGRATE',
      host,
      String(port),
      '',
      '0',
      '1000',
      'AUTH',
      password,
      'KEYS',
      keys.find(key => keySlot(key) === 4) ?? '',
    );
    const record = recordedMove(deps, 't');
    assert.deepEqual([record?.done, record?.plan.slots], [false, 10]);
    await takeBack(deps, target, record as MoveRecord, noSignal, () => undefined);
    assert.deepEqual([await rangesOf('n1'), (await view()).open], ['0-5460', []]);
    await assertKeysAt('n1');
  });

  test('a cancelled run is known afterwards, gone on with, and taken back as a whole', async () => {
    const cancel = new AbortController();
    await run(planMove(await view(), [[0, 9]], await idOf('n2')), cancel.signal, ({ ranges }) => {
      if (ranges[0]?.[0] === 3) cancel.abort();
    });
    await goOn(deps, target, recordedMove(deps, 't') as MoveRecord, noSignal, () => undefined);
    assert.equal(await rangesOf('n2'), '0-9 5461-10922');
    const record = recordedMove(deps, 't');
    assert.deepEqual([record?.done, record?.plan.slots], [true, 10]);
    const back = await takeBack(deps, target, record as MoveRecord, noSignal, () => undefined);
    assert.deepEqual([back.moved.slots, await rangesOf('n1')], [10, '0-5460']);
    await assert.rejects(
      takeBack(deps, target, record as MoveRecord, noSignal, () => undefined),
      error => isFault(error, 'move-nothing'),
    );
    await assertKeysAt('n1');
  });

  test('MIGRATE waits a third of the node time-out, the taker hears of its slot before the giver', async () => {
    const heard: string[] = [];
    const names = new Map(servers.nodes.map(({ name, announced }) => [announced.port, name]));
    const connector = toldConnector((port, command) => {
      if (/MIGRATE|SETSLOT/.test(command.join(' '))) heard.push(`${names.get(port)} ${command.join(' ')}`);
    });
    await moveSlots(
      { ...deps, connector },
      { target, plan: planMove(await view(), [[3, 3]], await idOf('n3')) },
      noSignal,
      () => undefined,
    );
    const migrate = heard.find(line => line.startsWith('n1 MIGRATE'));
    assert.equal(migrate?.split(' ')[6], '1000', migrate); // min(1000, 3000 / 3); the key's place is empty: KEYS follow
    assert.deepEqual(
      heard
        .filter(line => line.includes('SETSLOT'))
        .slice(0, 4)
        .map(line => line.split(' ').slice(0, 5).join(' ')),
      [
        'n3 CLUSTER SETSLOT 3 IMPORTING',
        'n1 CLUSTER SETSLOT 3 MIGRATING',
        'n3 CLUSTER SETSLOT 3 NODE',
        'n1 CLUSTER SETSLOT 3 NODE',
      ],
    );
    assert.ok(
      heard.findIndex(line => line.startsWith('n1 MIGRATE')) > heard.findIndex(line => line.includes('MIGRATING')),
    );
    await run(planMove(await view(), [[3, 3]], await idOf('n1')));
  });

  test('nothing begins while a node sees other owners than the rest', async () => {
    const plan = planMove(await view(), [[0, 9]], await idOf('n3'));
    await call('n2', 'CLUSTER', 'DELSLOTS', '16000');
    try {
      await assert.rejects(run(plan), error => isFault(error, 'move-views-differ'));
      assert.equal(await rangesOf('n1'), '0-5460');
    } finally {
      await call('n2', 'CLUSTER', 'ADDSLOTS', '16000').catch(() => undefined); // gossip may have told it by now
      await call('n2', 'CLUSTER', 'SETSLOT', '16000', 'NODE', await idOf('n3'));
      await until('agreement', async () => (await view()).disputes.length === 0);
    }
  });
});

/** n1-n3 masters, n4-n6 their replicas. */
suite('cluster: a master gives its last slots away', function () {
  this.timeout(90_000);
  let servers: ClusterServers;
  suiteSetup(async () => {
    servers = await startCluster(3, 1, { conf: ['cluster-node-timeout 3000'] });
  });
  suiteTeardown(() => servers.stop());

  test('drained, it stays a master without slots, its replica stays with it, and all can be moved back', async () => {
    const view = async () =>
      clusterView((await servers.look()).map(({ name, report }) => ({ node: name, name, report })));
    const target = {
      topologyId: 'drain',
      name: 'o',
      seats: servers.nodes.map(({ name, announced }) => ({ name, announced, reachable: announced })),
    };
    const free = {
      ...deps,
      secrets: { ...secrets, get: () => Promise.resolve(undefined) },
      records: new MemoryRecords(),
    };
    const started = await view();
    const giver = started.members.find(member => member.name === 'n1')?.id ?? '';
    // n1 keeps 20 slots, so that the test is quick: the rest goes by one order to each node, empty as they are
    const taker = started.members.find(member => member.name === 'n2')?.id ?? '';
    for (const name of ['n2', 'n1', 'n3'])
      await servers.node(name).connection.pipeline(
        Array.from({ length: 5441 }, (_, slot) => ['CLUSTER', 'SETSLOT', String(slot + 20), 'NODE', taker]),
        { timeoutMs: 20_000 },
      );
    await until('agreement', async () => {
      const now = await view();
      return now.disputes.length === 0 && now.shards.some(shard => shard.masterId === giver && shard.slots === 20);
    });
    const report = await moveSlots(free, { target, plan: planDrain(await view(), giver) }, noSignal, () => undefined);
    assert.deepEqual([report.moved.slots, report.emptied], [20, ['n1']]);
    await until('roles', async () => {
      const now = await view();
      const roles = ['n1', 'n4', 'n5', 'n6'].map(name => now.members.find(member => member.name === name));
      return (
        roles[0]?.role === 'master' &&
        roles.slice(1).some(member => member?.masterId === giver) &&
        now.disputes.length === 0
      );
    });
    const [, setting] = (await servers
      .node('n1')
      .connection.call(['CONFIG', 'GET', 'cluster-allow-replica-migration'])) as [string, string];
    assert.equal(setting, 'yes');
    await takeBack(free, target, recordedMove(free, 'drain') as MoveRecord, noSignal, () => undefined);
    const after = await view();
    assert.equal(formatRanges(after.shards.find(shard => shard.masterId === giver)?.ranges ?? []), '0-19');
  });
});
