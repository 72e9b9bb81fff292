import { unreadable } from './unreadable';

/**
 * A map as RESP2 sends it: name, value, name, value … A plain object, as a RESP3 client makes it, is read too.
 * Throws {@link UnreadableFault} for anything else.
 */
export function readFlat(reply: string, value: unknown): ReadonlyMap<string, unknown> {
  if (Array.isArray(value)) {
    if (value.length % 2 !== 0) throw unreadable(reply, value);
    const map = new Map<string, unknown>();
    for (let index = 0; index < value.length; index += 2) {
      const name: unknown = value[index];
      if (typeof name !== 'string') throw unreadable(reply, value);
      map.set(name, value[index + 1]);
    }
    return map;
  }
  if (value instanceof Map || value === null || typeof value !== 'object')
    throw unreadable(reply, value instanceof Map ? [...value] : value);
  return new Map(Object.entries(value));
}

export function textField(map: ReadonlyMap<string, unknown>, name: string): string {
  const value = map.get(name);
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}
