// Topologies that somebody else made, added by a URL of one of their servers: real servers, no engine that knows them.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { HumanError, isFault } from '../../src/base/errors';
import type { RedisConnector, RedisFault } from '../../src/redis/client';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import type { Topology } from '../../src/model/snapshot';
import { checkFailover } from '../../src/topology/failoverCheck';
import { failoverRequestOf } from '../../src/topology/failoverPlan';
import { failoverSentinel } from '../../src/topology/failoverSentinel';
import { measureReach } from '../../src/topology/reach/measure';
import { verifyTopology } from '../../src/topology/verify/verify';
import { cleanUp, docker } from '../support/docker';
import { certificates, ExistingWorld, rowsOf } from '../support/existing';
import { newPrefix, testPort, testPorts, until } from '../support/naming';
import type { RealRedis } from '../support/realRedis';
import { startRedis } from '../support/realRedis';

const run = promisify(execFile);
const cli = async (port: number, ...words: string[]): Promise<string> =>
  (await run('redis-cli', ['--no-auth-warning', '-p', String(port), ...words])).stdout.trim();

suite('topologies added by their address', function () {
  this.timeout(120_000);
  const servers: RealRedis[] = [];
  let world: ExistingWorld;
  const started = async (...args: Parameters<typeof startRedis>): Promise<RealRedis> => {
    const server = await startRedis(...args);
    servers.push(server);
    return server;
  };
  setup(() => {
    world = new ExistingWorld();
  });
  teardown(async () => {
    world.dispose();
    await Promise.all(servers.splice(0).map(server => server.stop()));
  });

  test('a chain of replicas, from its last link; nothing but looks is sent; removed from view, nobody talks to it any more', async () => {
    const master = await started();
    const middle = await started({ conf: [`replicaof 127.0.0.1 ${master.port}`] });
    const last = await started({ conf: [`replicaof 127.0.0.1 ${middle.port}`] });
    const { id } = await world.add(`redis://127.0.0.1:${last.port}`);
    const topology = await world.see(id, one => one.nodes.length === 3 && one.health.level === 'healthy');
    assert.deepEqual(rowsOf(topology), [
      `${master.port} master`,
      `${middle.port} replica of ${master.port}`,
      `${last.port} replica of ${middle.port}`,
    ]);
    assert.deepEqual(
      [topology.kind, topology.owned, topology.added, topology.name],
      ['replication', false, { changes: false }, `redis://127.0.0.1:${last.port}`],
    );
    const said = await cli(master.port, 'INFO', 'commandstats');
    const sent = [...said.matchAll(/^cmdstat_([^:]+)/gm)]
      .map(match => match[1])
      .filter(name => !/^(?:replconf|psync|command|info|ping|client\|setinfo|psubscribe)/.test(name ?? ''));
    assert.deepEqual(sent, []);
    // roles turn: it follows
    await cli(middle.port, 'REPLICAOF', 'NO', 'ONE');
    await cli(master.port, 'REPLICAOF', '127.0.0.1', String(middle.port));
    await world.see(
      id,
      one => rowsOf(one)[0] === `${middle.port} master` && one.health.level === 'healthy' && one.nodes.length === 3,
    );
    await world.list.remove(id);
    await until(
      'an empty view',
      () => world.inventory.snapshot.topologies.length === 0 && world.inventory.snapshot.others.length === 0,
    );
    for (const { port } of servers)
      await until(
        `no connection to ${port}`,
        async () => (await cli(port, 'CLIENT', 'LIST', 'TYPE', 'normal')).split('\n').length === 1,
      );
    assert.deepEqual([world.records.keys(), [...world.secrets.kept]], [[], []]);
  });

  test('an act on it is refused until it is allowed, and again afterwards', async () => {
    const { port } = await started();
    const entry = await world.add(`redis://127.0.0.1:${port}`);
    await world.see(entry.id, one => one.nodes[0]?.contact.state === 'answering');
    const connection = await world.connector.connect({ address: { host: '127.0.0.1', port } });
    await assert.rejects(connection.call(['SET', 'a', '1']), error => isFault(error, 'read-only'));
    await assert.rejects((await world.inventory.connectionTo(`127.0.0.1:${port}`)).call(['FLUSHALL']), error =>
      isFault(error, 'read-only'),
    );
    await world.list.change(entry.id, { changes: true });
    assert.equal(await connection.call(['SET', 'a', '1']), 'OK');
    await world.see(entry.id, one => one.added?.changes === true);
    await world.list.change(entry.id, { changes: false });
    await assert.rejects(connection.call(['SET', 'a', '2']), error => isFault(error, 'read-only'));
    assert.equal(await cli(port, 'GET', 'a'), '1');
    connection.dispose();
  });

  test('passwords: an ACL user on the servers, another password on the Sentinels; from one Sentinel, and from a replica alone', async () => {
    const access = [
      'requirepass pw-data',
      'masterauth pw-data',
      'user viewer on >pw-viewer +info +ping +psubscribe allchannels',
    ];
    const master = await started({ conf: access });
    const replicas = [
      await started({ conf: [...access, `replicaof 127.0.0.1 ${master.port}`] }),
      await started({ conf: [...access, `replicaof 127.0.0.1 ${master.port}`] }),
    ];
    const sentinels: RealRedis[] = [];
    for (let count = 0; count < 3; count++) {
      sentinels.push(
        await started({
          sentinel: true,
          conf: [
            `sentinel monitor orders 127.0.0.1 ${master.port} 2`,
            'sentinel auth-pass orders pw-data',
            'sentinel down-after-milliseconds orders 3000',
            'requirepass pw-sentinel',
            'sentinel sentinel-pass pw-sentinel',
          ],
        }),
      );
    }
    const whole = await world.add(
      `redis+sentinel://viewer:pw-viewer@127.0.0.1:${sentinels[0]?.port}/orders?sentinel_password=pw-sentinel`,
    );
    const topology = await world.see(whole.id, one => one.nodes.length === 6 && one.health.level === 'healthy');
    assert.deepEqual(
      rowsOf(topology).map(row => row.replace(/^\d+ /, '')),
      ['master', `replica of ${master.port}`, `replica of ${master.port}`, 'sentinel', 'sentinel', 'sentinel'],
    );
    assert.deepEqual(
      [topology.kind, topology.masterName, topology.quorum],
      ['sentinel', 'orders', { required: 2, known: 3, usable: 3, majority: 2 }],
    );
    assert.ok(!JSON.stringify([...world.records.kept]).includes('pw-'), 'a password in a record');
    await world.list.remove(whole.id);
    await until('an empty view', () => world.inventory.snapshot.topologies.length === 0);
    // the greetings on the master's channel tell of the Sentinels; their password is not known here, and that is what is said
    const part = await world.add(`redis://:pw-data@127.0.0.1:${replicas[1]?.port}`);
    const seen = await world.see(
      part.id,
      one => one.nodes.filter(node => node.role === 'master' || node.role === 'replica').length === 3,
    );
    assert.equal(seen.nodes[0]?.id, `127.0.0.1:${master.port}`);
    await world.list.remove(part.id);
    // without any password: shown as locked, not as dead
    const locked = await world.add(`redis://127.0.0.1:${master.port}`);
    await world.see(
      locked.id,
      one => one.health.level === 'unknown' && rowsOf(one)[0]?.endsWith('password-required') === true,
    );
    await world.list.remove(locked.id);
    await verbsWithBothPasswords(sentinels[0]?.port);
  });

  /** What is logged in at servers and Sentinels with a password each: everything is tried, then the master's role is handed over. */
  const verbsWithBothPasswords = async (sentinelPort: number | undefined): Promise<void> => {
    const signal = new AbortController().signal;
    const entry = await world.add(
      `redis+sentinel://:pw-data@127.0.0.1:${sentinelPort}/orders?sentinel_password=pw-sentinel`,
    );
    await world.list.change(entry.id, { changes: true });
    const whole = (one: Topology): boolean => one.nodes.length === 6 && one.health.level === 'healthy';
    const topology = await world.see(entry.id, one => whole(one) && one.added?.changes === true);
    const deps = { connector: world.connector, secrets: world.secrets, now: () => Date.now(), uuid: randomUUID };
    const { items } = await verifyTopology(deps, { topology, rewrite: true }, signal);
    assert.deepEqual([items.filter(({ ok }) => !ok), items.filter(({ code }) => code === 'quorum').length], [[], 3]);
    const reach = await measureReach(deps, topology.nodes, topology.id, signal);
    assert.deepEqual(
      reach.map(({ here }) => here.length > 0),
      reach.map(() => true),
    );
    const request = failoverRequestOf(topology);
    if ('code' in request) throw new HumanError(request);
    const { refusals, sentinels } = await checkFailover(deps, request, signal);
    assert.deepEqual([refusals, sentinels], [[], { answering: 3, of: 3 }]);
    const report = await failoverSentinel(deps, request, signal, () => undefined);
    assert.notEqual(report.node, request.master.name);
    await world.see(entry.id, one => whole(one) && one.nodes[0]?.name === report.node);
    await world.list.remove(entry.id);
    await until('an empty view', () => world.inventory.snapshot.topologies.length === 0);
  };

  /** All that is asked of a cluster holds: its replica reads what its master took, and sends who asks for another key on, as any client does. */
  const verifyOf = async (id: string, { name }: Topology): Promise<void> => {
    await world.list.change(id, { changes: true });
    const topology = await world.see(
      id,
      one =>
        one.added?.changes === true &&
        one.nodes.some(
          ({ contact }) => contact.state === 'answering' && contact.report.replication?.master?.link === 'up',
        ),
    );
    const deps = { connector: world.connector, secrets: world.secrets, now: () => Date.now(), uuid: randomUUID };
    const { items } = await verifyTopology(deps, { topology, rewrite: false }, new AbortController().signal);
    assert.deepEqual(
      items.filter(({ ok, code }) => !ok && code !== 'survives'),
      items.filter(item => item.code === 'rewrite' && item.why === 'no-conf'),
      name,
    );
    assert.equal(items.filter(({ code }) => code === 'redirect').length, 2);
  };

  test('TLS with an authority of its own: found with it, refused without it', async () => {
    const files = certificates();
    try {
      const tls = (port: number): readonly string[] => [
        'port 0',
        `tls-port ${port}`,
        `tls-cert-file ${files.cert}`,
        `tls-key-file ${files.key}`,
        `tls-ca-cert-file ${files.ca}`,
        'tls-auth-clients no',
        'tls-replication yes',
      ];
      const first = await testPorts(2);
      const second = first + 1;
      await started({ port: first, conf: tls(first) });
      await started({ port: second, conf: [...tls(second), `replicaof 127.0.0.1 ${first}`] });
      const ca = readFileSync(files.ca, 'utf8');
      const blind = await world.add(`rediss://127.0.0.1:${second}`);
      await world.see(blind.id, one => rowsOf(one)[0]?.endsWith(' tls') === true);
      await world.list.remove(blind.id);
      const plain = await world.add(`redis://127.0.0.1:${second}`);
      await world.see(plain.id, one => one.nodes[0]?.contact.state === 'silent');
      await world.list.remove(plain.id);
      const trusting = await world.add(`rediss://127.0.0.1:${second}`, ca);
      const topology = await world.see(trusting.id, one => one.nodes.length === 2 && one.health.level === 'healthy');
      assert.deepEqual(rowsOf(topology), [`${first} master`, `${second} replica of ${first}`]);
      await world.list.remove(trusting.id);
      const careless = await world.add(`rediss://127.0.0.1:${first}?ssl_cert_reqs=none`);
      await world.see(careless.id, one => one.health.level === 'healthy');
      // a verb that knows nothing of TLS comes through as well
      const connection = await world.connector.connect({ address: { host: '127.0.0.1', port: first } });
      assert.equal(await connection.call(['PING']), 'PONG');
      connection.dispose();
    } finally {
      files.remove();
    }
  });

  test('a cluster that announces addresses which lead nowhere from here: its nodes are found behind the forwarding host, and by their ids', async () => {
    const prefix = newPrefix();
    const first = await testPorts(3);
    const [second, third] = [first + 1, first + 2];
    const ports = [first, second, third];
    const strange = (await started()).port; // listens where a node that is not forwarded would be looked for
    try {
      await docker('network', 'create', '--label', 'redis-topology-test', prefix);
      for (const port of ports)
        await docker(
          'run',
          '-d',
          '--name',
          `${prefix}-${port}`,
          '--network',
          prefix,
          '-p',
          `127.0.0.1:${port}:${port}`,
          'redis:7.0',
          'redis-server',
          '--port',
          String(port),
          '--cluster-enabled',
          'yes',
          '--cluster-node-timeout',
          '2000',
          '--save',
          '',
          '--protected-mode',
          'no',
        );
      const addressOf = async (port: number): Promise<string> =>
        (
          await docker('inspect', '-f', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', `${prefix}-${port}`)
        ).trim();
      const hosts = await Promise.all(ports.map(addressOf));
      for (const port of ports) await until('PONG', async () => (await cli(port, 'PING').catch(() => '')) === 'PONG');
      await cli(first, 'CLUSTER', 'ADDSLOTSRANGE', '0', '8191');
      await cli(second, 'CLUSTER', 'ADDSLOTSRANGE', '8192', '16383');
      for (const [index, port] of ports.entries())
        if (port !== first) await cli(first, 'CLUSTER', 'MEET', hosts[index] ?? '', String(port));
      await until(
        'a cluster',
        async () =>
          (await cli(third, 'CLUSTER', 'INFO')).includes('cluster_state:ok') &&
          (await cli(third, 'CLUSTER', 'NODES')).split('\n').length === 3,
      );
      await cli(third, 'CLUSTER', 'REPLICATE', await cli(first, 'CLUSTER', 'MYID'));
      const inner = new IoredisConnector();
      const onlyHere: RedisConnector = {
        connect: (endpoint, options) =>
          endpoint.address.host === '127.0.0.1'
            ? inner.connect(endpoint, options)
            : Promise.reject(
                new HumanError<RedisFault>({ code: 'redis-silent', address: endpoint.address, reason: 'no-address' }),
              ),
      };
      world.dispose();
      world = new ExistingWorld(onlyHere);
      const one = await world.add(`redis://127.0.0.1:${first}`);
      const topology = await world.see(
        one.id,
        now =>
          now.nodes.length === 3 &&
          now.nodes.every(node => node.contact.state === 'answering') &&
          now.nodes.filter(node => node.role === 'replica').length === 1,
      );
      assert.equal(topology.kind, 'cluster');
      assert.deepEqual(topology.nodes.map(node => node.reachable?.port).sort(), [...ports].sort());
      assert.deepEqual(topology.nodes.map(node => node.announced?.host).sort(), [...hosts].sort());
      assert.deepEqual(topology.cluster?.uncovered, []);
      await verifyOf(one.id, topology);
      await world.list.remove(one.id);
      // another server listens at the port of a node that is not forwarded: it is not taken for that node
      await docker('rm', '-f', `${prefix}-${third}`);
      await docker(
        'run',
        '-d',
        '--name',
        `${prefix}-${third}`,
        '--network',
        prefix,
        'redis:7.0',
        'redis-server',
        '--port',
        String(strange),
        '--cluster-enabled',
        'yes',
        '--cluster-node-timeout',
        '2000',
        '--save',
        '',
        '--protected-mode',
        'no',
      );
      const host = await addressOf(third);
      await cli(first, 'CLUSTER', 'MEET', host, String(strange));
      await until('the third is known', async () =>
        (await cli(first, 'CLUSTER', 'NODES')).includes(`${host}:${strange}@`),
      );
      const again = await world.add(`redis://127.0.0.1:${second},127.0.0.1:${first}`);
      await world.see(
        again.id,
        now =>
          now.nodes.some(node => node.id === `${host}:${strange}` && node.contact.state === 'silent') &&
          now.nodes.filter(node => node.contact.state === 'answering').length === 2,
      );
    } finally {
      await cleanUp(prefix);
    }
  });

  test('servers that do not answer are shown all the same, with the reason', async () => {
    const port = await testPort();
    const { id } = await world.add(`redis+sentinel://127.0.0.1:${port}/orders`);
    const topology = await world.see(id, one => rowsOf(one)[0]?.endsWith('refused') === true);
    assert.equal(topology.kind, 'sentinel');
  });
});
