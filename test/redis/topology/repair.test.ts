import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDockerEngine } from '../../../src/engine/docker';
import { IoredisConnector } from '../../../src/redis/ioredisClient';
import { prepareRepair, repairAddresses } from '../../../src/topology/repair/repair';
import type { RepairReport, RepairRequest } from '../../../src/topology/repair/repair';
import type { Seat } from '../../../src/topology/talk';
import { docker } from '../../support/dockerWorld';
import { newPrefix, testPorts, until } from '../../support/naming';

const secrets = {
  get: () => Promise.resolve(undefined),
  set: () => Promise.resolve(),
  delete: () => Promise.resolve(),
};
const deps = { connector: new IoredisConnector(), secrets, now: () => performance.now() };
const signal = new AbortController().signal;

/** Containers made by hand on the default bridge: whoever starts first gets the first address. Their files outlive them. */
class ByHand {
  readonly root = mkdtempSync(join(tmpdir(), 'repair-'));
  readonly prefix = newPrefix();
  readonly nodes: { readonly name: string; readonly port: number }[] = [];
  readonly #engine = createDockerEngine({ owner: 'repair-test' });

  constructor() {
    chmodSync(this.root, 0o755);
  }
  async run(count: number, conf: (port: number) => readonly string[], sentinel = false): Promise<void> {
    const first = await testPorts(count);
    for (let index = 0; index < count; index++) {
      const port = first + index;
      const name = `${this.prefix}-${this.nodes.length + 1}`;
      const folder = join(this.root, name);
      mkdirSync(folder);
      chmodSync(folder, 0o777);
      writeFileSync(
        join(folder, 'server.conf'),
        `port ${port}\nprotected-mode no\ndir /conf\nappendonly ${sentinel ? 'no' : 'yes'}\n`.replace(
          sentinel ? 'appendonly no\n' : '\u0000',
          '',
        ) + `${conf(port).join('\n')}\n`,
      );
      chmodSync(join(folder, 'server.conf'), 0o666);
      docker(
        'run',
        '-d',
        '--name',
        name,
        '-p',
        `127.0.0.1:${port}:${port}`,
        '-v',
        `${folder}:/conf`,
        '--user',
        'root',
        '--entrypoint',
        'redis-server',
        'redis:7.0',
        '/conf/server.conf',
        ...(sentinel ? ['--sentinel'] : []),
      );
      this.nodes.push({ name, port });
    }
  }
  address(index: number): string {
    return docker('inspect', '--format', '{{.NetworkSettings.IPAddress}}', this.nodes[index]?.name ?? '');
  }
  cli(index: number, ...command: readonly string[]): string {
    return execFileSync('redis-cli', ['-p', String(this.nodes[index]?.port), ...command], {
      encoding: 'utf8',
      timeout: 10_000,
    }).trim();
  }
  /** All stop, and start in another order, so that every address is somebody else's. */
  restart(order: readonly number[]): void {
    docker('stop', '-t', '15', ...this.nodes.map(({ name }) => name));
    for (const index of order) docker('start', this.nodes[index]?.name ?? '');
  }
  /** As the command makes it: where the engine says that each lives now. */
  async request(): Promise<RepairRequest> {
    const instances = await this.#engine.list();
    return {
      topologyId: 'none',
      name: 'by hand',
      seats: this.nodes.map(({ name, port }): Seat => {
        const host = instances.find(instance => instance.name === name)?.networks[0]?.address ?? '';
        return { name, announced: { host, port }, reachable: { host: '127.0.0.1', port } };
      }),
    };
  }
  async repair(): Promise<{ readonly codes: readonly string[]; readonly report: RepairReport }> {
    const request = await this.request();
    await until('all answer', () => this.nodes.every((_, index) => /PONG|LOADING/.test(this.cli(index, 'ping'))));
    const plan = await prepareRepair(deps, request, undefined, signal);
    return {
      codes: [...new Set(plan.steps.map(({ code }) => code))],
      report: await repairAddresses(deps, request, plan, signal, () => undefined),
    };
  }
  dispose(): void {
    this.#engine.dispose();
    docker('rm', '-fv', ...this.nodes.map(({ name }) => name));
    rmSync(this.root, { recursive: true, force: true });
  }
}

suite('repair addresses: containers made by hand that came back elsewhere', function () {
  this.timeout(180_000);

  test('a master with two replicas and three sentinels', async () => {
    const hand = new ByHand();
    try {
      await hand.run(3, () => []);
      const master = hand.address(0);
      const port = hand.nodes[0]?.port ?? 0;
      for (const index of [1, 2]) {
        hand.cli(index, 'replicaof', master, String(port));
        hand.cli(index, 'config', 'rewrite');
      }
      await hand.run(
        3,
        () => [
          `sentinel monitor mymaster ${master} ${port} 2`,
          'sentinel down-after-milliseconds mymaster 60000',
          'sentinel failover-timeout mymaster 61000',
        ],
        true,
      );
      hand.cli(0, 'set', 'k', 'v');
      await until(
        'sentinels see both replicas and each other',
        () => [3, 4, 5].every(index => /slaves=2,sentinels=3/.test(hand.cli(index, 'info', 'sentinel'))),
        40_000,
      );

      hand.restart([5, 2, 4, 1, 3, 0]);
      assert.notEqual(hand.address(0), master, 'the master has another address now');
      const { codes, report } = await hand.repair();
      assert.deepEqual([codes, report.remaining.steps, report.notKept], [['repair-watch', 'repair-follow'], [], []]);
      for (const index of [1, 2]) {
        assert.match(
          hand.cli(index, 'info', 'replication'),
          new RegExp(`master_host:${hand.address(0)}[^]*master_link_status:up`),
        );
        assert.equal(hand.cli(index, 'get', 'k'), 'v');
      }
      for (const index of [3, 4, 5]) {
        assert.match(
          hand.cli(index, 'info', 'sentinel'),
          new RegExp(`address=${hand.address(0)}:${port},slaves=2,sentinels=3`),
        );
        assert.match(
          hand.cli(index, 'sentinel', 'master', 'mymaster'),
          /down-after-milliseconds\n60000\n[^]*failover-timeout\n61000\n/,
        );
        assert.match(hand.cli(index, 'sentinel', 'ckquorum', 'mymaster'), /^OK 3/);
      }
    } finally {
      hand.dispose();
    }
  });

  test('a cluster of three masters and three replicas', async () => {
    const hand = new ByHand();
    try {
      await hand.run(6, () => ['cluster-enabled yes', 'cluster-node-timeout 3000']);
      execFileSync(
        'docker',
        [
          'exec',
          hand.nodes[0]?.name ?? '',
          'redis-cli',
          '--cluster',
          'create',
          ...hand.nodes.map(({ port }, index) => `${hand.address(index)}:${port}`),
          '--cluster-replicas',
          '1',
          '--cluster-yes',
        ],
        { stdio: 'ignore' },
      );
      const ok = (): boolean =>
        hand.nodes.every((_, index) =>
          /cluster_state:ok[^]*cluster_known_nodes:6/.test(hand.cli(index, 'cluster', 'info')),
        );
      await until('ok on all', ok, 40_000);
      hand.cli(0, 'set', 'page', 'x');

      const before = hand.nodes.map((_, index) => hand.address(index));
      // Moved up by one: whoever comes from outside takes the first address.
      const stranger = `${hand.prefix}-stranger`;
      docker('stop', '-t', '15', ...hand.nodes.map(({ name }) => name));
      docker('run', '-d', '--name', stranger, '--entrypoint', 'sleep', 'redis:7.0', '600');
      try {
        for (const index of [3, 5, 1, 0, 4, 2]) docker('start', hand.nodes[index]?.name ?? '');
        assert.ok(
          hand.nodes.filter((_, index) => hand.address(index) !== before[index]).length >= 5,
          'most have other addresses now',
        );
        const { codes, report } = await hand.repair();
        assert.deepEqual([codes, report.remaining.steps], [['repair-meet'], []]);
        await until('ok on all', ok, 40_000);
        assert.equal(hand.cli(0, '-c', 'get', 'page'), 'x');
      } finally {
        docker('rm', '-fv', stranger);
      }
    } finally {
      hand.dispose();
    }
  });
});
