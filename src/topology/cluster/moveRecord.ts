import type { ClusterView } from '../../model/clusterView';
import { eachSlot, isRange, rangesOf } from '../../model/slots';
import type { VerbDeps } from '../deps';
import type { MovePlan } from './movePlan';
import { planFrom } from './movePlan';

/**
 * What was last moved in a cluster, kept over the end of the editor: a run that was cut off is gone on with or taken back, a finished one can be taken back.
 * Which slots have arrived is asked of the servers, so nothing is written for each slot.
 */
export interface MoveRecord {
  readonly plan: MovePlan;
  /** Ids of the members of each shard when it began: when a master of the plan has lost its place since, its heir is among them. */
  readonly lineage: Lineage;
  readonly startedAt: number;
  /** Every slot arrived and every node agreed. */
  readonly done: boolean;
  /** Names of nodes whose `cluster-allow-replica-migration` is held at `no` for the run. */
  readonly held: readonly string[];
}

export type Lineage = readonly (readonly string[])[];

const keyOf = (topologyId: string): string => `move:${topologyId}`;

export function recordedMove(deps: Pick<VerbDeps, 'records'>, topologyId: string): MoveRecord | undefined {
  const value = deps.records.get(keyOf(topologyId));
  return isRecord(value) ? value : undefined;
}

export async function recordMove(
  deps: Pick<VerbDeps, 'records'>,
  topologyId: string,
  record: MoveRecord,
): Promise<void> {
  await deps.records.set(keyOf(topologyId), record);
}

export async function forgetMove(deps: Pick<VerbDeps, 'records'>, topologyId: string): Promise<void> {
  await deps.records.delete(keyOf(topologyId));
}

type Seen = Pick<ClusterView, 'shards' | 'open' | 'members'>;
type Recorded = Pick<MoveRecord, 'plan' | 'lineage'>;

export function lineageOf({ shards }: Pick<ClusterView, 'shards'>): Lineage {
  return shards.map(({ masterId, replicaIds }) => [masterId, ...replicaIds]);
}

export function sameShard(a: string, b: string, lineage: Lineage): boolean {
  return a === b || lineage.some(ids => ids.includes(a) && ids.includes(b));
}

/** What of the plan has not arrived, from whoever has it now; undefined when all has. An open slot counts as not arrived. */
export function restOf(record: Recorded, view: Seen): MovePlan | undefined {
  return choose(record, view, place => (place.open || place.owner !== place.heir.to ? ends(place) : undefined));
}

/** The way back for what has arrived, or undefined. Slots that somebody else moved on since are left alone. */
export function wayBack(record: Recorded, view: Seen): MovePlan | undefined {
  return choose(record, view, ({ owner, heir, open }) =>
    !open && owner === heir.to ? { from: owner, to: heir.from } : undefined,
  );
}

/** The slots of the plan that stand between its two masters: open, or left with a taker that died. */
export function openOf(record: Recorded, view: Seen): MovePlan | undefined {
  return choose(record, view, place => (place.open || isLeftWithDead(place) ? ends(place) : undefined));
}

/** Its owner is no master that lives, and the heir of it never heard of the slot. */
function isLeftWithDead({ owner, heir, lineage }: Place): boolean {
  return owner !== heir.to && sameShard(owner, heir.to, lineage);
}

/**
 * A slot that its taker owns already and that still stands open was cut off between its last orders, and one that a dead master of the taker's shard owns
 * was given to it before its heir had heard of it: both came from the giver of the plan.
 */
function ends({ owner, heir, lineage }: Place): { readonly from: string; readonly to: string } {
  return { from: sameShard(owner, heir.to, lineage) ? heir.from : owner, to: heir.to };
}

interface Place {
  readonly owner: string;
  readonly heir: { readonly from: string; readonly to: string };
  readonly open: boolean;
  readonly lineage: Lineage;
}

function choose(
  { plan, lineage }: Recorded,
  view: Seen,
  way: (place: Place) => { readonly from: string; readonly to: string } | undefined,
): MovePlan | undefined {
  const owners = new Map(
    view.shards.flatMap(({ masterId, ranges }) => [...eachSlot(ranges)].map(slot => [slot, masterId] as const)),
  );
  const openSlots = new Set(view.open.map(({ slot }) => slot));
  const chosen = new Map<string, { from: string; to: string; slots: number[] }>();
  for (const { from, to, ranges } of plan.moves) {
    const heir = { from: heirOf(from, lineage, view), to: heirOf(to, lineage, view) };
    for (const slot of eachSlot(ranges)) {
      const owner = owners.get(slot);
      const chosenWay = owner === undefined ? undefined : way({ owner, heir, open: openSlots.has(slot), lineage });
      if (!chosenWay || chosenWay.from === chosenWay.to) continue;
      const key = `${chosenWay.from} ${chosenWay.to}`;
      const known = chosen.get(key);
      if (known) known.slots.push(slot);
      else chosen.set(key, { ...chosenWay, slots: [slot] });
    }
  }
  const found = planFrom(
    [...chosen.values()].map(({ slots, ...masters }) => ({
      ...masters,
      ranges: rangesOf(slots.sort((a, b) => a - b)),
    })),
  );
  return found.slots === 0 ? undefined : found;
}

/** Who is master in the place of `id` now; itself while it lives as one, or when there is nobody else. */
function heirOf(id: string, lineage: Lineage, { members }: Pick<Seen, 'members'>): string {
  const lives = (one: string): boolean =>
    members.some(member => member.id === one && member.role === 'master' && member.state === 'ok');
  if (lives(id)) return id;
  return lineage.find(ids => ids.includes(id))?.find(lives) ?? id;
}

/** Written by an earlier version, perhaps: what does not look right is as good as nothing. */
function isRecord(value: unknown): value is MoveRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { plan, startedAt, done, held, lineage } = value as Record<string, unknown>;
  return (
    typeof startedAt === 'number' &&
    typeof done === 'boolean' &&
    Array.isArray(held) &&
    Array.isArray(lineage) &&
    lineage.every(Array.isArray) &&
    typeof plan === 'object' &&
    plan !== null &&
    'moves' in plan &&
    Array.isArray(plan.moves) &&
    plan.moves.every((move: unknown) => isMove(move))
  );
}

function isMove(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { from, to, ranges } = value as Record<string, unknown>;
  return typeof from === 'string' && typeof to === 'string' && Array.isArray(ranges) && ranges.every(isRange);
}
