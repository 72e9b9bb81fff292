// A 3+3 cluster of local processes, from started servers until every node agrees on everything (`lacksOf` empty): our joining beside
// `redis-cli --cluster create` on equal servers, in turn, in one run. Prints medians and their ratio; fails above 1/3.
// needs: redis-server
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { until } from '../src/base/abort';
import { lacksOf } from '../src/topology/cluster/agreement';
import type { Wanted } from '../src/topology/cluster/agreement';
import { joinCluster } from '../src/topology/cluster/join';
import { planCluster } from '../src/topology/cluster/plan';
import type { Observation } from '../src/topology/cluster/wire';
import { startClusterServers } from '../test/support/clusterServers';
import type { ClusterServers } from '../test/support/clusterServers';

const runs = 5;
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

/** redis-cli chooses by chance whom a replica follows on one machine: what counts is that all agree on what it chose. */
function wantedOf(servers: ClusterServers, seen: readonly Observation[]): Wanted {
  const lines = seen[0]?.report.nodes ?? [];
  const nameOf = (id: string): string => seen.find(one => one.report.myId === id)?.name ?? id;
  return {
    nodes: servers.nodes.map(({ name, announced }) => ({ name, announced, id: seen.find(one => one.name === name)?.report.myId ?? '' })),
    shards: lines.filter(line => line.slots.length > 0).map(line => ({ master: nameOf(line.id), ranges: line.slots, replicas: lines.filter(other => other.masterId === line.id).map(other => nameOf(other.id)) })),
  };
}

async function timed(work: (servers: ClusterServers) => Promise<void>): Promise<number> {
  const servers = await startClusterServers(6, { conf: ['cluster-node-timeout 15000', 'repl-diskless-sync-delay 5'] });
  try {
    const began = performance.now();
    await work(servers);
    return performance.now() - began;
  } finally {
    await servers.stop();
  }
}

const ours = (road: 'quick' | 'direct') => async (servers: ClusterServers): Promise<void> => {
  await joinCluster({ peers: servers.nodes, plan: planCluster(servers.nodes.map(({ name }) => ({ name, host: 'here' })), 1), road }, AbortSignal.timeout(60_000));
};

async function redisCli(servers: ClusterServers): Promise<void> {
  await promisify(execFile)('redis-cli', ['--cluster', 'create', ...servers.nodes.map(({ announced }) => `127.0.0.1:${announced.port}`), '--cluster-replicas', '1', '--cluster-yes']);
  await until('all agree', { everyMs: 20, deadlineMs: 60_000 }, async () => {
    const seen = await servers.look();
    const wanted = wantedOf(servers, seen);
    return wanted.shards.length === 3 && wanted.shards.every(shard => shard.replicas.length === 1) && lacksOf(wanted, seen).length === 0 ? true : undefined;
  });
}

async function main(): Promise<void> {
  const times: Record<'redis-cli' | 'direct' | 'quick', number[]> = { 'redis-cli': [], direct: [], quick: [] };
  for (let run = 0; run < runs; run++) {
    times['redis-cli'].push(await timed(redisCli));
    times.direct.push(await timed(ours('direct')));
    times.quick.push(await timed(ours('quick')));
  }
  for (const [who, values] of Object.entries(times)) console.log(`${who.padEnd(10)} ${Math.round(median(values))} ms [${values.map(Math.round).join(' ')}]  ratio ${(median(values) / median(times['redis-cli'])).toFixed(3)}`);
  if (median(times.quick) / median(times['redis-cli']) > 1 / 3) process.exitCode = 1;
}

void main();
