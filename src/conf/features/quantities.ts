/** What numbers mean to people: bytes of a memory value, the sentence of a save point. */

const units: Readonly<Record<string, bigint>> = {
  '': 1n,
  b: 1n,
  k: 1000n,
  kb: 1024n,
  m: 1000000n,
  mb: 1048576n,
  g: 1000000000n,
  gb: 1073741824n,
};

/** Bytes of a memory value such as `100mb`, when the servers take it as written; undefined when they refuse it or it overflows. */
export function memoryBytes(value: string): bigint | undefined {
  const match = /^(\d+)(b|kb?|mb?|gb?)?$/i.exec(value);
  const unit = units[match?.[2]?.toLowerCase() ?? ''];
  if (match === null || unit === undefined) return undefined;
  const bytes = BigInt(match[1] ?? '0') * unit;
  return bytes < 1n << 64n ? bytes : undefined;
}

/** Digits in groups of three by narrow blanks that do not break, the same in every language. */
export function grouped(number: bigint): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** The largest binary unit that divides `bytes`, as one would write it: 104857600 is `100mb`. */
export function shortMemory(bytes: bigint): string {
  for (const [unit, size] of [
    ['gb', units['gb']],
    ['mb', units['mb']],
    ['kb', units['kb']],
  ] as const) {
    if (size !== undefined && bytes >= size && bytes % size === 0n) return `${String(bytes / size)}${unit}`;
  }
  return String(bytes);
}

/** Seconds in the largest unit that divides them. */
export function duration(seconds: number): {
  readonly count: number;
  readonly unit: 'day' | 'hour' | 'minute' | 'second';
} {
  if (seconds >= 86400 && seconds % 86400 === 0) return { count: seconds / 86400, unit: 'day' };
  if (seconds >= 3600 && seconds % 3600 === 0) return { count: seconds / 3600, unit: 'hour' };
  if (seconds >= 60 && seconds % 60 === 0) return { count: seconds / 60, unit: 'minute' };
  return { count: seconds, unit: 'second' };
}
