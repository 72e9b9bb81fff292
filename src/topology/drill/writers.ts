import { deadline, delay, isCancellation } from '../../base/abort';
import { HumanError } from '../../base/errors';
import type { Address } from '../../model/address';
import { keySlot } from '../../model/slots';
import type { Node } from '../../model/snapshot';
import type { RedisConnection, Reply } from '../../redis/client';
import { ReplyError } from '../../redis/client';

/** Where a write belongs, as a client would find out; what is found is kept until a server says otherwise. */
export interface Route {
  /** Whom to write this key to; undefined while nobody is known. */
  target(key: string): Node | undefined;
  /** The node that an announced address means. */
  at(address: Address): Node | undefined;
  /** Asks the topology again (Sentinels, or the nodes of a cluster). */
  lookAgain(): Promise<void>;
}

export interface WriterOptions {
  /** Of its keys; also the name of its connections, by which {@link hangUp} knows them. */
  readonly prefix: string;
  readonly writers: number;
  /** Milliseconds between two writes of one writer. */
  readonly everyMs: number;
  /** Replicas that must have a write before it counts as acknowledged (WAIT); 0: the master's word is enough. */
  readonly wait: number;
  readonly signal: AbortSignal;
  now(): number;
}

/** That a write was acknowledged: when, and by which server (its name). */
export interface Acknowledgement {
  readonly at: number;
  readonly by: string;
}

export interface Written {
  /** By the key that was written. */
  readonly acknowledged: ReadonlyMap<string, Acknowledgement>;
  readonly refused: number;
}

/** A write that takes longer is one whose end nobody knows: it does not count as acknowledged. */
const WRITE_MS = 800;
const CONNECT_MS = 600;
const AGAIN_MS = 25;

/**
 * Writers like those of an application: each sends one SET after the other over a plain connection of its own and keeps what was acknowledged. On a
 * broken connection or a refusal it asks who is master now. No Cluster client: such a one can end its process (RELIABILITY 5.4).
 */
export class Writers {
  readonly acknowledged = new Map<string, Acknowledgement>();
  /** Keys whose write was sent and not acknowledged: it may have happened all the same. */
  readonly doubtful: string[] = [];
  refused = 0;
  readonly #connections = new Map<string, Promise<RedisConnection>>();
  readonly #running: Promise<void>[];
  readonly #stop = new AbortController();

  constructor(
    private readonly route: Route,
    private readonly connect: (node: Node, signal: AbortSignal) => Promise<RedisConnection>,
    private readonly options: WriterOptions,
  ) {
    this.#running = Array.from({ length: options.writers }, (_, index) => this.#write(index));
  }

  async stop(): Promise<Written> {
    this.#stop.abort(new DOMException('ended', 'AbortError'));
    await Promise.all(this.#running);
    for (const open of this.#connections.values())
      open.then(
        connection => connection.dispose(),
        () => undefined,
      );
    return { acknowledged: this.acknowledged, refused: this.refused };
  }

  async #write(writer: number): Promise<void> {
    const signal = AbortSignal.any([this.#stop.signal, this.options.signal]);
    let due = this.options.now();
    for (let n = 0; !signal.aborted; n++) {
      const key = `${this.options.prefix}:${String(writer)}:${String(n)}`;
      try {
        const by = await this.#once(key, writer, signal);
        if (by !== undefined) this.acknowledged.set(key, { at: this.options.now(), by: by.name });
        else {
          this.doubtful.push(key);
          await this.#sleep(AGAIN_MS, signal);
        }
        // what was missed while nothing could be written is not made up for
        due = Math.max(due + this.options.everyMs, this.options.now());
        await this.#sleep(due - this.options.now(), signal);
      } catch (error) {
        this.doubtful.push(key);
        if (isCancellation(error) || signal.aborted) return;
        if (!(error instanceof HumanError)) throw error;
        this.refused++;
        await this.route.lookAgain();
        await this.#sleep(AGAIN_MS, signal);
      }
    }
  }

  /** Whoever acknowledged it. */
  async #once(key: string, writer: number, signal: AbortSignal): Promise<Node | undefined> {
    let node = this.route.target(key);
    for (let hops = 0; node !== undefined && hops < 3; hops++) {
      // kept for ten minutes, so that nothing stays behind whatever becomes of us
      const commands = [
        ['SET', key, key.slice(key.lastIndexOf(':') + 1), 'EX', '600'],
        ...(this.options.wait > 0 ? [['WAIT', String(this.options.wait), String(WRITE_MS - 200)]] : []),
      ];
      const [reply, waited] = await this.#send(node, writer, commands, signal);
      if (!(reply instanceof ReplyError))
        return this.options.wait === 0 || (typeof waited === 'number' && waited >= this.options.wait)
          ? node
          : undefined;
      const moved = /^MOVED \d+ (.+):(\d+)$/.exec(reply.text);
      if (moved === null) {
        this.refused++;
        await this.route.lookAgain();
        return undefined;
      }
      node = this.route.at({ host: moved[1] ?? '', port: Number(moved[2]) });
    }
    if (node === undefined) await this.route.lookAgain();
    return undefined;
  }

  /** A connection that did not answer in time is given up, as clients do: its server may live elsewhere by now, and nobody would ever close it. */
  async #send(
    node: Node,
    writer: number,
    commands: readonly (readonly string[])[],
    signal: AbortSignal,
  ): Promise<readonly (Reply | ReplyError)[]> {
    const open = this.#connection(node, writer, signal);
    const connection = await open;
    try {
      return await connection.pipeline(commands, { timeoutMs: WRITE_MS, signal });
    } catch (error) {
      const key = `${String(writer)} ${node.id}`;
      if (this.#connections.get(key) === open) this.#connections.delete(key);
      connection.dispose();
      throw error;
    }
  }

  #connection(node: Node, writer: number, signal: AbortSignal): Promise<RedisConnection> {
    const key = `${String(writer)} ${node.id}`;
    let open = this.#connections.get(key);
    if (open === undefined) {
      // an address that leads nowhere any more takes seconds to say so, and the next look may know a better one
      open = deadline('connect', CONNECT_MS, signal, own => this.#named(node, own));
      this.#connections.set(key, open);
      const drop = (): void => {
        if (this.#connections.get(key) === open) this.#connections.delete(key);
      };
      open.then(connection => connection.onClose(drop), drop);
    }
    return open;
  }

  async #named(node: Node, signal: AbortSignal): Promise<RedisConnection> {
    const connection = await this.connect(node, signal);
    try {
      await connection.pipeline([['CLIENT', 'SETNAME', this.options.prefix]], { signal }); // one who may not be named writes all the same
      return connection;
    } catch (error) {
      connection.dispose();
      throw error;
    }
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (ms > 0) await delay(ms, signal);
  }
}

/**
 * Ends, on the server, what is left of the writers' connections. One to a server that was cut off and came back still brings what was sent into
 * nowhere: the network tries for many seconds, and a write that nobody waits for any more would appear after all was counted and removed.
 */
export async function hangUp(connection: Pick<RedisConnection, 'pipeline'>, name: string): Promise<void> {
  const [list] = await connection.pipeline([['CLIENT', 'LIST']]);
  const ids = String(list)
    .split('\n')
    .filter(line => line.includes(` name=${name} `))
    .flatMap(line => /^id=(\d+)/.exec(line)?.[1] ?? []);
  if (ids.length > 0) await connection.pipeline(ids.map(id => ['CLIENT', 'KILL', 'ID', id]));
}

/** Which of the keys are not there any more, asked of whoever owns them now. Those that are there are removed. */
export async function lostOf(
  keys: readonly string[],
  route: Route,
  connect: (node: Node) => Promise<RedisConnection>,
): Promise<readonly string[]> {
  await route.lookAgain();
  const byNode = new Map<Node, string[]>();
  for (const key of keys) {
    const node = route.target(key);
    if (node === undefined) throw new HumanError<DrillReadFault>({ code: 'drill-unreadable', slot: keySlot(key) });
    const list = byNode.get(node);
    if (list === undefined) byNode.set(node, [key]);
    else list.push(key);
  }
  const lost: string[] = [];
  for (const [node, own] of byNode) {
    const connection = await connect(node);
    try {
      for (let i = 0; i < own.length; i += 500) {
        const batch = own.slice(i, i + 500);
        const replies: readonly (Reply | ReplyError)[] = await connection.pipeline(
          batch.map(key => ['GET', key]),
          { timeoutMs: 10_000 },
        );
        replies.forEach((reply, index) => {
          const key = batch[index] as string;
          if (reply instanceof ReplyError)
            throw new HumanError<DrillReadFault>(
              { code: 'drill-unreadable', slot: keySlot(key) },
              { cause: reply.text },
            );
          if (reply !== key.slice(key.lastIndexOf(':') + 1)) lost.push(key);
        });
        await connection.pipeline(
          batch.map(key => ['UNLINK', key]),
          { timeoutMs: 10_000 },
        );
      }
    } finally {
      connection.dispose();
    }
  }
  return lost;
}

export type DrillReadFault = { readonly code: 'drill-unreadable'; readonly slot: number };
