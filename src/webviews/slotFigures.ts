import { readFlat } from '../model/flat';
import { eachSlot } from '../model/slots';
import type { Topology } from '../model/snapshot';
import type { RedisConnection, Reply, ReplyError } from '../redis/client';
import type { InventoryPort } from '../topology/inventoryPort';
import type { HeatKind } from './slotMapProtocol';

type Connections = Pick<InventoryPort, 'connectionTo'>;

/** Slots asked in one write: small enough that no server is busy for long. */
const BATCH = 256;

/** Fields of `CLUSTER SLOT-STATS` (Valkey 8, Redis 8.2). All but the keys are there only with `cluster-slot-stats-enabled yes`. */
const fields: Readonly<Record<HeatKind, string>> = {
  keys: 'key-count',
  cpu: 'cpu-usec',
  in: 'network-bytes-in',
  out: 'network-bytes-out',
  memory: 'memory-bytes',
};

/** Keys in one slot, as its owner counts them, and of an open slot those at its taker; undefined when nobody has it, or doesn't answer. */
export async function countKeys(
  inventory: Connections,
  topology: Topology | undefined,
  slot: number,
  signal: AbortSignal,
): Promise<{ readonly keys?: number; readonly there?: number }> {
  const open = topology?.cluster?.open.find(one => one.slot === slot);
  const nodeOf = (id: string | undefined): string | undefined =>
    topology?.cluster?.members.find(member => member.id === id)?.node;
  const countAt = async (node: string | undefined): Promise<number | undefined> =>
    node === undefined
      ? undefined
      : asking(inventory, node, signal, async connection => {
          const [reply] = await connection.pipeline([['CLUSTER', 'COUNTKEYSINSLOT', String(slot)]], { signal });
          return typeof reply === 'number' ? reply : undefined;
        });
  const [keys, there] = await Promise.all([
    countAt(ownerOf(topology, slot)),
    countAt(open && nodeOf(open.importingAt ?? open.to)),
  ]);
  return { ...(keys === undefined ? {} : { keys }), ...(there === undefined ? {} : { there }) };
}

/** Which figures the servers have for each slot: asked of one master, by one slot of its own. */
export async function heatKindsOf(
  inventory: Connections,
  topology: Topology | undefined,
  signal: AbortSignal,
): Promise<{ readonly kinds: readonly HeatKind[]; readonly more: boolean }> {
  const shard = topology?.cluster?.shards.find(({ slots }) => slots > 0);
  const node = topology?.cluster?.members.find(member => member.id === shard?.masterId)?.node;
  const slot = String(shard?.ranges[0]?.[0] ?? 0);
  const told =
    node === undefined
      ? undefined
      : await asking(inventory, node, signal, async connection => {
          const [reply] = await connection.pipeline([['CLUSTER', 'SLOT-STATS', 'SLOTSRANGE', slot, slot]], { signal });
          return statsOf(reply).values().next().value;
        });
  if (!told) return { kinds: ['keys'], more: false };
  const kinds = (Object.keys(fields) as HeatKind[]).filter(kind => kind === 'keys' || told.has(fields[kind]));
  return { kinds, more: kinds.length === 1 };
}

/** Figures of all slots, master by master, batch by batch, until done or cancelled. */
export async function heatOf(
  inventory: Connections,
  topology: Topology | undefined,
  kind: HeatKind,
  signal: AbortSignal,
  onFigures: (first: number, figures: readonly number[]) => void,
): Promise<void> {
  for (const shard of topology?.cluster?.shards ?? []) {
    const node = topology?.cluster?.members.find(member => member.id === shard.masterId)?.node;
    if (node === undefined || shard.slots === 0) continue;
    await asking(inventory, node, signal, async connection => {
      for (const [first, last] of shard.ranges) {
        for (let from = first; from <= last; from += BATCH) {
          signal.throwIfAborted();
          const to = Math.min(last, from + BATCH - 1);
          onFigures(
            from,
            kind === 'keys'
              ? await keysOf(connection, from, to, signal)
              : await figuresOf(connection, kind, from, to, signal),
          );
        }
      }
    });
  }
}

async function keysOf(
  connection: RedisConnection,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const replies = await connection.pipeline(
    [...eachSlot([[from, to]])].map(slot => ['CLUSTER', 'COUNTKEYSINSLOT', String(slot)]),
    { signal },
  );
  return replies.map(reply => (typeof reply === 'number' ? reply : 0));
}

/** A slot that the server leaves out has left it meanwhile. */
async function figuresOf(
  connection: RedisConnection,
  kind: HeatKind,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const [reply] = await connection.pipeline([['CLUSTER', 'SLOT-STATS', 'SLOTSRANGE', String(from), String(to)]], {
    signal,
  });
  const stats = statsOf(reply);
  return [...eachSlot([[from, to]])].map(slot => Number(stats.get(slot)?.get(fields[kind]) ?? 0));
}

/** `[[slot, [name, value …]] …]` */
function statsOf(reply: Reply | ReplyError | undefined): ReadonlyMap<number, ReadonlyMap<string, unknown>> {
  if (!Array.isArray(reply)) return new Map(); // an error: the server doesn't know the command, or we may not ask
  return new Map(
    (reply as readonly Reply[]).flatMap(entry =>
      Array.isArray(entry) ? [[Number(entry[0]), readFlat('CLUSTER SLOT-STATS', entry[1])] as const] : [],
    ),
  );
}

/** Undefined when the node is silent: the map itself shows it as that. */
async function asking<T>(
  inventory: Connections,
  node: string,
  signal: AbortSignal,
  work: (connection: RedisConnection) => Promise<T>,
): Promise<T | undefined> {
  const connection = await inventory.connectionTo(node, signal).catch(() => undefined);
  if (!connection) return undefined;
  try {
    return await work(connection);
  } finally {
    connection.dispose();
  }
}

function ownerOf(topology: Topology | undefined, slot: number): string | undefined {
  const view = topology?.cluster;
  const shard = view?.shards.find(shard => shard.ranges.some(([first, last]) => first <= slot && slot <= last));
  return view?.members.find(member => member.id === shard?.masterId)?.node;
}
