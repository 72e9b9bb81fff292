import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import { connect as connectTls } from 'node:tls';
import type { Address } from '../model/address';
import type { Endpoint } from './client';

/** Opens a stream to an address that only leads through an engine. Rejects, or ends the stream with an error, whose `code` is that of a socket. */
export type Tunnel = (address: Address, signal?: AbortSignal) => Promise<Duplex>;

/** What ioredis asks of a connector. */
interface Connector {
  firstError?: Error;
  check(): boolean;
  connect(): Promise<never>;
  disconnect(): void;
}

/** One connection's way through a tunnel, in the form in which ioredis takes it: a class that it makes itself. */
export class Digging {
  #signal: AbortSignal | undefined;

  constructor(
    private readonly tunnel: Tunnel | undefined,
    private readonly endpoint: Endpoint,
  ) {}

  /** Digging ends with the caller's patience. */
  follow(signal: AbortSignal): void {
    this.#signal = signal;
  }

  get connector(): new () => Connector {
    const dig = (): Promise<Duplex> => this.#dig();
    return class implements Connector {
      #stream: Duplex | undefined;
      #over = false;
      firstError?: Error;

      check(): boolean {
        return true;
      }

      async connect(): Promise<never> {
        const stream = await dig();
        this.#stream = stream;
        if (this.#over) stream.destroy();
        stream.once('error', (error: Error) => {
          this.firstError = error;
        });
        return stream as never;
      }

      disconnect(): void {
        this.#over = true;
        // Nothing of ours is on its way any more, and the program inside ends with its input.
        this.#stream?.destroy();
      }
    };
  }

  async #dig(): Promise<Duplex> {
    const { address, tls } = this.endpoint;
    if (this.tunnel === undefined) throw Object.assign(new Error('no engine leads there'), { code: 'EHOSTUNREACH' });
    const stream = await this.tunnel(address, this.#signal);
    if (tls === undefined) return asSocket(stream);
    return connectTls({
      socket: stream,
      rejectUnauthorized: tls.verify,
      ...(tls.ca === undefined ? {} : { ca: tls.ca }),
      ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    } as ConnectionOptions);
  }
}

/** What ioredis says to a socket; a pipe has nothing to set. */
function asSocket(stream: Duplex): Duplex {
  const same = (): Duplex => stream;
  return Object.assign(stream, { connecting: false, setNoDelay: same, setKeepAlive: same, setTimeout: same });
}
