import type { Disposable } from '../base/disposable';
import type { Event } from '../base/emitter';
import type { Address } from '../model/address';
import type { SilenceReason } from '../model/snapshot';

/**
 * How the core talks to one running server. One plain connection per node; never a Cluster or Sentinel client. Connecting,
 * every command and every subscription have a deadline; nothing waits for ever on a frozen server.
 */
export interface RedisConnector {
  /** Opens a connection and authenticates. Throws a HumanError with a {@link RedisFault} that says why not. */
  connect(endpoint: Endpoint, options?: ConnectOptions): Promise<RedisConnection>;
  /** The first connection will be wanted soon: what has to be loaded for it may be loaded now. */
  prepare?(): void;
}

export interface ConnectOptions extends CallOptions {
  /**
   * Whether to wait for a sign of life (default). `false` saves a round trip when commands follow at once: then it is the first of
   * them that throws what is wrong. With a password, AUTH is the sign in both cases.
   */
  readonly verify?: boolean;
}

export interface Endpoint {
  readonly address: Address;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: { readonly ca?: string; readonly serverName?: string; readonly verify: boolean };
}

export interface RedisConnection extends Disposable {
  readonly address: Address;
  /** Fires once, when the socket closes for whatever reason; the fastest signal that a server died. */
  readonly onClose: Event<void>;
  /**
   * Sends one command; resolves with its reply in RESP2 shapes (maps are flat arrays). Throws a HumanError with a
   * {@link RedisFault}: `redis-refused` carries the server's own words; `redis-silent` says that nobody answered us (also
   * NOAUTH, DENIED: the server lives but will not talk).
   * @param timeoutMs default 1000
   */
  call(command: readonly string[], options?: CallOptions): Promise<Reply>;
  /** Sends all in one write; an error reply stands in its place instead of throwing, except those that mean `redis-silent`. */
  pipeline(commands: readonly (readonly string[])[], options?: CallOptions): Promise<readonly (Reply | ReplyError)[]>;
  /** Puts the connection into subscriber mode (PSUBSCRIBE). Such a connection takes no other commands. */
  subscribe(
    patterns: readonly string[],
    listener: (channel: string, message: string) => void,
    signal?: AbortSignal,
  ): Promise<void>;
}

export interface CallOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

export type Reply = string | number | null | readonly Reply[];

/** An error reply inside a pipeline. `text` is what the server said: `READONLY You can't write against a read only replica.` */
export class ReplyError {
  constructor(readonly text: string) {}
  /** First word: `READONLY`, `NOAUTH`, `ERR` … */
  get prefix(): string {
    return this.text.split(' ', 1)[0] ?? '';
  }
}

export type RedisFault =
  | { readonly code: 'redis-silent'; readonly address: Address; readonly reason: SilenceReason; readonly text?: string }
  | {
      readonly code: 'redis-refused';
      readonly address: Address;
      readonly command: string;
      readonly prefix: string;
      readonly text: string;
    };
