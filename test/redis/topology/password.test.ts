// Passwords of servers that were not made here: tried at the server before they are kept.
import assert from 'node:assert/strict';
import { isFault } from '../../../src/base/errors';
import type { Node } from '../../../src/model/snapshot';
import { IoredisConnector } from '../../../src/redis/ioredisClient';
import { Inventory } from '../../../src/topology/inventory';
import { keepPassword, wantsPassword } from '../../../src/topology/password';
import { ListedEngine, processInstance } from '../../support/processEngine';
import { startRedis } from '../../support/redisServer';
import type { RunningRedis } from '../../support/redisServer';

suite('the password of a found server', function () {
  this.timeout(60_000);
  const connector = new IoredisConnector();
  const kept = new Map<string, string>();
  const secrets = {
    get: (id: string) => Promise.resolve(kept.get(id)),
    set: (id: string, value: string) => {
      kept.set(id, value);
      return Promise.resolve();
    },
  };
  const engine = new ListedEngine();
  const inventory = new Inventory({ engines: [engine], connector, secrets });
  let server: RunningRedis;
  suiteSetup(async () => {
    server = await startRedis({
      conf: ['requirepass correct', 'user alice on >horse ~* +@all', 'user bob on >battery ~* +get'],
    });
    engine.instances.push(processInstance('locked', server.port));
  });
  suiteTeardown(async () => {
    inventory.dispose();
    await server.stop();
  });
  const look = async (): Promise<Node> => {
    const {
      others: [node],
    } = await inventory.refresh();
    return node ?? assert.fail('the server is not shown');
  };
  const keep = async (credentials: { readonly username?: string; readonly password: string }): Promise<string> => {
    try {
      await keepPassword({ connector, secrets }, await look(), credentials, AbortSignal.timeout(20_000));
      return 'kept';
    } catch (error) {
      assert.ok(isFault(error, 'redis-silent', 'redis-refused'), String(error));
      return 'reason' in error.fault ? String(error.fault.reason) : error.fault.code;
    }
  };

  test('is asked for, at an address that was reached', async () => {
    const node = await look();
    assert.deepEqual([wantsPassword(node), node.reachable], [true, { host: '127.0.0.1', port: server.port }]);
  });

  const cases: readonly (readonly [
    what: string,
    credentials: { readonly username?: string; readonly password: string },
    comes: string,
  ])[] = [
    ['a wrong one', { password: 'wrong' }, 'password-wrong'],
    ['the right one of another user', { password: 'horse' }, 'password-wrong'],
    ['one of a user who may not ask anything', { username: 'bob', password: 'battery' }, 'redis-refused'],
  ];
  for (const [what, credentials, comes] of cases) {
    test(`${what} is refused and not kept`, async () => {
      assert.equal(await keep(credentials), comes);
      assert.deepEqual([...kept], []);
      assert.equal(wantsPassword(await look()), true);
    });
  }

  for (const [what, credentials] of [
    ['the right one', { password: 'correct' }],
    ['that of an ACL user', { username: 'alice', password: 'horse' }],
  ] as const) {
    test(`${what} is kept, and opens the server at the next look`, async () => {
      kept.clear();
      assert.equal(await keep(credentials), 'kept');
      const node = await look();
      assert.deepEqual([wantsPassword(node), node.contact.state, node.role], [false, 'answering', 'master']);
      const connection = await inventory.connectionTo(node.id);
      assert.equal(
        await connection.call(['ACL', 'WHOAMI']),
        'username' in credentials ? credentials.username : 'default',
      );
      connection.dispose();
    });
  }

  test('one that was forgotten is not used by the connection that it opened', async () => {
    kept.clear();
    assert.equal(wantsPassword(await look()), true);
  });
});
