import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { isFault } from '../../../src/base/errors';
import { formatRanges } from '../../../src/model/slots';
import { ReplyError } from '../../../src/redis/client';
import { lacksOf } from '../../../src/topology/cluster/agreement';
import { joinCluster } from '../../../src/topology/cluster/join';
import type { JoinFault, JoinRequest, JoinResult } from '../../../src/topology/cluster/join';
import { planCluster } from '../../../src/topology/cluster/plan';
import type { ClusterPeer } from '../../../src/topology/cluster/wire';
import { startClusterServers } from '../../support/clusterServers';
import type { ClusterServers } from '../../support/clusterServers';

const planFor = (servers: ClusterServers, replicas: number) =>
  planCluster(
    servers.nodes.map(({ name }) => ({ name, host: 'here' })),
    replicas,
  );
const join = (servers: ClusterServers, replicas: number, more: Partial<JoinRequest> = {}): Promise<JoinResult> =>
  joinCluster({ peers: servers.nodes, plan: planFor(servers, replicas), ...more }, AbortSignal.timeout(60_000));

async function using(
  count: number,
  options: Parameters<typeof startClusterServers>[1],
  work: (servers: ClusterServers) => Promise<void>,
): Promise<void> {
  const servers = await startClusterServers(count, options);
  try {
    await work(servers);
  } finally {
    await servers.stop();
  }
}

/** The truth, asked by another program. */
function redisCliCheck(servers: ClusterServers, password?: string): string {
  const port = String(servers.nodes[0]?.announced.port);
  return execFileSync('redis-cli', ['--cluster', 'check', `127.0.0.1:${port}`], {
    encoding: 'utf8',
    env: { ...process.env, ...(password === undefined ? {} : { REDISCLI_AUTH: password }) },
  });
}

function roles(result: JoinResult): string {
  return result.wanted.shards
    .map(
      shard => `${shard.master}[${formatRanges(shard.ranges)}]${shard.replicas.map(replica => `<${replica}`).join('')}`,
    )
    .join(' ');
}

suite('cluster: joining real servers', function () {
  this.timeout(60_000);

  const cases: readonly [
    title: string,
    nodes: number,
    replicas: number,
    road: 'quick' | 'direct',
    ageMs: number,
    expected: string,
  ][] = [
    ['3+3, quickly', 6, 1, 'quick', 0, 'n1[0-5460]<n5 n2[5461-10922]<n6 n3[10923-16383]<n4'],
    ['3+3, directly', 6, 1, 'direct', 0, 'n1[0-5460]<n5 n2[5461-10922]<n6 n3[10923-16383]<n4'],
    ['3+3 that are up for long, quickly', 6, 1, 'quick', 2600, 'n1[0-5460]<n5 n2[5461-10922]<n6 n3[10923-16383]<n4'],
    ['3+3 that are up for long, directly', 6, 1, 'direct', 2600, 'n1[0-5460]<n5 n2[5461-10922]<n6 n3[10923-16383]<n4'],
    ['3+0', 3, 0, 'direct', 0, 'n1[0-5460] n2[5461-10922] n3[10923-16383]'],
    ['seven nodes of the notes', 7, 1, 'quick', 0, 'n1[0-5460]<n5<n4 n2[5461-10922]<n6 n3[10923-16383]<n7'],
    ['3+6', 9, 2, 'quick', 0, 'n1[0-5460]<n5<n6 n2[5461-10922]<n7<n8 n3[10923-16383]<n9<n4'],
  ];
  for (const [title, nodes, replicas, road, ageMs, expected] of cases) {
    test(title, () =>
      using(nodes, {}, async servers => {
        await new Promise(resolve => setTimeout(resolve, ageMs));
        const result = await join(servers, replicas, { road });
        assert.equal(result.road, road);
        assert.equal(roles(result), expected);
        assert.deepEqual(lacksOf(result.wanted, await servers.look()), []);
        assert.match(redisCliCheck(servers), /All nodes agree about slots[^]*All 16384 slots covered/);
        for (const { connection } of servers.nodes) {
          assert.deepEqual(await connection.call(['CONFIG', 'GET', 'cluster-node-timeout']), [
            'cluster-node-timeout',
            '2000',
          ]);
          assert.deepEqual(await connection.call(['DBSIZE']), 0);
        }
      }),
    );
  }

  test('with a password, and settings put back as they were', () =>
    using(6, { password: 'secret', conf: ['repl-diskless-sync-delay 3'] }, async servers => {
      await join(servers, 1);
      assert.match(redisCliCheck(servers, 'secret'), /All 16384 slots covered/);
      for (const { connection } of servers.nodes)
        assert.deepEqual(await connection.call(['CONFIG', 'GET', 'repl-diskless-sync-delay']), [
          'repl-diskless-sync-delay',
          '3',
        ]);
    }));

  test('started anew after it was cut off at any step', () =>
    using(6, {}, async servers => {
      for (const stop of ['meet', 'replicate', 'agree-all', 'prove'] as const) {
        const cut = new AbortController();
        await assert.rejects(
          joinCluster(
            { peers: servers.nodes, plan: planFor(servers, 1), startAnew: true },
            cut.signal,
            (step, work) => {
              if (step === stop) cut.abort();
              return work();
            },
          ),
          { name: 'AbortError' },
        );
        await assert.rejects(join(servers, 1), error => isFault(error, 'node-in-cluster'), stop);
        const again = await join(servers, 1, { startAnew: true });
        assert.deepEqual(lacksOf(again.wanted, await servers.look()), [], stop);
      }
    }));

  test('a server that says nothing for a while, as on a slow disk, is waited for', () =>
    using(6, { conf: ['cluster-node-timeout 5000'] }, async servers => {
      const { signal } = servers.node('n4').server;
      const result = await joinCluster(
        { peers: servers.nodes, plan: planFor(servers, 1) },
        AbortSignal.timeout(60_000),
        (step, work) => {
          if (step === 'meet') {
            signal('SIGSTOP');
            setTimeout(() => signal('SIGCONT'), 1800);
          }
          return work();
        },
      );
      assert.deepEqual(lacksOf(result.wanted, await servers.look()), []);
    }));

  const refusals: readonly [
    title: string,
    expected: JoinFault['code'],
    conf: readonly string[],
    prepare: (servers: ClusterServers) => Promise<unknown>,
    more?: (servers: ClusterServers) => Partial<JoinRequest>,
  ][] = [
    [
      'a node with keys',
      'node-holds-keys',
      [],
      servers =>
        servers
          .node('n2')
          .connection.pipeline([
            ['CLUSTER', 'ADDSLOTSRANGE', '0', '16383'],
            ['CONFIG', 'SET', 'cluster-allow-reads-when-down', 'yes'],
          ])
          .then(async () => {
            for (let i = 0; i < 200; i++)
              if (
                await servers
                  .node('n2')
                  .connection.call(['SET', 'a', '1'])
                  .then(
                    () => true,
                    () => new Promise<boolean>(resolve => setTimeout(() => resolve(false), 50)),
                  )
              )
                return;
          }),
    ],
    [
      'a node that owns slots',
      'node-in-cluster',
      [],
      servers => servers.node('n3').connection.call(['CLUSTER', 'ADDSLOTS', '7']),
    ],
    [
      'a node that knows a stranger, also when starting anew',
      'node-in-cluster',
      [],
      async servers => {
        const stranger = await servers.add();
        await servers
          .node('n1')
          .connection.call(['CLUSTER', 'MEET', '127.0.0.1', String(stranger.announced.port), String(stranger.busPort)]);
        await new Promise(resolve => setTimeout(resolve, 300));
      },
      servers => ({
        startAnew: true,
        peers: servers.nodes.slice(0, 3),
        plan: planCluster(
          servers.nodes.slice(0, 3).map(({ name }) => ({ name, host: 'here' })),
          0,
        ),
      }),
    ],
    ['a server without cluster mode', 'cluster-mode-off', ['cluster-enabled no'], () => Promise.resolve()],
  ];
  for (const [title, code, conf, prepare, more] of refusals) {
    test(`${title} is refused`, () =>
      using(3, { conf }, async servers => {
        await prepare(servers);
        await assert.rejects(join(servers, 0, more?.(servers)), error => isFault(error, code));
      }));
  }

  test('a refused REPLICATE is an error that names both', () =>
    using(6, {}, async servers => {
      const peers = servers.nodes.map((node): ClusterPeer =>
        node.name !== 'n6'
          ? node
          : {
              ...node,
              connection: {
                address: node.connection.address,
                onClose: node.connection.onClose,
                call: node.connection.call.bind(node.connection),
                subscribe: node.connection.subscribe.bind(node.connection),
                dispose: () => undefined,
                pipeline: (...[commands, options]: Parameters<typeof node.connection.pipeline>) =>
                  commands[0]?.[1] === 'REPLICATE'
                    ? Promise.resolve([
                        new ReplyError('ERR To set a master the node must be empty and without assigned slots.'),
                      ])
                    : node.connection.pipeline(commands, options),
              },
            },
      );
      await assert.rejects(
        join(servers, 1, { peers, road: 'direct' }),
        error =>
          isFault(error, 'cluster-replicate-refused') &&
          (error.fault as unknown as { node: string; master: string }).node === 'n6' &&
          (error.fault as unknown as { master: string }).master === 'n2',
      );
    }));

  test('a bus port that nobody can reach ends in time and names the pairs', () =>
    using(3, {}, async servers => {
      const deaf = await servers.add(['cluster-announce-bus-port 1']);
      const peers = servers.nodes.filter(node => node.name !== 'n3');
      const plan = planCluster(
        peers.map(({ name }) => ({ name, host: 'here' })),
        0,
      );
      await assert.rejects(joinCluster({ peers, plan, deadlineMs: 5000 }, AbortSignal.timeout(40_000)), error => {
        assert.ok(isFault(error, 'cluster-cannot-talk'), String(error));
        const pairs = (error.fault as unknown as { pairs: { from: string; to: string; port: number }[] }).pairs;
        assert.ok(
          pairs.length > 0 && pairs.every(pair => pair.to === deaf.name && pair.port === deaf.busPort),
          JSON.stringify(pairs),
        );
        return true;
      });
    }));
});
