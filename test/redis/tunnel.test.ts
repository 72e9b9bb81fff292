import assert from 'node:assert/strict';
import { until } from '../../src/base/abort';
import { createDockerEngine } from '../../src/engine/docker';
import type { Node } from '../../src/model/snapshot';
import type { RedisConnection } from '../../src/redis/client';
import { doorOf } from '../../src/redis/addressBook';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import { Inventory } from '../../src/topology/inventory';
import { cleanUp, docker } from '../support/docker';
import { newPrefix, testLabel } from '../support/naming';
import { only } from '../support/someContainers';

/**
 * Servers of containers that publish nothing, seen as an editor sees them whose engine is elsewhere: neither their networks nor the engine's
 * loopback lead there, every byte goes through the engine.
 */
suite('the way through the engine', function () {
  this.timeout(120_000);
  const prefix = newPrefix();
  const engine = createDockerEngine({ owner: 'tunnel-test', tunnel: () => true });
  const connector = new IoredisConnector((address, signal) =>
    engine.containers.dial(address.via ?? '', address, signal),
  );
  const secrets = new Map<string, string>();
  const inventory = new Inventory({
    engines: [only(engine, ({ name }) => name.startsWith(prefix))],
    connector,
    secrets: { get: id => Promise.resolve(secrets.get(id)) },
  });
  const nodes = (): readonly Node[] => [
    ...inventory.snapshot.others,
    ...inventory.snapshot.topologies.flatMap(topology => topology.nodes),
  ];
  const node = (name: string): Node =>
    nodes().find(one => one.name === `${prefix}-${name}`) ??
    assert.fail(
      `no ${name}: ${nodes()
        .map(one => one.name)
        .join(', ')}`,
    );
  const start = async (name: string, image: string, ...args: readonly string[]): Promise<string> => {
    const server = image.startsWith('valkey') ? 'valkey-server' : 'redis-server';
    await docker(
      'run',
      '-d',
      '--name',
      `${prefix}-${name}`,
      '--label',
      `${testLabel}=${prefix}`,
      image,
      server,
      ...args,
    );
    return docker('inspect', '-f', '{{.NetworkSettings.IPAddress}}', `${prefix}-${name}`);
  };
  const settled = (what: string, check: () => boolean): Promise<unknown> =>
    until(what, { everyMs: 50, deadlineMs: 40_000 }, () => Promise.resolve(check() || undefined)).catch(
      (error: unknown) => {
        throw new Error(
          nodes()
            .map(({ name, contact }) => `${name} ${JSON.stringify(contact).slice(0, 120)}`)
            .join('\n'),
          { cause: error },
        );
      },
    );

  suiteSetup(async () => {
    const open = ['--protected-mode', 'no'];
    const address = await start('master', 'redis:7.0', ...open);
    await Promise.all([
      start('replica', 'valkey/valkey:8.1', ...open, '--replicaof', address, '6379'),
      start('locked', 'redis:8.0', '--requirepass', 'secret'),
      start('inward', 'redis:7.0', '--bind', '127.0.0.1'),
      start('bare', 'redis:7.0', ...open),
      start('alpine', 'redis:7.0', ...open),
    ]);
    for (const program of ['perl', 'bash'])
      for (const name of ['bare', 'alpine'])
        await docker('exec', '-u', '0', `${prefix}-${name}`, 'rm', '-f', `/usr/bin/${program}`);
    // What Alpine has instead: one program under many names, shell and nc among them.
    const busybox = '/bin/busybox';
    for (const name of ['nc', 'sh']) await docker('cp', busybox, `${prefix}-alpine:/usr/bin/${name}`);
    inventory.setVisible(true);
    await inventory.refresh();
  });
  suiteTeardown(async () => {
    inventory.dispose();
    engine.dispose();
    await cleanUp(prefix);
  });

  test('roles and links are seen, and nobody is told an address that is not there for him', async () => {
    await settled('both answer', () =>
      ['master', 'replica'].every(name =>
        nodes().some(
          one => one.name === `${prefix}-${name}` && one.contact.state === 'answering' && one.topologyId !== undefined,
        ),
      ),
    );
    const [master, replica] = [node('master'), node('replica')];
    assert.deepEqual([master.role, replica.role, replica.topologyId], ['master', 'replica', master.topologyId]);
    assert.equal(master.reachable?.via, master.instance?.id);
    assert.equal(master.announced?.via, undefined);
    assert.equal(doorOf(master), undefined);
  });

  for (const name of ['master', 'alpine']) carries(name);
  function carries(name: string): void {
    test(`${name}: a connection carries what is large both ways`, async () => {
      await settled('answers', () =>
        nodes().some(one => one.name === `${prefix}-${name}` && one.contact.state === 'answering'),
      );
      const connection = await inventory.connectionTo(node(name).id);
      const value = 'x'.repeat(3_000_000);
      assert.equal(await connection.call(['SET', 'large', value], { timeoutMs: 20_000 }), 'OK');
      assert.equal(await connection.call(['GET', 'large'], { timeoutMs: 20_000 }), value);
      connection.dispose();
    });

    test(`${name}: whoever lets go leaves no client behind`, async () => {
      // On a busy machine a login through the engine may take longer than it is waited for.
      const connected = (): Promise<RedisConnection> =>
        until('connected', { everyMs: 50, deadlineMs: 40_000 }, () =>
          inventory.connectionTo(node(name).id).catch(() => undefined),
        );
      const kept = await connected();
      const other = await connected();
      const id = await other.call(['CLIENT', 'ID']);
      const isListed = async (): Promise<boolean> =>
        new RegExp(`^id=${String(id)} `, 'm').test(String(await kept.call(['CLIENT', 'LIST'])));
      assert.equal(await isListed(), true);
      other.dispose();
      await until('gone', { everyMs: 50, deadlineMs: 20_000 }, async () => !(await isListed()) || undefined);
      kept.dispose();
    });
  }

  test('a server that ends is noticed by the connection that closes', async () => {
    const connection = await inventory.connectionTo(node('locked').id).catch((error: unknown) => error);
    assert.ok(connection instanceof Error, 'it wants a password');
    assert.deepEqual(node('locked').contact, { state: 'silent', reason: 'password-required' });
    secrets.set(node('locked').id, 'secret');
    const inside = await inventory.connectionTo(node('locked').id);
    const closed = new Promise<void>(resolve => {
      inside.onClose(resolve);
    });
    await docker('exec', `${prefix}-locked`, 'redis-cli', '-a', 'secret', 'CLIENT', 'KILL', 'TYPE', 'normal');
    await closed;
  });

  test('who listens on loopback alone is as silent as to everybody', async () => {
    await settled('refused', () => {
      const { contact } = node('inward');
      return contact.state === 'silent' && contact.reason === 'refused';
    });
  });

  test('an image with nothing that could carry a connection: said so, and not tried again and again', async () => {
    await settled('told', () => {
      const { contact } = node('bare');
      return contact.state === 'silent' && contact.reason === 'no-tunnel';
    });
  });
});
