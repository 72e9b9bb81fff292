/**
 * Claim: after every fault, and after its healing, the tree says what is so, as redis-cli and docker tell it to a witness.
 * needs: docker images redis-server
 * Replication 1+2, Sentinel 1+2+3, Cluster 3+3: `npm run bench -- drills [docker|process|both] [kind …]`
 */
import { loadavg } from 'node:os';
import type { EngineKind, TopologyKind } from '../src/model/instance';
import type { DrillResult } from '../test/support/drills';
import { DrillWorld } from '../test/support/drills';
import { runDrills } from '../test/support/drillList';

const kinds = ['replication', 'sentinel', 'cluster'] as const;

async function main([where = 'both', ...named]: readonly string[]): Promise<void> {
  const engines: readonly EngineKind[] = where === 'both' ? ['process', 'docker'] : [where as EngineKind];
  const failures: string[] = [];
  const late: number[] = [];
  const first: number[] = [];
  let cases = 0;
  for (const engine of engines)
    for (const kind of kinds.filter(one => named.length === 0 || named.includes(one)) as readonly TopologyKind[]) {
      console.log(
        `\n${kind} on ${engine} (load ${loadavg()[0]?.toFixed(1)})\n${'fault'.padEnd(44)}${'first shown'.padStart(12)}${'at rest'.padStart(10)}${'shown late'.padStart(12)}  health`,
      );
      const world = await DrillWorld.make(
        kind,
        engine,
        { replication: 24_000, sentinel: 24_100, cluster: 21_300 }[kind],
      );
      try {
        await runDrills(world, (result: DrillResult) => {
          cases++;
          late.push(result.shownLateMs);
          if (result.firstShownMs > 0) first.push(result.firstShownMs);
          console.log(
            `${result.name.padEnd(44)}${result.firstShownMs.toFixed(0).padStart(9)} ms${result.restedMs.toFixed(0).padStart(7)} ms${result.shownLateMs.toFixed(0).padStart(9)} ms  ${result.health}`,
          );
        });
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
        console.log(failures.at(-1));
      } finally {
        await world.dispose();
      }
    }
  const sorted = [...late].sort((a, b) => a - b);
  const at = (q: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN).toFixed(0);
  console.log(
    `\n${cases} states, each shown as it was; after the last change it took a median of ${at(0.5)}, p95 ${at(0.95)}, at most ${at(1)} ms (the witness looks about 5 times a second); load ${loadavg()[0]?.toFixed(1)}`,
  );
  if (failures.length > 0) throw new Error(`${failures.length} worlds ended with a difference`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
