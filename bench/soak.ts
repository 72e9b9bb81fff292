/**
 * Claim: the extension can stay open. What it runs watches a topology of each kind for hours, while nodes are stopped, killed, paused, cut off and failed
 * over, and healed: nothing wrong is shown at rest, nothing is thrown, and memory, descriptors and timers stay where they were.
 * needs: docker images redis-server
 * `npm run bench -- soak [--hours N] [--every SECONDS] [--seed N]` (1 hour, a fault a minute). Each round is kept in out/soak/<start>.ndjson as it
 * comes; `--report FILE` judges such a file, `kill -INT` ends a run after the present round.
 */
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { whole } from '../test/support/drillList';
import type { Healing } from '../test/support/drillList';
import { testPorts } from '../test/support/naming';
import { SocketProxy } from '../test/support/socketProxy';
import { SoakStage } from '../test/support/soakStage';
import { isSoakWatcher, SoakWatcher } from '../test/support/soakWatcher';
import type { Rows } from '../test/support/truth';
import { soakVerdict } from '../test/support/soakVerdict';
import type { Ends, Sample, Trouble } from '../test/support/soakVerdict';

const OWNER = 'soak';
/** The witness asks so seldom: this run shall cost little beside what it watches. */
const LOOK_MS = 2500;
/** What is so counts as at rest once it has not changed for so long. */
const REST_MS = 5000;
/** What is shown then may differ for so long: a look at a server is given up after a second, and comes again after two. */
const LATE_MS = 6000;
const LIMIT_MS = 150_000;
const root = process.env['REDIS_TOPOLOGY_ROOT'] ?? process.cwd();

const wait = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, Math.max(0, ms)));

/** Pseudo-random, so that a run can be repeated. */
function dice(seed: number): (sides: number) => number {
  let state = seed >>> 0;
  return sides => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

/** Waits until what is so rests and `over` holds of it; tells what was shown wrong meanwhile, at rest. */
async function settle(
  watcher: SoakWatcher,
  stage: SoakStage,
  what: string,
  over: (rows: Rows) => boolean,
  healthy: boolean,
): Promise<Trouble | undefined> {
  const began = Date.now();
  let truth = '';
  let since = began;
  let late: Trouble | undefined;
  for (;;) {
    const rows = await stage.truth();
    const now = Date.now();
    if (rows.join('\n') !== truth) {
      truth = rows.join('\n');
      since = now;
    }
    const { rows: shownRows, health, reasons } = await watcher.shown(stage.topologyId);
    const shown = shownRows.join('\n');
    const done = now - since > REST_MS && over(rows);
    if (done && shown === truth && (!healthy || health === 'healthy')) return late;
    if (now - since > REST_MS + LATE_MS && shown !== truth)
      late ??= { code: 'wrong-badge', what, text: `so is\n${truth}\nshown is\n${shown}` };
    if (now - began > LIMIT_MS)
      return (
        late ?? {
          code: over(rows) ? 'not-healthy' : 'not-over',
          what,
          text: `${health}: ${reasons.join(' ')}\n${truth}`,
        }
      );
    await wait(LOOK_MS);
  }
}

interface Options {
  readonly hours: number;
  readonly everyMs: number;
  readonly seed: number;
}

async function soak({ hours, everyMs, seed }: Options): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'soak-'));
  const began = Date.now();
  const file = join(root, 'out', 'soak', `${new Date(began).toISOString().replaceAll(':', '')}.ndjson`);
  mkdirSync(join(file, '..'), { recursive: true });
  const proxy = new SocketProxy();
  await proxy.listen();
  const watcher = new SoakWatcher(__filename);
  const stages: SoakStage[] = [];
  const samples: Sample[] = [];
  const troubles: Trouble[] = [];
  let streams = 0;
  const note = (trouble: Trouble | undefined): void => {
    if (trouble === undefined) return;
    troubles.push(trouble);
    appendFileSync(file, `${JSON.stringify(trouble)}\n`);
    console.log(`${trouble.code} after ${trouble.what}: ${trouble.text}`);
  };
  try {
    for (const [kind, engine] of [
      ['sentinel', 'docker'],
      ['cluster', 'process'],
      ['replication', 'docker'],
    ] as const)
      stages.push(
        await SoakStage.make(kind, engine, { home, owner: OWNER, firstPort: await testPorts(10) }, () =>
          watcher.lookAgain(),
        ),
      );
    const before = await watcher.figures();
    await watcher.watch({
      home,
      endpoint: proxy.endpoint,
      owner: OWNER,
      passwords: Object.fromEntries(stages.map(({ topologyId, password }) => [topologyId, password])),
    });
    const roll = dice(seed);
    let over = false;
    process.once('SIGINT', () => {
      over = true; // the round is ended, everything taken away, and what was measured told
    });
    for (let round = 0; !over && Date.now() - began < hours * 3_600_000; round++) {
      const at = Date.now();
      const stage = stages[round % stages.length] as SoakStage;
      const fault = stage.faults[roll(stage.faults.length)];
      const hidden = round % 5 === 4;
      const what = `${stage.kind} on ${stage.engineKind}: ${fault?.name}${hidden ? ', while hidden' : ''}`;
      let healing: Healing | undefined;
      try {
        await stage.truth();
        if (hidden) await watcher.visible(false);
        proxy.drop(); // the stream of events ends, just when it is needed
        healing = await fault?.strike(stage);
        if (hidden) {
          await wait(4000);
          await watcher.visible(true);
        }
        note(await settle(watcher, stage, what, rows => fault?.over?.(rows, stage) ?? true, false));
      } catch (error) {
        note({ code: 'thrown', what, text: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      }
      try {
        await healing?.heal();
        for (const one of stages) note(await settle(watcher, one, `${what}, healed`, rows => whole(rows, one), true));
      } catch (error) {
        note({ code: 'thrown', what, text: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      }
      const took = Date.now() - at;
      await wait(Math.max(REST_MS, at + everyMs - Date.now()));
      streams += proxy.seen.splice(0).filter(call => call === 'GET /events').length;
      const figures = await watcher.figures();
      for (const list of ['rejections', 'failures'] as const)
        for (const text of figures[list].slice(samples.at(-1)?.figures[list].length ?? 0))
          console.log(`in the watching process (${list}): ${text}`);
      const sample = {
        hours: (Date.now() - began) / 3_600_000,
        round,
        what,
        streams,
        load: loadavg()[0] ?? 0,
        figures,
      };
      samples.push(sample);
      appendFileSync(file, `${JSON.stringify(sample)}\n`);
      console.log(line(sample, took));
    }
    await watcher.letGo();
    await wait(2000);
    const ends = { before, after: await watcher.figures() };
    appendFileSync(file, `${JSON.stringify({ ends })}\n`);
    console.log(`\nseed ${seed}; kept in ${file}`);
    judge(samples, troubles, ends);
  } finally {
    watcher.end();
    for (const stage of stages) await stage.dispose();
    await proxy.close();
    rmSync(home, { recursive: true, force: true });
  }
}

function judge(samples: readonly Sample[], troubles: readonly Trouble[], ends: Ends | undefined): void {
  const verdict = soakVerdict(samples, troubles, ends);
  console.log(verdict.lines.join('\n'));
  if (verdict.broken.length === 0) return;
  console.log(`BROKEN: ${verdict.broken.join('; ')}`);
  process.exitCode = 1;
}

/** Of a run that has ended, or still goes on. */
function report(file: string): void {
  const kept = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map(text => JSON.parse(text) as Sample | Trouble | { readonly ends: Ends });
  judge(
    kept.flatMap(one => ('figures' in one ? [one] : [])),
    kept.flatMap(one => ('code' in one ? [one] : [])),
    kept.flatMap(one => ('ends' in one ? [one.ends] : []))[0],
  );
}

const line = ({ hours, what, figures, streams, load }: Sample, ms: number): string =>
  `${hours.toFixed(2)} h  ${what.padEnd(62)}${(ms / 1000).toFixed(0).padStart(4)} s  heap ${(figures.heap / 1e6).toFixed(2)} MB, rss ${(figures.rss / 1e6).toFixed(0)}, ${figures.descriptors} descriptors, ${figures.timers} timers, ${figures.sockets} sockets, ${figures.connected} connections made, ${streams} event streams, cpu ${((100 * figures.cpuMs) / (hours * 3_600_000)).toFixed(1)} %, load ${load.toFixed(1)}`;

if (!isSoakWatcher()) {
  const { values } = parseArgs({
    options: {
      hours: { type: 'string', default: '1' },
      every: { type: 'string', default: '60' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      report: { type: 'string' },
    },
  });
  if (values.report !== undefined) report(values.report);
  else
    soak({ hours: Number(values.hours), everyMs: 1000 * Number(values.every), seed: Number(values.seed) }).catch(
      (error: unknown) => {
        console.error(error);
        process.exitCode = 1;
      },
    );
}
