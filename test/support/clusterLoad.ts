import { delay } from '../../src/base/abort';
import { formatAddress } from '../../src/model/address';
import { keySlot, SLOT_COUNT } from '../../src/model/slots';
import type { RedisConnection, Reply } from '../../src/redis/client';
import { ReplyError } from '../../src/redis/client';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import type { Seat } from '../../src/topology/talk';
import { Writers, writesAsChild } from './writers';

/**
 * Writers of a cluster in a process of their own, as a client of it would be: each sends `SET <key of n> n`, one after the other, follows MOVED and ASK, waits
 * at TRYAGAIN, and keeps what was acknowledged.
 */
export interface ClusterLoadOrder {
  readonly prefix: string;
  readonly writers: number;
  readonly password: string | undefined;
  readonly seats: readonly Seat[];
  /** Slots that are written to, in turn. */
  readonly slots: readonly number[];
  /** Between two writes of one writer. */
  readonly paceMs: number;
  /** A write counts as acknowledged when a replica has it, too (WAIT): what a master alone has is lost with it, move or no move. */
  readonly confirmed?: boolean;
}

export interface ClusterLoadResult {
  /** For each writer how many it sent, and which of these were not acknowledged. */
  readonly writers: readonly { readonly sent: number; readonly unacknowledged: readonly number[] }[];
  readonly acknowledged: number;
  /** The longest that one acknowledged write took, in milliseconds. */
  readonly slowestMs: number;
  readonly redirected: number;
}

const ORDER = 'REDIS_TOPOLOGY_CLUSTER_LOAD';
/** A tag for every slot, found in one pass over the numbers. */
const tags: string[] = [];

/** A key of this slot. */
export function keyIn(slot: number, name: string): string {
  for (let n = 0, left = tags.length === SLOT_COUNT ? 0 : SLOT_COUNT; left > 0; n++) {
    const tag = n.toString(36);
    const of = keySlot(tag);
    if (tags[of] !== undefined) continue;
    tags[of] = tag;
    left--;
  }
  return `{${tags[slot]}}:${name}`;
}

export function keyOf(order: Pick<ClusterLoadOrder, 'prefix' | 'slots'>, writer: number, n: number): string {
  return keyIn(order.slots[(n * 61 + writer * 7) % order.slots.length] as number, `${order.prefix}:${writer}:${n}`);
}

/** Whether this process is the one that writes (then it must do nothing else). */
export const isClusterLoadChild = (): boolean => writesAsChild(ORDER, write);

export class ClusterLoad extends Writers<ClusterLoadOrder, ClusterLoadResult> {
  constructor(file: string, order: ClusterLoadOrder) {
    super(file, ORDER, order);
  }
}

/** Keys and values of all acknowledged writes. */
export function* acknowledgedOf(
  order: ClusterLoadOrder,
  { writers }: ClusterLoadResult,
): Generator<readonly [key: string, value: string]> {
  for (const [writer, { sent, unacknowledged }] of writers.entries()) {
    const skip = new Set(unacknowledged);
    for (let n = 0; n < sent; n++) if (!skip.has(n)) yield [keyOf(order, writer, n), String(n)];
  }
}

/** The connections of one writer, and where it believes each slot to be. */
class Client {
  readonly #connector = new IoredisConnector();
  readonly #open = new Map<string, Promise<RedisConnection>>();
  readonly #places = new Map<number, string>();
  redirected = 0;

  constructor(private readonly order: ClusterLoadOrder) {}

  /** Throws when the write is not acknowledged. */
  async set(key: string, value: string): Promise<void> {
    const slot = keySlot(key);
    let place = this.#places.get(slot) ?? this.#someone();
    let asking = false;
    try {
      for (let tries = 0; tries < 200; tries++) {
        const connection = await this.#to(place);
        const replies = await connection.pipeline(
          [
            ...(asking ? [['ASKING']] : []),
            ['SET', key, value],
            ...(this.order.confirmed === true ? [['WAIT', '1', '1000']] : []),
          ],
          { timeoutMs: 3000 },
        );
        const reply: Reply | ReplyError | undefined = replies[asking ? 1 : 0];
        if (!(reply instanceof ReplyError)) {
          if (this.order.confirmed === true && replies[replies.length - 1] === 0) throw new Error('no replica has it');
          if (!asking) this.#places.set(slot, place);
          return;
        }
        const [word, , target = '']: readonly string[] = reply.text.split(' ');
        if (word === 'TRYAGAIN') {
          await delay(5);
        } else if (word === 'MOVED' || word === 'ASK') {
          this.redirected++;
          asking = word === 'ASK';
          place = target;
        } else {
          throw new Error(reply.text);
        }
      }
      throw new Error('redirected for ever');
    } catch (error) {
      this.#places.delete(slot);
      this.#drop(place);
      throw error;
    }
  }

  #someone(): string {
    const { seats } = this.order;
    return formatAddress((seats[Math.floor(Math.random() * seats.length)] as Seat).announced);
  }

  #to(place: string): Promise<RedisConnection> {
    let open = this.#open.get(place);
    if (!open) {
      const seat = this.order.seats.find(({ announced }) => formatAddress(announced) === place);
      if (!seat) return Promise.reject(new Error(`sent to ${place}, which nobody knows`));
      open = this.#connector.connect(
        { address: seat.reachable, ...(this.order.password === undefined ? {} : { password: this.order.password }) },
        { timeoutMs: 2000 },
      );
      this.#open.set(place, open);
    }
    return open;
  }

  #drop(place: string): void {
    this.#open.get(place)?.then(
      connection => connection.dispose(),
      () => undefined,
    );
    this.#open.delete(place);
  }

  dispose(): void {
    for (const place of [...this.#open.keys()]) this.#drop(place);
  }
}

async function write(
  order: ClusterLoadOrder,
  isStopped: () => boolean,
  onRunning: () => void,
): Promise<ClusterLoadResult> {
  let [acknowledged, slowestMs, redirected, warm] = [0, 0, 0, 0];
  const writers = await Promise.all(
    Array.from({ length: order.writers }, async (_, writer) => {
      const client = new Client(order);
      const unacknowledged: number[] = [];
      let n = 0;
      for (; !isStopped(); n++) {
        const began = performance.now();
        try {
          await client.set(keyOf(order, writer, n), String(n));
          acknowledged++;
          slowestMs = Math.max(slowestMs, performance.now() - began);
        } catch {
          unacknowledged.push(n);
          await delay(50);
        }
        if (n === 20 && ++warm === order.writers) onRunning();
        await delay(order.paceMs);
      }
      redirected += client.redirected;
      client.dispose();
      return { sent: n, unacknowledged };
    }),
  );
  return { writers, acknowledged, slowestMs: Math.round(slowestMs), redirected };
}
