/**
 * How fast conf files are read and judged, each figure beside what it is measured against in the same run: a bare split of
 * the same text into words, and a spawn of redis-server on it. `npm run bench -- confSpeed`
 * needs: redis-server
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { decodeBytes } from '../src/conf/bytes';
import { parseDocument, parseInSteps } from '../src/conf/document';
import { tableFor } from '../src/conf/table';
import { parseTarget } from '../src/conf/target';
import type { Target } from '../src/conf/target';
import { validate, validateInSteps } from '../src/conf/validate';

const smoke = process.argv.includes('--smoke');
const target: Target = parseTarget('redis-7.0') ?? fail('no target');

function fail(why: string): never {
  throw new Error(why);
}

/** Median of warm runs, in milliseconds. */
function median(run: () => unknown, times = smoke ? 25 : 101): number {
  for (let i = 0; i < times; i++) run();
  const taken = Array.from({ length: times }, () => {
    const began = performance.now();
    run();
    return performance.now() - began;
  }).sort((a, b) => a - b);
  return taken[Math.floor(times / 2)] ?? 0;
}

/** What any reader of the file must at least do. */
const split = (text: string): number => text.split('\n').reduce((words, line) => words + (line.startsWith('#') ? 0 : line.trim().split(/\s+/).length), 0);
const judge = (text: string): unknown => validate(parseDocument(text, 'redis.conf'), { target, mode: 'redis' });

/** The file that comes with the server: 2,277 lines, mostly comments. */
function stock(): string {
  const path = ['/etc/redis/redis.conf', '/usr/share/doc/redis-server/examples/redis.conf'].find(existsSync);
  return path === undefined ? fail('no stock redis.conf: install redis-server') : decodeBytes(readFileSync(path));
}

function dense(count: number): string {
  const values: Readonly<Record<string, string>> = { bool: 'yes', int: '', memory: '100mb', string: 'abc' };
  const settings = tableFor(target).settings.filter(setting => setting.type in values && setting.check === undefined && setting.id !== 'hz');
  const line = (i: number): string => {
    const setting = settings[i % settings.length] ?? fail('no settings');
    return `${setting.name} ${setting.type === 'int' ? String(setting.min ?? 1) : values[setting.type] ?? ''}`;
  };
  return Array.from({ length: count }, (_, i) => line(i)).join('\n');
}

function spawnTime(text: string): number {
  const folder = mkdtempSync(join(tmpdir(), 'conf-speed-'));
  const file = join(folder, 'redis.conf');
  writeFileSync(file, text);
  const time = median(() => spawnSync('redis-server', [file, '--x-dry-run']), smoke ? 3 : 9);
  rmSync(folder, { recursive: true });
  return time;
}

/** How long each step of reading and judging holds the thread. The steps of two runs over one text are the same. */
function stepTimes(text: string): number[] {
  const times: number[] = [];
  const drive = <R>(generator: Generator<void, R>): R => {
    for (;;) {
      const from = performance.now();
      const step = generator.next();
      times.push(performance.now() - from);
      if (step.done === true) return step.value;
    }
  };
  const document = drive(parseInSteps(text, 'redis.conf'));
  drive(validateInSteps(document, { target, mode: 'redis' }, 500));
  return times;
}

function claim(name: string, value: number, limit: number, unit: string): void {
  const kept = value <= limit;
  if (!kept) process.exitCode = 1;
  console.log(`${kept ? 'kept  ' : 'MISSED'} ${name}: ${value.toFixed(3)} ${unit} (at most ${String(limit)})`);
}

const text = stock();
const [bare, ours, spawned] = [median(() => split(text)), median(() => judge(text)), spawnTime(text)];
console.log(`stock redis.conf, ${String(text.split('\n').length)} lines: split ${bare.toFixed(3)} ms, parse + validate ${ours.toFixed(3)} ms, redis-server --x-dry-run ${spawned.toFixed(1)} ms`);
claim('parse + validate beside a bare split', ours / bare, 5, 'times');
claim('parse + validate beside spawning redis-server', ours / spawned, 0.05, 'times');
const many = dense(2300);
console.log(`2,300 dense directives: split ${median(() => split(many)).toFixed(3)} ms`);
claim('2,300 dense directives', median(() => judge(many), smoke ? 15 : 51), 10, 'ms');
// Other names in every run: a mistyped name that was met before is remembered.
let run = 0;
const unknown = (): string => { run++; return Array.from({ length: 2300 }, (_, i) => `${many.split('\n')[i]?.split(' ')[0]?.slice(1) ?? 'x'}${String(run)}z${String(i)} 1`).join('\n'); };
const texts = Array.from({ length: smoke ? 24 : 62 }, unknown);
claim('2,300 unknown names with suggestions', median(() => judge(texts.pop() ?? fail('too few texts')), smoke ? 12 : 31), 100, 'ms');
const long = Array.from({ length: 100_000 }, (_, i) => (i % 3 === 0 ? '# a comment' : many.split('\n')[0] ?? '')).map((line, i) => (i % 3 === 1 ? `rename-command x${String(i)} y` : line)).join('\n');
// Each step at its best of some runs: on a busy machine, every run has a step in which others had the processor.
const runs = Array.from({ length: smoke ? 3 : 6 }, () => stepTimes(long));
const best = (runs[0] ?? []).map((_, step) => Math.min(...runs.map(times => times[step] ?? Infinity)));
console.log(`100,000 lines: ${String(best.length)} steps, ${best.reduce((sum, time) => sum + time, 0).toFixed(0)} ms in all`);
claim(`100,000 lines, longest step (number ${String(best.indexOf(Math.max(...best)) + 1)})`, Math.max(...best), 16, 'ms');
