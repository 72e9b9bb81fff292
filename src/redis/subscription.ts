import type { Duplex } from 'node:stream';
import { RespReader } from './respReader';
import type { RespValue } from './respReader';

/** No message that we listen to is longer; a server that promises more must not fill our memory. */
const LONGEST = 4 * 1024 * 1024;

/**
 * Subscribes on an idle connection and hands on what is published, reading the socket itself: ioredis would have to be told what a message is.
 * Resolves when the server has confirmed all patterns; rejects with an Error named `ReplyError` when it refuses. What is no message is told to `broken`,
 * once, and nothing is read after it.
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
    const reader = new RespReader(
      reply => {
        if (reply instanceof Error) throw reply;
        const [kind, channel, message] = readMessage(reply);
        if (kind === 'pmessage') listener(channel, message);
        else if (kind !== 'psubscribe') throw wrong();
        else if (--missing === 0) resolve();
      },
      { bytes: LONGEST, depth: 1 },
    );
    const onData = (chunk: Buffer): void => {
      try {
        reader.feed(chunk);
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

/** `pmessage pattern channel text`, or `psubscribe pattern count`. */
function readMessage(reply: RespValue): readonly [kind: string, channel: string, message: string] {
  if (!Array.isArray(reply) || reply.length < 3 || reply.length > 4) throw wrong();
  const words = reply as readonly RespValue[];
  if (!words.every(word => typeof word === 'string' || typeof word === 'number')) throw wrong();
  const [kind, , channel = '', message = ''] = words;
  return [String(kind), String(channel), String(message)];
}
