import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { isFault } from '../../../src/base/errors';
import { createDockerEngine } from '../../../src/engine/docker';
import { labelsOf } from '../../../src/engine/docker/labels';
import type { Storage } from '../../../src/engine/engine';
import { docker, IMAGE, newOwnership, OWNER, removeAll, requestFor } from './place';

/** Everything about an object that a stranger's act would change. */
async function traces(ids: readonly string[]): Promise<readonly string[]> {
  return Promise.all(
    ids.map(id =>
      docker(
        'inspect',
        '--format',
        '{{.Id}} {{.Name}} {{.State.Status}} {{.State.StartedAt}} {{.State.FinishedAt}} {{json .NetworkSettings.Networks}}',
        id,
      ),
    ),
  );
}

suite('engine/docker: what is ours, and what only looks like it', function () {
  this.timeout(60_000);
  const engine = createDockerEngine({ owner: OWNER });
  const storage: Storage = { kind: 'volume' };
  suiteTeardown(() => engine.dispose());

  test('no act touches a decoy; removing the topology leaves all decoys as they were', async () => {
    const ownership = newOwnership();
    const expect = { topologyId: ownership.topologyId };
    const place = await engine.createPlace({ ownership, nodes: ['a', 'b'], storage });
    const [port] = await engine.freePorts(21600, 1);
    const id = await engine.create(requestFor(ownership, 'a', place, 0, port!, storage));
    await engine.start(id, expect);
    const stem = ownership.topologyName;
    const flags = (labels: Record<string, string>): string[] =>
      Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]);
    const real = labelsOf({ ...ownership, node: 'a' });
    const decoys: Record<string, string> = {
      'same name but for a letter': await docker('run', '-d', '--name', `${stem}-a2`, IMAGE),
      'same image, no labels': await docker('run', '-d', IMAGE),
      'prefix that begins alike': await docker(
        'run',
        '-d',
        ...flags(
          Object.fromEntries(
            Object.entries(real).map(([name, value]) => [name.replace('redis-topology.', 'redis-topology-x.'), value]),
          ),
        ),
        IMAGE,
      ),
      'the Compose project alone': await docker(
        'run',
        '-d',
        '--label',
        `com.docker.compose.project=${stem}`,
        '--label',
        'com.docker.compose.service=a',
        IMAGE,
      ),
      'managed=1 and the topology, but no owner': await docker(
        'run',
        '-d',
        '--label',
        'redis-topology.managed=1',
        '--label',
        `redis-topology.topology=${ownership.topologyId}`,
        IMAGE,
      ),
      'another topology of ours': await docker('create', ...flags(labelsOf({ ...newOwnership(), node: 'a' })), IMAGE),
    };
    const volume = await docker('volume', 'create', `${stem}-c-data`);
    const network = await docker('network', 'create', '--subnet', '10.198.7.0/24', `${stem}x`);
    try {
      const ids = Object.values(decoys);
      const before = await traces(ids);
      for (const [what, decoy] of Object.entries(decoys)) {
        const notOurs = (error: unknown): boolean => isFault(error, 'not-ours');
        await assert.rejects(engine.start(decoy, expect), notOurs, what);
        await assert.rejects(engine.stop(decoy, expect, 15), notOurs, what);
        await assert.rejects(engine.pause(decoy, expect), notOurs, what);
        await assert.rejects(engine.unpause(decoy, expect), notOurs, what);
        await assert.rejects(engine.kill(decoy, expect), notOurs, what);
        await assert.rejects(engine.remove(decoy, expect), notOurs, what);
        await assert.rejects(engine.writeConf(decoy, expect, []), notOurs, what);
      }
      const owned = await engine.findOwned(ownership.topologyId);
      assert.deepEqual(
        owned.instances.map(one => one.id),
        [id],
      );
      assert.deepEqual(owned.networks, [place.network]);
      assert.deepEqual(
        [...owned.data].sort(),
        ['a', 'b'].flatMap(node => [`${stem}-${node}-conf`, `${stem}-${node}-data`]),
      );
      assert.ok((await engine.ownedTopologies()).some(one => one.topologyId === ownership.topologyId));
      assert.ok(
        !(await createDockerEngine({ owner: 'someone-else' }).ownedTopologies()).some(
          one => one.topologyId === ownership.topologyId,
        ),
      );
      const listed = await engine.list();
      for (const [what, decoy] of Object.entries(decoys)) {
        const shown = listed.find(one => one.id === decoy);
        assert.ok(shown, `${what}: is Redis, so it is listed`);
        assert.equal(shown.ownership?.topologyId === ownership.topologyId, false, what);
      }
      await removeAll(engine, ownership.topologyId);
      assert.deepEqual(await traces(ids), before);
      assert.equal(await docker('volume', 'ls', '-q', '--filter', `name=${volume}`), volume);
      assert.equal(await docker('network', 'ls', '-q', '--no-trunc', '--filter', `id=${network}`), network);
      assert.deepEqual(await engine.findOwned(ownership.topologyId), {
        instances: [],
        networks: [],
        data: [],
        rooms: [],
      });
    } finally {
      await docker('rm', '-f', '-v', ...Object.values(decoys));
      await docker('volume', 'rm', volume);
      await docker('network', 'rm', network);
      await removeAll(engine, ownership.topologyId);
    }
  });

  test("where the user clicked a stranger's node, it is acted on", async () => {
    const id = await docker('run', '-d', IMAGE);
    try {
      await engine.pause(id, 'foreign');
      assert.equal((await engine.list()).find(one => one.id === id)?.state, 'paused');
      await engine.unpause(id, 'foreign');
      await engine.stop(id, 'foreign', 15);
      assert.equal((await engine.list()).find(one => one.id === id)?.state, 'exited');
    } finally {
      await docker('rm', '-f', '-v', id);
    }
  });

  test('nothing anonymous stays behind, and a cancelled creation leaves nothing at all', async () => {
    const volumes = async (): Promise<string[]> =>
      (await docker('volume', 'ls', '-q', '--filter', `label=redis-topology.owner=${OWNER}`))
        .split('\n')
        .filter(one => one !== '');
    for (const ms of [0, 5, 15, 30, 60, 100]) {
      const ownership = newOwnership(`t${randomUUID().slice(0, 8)}`);
      const cancel = new AbortController();
      setTimeout(() => cancel.abort(), ms);
      const made = await (async () => {
        const place = await engine.createPlace({ ownership, nodes: ['a'], storage }, cancel.signal);
        return engine.create(requestFor(ownership, 'a', place, 0, 21650, storage), cancel.signal);
      })().catch((error: unknown) => error);
      if (typeof made !== 'string') {
        assert.ok(made instanceof Error && made.name === 'AbortError', `${ms} ms: ${String(made)}`);
        assert.deepEqual((await engine.findOwned(ownership.topologyId)).instances, [], `${ms} ms`);
      }
      await removeAll(engine, ownership.topologyId);
      assert.deepEqual(await engine.findOwned(ownership.topologyId), {
        instances: [],
        networks: [],
        data: [],
        rooms: [],
      });
      assert.deepEqual(
        (await volumes()).filter(name => name.startsWith(ownership.topologyName)),
        [],
      );
    }
  });
});
