/** The nearest of some names to a mistyped one. */

/** Candidates prepared once: a bit per letter makes most of them drop out without a comparison. */
export class Suggester {
  readonly #names: readonly { readonly name: string; readonly letters: number }[];
  readonly #bare = new Map<string, string>();
  readonly #answers = new Map<string, string | undefined>();

  constructor(names: readonly string[]) {
    this.#names = names.map(name => ({ name, letters: letterBits(name) }));
    for (const name of names) this.#bare.set(bare(name), name);
  }

  /** The one name that is near enough to be meant; undefined when none is. */
  nearest(typed: string): string | undefined {
    if (typed.length > 60) return undefined;
    if (this.#answers.has(typed)) return this.#answers.get(typed);
    const answer = this.#bare.get(bare(typed)) ?? this.#search(typed);
    if (this.#answers.size > 5000) this.#answers.clear();
    this.#answers.set(typed, answer);
    return answer;
  }

  #search(typed: string): string | undefined {
    let limit = typed.length <= 3 ? 1 : typed.length <= 7 ? 2 : 3;
    let best: string | undefined;
    const letters = letterBits(typed);
    for (const candidate of this.#names) {
      if (Math.abs(candidate.name.length - typed.length) > limit) continue;
      if (bitCount(letters ^ candidate.letters) > 2 * limit) continue;
      const distance = editDistance(typed, candidate.name, limit);
      if (distance > limit || (distance === limit && best !== undefined)) continue;
      best = candidate.name;
      limit = distance;
      if (limit === 0) break;
    }
    return best;
  }
}

/** Without what people mix up: hyphens, underscores, dots, a plural s. */
const bare = (name: string): string => name.replace(/[-_.]/g, '').replace(/s$/, '');

function letterBits(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i++) bits |= 1 << (text.charCodeAt(i) & 31);
  return bits;
}

function bitCount(bits: number): number {
  let value = bits - ((bits >>> 1) & 0x55555555);
  value = (value & 0x33333333) + ((value >>> 2) & 0x33333333);
  return (((value + (value >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

const rows = [new Uint8Array(128), new Uint8Array(128), new Uint8Array(128)] as const;

/** Insertions, deletions, replacements and swaps of neighbours; anything above `limit` is reported as `limit + 1`. */
export function editDistance(a: string, b: string, limit: number): number {
  if (a.length > 120 || b.length > 120) return limit + 1;
  let [before, previous, current]: readonly Uint8Array[] = rows;
  if (before === undefined || previous === undefined || current === undefined) return limit + 1;
  for (let j = 0; j <= b.length; j++) previous[j] = j;
  for (let i = 1; i <= a.length; i++) {
    current[0] = i;
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      let cost = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1))
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      current[j] = cost;
      if (cost < least) least = cost;
    }
    if (least > limit) return limit + 1;
    [before, previous, current] = [previous, current, before];
  }
  return previous[b.length] ?? limit + 1;
}
