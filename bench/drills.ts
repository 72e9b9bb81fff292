/**
 * Claim: after every fault, and after its healing, the tree says what is so, as redis-cli and docker tell it to a witness.
 * needs: docker images redis-server
 * Replication 1+2, Sentinel 1+2+3, Cluster 3+3: `npm run bench -- drills [docker|process|both] [kind …] [words of a fault …]`; every state is kept in
 * out/drills, `drills report` prints the times of all that was run, differences included.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import type { EngineKind, TopologyKind } from '../src/model/instance';
import type { DrillResult } from '../test/support/drills';
import { DrillWorld } from '../test/support/drills';
import { faultsOf, runDrills } from '../test/support/drillList';

const kinds = ['replication', 'sentinel', 'cluster'] as const;
const engines = ['process', 'docker'] as const;
const file = join(process.env['REDIS_TOPOLOGY_ROOT'] ?? process.cwd(), 'out', 'drills', 'states.ndjson');

type Kept = { readonly kind: TopologyKind; readonly engine: EngineKind; readonly load: number } & (
  Omit<DrillResult, 'rows'> | { readonly name: string; readonly difference: string }
);

function keep(one: Kept): void {
  mkdirSync(join(file, '..'), { recursive: true });
  appendFileSync(file, `${JSON.stringify(one)}\n`);
}

const load = (): number => Number((loadavg()[0] ?? 0).toFixed(1));
const ms = (value: number): string => `${value.toFixed(0).padStart(9)} ms`;
const head = `${'fault'.padEnd(44)}${'first shown'.padStart(12)}${'at rest'.padStart(12)}${'shown late'.padStart(12)}  health`;
const rowOf = ({ name, firstShownMs, restedMs, shownLateMs, health }: Omit<DrillResult, 'rows'>): string =>
  `${name.padEnd(44)}${ms(firstShownMs)}${ms(restedMs)}${ms(shownLateMs)}  ${health}`;

function sum(states: readonly Kept[]): string {
  const shown = states.flatMap(one => ('shownLateMs' in one ? [one] : []));
  const at = (values: readonly number[], q: number): string =>
    ([...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))] ?? NaN).toFixed(0);
  const late = shown.map(one => one.shownLateMs);
  const first = shown.map(one => one.firstShownMs).filter(value => value > 0);
  return `${shown.length} states shown as they were, ${states.length - shown.length} not; first change shown after a median of ${at(first, 0.5)} ms, p95 ${at(first, 0.95)}; shown for good after the last change: median ${at(late, 0.5)}, p95 ${at(late, 0.95)}, at most ${at(late, 1)} ms (the witness looks about 5 times a second)`;
}

/** One world a kind and engine; after a difference a new one, so that what follows is tried as well. */
async function run(kind: TopologyKind, engine: EngineKind, wanted: readonly string[]): Promise<readonly Kept[]> {
  console.log(`\n${kind} on ${engine} (load ${load()})\n${head}`);
  const states: Kept[] = [];
  const note = (one: Kept): void => {
    states.push(one);
    keep(one);
  };
  let world: DrillWorld | undefined;
  try {
    for (const name of faultsOf(kind, engine).filter(
      fault => wanted.length === 0 || wanted.some(word => fault.includes(word)),
    )) {
      world ??= await DrillWorld.make(kind, engine, { replication: 24_000, sentinel: 24_100, cluster: 21_300 }[kind]);
      try {
        await runDrills(
          world,
          ({ rows: _, ...result }) => {
            note({ kind, engine, load: load(), ...result });
            console.log(rowOf(result));
          },
          [name],
        );
      } catch (error) {
        const difference = error instanceof Error ? error.message : String(error);
        note({ kind, engine, load: load(), name, difference });
        console.log(`${name}: ${difference}`);
        await world.dispose();
        world = undefined;
      }
    }
  } finally {
    await world?.dispose();
  }
  return states;
}

function report(): void {
  const states = existsSync(file)
    ? readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as Kept)
    : [];
  for (const engine of engines)
    for (const kind of kinds) {
      const own = states.filter(one => one.engine === engine && one.kind === kind);
      if (own.length === 0) continue;
      console.log(`\n${kind} on ${engine}\n${head}`);
      for (const one of own)
        console.log('difference' in one ? `${one.name}: ${one.difference.split('\n')[0]}` : rowOf(one));
      console.log(sum(own));
    }
  console.log(`\nall: ${sum(states)}`);
}

async function main(words: readonly string[]): Promise<void> {
  if (words[0] === 'report') return report();
  if (words[0] === 'afresh') return rmSync(join(file, '..'), { recursive: true, force: true });
  const chosen = <T extends string>(all: readonly T[]): readonly T[] =>
    words.some(word => all.includes(word as T)) ? all.filter(one => words.includes(one)) : all;
  const wanted = words.filter(word => ![...kinds, ...engines, 'both'].includes(word as TopologyKind));
  const states: Kept[] = [];
  for (const engine of chosen<EngineKind>(engines))
    for (const kind of chosen<TopologyKind>(kinds)) states.push(...(await run(kind, engine, wanted)));
  console.log(`\n${sum(states)}; load ${load()}`);
  if (states.some(one => 'difference' in one)) throw new Error('what was shown is not what was so');
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
