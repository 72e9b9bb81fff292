/** Long work on the one thread of the extension host, cut so that it never holds up a key stroke. */

/** A frame is 16 ms; a slice leaves half of it to everybody else. */
const sliceMs = 8;

/**
 * Runs `steps` to its end, giving the thread back whenever a slice is used up. Resolves with its result, or with
 * undefined as soon as `unwanted` says that nobody waits any more.
 */
export async function inSlices<T>(steps: Generator<unknown, T>, unwanted: () => boolean): Promise<T | undefined> {
  let started = performance.now();
  for (;;) {
    if (unwanted()) return undefined;
    const step = steps.next();
    if (step.done === true) return step.value;
    if (performance.now() - started < sliceMs) continue;
    await new Promise<void>(resolve => setImmediate(resolve));
    started = performance.now();
  }
}
