import type { Topology } from '../model/snapshot';
import type { InventoryPort } from '../topology/inventoryPort';

/** Slots asked in one write: small enough that no server is busy for long. */
const BATCH = 256;

/** Keys in one slot, as its owner counts them; undefined when it has none, or doesn't answer. */
export async function countKeys(inventory: Pick<InventoryPort, 'connectionTo'>, topology: Topology | undefined, slot: number, signal: AbortSignal): Promise<number | undefined> {
  const node = ownerOf(topology, slot);
  if (node === undefined) return undefined;
  const connection = await inventory.connectionTo(node, signal).catch(() => undefined); // a silent owner is shown as one by the map itself
  if (!connection) return undefined;
  try {
    const [reply] = await connection.pipeline([['CLUSTER', 'COUNTKEYSINSLOT', String(slot)]], { signal });
    return typeof reply === 'number' ? reply : undefined;
  } finally {
    connection.dispose();
  }
}

/** Keys of all slots, master by master, batch by batch, until done or cancelled. */
export async function heatOf(inventory: Pick<InventoryPort, 'connectionTo'>, topology: Topology | undefined, signal: AbortSignal, onFigures: (first: number, figures: readonly number[]) => void): Promise<void> {
  for (const shard of topology?.cluster?.shards ?? []) {
    const node = topology?.cluster?.members.find(member => member.id === shard.masterId)?.node;
    if (node === undefined || shard.slots === 0) continue;
    const connection = await inventory.connectionTo(node, signal).catch(() => undefined);
    if (!connection) continue;
    try {
      for (const [first, last] of shard.ranges) {
        for (let from = first; from <= last; from += BATCH) {
          signal.throwIfAborted();
          const slots = Array.from({ length: Math.min(BATCH, last - from + 1) }, (_, index) => from + index);
          const replies = await connection.pipeline(slots.map(slot => ['CLUSTER', 'COUNTKEYSINSLOT', String(slot)]), { signal });
          onFigures(from, replies.map(reply => (typeof reply === 'number' ? reply : 0)));
        }
      }
    } finally {
      connection.dispose();
    }
  }
}

function ownerOf(topology: Topology | undefined, slot: number): string | undefined {
  const view = topology?.cluster;
  const shard = view?.shards.find(shard => shard.ranges.some(([first, last]) => first <= slot && slot <= last));
  return view?.members.find(member => member.id === shard?.masterId)?.node;
}
