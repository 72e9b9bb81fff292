import { delay, mapLimit } from '../../src/base/abort';
import type { Address } from '../../src/model/address';
import { sameAddress } from '../../src/model/address';
import type { RedisConnection } from '../../src/redis/client';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import type { Seat } from '../../src/topology/talk';
import { Writers, writesAsChild } from './writers';

/**
 * Writers in a process of their own, as a client of the topology would run them: each sends `SET <prefix>:<writer>:<n> n`, one after the other, and keeps what was
 * acknowledged. When its connection breaks or the server refuses, it asks the Sentinels who is master now.
 */
export interface LoadOrder {
  readonly prefix: string;
  readonly writers: number;
  readonly password: string | undefined;
  readonly masterName: string;
  readonly servers: readonly Seat[];
  readonly sentinels: readonly Seat[];
  /** How long a writer waits for one answer; without it, longer than any pause of ours. */
  readonly patienceMs?: number;
}

export interface LoadResult {
  /** For each writer how many it sent, which of these were not acknowledged, and to whom it wrote. */
  readonly writers: readonly {
    readonly sent: number;
    readonly unacknowledged: readonly number[];
    readonly stays: readonly Stay[];
  }[];
  readonly acknowledged: number;
  /** The longest time that no write of any writer was acknowledged, in milliseconds. */
  readonly longestPauseMs: number;
  readonly refusals: number;
}

/** A writer's time with one server: until another connection was needed. */
export interface Stay {
  /** Port that the server is reached at. */
  readonly port: number;
  /** The first number that it wrote there. */
  readonly first: number;
  /** When the first and the last of its writes there were acknowledged, milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

const ORDER = 'REDIS_TOPOLOGY_LOAD';

/** Whether this process is the one that writes (then it must do nothing else). */
export const isLoadChild = (): boolean => writesAsChild(ORDER, write);

export class Load extends Writers<LoadOrder, LoadResult> {
  constructor(file: string, order: LoadOrder) {
    super(file, ORDER, order);
  }
}

/** How many acknowledged writes `connection`'s server doesn't have. `onLost` is told of each. */
export async function lostOn(
  connection: RedisConnection,
  order: Pick<LoadOrder, 'prefix'>,
  result: LoadResult,
  onLost: (writer: number, n: number) => void = () => undefined,
): Promise<number> {
  const missing = await mapLimit(result.writers, 2, async ({ sent, unacknowledged }, writer) => {
    const skip = new Set(unacknowledged);
    let lost = 0;
    for (let from = 0; from < sent; from += 1000) {
      const wanted = Array.from({ length: Math.min(1000, sent - from) }, (_, i) => from + i).filter(n => !skip.has(n));
      if (wanted.length === 0) continue;
      const values = await connection.call(['MGET', ...wanted.map(n => `${order.prefix}:${writer}:${n}`)], {
        timeoutMs: 10_000,
      });
      if (!Array.isArray(values)) throw new Error('MGET');
      wanted.forEach((n, i) => {
        if (values[i] === String(n)) return;
        lost++;
        onLost(writer, n);
      });
    }
    return lost;
  });
  return missing.reduce((sum, lost) => sum + lost, 0);
}

async function write(order: LoadOrder, isStopped: () => boolean, onRunning: () => void): Promise<LoadResult> {
  const connector = new IoredisConnector();
  const seatOf = (address: Address): Seat | undefined =>
    order.servers.find(({ announced }) => sameAddress(announced, address));
  let last = performance.now();
  let warm = 0;
  let longestPauseMs = 0;
  let acknowledged = 0;
  let refusals = 0;

  const connect = (seat: Seat): Promise<RedisConnection> =>
    connector.connect({
      address: seat.reachable,
      ...(order.password === undefined ? {} : { password: order.password }),
    });
  async function toMaster(): Promise<{ readonly connection: RedisConnection; readonly port: number }> {
    for (;;) {
      // Without Sentinels a client can only try all.
      if (order.sentinels.length === 0)
        for (const seat of order.servers) {
          const connection = await connect(seat).catch(() => undefined);
          const role = await connection?.call(['ROLE']).catch(() => undefined);
          if (connection !== undefined && Array.isArray(role) && role[0] === 'master')
            return { connection, port: seat.reachable.port };
          connection?.dispose();
        }
      for (const sentinel of order.sentinels) {
        let asked: RedisConnection | undefined;
        try {
          asked = await connect(sentinel);
          const reply = await asked.call(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', order.masterName]);
          const seat = Array.isArray(reply) ? seatOf({ host: String(reply[0]), port: Number(reply[1]) }) : undefined;
          if (seat === undefined) continue;
          const connection = await connect(seat);
          const role = await connection.call(['ROLE']);
          if (Array.isArray(role) && role[0] === 'master') return { connection, port: seat.reachable.port };
          connection.dispose();
        } catch {
          continue; // the next Sentinel may know better
        } finally {
          asked?.dispose();
        }
      }
      if (isStopped()) throw new Error('no master found');
      await delay(10);
    }
  }

  const writers = await Promise.all(
    Array.from({ length: order.writers }, async (_, writer) => {
      const unacknowledged: number[] = [];
      let n = 0;
      const stays: Stay[] = [];
      let { connection, port } = await toMaster();
      for (; !isStopped(); n++) {
        try {
          // Longer than any pause: a write that waits is not a write that failed.
          await connection.call(['SET', `${order.prefix}:${writer}:${n}`, String(n)], {
            timeoutMs: order.patienceMs ?? 20_000,
          });
          const stay = stays.at(-1);
          if (stay?.port === port) stays[stays.length - 1] = { ...stay, to: Date.now() };
          else stays.push({ port, first: n, from: Date.now(), to: Date.now() });
          const now = performance.now();
          longestPauseMs = Math.max(longestPauseMs, now - last);
          last = now;
          acknowledged++;
          if (n === 20 && ++warm === order.writers) onRunning();
        } catch {
          unacknowledged.push(n);
          refusals++;
          connection.dispose();
          ({ connection, port } = await toMaster());
        }
      }
      connection.dispose();
      return { sent: n, unacknowledged, stays };
    }),
  );
  return { writers, acknowledged, longestPauseMs: Math.round(longestPauseMs), refusals };
}
