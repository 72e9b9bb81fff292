import type { Duplex } from 'node:stream';
import { ReplyError } from './client';

/** No channel's message that we listen to is longer; a server that promises more must not fill our memory. */
const LONGEST = 1024 * 1024;
const DEEPEST = 8;

type Value = string | number | null | ReplyError | readonly Value[];

/**
 * Subscribes on an idle connection and hands on what is published, reading the socket itself: ioredis takes the shape of what arrives in
 * subscriber mode for granted, and something else (a null from a proxy) throws where nobody can catch it. Resolves when the server has
 * confirmed all patterns; rejects with its {@link ReplyError}. What is no message is told to `broken`, once, and nothing is read after it.
 */
export function followPatterns(
  stream: Duplex,
  patterns: readonly string[],
  listener: (channel: string, message: string) => void,
  broken: (error: Error) => void,
): Promise<void> {
  stream.removeAllListeners('data');
  return new Promise((resolve, reject) => {
    let missing = patterns.length;
    let rest: Buffer = Buffer.alloc(0);
    const end = (error: Error | ReplyError): void => {
      stream.off('data', onData);
      reject(error instanceof Error ? error : Object.assign(new Error(error.text), { name: 'ReplyError' }));
      if (error instanceof Error) broken(error);
    };
    const take = (value: Value): void => {
      const [kind, ...words]: readonly unknown[] = Array.isArray(value) ? (value as readonly unknown[]) : [];
      const texts = words.filter(word => typeof word === 'string');
      if (kind === 'pmessage' && texts.length === 3) listener(texts[1] ?? '', texts[2] ?? '');
      else if (kind === 'psubscribe' && texts.length === 1) {
        if (--missing === 0) resolve();
      } else if (value instanceof ReplyError && missing > 0) end(value);
      else end(new Error('protocol error: no message of a subscription'));
    };
    const onData = (chunk: Buffer): void => {
      rest = Buffer.concat([rest, chunk]);
      while (stream.listeners('data').includes(onData)) {
        let read: { readonly value: Value; readonly end: number } | undefined;
        try {
          read = readValue(rest, 0, 0);
        } catch (error) {
          return end(error as Error);
        }
        if (read === undefined) return;
        rest = rest.subarray(read.end);
        take(read.value);
      }
    };
    stream.on('data', onData);
    stream.once('close', () => reject(new Error('Connection is closed.')));
    stream.write(command(['PSUBSCRIBE', ...patterns]));
  });
}

function command(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map(word => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}

/** One RESP2 value; `undefined` while it isn't whole. Throws when it is none. */
function readValue(
  bytes: Buffer,
  at: number,
  depth: number,
): { readonly value: Value; readonly end: number } | undefined {
  if (at >= bytes.length) return undefined;
  const type = String.fromCharCode(bytes[at] ?? 0);
  if (!'+-:$*'.includes(type) || depth > DEEPEST) throw new Error(`Unknown RESP type ${JSON.stringify(type)}`);
  const line = bytes.indexOf('\r\n', at);
  if (line < 0) {
    if (bytes.length - at > LONGEST) throw new Error('protocol error: a line without an end');
    return undefined;
  }
  const text = bytes.toString('utf8', at + 1, line);
  const next = line + 2;
  if (type === '+') return { value: text, end: next };
  if (type === '-') return { value: new ReplyError(text), end: next };
  const number = Number(text);
  if (!/^-?\d{1,15}$/.test(text)) throw new Error(`protocol error: ${JSON.stringify(text.slice(0, 40))} is no number`);
  if (type === ':') return { value: number, end: next };
  if (number < 0) return { value: null, end: next };
  if (number > LONGEST) throw new Error('protocol error: too long');
  if (type === '$') {
    if (bytes.length < next + number + 2) return undefined;
    return { value: bytes.toString('utf8', next, next + number), end: next + number + 2 };
  }
  const values: Value[] = [];
  let end = next;
  for (let left = number; left > 0; left--) {
    const read = readValue(bytes, end, depth + 1);
    if (read === undefined) return undefined;
    values.push(read.value);
    end = read.end;
  }
  return { value: values, end };
}
