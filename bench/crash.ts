/**
 * A creation killed (`kill -9` of its process) just before and just after each write of its journal, then taken back (or finished and
 * removed) by another process: nothing of ours may be left, and decoys must be untouched.
 * needs: docker images redis-server
 * `npm run bench -- crash sweep [SECONDS] [words]` goes on where the last one stopped (its kills stand in out/crash, failed ones are kept and tried again),
 * for so many seconds; words choose among sentinel replication cluster, docker process, remove finish, small full. `crash report` sums up.
 * `crash redis-cli`: what `redis-cli --cluster create`, killed, leaves of six equal servers, for contrast.
 */
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { delay, until } from '../src/base/abort';
import { readInfo } from '../src/model/info';
import type { EngineKind, TopologyKind } from '../src/model/instance';
import { crashAndRecover, isCrashChild } from '../test/support/crash';
import type { KillPoint } from '../test/support/crash';
import { ProcessDecoys, processesByHand } from '../test/support/byHand';
import { Decoys } from '../test/support/dockerWorld';
import { newPrefix, testPorts } from '../test/support/naming';

interface Sweep {
  readonly shape: 'small' | 'full';
  readonly kind: TopologyKind;
  readonly engine: EngineKind;
  readonly then: 'remove' | 'finish';
}

/** One kill as it is kept, or the end: a creation that went through because it writes less often than that. */
type Kept =
  | {
      readonly write: number;
      readonly when: KillPoint['when'];
      readonly at: string;
      readonly stood: number;
      readonly ms: number;
      readonly failed?: string;
    }
  | { readonly end: number };

const folder = join(process.env['REDIS_TOPOLOGY_ROOT'] ?? process.cwd(), 'out', 'crash');
/** Failures in a row that end a sweep: then it is something else that is wrong. */
const ENOUGH = 3;

const sweeps: readonly Sweep[] = (['small', 'full'] as const).flatMap(shape =>
  (['process', 'docker'] as const).flatMap(engine =>
    (['replication', 'sentinel', 'cluster'] as const).flatMap(kind =>
      (['remove', 'finish'] as const).map(then => ({ shape, kind, engine, then })),
    ),
  ),
);
const nameOf = ({ shape, kind, engine, then }: Sweep): string => `${shape} ${kind} ${engine} ${then}`;

function chosen(words: readonly string[]): readonly Sweep[] {
  const has = (sweep: Sweep, word: string): boolean => nameOf(sweep).split(' ').includes(word);
  const groups = [
    ['small', 'full'],
    ['sentinel', 'replication', 'cluster'],
    ['docker', 'process'],
    ['remove', 'finish'],
  ].map(group => group.filter(word => words.includes(word)));
  return sweeps.filter(sweep => groups.every(group => group.length === 0 || group.some(word => has(sweep, word))));
}

function keptOf(sweep: Sweep): readonly Kept[] {
  const file = join(folder, `${nameOf(sweep)}.ndjson`);
  return existsSync(file)
    ? readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as Kept)
    : [];
}

function keep(sweep: Sweep, one: Kept): void {
  mkdirSync(folder, { recursive: true });
  appendFileSync(join(folder, `${nameOf(sweep)}.ndjson`), `${JSON.stringify(one)}\n`);
}

/** Kills that aren't kept as clean yet, until the end or the time is reached. */
async function sweepOn(sweep: Sweep, until: number): Promise<void> {
  const kept = keptOf(sweep);
  const end = kept.flatMap(one => ('end' in one ? [one.end] : []))[0] ?? Infinity;
  const clean = new Set(
    kept.flatMap(one => ('end' in one || one.failed !== undefined ? [] : [`${one.when} ${one.write}`])),
  );
  const { kind, engine, then, shape } = sweep;
  let decoys: Decoys | ProcessDecoys | undefined;
  const name = newPrefix();
  let inARow = 0;
  try {
    for (let write = 1, ended = false; write < end && !ended; write++) {
      for (const when of ['before', 'after'] as const) {
        if (Date.now() > until || inARow >= ENOUGH) return;
        if (clean.has(`${when} ${write}`) || ended) continue;
        decoys ??= engine === 'docker' ? new Decoys(name) : await ProcessDecoys.start();
        const line = `${nameOf(sweep)}: ${when} write ${write}`.padEnd(52);
        try {
          const result = await crashAndRecover(
            __filename,
            { name, kind, engine, firstPort: await testPorts(10), ...(shape === 'small' ? { shape } : {}) },
            { write, when },
            then,
            decoys,
          );
          ended = !result.killed;
          keep(
            sweep,
            result.killed ? { write, when, at: result.at, stood: result.stood, ms: result.ms } : { end: write },
          );
          console.log(
            line,
            result.killed
              ? `${result.at.padEnd(28)} stood ${String(result.stood).padStart(2)}, clean after ${result.ms} ms`
              : 'went through',
          );
          inARow = 0;
        } catch (error) {
          const failed = error instanceof Error ? (error.stack ?? error.message) : String(error);
          keep(sweep, { write, when, at: '', stood: 0, ms: 0, failed });
          console.log(line, 'FAILED', failed);
          process.exitCode = 1;
          inARow++;
        }
      }
    }
  } finally {
    await decoys?.remove();
  }
}

function report(): void {
  let [kills, clean, failures, open] = [0, 0, 0, 0];
  for (const sweep of sweeps) {
    const kept = keptOf(sweep);
    if (kept.length === 0) continue;
    const end = kept.flatMap(one => ('end' in one ? [one.end] : []))[0];
    const runs = kept.flatMap(one => ('end' in one ? [] : [one]));
    const good = runs.filter(({ failed }) => failed === undefined);
    const times = good.map(({ ms }) => ms).sort((a, b) => a - b);
    const left =
      end === undefined ? undefined : (end - 1) * 2 - new Set(good.map(({ when, write }) => `${when} ${write}`)).size;
    kills += runs.length;
    clean += good.length;
    failures += runs.length - good.length;
    if (left !== 0) open++;
    console.log(
      `${nameOf(sweep).padEnd(36)}${String(good.length).padStart(4)} of ${String(runs.length).padStart(3)} kills clean${left === 0 ? ', every write before and after' : `, ${left ?? 'some'} to do`}; up to ${Math.max(0, ...good.map(({ stood }) => stood))} objects stood; ${sweep.then} median ${times[Math.floor(times.length / 2)] ?? '-'} ms, longest ${times.at(-1) ?? '-'}`,
    );
    for (const { when, write, failed } of runs)
      if (failed !== undefined) console.log(`    ${when} write ${write}: ${failed.split('\n')[0]}`);
  }
  console.log(
    `${kills} kills, ${clean} clean, ${failures} failed (kept, tried again); ${open} of ${sweeps.length} sweeps begun and not complete`,
  );
}

/** What a server says of the cluster that is being made, as far as it tells how far redis-cli has come. */
interface Sight {
  readonly slots: number;
  readonly epoch: number;
  readonly known: number;
}

/** States on the way of `redis-cli --cluster create`, each seen on the servers: then it is killed. It makes replicas last, after all have met. */
const stations: readonly { readonly when: string; readonly reached: (all: readonly Sight[]) => boolean }[] = [
  { when: 'slots are given', reached: all => all.some(({ slots }) => slots > 0) },
  { when: 'epochs are given', reached: all => all.some(({ epoch }) => epoch > 0) },
  { when: 'the first have met', reached: all => all.some(({ known }) => known > 1) },
  { when: 'all have met', reached: all => all.every(({ known }) => known === all.length) },
];

/** Kills redis-cli once the servers show how far it has come; then asks the servers, and a second redis-cli. */
async function redisCli(): Promise<void> {
  let half = 0;
  for (const { when, reached } of stations) {
    const first = await testPorts(6);
    const hand = processesByHand(
      [0, 1, 2, 3, 4, 5].map(index => first + index),
      () => ['--cluster-enabled', 'yes'],
    );
    try {
      const peers = await hand.connect();
      const look = (): Promise<readonly Sight[]> =>
        Promise.all(
          peers.map(async ({ connection }) => {
            const info = readInfo(await connection.call(['CLUSTER', 'INFO']));
            const number = (field: string): number => Number(info.get(field));
            return {
              slots: number('cluster_slots_assigned'),
              epoch: number('cluster_my_epoch'),
              known: number('cluster_known_nodes'),
            };
          }),
        );
      const args = [
        '--cluster',
        'create',
        ...hand.seats.map(({ announced }) => `${announced.host}:${announced.port}`),
        '--cluster-replicas',
        '1',
        '--cluster-yes',
      ];
      const create = spawn('redis-cli', args, { stdio: 'ignore' });
      await until(when, { everyMs: 1, deadlineMs: 20_000 }, async () => reached(await look()) || undefined);
      create.kill('SIGKILL');
      await delay(2500);
      const views = await Promise.all(
        peers.map(async ({ connection }) => ({
          ok: String(await connection.call(['CLUSTER', 'INFO'])).includes('cluster_state:ok'),
          role: ((await connection.call(['ROLE'])) as readonly unknown[])[0],
        })),
      );
      const [masters, replicas, ok] = [
        views.filter(({ role }) => role === 'master').length,
        views.filter(({ role }) => role === 'slave').length,
        views.filter(one => one.ok).length,
      ];
      if (replicas < 3 || ok < 6) half++;
      let second: string;
      try {
        execFileSync('redis-cli', args, { stdio: 'pipe', timeout: 20_000 });
        second = 'succeeds';
      } catch (error) {
        const said = String((error as { stdout?: Buffer }).stdout).split('\n');
        second = `refuses: ${said.find(line => line.includes('ERR'))?.slice(0, 130) ?? said.at(-2)}`;
      }
      console.log(
        `redis-cli killed when ${when}: ${masters} masters, ${replicas} replicas, ${ok} of 6 say ok; a second create ${second}`,
      );
    } finally {
      await hand.dispose();
    }
  }
  console.log(`redis-cli: ${half} of ${stations.length} half-made`);
}

async function main([what = 'report', ...words]: readonly string[]): Promise<void> {
  if (what === 'redis-cli') return redisCli();
  if (what === 'afresh') return rmSync(folder, { recursive: true, force: true });
  if (what === 'sweep') {
    const until = Date.now() + Number(words.find(word => /^\d+$/.test(word)) ?? 1e9) * 1000;
    for (const sweep of chosen(words)) await sweepOn(sweep, until);
  }
  report();
}

if (!isCrashChild()) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
