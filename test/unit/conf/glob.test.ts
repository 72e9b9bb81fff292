import assert from 'node:assert/strict';
import { matcher } from '../../../src/conf/glob';

suite('glob: one part of a pattern', () => {
  const cases: readonly (readonly [pattern: string, matches: readonly string[], others: readonly string[]])[] = [
    ['*.conf', ['a.conf', 'é.conf'], ['a.conf~', '.a.conf', 'aconf']],
    ['?.c', ['a.c', '😀.c'], ['ab.c', '.c']],
    ['[ab]*', ['a', 'bx'], ['c', '[']],
    ['[!ab]', ['c', '!'], ['a', 'b']],
    ['[^ab]', ['c'], ['a', '^'.repeat(2)]],
    ['[]a]', [']', 'a'], ['b']],
    ['[a-c]', ['b'], ['d', '-']],
    ['[[:alpha:]]', ['x', 'Z'], ['1', ':', '[']],
    ['[![:digit:]_]', ['x'], ['1', '_']],
    ['[[:nope:]]', [], ['x']],
    ['[[a]', ['[', 'a'], ['b']],
    ['a[.conf', ['a[.conf'], ['a.conf']],
    ['\\?', ['?'], ['a']],
    ['.*', ['.a'], ['a']],
    ['[z-a]', [], ['z', 'a', 'm']],
    ['a.b', ['a.b'], ['axb']],
  ];
  for (const [pattern, matches, others] of cases) {
    test(pattern, () => {
      const test = matcher(pattern);
      for (const name of matches) assert.ok(test(name), name);
      for (const name of others) assert.ok(!test(name), name);
    });
  }
});
