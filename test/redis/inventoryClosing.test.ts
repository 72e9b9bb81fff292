import assert from 'node:assert/strict';
import { delay } from '../../src/base/abort';
import { createDockerEngine } from '../../src/engine/docker';
import type { RedisConnector } from '../../src/redis/client';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import { Inventory } from '../../src/topology/inventory';
import { cleanUp, docker } from '../support/docker';
import { newPrefix, testLabel, testPorts } from '../support/naming';
import { only } from '../support/someContainers';

/**
 * A published port whose server listens on loopback inside its container: the engine takes every connection and closes it. The closing
 * of a connection asks for another look, and that look ended in a closing again: it went round and round, hundreds of times a second.
 */
suite('a port that takes every connection and closes it', function () {
  this.timeout(60_000);
  const prefix = newPrefix();
  teardown(() => cleanUp(prefix));

  test('is asked once, shown as silent, and asked again at the pace of a silent one', async () => {
    const port = await testPorts(1);
    await docker(
      'run',
      '-d',
      '--name',
      `${prefix}-inward`,
      '--label',
      `${testLabel}=${prefix}`,
      '-p',
      `127.0.0.1:${port}:6379`,
      'redis:7.0',
      'redis-server',
      '--bind',
      '127.0.0.1',
      '--protected-mode',
      'no',
    );
    const real = new IoredisConnector();
    let tried = 0;
    const connector: RedisConnector = {
      connect: (...args) => {
        tried++;
        return real.connect(...args);
      },
    };
    const engine = createDockerEngine({ owner: 'closing-test' });
    const inventory = new Inventory({
      engines: [only(engine, ({ name }) => name.startsWith(prefix))],
      connector,
      secrets: { get: () => Promise.resolve(undefined) },
    });
    try {
      assert.equal(
        await Promise.race([inventory.refresh().then(() => 'looked'), delay(20_000).then(() => 'still at it')]),
        'looked',
      );
      const [node] = inventory.snapshot.others;
      assert.equal(node?.contact.state, 'silent');
      inventory.setVisible(true);
      const before = tried;
      await delay(2000);
      assert.ok(tried - before <= 30, `${tried - before} connections in 2 s`);
    } finally {
      inventory.dispose();
      engine.dispose();
    }
  });
});
