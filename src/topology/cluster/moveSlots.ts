import { isDeadline, until } from '../../base/abort';
import { HumanError, textOf } from '../../base/errors';
import { eachSlot, rangesOf } from '../../model/slots';
import type { VerbDeps } from '../deps';
import type { OnProgress } from '../ports';
import { withCrew } from './crew';
import type { ClusterSight, ClusterTarget, Crew, CrewMember } from './crew';
import type { MovePlan, SlotMove } from './movePlan';
import { SlotMover } from './slotMover';
import type { SlotMoverFault } from './slotMover';
import { ask } from './wire';

export interface MoveRequest {
  readonly target: ClusterTarget;
  readonly plan: MovePlan;
}

export interface MoveProgress {
  /** Slots moved so far, of `total`. */
  readonly done: number;
  readonly total: number;
  readonly slot: number;
  readonly from: string;
  readonly to: string;
  /** Keys moved so far. */
  readonly keys: number;
}

export interface MoveReport {
  /** What was moved; its reverse is the undo. */
  readonly moved: MovePlan;
  /** What a cancel left where it was: run it to go on. */
  readonly left?: MovePlan;
  readonly keys: number;
  readonly ms: number;
}

export type MoveFault =
  | SlotMoverFault
  /** Slots are half moved that are none of this plan's. */
  | { readonly code: 'move-others-open'; readonly slots: readonly number[] }
  | { readonly code: 'move-views-differ'; readonly nodes: readonly string[] }
  /** Stopped with one slot open; running the same plan again goes on there. `left` slots are not moved yet. */
  | { readonly code: 'move-stopped'; readonly slot: number; readonly from: string; readonly to: string; readonly text: string; readonly done: number; readonly left: number }
  | { readonly code: 'move-not-agreed'; readonly nodes: readonly string[] };

const AGREE_MS = 20_000;

/**
 * Moves slots with their keys, one after the other. A cancel is heard between two slots: none stays half moved, and the report says what is left.
 * A slot that an earlier, cut-off run of the plan left open is gone on with; slots that are moved already are passed over.
 */
export function moveSlots(deps: Pick<VerbDeps, 'connector' | 'secrets' | 'now'>, { target, plan }: MoveRequest, signal: AbortSignal, onProgress: OnProgress<MoveProgress>): Promise<MoveReport> {
  const began = deps.now();
  return withCrew(deps, target, signal, async crew => {
    const sight = await crew.look(signal);
    const owners = check(sight, plan);
    const password = await deps.secrets.get(target.topologyId);
    const moved: SlotMove[] = [];
    let [done, keys] = [0, 0];
    for (const { from, to, ranges } of plan.moves) {
      const [source, taker] = [crew.member(from), crew.member(to)];
      const mover = await SlotMover.between(crew, source, taker, password);
      const gone: number[] = [];
      for (const slot of eachSlot(ranges)) {
        if (owners.get(slot) === to) {
          done++;
          continue; // an earlier run did it
        }
        if (signal.aborted) break;
        onProgress({ done, total: plan.slots, slot, from: source.name, to: taker.name, keys });
        try {
          keys += await mover.move(slot);
        } catch (error) {
          if (error instanceof HumanError && error.fault.code.startsWith('move-')) throw error;
          throw new HumanError<MoveFault>({ code: 'move-stopped', slot, from: source.name, to: taker.name, text: textOf(error), done, left: plan.slots - done }, { cause: error });
        }
        gone.push(slot);
        done++;
      }
      if (gone.length > 0) moved.push({ from, to, ranges: rangesOf(gone) });
      if (signal.aborted) break;
    }
    await agreed(crew, moved);
    const left = remaining(plan, moved, owners);
    return { moved: { moves: moved, slots: moved.reduce((sum, move) => sum + [...eachSlot(move.ranges)].length, 0) }, ...(left.slots > 0 ? { left } : {}), keys, ms: deps.now() - began };
  });
}

/** Refuses when the nodes differ or foreign slots are open; else tells the owner of every slot of the plan. */
function check({ view }: ClusterSight, plan: MovePlan): ReadonlyMap<number, string> {
  const planned = new Map(plan.moves.flatMap(move => [...eachSlot(move.ranges)].map(slot => [slot, move] as const)));
  const foreign = view.open.filter(({ slot, migratingAt, importingAt, from, to }) => {
    const move = planned.get(slot);
    return !move || (migratingAt ?? from ?? move.from) !== move.from || (importingAt ?? to ?? move.to) !== move.to;
  });
  if (foreign.length > 0) throw new HumanError<MoveFault>({ code: 'move-others-open', slots: foreign.map(({ slot }) => slot) });
  // A slot of ours that was cut off between its last two orders is disputed for a moment; any other dispute must be settled first.
  const disputes = view.disputes.filter(({ ranges }) => [...eachSlot(ranges)].some(slot => !planned.has(slot)));
  if (disputes.length > 0) throw new HumanError<MoveFault>({ code: 'move-views-differ', nodes: [...new Set(disputes.flatMap(({ claims }) => claims.slice(1).flatMap(claim => claim.by)))] });
  const owners = new Map<number, string>();
  const open = new Set(view.open.map(({ slot }) => slot));
  for (const shard of view.shards) for (const slot of eachSlot(shard.ranges)) if (planned.has(slot) && !open.has(slot)) owners.set(slot, shard.masterId);
  return owners;
}

function remaining(plan: MovePlan, moved: readonly SlotMove[], owners: ReadonlyMap<number, string>): MovePlan {
  const gone = new Set(moved.flatMap(move => [...eachSlot(move.ranges)]));
  const moves = plan.moves.map(move => ({ ...move, ranges: rangesOf([...eachSlot(move.ranges)].filter(slot => !gone.has(slot) && owners.get(slot) !== move.to)) })).filter(move => move.ranges.length > 0);
  return { moves, slots: moves.reduce((sum, move) => sum + [...eachSlot(move.ranges)].length, 0) };
}

/** Done only when every answering node sees the slots where they went, and none is open. */
async function agreed(crew: Crew, moved: readonly SlotMove[]): Promise<void> {
  if (moved.length === 0) return;
  let differ: readonly string[] = [];
  try {
    await until('agreement on slots', { everyMs: 50, deadlineMs: AGREE_MS }, async signal => {
      const { seen, view } = await crew.look(signal);
      differ = seen.filter(({ report }) => moved.some(({ to, ranges }) => {
        const line = report.nodes.find(node => node.id === to);
        return !line || ![...eachSlot(ranges)].every(slot => line.slots.some(([first, last]) => first <= slot && slot <= last));
      })).map(one => one.name);
      return differ.length === 0 && view.open.length === 0 ? true : undefined;
    });
  } catch (error) {
    if (isDeadline(error)) throw new HumanError<MoveFault>({ code: 'move-not-agreed', nodes: differ }, { cause: error });
    throw error;
  }
}

/** Keys in the slots of a plan, for the confirmation: counted by their owners, in small batches. */
export function countPlanKeys(deps: Pick<VerbDeps, 'connector' | 'secrets'>, { target, plan }: MoveRequest, signal: AbortSignal): Promise<number> {
  return withCrew(deps, target, signal, async crew => {
    let keys = 0;
    for (const { from, ranges } of plan.moves) {
      const source: CrewMember = crew.member(from);
      const slots = [...eachSlot(ranges)];
      for (let at = 0; at < slots.length; at += 256) {
        const counts = await ask(source.connection, slots.slice(at, at + 256).map(slot => ['CLUSTER', 'COUNTKEYSINSLOT', String(slot)]), signal);
        keys += counts.reduce<number>((sum, count) => sum + (typeof count === 'number' ? count : 0), 0);
      }
    }
    return keys;
  });
}
