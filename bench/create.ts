/**
 * One master, two replicas, three Sentinels in Docker, from the first step to "done" (CKQUORUM OK on each Sentinel, all know each other and both linked replicas, a key
 * read on each replica, a write to a replica refused): ours beside the same made one command after another, as in the notes that this project
 * began with. Interleaved in one run; compare the ratio. `npm run bench -- create [runs]`.
 * needs: docker images
 */
import { mkdtempSync, rmSync, writeFileSync, chmodSync, mkdirSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { delay } from '../src/base/abort';
import type { Storage } from '../src/engine/engine';
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

async function ours(run: number, kind: 'folder' | 'volume'): Promise<{ readonly ms: number; readonly steps: string }> {
  const name = `bench-create-${run}`;
  const parent = mkdtempSync(join(tmpdir(), 'bench-create-'));
  chmodSync(parent, 0o755);
  const storage: Storage = kind === 'folder' ? { kind, root: join(parent, name) } : { kind };
  const began = Date.now();
  const report = await createSentinel(
    deps,
    { plan: await planOf(deps, name, { image: IMAGE, storage }) },
    noSignal,
    silent,
  );
  const ms = Date.now() - began;
  await removeTopology(
    deps,
    { topologyId: report.topologyId, name, kind: 'sentinel', engine: 'docker', data: true },
    noSignal,
    silent,
  );
  rmSync(parent, { recursive: true, force: true });
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
    docker(
      'create',
      '-p',
      `127.0.0.1:${ports[i]}:${ports[i]}`,
      '--name',
      names[i]!,
      '-v',
      `${folder}:/etc/redis`,
      IMAGE,
      ...command,
    );
    docker('start', names[i]!);
  };
  const talk = new Talk(deps.connector, undefined);
  const began = Date.now();
  try {
    for (const i of [0, 1, 2])
      make(
        i,
        conf(`r${i}`, 'redis.conf', `port ${ports[i]}\nprotected-mode no\n`),
        'redis-server',
        '/etc/redis/redis.conf',
        '--appendonly',
        'yes',
      );
    const master = address(0);
    for (const i of [1, 2])
      docker('exec', names[i]!, 'redis-cli', '-p', String(ports[i]), 'replicaof', master, String(ports[0]));
    for (const i of [3, 4, 5]) {
      make(
        i,
        conf(
          `s${i}`,
          'sentinel.conf',
          `port ${ports[i]}\nprotected-mode no\nsentinel deny-scripts-reconfig yes\nsentinel monitor mymaster ${master} ${ports[0]} 2\nsentinel down-after-milliseconds mymaster 10000\n`,
        ),
        'redis-server',
        '/etc/redis/sentinel.conf',
        '--sentinel',
      );
    }
    const seats = names.map((name, i) => ({
      name,
      announced: { host: i === 0 ? master : '', port: ports[i]! },
      reachable: { host: '127.0.0.1', port: ports[i]! },
    }));
    const open = await Promise.all(seats.map(async seat => ({ seat, connection: await talk.to(seat, patience) })));
    await allAgree(
      open.slice(3),
      { masterName: 'mymaster', master: seats[0]!.announced, replicas: 2, sentinels: 3 },
      patience,
    );
    await proveReplication(open[0]!.connection, open.slice(1, 3), 'bench:check', patience, () => Date.now());
    return Date.now() - began;
  } finally {
    talk.dispose();
    docker('rm', '-fv', ...names);
    rmSync(root, { recursive: true, force: true });
  }
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** Waits for a moment when the machine isn't busy with other work, at most a few minutes: the containers' start is bound by the processor. */
async function quiet(below: number, forMs: number): Promise<void> {
  for (const until = Date.now() + forMs; loadavg()[0]! > below && Date.now() < until;) await delay(2000);
}

async function main(runs: number): Promise<void> {
  const folders: number[] = [];
  const volumes: number[] = [];
  const theirs: number[] = [];
  for (let run = 1; run <= runs; run++) {
    await quiet(3, 120_000);
    const load = loadavg()[0]!.toFixed(1);
    const { ms, steps } = await ours(run, 'folder');
    folders.push(ms);
    theirs.push(await oneByOne());
    volumes.push((await ours(run, 'volume')).ms);
    console.log(
      `run ${run}: ours ${ms} ms (in volumes ${volumes.at(-1)} ms), one by one ${theirs.at(-1)} ms, ratio ${(ms / theirs.at(-1)!).toFixed(2)}, load before ${load} | ${steps}`,
    );
  }
  const told = (values: readonly number[]): string =>
    `${median(values)} ms [${Math.min(...values)}-${Math.max(...values)}]`;
  const ratio = median(folders) / median(theirs);
  // Both mount folders, so these two are compared.
  console.log(
    `median of ${runs}: ours ${told(folders)}, one by one ${told(theirs)}, ratio ${ratio.toFixed(3)} (at most 0.333); ours in volumes ${told(volumes)}, ratio ${(median(volumes) / median(theirs)).toFixed(3)}`,
  );
  deps.dispose();
  if (!(ratio <= 1 / 3)) process.exitCode = 1;
}

void main(Number(process.argv[2] ?? 5));
