// A proxy before a real server that understands commands and replies, and spoils the reply to those that its rule names.
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { delay } from '../../src/base/abort';
import type { RedisConnector } from '../../src/redis/client';

/** What a call may meet; the server is asked or not, as each says. */
export const respFaults = {
  NOAUTH: 'not asked: a password is wanted',
  NOPERM: 'not asked: the user may not',
  LOADING: 'not asked: the data set is loading',
  MASTERDOWN: 'not asked: a replica without its master',
  BUSY: 'not asked: a script runs',
  'unknown command': 'not asked: renamed or older',
  'DENIED and closed': 'not asked: protected mode, and the connection ends',
  'hang-up before': 'not asked: the connection ends',
  'hang-up after': 'the server did it, the connection ends without a word',
  silence: 'the server did it, nothing is heard of it',
  'half a reply': 'the server did it, half of the reply comes, then nothing',
  'cut reply': 'the server did it, half of the reply comes, then the connection ends',
  'slow reply': 'the server did it, the reply comes in a hundred small pieces',
  nothing: 'the server did it, the reply is null',
  'another shape': 'the server did it, the reply is an array of numbers',
  garbage: 'the server did it, the reply is no RESP',
} as const;
export type RespFault = keyof typeof respFaults;

const WORDS: Readonly<Partial<Record<RespFault, string>>> = {
  NOAUTH: '-NOAUTH Authentication required.\r\n',
  NOPERM: '-NOPERM this user has no permissions to run the command\r\n',
  LOADING: '-LOADING Redis is loading the dataset in memory\r\n',
  MASTERDOWN: "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.\r\n",
  BUSY: '-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.\r\n',
  'unknown command': "-ERR unknown command 'X', with args beginning with: \r\n",
  'DENIED and closed':
    '-DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user.\r\n',
  nothing: '$-1\r\n',
  'another shape': '*2\r\n:7\r\n*1\r\n:8\r\n',
  garbage: 'HTTP/1.1 200 OK\r\n\r\n',
};
const NOT_ASKED: ReadonlySet<RespFault> = new Set([
  'NOAUTH',
  'NOPERM',
  'LOADING',
  'MASTERDOWN',
  'BUSY',
  'unknown command',
  'DENIED and closed',
  'hang-up before',
]);

export interface RespRule {
  /** Met by the command's words: `CLUSTER NODES`. */
  readonly command: (words: string) => boolean;
  readonly fault: RespFault;
  /** How many meet it. Absent: all. */
  times?: number;
}

/** Where a command's reply comes from: the server, or words of our own. */
interface Expected {
  readonly fault: RespFault | undefined;
  readonly asked: boolean;
}

export class RespProxy {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  /** The words of every command, arguments that could be secret or data left out. */
  readonly seen: string[] = [];
  rule: RespRule | undefined;
  met = 0;

  /** @param to the port of the real server, on loopback @param shared one rule for several proxies, with its count */
  constructor(
    private readonly to: number,
    private readonly shared?: Pick<RespWorld, 'rule' | 'met' | 'seen'>,
  ) {
    this.#server = createServer(socket => this.#take(socket));
  }

  async listen(): Promise<number> {
    await new Promise<void>(resolve => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise(resolve => this.#server.close(() => resolve()));
  }

  /** Connections that clients hold now. */
  get open(): number {
    return this.#sockets.size;
  }

  #faultOf(words: string): RespFault | undefined {
    const holder = this.shared ?? this;
    holder.seen.push(words);
    const { rule } = holder;
    if (rule === undefined || rule.times === 0 || !rule.command(words)) return undefined;
    if (rule.times !== undefined) rule.times--;
    holder.met++;
    return rule.fault;
  }

  #take(socket: Socket): void {
    this.#sockets.add(socket);
    const upstream = connect(this.to, '127.0.0.1');
    const end = (): void => {
      socket.destroy();
      upstream.destroy();
    };
    socket.on('close', () => {
      this.#sockets.delete(socket);
      upstream.destroy();
    });
    upstream.on('close', () => socket.end());
    for (const one of [socket, upstream]) one.on('error', end); // either side may go at any time: that is what is tried here
    const expected: Expected[] = [];
    let quiet = false;
    // One thing after another, in the order of the commands, however slowly the one before goes out.
    let going: Promise<unknown> = Promise.resolve();
    const then = (what: () => unknown): void => {
      going = going.then(what);
    };
    const write = (bytes: Buffer | string): void =>
      then(() => (socket.destroyed || quiet ? undefined : socket.write(bytes)));
    const hush = (): void => then(() => (quiet = true));
    // What our own words answer stands behind the replies of those asked before.
    const flush = (): void => {
      while (expected[0] !== undefined && !expected[0].asked) {
        const { fault } = expected.shift() as Expected;
        if (fault === 'hang-up before') return then(end);
        write(WORDS[fault as RespFault] ?? '');
        if (fault === 'DENIED and closed') return then(() => socket.end());
      }
    };
    const spoil = (fault: RespFault, reply: Buffer): void => {
      const half = reply.subarray(0, Math.max(1, Math.floor(reply.length / 2)));
      switch (fault) {
        case 'hang-up after':
          return then(end);
        case 'silence':
          return hush();
        case 'half a reply':
          write(half);
          return hush();
        case 'cut reply':
          write(half);
          return then(() => socket.end());
        case 'slow reply':
          return then(async () => {
            const size = Math.ceil(reply.length / 100);
            for (let at = 0; at < reply.length && !socket.destroyed && !quiet; at += size) {
              socket.write(reply.subarray(at, at + size));
              await delay(1);
            }
          });
        default:
          write(WORDS[fault] ?? '');
      }
    };
    const commands = new Frames(frame => {
      const words = wordsOf(frame);
      const fault = this.#faultOf(nameOf(words));
      const asked = fault === undefined || !NOT_ASKED.has(fault);
      expected.push({ fault, asked });
      if (asked) upstream.write(frame);
      else if (expected.length === 1) flush();
    });
    const replies = new Frames(frame => {
      const first = expected.shift();
      if (first?.fault !== undefined) spoil(first.fault, frame);
      else write(frame); // a message of a subscription, or a reply that nothing befalls
      flush();
    });
    socket.on('data', chunk => commands.feed(chunk));
    upstream.on('data', chunk => replies.feed(chunk));
  }
}

/** Takes RESP2 apart into whole values, cut anywhere. */
class Frames {
  #rest: Buffer = Buffer.alloc(0);
  constructor(private readonly onFrame: (frame: Buffer) => void) {}

  feed(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (let end = endOf(this.#rest, 0); end !== undefined; end = endOf(this.#rest, 0)) {
      const frame = this.#rest.subarray(0, end);
      this.#rest = this.#rest.subarray(end);
      this.onFrame(frame);
    }
  }
}

/** Where the value that begins at `at` ends; `undefined` when it isn't whole yet. */
function endOf(bytes: Buffer, at: number): number | undefined {
  const line = bytes.indexOf('\r\n', at);
  if (line < 0) return undefined;
  const count = Number(bytes.toString('latin1', at + 1, line));
  const type = String.fromCharCode(bytes[at] ?? 0);
  if (type === '$') return count < 0 ? line + 2 : bytes.length >= line + 4 + count ? line + 4 + count : undefined;
  if (type !== '*') return line + 2;
  let end: number | undefined = line + 2;
  for (let left = count; left > 0 && end !== undefined; left--) end = endOf(bytes, end);
  return end;
}

function wordsOf(frame: Buffer): readonly string[] {
  const words: string[] = [];
  for (let at = frame.indexOf('\r\n') + 2; at < frame.length;) {
    const line = frame.indexOf('\r\n', at);
    const length = Number(frame.toString('latin1', at + 1, line));
    words.push(frame.toString('utf8', line + 2, line + 2 + length));
    at = line + 4 + length;
  }
  return words;
}

const CONTAINERS: ReadonlySet<string> = new Set(['CLUSTER', 'SENTINEL', 'CONFIG', 'CLIENT', 'SCRIPT', 'FUNCTION']);

/** `CLUSTER NODES`, `REPLICAOF`, `CONFIG SET`: what kind of call it is. */
function nameOf(words: readonly string[]): string {
  const [first = '', second = ''] = words.map(word => word.toUpperCase());
  return CONTAINERS.has(first) ? `${first} ${second}` : first;
}

/** All servers that a verb talks to, each behind a proxy, and one rule for all: the n-th call of its kind is spoiled. */
export class RespWorld {
  readonly #proxies = new Map<number, Promise<{ readonly proxy: RespProxy; readonly port: number }>>();
  readonly seen: string[] = [];
  readonly rule: RespRule | undefined;
  met = 0;

  constructor(spoiled?: { readonly command: string; readonly nth: number; readonly fault: RespFault }) {
    if (spoiled === undefined) return;
    let count = 0;
    this.rule = { command: words => words === spoiled.command && ++count === spoiled.nth, fault: spoiled.fault };
  }

  /** Calls by their kind, and how often each was made. */
  get counts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const one of this.seen) counts.set(one, (counts.get(one) ?? 0) + 1);
    return counts;
  }

  connector(inner: RedisConnector): RedisConnector {
    return {
      connect: async (endpoint, options) => {
        const { port } = await this.#before(endpoint.address.port);
        return inner.connect({ ...endpoint, address: { ...endpoint.address, port } }, options);
      },
    };
  }

  async close(): Promise<void> {
    for (const one of this.#proxies.values()) await (await one).proxy.close();
  }

  #before(to: number): Promise<{ readonly proxy: RespProxy; readonly port: number }> {
    let found = this.#proxies.get(to);
    if (found === undefined) {
      const proxy = new RespProxy(to, this);
      found = proxy.listen().then(port => ({ proxy, port }));
      this.#proxies.set(to, found);
    }
    return found;
  }
}
