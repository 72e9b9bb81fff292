import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../../../src/base/abort';
import { createDockerEngine } from '../../../src/engine/docker';
import type { Node } from '../../../src/model/snapshot';
import { IoredisConnector } from '../../../src/redis/ioredisClient';
import { Inventory } from '../../../src/topology/inventory';
import { cleanUp, docker } from '../../support/docker';
import { newPrefix, testLabel, testPort } from '../../support/naming';
import { only } from '../../support/someContainers';

const run = promisify(execFile);

/** An engine behind `ssh://`, through the system's own ssh to an sshd of the test's: keys, port and host key of its own, loopback only. */
suite('a Docker engine by ssh', function () {
  this.timeout(120_000);
  const prefix = newPrefix();
  const home = mkdtempSync(join(tmpdir(), 'rtt-ssh-'));
  const before = process.env['PATH'];
  let sshd: ChildProcess | undefined;
  let host = '';

  suiteSetup(async () => {
    const port = await testPort();
    const file = (name: string): string => join(home, name);
    for (const key of ['host', 'user']) await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(key)]);
    const { stdout: hostKey } = await run('ssh-keygen', ['-y', '-f', file('host')]);
    const { stdout: userKey } = await run('ssh-keygen', ['-y', '-f', file('user')]);
    writeFileSync(file('authorized'), userKey, { mode: 0o600 });
    writeFileSync(file('known'), `[127.0.0.1]:${String(port)} ${hostKey}`);
    writeFileSync(
      file('client'),
      `Host *\n  IdentityFile ${file('user')}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${file('known')}\n`,
    );
    writeFileSync(
      file('server'),
      [
        `Port ${String(port)}`,
        'ListenAddress 127.0.0.1',
        `HostKey ${file('host')}`,
        `AuthorizedKeysFile ${file('authorized')}`,
        `PidFile none`,
        'PasswordAuthentication no',
        'KbdInteractiveAuthentication no',
        'UsePAM no',
        'StrictModes no',
        '',
      ].join('\n'),
    );
    // The user's own configuration stays as it is: the program that is found as `ssh` is the system's, told to read the test's.
    mkdirSync(file('bin'));
    const { stdout: real } = await run('which', ['ssh']);
    writeFileSync(file('bin/ssh'), `#!/bin/sh\nexec ${real.trim()} -F ${file('client')} "$@"\n`);
    chmodSync(file('bin/ssh'), 0o755);
    process.env['PATH'] = `${file('bin')}${delimiter}${before ?? ''}`;
    mkdirSync('/run/sshd', { recursive: true }); // where sshd sends what it does not trust yet
    sshd = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', file('server')], { stdio: 'ignore' });
    host = `ssh://${userInfo().username}@127.0.0.1:${String(port)}`;
    await docker(
      'run',
      '-d',
      '--name',
      `${prefix}-a`,
      '--label',
      `${testLabel}=${prefix}`,
      'redis:7.0',
      'redis-server',
      '--protected-mode',
      'no',
    );
  });
  suiteTeardown(async () => {
    process.env['PATH'] = before;
    sshd?.kill();
    rmSync(home, { recursive: true, force: true });
    await cleanUp(prefix);
  });

  test('lists, runs a program in a container, and carries connections to it', async () => {
    const engine = createDockerEngine({ owner: 'ssh-test', endpoint: () => host });
    const connector = new IoredisConnector((address, signal) =>
      engine.containers.dial(address.via ?? '', address, signal),
    );
    const inventory = new Inventory({
      engines: [only(engine, ({ name }) => name === `${prefix}-a`)],
      connector,
      secrets: { get: () => Promise.resolve(undefined) },
    });
    try {
      inventory.setVisible(true);
      const node = (): Node | undefined =>
        [...inventory.snapshot.others, ...inventory.snapshot.topologies.flatMap(({ nodes }) => nodes)].find(
          ({ name }) => name === `${prefix}-a`,
        );
      await until('answers', { everyMs: 100, deadlineMs: 60_000 }, async () => {
        await inventory.refresh();
        return node()?.contact.state === 'answering' || undefined;
      });
      const found = node();
      assert.ok(found?.instance);
      assert.equal(found.reachable?.via, found.instance.id, 'an engine elsewhere is gone through');
      const said = await engine.exec(found.instance.id, ['redis-cli', 'PING'], {}, new AbortController().signal);
      assert.deepEqual([said.exitCode, said.stdout.trim()], [0, 'PONG']);
      const connection = await inventory.connectionTo(found.id);
      const value = 'x'.repeat(1_000_000);
      assert.equal(await connection.call(['SET', 'large', value], { timeoutMs: 20_000 }), 'OK');
      assert.equal(await connection.call(['GET', 'large'], { timeoutMs: 20_000 }), value);
      connection.dispose();
    } finally {
      inventory.dispose();
      engine.dispose();
    }
  });
});
