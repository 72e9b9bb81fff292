import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

/** Runs in the process that writes: until it is told to stop. Says `onRunning` when every writer has had writes acknowledged. */
export type Write<Order, Result> = (order: Order, isStopped: () => boolean, onRunning: () => void) => Promise<Result>;

/**
 * Whether this process is one that `Writers` began (then it writes, and must do nothing else).
 * @param variable of the environment, which carries the order
 */
export function writesAsChild<Order, Result>(variable: string, write: Write<Order, Result>): boolean {
  const text = process.env[variable];
  if (text === undefined) return false;
  let stopped = false;
  process.on('message', () => {
    stopped = true;
  });
  // Whoever ordered the load is gone: nobody will ever stop it.
  process.on('disconnect', () => process.exit(0));
  void write(
    JSON.parse(text) as Order,
    () => stopped,
    () => process.send?.('running'),
  ).then(result => process.send?.(result, () => process.exit(0)));
  return true;
}

/** Writers in a process of their own, as clients would be. */
export class Writers<Order, Result> {
  readonly #child: ChildProcess;
  readonly #result: Promise<Result>;
  /** Resolves when every writer has had writes acknowledged. */
  readonly running: Promise<void>;

  /** @param file run in that process; it must begin with `writesAsChild` for the same variable */
  constructor(
    file: string,
    variable: string,
    readonly order: Order,
  ) {
    this.#child = fork(file, [], {
      env: { ...process.env, [variable]: JSON.stringify(order) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    const ended = new Promise<never>((_, reject) => {
      this.#child.once('exit', code => reject(new Error(`the writers ended with ${code}`)));
    });
    const heard = (wanted: (message: unknown) => boolean) =>
      new Promise<unknown>(resolve => {
        this.#child.on('message', message => {
          if (wanted(message)) resolve(message);
        });
      });
    this.running = Promise.race([heard(message => message === 'running').then(() => undefined), ended]);
    this.#result = Promise.race([heard(message => typeof message === 'object') as Promise<Result>, ended]);
    // Whoever never asks for them (the failover itself failed) must not be ended by them.
    for (const each of [ended, this.running, this.#result]) each.catch(() => undefined);
  }

  /** Ends the process, result or not. */
  kill(): void {
    this.#child.kill();
  }

  stop(): Promise<Result> {
    this.#child.send('stop');
    return this.#result;
  }
}
