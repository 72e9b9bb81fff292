import assert from 'node:assert/strict';
import { compareNames } from '../../../src/model/names';

suite('model/names', () => {
  const cases: readonly [before: string, after: string][] = [
    ['redis-2', 'redis-10'],
    ['a', 'b'],
    ['redis-1', 'redis-1a'],
    ['node 9', 'node 10'],
    ['', 'a'],
    ['redis-02', 'redis-10'],
    ['redis-2', 'redis-010'],
    ['Redis-1', 'redis-2'],
    ['redis-1', 'Redis-2'],
    ['a', 'B'],
    ['redis-1-2', 'redis-1-10'],
    ['redis', 'redis-1'],
    ['7', '07a'],
    ['99999999999999999998', '99999999999999999999'],
    ['节点2', '节点10'],
    ['A', 'a'],
    ['01', '1'],
  ];
  for (const [before, after] of cases) {
    test(`${before} < ${after}`, () => {
      assert.ok(compareNames(before, after) < 0);
      assert.ok(compareNames(after, before) > 0);
      assert.equal(compareNames(before, before), 0);
    });
  }

  test('one order, whatever the names come in', () => {
    const names = ['b', 'a10', 'A2', 'a2', 'a-1', 'a_1', 'a', '10', '9', '', 'é', 'a1b2', 'a1b10', 'a01b3'];
    const sorted = [...names].sort(compareNames);
    for (let turn = 1; turn < names.length; turn++)
      assert.deepEqual([...names.slice(turn), ...names.slice(0, turn)].sort(compareNames), sorted);
    for (const [index, one] of sorted.entries())
      for (const later of sorted.slice(index + 1)) assert.ok(compareNames(one, later) < 0, `${one} < ${later}`);
  });
});
