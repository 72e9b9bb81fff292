import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { until } from '../../../src/base/abort';
import { isFault } from '../../../src/base/errors';
import { createDockerEngine } from '../../../src/engine/docker';
import type { Storage } from '../../../src/engine/engine';
import { conf, docker, IMAGE, newOwnership, OWNER, removeAll, requestFor } from './place';

suite('engine/docker: what a node says, and what is run in it', function () {
  this.timeout(60_000);
  const engine = createDockerEngine({ owner: OWNER });
  const storage: Storage = { kind: 'volume' };
  const ownership = newOwnership();
  let id: string;
  let port: number;

  suiteSetup(async () => {
    const place = await engine.createPlace({ ownership, nodes: ['a'], storage });
    port = (await engine.freePorts(21700, 1))[0]!;
    id = await engine.create({
      ...requestFor(ownership, 'a', place, 0, port, storage),
      files: [conf(port, 'requirepass hush-hush\n')],
    });
    await engine.start(id, ownership);
    await until('PING', { everyMs: 50, deadlineMs: 20_000 }, async () =>
      (await engine.exec(id, ['redis-cli', '-p', String(port), 'PING'])).stdout !== '' ? true : undefined,
    );
  });
  suiteTeardown(async () => {
    await removeAll(engine, ownership.topologyId);
    engine.dispose();
  });

  test('exec: output, errors, exit code, input, environment, no shell, cut at 1 MiB', async () => {
    assert.deepEqual(await engine.exec(id, ['sh', '-c', 'echo out; echo err >&2; exit 3']), {
      exitCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    assert.deepEqual(await engine.exec(id, ['echo', '$HOME; `id`']), {
      exitCode: 0,
      stdout: '$HOME; `id`\n',
      stderr: '',
    });
    assert.equal((await engine.exec(id, ['cat'], { input: 'grüße\n'.repeat(20_000) })).stdout.length, 6 * 20_000);
    assert.equal((await engine.exec(id, ['cat'], { input: '' })).stdout, '');
    assert.equal((await engine.exec(id, ['sh', '-c', 'echo $WORD'], { env: { WORD: 'a b' } })).stdout, 'a b\n');
    assert.equal((await engine.exec(id, ['head', '-c', '3000000', '/dev/zero'])).stdout.length, 1024 * 1024);
    assert.equal((await engine.exec(id, ['no-such-program'])).exitCode === 0, false);
    assert.equal(
      (await engine.exec(id, ['redis-cli', '-p', String(port), 'PING'], { env: { REDISCLI_AUTH: 'hush-hush' } }))
        .stdout,
      'PONG\n',
    );
  });

  test('logs: the last lines, then new ones, until told to end', async () => {
    const all: string[] = [];
    await engine.logs(id, { tail: 1000, follow: false }, line => all.push(line));
    assert.ok(
      all.some(line => /Ready to accept connections/.test(line)),
      all.join('\n'),
    );
    const last: string[] = [];
    await engine.logs(id, { tail: 1, follow: false }, line => last.push(line));
    assert.deepEqual(last, all.slice(-1));
    const followed: string[] = [];
    const cancel = new AbortController();
    const following = engine.logs(id, { tail: 0, follow: true }, line => followed.push(line), cancel.signal);
    await engine.exec(id, ['redis-cli', '-p', String(port), 'BGSAVE'], { env: { REDISCLI_AUTH: 'hush-hush' } });
    await until('a new line', { everyMs: 20, deadlineMs: 20_000 }, async () =>
      followed.find(line => /Background saving/.test(line)),
    );
    cancel.abort();
    await following;
    const ended: string[] = [];
    const untilEnd = engine.logs(id, { tail: 0, follow: true }, line => ended.push(line));
    await engine.stop(id, ownership, 15);
    await untilEnd;
    assert.match(ended.at(-1) ?? '', /bye bye/);
    await engine.start(id, ownership);
  });

  test('logs of a container with a terminal come plain', async () => {
    const tty = await docker('run', '-d', '-t', '--entrypoint', 'echo', IMAGE, 'hello');
    try {
      const lines: string[] = [];
      await until('the line', { everyMs: 50, deadlineMs: 20_000 }, async () => {
        lines.length = 0;
        await engine.logs(tty, { tail: 10, follow: false }, line => lines.push(line));
        return lines.length > 0 ? true : undefined;
      });
      assert.deepEqual(lines, ['hello']);
    } finally {
      await docker('rm', '-f', '-v', tty);
    }
  });

  test("the terminal's command works, with its secret in the environment only", async () => {
    const command = await engine.terminal(id, ['redis-cli', '-p', String(port)], { REDISCLI_AUTH: 'hush-hush' });
    assert.doesNotMatch([command.file, ...command.args].join(' '), /hush/);
    // No terminal here: `script` gives one.
    const words = [command.file, ...command.args, 'PING'].map(word => `'${word}'`).join(' ');
    const child = spawn('script', ['-qec', words, '/dev/null'], {
      env: { ...process.env, ...command.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    await new Promise(resolve => child.on('close', resolve));
    assert.match(output, /PONG/);
  });

  test('no docker command line on the PATH', async () => {
    const path = process.env['PATH'];
    process.env['PATH'] = '/nowhere';
    try {
      await assert.rejects(engine.terminal(id, ['x'], {}), error => isFault(error, 'cli-missing'));
    } finally {
      process.env['PATH'] = path;
    }
  });

  test('files are put into the conf directory, owned by the server, and replace those of the same name', async () => {
    await engine.writeConf(id, ownership, [{ name: 'more.conf', content: 'one\n' }]);
    await engine.writeConf(id, ownership, [{ name: 'more.conf', content: 'two\n' }]);
    const { stdout } = await engine.exec(id, [
      'sh',
      '-c',
      'cat /conf/more.conf; stat -c "%u %a" /conf/more.conf /conf /data',
    ]);
    assert.equal(stdout, 'two\n999 600\n999 750\n999 750\n');
  });

  test("over ssh (a stand-in that dials this machine's socket): list, exec with input, events", async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ssh-'));
    const program = join(folder, 'ssh');
    // What a real ssh would do after the login: hand stdin and stdout to `docker system dial-stdio`.
    await writeFile(program, '#!/bin/sh\nwhile [ "$1" != "--" ]; do shift; done\nshift 2\nexec "$@"\n');
    await chmod(program, 0o755);
    const path = process.env['PATH'];
    process.env['PATH'] = `${folder}${delimiter}${path}`;
    const remote = createDockerEngine({ owner: OWNER, endpoint: () => 'ssh://me@box' });
    try {
      assert.match((await remote.describe()).title, /^Docker \d+\.\d+ · ssh:\/\/me@box$/);
      assert.ok((await remote.list()).some(one => one.id === id));
      assert.equal((await remote.exec(id, ['cat'], { input: 'over ssh' })).stdout, 'over ssh');
      const heard: string[] = [];
      const watching = remote.watch(signal => heard.push(signal.type === 'instance' ? signal.action : signal.type));
      await until(
        'connected',
        { everyMs: 20, deadlineMs: 20_000 },
        async () => heard.includes('connected') || undefined,
      );
      await engine.pause(id, ownership);
      await engine.unpause(id, ownership);
      await until(
        'events',
        { everyMs: 20, deadlineMs: 20_000 },
        async () => (heard.includes('pause') && heard.includes('unpause')) || undefined,
      );
      watching.dispose();
      await writeFile(program, '#!/bin/sh\necho "me@box: Permission denied (publickey)." >&2\nexit 255\n');
      const denied = createDockerEngine({ owner: OWNER, endpoint: () => 'ssh://me@box' });
      await assert.rejects(
        denied.list(),
        error => isFault(error, 'engine-lost') && /Permission denied/.test(error.message),
      );
      denied.dispose();
    } finally {
      process.env['PATH'] = path;
      remote.dispose();
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('images at hand, newest Redis first', async () => {
    const images = await engine.images();
    const known = images.filter(image => ['redis:8.0', 'redis:7.0', 'valkey/valkey:8.1'].includes(image.reference));
    assert.deepEqual(
      known.map(({ reference, product, version }) => [reference, product, version]),
      [
        ['redis:8.0', 'redis', '8.0'],
        ['redis:7.0', 'redis', '7.0'],
        ['valkey/valkey:8.1', 'valkey', '8.1'],
      ],
    );
  });
});
