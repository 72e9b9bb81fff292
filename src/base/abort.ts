import { HumanError, isFault } from './errors';

/** What `deadline` throws when time is up: `what` names the work, in words for a log. */
export interface DeadlineFault {
  readonly code: 'deadline';
  readonly what: string;
  readonly ms: number;
}

/** Whether `error` says that the work was cancelled (by the user or by shutdown), not that it failed. */
export function isCancellation(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

export function isDeadline(error: unknown): error is HumanError<DeadlineFault> {
  return isFault(error, 'deadline');
}

/** Waits `ms` milliseconds; rejects with the signal's reason as soon as it aborts. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(reasonOf(signal));
    const timer = setTimeout(() => {
      forget();
      resolve();
    }, ms);
    const forget = whenAborted(signal, () => {
      clearTimeout(timer);
      reject(reasonOf(signal));
    });
  });
}

/**
 * Runs `work` and settles by itself when `ms` are over or `signal` aborts, **whether or not `work` ever settles**: promises of
 * a Docker client can stay pending for ever when a connection is cut inside a response body. The signal handed to `work`
 * aborts in both cases, so that sockets are let go.
 */
export function deadline<T>(
  what: string,
  ms: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal?.aborted) return reject(reasonOf(signal));
    const own = new AbortController();
    const timer = setTimeout(() => end(new HumanError<DeadlineFault>({ code: 'deadline', what, ms })), ms);
    const forget = whenAborted(signal, () => end(reasonOf(signal)));
    function end(reason: unknown): void {
      settle();
      reject(reason);
      own.abort(reason);
    }
    function settle(): void {
      clearTimeout(timer);
      forget();
    }
    let running: Promise<T>;
    try {
      running = work(own.signal);
    } catch (error) {
      settle();
      return reject(error);
    }
    running.then(
      value => {
        settle();
        resolve(value);
      },
      error => {
        settle();
        reject(error);
      },
    );
  });
}

/**
 * Asks `check` again and again until it gives something other than `undefined`, waiting `everyMs` between two asks.
 * Throws a {@link DeadlineFault} after `deadlineMs`; errors of `check` pass through.
 */
export async function until<T>(
  what: string,
  options: { readonly everyMs: number; readonly deadlineMs: number; readonly signal?: AbortSignal | undefined },
  check: (signal: AbortSignal) => Promise<T | undefined>,
): Promise<T> {
  return deadline(what, options.deadlineMs, options.signal, async signal => {
    for (;;) {
      const value = await check(signal);
      if (value !== undefined) return value;
      await delay(options.everyMs, signal);
    }
  });
}

/** What is to be called when a signal aborts. One listener serves all who wait on it: many may, and Node warns of more than ten. */
const waiting = new WeakMap<AbortSignal, Waiting>();

interface Waiting {
  readonly listeners: Set<() => void>;
  readonly tell: () => void;
}

/**
 * Calls `listener` once when `signal` aborts; the function returned ends that. Nothing of ours stays on the signal when nobody waits: Node keeps a signal
 * made of others (`AbortSignal.any`) for as long as it is listened to, with all that hangs on it.
 */
export function whenAborted(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined) return () => undefined;
  let here = waiting.get(signal);
  if (here === undefined) {
    const listeners = new Set<() => void>();
    const tell = (): void => {
      for (const each of [...listeners]) each();
    };
    here = { listeners, tell };
    waiting.set(signal, here);
    signal.addEventListener('abort', tell, { once: true });
  }
  const { listeners, tell } = here;
  const forget = (): void => {
    if (!listeners.delete(own) || listeners.size > 0) return;
    waiting.delete(signal);
    signal.removeEventListener('abort', tell);
  };
  const own = (): void => {
    forget();
    listener();
  };
  listeners.add(own);
  return forget;
}

/** Like `Promise.all` over `items`, at most `limit` at a time. The first failure stops the taking of new items and is thrown when the running ones have ended. */
export async function mapLimit<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  let failed = false;
  let failure: unknown;
  async function worker(): Promise<void> {
    while (!failed && next < items.length) {
      const index = next++;
      try {
        results[index] = await work(items[index] as T, index);
      } catch (error) {
        if (!failed) failure = error;
        failed = true;
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failed) throw failure;
  return results;
}

function reasonOf(signal: AbortSignal | undefined): unknown {
  return signal?.reason instanceof Error ? signal.reason : new DOMException('cancelled', 'AbortError');
}
