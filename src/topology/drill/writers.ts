import { delay, isCancellation } from '../../base/abort';
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
  readonly prefix: string;
  readonly writers: number;
  /** Milliseconds between two writes of one writer. */
  readonly everyMs: number;
  /** Replicas that must have a write before it counts as acknowledged (WAIT); 0: the master's word is enough. */
  readonly wait: number;
  readonly signal: AbortSignal;
  now(): number;
}

export interface Written {
  /** Keys whose write was acknowledged, each with when. */
  readonly acknowledged: ReadonlyMap<string, number>;
  readonly refused: number;
}

/** A write that takes longer is one whose end nobody knows: it does not count as acknowledged. */
const WRITE_MS = 800;
const AGAIN_MS = 25;

/**
 * Writers like those of an application: each sends one SET after the other over a plain connection of its own and keeps what was acknowledged. On a
 * broken connection or a refusal it asks who is master now. No Cluster client: such a one can end its process (RELIABILITY 5.4).
 */
export class Writers {
  readonly acknowledged = new Map<string, number>();
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

  /** The longest time without an acknowledged write that ends after `since`; open-ended while none came since. */
  gapAfter(since: number): { readonly from: number; readonly to: number } | undefined {
    const times = [...this.acknowledged.values()].sort((a, b) => a - b);
    let best: { from: number; to: number } | undefined;
    for (let i = 1; i < times.length; i++) {
      const [from = 0, to = 0] = [times[i - 1], times[i]];
      if (to >= since && (best === undefined || to - from > best.to - best.from)) best = { from, to };
    }
    return best;
  }

  async #write(writer: number): Promise<void> {
    const signal = AbortSignal.any([this.#stop.signal, this.options.signal]);
    for (let n = 0; !signal.aborted; n++) {
      const key = `${this.options.prefix}:${String(writer)}:${String(n)}`;
      try {
        if (await this.#once(key, writer, signal)) this.acknowledged.set(key, this.options.now());
        else await this.#sleep(AGAIN_MS, signal);
        await this.#sleep(this.options.everyMs, signal);
      } catch (error) {
        if (isCancellation(error) || signal.aborted) return;
        if (!(error instanceof HumanError)) throw error;
        this.refused++;
        await this.route.lookAgain();
        await this.#sleep(AGAIN_MS, signal);
      }
    }
  }

  async #once(key: string, writer: number, signal: AbortSignal): Promise<boolean> {
    let node = this.route.target(key);
    for (let hops = 0; node !== undefined && hops < 3; hops++) {
      const connection = await this.#connection(node, writer, signal);
      // kept for ten minutes, so that nothing stays behind whatever becomes of us
      const commands = [
        ['SET', key, key.slice(key.lastIndexOf(':') + 1), 'EX', '600'],
        ...(this.options.wait > 0 ? [['WAIT', String(this.options.wait), String(WRITE_MS - 200)]] : []),
      ];
      const [reply, waited] = await connection.pipeline(commands, { timeoutMs: WRITE_MS, signal });
      if (!(reply instanceof ReplyError))
        return this.options.wait === 0 || (typeof waited === 'number' && waited >= this.options.wait);
      const moved = /^MOVED \d+ (.+):(\d+)$/.exec(reply.text);
      if (moved === null) {
        this.refused++;
        await this.route.lookAgain();
        return false;
      }
      node = this.route.at({ host: moved[1] ?? '', port: Number(moved[2]) });
    }
    if (node === undefined) await this.route.lookAgain();
    return false;
  }

  #connection(node: Node, writer: number, signal: AbortSignal): Promise<RedisConnection> {
    const key = `${String(writer)} ${node.id}`;
    let open = this.#connections.get(key);
    if (open === undefined) {
      open = this.connect(node, signal);
      this.#connections.set(key, open);
      const drop = (): void => {
        if (this.#connections.get(key) === open) this.#connections.delete(key);
      };
      open.then(connection => connection.onClose(drop), drop);
    }
    return open;
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (ms > 0) await delay(ms, signal);
  }
}

/** Which of the keys are not there any more, asked of whoever owns them now. */
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
