import assert from 'node:assert/strict';
import { compareNames } from '../../../src/model/names';

suite('model/names', () => {
  const cases: readonly [before: string, after: string][] = [
    ['redis-2', 'redis-10'],
    ['a', 'b'],
    ['redis-1', 'redis-1a'],
    ['node 9', 'node 10'],
    ['', 'a'],
  ];
  for (const [before, after] of cases) {
    test(`${before} < ${after}`, () => {
      assert.ok(compareNames(before, after) < 0);
      assert.ok(compareNames(after, before) > 0);
      assert.equal(compareNames(before, before), 0);
    });
  }
});
