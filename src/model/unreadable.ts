import { HumanError } from '../base/errors';

/** A reply that does not have the shape that the server's documentation promises. `text` is its beginning, for the log. */
export interface UnreadableFault {
  readonly code: 'unreadable-reply';
  /** Which reply: `CLUSTER NODES`, `SENTINEL MASTERS` … */
  readonly reply: string;
  readonly text: string;
}

export function unreadable(reply: string, what: unknown): HumanError<UnreadableFault> {
  const text = typeof what === 'string' ? what : (JSON.stringify(what) ?? String(what));
  return new HumanError<UnreadableFault>({ code: 'unreadable-reply', reply, text: text.slice(0, 200) });
}

/** A whole number written in decimal, or `fallback` when it is missing or something else. */
export function wholeNumber(text: unknown, fallback: number): number {
  if (typeof text === 'number') return Number.isSafeInteger(text) ? text : fallback;
  if (typeof text !== 'string' || !/^-?\d{1,15}$/.test(text)) return fallback;
  return Number(text);
}

/** A TCP port, 0 when it is none. */
export function portNumber(text: unknown): number {
  const port = wholeNumber(text, 0);
  return port >= 0 && port <= 65535 ? port : 0;
}
