import assert from 'node:assert/strict';
import { Emitter } from '../../../src/base/emitter';
import { HumanError } from '../../../src/base/errors';
import type { RedisConnection, RedisConnector, RedisFault } from '../../../src/redis/client';
import { Inventory } from '../../../src/topology/inventory';
import { until } from '../../support/naming';
import { ListedEngine, processInstance } from '../../support/processEngine';

/** Two servers in memory, their connections and what was asked over them. */
class World implements RedisConnector {
  readonly engine = new ListedEngine();
  readonly inventory: Inventory;
  readonly #sockets = new Set<Emitter<void>>();
  asked = 0;
  up = true;

  constructor(opening = 30) {
    this.inventory = new Inventory({
      engines: [this.engine],
      connector: this,
      secrets: { get: () => Promise.resolve(undefined) },
      timing: { slow: 60_000, fast: 60_000, settle: 0, opening },
    });
    this.engine.instances = [processInstance('redis-1', 7001), processInstance('redis-2', 7002)];
  }

  connect({ address }: Parameters<RedisConnector['connect']>[0]): Promise<RedisConnection> {
    if (!this.up)
      return Promise.reject(new HumanError<RedisFault>({ code: 'redis-silent', address, reason: 'refused' }));
    const closed = new Emitter<void>();
    this.#sockets.add(closed);
    const pipeline = (): Promise<string[]> => {
      this.asked++;
      return Promise.resolve([infoOf(address.port)]);
    };
    return Promise.resolve({
      address,
      onClose: closed.event,
      pipeline,
      call: () => Promise.resolve(null),
      subscribe: () => Promise.resolve(),
      dispose: () => {
        this.#sockets.delete(closed);
      },
    });
  }

  end(): void {
    this.up = false;
    this.engine.instances = this.engine.instances.map(instance => ({ ...instance, state: 'exited' as const }));
    for (const closed of [...this.#sockets]) closed.fire();
  }
}

const infoOf = (port: number): string =>
  `redis_version:7.0.15\r\nredis_mode:standalone\r\nrun_id:${String(port).padEnd(40, 'a')}\r\nprocess_id:${port}\r\ntcp_port:${port}\r\nloading:0\r\nrole:master\r\nconnected_slaves:0\r\nmaster_repl_offset:0\r\n`;
const states = ({ inventory }: World): readonly string[] =>
  inventory.snapshot.others.map(({ contact }) => contact.state);

suite('topology/inventory', () => {
  test('the first look lists once and asks each server once', async () => {
    const world = new World();
    world.inventory.setVisible(true);
    await until('both answer', () => states(world).join() === 'answering,answering');
    await until('the engine told of itself', () => world.engine.described > 0);
    assert.deepEqual([world.engine.lists, world.asked], [1, 2]);
    world.inventory.dispose();
  });

  test('after a glance the whole list asks nobody again and keeps the connections', async () => {
    const world = new World();
    world.engine.withGlance();
    world.engine.instances = world.engine.instances.map(instance => ({ ...instance, startedAt: 5 }));
    world.inventory.setVisible(true);
    await until('both answer', () => states(world).join() === 'answering,answering');
    await until('the engine told of itself', () => world.engine.described > 0);
    assert.deepEqual([world.engine.glances, world.engine.lists, world.asked], [1, 1, 2]);
    assert.deepEqual(
      world.inventory.snapshot.others.map(({ instance }) => instance?.startedAt),
      [5, 5],
    );
    world.inventory.dispose();
  });

  for (const missing of [false, true])
    test(`first answers are shown together${missing ? ', but one that does not come holds nobody up' : ''}`, async () => {
      const world = new World(missing ? 20 : 60_000);
      world.engine.instances = Array.from({ length: 9 }, (_, index) => processInstance(`redis-${index}`, 7001 + index));
      const connect = world.connect.bind(world);
      let nth = 0;
      world.connect = async endpoint => {
        const late = 2 * nth++;
        for (let turn = 0; turn < late; turn++) await new Promise(resolve => setImmediate(resolve));
        return missing && endpoint.address.port === 7005 ? new Promise<never>(() => undefined) : connect(endpoint);
      };
      const shown = new Set<number>();
      world.inventory.onDidChange(() => {
        shown.add(states(world).filter(state => state === 'answering').length);
      });
      world.inventory.setVisible(true);
      await until('those that can answer', () => shown.has(missing ? 8 : 9));
      if (!missing) assert.deepEqual([...shown], [0, 9]);
      world.inventory.dispose();
    });

  test('a refresh asks anew, also what was asked a moment ago', async () => {
    const world = new World();
    await world.inventory.refresh();
    await world.inventory.refresh();
    assert.deepEqual([world.engine.lists, world.asked], [2, 4]);
    world.inventory.dispose();
  });

  test('the engine rests while nobody looks', async () => {
    const world = new World();
    const { engine, inventory } = world;
    await inventory.refresh();
    assert.equal(engine.resting, true, 'asked for once');
    inventory.setVisible(true);
    assert.equal(engine.resting, false, 'seen');
    const held = inventory.hold();
    inventory.setVisible(false);
    assert.equal(engine.resting, false, 'a verb runs');
    held.dispose();
    assert.equal(engine.resting, true, 'hidden');
    inventory.dispose();
  });

  test('hidden, an end is seen by the closed connection, and told by a list', async () => {
    const world = new World();
    await world.inventory.refresh();
    world.end();
    await until('both have ended', () => states(world).join() === 'not-running,not-running');
    world.inventory.dispose();
  });
});
