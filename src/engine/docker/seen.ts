import type { EngineSignal } from '../engine';

/**
 * Remembers what was learnt of each object until an event speaks of it. What was asked before an event and answered after it
 * may be old, so it is not kept: see `mark`.
 */
export class Seen<T> {
  readonly #values = new Map<string, T>();
  readonly #marks = new Map<string, number>();
  #gap = 0;

  get(id: string): T | undefined {
    return this.#values.get(id);
  }

  /** Taken before asking, given to `put` with the answer. */
  mark(id: string): number {
    return this.#gap + (this.#marks.get(id) ?? 0);
  }

  put(id: string, value: T, mark: number): void {
    if (mark === this.mark(id)) this.#values.set(id, value);
  }

  forget(id: string): void {
    this.#values.delete(id);
    this.#marks.set(id, (this.#marks.get(id) ?? 0) + 1);
  }

  hear(signal: EngineSignal): void {
    switch (signal.type) {
      case 'instance':
        return this.forget(signal.id);
      case 'other':
      case 'connected':
      case 'lost':
        // Something unnamed happened, or there was a gap in which anything may have.
        this.#values.clear();
        this.#gap++;
    }
  }

  /** Lets go of what is no more. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const id of this.#values.keys()) if (!ids.has(id)) this.#values.delete(id);
    for (const id of this.#marks.keys()) if (!ids.has(id)) this.#marks.delete(id);
  }
}
