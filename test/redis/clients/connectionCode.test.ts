import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from '../../../src/base/abort';
import { createDockerEngine } from '../../../src/engine/docker';
import { ioredis, nodeRedis } from '../../../src/editor/connectionCode/node';
import { redisPy } from '../../../src/editor/connectionCode/python';
import { redisCli } from '../../../src/editor/connectionCode/shell';
import type { Client } from '../../../src/editor/connectionCode/snippet';
import { PASSWORD_VARIABLE } from '../../../src/editor/connectionCode/snippet';
import type { Topology } from '../../../src/model/snapshot';
import { formatAddress } from '../../../src/model/address';
import { IoredisConnector } from '../../../src/redis/ioredisClient';
import type { Standpoint } from '../../../src/topology/access';
import { accessOfTopology } from '../../../src/topology/access';
import { createCluster, prepareCluster } from '../../../src/topology/cluster/createCluster';
import { failoverCluster } from '../../../src/topology/cluster/failover';
import { createReplication, prepareReplication } from '../../../src/topology/createReplication';
import { createSentinel } from '../../../src/topology/createSentinel';
import { failoverReplication, handoverRequestOf } from '../../../src/topology/failoverReplication';
import { failoverRequestOf } from '../../../src/topology/failoverPlan';
import { failoverSentinel } from '../../../src/topology/failoverSentinel';
import { Inventory } from '../../../src/topology/inventory';
import { removeTopology } from '../../../src/topology/removeTopology';
import { seatOf } from '../../../src/topology/talk';
import { newPrefix, testPorts } from '../../support/naming';
import { plain } from '../../support/plain';
import { only } from '../../support/someContainers';
import { clusterRequest, dockerDeps, noSignal, planOf, silent, volume } from '../../support/topologies';

const t = plain;
/** Inside the project, so that Node finds the libraries of its package. */
mkdirSync('out', { recursive: true });
const folder = mkdtempSync(resolve('out', 'connection-code-'));

const inJavaScript = (key: string): string => `
    for (let n = 0; ; n++) {
      await redis.set('${key}', String(n)).then(async () => console.log(Number(await redis.get('${key}')) === n ? 'ok' : 'lost'), error => console.log(String(error)));
      await new Promise(done => setTimeout(done, 100));
    }`;

/** What each program does again and again instead of the one example at its end; every round prints the server that took the write, or the error. */
const loops: Readonly<Record<string, readonly [file: string, command: readonly string[], loop: string]>> = {
  ioredis: ['ioredis.mjs', [process.execPath], inJavaScript('ioredis')],
  nodeRedis: ['node-redis.mjs', [process.execPath], inJavaScript('node-redis')],
  redisPy: [
    'redis-py.py',
    ['/usr/bin/python3', '-u'],
    `
import time
n = 0
while True:
    try:
        client.set("redis-py", n)
        print("ok" if int(client.get("redis-py")) == n else "lost")
    except Exception as error:
        print(error)
    n += 1
    time.sleep(0.1)
`,
  ],
};

/** A program made of the code that a user would get, running until it is stopped. */
class Program {
  readonly #child: ChildProcess;
  readonly said: string[] = [];

  constructor(
    readonly client: Client,
    topology: Topology,
    from: Standpoint,
    password: string,
  ) {
    const [file, [command = '', ...args], loop] = loops[client.id]!;
    const text = codeOf(client, topology, from);
    const example = /^(await redis|client)\.set\(/m.exec(text);
    assert.ok(example, text);
    writeFileSync(join(folder, file), text.slice(0, example.index) + loop);
    this.#child = spawn(command, [...args, join(folder, file)], {
      env: { PATH: process.env['PATH'], [PASSWORD_VARIABLE]: password },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      createInterface(stream).on('line', line => this.said.push(line));
  }

  /** Waits until it has written `count` times more. */
  async goesOn(count: number): Promise<void> {
    const before = this.#written();
    const why = (): string => `${this.client.label} says ${this.said.slice(-6).join(' · ')}`;
    await until('writes', { everyMs: 50, deadlineMs: 60_000 }, () => {
      assert.equal(this.#child.exitCode, null, why());
      return Promise.resolve(this.#written() - before >= count || undefined);
    }).catch((error: unknown) => {
      throw new Error(why(), { cause: error });
    });
    assert.ok(!this.said.includes('lost'), why());
  }

  /** Waits until it says something like it. */
  async says(wanted: RegExp): Promise<void> {
    await until('says', { everyMs: 50, deadlineMs: 30_000 }, () =>
      Promise.resolve(this.said.some(line => wanted.test(line)) || undefined),
    ).catch((error: unknown) => {
      throw new Error(`${this.client.label} says ${this.said.slice(-6).join(' · ')}`, { cause: error });
    });
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }

  #written(): number {
    return this.said.filter(line => line === 'ok').length;
  }
}

function codeOf(client: Client, topology: Topology, from: Standpoint): string {
  const access = accessOfTopology(topology, from);
  assert.ok(!('code' in access), topology.name);
  const password = { variable: PASSWORD_VARIABLE };
  return client.render(t, {
    access,
    password,
    ...(topology.kind === 'sentinel' ? { sentinelPassword: password } : {}),
    tls: false,
  });
}

/** Runs the code for redis-cli, with commands on its standard input. */
function cli(topology: Topology, from: Standpoint, password: string, ...commands: readonly string[]): string {
  const { stdout, stderr } = spawnSync('sh', ['-c', codeOf(redisCli, topology, from)], {
    input: `${commands.join('\n')}\n`,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], [PASSWORD_VARIABLE]: password },
  });
  return stdout + stderr;
}

/** The code that users copy is run: as it stands but for its last lines, against a topology of each kind, with a failover in the middle. */
suite('connection code against real topologies', function () {
  this.timeout(180_000);
  const deps = dockerDeps();
  const engine = createDockerEngine({ owner: 'verbs-test' });
  suiteTeardown(() => {
    deps.dispose();
    engine.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The topology as the tree sees it, whole. */
  async function seen(name: string, nodes: number): Promise<{ readonly topology: () => Topology; dispose(): void }> {
    const inventory = new Inventory({
      engines: [only(engine, instance => instance.ownership?.topologyName === name)],
      connector: new IoredisConnector(),
      secrets: deps.secrets,
    });
    inventory.setVisible(true);
    await inventory.refresh();
    const topology = (): Topology => inventory.snapshot.topologies[0]!;
    await until('a whole topology', { everyMs: 50, deadlineMs: 20_000 }, () =>
      Promise.resolve(
        inventory.snapshot.topologies[0]?.nodes.filter(node => node.reachable && node.announced).length === nodes ||
          undefined,
      ),
    );
    return { topology, dispose: () => inventory.dispose() };
  }

  async function withPrograms(
    topology: Topology,
    password: string,
    users: readonly (readonly [Client, Standpoint])[],
    work: (programs: readonly Program[]) => Promise<void>,
  ): Promise<void> {
    const programs = users.map(([client, from]) => new Program(client, topology, from, password));
    try {
      await work(programs);
    } finally {
      for (const program of programs) program.stop();
    }
  }

  const remove = (topologyId: string, name: string, kind: Topology['kind']) =>
    removeTopology(deps, { topologyId, name, kind, engine: 'docker', data: true }, noSignal, silent);

  test('Sentinel: ioredis, node-redis and redis-py by mapped addresses, redis-cli; each goes on after a failover', async () => {
    const name = newPrefix();
    const report = await createSentinel(
      deps,
      { plan: await planOf(deps, name, { firstPort: await testPorts(3), firstSentinelPort: await testPorts(3) }) },
      noSignal,
      silent,
    );
    const view = await seen(name, 6);
    try {
      const password = deps.secrets.kept.get(report.topologyId) ?? '';
      const topology = view.topology();
      await withPrograms(
        topology,
        password,
        [
          [ioredis, 'here'],
          [nodeRedis, 'here'],
          [redisPy, 'here'],
        ],
        async programs => {
          await Promise.all(programs.map(program => program.goesOn(5)));
          assert.match(cli(topology, 'here', password, 'ROLE'), /^master/);
          assert.match(cli(topology, 'network', password, 'ROLE'), /^master/);
          const request = failoverRequestOf(topology);
          assert.ok(!('code' in request));
          const { to } = await failoverSentinel(deps, request, noSignal, silent);
          await Promise.all(programs.map(program => program.goesOn(10)));
          assert.match(
            cli(topology, 'here', password, 'ROLE', 'CONFIG GET port'),
            new RegExp(`^master[^]*port\n${to.port}\n`),
          );
        },
      );
    } finally {
      view.dispose();
      await remove(report.topologyId, name, 'sentinel');
    }
  });

  test('Cluster: ioredis and node-redis by mapped addresses, redis-py and redis-cli inside the network; each goes on after a failover', async () => {
    const name = newPrefix();
    const plan = await prepareCluster(deps, clusterRequest(name, await testPorts(6)), noSignal);
    const report = await createCluster(deps, { plan }, noSignal, silent);
    const view = await seen(name, 6);
    try {
      const password = deps.secrets.kept.get(report.topologyId) ?? '';
      const topology = view.topology();
      await withPrograms(
        topology,
        password,
        [
          [ioredis, 'here'],
          [nodeRedis, 'here'],
          [redisPy, 'network'],
        ],
        async programs => {
          await Promise.all(programs.map(program => program.goesOn(5)));
          // One key of each program's; all three masters change, so that each of them has to follow.
          assert.match(cli(topology, 'network', password, 'SET page 1', 'GET page'), /OK\n1\n$/);
          const seats = topology.nodes.flatMap(node => seatOf(node) ?? []);
          for (const replica of topology.nodes.filter(({ role }) => role === 'replica')) {
            await failoverCluster(
              deps,
              { target: { topologyId: topology.id, name, seats }, node: replica.name, mode: 'safe' },
              noSignal,
              silent,
            );
          }
          await Promise.all(programs.map(program => program.goesOn(10)));
          assert.match(cli(topology, 'network', password, 'GET page'), /(^|\n)1\n$/);
        },
      );
    } finally {
      view.dispose();
      await remove(report.topologyId, name, 'cluster');
    }
  });

  test('replication: each library talks to the master, is refused by it after a failover, and the code written then leads to the new one', async () => {
    const name = newPrefix();
    const plan = await prepareReplication(
      deps,
      { name, engine: 'docker', image: 'redis:7.0', replicas: 1, firstPort: await testPorts(2), storage: volume },
      noSignal,
    );
    const report = await createReplication(deps, { plan }, noSignal, silent);
    const view = await seen(name, 2);
    try {
      const password = deps.secrets.kept.get(report.topologyId) ?? '';
      const topology = view.topology();
      const users = [
        [ioredis, 'here'],
        [nodeRedis, 'network'],
        [redisPy, 'here'],
      ] as const;
      await withPrograms(topology, password, users, async programs => {
        await Promise.all(programs.map(program => program.goesOn(5)));
        assert.match(cli(topology, 'here', password, 'ROLE'), /^master/);
        await failoverReplication(deps, handoverRequestOf(topology) ?? assert.fail(), noSignal, silent);
        // Nobody tells them: they stay where they are, which says what it says in the comment.
        await Promise.all(programs.map(program => program.says(/READONLY|read only replica/)));
        assert.match(cli(topology, 'here', password, 'ROLE'), /^slave/);
      });
      const [successor] = topology.nodes.filter(({ role }) => role === 'replica').map(node => node.reachable!);
      assert.ok(codeOf(ioredis, topology, 'here').includes(`ask ${formatAddress(successor!)} for ROLE`));
      const roles = (): string =>
        view
          .topology()
          .nodes.map(({ role }) => role)
          .sort()
          .join();
      await until('the new roles', { everyMs: 50, deadlineMs: 20_000 }, () =>
        Promise.resolve(
          (roles() === 'master,replica' &&
            view.topology().nodes.find(({ role }) => role === 'master')?.reachable?.port === successor?.port) ||
            undefined,
        ),
      );
      await withPrograms(view.topology(), password, users, async programs => {
        await Promise.all(programs.map(program => program.goesOn(5)));
        assert.match(cli(view.topology(), 'here', password, 'ROLE'), /^master/);
      });
      assert.ok(
        topology.nodes.every(node => formatAddress(node.announced!) !== formatAddress(node.reachable!)),
        'the map was needed',
      );
    } finally {
      view.dispose();
      await remove(report.topologyId, name, 'replication');
    }
  });
});
