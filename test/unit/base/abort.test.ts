import assert from 'node:assert/strict';
import { deadline, delay, isCancellation, isDeadline, mapLimit, until, whenAborted } from '../../../src/base/abort';

suite('base/abort', () => {
  test('a deadline settles although the work never does, and tells the work', async () => {
    let told = false;
    const never = deadline(
      'reading',
      5,
      undefined,
      signal =>
        new Promise<void>(() =>
          signal.addEventListener('abort', () => {
            told = true;
          }),
        ),
    );
    await assert.rejects(never, isDeadline);
    assert.ok(told);
  });

  test('cancelling settles at once with a cancellation', async () => {
    const cancel = new AbortController();
    const waiting = deadline('waiting', 10_000, cancel.signal, () => new Promise<void>(() => undefined));
    cancel.abort();
    await assert.rejects(waiting, isCancellation);
    await assert.rejects(delay(10_000, cancel.signal), isCancellation);
  });

  test('however many wait on one signal, it has one listener; each is told once, and those that have ended are not', async () => {
    const cancel = new AbortController();
    let listeners = 0;
    const add = cancel.signal.addEventListener.bind(cancel.signal);
    cancel.signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++;
      add(...args);
    };
    const told: number[] = [];
    const forgets = Array.from({ length: 30 }, (_, i) => whenAborted(cancel.signal, () => told.push(i)));
    for (const forget of forgets.slice(0, 28)) forget();
    const late = delay(10_000, cancel.signal);
    cancel.abort();
    assert.deepEqual(told, [28, 29]);
    await assert.rejects(late, isCancellation);
    assert.equal(listeners, 1);
  });

  test('a value or a failure passes through', async () => {
    assert.equal(await deadline('work', 1000, undefined, async () => 7), 7);
    await assert.rejects(
      deadline('work', 1000, undefined, async () => {
        throw new Error('no');
      }),
      /no/,
    );
  });

  test('until asks again until there is an answer', async () => {
    let asked = 0;
    assert.equal(
      await until('three', { everyMs: 1, deadlineMs: 1000 }, async () => (++asked === 3 ? asked : undefined)),
      3,
    );
    await assert.rejects(
      until('never', { everyMs: 1, deadlineMs: 10 }, async () => undefined),
      isDeadline,
    );
  });

  test('mapLimit keeps order, keeps the limit and stops at a failure', async () => {
    let running = 0;
    let most = 0;
    const doubled = await mapLimit([5, 1, 3], 2, async ms => {
      most = Math.max(most, ++running);
      await delay(ms);
      running--;
      return ms * 2;
    });
    assert.deepEqual(doubled, [10, 2, 6]);
    assert.equal(most, 2);
    const taken: number[] = [];
    await assert.rejects(
      mapLimit([1, 2, 3, 4], 1, async item => {
        taken.push(item);
        if (item === 2) throw new Error('two');
      }),
      /two/,
    );
    assert.deepEqual(taken, [1, 2]);
  });
});
