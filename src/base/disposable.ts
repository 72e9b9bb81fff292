/** Something that holds a resource until it is told to let go. `dispose` may be called twice; the second does nothing. */
export interface Disposable {
  dispose(): void;
}

/** A disposable that runs `release` once. */
export function toDisposable(release: () => void): Disposable {
  let held: (() => void) | undefined = release;
  return {
    dispose() {
      const run = held;
      held = undefined;
      run?.();
    },
  };
}

/**
 * Owns disposables and lets go of them together, last added first. Adding to a store that is already disposed
 * disposes the newcomer at once, so an object that is born too late cannot leak.
 */
export class DisposableStore implements Disposable {
  readonly #held = new Set<Disposable>();
  #disposed = false;

  get isDisposed(): boolean {
    return this.#disposed;
  }

  add<T extends Disposable>(disposable: T): T {
    if (this.#disposed) disposable.dispose();
    else this.#held.add(disposable);
    return disposable;
  }

  /** Disposes one member before its time. */
  delete(disposable: Disposable): void {
    if (this.#held.delete(disposable)) disposable.dispose();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    const failures: unknown[] = [];
    for (const disposable of [...this.#held].reverse()) {
      try {
        disposable.dispose();
      } catch (error) {
        failures.push(error); // the rest must still be let go
      }
    }
    this.#held.clear();
    if (failures.length > 0) throw new AggregateError(failures, 'disposing failed');
  }
}
