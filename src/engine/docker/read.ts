/**
 * Readers for what the engine's API sends: tolerant at the edge, so that an unknown or missing field of another version
 * (or of Podman) is simply absent, and exact inside: what comes out has the type that it says.
 */
export type Raw = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as a record; an empty one when it is something else. */
export function record(value: unknown): Raw {
  return isRecord(value) ? value : {};
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A non-empty string, else `undefined`: the API writes '' where it means 'none'. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A TCP port, as a number or in decimal digits; `undefined` for anything that nobody could connect to. */
export function port(value: unknown): number | undefined {
  const said =
    typeof value === 'number' ? value : typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : NaN;
  return Number.isInteger(said) && said > 0 && said <= 65535 ? said : undefined;
}

export function texts(value: unknown): readonly string[] {
  return list(value).filter(item => typeof item === 'string');
}

/** The entries of a record whose values are strings. */
export function textMap(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(record(value)).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** Milliseconds since the epoch of an API time stamp; `undefined` for Go's zero time, which means 'never'. */
export function time(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) || at <= 0 ? undefined : at;
}
