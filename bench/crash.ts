/**
 * A creation killed (`kill -9` of its process) just before and just after each write of its journal, then taken back (or finished and
 * removed) by another process: nothing of ours may be left, and decoys must be untouched. `npm run bench -- crash [remove|finish] [every]`: every n-th write.
 * needs: docker images
 */
import { crashAndRecover, isCrashChild } from '../test/support/crash';
import type { KillPoint } from '../test/support/crash';
import { Decoys } from '../test/support/dockerWorld';

async function main(then: 'remove' | 'finish', every: number): Promise<void> {
  const name = `bench-crash-${then}`;
  const decoys = new Decoys(name);
  let runs = 0;
  let failed = 0;
  try {
    for (let write = 1, more = true; more; write += every) {
      for (const when of ['before', 'after'] as const) {
        const point: KillPoint = { write, when };
        try {
          const { killed, at, stood, ms } = await crashAndRecover(__filename, name, point, then, decoys);
          more &&= killed;
          if (!killed) continue;
          runs++;
          console.log(`${when} write ${write}`.padEnd(18), at.padEnd(28), `stood ${String(stood).padStart(2)}`, `${then} ${ms} ms`);
        } catch (error) {
          runs++;
          failed++;
          console.log(`${when} write ${write} FAILED`, error);
        }
      }
    }
  } finally {
    decoys.remove();
  }
  console.log(`${runs} kills, then ${then}: ${runs - failed} left nothing behind and touched no decoy, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

if (!isCrashChild()) void main(process.argv[2] === 'finish' ? 'finish' : 'remove', Number(process.argv[3] ?? 1));
