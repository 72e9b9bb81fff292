import { HumanError } from '../../base/errors';
import type { ClusterView } from '../../model/clusterView';
import { countSlots, eachSlot, normalizeRanges, rangesOf } from '../../model/slots';
import type { SlotRange } from '../../model/slots';

/** Which slots go from which master to which; masters by cluster id. Plain data: shown, confirmed, resumed, reversed. */
export interface MovePlan {
  readonly moves: readonly SlotMove[];
  readonly slots: number;
}

export interface SlotMove {
  readonly from: string;
  readonly to: string;
  readonly ranges: readonly SlotRange[];
}

export type MovePlanFault =
  | { readonly code: 'move-nothing' }
  | { readonly code: 'move-not-a-master'; readonly node: string }
  /** These slots belong to nobody: they are assigned, not moved. */
  | { readonly code: 'move-uncovered'; readonly ranges: readonly SlotRange[] }
  | { readonly code: 'move-no-other-master' };

type Seen = Pick<ClusterView, 'shards' | 'members' | 'uncovered'>;

/** All of `ranges` to one master, from whoever has them; what it has already stays. */
export function planMove(view: Seen, ranges: readonly SlotRange[], to: string): MovePlan {
  if (view.members.find(member => member.id === to)?.role !== 'master')
    throw new HumanError<MovePlanFault>({ code: 'move-not-a-master', node: to });
  const wanted = normalizeRanges(ranges);
  const nobody = intersect(wanted, view.uncovered);
  if (nobody.length > 0) throw new HumanError<MovePlanFault>({ code: 'move-uncovered', ranges: nobody });
  return finished(
    view.shards
      .filter(shard => shard.masterId !== to)
      .map(shard => ({ from: shard.masterId, to, ranges: intersect(shard.ranges, wanted) })),
  );
}

/**
 * As even as possible by `weights` (default 1 each; 0 empties a master), with as few slots moved as possible: whoever has too many gives
 * from its end.
 */
export function planRebalance(view: Seen, weights: ReadonlyMap<string, number> = new Map()): MovePlan {
  const masters = view.members
    .filter(member => member.role === 'master' && member.state === 'ok')
    .map(member => member.id);
  const weight = (id: string): number => weights.get(id) ?? 1;
  const sum = masters.reduce((total, id) => total + weight(id), 0);
  if (sum === 0) throw new HumanError<MovePlanFault>({ code: 'move-no-other-master' });
  const rangesNow = (id: string): readonly SlotRange[] =>
    view.shards.find(shard => shard.masterId === id)?.ranges ?? [];
  const total = masters.reduce((slots, id) => slots + countSlots(rangesNow(id)), 0);
  // Whole slots by largest remainder; those who have most already get the odd ones, which saves moving them.
  const exact = masters.map(id => ({ id, share: (total * weight(id)) / sum, has: countSlots(rangesNow(id)) }));
  const target = new Map(exact.map(({ id, share }) => [id, Math.floor(share)]));
  let left = total - [...target.values()].reduce((a, b) => a + b, 0);
  for (const { id, share } of [...exact].sort(
    (a, b) => Number(b.has > b.share) - Number(a.has > a.share) || (b.share % 1) - (a.share % 1),
  )) {
    if (left > 0 && share > 0) {
      target.set(id, (target.get(id) ?? 0) + 1);
      left--;
    }
  }
  const givers = exact
    .map(({ id, has }) => ({ id, spare: has - (target.get(id) ?? 0) }))
    .filter(({ spare }) => spare > 0);
  const takers = exact.map(({ id, has }) => ({ id, room: (target.get(id) ?? 0) - has })).filter(({ room }) => room > 0);
  const moves: SlotMove[] = [];
  for (const giver of givers) {
    const slots = [...eachSlot(rangesNow(giver.id))].slice(-giver.spare);
    for (const taker of takers) {
      const taken = slots.splice(0, taker.room);
      taker.room -= taken.length;
      if (taken.length > 0) moves.push({ from: giver.id, to: taker.id, ranges: rangesOf(taken) });
    }
  }
  return finished(moves);
}

/** Everything away from one master, evenly to the others, so that it can be removed. */
export function planDrain(view: Seen, from: string): MovePlan {
  const others = view.members.filter(member => member.role === 'master' && member.state === 'ok' && member.id !== from);
  const ranges = view.shards.find(shard => shard.masterId === from)?.ranges ?? [];
  if (others.length === 0) throw new HumanError<MovePlanFault>({ code: 'move-no-other-master' });
  const slots = [...eachSlot(ranges)];
  return finished(
    others.map((other, index) => ({
      from,
      to: other.id,
      ranges: rangesOf(
        slots.slice(
          Math.round((index * slots.length) / others.length),
          Math.round(((index + 1) * slots.length) / others.length),
        ),
      ),
    })),
  );
}

/** The way back. */
export function reversed(plan: MovePlan): MovePlan {
  return { ...plan, moves: plan.moves.map(({ from, to, ranges }) => ({ from: to, to: from, ranges })) };
}

/** A plan of these moves, those of no slots left out. */
export function planFrom(moves: readonly SlotMove[]): MovePlan {
  const real = moves.filter(move => move.ranges.length > 0);
  return { moves: real, slots: real.reduce((sum, move) => sum + countSlots(move.ranges), 0) };
}

function finished(moves: readonly SlotMove[]): MovePlan {
  const plan = planFrom(moves);
  if (plan.slots === 0) throw new HumanError<MovePlanFault>({ code: 'move-nothing' });
  return plan;
}

function intersect(a: readonly SlotRange[], b: readonly SlotRange[]): SlotRange[] {
  return a.flatMap(x =>
    b.flatMap((y): SlotRange[] => {
      const range: SlotRange = [Math.max(x[0], y[0]), Math.min(x[1], y[1])];
      return range[0] <= range[1] ? [range] : [];
    }),
  );
}
