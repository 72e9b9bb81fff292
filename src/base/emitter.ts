import type { Disposable } from './disposable';
import { toDisposable } from './disposable';

/** A function with which one subscribes; what it returns ends the subscription. Shape-compatible with `vscode.Event`. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/** The sending half of an {@link Event}. A listener that throws does not keep the others from hearing. */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<(value: T) => void>();
  readonly #onFailure: (error: unknown) => void;

  /** @param onFailure told of listeners that throw; by default the failure surfaces as an uncaught error, never silently */
  constructor(
    onFailure: (error: unknown) => void = error =>
      queueMicrotask(() => {
        throw error;
      }),
  ) {
    this.#onFailure = onFailure;
  }

  readonly event: Event<T> = listener => {
    const own = (value: T): void => listener(value); // the same function may subscribe twice
    this.#listeners.add(own);
    return toDisposable(() => this.#listeners.delete(own));
  };

  get hasListeners(): boolean {
    return this.#listeners.size > 0;
  }

  fire(value: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        this.#onFailure(error);
      }
    }
  }

  dispose(): void {
    this.#listeners.clear();
  }
}
