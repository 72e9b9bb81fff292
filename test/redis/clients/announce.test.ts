import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type * as Ioredis from 'ioredis';
import { createDockerEngine } from '../../../src/engine/docker';
import type { Address } from '../../../src/model/address';
import { formatAddress } from '../../../src/model/address';
import type { Node } from '../../../src/model/snapshot';
import { IoredisConnector } from '../../../src/redis/ioredisClient';
import { Inventory } from '../../../src/topology/inventory';
import type { Reach } from '../../../src/topology/reach/explain';
import { measureReach } from '../../../src/topology/reach/measure';
import { cleanUp, docker } from '../../support/docker';
import { bestFix, mend } from '../../support/mending';
import { newPrefix, testLabel, testPorts, until } from '../../support/naming';
import { only } from '../../support/someContainers';

/** The whole library, as a program has it, and not the part of it that is bundled. */
const { Cluster, Redis } = createRequire(resolve('package.json'))('ioredis') as typeof Ioredis;
type Client = Ioredis.Cluster | Ioredis.Redis;

/**
 * What servers of each kind say of themselves, wrong: explained, mended by the plan, still so after they started again. Judged by what others
 * believe of them, and by a client on this machine that goes where the servers send it.
 */
suite('announcements of running servers', function () {
  this.timeout(120_000);
  const prefix = newPrefix();
  const engine = createDockerEngine({ owner: 'announce-test' });
  const connector = new IoredisConnector();
  const secrets = {
    get: () => Promise.resolve(undefined),
    set: () => Promise.resolve(),
    delete: () => Promise.resolve(),
  };
  const inventory = new Inventory({
    engines: [only(engine, ({ name }) => name.startsWith(prefix))],
    connector,
    secrets,
  });
  const nodes = (): readonly Node[] => [
    ...inventory.snapshot.others,
    ...inventory.snapshot.topologies.flatMap(topology => topology.nodes),
  ];
  const node = (name: string): Node =>
    nodes().find(one => one.name === `${prefix}-${name}`) ?? assert.fail(`no ${name}`);
  /** A server with a conf of its own, that it finds again as it left it. */
  const run = (name: string, publish: readonly string[], ...conf: readonly string[]): Promise<string> =>
    docker(
      ...['run', '-d', '--name', `${prefix}-${name}`, '--label', `${testLabel}=${prefix}`, '--network', prefix],
      ...publish.flatMap(one => ['-p', one]),
      ...['redis:7.0', 'sh', '-c'],
      `[ -e /tmp/a.conf ] || printf '%s\n' 'protected-mode no' ${conf.map(line => `'${line}'`).join(' ')} > /tmp/a.conf; exec redis-server /tmp/a.conf${name.startsWith('s') ? ' --sentinel' : ''}`,
    );
  const addressOf = (name: string): Promise<string> =>
    docker('inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', `${prefix}-${name}`);
  /** A command at a server, in its own container: what others are told. */
  const ask = (name: string, port: number, ...command: readonly string[]): Promise<string> =>
    docker('exec', `${prefix}-${name}`, 'redis-cli', '-p', String(port), ...command);
  const comes = (what: string, check: () => Promise<boolean>): Promise<unknown> => until(what, check, 60_000); // one that does not listen yet is asked again
  const measured = async (name: string): Promise<Reach> => {
    const [reach] = await measureReach({ connector, secrets }, [node(name)], undefined, new AbortController().signal);
    return reach ?? assert.fail();
  };
  const startAgain = (name: string): Promise<string> => docker('restart', '-t', '2', `${prefix}-${name}`);
  const parseAddress = (text: string): Address => {
    const [, host = '', port = ''] = /^(.+):(\d+)$/.exec(text) ?? assert.fail(text);
    return { host, port: Number(port) };
  };
  /** What a client reads that gives up at once; its error, if it gets nothing. @param followed the addresses at which it then knows a cluster's nodes */
  async function read(client: Client, followed: string[] = []): Promise<string> {
    client.on('error', () => undefined); // the call tells
    try {
      const value = String(await client.get('greeting'));
      if (client instanceof Cluster)
        followed.splice(
          0,
          Infinity,
          ...client
            .nodes()
            .map(({ options: { host = '', port = 0 } }) => formatAddress({ host, port }))
            .sort(),
        );
      return value;
    } catch (error) {
      return String(error);
    } finally {
      client.disconnect();
    }
  }
  const once = { retryStrategy: () => null, maxRetriesPerRequest: 0, connectTimeout: 2000 } as const;
  const direct = ({ host, port }: Address): Ioredis.Redis => new Redis({ host, port, ...once });
  const bySentinel = ({ host, port }: Address): Ioredis.Redis =>
    new Redis({
      ...{ sentinels: [{ host, port }], name: 'orders', role: 'slave', maxRetriesPerRequest: 0, connectTimeout: 2000 },
      sentinelRetryStrategy: () => null,
      retryStrategy: () => null,
    });
  /** Starts at the node that says nothing wrong, and goes where that one sends it. */
  const inCluster = (): Ioredis.Cluster =>
    new Cluster([{ host: '127.0.0.1', port: second }], {
      clusterRetryStrategy: () => null,
      redisOptions: { maxRetriesPerRequest: 0, connectTimeout: 2000 },
    });
  let nobody = 0;
  let first = 0;
  let second = 0;

  suiteSetup(async () => {
    nobody = await testPorts(3); // where nobody lives
    [first, second] = [nobody + 1, nobody + 2];
    await docker('network', 'create', '--label', `${testLabel}=${prefix}`, prefix);
    await run('m', []);
    const master = await addressOf('m');
    const member = (name: string, port: number, ...more: readonly string[]): Promise<string> =>
      run(
        ...([name, [`127.0.0.1:${port}:${port}`], `port ${port}`, 'dir /tmp', 'cluster-enabled yes'] as const),
        ...['cluster-node-timeout 2000', 'cluster-require-full-coverage no', ...more],
      );
    await Promise.all([
      run('r', [], `replicaof ${master} 6379`, 'replica-announce-ip 127.0.0.1', `replica-announce-port ${nobody}`),
      run(
        ...(['s1', [], `sentinel monitor orders ${master} 6379 2`] as const),
        ...['sentinel announce-ip 127.0.0.1', `sentinel announce-port ${nobody}`],
      ),
      run('s2', [], `sentinel monitor orders ${master} 6379 2`),
      member('c1', first, 'cluster-announce-ip 127.0.0.1', `cluster-announce-port ${nobody}`),
      member('c2', second),
    ]);
    const own = await addressOf('c1');
    await Promise.all([
      comes('its slots', async () => /OK/.test(await ask('c1', first, 'CLUSTER', 'ADDSLOTSRANGE', '0', '16000'))),
      comes('its slots', async () => /OK/.test(await ask('c2', second, 'CLUSTER', 'ADDSLOTSRANGE', '16001', '16383'))),
      comes('a link', async () => /slave0:.*state=online/.test(await ask('m', 6379, 'INFO', 'replication'))),
    ]);
    // By default they look every 10 s and greet every 2.
    await Promise.all(
      ['s1', 's2'].map(name => ask(name, 26379, 'SENTINEL', 'DEBUG', 'info-period', '1000', 'publish-period', '500')),
    );
    await ask('c2', second, 'CLUSTER', 'MEET', own, String(first));
    await Promise.all([
      comes('acquainted', async () => /known_nodes:2\b/.test(await ask('c2', second, 'CLUSTER', 'INFO'))),
      ask('m', 6379, 'SET', 'greeting', 'hello'),
      ask('c1', first, 'SET', 'greeting', 'hello'),
    ]);
    inventory.setVisible(true);
    await inventory.refresh();
    // Besides them the tree may hold those that they only speak of: nobody, at the address that is announced.
    await until(
      'all seen',
      () => {
        const lacks = ['m', 'r', 's1', 's2', 'c1', 'c2'].filter(
          name => nodes().find(one => one.name === `${prefix}-${name}`)?.contact.state !== 'answering',
        );
        if (lacks.length > 0)
          throw new Error(
            `${lacks.join()}: ${nodes()
              .map(({ name, contact }) => `${name} ${JSON.stringify(contact).slice(0, 90)}`)
              .join('\n')}`,
          );
        return true;
      },
      60_000,
    );
  });
  suiteTeardown(async () => {
    inventory.dispose();
    engine.dispose();
    await cleanUp(prefix);
  });

  /** The replica as its master tells of it. */
  const replicaTold = async (): Promise<Address> => {
    const [, host = '', port = ''] =
      /slave0:ip=([^,]*),port=(\d+)/.exec(await ask('m', 6379, 'INFO', 'replication')) ?? [];
    return { host, port: Number(port) };
  };
  /** The other Sentinel as this one tells of it; none where it knows of none. */
  const sentinelTold = async (): Promise<string> =>
    /ip\n(.*)\nport\n(\d+)/
      .exec(await ask('s2', 26379, 'SENTINEL', 'SENTINELS', 'orders'))
      ?.slice(1)
      .join(':') ?? 'nobody';

  test('a replica: its master is told at once, without a full resync, and sends clients there', async () => {
    assert.deepEqual(await replicaTold(), { host: '127.0.0.1', port: nobody });
    assert.match(await read(direct(await replicaTold())), /Error/);
    const reach = await measured('r');
    assert.equal(reach.finding.code, 'reach-elsewhere', JSON.stringify(reach.finding));
    const { notKept, back } = await mend(inventory, engine, secrets, node('r'), bestFix(reach, node('r')));
    assert.deepEqual(notKept, []);
    assert.deepEqual(await replicaTold(), { host: await addressOf('r'), port: 6379 });
    assert.match(await ask('m', 6379, 'INFO'), /sync_full:1\b/);
    assert.equal((await measured('r')).finding.code, 'reach-fine');
    assert.equal(await read(direct(await replicaTold())), 'hello');
    await back();
    assert.deepEqual(await replicaTold(), { host: '127.0.0.1', port: nobody });

    await mend(inventory, engine, secrets, node('r'), { code: 'announce', node: node('r').id });
    await startAgain('r');
    await comes('the link', async () => (await replicaTold()).host === (await addressOf('r')));
    assert.equal(await read(direct(await replicaTold())), 'hello');
  });

  test('a Sentinel: the others forget nobody, and find it where it lives', async () => {
    await comes('the wrong address is known', async () => (await sentinelTold()) === `127.0.0.1:${nobody}`);
    assert.match(await read(bySentinel({ host: '127.0.0.1', port: nobody })), /Error/);
    const reach = await measured('s1');
    assert.equal(reach.finding.code, 'reach-elsewhere', JSON.stringify(reach.finding));
    const { back } = await mend(inventory, engine, secrets, node('s1'), bestFix(reach, node('s1')));
    await comes('the right one', async () => (await sentinelTold()) === `${await addressOf('s1')}:26379`);
    assert.equal((await measured('s1')).finding.code, 'reach-fine'); // and it has started again in between
    const told = parseAddress(await sentinelTold());
    await comes('a client that follows', async () => (await read(bySentinel(told))) === 'hello');

    await back();
    await comes('as before', async () => (await sentinelTold()) === `127.0.0.1:${nobody}`);
    const byName = await mend(inventory, engine, secrets, node('s1'), {
      code: 'announce',
      node: node('s1').id,
      to: { host: await addressOf('s1'), port: 26379 },
    });
    await comes('an address that was given', async () => (await sentinelTold()) === `${await addressOf('s1')}:26379`);
    await byName.back();
    await comes('as before', async () => (await sentinelTold()) === `127.0.0.1:${nobody}`);
    await mend(inventory, engine, secrets, node('s1'), { code: 'announce', node: node('s1').id });
  });

  test('a replica by name: the Sentinels resolve names first, and know it by the name then', async () => {
    await mend(inventory, engine, secrets, node('r'), {
      code: 'announce',
      node: node('r').id,
      to: { host: `${prefix}-r`, port: 6379 },
    });
    assert.equal(formatAddress(await replicaTold()), `${prefix}-r:6379`);
    for (const name of ['s1', 's2']) {
      const settings = await ask(name, 26379, 'SENTINEL', 'CONFIG', 'GET', '*-hostnames');
      assert.equal(settings.match(/^yes$/gm)?.length, 2, settings);
    }
    await comes('known by name', async () =>
      (await ask('s2', 26379, 'SENTINEL', 'REPLICAS', 'orders')).includes(`name\n${prefix}-r:6379\n`),
    );
  });

  test('a cluster node: its peers reach it again, and clients are sent where it lives, or told a name', async () => {
    const own = async (): Promise<string> => `${await addressOf('c1')}:${first}`;
    /** The first node as the second sends clients there. */
    const told = async (): Promise<string> =>
      (await ask('c2', second, 'CLUSTER', 'SLOTS')).split('\n').slice(2, 4).join(':');
    assert.equal(await told(), `127.0.0.1:${nobody}`);
    assert.match(await read(inCluster()), /Error/);
    const reach = await measured('c1');
    assert.deepEqual(reach.finding, {
      code: 'reach-elsewhere',
      announced: { host: '127.0.0.1', port: nobody },
      use: { host: '127.0.0.1', port: first },
      why: 'other-port',
    });
    const topology = inventory.snapshot.topologies.find(({ id }) => id === node('c1').topologyId);
    const { notKept, back } = await mend(
      ...([inventory, engine, secrets, node('c1')] as const),
      bestFix(reach, node('c1'), topology),
    );
    assert.deepEqual(notKept, []);
    await comes('its own', async () => (await told()) === (await own()));
    await comes('both well', async () =>
      /cluster_state:ok[^]*slots_pfail:0/.test(await ask('c2', second, 'CLUSTER', 'INFO')),
    );
    assert.equal((await measured('c1')).finding.code, 'reach-fine');
    assert.equal(await read(inCluster()), 'hello');
    await back();
    await comes('as before', async () => (await told()) === `127.0.0.1:${nobody}`);

    await mend(inventory, engine, secrets, node('c1'), { code: 'announce', node: node('c1').id });
    // As where networks of containers lead nowhere: clients go by a name of this machine, peers by addresses.
    for (const [name, port] of [
      ['c1', first],
      ['c2', second],
    ] as const)
      await mend(inventory, engine, secrets, node(name), {
        ...{ code: 'announce', node: node(name).id },
        to: { host: 'localhost', port },
      });
    await startAgain('c1');
    await comes('there again, as it was told', async () =>
      /\blocalhost\b/.test(await ask('c1', first, 'CONFIG', 'GET', 'cluster-announce-hostname')),
    );
    await comes('the name', async () => (await told()) === `localhost:${first}`);
    await comes('peers by address', async () => {
      const { host } = parseAddress(await own());
      return new RegExp(` ${host}:${first}@${first + 10_000},localhost master .* connected 0-16000`).test(
        await ask('c2', second, 'CLUSTER', 'NODES'),
      );
    });
    const followed: string[] = [];
    await comes('a client that follows', async () => (await read(inCluster(), followed)) === 'hello');
    assert.deepEqual(followed, [`localhost:${first}`, `localhost:${second}`]);
    assert.equal((await measured('c1')).finding.code, 'reach-fine');
  });
});
