/**
 * Claim: what goes wrong besides the notes' pitfalls is found within 2 s of the fact, with its code, and mended by its fix where it has one.
 * needs: docker images
 * On real servers made by hand: `npm run bench -- diagnose [words of a case …]`. The 17 rows of the notes are test/redis/diagnose/seed*.
 */
import { loadavg } from 'node:os';
import { beginBeyond, beyond } from '../test/support/beyond';
import type { Told } from '../test/support/beyondServers';
import { HandMade } from '../test/support/handMade';

const LIMIT_MS = 2000;

async function main(words: readonly string[]): Promise<void> {
  const hand = new HandMade();
  const told: Told[] = [];
  let broken = 0;
  try {
    await beginBeyond(hand);
    for (const one of beyond.filter(({ name }) => words.length === 0 || words.some(word => name.includes(word)))) {
      try {
        for (const row of await one.run(hand)) {
          told.push(row);
          console.log(`${row.code.padEnd(26)}${row.ms.toFixed(0).padStart(6)} ms   ${row.mended}`);
        }
      } catch (error) {
        broken++;
        console.log(`${one.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    for (const failure of hand.failures) console.error(failure);
  } finally {
    await hand.dispose();
  }
  const late = told.filter(({ ms }) => ms > LIMIT_MS).map(({ code }) => code);
  console.log(`${told.length} found, ${late.length} later than 2 s; load ${loadavg()[0]?.toFixed(1)}`);
  if (broken + late.length + hand.failures.length > 0) throw new Error(`${broken} not found, late: ${late.join(', ')}`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
