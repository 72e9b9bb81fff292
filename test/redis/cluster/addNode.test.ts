import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { isFault } from '../../../src/base/errors';
import { keySlot } from '../../../src/model/slots';
import { IoredisConnector } from '../../../src/redis/ioredisClient';
import { addNode } from '../../../src/topology/cluster/addNode';
import { prepareAddition } from '../../../src/topology/cluster/addPlan';
import type { AdditionPlan, AdditionRequest } from '../../../src/topology/cluster/addPlan';
import { createCluster, prepareCluster } from '../../../src/topology/cluster/createCluster';
import { watchForgotten } from '../../../src/topology/cluster/forget';
import { checkNodeRemoval, removeNode } from '../../../src/topology/cluster/removeNode';
import type { NodeRemovalRequest } from '../../../src/topology/cluster/removeNode';
import { findUnfinished } from '../../../src/topology/findUnfinished';
import { finishCreation, removeUnfinished } from '../../../src/topology/unfinished';
import { memoryDeps } from '../../support/memoryDeps';
import type { MemoryDeps } from '../../support/memoryDeps';
import { testPorts, until } from '../../support/naming';
import { ProcessesBehind } from '../../support/processesBehind';
import { noSignal, silent, volume } from '../../support/topologies';

const password = 'secret';

/** A cluster of ours on plain processes behind an engine in memory; what is true is asked by redis-cli. */
class World {
  private constructor(
    readonly engine: ProcessesBehind,
    readonly deps: MemoryDeps,
    readonly topologyId: string,
  ) {}

  static async make(): Promise<World> {
    const engine = new ProcessesBehind();
    const deps = memoryDeps(engine, new IoredisConnector());
    try {
      const plan = await prepareCluster(
        deps,
        {
          name: 'orders',
          engine: 'docker',
          image: 'redis:7.0',
          masters: 3,
          replicas: 1,
          extra: 0,
          firstPort: await testPorts(10),
          storage: volume,
          password,
        },
        noSignal,
      );
      const { topologyId } = await createCluster(deps, { plan, password }, noSignal, silent);
      return new World(engine, deps, topologyId);
    } catch (error) {
      await engine.dispose();
      throw error;
    }
  }

  get nodes(): readonly { readonly id: string; readonly name: string; readonly port: number }[] {
    return [...this.engine.made.values()].map(({ instance: { id, ownership, ports } }) => ({
      id,
      name: ownership?.node ?? '',
      port: ports[0]?.inside ?? 0,
    }));
  }
  get target(): AdditionRequest['target'] {
    return {
      topologyId: this.topologyId,
      name: 'orders',
      seats: this.nodes.map(({ name, port }) => ({
        name,
        announced: { host: '127.0.0.1', port },
        reachable: { host: '127.0.0.1', port },
      })),
    };
  }
  cli(node: string, ...command: string[]): string {
    return execFileSync('redis-cli', ['-p', String(this.nodes.find(({ name }) => name === node)?.port), ...command], {
      encoding: 'utf8',
      timeout: 5000,
      env: { ...process.env, REDISCLI_AUTH: password },
    }).trim();
  }
  /** `redis-1 master, redis-4 of redis-3 …` as `by` sees it. */
  table(by: string): string {
    const lines = this.cli(by, 'cluster', 'nodes')
      .split('\n')
      .map(line => line.split(' '));
    const name = (id: string | undefined): string => {
      const address = lines.find(([one]) => one === id)?.[1] ?? '';
      return this.nodes.find(({ port }) => address.includes(`:${port}@`))?.name ?? address;
    };
    return lines
      .map(
        ([id, , flags, master]) =>
          `${name(id)}${flags?.includes('master') ? '' : ` of ${name(master)}`}${/fail|handshake|noaddr/.exec(flags ?? '')?.[0] ?? ''}`,
      )
      .sort()
      .join(', ');
  }
  prepare(role: AdditionRequest['role'], of?: string): Promise<AdditionPlan> {
    const instance = [...this.engine.made.values()][0]?.instance;
    if (!instance) throw new Error('no instance');
    return prepareAddition(
      this.deps,
      {
        target: this.target,
        sibling: { name: instance.ownership?.node ?? '', instance },
        role,
        ...(of === undefined ? {} : { of }),
      },
      noSignal,
    );
  }
  removal(node: string, data = true): NodeRemovalRequest {
    return {
      target: this.target,
      node,
      instance: { id: this.nodes.find(({ name }) => name === node)?.id ?? '', engine: 'docker', node, data },
    };
  }
  process(node: string): { kill(signal: NodeJS.Signals): boolean } {
    const found = this.engine.process(this.nodes.find(({ name }) => name === node)?.id ?? '');
    if (!found) throw new Error(`no process of ${node}`);
    return found;
  }
}

const withSix = (one: string): string => [...SIX.split(', '), one].sort().join(', ');
const SIX = 'redis-1, redis-2, redis-3, redis-4 of redis-3, redis-5 of redis-1, redis-6 of redis-2';

suite('cluster: nodes come and go', function () {
  this.timeout(120_000);
  let world: World;
  suiteSetup(async () => {
    world = await World.make();
  });
  suiteTeardown(() => world.engine.dispose());

  test('a replica of the master asked for: all know it, it has the keys, and it is whole in its own file', async () => {
    const key = Array.from({ length: 100 }, (_, n) => `k${n}`).find(key => keySlot(key) > 10_922) ?? '';
    world.cli('redis-3', 'set', key, 'before');
    world.cli('redis-1', 'config', 'set', 'maxmemory', '200mb');
    const plan = await world.prepare('replica', 'redis-4'); // a replica stands for its master
    assert.deepEqual(
      [plan.nodes[0]?.name, plan.of?.name, plan.notes.map(({ code }) => code)],
      ['redis-7', 'redis-3', ['addition-one-machine']],
    );
    assert.match(
      plan.nodes[0]?.files[0]?.content ?? '',
      /requirepass <password>[^]*cluster-node-timeout 5000[^]*maxmemory 209715200/,
    );
    const report = await addNode(world.deps, plan, noSignal, silent);
    assert.deepEqual(
      report.checks.map(({ code }) => code),
      ['newcomer-agreed', 'newcomer-follows'],
    );
    for (const { name } of world.nodes) assert.equal(world.table(name), `${SIX}, redis-7 of redis-3`, name);
    assert.equal(
      execFileSync(
        'redis-cli',
        ['-p', String(world.nodes.find(({ name }) => name === 'redis-7')?.port), '-a', password, '--no-auth-warning'],
        { input: `READONLY\nGET ${key}\n`, encoding: 'utf8' },
      ),
      'OK\nbefore\n',
    );
    assert.deepEqual(world.deps.records.keys(), []);
  });

  test('without a choice the replica goes to the master with fewest, and a master comes with the functions of the others', async () => {
    world.cli(
      'redis-1',
      'function',
      'load',
      "#!lua name=mylib\nredis.register_function('hello', function() return 'hi' end)",
    );
    const master = await world.prepare('master');
    assert.deepEqual(
      [master.nodes[0]?.name, master.of, master.notes.map(({ code }) => code)],
      ['redis-8', undefined, ['addition-empty', 'addition-even-masters', 'addition-one-machine']],
    );
    const report = await addNode(world.deps, master, noSignal, silent);
    assert.deepEqual(report.checks, [
      { code: 'newcomer-agreed', node: 'redis-8', nodes: 8 },
      { code: 'newcomer-functions', node: 'redis-8', libraries: ['mylib'] },
    ]);
    assert.match(world.cli('redis-8', 'function', 'list'), /mylib/);
    assert.match(world.cli('redis-8', 'cluster', 'info'), /cluster_state:ok/);
    assert.equal((await world.prepare('replica')).of?.name, 'redis-1');
  });

  test('they go again: forgotten by all, server and data gone; what has slots stays', async () => {
    assert.deepEqual(
      (await checkNodeRemoval(world.deps, { target: world.target, node: 'redis-7' }, noSignal)).notes,
      [],
    );
    const replica = await removeNode(world.deps, world.removal('redis-7'), noSignal, silent);
    assert.deepEqual([replica.server, replica.unheard], ['removed', []]);
    await removeNode(world.deps, world.removal('redis-8', false), noSignal, silent);
    for (const { name } of world.nodes) assert.equal(world.table(name), SIX, name);
    assert.deepEqual([world.engine.data.has('orders_redis-7'), world.engine.data.has('orders_redis-8')], [false, true]);
    await assert.rejects(removeNode(world.deps, world.removal('redis-1'), noSignal, silent), error =>
      isFault(error, 'removal-has-slots'),
    );
    const { notes } = await checkNodeRemoval(world.deps, { target: world.target, node: 'redis-5' }, noSignal);
    assert.deepEqual(notes, [{ code: 'removal-last-replica', node: 'redis-5', master: 'redis-1' }]);
  });

  test('a living one whose server stays is left empty and alone', async () => {
    await addNode(world.deps, await world.prepare('replica', 'redis-2'), noSignal, silent);
    const name = world.nodes.at(-1)?.name ?? '';
    const { server } = await removeNode(world.deps, { target: world.target, node: name }, noSignal, silent);
    assert.equal(server, 'reset');
    assert.deepEqual([world.table(name), world.cli(name, 'dbsize')], [name, '0']);
    assert.equal(world.table('redis-1'), SIX);
    const id = world.nodes.find(node => node.name === name)?.id ?? '';
    await world.engine.remove(id, { topologyId: world.topologyId });
  });

  test('a dead one is forgotten; one that was frozen meanwhile is told as soon as it answers', async () => {
    await addNode(world.deps, await world.prepare('replica', 'redis-2'), noSignal, silent);
    const name = world.nodes.at(-1)?.name ?? '';
    world.process(name).kill('SIGKILL');
    world.process('redis-6').kill('SIGSTOP');
    const request = world.removal(name);
    const report = await removeNode(world.deps, request, noSignal, silent);
    setTimeout(() => world.process('redis-6').kill('SIGCONT'), 1500);
    assert.deepEqual(report.unheard, ['redis-6']);
    assert.equal(world.table('redis-1').includes(name), false);
    const again = await watchForgotten(
      world.deps,
      { ...request.target, seats: request.target.seats.filter(seat => seat.name !== name) },
      [report.id],
      noSignal,
      silent,
    );
    assert.equal(again, 1);
    await until('all see six', () => world.nodes.every(node => world.table(node.name) === SIX), 30_000);
  });

  test('cancelled or refused in the middle it leaves the cluster as it was', async () => {
    for (const at of ['server', 'join', 'follow', 'known'] as const) {
      const cut = new AbortController();
      await assert.rejects(
        addNode(world.deps, await world.prepare('replica'), cut.signal, ({ step, state }) => {
          if (step === at && state === 'begun') cut.abort();
        }),
        { name: 'AbortError' },
        at,
      );
      for (const { name } of world.nodes) assert.equal(world.table(name), SIX, `${at} ${name}`);
      assert.deepEqual([world.nodes.length, world.deps.records.keys()], [6, []], at);
    }
  });

  // The journal of an addition: begin, room ×2, create ×2, start ×2, identity ×2, join ×2, follow ×2.
  for (const write of [1, 3, 5, 7, 10, 12]) {
    for (const then of ['finish', 'remove'] as const) {
      test(`cut off at write ${write} of its journal, then ${then}`, async () => {
        let writes = 0;
        const dead = Object.assign(Object.create(world.deps) as MemoryDeps, {
          records: {
            keys: () => world.deps.records.keys(),
            get: (key: string) => world.deps.records.get(key),
            delete: () => Promise.reject(new Error('dead')),
            set: (key: string, value: unknown) =>
              ++writes > write ? Promise.reject(new Error('dead')) : world.deps.records.set(key, value),
          },
          engine: () =>
            new Proxy(world.engine, {
              get: (real, key) => {
                const value = Reflect.get(real, key, real) as unknown;
                if (writes > write) return () => Promise.reject(new Error('dead'));
                return typeof value === 'function' ? (value.bind(real) as unknown) : value;
              },
            }),
        });
        await addNode(dead, await world.prepare('replica', 'redis-3'), noSignal, silent).then(
          () => assert.fail('it was cut off'),
          () => undefined,
        );
        const [key = ''] = world.deps.records.keys();
        await world.deps.records.set(key, {
          ...(world.deps.records.get(key) as object),
          touchedAt: 0,
          pid: 2 ** 22 + 1,
        }); // the process that wrote it is gone
        assert.deepEqual(
          findUnfinished(world.deps).map(({ verb, canFinish }) => [verb, canFinish]),
          [['add', true]],
        );
        await assert.rejects(addNode(world.deps, await world.prepare('replica'), noSignal, silent), error =>
          isFault(error, 'topology-busy'),
        );
        if (then === 'remove') {
          await removeUnfinished(world.deps, world.topologyId, noSignal);
        } else {
          const report = await finishCreation(world.deps, world.topologyId, noSignal, silent);
          const name = report.nodes[0]?.name ?? '';
          for (const node of world.nodes)
            assert.equal(world.table(node.name), withSix(`${name} of redis-3`), node.name);
          await removeNode(world.deps, world.removal(name), noSignal, silent);
        }
        for (const { name } of world.nodes) assert.equal(world.table(name), SIX, name);
        assert.deepEqual([world.nodes.length, world.deps.records.keys()], [6, []]);
      });
    }
  }
});
