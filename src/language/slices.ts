/**
 * Long work on the one thread of the extension host, cut so that it never holds up a key stroke. All of it goes through one
 * queue: pieces of several works that each kept to a limit of their own would add up in one turn of the event loop.
 */

/** What all works together may take of one turn. A frame is 16 ms; the editor and other extensions share it. */
const sliceMs = 4;

interface Work {
  /** Does one step; true when nothing is left to do. */
  readonly step: () => boolean;
}

const waiting: Work[] = [];
let pumping = false;

/**
 * Runs `steps` to its end, a slice of a few milliseconds at a time. Resolves with its result, or with undefined as soon as
 * `unwanted` says that nobody waits any more. Works that run at the same time take turns.
 */
export function inSlices<T>(steps: Generator<unknown, T>, unwanted: () => boolean): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const step = (): boolean => {
      try {
        if (unwanted()) {
          resolve(undefined);
          return true;
        }
        const { done, value } = steps.next();
        if (done === true) resolve(value);
        return done === true;
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
        return true;
      }
    };
    waiting.push({ step });
    if (pumping) return;
    pumping = true;
    queueMicrotask(pump);
  });
}

/** One slice: the works take turns until the time is up, the rest waits for the next turn of the event loop. */
function pump(): void {
  const end = performance.now() + sliceMs;
  do {
    const work = waiting.shift();
    if (work === undefined) break;
    if (!work.step()) waiting.push(work);
  } while (performance.now() < end);
  pumping = waiting.length > 0;
  if (pumping) nextTurn(pump);
}

/** Gives the thread back. `setImmediate` lets everything that waits go first and returns at once; browsers have no such thing. */
const nextTurn: (then: () => void) => void =
  typeof setImmediate === 'function'
    ? then => {
        setImmediate(then);
      }
    : messageTurn();

function messageTurn(): (then: () => void) => void {
  const { port1, port2 } = new MessageChannel();
  let next: (() => void) | undefined;
  port1.addEventListener('message', () => next?.());
  port1.start();
  return then => {
    next = then;
    port2.postMessage(undefined);
  };
}
