import { isDeadline, until } from '../base/abort';
import { HumanError } from '../base/errors';
import type { Address } from '../model/address';
import { readInfo } from '../model/info';
import type { RedisConnection } from '../redis/client';
import { ReplyError } from '../redis/client';
import { flatMap } from './replies';
import type { Patience, Seat } from './talk';

export type LinkFault =
  /** The replica didn't get its link up in time; `text` is what it says of the link. */
  | { readonly code: 'link-not-up'; readonly node: string; readonly master: Address; readonly text: string }
  /** What was written on the master didn't arrive in time. */
  | { readonly code: 'not-replicated'; readonly node: string }
  /** A replica took a write: it isn't one. */
  | { readonly code: 'replica-writable'; readonly node: string }
  /** The server can't write its own file: its role would be lost at the next start. */
  | { readonly code: 'rewrite-failed'; readonly node: string; readonly text: string };

/**
 * Makes `replica` follow `master` by command: conf's `replicaof` would wait for the replication cron, the command connects at once.
 * A replica that already follows it is left as it is. Returns when the link is up.
 */
export async function linkReplica(
  connection: RedisConnection,
  replica: Seat,
  master: Seat,
  patience: Patience,
): Promise<void> {
  const { signal } = patience;
  const { host, port } = master.announced;
  const now = readInfo(await connection.call(['INFO', 'replication'], { signal }));
  if (now.get('role') !== 'slave' || now.get('master_host') !== host || now.get('master_port') !== String(port)) {
    await connection.call(['REPLICAOF', host, String(port)], { signal });
  }
  await linkUp(connection, replica, master, patience);
}

export async function linkUp(
  connection: RedisConnection,
  replica: Seat,
  master: Seat,
  { everyMs, deadlineMs, signal }: Patience,
): Promise<void> {
  let last = 'down';
  try {
    await until(`link of ${replica.name}`, { everyMs, deadlineMs, signal }, async signal => {
      const fields = readInfo(await connection.call(['INFO', 'replication'], { signal }));
      last =
        fields.get('role') === 'slave'
          ? `master_link_status:${fields.get('master_link_status')}`
          : `role:${fields.get('role')}`;
      const follows =
        fields.get('master_host') === master.announced.host &&
        fields.get('master_port') === String(master.announced.port);
      return follows && fields.get('master_link_status') === 'up' ? true : undefined;
    });
  } catch (error) {
    if (isDeadline(error))
      throw new HumanError<LinkFault>(
        { code: 'link-not-up', node: replica.name, master: master.announced, text: last },
        { cause: error },
      );
    throw error;
  }
}

/** The server writes what it became (`replicaof`) into its own conf. */
export async function rewriteConf(connection: RedisConnection, seat: Seat, signal: AbortSignal): Promise<void> {
  const [reply] = await connection.pipeline([['CONFIG', 'REWRITE']], { signal, timeoutMs: 5000 });
  if (reply instanceof ReplyError)
    throw new HumanError<LinkFault>({ code: 'rewrite-failed', node: seat.name, text: reply.text });
}

/** How often the server looks after its children and timers; a transfer's end is only noticed then. */
const HURRIED_HZ = 100;

/** The server's `hz` now, to be put back. Undefined when it doesn't tell. */
export async function readHz(connection: RedisConnection, signal: AbortSignal): Promise<number | undefined> {
  const [reply] = await connection.pipeline([['CONFIG', 'GET', 'hz']], { signal });
  const hz = Number(flatMap(reply).get('hz'));
  return Number.isInteger(hz) && hz > 0 ? hz : undefined;
}

/** Until the next start, or until it is set back: a first synchronisation of an empty server takes 20 ms instead of 200. */
export async function setHz(connection: RedisConnection, hz: number | 'hurried', signal: AbortSignal): Promise<void> {
  await connection.call(['CONFIG', 'SET', 'hz', String(hz === 'hurried' ? HURRIED_HZ : hz)], { signal });
}

export type ReplicationCheck =
  | { readonly code: 'read-back'; readonly node: string; readonly ms: number }
  | { readonly code: 'write-refused'; readonly node: string; readonly text: string };

/**
 * The notes' own test: a key written on the master is read on each replica, and a write to a replica is refused with READONLY. The
 * key is deleted again, and expires by itself should we die before.
 */
export async function proveReplication(
  master: RedisConnection,
  replicas: readonly { readonly seat: Seat; readonly connection: RedisConnection }[],
  key: string,
  patience: Patience,
  now: () => number,
): Promise<readonly ReplicationCheck[]> {
  const { everyMs, deadlineMs, signal } = patience;
  const checks: ReplicationCheck[] = [];
  const began = now();
  await master.call(['SET', key, key, 'EX', '60'], { signal });
  try {
    await Promise.all(
      replicas.map(async ({ seat, connection }) => {
        try {
          await until(`read back on ${seat.name}`, { everyMs, deadlineMs, signal }, async signal =>
            (await connection.call(['GET', key], { signal })) === key ? true : undefined,
          );
        } catch (error) {
          if (isDeadline(error))
            throw new HumanError<LinkFault>({ code: 'not-replicated', node: seat.name }, { cause: error });
          throw error;
        }
        checks.push({ code: 'read-back', node: seat.name, ms: now() - began });
        const [reply] = await connection.pipeline([['SET', key, 'refused']], { signal });
        if (!(reply instanceof ReplyError) || reply.prefix !== 'READONLY')
          throw new HumanError<LinkFault>({ code: 'replica-writable', node: seat.name });
        checks.push({ code: 'write-refused', node: seat.name, text: reply.text });
      }),
    );
  } finally {
    await master.call(['DEL', key]);
  }
  return checks;
}
