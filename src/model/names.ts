let collator: Intl.Collator | undefined;

/** Order of names as a person counts: `redis-2` before `redis-10`. One collator for all: a `localeCompare` with options makes one at every call. */
export function compareNames(a: string, b: string): number {
  collator ??= new Intl.Collator('en', { numeric: true });
  return collator.compare(a, b);
}
