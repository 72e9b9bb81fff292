/**
 * Work that is done once per key. Whoever asks while it is under way waits for it, and one that failed is done anew for the next who asks.
 */
export class OncePer<K> {
  readonly #done = new Map<K, Promise<void>>();

  run(key: K, work: () => Promise<void>): Promise<void> {
    const before = this.#done.get(key);
    if (before !== undefined) return before;
    const now = work();
    this.#done.set(key, now);
    now.catch(() => this.#done.delete(key));
    return now;
  }
}
