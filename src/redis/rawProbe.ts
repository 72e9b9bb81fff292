import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Address } from '../model/address';
import type { SilenceReason } from '../model/snapshot';
import { reasonOfConnectError, reasonOfErrorReply } from './faults';

export interface Diagnosis {
  readonly reason: SilenceReason;
  /** The server's first words, when it said any. */
  readonly text?: string;
}

/**
 * Looks at the bare socket: a client library swallows what a server says before it is asked (`-DENIED … protected mode`), and
 * cannot tell a TLS port from a dead one. Says PING after a moment of listening and reads the first bytes. Undefined when the
 * server now answers as a plain Redis would, so that the trouble was of the moment.
 * @param options.dial opens the socket, where the address only leads through an engine
 * @param options.tls whether the failed connection was a TLS one: then a plain answer means that the port is not TLS
 * @param options.password whether a password was at hand: then being asked for one is no news
 */
export function diagnose(
  address: Address,
  options: {
    readonly tls: boolean;
    readonly password: boolean;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal | undefined;
    readonly dial?: () => Promise<Duplex>;
  },
): Promise<Diagnosis | undefined> {
  const { dial } = options;
  if (dial === undefined) {
    const socket = connect({ host: address.host, port: address.port });
    return listen(socket, options, start => socket.on('connect', start));
  }
  return dial().then(
    socket => listen(socket, options, start => start()),
    (error: unknown) => ({ reason: reasonOfConnectError(error) ?? 'closed' }),
  );
}

function listen(
  socket: Duplex,
  options: Parameters<typeof diagnose>[1],
  whenOpen: (start: () => void) => unknown,
): Promise<Diagnosis | undefined> {
  return new Promise(resolve => {
    let heard = '';
    const timer = setTimeout(() => end({ reason: 'timeout' }), options.timeoutMs);
    function end(diagnosis: Diagnosis | undefined): void {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(diagnosis);
    }
    const onAbort = (): void => end(undefined);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    if (options.signal?.aborted) return end(undefined);
    whenOpen(() => void socket.write('PING\r\n'));
    socket.on('error', (error: Error) => end({ reason: reasonOfConnectError(error) ?? 'closed' }));
    // an end without a word is what a forwarding proxy does when nothing listens behind it
    socket.on('end', () => end(heard === '' ? { reason: 'closed' } : judge(heard, options)));
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
      if (heard.includes('\n') || heard.charCodeAt(0) === 0x15 || heard.length > 512) end(judge(heard, options));
    });
  });
}

function judge(
  heard: string,
  { tls, password }: { readonly tls: boolean; readonly password: boolean },
): Diagnosis | undefined {
  const line = heard.split('\r\n', 1)[0] ?? '';
  if (heard.charCodeAt(0) === 0x15) return { reason: 'tls' }; // a TLS alert record: it wanted a ClientHello
  if (line.startsWith('-')) {
    const reason = reasonOfErrorReply(line.slice(1));
    if (reason === 'password-required' && password && !tls) return undefined;
    if (reason !== undefined)
      return { reason: tls && reason === 'password-required' ? 'tls' : reason, text: line.slice(1) };
    return tls ? { reason: 'tls', text: line.slice(1) } : undefined;
  }
  if (line === '+PONG') return tls ? { reason: 'tls' } : undefined;
  return { reason: 'not-redis', text: line.slice(0, 80) };
}
