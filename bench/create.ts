/**
 * One master, two replicas, three Sentinels in Docker, from the first step to "done" (CKQUORUM OK on each Sentinel, all know each other and both linked replicas, a key
 * read on each replica, a write to a replica refused): ours beside the same made one command after another, as in the notes that this project
 * began with. Interleaved in one run; compare the ratio. `npm run bench -- create [runs]`.
 * needs: docker images
 */
import { mkdtempSync, rmSync, writeFileSync, chmodSync, mkdirSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSentinel } from '../src/topology/createSentinel';
import { proveReplication } from '../src/topology/linkSteps';
import { removeTopology } from '../src/topology/removeTopology';
import { allAgree } from '../src/topology/sentinelSteps';
import { Talk } from '../src/topology/talk';
import { docker } from '../test/support/dockerWorld';
import { dockerDeps, noSignal, planOf, silent } from '../test/support/topologies';

const IMAGE = 'redis:7.0';
const deps = dockerDeps();
const patience = { everyMs: 10, deadlineMs: 60_000, signal: noSignal };

async function ours(run: number): Promise<{ readonly ms: number; readonly steps: string }> {
  const name = `bench-create-${run}`;
  const began = Date.now();
  const report = await createSentinel(deps, { plan: await planOf(deps, name, { image: IMAGE }) }, noSignal, silent);
  const ms = Date.now() - began;
  await removeTopology(deps, { topologyId: report.topologyId, name, kind: 'sentinel', engine: 'docker', data: true }, noSignal, silent);
  return { ms, steps: report.steps.map(({ step, beganMs, ms }) => `${step} ${beganMs}+${ms}`).join(' ') };
}

/** docker create, start and exec in turn with stock settings; conf directories mounted, so that it can succeed at all. */
async function oneByOne(): Promise<number> {
  const root = mkdtempSync(join(tmpdir(), 'bench-create-'));
  chmodSync(root, 0o777);
  const conf = (node: string, file: string, text: string): string => {
    const folder = join(root, node);
    mkdirSync(folder);
    writeFileSync(join(folder, file), text);
    chmodSync(folder, 0o777);
    chmodSync(join(folder, file), 0o666);
    return folder;
  };
  const names = ['r0', 'r1', 'r2', 's0', 's1', 's2'].map(node => `bench-by-hand-${node}`);
  const ports = [23_300, 23_301, 23_302, 23_303, 23_304, 23_305];
  const address = (i: number): string => docker('inspect', '--format', '{{.NetworkSettings.IPAddress}}', names[i]!);
  const make = (i: number, folder: string, ...command: readonly string[]): void => {
    docker('create', '-p', `127.0.0.1:${ports[i]}:${ports[i]}`, '--name', names[i]!, '-v', `${folder}:/etc/redis`, IMAGE, ...command);
    docker('start', names[i]!);
  };
  const talk = new Talk(deps.connector, undefined);
  const began = Date.now();
  try {
    for (const i of [0, 1, 2]) make(i, conf(`r${i}`, 'redis.conf', `port ${ports[i]}\nprotected-mode no\n`), 'redis-server', '/etc/redis/redis.conf', '--appendonly', 'yes');
    const master = address(0);
    for (const i of [1, 2]) docker('exec', names[i]!, 'redis-cli', '-p', String(ports[i]), 'replicaof', master, String(ports[0]));
    for (const i of [3, 4, 5]) {
      make(i, conf(`s${i}`, 'sentinel.conf', `port ${ports[i]}\nprotected-mode no\nsentinel deny-scripts-reconfig yes\nsentinel monitor mymaster ${master} ${ports[0]} 2\nsentinel down-after-milliseconds mymaster 10000\n`),
        'redis-server', '/etc/redis/sentinel.conf', '--sentinel');
    }
    const seats = names.map((name, i) => ({ name, announced: { host: i === 0 ? master : '', port: ports[i]! }, reachable: { host: '127.0.0.1', port: ports[i]! } }));
    const open = await Promise.all(seats.map(async seat => ({ seat, connection: await talk.to(seat, patience) })));
    await allAgree(open.slice(3), { masterName: 'mymaster', master: seats[0]!.announced, replicas: 2, sentinels: 3 }, patience);
    await proveReplication(open[0]!.connection, open.slice(1, 3), 'bench:check', patience, () => Date.now());
    return Date.now() - began;
  } finally {
    talk.dispose();
    docker('rm', '-fv', ...names);
    rmSync(root, { recursive: true, force: true });
  }
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

async function main(runs: number): Promise<void> {
  const mine: number[] = [];
  const theirs: number[] = [];
  for (let run = 1; run <= runs; run++) {
    const { ms, steps } = await ours(run);
    mine.push(ms);
    theirs.push(await oneByOne());
    console.log(`run ${run}: ours ${ms} ms, one by one ${theirs.at(-1)} ms, ratio ${(ms / theirs.at(-1)!).toFixed(2)}, load ${loadavg()[0]!.toFixed(1)} | ${steps}`);
  }
  const ratio = median(mine) / median(theirs);
  console.log(`median of ${runs}: ours ${median(mine)} [${Math.min(...mine)}-${Math.max(...mine)}], one by one ${median(theirs)} [${Math.min(...theirs)}-${Math.max(...theirs)}], ratio ${ratio.toFixed(3)} (at most 0.333)`);
  deps.dispose();
  if (!(ratio <= 1 / 3)) process.exitCode = 1;
}

void main(Number(process.argv[2] ?? 5));
