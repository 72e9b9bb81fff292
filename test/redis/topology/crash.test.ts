import assert from 'node:assert/strict';
import { crashAndRecover, isCrashChild } from '../../support/crash';
import type { KillPoint } from '../../support/crash';
import { Decoys } from '../../support/dockerWorld';

/** A sample; every step both ways is `bench/crash.ts`. */
const cases: readonly (readonly [KillPoint, 'remove' | 'finish'])[] = [
  [{ write: 1, when: 'before' }, 'remove'],
  [{ write: 4, when: 'after' }, 'remove'],
  [{ write: 5, when: 'before' }, 'remove'],
  [{ write: 8, when: 'after' }, 'remove'],
  [{ write: 14, when: 'before' }, 'finish'],
  [{ write: 20, when: 'after' }, 'finish'],
  [{ write: 36, when: 'after' }, 'remove'],
  [{ write: 40, when: 'before' }, 'finish'],
];

if (!isCrashChild()) {
  suite('creation killed in the middle, in Docker', () => {
    const name = 'verbs-crash';
    let decoys: Decoys;
    suiteSetup(() => { decoys = new Decoys(name); });
    suiteTeardown(() => decoys.remove());

    for (const [point, then] of cases) {
      test(`${point.when} journal write ${point.write}, then ${then}`, async function () {
        this.timeout(90_000);
        const { killed } = await crashAndRecover(__filename, name, point, then, decoys);
        assert.ok(killed, 'the creation has fewer journal writes than this');
      });
    }
  });
}
