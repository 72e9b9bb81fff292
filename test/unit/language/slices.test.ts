import assert from 'node:assert/strict';
import { inSlices } from '../../../src/language/slices';

/** `count` steps that each keep the thread busy, noting their name. */
function* busy(name: string, count: number, milliseconds: number, notes: string[]): Generator<void, string> {
  for (let at = 0; at < count; at++) {
    for (const end = performance.now() + milliseconds; performance.now() < end;);
    notes.push(name);
    yield;
  }
  return name;
}

const never = (): boolean => false;

suite('language/slices', () => {
  test('the result is that of the steps', async () => assert.equal(await inSlices(busy('a', 3, 0, []), never), 'a'));

  test('works take turns', async () => {
    const notes: string[] = [];
    await Promise.all(['a', 'b'].map(name => inSlices(busy(name, 4, 0, notes), never)));
    assert.equal(notes.join(''), 'abababab');
  });

  test('several works together leave the thread as often as one', async () => {
    let turns = 0;
    let going = true;
    const turn = (): void => {
      turns++;
      if (going) setImmediate(turn);
    };
    setImmediate(turn);
    await Promise.all(Array.from({ length: 8 }, () => inSlices(busy('x', 10, 1, []), never)));
    going = false;
    // 80 ms of work: in pieces of their own for each work, all would fit into a few turns.
    assert.ok(turns >= 12, `${String(turns)} turns`);
  });

  test('what is not wanted any more ends at once', async () => {
    const notes: string[] = [];
    assert.equal(await inSlices(busy('a', 100, 0, notes), () => notes.length >= 2), undefined);
    assert.equal(notes.length, 2);
  });

  test('a failure is that of its own work', async () => {
    const failing = (function* (): Generator<void, string> {
      yield;
      throw new Error('broken');
    })();
    const other = inSlices(busy('b', 5, 0, []), never);
    await assert.rejects(inSlices(failing, never), /broken/);
    assert.equal(await other, 'b');
  });
});
