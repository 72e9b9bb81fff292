/**
 * Gives back as much of `before` as equals `after`: the very same object when all of it does, else a new one whose equal parts are
 * the old ones. Plain data only (objects, arrays, text, numbers). What is already the same object is not looked into.
 */
export function share<T>(before: unknown, after: T): T {
  if (Object.is(before, after)) return after;
  if (before === null || after === null || typeof before !== 'object' || typeof after !== 'object') return after;
  if (Array.isArray(after)) {
    if (!Array.isArray(before)) return after;
    const old = before as unknown[];
    let same = old.length === after.length;
    const shared = after.map((item: unknown, index) => {
      const kept = share(old[index], item);
      if (kept !== old[index]) same = false;
      return kept;
    });
    return (same ? before : shared) as T;
  }
  if (Array.isArray(before)) return after;
  const old = before as Record<string, unknown>;
  const names = Object.keys(after);
  let same = Object.keys(old).length === names.length;
  const shared: Record<string, unknown> = {};
  for (const name of names) {
    const kept = share(old[name], (after as Record<string, unknown>)[name]);
    if (kept !== old[name] || !(name in old)) same = false;
    shared[name] = kept;
  }
  return (same ? before : shared) as T;
}

/** Like {@link share} for lists whose items have an id: an item is compared with the one of the same id, wherever it stood. */
export function shareById<T extends { readonly id: string }>(before: readonly T[], after: readonly T[]): readonly T[] {
  const old = new Map(before.map(item => [item.id, item]));
  const shared = after.map(item => share(old.get(item.id), item));
  return shared.length === before.length && shared.every((item, index) => item === before[index]) ? before : shared;
}
