import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../../src/base/abort';
import { isFault } from '../../../src/base/errors';
import { createDockerEngine } from '../../../src/engine/docker';
import type { EngineSignal, Storage } from '../../../src/engine/engine';
import { conf, docker, newOwnership, OWNER, removeAll, requestFor } from './place';

suite('engine/docker: the life of a node', function () {
  this.timeout(60_000);
  const engine = createDockerEngine({ owner: OWNER });
  let folder: string;
  const topologies: string[] = [];

  suiteSetup(async () => {
    folder = await mkdtemp(join(tmpdir(), 'engine-'));
  });
  teardown(async () => {
    for (const id of topologies.splice(0)) await removeAll(engine, id);
  });
  suiteTeardown(async () => {
    engine.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const storages: readonly (readonly [string, () => Storage])[] = [
    ['volumes', () => ({ kind: 'volume' })],
    ['folders', () => ({ kind: 'folder', root: join(folder, randomUUID()) })],
  ];
  const images = ['redis:7.0', 'redis-rootful:7.0', 'redis:8.0', 'valkey/valkey:8.1'];

  for (const [what, storageOf] of storages) {
    for (const image of images) {
      test(`${image} on ${what}: made, started, CONFIG REWRITE, stopped, started, removed`, async () => {
        const storage = storageOf();
        const ownership = newOwnership();
        topologies.push(ownership.topologyId);
        const expect = { topologyId: ownership.topologyId };
        const place = await engine.createPlace({ ownership, nodes: ['a', 'b'], storage });
        const [port] = await engine.freePorts(21000, 1);
        const request = {
          ...requestFor(ownership, 'a', place, 0, port!, storage, image),
          files: [conf(port!, 'requirepass s3cret-word\n')],
        };
        const id = await engine.create(request);
        assert.equal((await engine.list()).find(one => one.id === id)?.state, 'created');
        await engine.start(id, expect);
        const env = { REDISCLI_AUTH: 's3cret-word' };
        const cli = (...words: string[]): Promise<string> =>
          engine
            .exec(id, [image.startsWith('valkey') ? 'valkey-cli' : 'redis-cli', '-p', String(port), ...words], { env })
            .then(result => result.stdout.trim());
        await until('PING', { everyMs: 50, deadlineMs: 20_000 }, async () =>
          (await cli('PING')) === 'PONG' ? true : undefined,
        );
        assert.equal(await cli('CONFIG', 'SET', 'maxclients', '1234'), 'OK');
        assert.equal(await cli('CONFIG', 'REWRITE'), 'OK');
        assert.equal(await cli('SET', 'k', 'v'), 'OK');
        assert.equal(await cli('SAVE'), 'OK');
        assert.equal((await cli('CONFIG', 'GET', 'dir')).split('\n')[1], '/data');
        const running = (await engine.list()).find(one => one.id === id)!;
        assert.deepEqual(running.ports, [{ inside: port, outside: { host: '127.0.0.1', port } }]);
        assert.equal(running.networks[0]?.address, place.addresses[0]);
        assert.equal(running.networks[0]?.id, place.network);
        assert.deepEqual(running.ownership, { ...ownership, node: 'a' });
        assert.deepEqual(running.compose, { project: ownership.topologyName, service: 'a' });
        assert.match(running.command.join(' '), /-server \/conf\/redis\.conf$/);
        const shown = await docker('inspect', id);
        assert.doesNotMatch(shown, /s3cret-word/, 'the password stands in the conf file only');
        await engine.stop(id, expect, 15);
        await engine.stop(id, expect, 15);
        const stopped = (await engine.list()).find(one => one.id === id)!;
        assert.equal(stopped.state, 'exited');
        assert.equal(stopped.exit?.code, 0);
        assert.equal(stopped.networks[0]?.address, place.addresses[0], 'a stopped node keeps its address');
        await engine.start(id, expect);
        await engine.start(id, expect);
        await until('PING', { everyMs: 50, deadlineMs: 20_000 }, async () =>
          (await cli('GET', 'k')) === 'v' ? true : undefined,
        );
        assert.equal((await cli('CONFIG', 'GET', 'maxclients')).split('\n')[1], '1234');
        if (storage.kind === 'folder') {
          assert.match(await readFile(join(storage.root, 'a/conf/redis.conf'), 'utf8'), /maxclients 1234/);
          assert.ok((await stat(join(storage.root, 'a/data/dump.rdb'))).size > 0);
        }
      });
    }
  }

  test('pause, unpause in a tight loop, kill; each seen in the list and as events', async () => {
    const storage: Storage = { kind: 'volume' };
    const ownership = newOwnership();
    topologies.push(ownership.topologyId);
    const expect = { topologyId: ownership.topologyId };
    const heard: EngineSignal[] = [];
    const watching = engine.watch(signal => heard.push(signal));
    await until('connected', { everyMs: 10, deadlineMs: 20_000 }, async () =>
      heard.find(signal => signal.type === 'connected'),
    );
    const place = await engine.createPlace({ ownership, nodes: ['a'], storage });
    const [port] = await engine.freePorts(21000, 1);
    const id = await engine.create(requestFor(ownership, 'a', place, 0, port!, storage));
    await engine.start(id, expect);
    const stateNow = async (): Promise<string | undefined> => (await engine.list()).find(one => one.id === id)?.state;
    for (let round = 0; round < 25; round++) {
      await engine.pause(id, expect);
      await engine.unpause(id, expect);
    }
    await engine.pause(id, expect);
    assert.equal(await stateNow(), 'paused');
    await engine.pause(id, expect);
    await engine.unpause(id, expect);
    await engine.unpause(id, expect);
    assert.equal(await stateNow(), 'running');
    await engine.kill(id, expect);
    const died = await until('die', { everyMs: 10, deadlineMs: 20_000 }, async () =>
      heard.find(signal => signal.type === 'instance' && signal.action === 'die'),
    );
    assert.equal(died.type === 'instance' && died.exitCode, 137);
    await until('exited', { everyMs: 10, deadlineMs: 20_000 }, async () =>
      (await stateNow()) === 'exited' ? true : undefined,
    );
    await assert.rejects(engine.pause(id, expect), error => isFault(error, 'conflict'));
    await engine.kill(id, expect);
    await engine.remove(id, expect);
    await engine.remove(id, expect);
    assert.equal(await stateNow(), undefined);
    await assert.rejects(engine.start(id, expect), error => isFault(error, 'gone'));
    watching.dispose();
  });
});
