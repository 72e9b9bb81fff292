import assert from 'node:assert/strict';
import { delay, until } from '../../src/base/abort';
import type { Node, Snapshot, SnapshotChange, Topology } from '../../src/model/snapshot';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import { Inventory } from '../../src/topology/inventory';
import { ListedEngine, ownedBy, processInstance } from '../support/processEngine';
import type { RealRedis } from '../support/realRedis';
import { freePort, startRedis } from '../support/realRedis';

const connector = new IoredisConnector();
const topologyId = '5f0c8f4e-0000-4000-8000-000000000001';

interface World {
  readonly engine: ListedEngine;
  readonly inventory: Inventory;
  readonly servers: RealRedis[];
  topology(): Topology;
  node(name: string): Node;
  dispose(): Promise<void>;
}

async function world(
  build: (
    engine: ListedEngine,
    start: (
      name: string,
      options: Parameters<typeof startRedis>[0],
      more?: Parameters<typeof processInstance>[2],
    ) => Promise<RealRedis>,
  ) => Promise<void>,
  password?: string,
): Promise<World> {
  const engine = new ListedEngine();
  const servers: RealRedis[] = [];
  await build(engine, async (name, options, more) => {
    const server = await startRedis(options);
    servers.push(server);
    engine.instances.push(processInstance(name, server.port, more));
    return server;
  });
  const inventory = new Inventory({
    engines: [engine],
    connector,
    secrets: { get: id => Promise.resolve(id === topologyId ? password : undefined) },
  });
  const topology = (): Topology => {
    const [first] = inventory.snapshot.topologies;
    assert.ok(first !== undefined, 'no topology');
    return first;
  };
  return {
    engine,
    inventory,
    servers,
    topology,
    node(name) {
      const node = [...inventory.snapshot.topologies.flatMap(one => one.nodes), ...inventory.snapshot.others].find(
        one => one.name === name,
      );
      assert.ok(node !== undefined, `no node ${name}`);
      return node;
    },
    async dispose() {
      inventory.dispose();
      await Promise.all(servers.map(server => server.stop()));
    },
  };
}

const sentinelWorld = (): Promise<World> =>
  world(async (_engine, start) => {
    const own = (node: string): { ownership: ReturnType<typeof ownedBy> } => ({
      ownership: ownedBy(topologyId, 'sentinel', node),
    });
    const master = await start('redis-1', { conf: ['requirepass pw', 'masterauth pw'] }, own('redis-1'));
    for (const name of ['redis-2', 'redis-3'])
      await start(name, { conf: ['requirepass pw', 'masterauth pw', `replicaof 127.0.0.1 ${master.port}`] }, own(name));
    await delay(1500); // a Sentinel whose first INFO comes before the replicas learns of them only 10 s later
    const lines = [
      `sentinel monitor orders 127.0.0.1 ${master.port} 2`,
      'sentinel auth-pass orders pw',
      'sentinel down-after-milliseconds orders 1000',
      'sentinel failover-timeout orders 10000',
      'requirepass pw',
      'sentinel sentinel-pass pw',
    ];
    for (const name of ['sentinel-1', 'sentinel-2', 'sentinel-3'])
      await start(
        name,
        { sentinel: true, conf: lines },
        { ...own(name), command: ['redis-server', '/conf', '--sentinel'] },
      );
  }, 'pw');

const shape = (snapshot: Snapshot): unknown =>
  snapshot.topologies.map(({ kind, nodes }) => [kind, ...nodes.map(node => `${node.name} ${node.role}`)]);

suite('topology/inventory on real servers: Sentinel', () => {
  let it: World;
  setup(async () => {
    it = await sentinelWorld();
  });
  teardown(() => it.dispose());

  test('roles, links, quorum; at rest no event; then the master dies and the new one shows no later than +switch-master', async () => {
    await it.inventory.refresh();
    it.inventory.setVisible(true);
    await until('healthy', { everyMs: 50, deadlineMs: 40_000 }, () =>
      Promise.resolve(it.topology().health.level === 'healthy' || undefined),
    );
    assert.deepEqual(shape(it.inventory.snapshot), [
      [
        'sentinel',
        'redis-1 master',
        'redis-2 replica',
        'redis-3 replica',
        'sentinel-1 sentinel',
        'sentinel-2 sentinel',
        'sentinel-3 sentinel',
      ],
    ]);
    assert.deepEqual(it.topology().quorum, { required: 2, known: 3, usable: 3, majority: 2 });
    assert.equal(it.topology().masterName, 'orders');
    assert.deepEqual(
      [it.node('redis-2').masterId, it.node('redis-2').lag?.seconds],
      ['redis-1', it.node('redis-2').lag?.seconds],
    );

    // on a loaded machine a replica's acknowledgement can really be late, which is worth an event; one quiet window of several polls is the proof
    const windows: SnapshotChange[][] = [];
    do {
      const changes: SnapshotChange[] = [];
      const listening = it.inventory.onDidChange(change => changes.push(change));
      await delay(4500);
      listening.dispose();
      windows.push(changes);
    } while (windows.length < 5 && windows[windows.length - 1]?.length !== 0);
    assert.equal(
      windows[windows.length - 1]?.length,
      0,
      `events at rest: ${JSON.stringify(windows.map(changes => changes.map(({ nodes, topologies, structure }) => ({ nodes, topologies, structure }))))}`,
    );

    const killedAt = Date.now();
    let downAt = 0;
    let newMasterAt = 0;
    it.inventory.onDidChange(() => {
      if (downAt === 0 && it.node('redis-1').contact.state === 'silent') downAt = Date.now();
      if (
        newMasterAt === 0 &&
        it
          .topology()
          .nodes.some(node => node.name !== 'redis-1' && node.role === 'master' && node.staleMaster === undefined)
      )
        newMasterAt = Date.now();
    });
    it.servers[0]?.signal('SIGKILL');
    const switched = await until('+switch-master', { everyMs: 10, deadlineMs: 40_000 }, () =>
      Promise.resolve(
        it.inventory.timeline.entries.find(
          ({ what }) => what.code === 'sentinel-message' && what.channel === '+switch-master',
        ),
      ),
    );
    await until('new master', { everyMs: 5, deadlineMs: 30_000 }, () => Promise.resolve(newMasterAt || undefined));
    assert.ok(downAt < newMasterAt, 'its silence was shown long before the Sentinels acted'); // bench/live.ts holds the figures
    console.log(
      `      silent after ${downAt - killedAt} ms, new master after ${newMasterAt - killedAt} ms, +switch-master after ${switched.at - killedAt} ms`,
    );

    await until('settled', { everyMs: 50, deadlineMs: 40_000 }, () =>
      Promise.resolve(it.topology().health.reasons.every(({ code }) => code === 'node-silent') || undefined),
    );
    assert.equal(it.node('redis-1').role, 'replica', 'the Sentinels now list the dead one as a replica');
    assert.equal(it.topology().health.level, 'degraded');
  }).timeout(180_000);

  test('paused, stopped and removed instances', async () => {
    await it.inventory.refresh();
    it.inventory.setVisible(true);
    it.engine.change('redis-2', { state: 'paused' }, 'pause');
    await until('paused', { everyMs: 5, deadlineMs: 30_000 }, () =>
      Promise.resolve(
        it.topology().health.reasons.some(reason => reason.code === 'node-paused' && reason.node === 'redis-2') ||
          undefined,
      ),
    );
    it.engine.change('redis-2', { state: 'running' }, 'unpause');
    await until('back', { everyMs: 5, deadlineMs: 30_000 }, () =>
      Promise.resolve(it.node('redis-2').contact.state === 'answering' || undefined),
    );
    it.engine.change('sentinel-3', { state: 'exited', exit: { code: 0, outOfMemory: false } }, 'die');
    await until('not running', { everyMs: 5, deadlineMs: 30_000 }, () =>
      Promise.resolve(it.node('sentinel-3').contact.state === 'not-running' || undefined),
    );
    assert.equal(it.node('sentinel-3').role, 'sentinel');
    it.engine.instances = it.engine.instances.filter(instance => instance.id !== 'sentinel-3');
    it.engine.signal({ type: 'instance', id: 'sentinel-3', action: 'destroy', at: Date.now() });
    await until('gone', { everyMs: 5, deadlineMs: 30_000 }, () =>
      Promise.resolve(it.topology().nodes.every(node => node.id !== 'sentinel-3') || undefined),
    );
  }).timeout(60_000);
});

suite('topology/inventory on real servers: made by hand', () => {
  test('links found, a Sentinel nobody listed is found by its greeting, a locked server asks for its password', async () => {
    const hidden = await freePort();
    let masterPort = 0;
    const it = await world(async (_engine, start) => {
      const master = await start('by-hand-6379', {});
      masterPort = master.port;
      await start('by-hand-6380', { conf: [`replicaof 127.0.0.1 ${master.port}`] });
      await start('locked', { conf: ['requirepass secret'] });
      await start('alone', {});
    });
    const sentinel = await startRedis({
      sentinel: true,
      port: hidden,
      conf: [`sentinel monitor mymaster 127.0.0.1 ${masterPort} 1`],
    });
    try {
      await it.inventory.refresh();
      it.inventory.setVisible(true);
      await until('sentinel seen', { everyMs: 20, deadlineMs: 25_000 }, () =>
        Promise.resolve(it.inventory.snapshot.topologies.some(topology => topology.kind === 'sentinel') || undefined),
      );
      assert.deepEqual(shape(it.inventory.snapshot), [
        ['sentinel', 'by-hand-6379 master', 'by-hand-6380 replica', `127.0.0.1:${hidden} sentinel`],
      ]);
      assert.deepEqual(
        it.inventory.snapshot.others.map(node => [
          node.name,
          node.contact.state === 'silent' ? node.contact.reason : node.contact.state,
        ]),
        [
          ['alone', 'answering'],
          ['locked', 'password-required'],
        ],
      );
      assert.equal(it.topology().owned, false);
      assert.equal(it.topology().name, 'mymaster');
      // the master ends: nobody greets there any more, and the Sentinels are what tells why nobody is promoted
      await it.servers[0]?.stop();
      const late = new Inventory({
        engines: [it.engine],
        connector,
        secrets: { get: () => Promise.resolve(undefined) },
        timing: { greeting: 500 },
      });
      late.setVisible(true);
      const there = (): true | undefined =>
        late.snapshot.topologies.some(({ nodes }) =>
          nodes.some(({ role, contact }) => role === 'sentinel' && contact.state === 'answering'),
        ) || undefined;
      await until('found by one who comes when the master is gone', { everyMs: 20, deadlineMs: 25_000 }, () =>
        Promise.resolve(there()),
      );
      for (let i = 0; i < 10; i++) {
        await delay(200);
        assert.ok(there(), 'and not forgotten, although greetings come every 2 s only');
      }
      late.dispose();
    } finally {
      await it.dispose();
      await sentinel.stop();
    }
  }).timeout(60_000);

  test('visible or held it polls, hidden it asks nothing', async () => {
    const it = await world(async (_engine, start) => {
      await start('alone', {});
    });
    try {
      await it.inventory.refresh();
      const idle = await infoCalls(it);
      await delay(2500);
      assert.equal((await infoCalls(it)) - idle, 1, 'only our own question'); // INFO counts itself when the next one reads it
      const lists = it.engine.lists;
      // By the second, as a machine that is held up asks less often; `calls` includes the question that counts them.
      const rate = async (): Promise<number> => {
        const [before, from] = [await infoCalls(it), performance.now()];
        await delay(4000);
        return ((await infoCalls(it)) - before - 1) / ((performance.now() - from) / 1000);
      };
      it.inventory.setVisible(true);
      const seen = await rate();
      assert.ok(seen > 0 && seen < 1.5, `${seen} a second while it is seen`);
      const hold = it.inventory.hold();
      const held = await rate();
      hold.dispose();
      assert.ok(held > seen && held < 20, `${held} a second while a verb runs, ${seen} else`);
      it.inventory.setVisible(false);
      await delay(2000); // what was on its way arrives
      const hidden = await infoCalls(it);
      await delay(3000);
      assert.equal((await infoCalls(it)) - hidden, 1);
      assert.ok(it.engine.lists - lists <= 3, 'the engine is listed on signals only');
    } finally {
      await it.dispose();
    }
  }).timeout(60_000);

  test('an engine that does not answer is a status, and comes back', async () => {
    const it = await world(async (_engine, start) => {
      await start('alone', {});
    });
    try {
      const { HumanError } = await import('../../src/base/errors');
      it.engine.failure = new HumanError({ code: 'engine-missing', endpoint: '/nowhere' });
      await it.inventory.refresh();
      assert.deepEqual(it.inventory.snapshot.engines, [
        { kind: 'process', state: 'unavailable', fault: { code: 'engine-missing', endpoint: '/nowhere' } },
      ]);
      it.engine.failure = undefined;
      it.engine.signal({ type: 'connected' });
      await until('answering', { everyMs: 5, deadlineMs: 30_000 }, () =>
        Promise.resolve(it.inventory.snapshot.others.some(node => node.contact.state === 'answering') || undefined),
      );
    } finally {
      await it.dispose();
    }
    assert.equal(it.engine.watched, false);
  });
});

/** How many INFO calls the server has answered. */
async function infoCalls(it: World): Promise<number> {
  const connection = await it.inventory.connectionTo('alone');
  try {
    return Number(/cmdstat_info:calls=(\d+)/.exec(String(await connection.call(['INFO', 'commandstats'])))?.[1] ?? 0);
  } finally {
    connection.dispose();
  }
}
