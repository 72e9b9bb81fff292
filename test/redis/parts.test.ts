// The real parts themselves: what the other tests of this folder take for granted of servers and images.
import assert from 'node:assert/strict';
import { cleanUp, docker, leftovers, startDecoys } from '../support/docker';
import { newPrefix, testLabel, until } from '../support/naming';
import { startRedis, startReplication } from '../support/redisServer';
import { existsSync } from 'node:fs';

suite('redis-server on this machine', () => {
  test('a replication starts, links up and leaves nothing', async () => {
    const pair = await startReplication(1);
    const { folder } = pair.master;
    await pair.stop();
    await assert.rejects(until('a server', () => fetch(`http://127.0.0.1:${pair.master.port}`).then(() => true), 100));
    assert.equal(existsSync(folder), false);
  });

  test('a server that cannot start says why', async () => {
    await assert.rejects(startRedis({ conf: ['maxmemory lots'] }), /does not answer/);
  });
});

suite('images', () => {
  const prefix = newPrefix();
  teardown(() => cleanUp(prefix));

  const cases = [
    { image: 'redis:7.0', cli: 'redis-cli', version: /redis_version:7\.0\./, user: 'redis' },
    { image: 'redis-rootful:7.0', cli: 'redis-cli', version: /redis_version:7\.0\./, user: 'root' },
    { image: 'redis:8.0', cli: 'redis-cli', version: /redis_version:8\.0\./, user: 'redis' },
    { image: 'valkey/valkey:8.1', cli: 'valkey-cli', version: /valkey_version:8\.1\./, user: 'valkey' },
  ];
  for (const { image, cli, version, user } of cases) {
    test(`${image} runs as ${user}`, async () => {
      const name = `${prefix}-image`;
      await docker('run', '-d', '--name', name, '--label', `${testLabel}=${prefix}`, image, '--port', '6390');
      const info = await until('INFO', () => docker('exec', name, cli, '-p', '6390', 'info', 'server'));
      assert.match(info, version);
      assert.equal(await docker('exec', name, 'stat', '-c', '%U', '/proc/1'), user);
    });
  }

  test('a touched decoy is noticed', async () => {
    const decoys = await startDecoys(prefix, [
      { name: `${prefix}-decoy`, labels: { 'com.docker.compose.project': 'orders' } },
    ]);
    await decoys.untouched();
    await docker('restart', '-t', '0', `${prefix}-decoy`);
    await assert.rejects(decoys.untouched(), /touched/);
    await cleanUp(prefix);
    assert.deepEqual(await leftovers(prefix), []);
  });
});
