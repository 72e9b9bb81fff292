import type { Duplex } from 'node:stream';

/** No message that we listen to is longer; a server that promises more must not fill our memory. */
const LONGEST = 4 * 1024 * 1024;

/**
 * Subscribes on an idle connection and hands on what is published, reading the socket itself: ioredis takes the shape of what arrives in
 * subscriber mode for granted, and something else (a null from a proxy) throws where nobody can catch it. Resolves when the server has
 * confirmed all patterns; rejects with an Error named `ReplyError` when it refuses. What is no message is told to `broken`, once, and nothing is
 * read after it.
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
    const onData = (chunk: Buffer): void => {
      rest = Buffer.concat([rest, chunk]);
      try {
        for (let read = readMessage(rest); read; read = readMessage(rest)) {
          const [kind, , channel = '', message = ''] = read.words;
          rest = rest.subarray(read.end);
          if (kind === 'pmessage') listener(channel, message);
          else if (kind !== 'psubscribe') throw wrong();
          else if (--missing === 0) resolve();
        }
      } catch (error) {
        stream.off('data', onData);
        reject(error as Error);
        if ((error as Error).name !== 'ReplyError' || missing === 0) broken(error as Error);
      }
    };
    stream.on('data', onData);
    stream.once('close', () => reject(new Error('Connection is closed.')));
    const words = ['PSUBSCRIBE', ...patterns];
    stream.write(`*${words.length}\r\n${words.map(word => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`);
  });
}

const wrong = (): Error => new Error('protocol error');

/** The next message: an array of three or four strings and numbers; `undefined` while it isn't whole. Throws what the server says, or that it is none. */
function readMessage(bytes: Buffer): { readonly words: readonly string[]; readonly end: number } | undefined {
  let at = 0;
  const line = (): string | undefined => {
    const end = bytes.indexOf('\r\n', at);
    const text = end < 0 ? undefined : bytes.toString('utf8', at, end);
    at = end + 2;
    return text;
  };
  if (bytes.length > LONGEST || (bytes.length > 0 && !'*-'.includes(String.fromCharCode(bytes[0] ?? 0)))) throw wrong();
  const head = line();
  if (head === undefined) return undefined;
  if (head.startsWith('-')) throw Object.assign(new Error(head.slice(1)), { name: 'ReplyError' });
  const count = Number(/^\*([34])$/.exec(head)?.[1] ?? NaN);
  if (!count) throw wrong();
  const words: string[] = [];
  while (words.length < count) {
    const next = line();
    if (next === undefined) return undefined;
    const length = /^\$(\d{1,7})$/.exec(next)?.[1];
    if (length === undefined && !/^:\d+$/.test(next)) throw wrong();
    if (length === undefined) {
      words.push(next);
      continue;
    }
    const end = at + Number(length);
    if (bytes.length < end + 2) return undefined;
    words.push(bytes.toString('utf8', at, end));
    at = end + 2;
  }
  return { words, end: at };
}
