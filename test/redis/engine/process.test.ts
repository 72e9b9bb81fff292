import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../../src/base/abort';
import { isFault } from '../../../src/base/errors';
import type { Engine, EngineFault, EngineSignal, Instance } from '../../../src/engine/engine';
import { createProcessEngine } from '../../../src/engine/process';
import { processTable } from '../../../src/engine/process/processTable';
import { identify } from '../../../src/redis/identify';
import { IoredisConnector } from '../../../src/redis/ioredisClient';
import { newOwnership, OWNER, removeAll } from './place';

const alive = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/\) Z /.test(execFileSync('cat', [`/proc/${pid}/stat`], { encoding: 'utf8' }));

/** In the environment of a process that plays the editor: the instance it shall start before it is killed. */
const EDITOR = 'ENGINE_TEST_EDITOR';

if (process.env[EDITOR] === undefined)
  suite('engine/process: servers without Docker', function () {
    this.timeout(30_000);
    let folder: string;
    let home: string;
    let engine: ReturnType<typeof createProcessEngine>;
    const topologies: string[] = [];
    const others: { kill(): void }[] = [];
    const fault =
      (code: EngineFault['code'], more: object = {}) =>
      (error: unknown): true => {
        assert.ok(isFault(error, code), String(error));
        assert.deepEqual({ ...error.fault, ...more }, error.fault);
        return true;
      };

    setup(async () => {
      folder = await mkdtemp(join(tmpdir(), 'process-engine-'));
      home = join(folder, 'home');
      engine = createProcessEngine({ owner: OWNER, home });
    });
    teardown(async () => {
      for (const other of others.splice(0)) other.kill();
      for (const id of topologies.splice(0)) await removeAll(engine, id);
      engine.dispose();
      await rm(folder, { recursive: true, force: true });
    });

    interface Made {
      readonly expect: ReturnType<typeof newOwnership>;
      readonly id: string;
      readonly port: number;
      readonly root: string;
    }
    async function made(more = '', on: Engine = engine, nodes: readonly string[] = ['a']): Promise<Made> {
      const expect = newOwnership();
      topologies.push(expect.topologyId);
      const root = join(folder, expect.topologyName);
      const storage = { kind: 'folder', root } as const;
      const place = await on.createPlace({ ownership: expect, nodes, storage });
      const [port] = await on.freePorts(21800, 1);
      const inside = on.insidePaths(storage, 'a');
      const content = `port ${port}\nbind 127.0.0.1\ndir ${inside.data}\nsave 3600 1\nrequirepass s3cret-word\n${more}`;
      const id = await on.create({
        ownership: { ...expect, node: 'a' },
        program: 'redis',
        image: 'redis-server',
        place,
        address: place.addresses[0]!,
        port: port!,
        files: [{ name: 'redis.conf', content }],
        storage,
      });
      return { expect, id, port: port!, root };
    }
    const find = async (id: string, on: Engine = engine): Promise<Instance | undefined> =>
      (await on.list()).find(one => one.id === id);
    const stateOf = async (id: string): Promise<string | undefined> => (await find(id))?.state;
    async function cli(id: string, port: number, ...words: string[]): Promise<string> {
      return (
        await engine.exec(id, ['redis-cli', '-p', String(port), ...words], { env: { REDISCLI_AUTH: 's3cret-word' } })
      ).stdout.trim();
    }
    const answers = (id: string, port: number): Promise<true> =>
      until('PONG', { everyMs: 20, deadlineMs: 20_000 }, async () =>
        (await cli(id, port, 'PING')) === 'PONG' ? true : undefined,
      );
    async function pidOf({ root }: Made): Promise<number> {
      return (JSON.parse(await readFile(join(root, 'a', 'instance.json'), 'utf8')) as { process: { pid: number } })
        .process.pid;
    }

    test('made, started, CONFIG REWRITE, stopped with its data saved, started again, removed', async () => {
      const node = await made();
      const { id, port, expect, root } = node;
      assert.equal(await stateOf(id), 'created');
      await engine.start(id, expect);
      await engine.start(id, expect);
      await answers(id, port);
      assert.equal(await cli(id, port, 'SET', 'k', 'v'), 'OK');
      assert.equal(await cli(id, port, 'CONFIG', 'SET', 'maxclients', '1234'), 'OK');
      assert.equal(await cli(id, port, 'CONFIG', 'REWRITE'), 'OK');
      assert.match(await readFile(join(root, 'a/conf/redis.conf'), 'utf8'), /maxclients 1234/);
      const running = (await find(id))!;
      assert.deepEqual(running.ports, [{ inside: port, outside: { host: '127.0.0.1', port } }]);
      assert.deepEqual(running.ownership, { ...expect, node: 'a' });
      assert.doesNotMatch(
        (await readFile(join(root, 'a/instance.json'), 'utf8')) + running.command.join(' '),
        /s3cret/,
      );
      const pid = await pidOf(node);
      await engine.stop(id, expect, 15);
      assert.equal(alive(pid), false);
      await until('exit noted', { everyMs: 10, deadlineMs: 20_000 }, async () =>
        (await find(id))?.exit?.code === 0 ? true : undefined,
      );
      await engine.stop(id, expect, 15);
      await engine.start(id, expect);
      await answers(id, port);
      assert.equal(await cli(id, port, 'GET', 'k'), 'v');
      await engine.remove(id, expect);
      await engine.remove(id, expect);
      await assert.rejects(engine.start(id, expect), fault('gone', { id }));
      await engine.removePlace(expect.topologyId, { data: true });
      assert.equal(existsSync(root), false);
      assert.deepEqual(await engine.findOwned(expect.topologyId), { instances: [], networks: [], data: [], rooms: [] });
    });

    test('volumes, which only containers have, become a folder of the editor', async () => {
      const expect = newOwnership();
      topologies.push(expect.topologyId);
      const storage = { kind: 'volume' } as const;
      const place = await engine.createPlace({ ownership: expect, nodes: ['a'], storage });
      const [port] = await engine.freePorts(21800, 1);
      const content = `port ${port}\ndir ${engine.insidePaths(storage, 'a').data}\nrequirepass s3cret-word\n`;
      const id = await engine.create({
        ownership: { ...expect, node: 'a' },
        program: 'redis',
        image: 'redis-server',
        place,
        address: '127.0.0.1',
        port: port!,
        files: [{ name: 'redis.conf', content }],
        storage,
      });
      await engine.start(id, expect);
      await answers(id, port!);
      assert.equal(
        (await cli(id, port!, 'CONFIG', 'GET', 'dir')).split('\n')[1],
        join(home, 'data', expect.topologyName, 'a', 'data'),
      );
      assert.equal(await cli(id, port!, 'CONFIG', 'REWRITE'), 'OK');
    });

    test('a sentinel is started as one', async () => {
      const expect = newOwnership();
      topologies.push(expect.topologyId);
      const storage = { kind: 'folder', root: join(folder, expect.topologyName) } as const;
      const place = await engine.createPlace({ ownership: expect, nodes: ['s'], storage });
      const [port] = await engine.freePorts(21800, 1);
      const id = await engine.create({
        ownership: { ...expect, node: 's' },
        program: 'sentinel',
        image: 'redis-server',
        place,
        address: '127.0.0.1',
        port: port!,
        files: [{ name: 'sentinel.conf', content: `port ${port}\ndir ${engine.insidePaths(storage, 's').data}\n` }],
        storage,
      });
      await engine.start(id, expect);
      await answers(id, port!);
      assert.match(await cli(id, port!, 'INFO', 'server'), /redis_mode:sentinel/);
    });

    test('pause, unpause, kill, stop of a paused one; told at once', async () => {
      const { id, port, expect } = await made();
      const heard: EngineSignal[] = [];
      const watching = engine.watch(signal => heard.push(signal));
      await engine.start(id, expect);
      await answers(id, port);
      await engine.pause(id, expect);
      await engine.pause(id, expect);
      assert.equal(await stateOf(id), 'paused');
      await engine.unpause(id, expect);
      await engine.unpause(id, expect);
      assert.equal(await stateOf(id), 'running');
      const begun = Date.now();
      await engine.kill(id, expect);
      const died = await until('die', { everyMs: 5, deadlineMs: 20_000 }, async () =>
        heard.find(signal => signal.type === 'instance' && signal.action === 'die'),
      );
      assert.ok(died.type === 'instance' && died.exitCode === 137 && died.at >= begun);
      assert.equal((await find(id))?.exit?.code, 137);
      await assert.rejects(engine.pause(id, expect), fault('conflict'));
      await engine.kill(id, expect);
      await engine.start(id, expect);
      await answers(id, port);
      await engine.pause(id, expect);
      await engine.stop(id, expect, 15);
      assert.equal(await stateOf(id), 'exited');
      watching.dispose();
    });

    test('found again by the next editor, acted on, its unseen end noticed', async () => {
      const node = await made();
      const { id, port, expect } = node;
      await engine.start(id, expect);
      await answers(id, port);
      const next = createProcessEngine({ owner: OWNER, home });
      const heard: EngineSignal[] = [];
      const watching = next.watch(signal => heard.push(signal));
      assert.equal((await find(id, next))?.state, 'running');
      assert.deepEqual(
        (await next.ownedTopologies()).map(one => one.topologyId),
        [expect.topologyId],
      );
      await until('a first look', { everyMs: 20, deadlineMs: 20_000 }, async () =>
        heard.find(signal => signal.type === 'connected'),
      );
      await new Promise(resolve => setTimeout(resolve, 200));
      process.kill(await pidOf(node), 'SIGKILL');
      await until('die', { everyMs: 20, deadlineMs: 20_000 }, async () =>
        heard.find(signal => signal.type === 'instance' && signal.action === 'die'),
      );
      await next.start(id, expect);
      await answers(id, port);
      await next.stop(id, expect, 15);
      assert.equal((await find(id, next))?.exit?.code, 0, 'the farewell in its log tells');
      watching.dispose();
      next.dispose();
    });

    test('it outlives the editor that started it, which was killed', async () => {
      const node = await made();
      const { id, port, expect } = node;
      // This very file, run by itself, plays the editor: see the end of the file.
      const editor = spawn(process.execPath, [__filename], {
        env: { ...process.env, [EDITOR]: JSON.stringify({ home, id, topologyId: expect.topologyId }) },
        stdio: ['ignore', 'ignore', 'inherit'],
        detached: true,
      });
      const ended = new Promise<NodeJS.Signals | null>(resolve =>
        editor.once('exit', (_code, signal) => resolve(signal)),
      );
      assert.equal(await ended, 'SIGKILL');
      assert.throws(
        () => process.kill(-editor.pid!, 'SIGHUP'),
        /ESRCH/,
        "nothing is left in the editor's process group",
      );
      assert.equal(await stateOf(id), 'running');
      await answers(id, port);
      assert.equal(alive(await pidOf(node)), true);
    });

    test('a process that got the number is never signalled', async () => {
      const node = await made();
      const { id, port, expect, root } = node;
      await engine.start(id, expect);
      await answers(id, port);
      await engine.stop(id, expect, 15);
      const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
      others.push(stranger);
      const path = join(root, 'a', 'instance.json');
      const manifest = JSON.parse(await readFile(path, 'utf8')) as { process: { pid: number; start: string } };
      manifest.process.pid = stranger.pid!;
      await writeFile(path, JSON.stringify(manifest));
      assert.equal(await stateOf(id), 'exited');
      await engine.kill(id, expect);
      await engine.stop(id, expect, 15);
      await assert.rejects(engine.pause(id, expect), fault('conflict'));
      assert.equal(alive(stranger.pid!), true);
      await engine.start(id, expect);
      await answers(id, port);
      await engine.remove(id, expect);
      assert.equal(alive(stranger.pid!), true);
    });

    test('a process whose port another server answers is not signalled, whatever number and start time say', async () => {
      const connector = new IoredisConnector();
      const asking = createProcessEngine({
        owner: OWNER,
        home,
        identify: (_topology, at) =>
          identify(connector, { address: { host: '127.0.0.1', port: at }, password: 's3cret-word' }),
      });
      const node = await made('', asking);
      const { id, port, expect, root } = node;
      await asking.start(id, expect);
      await answers(id, port);
      await asking.pause(id, expect);
      await asking.unpause(id, expect);
      const path = join(root, 'a', 'instance.json');
      const text = await readFile(path, 'utf8');
      const manifest = JSON.parse(text) as { process: { pid: number; start: string; runId: string } };
      const runId = /^run_id:(\w+)/m.exec(await cli(id, port, 'INFO', 'server'))?.[1];
      assert.equal(manifest.process.runId, runId);
      // the record now fits a living stranger in everything that the kernel knows, while the server at the port is another process
      const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
      others.push(stranger);
      const seen = processTable().lookNow(stranger.pid!);
      for (const known of [{ runId }, {}]) {
        await writeFile(
          path,
          JSON.stringify({ ...manifest, process: { pid: stranger.pid!, start: seen!.start, startedAt: 1, ...known } }),
        );
        await assert.rejects(asking.stop(id, expect, 15), fault('not-ours', { id }));
        await assert.rejects(asking.kill(id, expect), fault('not-ours', { id }));
        await assert.rejects(asking.pause(id, expect), fault('not-ours', { id }));
        assert.equal(processTable().lookNow(stranger.pid!)?.state, 'running');
      }
      await writeFile(path, text);
      await asking.stop(id, expect, 15);
      assert.equal((await find(id, asking))?.exit?.code, 0);
      asking.dispose();
    });

    test('a cluster node is not started while somebody has its bus port', async () => {
      const expect = { ...newOwnership(), topologyKind: 'cluster' as const };
      topologies.push(expect.topologyId);
      const storage = { kind: 'folder', root: join(folder, expect.topologyName) } as const;
      const place = await engine.createPlace({ ownership: expect, nodes: ['a'], storage });
      const [port = 0] = await engine.freePorts(21800, 1);
      const id = await engine.create({
        ownership: { ...expect, node: 'a' },
        program: 'redis',
        image: 'redis-server',
        place,
        address: '127.0.0.1',
        port,
        files: [
          {
            name: 'redis.conf',
            content: `port ${port}\nbind 127.0.0.1\ncluster-enabled yes\ndir ${engine.insidePaths(storage, 'a').data}\n`,
          },
        ],
        storage,
      });
      const squatter = createServer();
      await new Promise<void>(resolve => {
        squatter.listen(port + 10_000, '127.0.0.1', resolve);
      });
      try {
        await assert.rejects(engine.start(id, expect), fault('port-taken', { port: port + 10_000 }));
      } finally {
        await new Promise(resolve => {
          squatter.close(resolve);
        });
      }
      await engine.start(id, expect);
      await engine.remove(id, expect);
    });

    test('faults: port taken, no such program, not ours, folder in use, wrong tool, place in use', async () => {
      const node = await made();
      const { id, port, expect, root } = node;
      const server = createServer().listen(port, '127.0.0.1');
      others.push({ kill: () => server.close() });
      await assert.rejects(engine.start(id, expect), fault('port-taken', { port }));
      assert.ok(!(await engine.freePorts(port, 3)).includes(port));
      server.close();
      await assert.rejects(engine.start(id, newOwnership()), fault('not-ours', { id }));
      await assert.rejects(engine.remove(id, newOwnership()), fault('not-ours', { id }));
      await assert.rejects(engine.start(randomUUID(), expect), fault('gone'));
      await assert.rejects(engine.exec(id, ['rm', '-rf', 'x']), fault('conflict'));
      await assert.rejects(engine.exec(id, ['/tmp/redis-cli']), fault('conflict'));
      await assert.rejects(engine.removePlace(expect.topologyId, { data: true }), fault('in-use'));
      const storage = { kind: 'folder', root } as const;
      await assert.rejects(
        engine.createPlace({ ownership: newOwnership(), nodes: ['a'], storage }),
        fault('folder-not-empty', { path: root }),
      );
      const request = {
        ownership: { ...expect, node: 'a' },
        program: 'redis',
        image: '/no/redis-server',
        place: { network: '', addresses: [] },
        address: '127.0.0.1',
        port,
        files: [{ name: 'redis.conf', content: '' }],
        storage,
      } as const;
      await assert.rejects(engine.create(request), fault('image-missing', { reference: '/no/redis-server' }));
      await assert.rejects(
        engine.pull('/no/redis-server', () => undefined),
        fault('image-not-found'),
      );
      await assert.rejects(
        engine.create({
          ...request,
          image: 'redis-server',
          ownership: { ...request.ownership, session: randomUUID() },
        }),
        fault('name-taken'),
      );
    });

    test('a server that refuses its conf ends, with code and words', async () => {
      const { id, expect } = await made('no-such-directive 1\n');
      await engine.start(id, expect);
      await until('exit', { everyMs: 10, deadlineMs: 20_000 }, async () =>
        (await find(id))?.exit?.code === 1 ? true : undefined,
      );
      const lines: string[] = [];
      await engine.logs(id, { tail: 20, follow: false }, line => lines.push(line));
      assert.ok(
        lines.some(line => /no-such-directive/.test(line)),
        lines.join('\n'),
      );
    });

    test('logs: the last lines, then new ones, until it ends or we are told', async () => {
      const { id, port, expect } = await made();
      await engine.start(id, expect);
      await answers(id, port);
      const all: string[] = [];
      await engine.logs(id, { tail: 1000, follow: false }, line => all.push(line));
      const last: string[] = [];
      await engine.logs(id, { tail: 2, follow: false }, line => last.push(line));
      assert.deepEqual(last, all.slice(-2));
      const followed: string[] = [];
      const following = engine.logs(id, { tail: 0, follow: true }, line => followed.push(line));
      const cancel = new AbortController();
      const cancelled = engine.logs(id, { tail: 1, follow: true }, () => undefined, cancel.signal);
      await cli(id, port, 'BGSAVE');
      await until('a new line', { everyMs: 20, deadlineMs: 20_000 }, async () =>
        followed.find(line => /Background saving/.test(line)),
      );
      cancel.abort();
      await cancelled;
      await engine.stop(id, expect, 15);
      await following;
      assert.match(followed.at(-1)!, /bye bye/);
    });

    test('the terminal is the tool itself, the secret in its environment', async () => {
      const { id, port } = await made();
      const command = await engine.terminal(id, ['redis-cli', '-p', String(port)], { REDISCLI_AUTH: 's3cret-word' });
      assert.deepEqual([command.args, command.env], [['-p', String(port)], { REDISCLI_AUTH: 's3cret-word' }]);
      assert.match(command.file, /\/redis-cli$/);
    });

    test("programs at hand with their versions; the setting's first", async () => {
      const [image] = await engine.images();
      assert.match(image?.reference ?? '', /\/redis-server$/);
      assert.match(image?.version ?? '', /^\d+\.\d+\.\d+$/);
      assert.equal((await engine.describe()).version, image?.version);
      const configured = createProcessEngine({
        owner: OWNER,
        home,
        servers: () => ['/bin/true', '/no/such', image!.id],
      });
      assert.equal((await configured.images())[0]?.id, image?.id);
    });

    test('a record or marker that was changed by hand is not acted upon', async () => {
      const { id, root, expect } = await made();
      const path = join(root, 'a', 'instance.json');
      const good = await readFile(path, 'utf8');
      for (const bad of [
        '',
        '{',
        '[]',
        '{"id":"x"}',
        good.replace(/"program": "redis"/, '"program": "sh"'),
        good.replace(expect.topologyId, randomUUID()),
      ]) {
        await writeFile(path, bad);
        assert.deepEqual(await engine.list(), []);
      }
      await writeFile(path, good);
      assert.equal((await engine.list())[0]?.id, id);
      const marker = join(root, '.redis-topology.json');
      const kept = await readFile(marker, 'utf8');
      await writeFile(marker, kept.replace(expect.topologyId, randomUUID()));
      assert.deepEqual(await engine.list(), []);
      await engine.removePlace(expect.topologyId, { data: true });
      assert.ok((await readdir(root)).includes('a'), 'a folder that names another topology stays');
    });

    test('both ways to look at processes agree', async () => {
      const child = spawn('sleep', ['30'], { stdio: 'ignore' });
      others.push(child);
      for (const platform of ['linux', 'darwin']) {
        const table = processTable(platform);
        const seen = (await table.look([child.pid!, 2 ** 22 - 1])).get(child.pid!);
        assert.equal(seen?.state, 'running');
        assert.deepEqual(table.lookNow(child.pid!), seen);
        process.kill(child.pid!, 'SIGSTOP');
        await until('paused', { everyMs: 5, deadlineMs: 20_000 }, async () =>
          (await table.look([child.pid!])).get(child.pid!)?.state === 'paused' ? true : undefined,
        );
        process.kill(child.pid!, 'SIGCONT');
        await until('running', { everyMs: 5, deadlineMs: 20_000 }, async () =>
          (await table.look([child.pid!])).get(child.pid!)?.state === 'running' ? true : undefined,
        );
        assert.equal((await table.look([2 ** 22 - 1])).size, 0);
        assert.equal(table.lookNow(2 ** 22 - 1), undefined);
      }
    });
  });
else
  void playEditor(
    JSON.parse(process.env[EDITOR]) as { readonly home: string; readonly id: string; readonly topologyId: string },
  );

async function playEditor({
  home,
  id,
  topologyId,
}: {
  readonly home: string;
  readonly id: string;
  readonly topologyId: string;
}): Promise<void> {
  await createProcessEngine({ owner: OWNER, home }).start(id, { topologyId });
  process.kill(process.pid, 'SIGKILL');
}
