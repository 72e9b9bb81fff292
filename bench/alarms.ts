/**
 * Claim: while nothing is wrong nothing is said to be: no finding of severity warning or error on healthy topologies of all kinds that are written to.
 * `npm run bench -- alarms [minutes] [engine:image …]`; by default 10 minutes of everything at once: Docker with Redis 7.0, 8.0 and Valkey 8.1, and
 * plain processes; each as replication 1+2, Sentinel 1+2+3 and Cluster 3+3, 400 writes a second on each topology.
 * needs: docker images redis-server
 */
import { loadavg } from 'node:os';
import { delay, until } from '../src/base/abort';
import type { EngineKind, TopologyKind } from '../src/model/instance';
import { keySlot } from '../src/model/slots';
import { ReplyError } from '../src/redis/client';
import { Collector } from '../src/topology/diagnose/collector';
import { Diagnoser } from '../src/topology/diagnose/diagnoser';
import { DrillWorld } from '../test/support/drills';
import { readText } from '../test/support/handMade';
import { testPorts } from '../test/support/naming';

const kinds: readonly TopologyKind[] = ['replication', 'sentinel', 'cluster'];
const everywhere = ['docker:redis:7.0', 'docker:redis:8.0', 'docker:valkey/valkey:8.1', 'process:redis-server'];
const BATCH = 40;
const EVERY_MS = 100;

/** One topology that is watched as in the editor, and written to. */
class Watched {
  readonly told = new Map<string, number>();
  readonly notes = new Set<string>();
  readonly failures: unknown[] = [];
  written = 0;
  refused = 0;
  changes = 0;
  readonly #collector: Collector;
  readonly #diagnoser: Diagnoser;

  constructor(
    readonly title: string,
    readonly world: DrillWorld,
  ) {
    const onFailure = (error: unknown): void => void this.failures.push(error);
    this.#collector = new Collector({
      engine: () => world.engine,
      inventory: world.inventory,
      readText,
      now: () => Date.now(),
      onFailure,
    });
    this.#diagnoser = new Diagnoser(world.inventory, this.#collector, onFailure);
    world.inventory.onDidChange(() => this.changes++);
    const began = Date.now();
    this.#diagnoser.onDidChange(problems => {
      for (const { what, severity } of problems) {
        if (severity === 'info') this.notes.add(what.code);
        else this.told.set(`${severity} ${JSON.stringify(what)}`, Date.now() - began);
      }
    });
  }

  /** Writes to the master, in a cluster to each; each connection only what is its own. */
  async write(signal: AbortSignal): Promise<void> {
    const { inventory } = this.world;
    const masters = this.world.topology?.nodes.filter(({ role }) => role === 'master') ?? [];
    await Promise.all(
      masters.map(async node => {
        const connection = await inventory.connectionTo(node.id, signal);
        const slots = this.world.topology?.shards?.find(({ nodes }) => nodes[0] === node.id)?.slots;
        const mine = Array.from({ length: 4000 }, (_, n) => `load:${n}`).filter(
          key => slots === undefined || slots.some(([from, to]) => from <= keySlot(key) && keySlot(key) <= to),
        );
        for (let at = 0; !signal.aborted; at += BATCH) {
          const batch = Array.from({ length: Math.ceil(BATCH / masters.length) }, (_, index) => [
            'SET',
            mine[(at + index) % mine.length] ?? '',
            'x'.repeat(64),
          ]);
          const replies = await connection.pipeline(batch, { timeoutMs: 10_000 });
          this.written += replies.filter(reply => !(reply instanceof ReplyError)).length;
          this.refused += replies.filter(reply => reply instanceof ReplyError).length;
          await delay(EVERY_MS, signal).catch(() => undefined); // it ends by being cancelled
        }
        connection.dispose();
      }),
    );
  }

  async dispose(): Promise<void> {
    this.#diagnoser.dispose();
    this.#collector.dispose();
    await this.world.dispose();
  }
}

async function main([minutes = '10', ...named]: readonly string[]): Promise<void> {
  const places = named.length === 0 ? everywhere : named;
  const all: Watched[] = [];
  const controller = new AbortController();
  try {
    for (const place of places)
      for (const kind of kinds) {
        const [engine = '', ...image] = place.split(':');
        const world = await DrillWorld.make(kind, engine as EngineKind, await testPorts(60), image.join(':'));
        await until('healthy', { everyMs: 50, deadlineMs: 60_000 }, () =>
          Promise.resolve(world.topology?.health.level === 'healthy' || undefined),
        );
        all.push(new Watched(`${kind} ${place}`, world));
      }
    console.log(`${all.length} topologies, ${minutes} min; load ${loadavg()[0]?.toFixed(1)}`);
    const writing = all.map(one => one.write(controller.signal));
    await Promise.race([delay(Number(minutes) * 60_000), ...writing]);
    controller.abort();
    await Promise.all(writing);
    let wrong = 0;
    for (const { title, told, notes, failures, written, refused, changes } of all) {
      wrong += told.size + failures.length;
      console.log(
        `${title.padEnd(44)}${String(told.size).padStart(3)} warnings or errors, ${written} writes (${refused} refused), ${changes} changes seen; notes: ${[...notes].join(', ') || 'none'}`,
      );
      for (const [what, at] of told) console.log(`    after ${(at / 1000).toFixed(1)} s: ${what}`);
      for (const failure of failures) console.log('    failure', failure);
    }
    console.log(`${wrong} wrong alarms in ${all.length} × ${minutes} min; load ${loadavg()[0]?.toFixed(1)}`);
    if (wrong > 0) process.exitCode = 1;
  } finally {
    controller.abort();
    for (const one of all) await one.dispose();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
