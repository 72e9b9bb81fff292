import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFault } from '../../../src/base/errors';
import { createDockerEngine } from '../../../src/engine/docker';
import type { EngineFault, Place, Storage } from '../../../src/engine/engine';
import { docker, dockerQuietly, IMAGE, newOwnership, OWNER, removeAll, requestFor } from './place';

/** Rows of the fault table: what the daemon says, as the fault that it must become. */
suite('engine/docker: faults of the real daemon', function () {
  this.timeout(60_000);
  const engine = createDockerEngine({ owner: OWNER });
  const volume: Storage = { kind: 'volume' };
  const topologies: string[] = [];
  const extras: (() => Promise<unknown>)[] = [];
  const fault =
    (code: EngineFault['code'], more: object = {}) =>
    (error: unknown): true => {
      assert.ok(isFault(error, code), String(error));
      assert.deepEqual({ ...error.fault, ...more }, error.fault);
      return true;
    };

  async function placed(
    nodes: readonly string[],
    name?: string,
  ): Promise<{ ownership: ReturnType<typeof newOwnership>; place: Place }> {
    const ownership = newOwnership(name);
    topologies.push(ownership.topologyId);
    return { ownership, place: await engine.createPlace({ ownership, nodes, storage: volume }) };
  }

  teardown(async () => {
    for (const undo of extras.splice(0)) await undo();
    for (const id of topologies.splice(0)) await removeAll(engine, id);
  });
  suiteTeardown(() => engine.dispose());

  test('port taken by another program, found at start', async () => {
    const { ownership, place } = await placed(['a']);
    const [port] = await engine.freePorts(21200, 1);
    const id = await engine.create(requestFor(ownership, 'a', place, 0, port!, volume));
    const server = createServer().listen(port, '127.0.0.1');
    extras.push(() => new Promise(resolve => server.close(resolve)));
    await assert.rejects(engine.start(id, ownership), fault('port-taken', { port }));
    assert.equal((await engine.findOwned(ownership.topologyId)).instances[0]?.state, 'created');
  });

  test('port taken by another container, found at start; freePorts leaves it out even while that is stopped', async () => {
    const { ownership, place } = await placed(['a', 'b']);
    const [port] = await engine.freePorts(21200, 1);
    const first = await engine.create(requestFor(ownership, 'a', place, 0, port!, volume));
    const second = await engine.create(requestFor(ownership, 'b', place, 1, port!, volume));
    assert.ok(!(await engine.freePorts(port!, 2)).includes(port!), 'reserved by a container that never ran');
    await engine.start(first, ownership);
    await assert.rejects(engine.start(second, ownership), fault('port-taken', { port }));
    await engine.stop(first, ownership, 15);
    assert.ok(!(await engine.freePorts(port!, 2)).includes(port!), 'reserved by a stopped container');
  });

  test('fixed address taken', async () => {
    const { ownership, place } = await placed(['a', 'b']);
    const [one, two] = await engine.freePorts(21200, 2);
    const first = await engine.create(requestFor(ownership, 'a', place, 0, one!, volume));
    const second = await engine.create({ ...requestFor(ownership, 'b', place, 0, two!, volume) });
    await engine.start(first, ownership);
    await assert.rejects(engine.start(second, ownership), fault('address-taken', { address: place.addresses[0] }));
  });

  test('image missing', async () => {
    const { ownership, place } = await placed(['a']);
    await assert.rejects(
      engine.create(requestFor(ownership, 'a', place, 0, 21300, volume, 'redis:0.0-none')),
      fault('image-missing', { reference: 'redis:0.0-none' }),
    );
  });

  test('image that no registry can be asked for', async () => {
    await assert.rejects(
      engine.pull('redis:0.0-none', () => undefined),
      fault('image-no-network', { reference: 'redis:0.0-none' }),
    );
    await assert.rejects(
      engine.pull('Not A Reference', () => undefined),
      fault('image-not-found'),
    );
  });

  test('container name taken: refused before anything is made, and by create itself', async () => {
    const name = `t${randomUUID().slice(0, 8)}`;
    await docker('create', '--name', `${name}-b`, IMAGE);
    extras.push(() => dockerQuietly('rm', '-f', '-v', `${name}-b`));
    const ownership = newOwnership(name);
    await assert.rejects(
      engine.createPlace({ ownership, nodes: ['a', 'b'], storage: volume }),
      fault('name-taken', { name: `${name}-b` }),
    );
    assert.deepEqual(await engine.findOwned(ownership.topologyId), {
      instances: [],
      networks: [],
      data: [],
      rooms: [],
    });
    const { ownership: later, place } = await placed(['a'], name);
    await assert.rejects(
      engine.create(requestFor(later, 'b', { ...place, addresses: ['', place.addresses[0]!] }, 1, 21300, volume)),
      fault('name-taken', { name: `${name}-b` }),
    );
  });

  test('network or volume of that name exists', async () => {
    const name = `t${randomUUID().slice(0, 8)}`;
    await docker('network', 'create', '--subnet', '10.199.1.0/24', name);
    extras.push(() => dockerQuietly('network', 'rm', name));
    await assert.rejects(placed(['a'], name), fault('name-taken', { name }));
    const other = `t${randomUUID().slice(0, 8)}`;
    await docker('volume', 'create', `${other}-a-data`);
    extras.push(() => dockerQuietly('volume', 'rm', `${other}-a-data`));
    await assert.rejects(placed(['a'], other), fault('name-taken', { name: `${other}-a-data` }));
    const owned = await engine.findOwned(topologies.at(-1)!);
    assert.deepEqual(
      owned,
      { instances: [], networks: [], data: [], rooms: [] },
      'what was made before the refusal is gone',
    );
    assert.equal(
      await docker('volume', 'ls', '-q', '--filter', `name=${other}`),
      `${other}-a-data`,
      'the foreign volume stays',
    );
  });

  test('subnets: eight places at once overlap neither each other nor anything of the machine', async () => {
    const places = await Promise.all(Array.from({ length: 8 }, () => placed(['a'])));
    const used = places.map(({ place }) => place.addresses[0]!.replace(/\.\d+$/, ''));
    assert.equal(new Set(used).size, 8);
    for (const one of Object.values(networkInterfaces())
      .flatMap(all => all ?? [])
      .filter(all => all.family === 'IPv4' && !/\.1$/.test(all.address)))
      assert.ok(!used.includes(one.address.replace(/\.\d+$/, '')));
  });

  test('a place that is made twice is the same place', async () => {
    const { ownership, place } = await placed(['a', 'b']);
    assert.deepEqual(await engine.createPlace({ ownership, nodes: ['a', 'b'], storage: volume }), place);
  });

  test('acts by name, by an unknown id, by the id of what is gone', async () => {
    const { ownership, place } = await placed(['a']);
    const id = await engine.create(requestFor(ownership, 'a', place, 0, 21310, volume));
    await assert.rejects(engine.start(`${ownership.topologyName}-a`, ownership), fault('gone'));
    await assert.rejects(engine.start('f'.repeat(64), ownership), fault('gone', { id: 'f'.repeat(64) }));
    await engine.remove(id, ownership);
    for (const act of [
      () => engine.start(id, ownership),
      () => engine.stop(id, ownership, 15),
      () => engine.pause(id, ownership),
      () => engine.kill(id, 'foreign'),
      () => engine.exec(id, ['true']),
      () => engine.logs(id, { tail: 1, follow: false }, () => undefined),
    ])
      await assert.rejects(act, fault('gone', { id }));
  });

  test('network in use by a stranger: said, and nothing removed', async () => {
    const { ownership, place } = await placed(['a']);
    const stranger = await docker(
      'run',
      '-d',
      '--name',
      `${ownership.topologyName}-stranger`,
      '--network',
      place.network,
      IMAGE,
    );
    extras.push(() => dockerQuietly('rm', '-f', '-v', stranger));
    await assert.rejects(
      engine.removePlace(ownership.topologyId, { data: true }),
      fault('in-use', { id: place.network }),
    );
    assert.equal((await engine.findOwned(ownership.topologyId)).data.length, 2);
  });

  test('network with nodes of our own still on it: said', async () => {
    const { ownership, place } = await placed(['a']);
    const [port] = await engine.freePorts(21320, 1);
    const id = await engine.create(requestFor(ownership, 'a', place, 0, port!, volume));
    await engine.start(id, ownership);
    await assert.rejects(engine.removePlace(ownership.topologyId, { data: false }), fault('in-use'));
    await assert.rejects(engine.removePlace(ownership.topologyId, { data: true }), fault('in-use'));
  });

  test('a folder that holds something, a folder that may not be', async () => {
    const root = await mkdtemp(join(tmpdir(), 'engine-'));
    extras.push(() => rm(root, { recursive: true, force: true }));
    await writeFile(join(root, 'precious.txt'), 'mine');
    const ownership = newOwnership();
    topologies.push(ownership.topologyId);
    await assert.rejects(
      engine.createPlace({ ownership, nodes: ['a'], storage: { kind: 'folder', root } }),
      fault('folder-not-empty', { path: root }),
    );
    assert.deepEqual(await readdir(root), ['precious.txt']);
    const inFile = join(root, 'precious.txt', 'below');
    await assert.rejects(
      engine.createPlace({ ownership, nodes: ['a'], storage: { kind: 'folder', root: inFile } }),
      fault('folder-not-writable', { path: inFile }),
    );
    assert.deepEqual((await engine.findOwned(ownership.topologyId)).networks, []);
  });

  test('removing keeps what the user put beside the nodes', async () => {
    const root = join(await mkdtemp(join(tmpdir(), 'engine-')), 'topology');
    extras.push(() => rm(join(root, '..'), { recursive: true, force: true }));
    const ownership = newOwnership();
    topologies.push(ownership.topologyId);
    await engine.createPlace({ ownership, nodes: ['a', 'b'], storage: { kind: 'folder', root } });
    assert.deepEqual((await engine.findOwned(ownership.topologyId)).data, [root]);
    await mkdir(join(root, 'notes'));
    await writeFile(join(root, 'notes', 'todo.md'), 'mine');
    await engine.removePlace(ownership.topologyId, { data: true });
    assert.deepEqual(await readdir(root), ['notes']);
  });
});
