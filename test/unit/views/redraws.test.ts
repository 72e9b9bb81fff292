import assert from 'node:assert/strict';
import { Redraws } from '../../../src/views/redraws';

const drawn = (apartMs?: number) => {
  const calls: (readonly string[] | undefined)[] = [];
  const redraws = new Redraws<string>(rows => calls.push(rows), apartMs);
  return { calls, redraws };
};
const pass = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

suite('views/redraws', () => {
  test('what changes first is drawn at once, what comes soon after it together, each row once', async () => {
    const { calls, redraws } = drawn(50);
    redraws.add(['a']);
    redraws.add(['b', 'c']);
    redraws.add(['b']);
    assert.deepEqual(calls, [['a']]);
    await pass(120);
    assert.deepEqual(calls, [['a'], ['b', 'c']]);
    redraws.dispose();
  });

  test('changes without end are drawn all the same, and never sooner than VS Code takes them for calm', async () => {
    const at: number[] = [];
    const redraws = new Redraws<number>(() => at.push(performance.now()));
    const began = performance.now();
    for (let i = 0; performance.now() - began < 1200; i++) {
      redraws.add([i]);
      await pass(20);
    }
    redraws.dispose();
    assert.ok(at.length >= 3, `${at.length} times in 1.2 s`);
    for (const [index, time] of at.entries())
      if (index > 0) assert.ok(time - (at[index - 1] ?? 0) > 200, `${time - (at[index - 1] ?? 0)} ms apart`);
  });

  test('the whole tree holds its rows', async () => {
    const { calls, redraws } = drawn(10);
    redraws.add(undefined);
    redraws.add(['a']);
    redraws.add(undefined);
    await pass(60);
    assert.deepEqual(calls, [undefined, undefined]);
    redraws.dispose();
  });

  test('nothing is drawn for nothing, nor for a row that went', async () => {
    const { calls, redraws } = drawn(10);
    redraws.add([]);
    assert.deepEqual(calls, []);
    redraws.add(['a']);
    redraws.add(['b']);
    redraws.forget('b');
    await pass(60);
    assert.deepEqual(calls, [['a']]);
    redraws.add(['c']);
    assert.deepEqual(calls, [['a'], ['c']], 'at once again');
    redraws.dispose();
  });

  test('ended: nothing comes after it', async () => {
    const { calls, redraws } = drawn(10);
    redraws.add(['a']);
    redraws.add(['b']);
    redraws.dispose();
    await pass(60);
    assert.deepEqual(calls, [['a']]);
  });
});
