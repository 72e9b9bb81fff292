import assert from 'node:assert/strict';
import type { Outcome } from '../../../scripts/setup/outcome.mjs';
import { failedFiles, failuresOf, passedOf, repeated } from '../../../scripts/setup/outcome.mjs';

const failure = (title: string) => ({ title, why: 'because' });

suite('what came of a suite, file by file', () => {
  const first = {
    files: {
      'a.js': { passed: 3, failures: [] },
      'b.js': { passed: 1, failures: [failure('two'), failure('three')] },
    },
  };

  test('is summed', () => {
    assert.deepEqual([passedOf(first), failuresOf(first).length, failedFiles(first)], [4, 2, ['b.js']]);
  });

  const rows: readonly (readonly [
    name: string,
    second: Outcome | undefined,
    passed: number,
    failed: readonly string[],
    again: readonly string[] | undefined,
  ])[] = [
    ['all passes', { files: { 'b.js': { passed: 3, failures: [] } } }, 6, [], ['two', 'three']],
    ['one fails again', { files: { 'b.js': { passed: 2, failures: [failure('two')] } } }, 5, ['two'], ['two', 'three']],
    ['it dies', undefined, 4, ['two', 'three'], undefined],
  ];
  for (const [name, second, passed, failed, again] of rows) {
    test(`a file run once more takes the place of its first run: ${name}`, () => {
      const both = repeated(first, second);
      assert.equal(passedOf(both), passed);
      assert.deepEqual(
        failuresOf(both).map(({ title }) => title),
        failed,
      );
      assert.deepEqual(
        both.again?.map(({ title }) => title),
        again,
      );
    });
  }
});
