let table: Readonly<Record<string, string>> = {};
let language = 'en';
let numbers = new Intl.NumberFormat(language);

/** The host has put all words into the user's language. */
export function useWords(words: Readonly<Record<string, string>>, of: string): void {
  table = words;
  language = of;
  numbers = new Intl.NumberFormat(of);
}

/** The sentence of `key` with `{0}`, `{1}` … filled in. */
export function word(key: string, ...values: readonly (string | number)[]): string {
  return (table[key] ?? key).replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)] ?? ''));
}

export function count(value: number): string {
  return numbers.format(value);
}

export function bytes(value: number): string {
  if (value < 1 << 10) return `${value.toLocaleString(language)} B`;
  const [unit, size] =
    value >= 1 << 30
      ? (['GiB', 1 << 30] as const)
      : value >= 1 << 20
        ? (['MiB', 1 << 20] as const)
        : (['KiB', 1 << 10] as const);
  return `${(value / size).toLocaleString(language, { maximumFractionDigits: 1 })} ${unit}`;
}
