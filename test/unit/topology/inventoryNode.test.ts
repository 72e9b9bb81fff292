import assert from 'node:assert/strict';
import { Emitter } from '../../../src/base/emitter';
import { HumanError } from '../../../src/base/errors';
import type { Instance } from '../../../src/model/instance';
import type { Contact, SilenceReason } from '../../../src/model/snapshot';
import { AddressBook } from '../../../src/redis/addressBook';
import type { Endpoint, RedisConnection, RedisConnector, RedisFault } from '../../../src/redis/client';
import { defaultNodeTiming, NodeWatch } from '../../../src/topology/inventoryNode';
import { infoTexts } from '../model/texts';

const instance: Instance = {
  id: 'c1',
  engine: 'docker',
  name: 'redis-1',
  image: 'redis:7.0',
  state: 'running',
  command: ['redis-server'],
  mounts: [],
  networks: [{ id: 'n', name: 'net', address: '172.20.0.2' }],
  ports: [{ inside: 6379, outside: { host: '127.0.0.1', port: 7001 } }],
};
const [outside, inside] = ['127.0.0.1', '172.20.0.2'];

/** A server in memory that is reached at two addresses; each is `up`, refuses for a reason, or says nothing at all. */
class World implements RedisConnector {
  readonly contacts: string[] = [];
  /** How often it was asked, and what happens then. */
  asked = 0;
  onAsked = (): void => undefined;
  readonly at: Record<string, 'up' | 'hangs' | SilenceReason> = { [outside]: 'up', [inside]: 'up' };
  readonly #sockets: { readonly closed: Emitter<void> }[] = [];
  readonly watch: NodeWatch;

  constructor() {
    this.watch = new NodeWatch(
      { id: 'c1', instance, ports: [6379] },
      {
        connector: this,
        book: new AddressBook(),
        password: () => Promise.resolve(undefined),
        onHeard: () => undefined,
        channels: () => [],
        onFailure: error => {
          throw error;
        },
        onChange: ({ contact }) => this.contacts.push(wordOf(contact)),
      },
      { ...defaultNodeTiming, grace: 60_000 },
    );
  }

  connect({ address }: Endpoint): Promise<RedisConnection> {
    const how = this.at[address.host] ?? 'no-address';
    if (how === 'hangs') return new Promise(() => undefined);
    if (how !== 'up') return Promise.reject(new HumanError<RedisFault>({ code: 'redis-silent', address, reason: how }));
    const closed = new Emitter<void>();
    this.#sockets.push({ closed });
    const pipeline = async (): Promise<string[]> => {
      this.asked++;
      this.onAsked();
      await new Promise(setImmediate);
      return [infoTexts.redis62Master];
    };
    return Promise.resolve({
      address,
      onClose: closed.event,
      pipeline,
      call: () => Promise.resolve(null),
      subscribe: () => Promise.resolve(),
      dispose: () => undefined,
    } satisfies RedisConnection);
  }

  cut(): void {
    for (const { closed } of this.#sockets.splice(0)) closed.fire();
  }
}

function wordOf(contact: Contact): string {
  return contact.state === 'silent' ? contact.reason : contact.state;
}

suite('topology/inventoryNode: a connection that is cut', () => {
  const cases: readonly [title: string, at: World['at'], expected: readonly string[]][] = [
    [
      'nobody takes a new one: silent before the other address, which says nothing, has had its time',
      { [outside]: 'refused', [inside]: 'hangs' },
      ['answering', 'refused'],
    ],
    ['a forwarder hangs up: silent', { [outside]: 'closed', [inside]: 'hangs' }, ['answering', 'closed']],
    ['a Sentinel cut it at a promotion: the new one answers, and nothing is shown', {}, ['answering']],
    [
      'where it was there is nothing, elsewhere it answers',
      { [outside]: 'refused' },
      ['answering', 'refused', 'answering'],
    ],
    [
      'it asks for a password now',
      { [outside]: 'password-required', [inside]: 'hangs' },
      ['answering', 'password-required'],
    ],
    ['nothing is heard yet: the grace time decides', { [outside]: 'hangs' }, ['answering']],
  ];
  for (const [title, at, expected] of cases) {
    test(title, async () => {
      const world = new World();
      await world.watch.look();
      Object.assign(world.at, at);
      world.cut();
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      world.watch.dispose();
      assert.deepEqual(world.contacts, expected);
    });
  }
});

suite('topology/inventoryNode: a server of which news comes without end', () => {
  test('who asked waits for one question that began since, not for those that others asked for', async () => {
    const world = new World();
    let begun = 0;
    world.onAsked = () => {
      begun++;
      if (begun < 50) setImmediate(() => void world.watch.look(true));
    };
    const waits = async (): Promise<number> => {
      const before = begun;
      await world.watch.look(true);
      return begun - before;
    };
    const took = [await waits()];
    // while one is under way that began before
    for (let i = 0; i < 3; i++) took.push(await waits());
    world.watch.dispose();
    assert.ok(Math.max(...took) <= 2, took.join(' '));
  });

  test('what is asked for while it is being asked is asked for once more, and once for all', async () => {
    const world = new World();
    const order: string[] = [];
    const first = world.watch.look().then(() => order.push('first'));
    const later = [1, 2, 3].map(() => world.watch.look(true).then(() => order.push(`forced ${world.asked}`)));
    const same = world.watch.look().then(() => order.push('not forced'));
    await Promise.all([first, same, ...later]);
    world.watch.dispose();
    assert.deepEqual(order, ['first', 'not forced', 'forced 2', 'forced 2', 'forced 2']);
  });

  test('ended while it was to be asked once more: nobody waits for ever', async () => {
    const world = new World();
    const all = [world.watch.look(), world.watch.look(true)];
    world.watch.dispose();
    await Promise.all(all);
    assert.ok(world.asked <= 1);
  });
});
