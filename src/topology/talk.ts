import { isCancellation, isDeadline, until } from '../base/abort';
import type { Disposable } from '../base/disposable';
import { HumanError, isFault } from '../base/errors';
import type { Address } from '../model/address';
import type { Node } from '../model/snapshot';
import { credentialsOf } from '../redis/credentials';
import type { CallOptions, RedisConnection, RedisConnector, Reply, ReplyError } from '../redis/client';
import { saidBy } from './silence';

/** One server of a topology as a verb addresses it: by name for people, announced for its peers, reachable for us. */
export interface Seat {
  readonly name: string;
  readonly announced: Address;
  readonly reachable: Address;
  /** Key of a password of its own in the secret store; else the Sentinels', else the topology's: see `secretOf`. */
  readonly secretKey?: string;
  readonly sentinel?: boolean;
}

/** The seat of a tree node, when it can be reached. */
export function seatOf({
  id,
  name,
  announced,
  reachable,
  role,
}: Pick<Node, 'id' | 'name' | 'announced' | 'reachable' | 'role'>): Seat | undefined {
  if (reachable === undefined) return undefined;
  const seat = { name, announced: announced ?? reachable, reachable, secretKey: id };
  return role === 'sentinel' ? { ...seat, sentinel: true } : seat;
}

export type TalkFault =
  /** Started, but no answer in time; `text` is the last reason. */
  { readonly code: 'node-not-answering'; readonly node: string; readonly address: Address; readonly text: string };

export interface Patience {
  readonly everyMs: number;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/**
 * A verb may wait longer for an answer than a view: a busy machine is no reason to give up a creation. A server is silent for seconds, for
 * example, while it waits for a slow disk to take its `nodes.conf` or its Sentinel's conf (both are synced before it answers anybody).
 */
const ANSWER_MS = 5000;

/** Before a way through an engine is open, a program has to be started in the container. */
const TUNNEL_MS = 10_000;

/** One connection to each server for as long as a verb runs; all are let go together. */
export class Talk implements Disposable {
  readonly #open = new Map<string, Promise<RedisConnection>>();
  readonly #connector: RedisConnector;
  readonly #passwordOf: (seat: Seat) => Promise<string | undefined>;
  #disposed = false;

  /** @param password one for all, or asked for each seat */
  constructor(connector: RedisConnector, password: string | undefined | ((seat: Seat) => Promise<string | undefined>)) {
    this.#connector = connector;
    this.#passwordOf = typeof password === 'function' ? password : () => Promise.resolve(password);
  }

  /** The connection to `seat`, opened on first use by trying until it answers a PING: right after a start nothing listens yet. */
  to(seat: Seat, patience: Patience): Promise<RedisConnection> {
    let open = this.#open.get(seat.name);
    if (open === undefined) {
      open = this.#connect(seat, patience);
      this.#open.set(seat.name, open);
      // A failed one is tried anew by the next caller; the failure itself goes to this one.
      open.catch(() => this.#open.delete(seat.name));
    }
    return open;
  }

  async #connect(seat: Seat, { everyMs, deadlineMs: least, signal }: Patience): Promise<RedisConnection> {
    const deadlineMs = seat.reachable.via === undefined ? least : least + TUNNEL_MS;
    let last = 'no answer';
    const password = await this.#passwordOf(seat);
    const endpoint = { address: seat.reachable, ...credentialsOf(password) };
    try {
      return await until(`answer of ${seat.name}`, { everyMs, deadlineMs, signal }, async signal => {
        let connection: RedisConnection | undefined;
        try {
          connection = await this.#connector.connect(endpoint, { signal });
          await connection.call(['PING'], { signal });
        } catch (error) {
          connection?.dispose();
          if (isCancellation(error) || signal.aborted || isPermanent(error, password !== undefined)) throw error;
          last = saidBy(error);
          return undefined;
        }
        if (this.#disposed || signal.aborted) {
          connection.dispose();
          throw new DOMException('cancelled', 'AbortError');
        }
        connection.onClose(() => this.#open.delete(seat.name));
        return patient(connection);
      });
    } catch (error) {
      if (isDeadline(error))
        throw new HumanError<TalkFault>(
          { code: 'node-not-answering', node: seat.name, address: seat.reachable, text: last },
          { cause: error },
        );
      throw error;
    }
  }

  dispose(): void {
    this.#disposed = true;
    for (const open of this.#open.values())
      open.then(
        connection => connection.dispose(),
        () => undefined,
      );
    this.#open.clear();
  }
}

/**
 * A wrong or missing password doesn't get right by waiting. But with a password "required" only says that the first try found nobody and a
 * look afterwards, without one, found the server just up.
 */
function isPermanent(error: unknown, withPassword: boolean): boolean {
  return (
    isFault(error, 'redis-silent') &&
    [withPassword ? 'password-wrong' : 'password-required', 'tls'].includes(
      String((error.fault as { reason?: unknown }).reason),
    )
  );
}

/** The connection with {@link ANSWER_MS} wherever the caller names no time. */
export function patient(connection: RedisConnection): RedisConnection {
  return new Patient(connection);
}

class Patient implements RedisConnection {
  constructor(private readonly inner: RedisConnection) {}

  get address(): Address {
    return this.inner.address;
  }
  get onClose(): RedisConnection['onClose'] {
    return this.inner.onClose;
  }
  call(command: readonly string[], options?: CallOptions): Promise<Reply> {
    return this.inner.call(command, { timeoutMs: ANSWER_MS, ...options });
  }
  pipeline(commands: readonly (readonly string[])[], options?: CallOptions): Promise<readonly (Reply | ReplyError)[]> {
    return this.inner.pipeline(commands, { timeoutMs: ANSWER_MS, ...options });
  }
  subscribe(
    patterns: readonly string[],
    listener: (channel: string, message: string) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    return this.inner.subscribe(patterns, listener, signal);
  }
  dispose(): void {
    this.inner.dispose();
  }
}
