import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { delay, until } from '../../src/base/abort';
import { createDockerEngine } from '../../src/engine/docker';
import type { Node } from '../../src/model/snapshot';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import { Inventory } from '../../src/topology/inventory';
import { only } from '../support/someContainers';
import { docker, dockerQuietly, IMAGE } from './engine/place';

/**
 * Containers as the seed notes make them: `docker create -p`, the default bridge, addresses that Docker hands out, replicas set by
 * hand, a Sentinel started inside each Redis container.
 */
suite('topology/inventory on containers made by hand', function () {
  this.timeout(120_000);
  const names = ['inv-hand-6379', 'inv-hand-6380', 'inv-hand-6381'];
  const engine = createDockerEngine({ owner: 'inventory-tests' });
  const folder = mkdtempSync(join(tmpdir(), 'inv-'));
  let inventory: Inventory;
  const node = (name: string): Node => {
    const found = [
      ...inventory.snapshot.topologies.flatMap(topology => topology.nodes),
      ...inventory.snapshot.others,
    ].find(one => one.name === name);
    assert.ok(found !== undefined, `no ${name}`);
    return found;
  };
  const see = (what: string, check: () => boolean, deadlineMs = 15_000): Promise<true> =>
    until(what, { everyMs: 10, deadlineMs }, () => Promise.resolve(check() || undefined));
  const addressOf = (name: string): Promise<string> => docker('inspect', '-f', '{{.NetworkSettings.IPAddress}}', name);

  suiteSetup(async () => {
    for (const name of names) await dockerQuietly('rm', '-fv', name);
    // inside ⇄ outside: the same port, another one, and none at all
    const ports = [['-p', '22679:6379'], ['-p', '22680:22680'], []];
    const servers = [[], ['--port', '22680'], []];
    for (const [index, name] of names.entries()) {
      await docker(
        'create',
        '--name',
        name,
        ...(ports[index] ?? []),
        IMAGE,
        'redis-server',
        '--protected-mode',
        'no',
        '--save',
        '',
        ...(servers[index] ?? []),
      );
      await docker('start', name);
    }
    inventory = new Inventory({
      engines: [only(engine, instance => names.includes(instance.name))],
      connector: new IoredisConnector(),
      secrets: { get: () => Promise.resolve(undefined) },
    });
  });
  suiteTeardown(async () => {
    inventory.dispose();
    engine.dispose();
    for (const name of names) await dockerQuietly('rm', '-fv', name);
    rmSync(folder, { recursive: true, force: true });
  });

  test('three servers without relation are others, each with its role and addresses', async () => {
    await inventory.refresh();
    inventory.setVisible(true);
    await see(
      'all answer',
      () =>
        inventory.snapshot.others.length === 3 &&
        inventory.snapshot.others.every(one => one.contact.state === 'answering'),
    );
    assert.deepEqual(inventory.snapshot.topologies, []);
    assert.deepEqual(
      inventory.snapshot.others.map(({ name, role, reachable }) => [name, role, reachable?.port]),
      [
        ['inv-hand-6379', 'master', 22679],
        ['inv-hand-6380', 'master', 22680],
        ['inv-hand-6381', 'master', 6379],
      ],
    );
    assert.deepEqual(
      node('inv-hand-6381').reachable?.host,
      await addressOf('inv-hand-6381'),
      'nothing is published: its own address is tried',
    );
  });

  test('replicaof by container address makes a found topology', async () => {
    const master = await addressOf('inv-hand-6379');
    await docker('exec', 'inv-hand-6380', 'redis-cli', '-p', '22680', 'replicaof', master, '6379');
    await docker('exec', 'inv-hand-6381', 'redis-cli', 'replicaof', master, '6379');
    await see(
      'one topology, in step',
      () =>
        inventory.snapshot.topologies[0]?.health.level === 'healthy' &&
        inventory.snapshot.topologies[0].nodes.length === 3,
    );
    const [topology] = inventory.snapshot.topologies;
    assert.deepEqual([topology?.kind, topology?.owned, topology?.name], ['replication', false, 'inv-hand']);
    assert.deepEqual(
      topology?.nodes.map(({ name, role, masterId }) => [name, role, masterId === node('inv-hand-6379').id]),
      [
        ['inv-hand-6379', 'master', false],
        ['inv-hand-6380', 'replica', true],
        ['inv-hand-6381', 'replica', true],
      ],
    );
    assert.deepEqual(inventory.snapshot.others, []);
  });

  test('Sentinels started inside the Redis containers appear as further servers; quorum 3 of 3 is told as a trap', async () => {
    const id = inventory.snapshot.topologies[0]?.id;
    const master = await addressOf('inv-hand-6379');
    for (const [index, name] of names.entries()) {
      const file = join(folder, 'sentinel.conf');
      writeFileSync(
        file,
        `port ${26379 + index}\nprotected-mode no\nsentinel monitor mymaster ${master} 6379 3\nsentinel down-after-milliseconds mymaster 1000\nsentinel failover-timeout mymaster 5000\n`,
      );
      await docker('cp', file, `${name}:/tmp/sentinel.conf`);
      await docker('exec', '-d', '-u', 'root', name, 'redis-server', '/tmp/sentinel.conf', '--sentinel');
    }
    await see('three sentinels', () => inventory.snapshot.topologies[0]?.quorum?.usable === 3, 30_000);
    const [topology] = inventory.snapshot.topologies;
    assert.deepEqual(
      [topology?.id, topology?.kind, topology?.name],
      [id, 'sentinel', 'mymaster'],
      'the id stays when the Sentinels come',
    );
    assert.deepEqual(
      topology?.nodes.map(one => `${one.name} ${one.role}`),
      [
        'inv-hand-6379 master',
        'inv-hand-6380 replica',
        'inv-hand-6381 replica',
        'inv-hand-6379:26379 sentinel',
        'inv-hand-6380:26380 sentinel',
        'inv-hand-6381:26381 sentinel',
      ],
    );
    assert.deepEqual(topology?.quorum, { required: 3, known: 3, usable: 3, majority: 2 });
    const trap = topology?.health.reasons.find(reason => reason.code === 'failover-would-fail');
    assert.deepEqual(
      trap && trap.code === 'failover-would-fail' ? [trap.needed, trap.left, trap.losing.length] : trap,
      [3, 2, 3],
    );
  });

  test("the master's container stops: its Sentinel goes with it, nobody can fail over; with quorum 2 they do", async () => {
    const stopping = docker('stop', 'inv-hand-6379');
    await see('shown as not running', () => node('inv-hand-6379').contact.state === 'not-running');
    await stopping;
    await see(
      'quorum unreachable',
      () => inventory.snapshot.topologies[0]?.health.reasons.some(({ code }) => code === 'quorum-unreachable') ?? false,
    );
    assert.equal(inventory.snapshot.topologies[0]?.health.level, 'down');
    assert.equal(inventory.snapshot.topologies.length, 1);
    await delay(1500);
    assert.equal(node('inv-hand-6379').role, 'master', 'it is still the one that all wait for');
    for (const [name, port] of [
      ['inv-hand-6380', '26380'],
      ['inv-hand-6381', '26381'],
    ] as const)
      await docker('exec', name, 'redis-cli', '-p', port, 'sentinel', 'set', 'mymaster', 'quorum', '2');
    await see(
      'a new master',
      () =>
        inventory.snapshot.topologies[0]?.nodes.some(
          one => one.role === 'master' && one.contact.state === 'answering',
        ) ?? false,
      30_000,
    );
    await see('the old one is listed as replica', () => node('inv-hand-6379').role === 'replica', 15_000);
  });

  test('it comes back: a false master for some ten seconds, shown as stale, then a replica', async () => {
    await docker('start', 'inv-hand-6379');
    await see(
      'stale',
      () => node('inv-hand-6379').role === 'master' && node('inv-hand-6379').staleMaster !== undefined,
      15_000,
    );
    assert.ok(inventory.snapshot.topologies[0]?.health.reasons.some(({ code }) => code === 'stale-master'));
    assert.ok(
      !inventory.snapshot.topologies[0]?.health.reasons.some(({ code }) => code === 'several-masters'),
      'never two equal crowns',
    );
    await see(
      'replica',
      () => node('inv-hand-6379').role === 'replica' && node('inv-hand-6379').staleMaster === undefined,
      40_000,
    );
  });

  test('pause is shown beside what Redis last said', async () => {
    const paused = inventory.snapshot.topologies[0]?.nodes.find(
      one => one.role === 'replica' && one.name !== 'inv-hand-6379',
    ) as Node;
    await docker('pause', paused.name);
    await see(
      'paused',
      () => {
        const { contact } = node(paused.name);
        return contact.state === 'silent' && contact.reason === 'paused' && contact.last !== undefined;
      },
      15_000,
    );
    await docker('unpause', paused.name);
    await see('back', () => node(paused.name).contact.state === 'answering', 15_000);
  });
});
