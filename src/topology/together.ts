import { whenAborted } from '../base/abort';

/**
 * Runs `works` at the same time under one signal. When one fails, the others are told to stop, **all are awaited**, and the first
 * failure is thrown: after this returns or throws nothing of it is still running, so an undo cannot be overtaken.
 */
export async function together(
  signal: AbortSignal,
  ...works: readonly ((signal: AbortSignal) => Promise<unknown>)[]
): Promise<void> {
  const own = new AbortController();
  const stop = (): void => own.abort(signal.reason);
  if (signal.aborted) stop();
  const forget = whenAborted(signal, stop);
  let failed = false;
  let failure: unknown;
  try {
    await Promise.all(
      works.map(async work => {
        try {
          await work(own.signal);
        } catch (error) {
          if (!failed) failure = error;
          failed = true;
          own.abort();
        }
      }),
    );
  } finally {
    forget();
  }
  if (failed) throw failure;
}
