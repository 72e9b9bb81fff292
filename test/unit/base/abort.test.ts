import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
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

  test('who waited leaves nothing on the signal, and the next may wait again', async () => {
    const { signal } = new AbortController();
    const forget = [whenAborted(signal, () => undefined), whenAborted(signal, () => undefined)];
    assert.equal(getEventListeners(signal, 'abort').length, 1, 'one serves all');
    for (const each of forget) each();
    assert.equal(getEventListeners(signal, 'abort').length, 0);
    await deadline('work', 1000, signal, () => Promise.resolve());
    await delay(1, signal);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
    const later = new AbortController();
    let told = 0;
    whenAborted(later.signal, () => told++)();
    whenAborted(later.signal, () => told++);
    later.abort();
    assert.equal(told, 1);
  });

  test('a signal made of others is let go of with what was done under it', async () => {
    // Node keeps such a signal for as long as somebody listens to it: what hangs on the listener was never freed
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const life = new AbortController();
    const kept: WeakRef<AbortSignal>[] = [];
    for (let count = 0; count < 100; count++)
      await (() => {
        const one = AbortSignal.any([life.signal, AbortSignal.timeout(600_000)]);
        kept.push(new WeakRef(one));
        return deadline('work', 1000, one, () => Promise.resolve());
      })();
    for (let turn = 0; turn < 3; turn++) {
      await delay(1);
      collect();
    }
    assert.ok(kept.filter(one => one.deref() !== undefined).length < 10);
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
