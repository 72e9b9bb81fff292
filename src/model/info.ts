import { unreadable } from './unreadable';

/** The lines of an INFO reply by key. Sections are not kept: no key occurs in two of them. */
export type InfoFields = ReadonlyMap<string, string>;

/**
 * Reads the text of INFO (any sections; CRLF or LF). Lines without a colon are passed over: modules print what they like.
 * Throws {@link UnreadableFault} when there is no `key:value` line at all.
 */
export function readInfo(text: unknown): InfoFields {
  if (typeof text !== 'string') throw unreadable('INFO', text);
  const fields = new Map<string, string>();
  let start = 0;
  let colon = text.indexOf(':');
  while (start < text.length && colon >= 0) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    const stop = end > start && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
    // looked for once only where none follows: a text of empty lines would take a minute a megabyte
    if (colon < start) colon = text.indexOf(':', start);
    if (colon > start && colon < stop && text.charCodeAt(start) !== 35)
      fields.set(text.slice(start, colon), text.slice(colon + 1, stop));
    start = end + 1;
  }
  if (fields.size === 0) throw unreadable('INFO', text);
  return fields;
}

/** `ip=10.0.0.2,port=6379,state=online` as a map; what has no `=` is passed over. */
export function readPairs(text: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (const part of text.split(',')) {
    const equals = part.indexOf('=');
    if (equals > 0) pairs.set(part.slice(0, equals), part.slice(equals + 1));
  }
  return pairs;
}
