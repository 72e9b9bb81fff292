import { isDeadline, until } from '../../base/abort';
import { HumanError, textOf } from '../../base/errors';
import { countSlots, eachSlot, rangesOf } from '../../model/slots';
import type { SlotRange } from '../../model/slots';
import type { VerbDeps } from '../deps';
import type { OnProgress } from '../ports';
import { atomicMoveBetween } from './atomicMove';
import type { AtomicMove, AtomicMoveFault } from './atomicMove';
import { withCrew } from './crew';
import type { ClusterSight, ClusterTarget, Crew, CrewMember } from './crew';
import { emptiedBy, holdMasters, releaseMasters } from './keepMasters';
import type { MovePlan, MovePlanFault, SlotMove } from './movePlan';
import { planFrom } from './movePlan';
import { lineageOf, openOf, recordedMove, recordMove, restOf, sameShard, wayBack } from './moveRecord';
import type { Lineage, MoveRecord } from './moveRecord';
import { SlotMover } from './slotMover';
import type { SlotMoverFault } from './slotMover';
import { ask } from './wire';
import { secretOf } from '../password';

export interface MoveRequest {
  readonly target: ClusterTarget;
  readonly plan: MovePlan;
  /** What this run goes on with: kept as it was, so that a way back is the way back of all. */
  readonly resumes?: Pick<MoveRecord, 'plan' | 'lineage'>;
}

export interface MoveProgress {
  /** Slots moved so far, of `total`. */
  readonly done: number;
  readonly total: number;
  /** What goes now: one slot, or all that the servers move as one act. */
  readonly ranges: readonly SlotRange[];
  readonly from: string;
  readonly to: string;
  /** Keys moved so far, where they are moved one by one. */
  readonly keys: number;
  /** What the servers say of an act of their own. */
  readonly state?: string;
}

export interface MoveReport {
  /** What was moved; its reverse is the undo. */
  readonly moved: MovePlan;
  /** What a cancel left where it was: run it to go on. */
  readonly left?: MovePlan;
  readonly keys: number;
  /** Keys that were moved and are not there any more: expired or deleted meanwhile. */
  readonly missing: number;
  /** Names of masters that have no slot now. */
  readonly emptied: readonly string[];
  readonly ms: number;
}

export type MoveFault =
  | SlotMoverFault
  | AtomicMoveFault
  /** Slots are half moved that are none of this plan's. */
  | { readonly code: 'move-others-open'; readonly slots: readonly number[] }
  | { readonly code: 'move-views-differ'; readonly nodes: readonly string[] }
  /** Stopped with one slot open; running the same plan again goes on there. `left` slots are not moved yet. */
  | {
      readonly code: 'move-stopped';
      readonly slot: number;
      readonly from: string;
      readonly to: string;
      readonly text: string;
      readonly done: number;
      readonly left: number;
    }
  | { readonly code: 'move-not-agreed'; readonly nodes: readonly string[] };

const AGREE_MS = 20_000;

type MoveDeps = Pick<VerbDeps, 'connector' | 'secrets' | 'records' | 'now'>;

/**
 * Moves slots with their keys, one after the other, or as one act of the servers where they offer it. A cancel is heard between two slots: none stays half
 * moved, and the report says what is left. A slot that an earlier, cut-off run of the plan left open is gone on with; slots that are moved already are passed over.
 */
export function moveSlots(
  deps: MoveDeps,
  { target, plan, resumes }: MoveRequest,
  signal: AbortSignal,
  onProgress: OnProgress<MoveProgress>,
): Promise<MoveReport> {
  const began = deps.now();
  return withCrew(deps, target, signal, async crew => {
    const sight = await crew.look(signal);
    const lineage = resumes?.lineage ?? lineageOf(sight.view);
    const owners = check(sight, plan, lineage);
    const emptied = emptiedBy(plan, sight.view);
    const held = [
      ...new Set([
        ...(recordedMove(deps, target.topologyId)?.held ?? []),
        ...(await holdMasters(crew, emptied, sight.view)),
      ]),
    ];
    const record = { plan: resumes?.plan ?? plan, lineage, startedAt: began, done: false };
    await recordMove(deps, target.topologyId, { ...record, held });
    const run = new Run(
      crew,
      deps,
      target,
      plan,
      owners,
      new Set(sight.view.open.map(({ slot }) => slot)),
      signal,
      onProgress,
    );
    let left = plan;
    try {
      await run.all();
      await agreed(crew, run.moved);
      left = remaining(plan, run.moved, owners);
    } finally {
      await recordMove(deps, target.topologyId, {
        ...record,
        done: left.slots === 0,
        held: await releaseMasters(crew, held),
      });
    }
    return {
      moved: planFrom(run.moved),
      ...(left.slots > 0 ? { left } : {}),
      keys: run.keys,
      missing: run.missing,
      ms: deps.now() - began,
      emptied: left.slots > 0 ? [] : emptied.map(id => crew.member(id).name),
    };
  });
}

/** Goes on with a recorded run that was cut off or cancelled. Throws `move-nothing` when all has arrived. */
export async function goOn(
  deps: MoveDeps,
  target: ClusterTarget,
  record: MoveRecord,
  signal: AbortSignal,
  onProgress: OnProgress<MoveProgress>,
): Promise<MoveReport> {
  const { view } = await withCrew(deps, target, signal, crew => crew.look(signal));
  return moveSlots(deps, { target, plan: some(restOf(record, view)), resumes: record }, signal, onProgress);
}

/**
 * Takes back what a recorded run moved, finished or not. A slot that stands open goes on to its end first: its keys lie on both sides, and only forwards is
 * every one of them reachable at every moment.
 */
export async function takeBack(
  deps: MoveDeps,
  target: ClusterTarget,
  record: MoveRecord,
  signal: AbortSignal,
  onProgress: OnProgress<MoveProgress>,
): Promise<MoveReport> {
  const look = (): Promise<ClusterSight> => withCrew(deps, target, signal, crew => crew.look(signal));
  const open = openOf(record, (await look()).view);
  if (open) await moveSlots(deps, { target, plan: open, resumes: record }, signal, onProgress);
  const back = some(wayBack(record, (await look()).view));
  return moveSlots(deps, { target, plan: back, resumes: { plan: back, lineage: record.lineage } }, signal, onProgress);
}

function some(plan: MovePlan | undefined): MovePlan {
  if (!plan) throw new HumanError<MovePlanFault>({ code: 'move-nothing' });
  return plan;
}

/** One run of a plan: what it has moved so far. */
class Run {
  readonly moved: SlotMove[] = [];
  keys = 0;
  missing = 0;
  #done = 0;

  constructor(
    private readonly crew: Crew,
    private readonly deps: MoveDeps,
    private readonly target: ClusterTarget,
    private readonly plan: MovePlan,
    private readonly owners: ReadonlyMap<number, string>,
    private readonly open: ReadonlySet<number>,
    private readonly signal: AbortSignal,
    private readonly onProgress: OnProgress<MoveProgress>,
  ) {}

  async all(): Promise<void> {
    for (const move of this.plan.moves) {
      if (this.signal.aborted) return;
      const slots = [...eachSlot(move.ranges)].filter(slot => this.owners.get(slot) !== move.to); // the others an earlier run moved
      this.#done += countSlots(move.ranges) - slots.length;
      if (slots.length === 0) continue;
      const [source, taker] = [this.crew.member(move.from), this.crew.member(move.to)];
      const atomic = await atomicMoveBetween(source, taker);
      // What stands open was begun key by key, and only so it can be ended.
      const single = atomic ? slots.filter(slot => this.open.has(slot)) : slots;
      await this.#oneByOne(move, source, taker, single);
      if (atomic && single.length < slots.length && !this.signal.aborted)
        await this.#asOne(move, source, taker, rangesOf(slots.filter(slot => !this.open.has(slot))), atomic);
    }
  }

  async #oneByOne(
    { from, to }: SlotMove,
    source: CrewMember,
    taker: CrewMember,
    slots: readonly number[],
  ): Promise<void> {
    if (slots.length === 0) return;
    const mover = await SlotMover.between(this.crew, source, taker, await this.#passwordOf(taker));
    const gone: number[] = [];
    let failed = true;
    try {
      for (const [index, slot] of slots.entries()) {
        if (this.signal.aborted) break;
        this.#say([[slot, slot]], source, taker);
        try {
          const { keys, missing } = await mover.move(slot, slots[index + 1]);
          this.keys += keys;
          this.missing += missing;
        } catch (error) {
          if (error instanceof HumanError && error.fault.code.startsWith('move-')) throw error;
          throw new HumanError<MoveFault>(
            {
              code: 'move-stopped',
              slot,
              from: source.name,
              to: taker.name,
              text: textOf(error),
              done: this.#done,
              left: this.plan.slots - this.#done,
            },
            { cause: error },
          );
        }
        gone.push(slot);
        this.#done++;
      }
      failed = false;
      await mover.settle();
    } finally {
      if (failed) await mover.settle(true).catch(() => undefined); // what stopped the run is what counts
      if (gone.length > 0) this.moved.push({ from, to, ranges: rangesOf(gone) });
    }
  }

  async #asOne(
    { from, to }: SlotMove,
    source: CrewMember,
    taker: CrewMember,
    ranges: readonly SlotRange[],
    atomic: AtomicMove,
  ): Promise<void> {
    this.#say(ranges, source, taker);
    if (!(await atomic.run(ranges, this.signal, state => this.#say(ranges, source, taker, state)))) return;
    this.moved.push({ from, to, ranges });
    this.#done += countSlots(ranges);
  }

  #say(ranges: readonly SlotRange[], source: CrewMember, taker: CrewMember, state?: string): void {
    this.onProgress({
      done: this.#done,
      total: this.plan.slots,
      ranges,
      from: source.name,
      to: taker.name,
      keys: this.keys,
      ...(state === undefined ? {} : { state }),
    });
  }

  async #passwordOf({ name }: CrewMember): Promise<string | undefined> {
    const seat = this.target.seats.find(seat => seat.name === name);
    return secretOf(this.deps.secrets, this.target.topologyId, seat ?? {});
  }
}

/** Refuses when the nodes differ or foreign slots are open; else tells the owner of every slot of the plan. */
function check({ view }: ClusterSight, plan: MovePlan, lineage: Lineage): ReadonlyMap<number, string> {
  const planned = new Map(plan.moves.flatMap(move => [...eachSlot(move.ranges)].map(slot => [slot, move] as const)));
  const foreign = view.open.filter(({ slot, migratingAt, importingAt, from, to }) => {
    const move = planned.get(slot);
    return (
      !move ||
      !sameShard(migratingAt ?? from ?? move.from, move.from, lineage) ||
      !sameShard(importingAt ?? to ?? move.to, move.to, lineage)
    );
  });
  if (foreign.length > 0)
    throw new HumanError<MoveFault>({ code: 'move-others-open', slots: foreign.map(({ slot }) => slot) });
  // A slot of ours that was cut off between its last two orders is disputed for a moment; any other dispute must be settled first.
  const disputes = view.disputes.filter(({ ranges }) => [...eachSlot(ranges)].some(slot => !planned.has(slot)));
  if (disputes.length > 0)
    throw new HumanError<MoveFault>({
      code: 'move-views-differ',
      nodes: [...new Set(disputes.flatMap(({ claims }) => claims.slice(1).flatMap(claim => claim.by)))],
    });
  const owners = new Map<number, string>();
  const open = new Set(view.open.map(({ slot }) => slot));
  for (const shard of view.shards)
    for (const slot of eachSlot(shard.ranges))
      if (planned.has(slot) && !open.has(slot)) owners.set(slot, shard.masterId);
  return owners;
}

function remaining(plan: MovePlan, moved: readonly SlotMove[], owners: ReadonlyMap<number, string>): MovePlan {
  const gone = new Set(moved.flatMap(move => [...eachSlot(move.ranges)]));
  return planFrom(
    plan.moves.map(move => ({
      ...move,
      ranges: rangesOf([...eachSlot(move.ranges)].filter(slot => !gone.has(slot) && owners.get(slot) !== move.to)),
    })),
  );
}

/** Done only when every answering node sees the slots where they went, and none is open. */
async function agreed(crew: Crew, moved: readonly SlotMove[]): Promise<void> {
  if (moved.length === 0) return;
  let differ: readonly string[] = [];
  try {
    await until('agreement on slots', { everyMs: 50, deadlineMs: AGREE_MS }, async signal => {
      const { seen, view } = await crew.look(signal);
      differ = seen
        .filter(({ report }) =>
          moved.some(({ to, ranges }) => {
            const line = report.nodes.find(node => node.id === to);
            return (
              !line ||
              ![...eachSlot(ranges)].every(slot => line.slots.some(([first, last]) => first <= slot && slot <= last))
            );
          }),
        )
        .map(one => one.name);
      return differ.length === 0 && view.open.length === 0 ? true : undefined;
    });
  } catch (error) {
    if (isDeadline(error))
      throw new HumanError<MoveFault>({ code: 'move-not-agreed', nodes: differ }, { cause: error });
    throw error;
  }
}

/** Keys in the slots of each move of a plan, for the confirmation: counted by their owners, in small batches. */
export function countPlanKeys(
  deps: Pick<VerbDeps, 'connector' | 'secrets'>,
  { target, plan }: MoveRequest,
  signal: AbortSignal,
): Promise<readonly number[]> {
  return withCrew(deps, target, signal, crew =>
    Promise.all(
      plan.moves.map(async ({ from, ranges }) => {
        const source: CrewMember = crew.member(from);
        const slots = [...eachSlot(ranges)];
        let keys = 0;
        for (let at = 0; at < slots.length; at += 256) {
          const counts = await ask(
            source.connection,
            slots.slice(at, at + 256).map(slot => ['CLUSTER', 'COUNTKEYSINSLOT', String(slot)]),
            signal,
          );
          keys += counts.reduce<number>((sum, count) => sum + (typeof count === 'number' ? count : 0), 0);
        }
        return keys;
      }),
    ),
  );
}
