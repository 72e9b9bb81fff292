/**
 * A 3+3 cluster from nothing until every node agrees on everything (`lacksOf` empty) and each master took a key: ours beside the same made by hand, `docker run` (or
 * `redis-server`) ×6 in turn and `redis-cli --cluster create`, and beside a floor: six servers up in parallel, nothing joined. Interleaved in one run; compare the ratios.
 * `npm run bench -- clusterCreate [docker|process|join] [runs]`; `join` measures the joining of started processes alone, by both of our roads. Fails above 1/3.
 * needs: docker images redis-server
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { mapLimit, until } from '../src/base/abort';
import { createProcessEngine } from '../src/engine/process';
import { IoredisConnector } from '../src/redis/ioredisClient';
import { lacksOf } from '../src/topology/cluster/agreement';
import type { Wanted } from '../src/topology/cluster/agreement';
import { createCluster, prepareCluster } from '../src/topology/cluster/createCluster';
import { joinCluster, proveMaster } from '../src/topology/cluster/join';
import { planCluster } from '../src/topology/cluster/plan';
import { Watcher } from '../src/topology/cluster/wire';
import type { ClusterPeer, Observation } from '../src/topology/cluster/wire';
import { removeTopology } from '../src/topology/removeTopology';
import { dockerByHand, processesByHand } from '../test/support/byHand';
import { startClusterServers } from '../test/support/clusterServers';
import type { ClusterServers } from '../test/support/clusterServers';
import { docker } from '../test/support/dockerWorld';
import { memoryDeps } from '../test/support/memoryDeps';
import type { MemoryDeps } from '../test/support/memoryDeps';
import { Measured, timed } from '../test/support/measured';
import { testPorts } from '../test/support/naming';
import { dockerDeps, noSignal, silent, volume } from '../test/support/topologies';

const IMAGE = 'redis:7.0';

/** redis-cli chooses by chance whom a replica follows on one machine: what counts is that all agree on what it chose. */
function wantedOf(peers: readonly ClusterPeer[], seen: readonly Observation[]): Wanted {
  const lines = seen[0]?.report.nodes ?? [];
  const nameOf = (id: string): string => seen.find(one => one.report.myId === id)?.name ?? id;
  return {
    nodes: peers.map(({ name, announced }) => ({
      name,
      announced,
      id: seen.find(one => one.name === name)?.report.myId ?? '',
    })),
    shards: lines
      .filter(line => line.slots.length > 0)
      .map(line => ({
        master: nameOf(line.id),
        ranges: line.slots,
        replicas: lines.filter(other => other.masterId === line.id).map(other => nameOf(other.id)),
      })),
  };
}

/** The same "done" for everybody. */
async function allAgree(peers: readonly ClusterPeer[]): Promise<void> {
  const watchers = peers.map(peer => new Watcher(peer));
  const wanted = await until('all agree', { everyMs: 20, deadlineMs: 120_000 }, async signal => {
    const seen = await Promise.all(watchers.map(watcher => watcher.look(signal)));
    const found = wantedOf(peers, seen);
    return found.shards.length === 3 &&
      found.shards.every(shard => shard.replicas.length === 1) &&
      lacksOf(found, seen).length === 0
      ? found
      : undefined;
  });
  await Promise.all(
    wanted.shards.map(({ master, ranges }) =>
      proveMaster(peers.find(({ name }) => name === master) as ClusterPeer, ranges, AbortSignal.timeout(10_000)),
    ),
  );
}

async function redisCli(
  addresses: readonly string[],
  run: (args: readonly string[]) => Promise<unknown>,
): Promise<void> {
  await run(['redis-cli', '--cluster', 'create', ...addresses, '--cluster-replicas', '1', '--cluster-yes']);
}

async function ours(deps: MemoryDeps, engine: 'docker' | 'process', image: string, name: string): Promise<number> {
  const firstPort = await testPorts(6);
  let topologyId = '';
  let steps = '';
  const ms = await timed(async () => {
    const plan = await prepareCluster(
      deps,
      { name, engine, image, masters: 3, replicas: 1, extra: 0, firstPort, storage: volume },
      noSignal,
    );
    const report = await createCluster(deps, { plan }, noSignal, silent);
    topologyId = report.topologyId;
    steps = report.steps.map(({ step, beganMs, ms }) => `${step} ${beganMs}+${ms}`).join(' ');
  });
  await removeTopology(deps, { topologyId, name, kind: 'cluster', engine, data: true }, noSignal, silent);
  console.log(`  ${Math.round(ms)} ms: ${steps}`);
  return ms;
}

async function inDocker(runs: number): Promise<number> {
  const deps = dockerDeps();
  const measured = new Measured<'docker run + redis-cli create' | 'ours' | 'floor: six up in parallel'>(
    'docker run + redis-cli create',
  );
  try {
    for (let run = 0; run < runs; run++) {
      const network = docker('network', 'create', `bench-cluster-${run}`);
      try {
        const first = await testPorts(6);
        const ports = Array.from({ length: 6 }, (_, i) => first + i);
        let hand: ReturnType<typeof dockerByHand> | undefined;
        measured.add(
          'docker run + redis-cli create',
          await timed(async () => {
            const made = dockerByHand(
              `bench-cluster-hand-${run}`,
              ports,
              IMAGE,
              () => ['--cluster-enabled', 'yes'],
              network,
            );
            hand = made;
            const peers = await made.connect();
            await redisCli(
              made.seats.map(({ announced }) => `${announced.host}:${announced.port}`),
              async args => docker('exec', made.seats[0]?.name ?? '', ...args),
            );
            await allAgree(peers);
          }),
        );
        await hand?.dispose();
        measured.add('floor: six up in parallel', await floor(network, ports, run));
      } finally {
        docker('network', 'rm', network);
      }
      measured.add('ours', await ours(deps, 'docker', IMAGE, `bench-cluster-ours-${run}`));
    }
  } finally {
    deps.dispose();
  }
  measured.print();
  console.log(
    `ours is ${measured.ratio('ours').toFixed(3)} of the peer (at most 0.333, aim 0.2), ${measured.ratio('ours', 'floor: six up in parallel').toFixed(2)} × the floor`,
  );
  return measured.ratio('ours');
}

/** Six containers made and started by the command line, three at a time as ours, until each answers. */
async function floor(network: string, ports: readonly number[], run: number): Promise<number> {
  const names = ports.map((_, index) => `bench-cluster-floor-${run}-${index}`);
  const exec = promisify(execFile);
  const ms = await timed(async () => {
    await mapLimit(ports, 3, async (port, index) => {
      await exec('docker', [
        'run',
        '-d',
        '--name',
        names[index] ?? '',
        '--network',
        network,
        '-p',
        `127.0.0.1:${port}:${port}`,
        IMAGE,
        'redis-server',
        '--port',
        String(port),
        '--protected-mode',
        'no',
        '--cluster-enabled',
        'yes',
      ]);
    });
    const connector = new IoredisConnector();
    await Promise.all(
      ports.map(port =>
        until('answers', { everyMs: 10, deadlineMs: 30_000 }, async () => {
          const connection = await connector.connect({ address: { host: '127.0.0.1', port } }).catch(() => undefined);
          connection?.dispose();
          return connection === undefined ? undefined : true;
        }),
      ),
    );
  });
  docker('rm', '-fv', ...names);
  return ms;
}

async function asProcesses(runs: number): Promise<number> {
  const home = mkdtempSync(join(tmpdir(), 'bench-cluster-'));
  const engine = createProcessEngine({ owner: 'bench', home });
  const deps = memoryDeps(engine, new IoredisConnector());
  const measured = new Measured<'redis-server + redis-cli create' | 'ours' | 'floor: six up in parallel'>(
    'redis-server + redis-cli create',
  );
  try {
    const image = (await engine.images())[0]?.reference ?? 'redis-server';
    for (let run = 0; run < runs; run++) {
      const first = await testPorts(6);
      const ports = Array.from({ length: 6 }, (_, i) => first + i);
      let hand: ReturnType<typeof processesByHand> | undefined;
      measured.add(
        'redis-server + redis-cli create',
        await timed(async () => {
          const made = processesByHand(ports, () => ['--cluster-enabled', 'yes']);
          hand = made;
          const peers = await made.connect();
          await redisCli(
            made.seats.map(({ announced }) => `${announced.host}:${announced.port}`),
            ([file = '', ...args]) => promisify(execFile)(file, args),
          );
          await allAgree(peers);
        }),
      );
      await hand?.dispose();
      measured.add(
        'floor: six up in parallel',
        await timed(async () => {
          hand = processesByHand(
            ports.map(port => port + 100),
            () => ['--cluster-enabled', 'yes'],
          );
          await hand.connect();
        }),
      );
      await hand?.dispose();
      measured.add('ours', await ours(deps, 'process', image, `bench-cluster-${run}`));
    }
  } finally {
    engine.dispose();
    rmSync(home, { recursive: true, force: true });
  }
  measured.print();
  return measured.ratio('ours');
}

/** From started servers; the roads apart. */
async function joinAlone(runs: number): Promise<number> {
  const using = async (work: (servers: ClusterServers) => Promise<unknown>): Promise<number> => {
    const servers = await startClusterServers(6, {
      conf: ['cluster-node-timeout 15000', 'repl-diskless-sync-delay 5'],
    });
    try {
      return await timed(() => work(servers));
    } finally {
      await servers.stop();
    }
  };
  const by =
    (road: 'quick' | 'direct') =>
    (servers: ClusterServers): Promise<unknown> =>
      joinCluster(
        {
          peers: servers.nodes,
          plan: planCluster(
            servers.nodes.map(({ name }) => ({ name, host: 'here' })),
            1,
          ),
          road,
        },
        AbortSignal.timeout(60_000),
      );
  const measured = new Measured<'redis-cli create' | 'direct road' | 'quick road'>('redis-cli create');
  for (let run = 0; run < runs; run++) {
    measured.add(
      'redis-cli create',
      await using(async servers => {
        await redisCli(
          servers.nodes.map(({ announced }) => `127.0.0.1:${announced.port}`),
          ([file = '', ...args]) => promisify(execFile)(file, args),
        );
        await allAgree(servers.nodes);
      }),
    );
    measured.add('direct road', await using(by('direct')));
    measured.add('quick road', await using(by('quick')));
  }
  measured.print();
  return measured.ratio('quick road');
}

async function main(kind: string, runs: number): Promise<void> {
  const ratio =
    kind === 'process' ? await asProcesses(runs) : kind === 'join' ? await joinAlone(runs) : await inDocker(runs);
  if (!(ratio <= 1 / 3)) process.exitCode = 1;
}

void main(process.argv[2] ?? 'docker', Number(process.argv[3] ?? 5));
