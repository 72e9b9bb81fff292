import type { Disposable } from './disposable';
import type { Event } from './emitter';
import { Emitter } from './emitter';

/**
 * Something costly that is made on first use, once, and let go of with this object. When the making fails the next call tries
 * again. `reset` lets go of what there is, so that the next use makes it anew.
 */
export class Lazy<T extends Disposable> implements Disposable {
  readonly #made = new Emitter<T>();
  #current: Promise<T> | undefined;
  #disposed = false;

  constructor(private readonly make: () => Promise<T>) {}

  /** Fires each time that it has been made. */
  readonly onDidMake: Event<T> = this.#made.event;

  get isMade(): boolean {
    return this.#current !== undefined;
  }

  get(): Promise<T> {
    return (this.#current ??= this.#begin());
  }

  reset(): void {
    const current = this.#current;
    this.#current = undefined;
    current?.then(
      value => value.dispose(),
      () => undefined,
    ); // a failed making was told to whoever asked for it
  }

  dispose(): void {
    this.#disposed = true;
    this.reset();
    this.#made.dispose();
  }

  #begin(): Promise<T> {
    const making: Promise<T> = this.make().then(value => {
      if (this.#disposed || this.#current !== making) {
        value.dispose();
        throw new DOMException('cancelled', 'AbortError');
      }
      this.#made.fire(value);
      return value;
    });
    making.catch(() => {
      if (this.#current === making) this.#current = undefined;
    });
    return making;
  }
}
