import assert from 'node:assert/strict';
import { createDockerEngine } from '../../src/engine/docker';
import { thisMachine } from '../../src/engine/docker/host';
import { until } from '../../src/base/abort';
import type { Node } from '../../src/model/snapshot';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import { Inventory } from '../../src/topology/inventory';
import type { Reach } from '../../src/topology/reach/explain';
import { measureReach } from '../../src/topology/reach/measure';
import { cleanUp, docker, dockerLines } from '../support/docker';
import { bestFix, mend } from '../support/mending';
import { newPrefix, testLabel, testPorts } from '../support/naming';
import { only } from '../support/someContainers';

/** Containers that are reached in every way that people meet, and the reason that is told for each. */
suite('reachability of real containers', function () {
  this.timeout(120_000);
  const prefix = newPrefix();
  const engine = createDockerEngine({ owner: 'reach-test' });
  const secrets = {
    kept: new Map<string, string>(),
    get: (id: string) => Promise.resolve(secrets.kept.get(id)),
    set: () => Promise.resolve(),
    delete: () => Promise.resolve(),
  };
  const inventory = new Inventory({
    engines: [only(engine, ({ name }) => name.startsWith(prefix))],
    connector: new IoredisConnector(),
    secrets,
  });
  const find = (among: Inventory, name: string): Node =>
    [...among.snapshot.others, ...among.snapshot.topologies.flatMap(topology => topology.nodes)].find(
      node => node.name === `${prefix}-${name}`,
    ) ?? assert.fail(`no ${name}`);
  const nodes = (): readonly Node[] => [
    ...inventory.snapshot.others,
    ...inventory.snapshot.topologies.flatMap(topology => topology.nodes),
  ];
  let port = 0;

  const start = (name: string, publish: readonly string[], ...args: readonly string[]) =>
    docker(
      'run',
      '-d',
      '--name',
      `${prefix}-${name}`,
      '--label',
      `${testLabel}=${prefix}`,
      ...publish.flatMap(one => ['-p', one]),
      'redis:7.0',
      'redis-server',
      ...args,
    );

  suiteSetup(async () => {
    port = await testPorts(6);
    const open = ['--protected-mode', 'no'];
    await start('open', [], ...open);
    await start(
      'moved',
      [`127.0.0.1:${port + 1}:6379`],
      '--replica-announce-ip',
      '127.0.0.1',
      '--replica-announce-port',
      String(port),
      ...open,
    );
    await start('locked', [`127.0.0.1:${port + 2}:6379`], '--requirepass', 'secret');
    await start('inward', [`127.0.0.1:${port + 3}:6379`], '--bind', '127.0.0.1', ...open);
    await start('shy', [`127.0.0.1:${port + 4}:6379`]);
    await start('frozen', []);
    await docker('pause', `${prefix}-frozen`);
    await docker(
      'run',
      '-d',
      '--name',
      `${prefix}-liar`,
      '--label',
      `${testLabel}=${prefix}`,
      'redis:7.0',
      'redis-server',
      ...open,
      '--replica-announce-ip',
      '127.0.0.1',
      '--replica-announce-port',
      String(port),
      '--replicaof',
      await docker('inspect', '-f', '{{.NetworkSettings.IPAddress}}', `${prefix}-open`),
      '6379',
    );
    inventory.setVisible(true);
    await inventory.refresh();
    await until('all seen', { everyMs: 100, deadlineMs: 30_000 }, () =>
      Promise.resolve(
        (nodes().length === 7 &&
          nodes().filter(({ contact }) => contact.state === 'answering').length >= 3 &&
          nodes().every(({ contact }) => contact.state !== 'unknown')) ||
          undefined,
      ),
    ).catch((error: unknown) => {
      throw new Error(
        nodes()
          .map(({ name, contact }) => `${name} ${JSON.stringify(contact).slice(0, 90)}`)
          .join('\n'),
        { cause: error },
      );
    });
  });
  suiteTeardown(async () => {
    inventory.dispose();
    engine.dispose();
    await docker('unpause', `${prefix}-frozen`);
    await cleanUp(prefix);
  });

  const measured = async (name: string): Promise<Reach> => {
    const found = nodes().filter(node => node.name === `${prefix}-${name}`);
    assert.equal(found.length, 1, name);
    const [reach] = await measureReach(
      { connector: new IoredisConnector(), secrets },
      found,
      undefined,
      new AbortController().signal,
    );
    assert.ok(reach);
    return reach;
  };

  test('published on nothing: on Linux its own address leads there, and containers of its network reach it', async () => {
    const { finding, within, here } = await measured('open');
    assert.deepEqual([finding.code, within, here.length], ['reach-fine', ['bridge'], 1]);
  });

  test('behind a password: said so, and with the password it is reached', async () => {
    const { finding } = await measured('locked');
    assert.deepEqual(
      { ...finding, address: undefined },
      { code: 'reach-closed-to-us', address: undefined, reason: 'password-required' },
    );
    const locked = nodes().find(({ name }) => name === `${prefix}-locked`);
    secrets.kept.set(locked!.id, 'secret');
    assert.ok((await measured('locked')).here.some(({ port: at }) => at === port + 2));
  });

  test('bound to loopback inside: the engine takes the connection and nobody else does', async () => {
    assert.deepEqual((await measured('inward')).finding, {
      code: 'reach-bound-inside',
      address: { host: '127.0.0.1', port: port + 3 },
      port: 6379,
    });
  });

  test('in protected mode', async () => {
    const { finding } = await measured('shy');
    assert.equal(finding.code === 'reach-closed-to-us' && finding.reason, 'protected-mode');
  });

  test('announces an address where nobody lives: reached elsewhere, and told so', async () => {
    const { finding } = await measured('liar');
    assert.ok(finding.code === 'reach-elsewhere', JSON.stringify(finding));
    assert.deepEqual([finding.announced, finding.use.port], [{ host: '127.0.0.1', port }, 6379]);
  });

  test('published under another number than it announces', async () => {
    assert.deepEqual((await measured('moved')).finding, {
      code: 'reach-elsewhere',
      announced: { host: '127.0.0.1', port },
      use: { host: '127.0.0.1', port: port + 1 },
      why: 'other-port',
    });
  });

  test('an announcement that leads nowhere is taken back: then clients are told where it lives', async () => {
    const fix = bestFix(await measured('liar'), find(inventory, 'liar'));
    const { notKept } = await mend(inventory, engine, secrets, find(inventory, 'liar'), fix);
    assert.match(notKept.join(), /without a config file/); // said: it is lost at the next start
    const { finding, announced } = await measured('liar');
    assert.equal(finding.code, 'reach-fine', JSON.stringify({ finding, announced }));
  });

  test('one that is published under another number announces that one', async () => {
    const fix = bestFix(await measured('moved'), find(inventory, 'moved'));
    assert.deepEqual(fix.code === 'announce' && fix.to, { host: '127.0.0.1', port: port + 1 });
    await mend(inventory, engine, secrets, find(inventory, 'moved'), fix);
    assert.equal((await measured('moved')).finding.code, 'reach-fine');
  });

  test('published on nothing, where containers have no address for this machine: seen through the engine, and published with its keys kept', async () => {
    // what Docker Desktop is like: ports come to loopback, networks do not
    const desktop = createDockerEngine({ owner: 'reach-test', machine: { ...thisMachine(), platform: 'darwin' } });
    const connector = new IoredisConnector((address, signal) =>
      desktop.containers.dial(address.via ?? '', address, signal),
    );
    const other = new Inventory({
      engines: [only(desktop, ({ name }) => name === `${prefix}-open`)],
      connector,
      secrets,
    });
    try {
      await other.refresh();
      await until('answers', { everyMs: 50, deadlineMs: 30_000 }, () =>
        Promise.resolve(find(other, 'open').contact.state === 'answering' || undefined),
      );
      await docker('exec', `${prefix}-open`, 'redis-cli', 'SET', 'kept', 'yes');
      const look = async (): Promise<Reach> =>
        (
          await measureReach({ connector, secrets }, [find(other, 'open')], undefined, new AbortController().signal)
        )[0] ?? assert.fail();
      const before = await look();
      assert.deepEqual(
        [
          before.finding,
          before.here,
          before.attempts.map(({ outcome, address }) => [outcome, address.via !== undefined]),
        ],
        [{ code: 'reach-not-published', port: 6379 }, [], [['answers', true]]],
      );
      const outside = port + 5;
      const fix = bestFix(before, find(other, 'open'));
      await mend(other, desktop, secrets, find(other, 'open'), fix.code === 'publish-port' ? { ...fix, outside } : fix);
      await until('seen again', { everyMs: 50, deadlineMs: 30_000 }, () =>
        Promise.resolve(find(other, 'open').contact.state === 'answering' || undefined),
      );
      assert.deepEqual((await look()).here, [{ host: '127.0.0.1', port: outside }]);
      const connection = await connector.connect({ address: { host: '127.0.0.1', port: outside } });
      assert.equal(await connection.call(['GET', 'kept']), 'yes');
      connection.dispose();
      assert.deepEqual(await dockerLines('ps', '-a', '--filter', `name=${prefix}-open`, '--format', '{{.Names}}'), [
        `${prefix}-open`,
      ]);
    } finally {
      other.dispose();
      desktop.dispose();
    }
  });

  test('paused', async () => assert.deepEqual((await measured('frozen')).finding, { code: 'reach-paused' }));

  test('stopped', async () => {
    await docker('stop', '-t', '1', `${prefix}-moved`);
    await inventory.refresh();
    await until('stopped', { everyMs: 50, deadlineMs: 10_000 }, () =>
      Promise.resolve(
        nodes().find(({ name }) => name === `${prefix}-moved`)?.instance?.state === 'exited' || undefined,
      ),
    );
    assert.deepEqual((await measured('moved')).finding, { code: 'reach-not-running' });
  });
});
