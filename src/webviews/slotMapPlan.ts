import type { ClusterView } from '../model/clusterView';
import type { SlotRange } from '../model/slots';
import type { MovePlan } from '../topology/cluster/movePlan';
import type { HostMessage, MapPlan } from './slotMapProtocol';
import type { Colours } from './slotMapState';

/** A plan for the map to show. Words come from whoever proposes it. */
export interface Proposal {
  readonly title: string;
  readonly detail: readonly string[];
  readonly plan: MovePlan;
  /** Of each move, where they were counted. */
  readonly keys?: readonly number[];
  readonly acts: MapPlan['acts'];
  /** A button, by its id; `close` when the map is closed. */
  onAct(act: string): void;
}

/** A proposal as it stands on a map. */
export interface PlanOnMap {
  /** Other words and buttons; `running`: slots arrive. */
  change(words: Pick<Proposal, 'title' | 'detail' | 'acts'> & { readonly running: boolean }): void;
  /** `now` goes; what was told before has arrived. */
  progress(done: number, total: number, now: readonly SlotRange[], text: string): void;
  /** The map shows the cluster as it is again. */
  withdraw(): void;
}

/** What the page is told of a proposal. */
export class ShownPlan {
  #proposal: Proposal;
  #running = false;
  #last: HostMessage | undefined;
  #gone: number[] = [];
  #now: readonly SlotRange[] = [];

  constructor(readonly id: number, proposal: Proposal) {
    this.#proposal = proposal;
  }

  act(act: string): void {
    if (act === 'close' || this.#proposal.acts.some(({ id }) => id === act)) this.#proposal.onAct(act);
  }

  change({ running, ...words }: Parameters<PlanOnMap['change']>[0]): void {
    this.#proposal = { ...this.#proposal, ...words };
    this.#running = running;
  }

  /** The message of a step. */
  progress(colours: Colours, done: number, total: number, now: readonly SlotRange[], text: string): HostMessage {
    if (now !== this.#now) {
      for (const [first, last] of this.#now) this.#gone.push(first, last, this.#takerOf(first, colours));
      this.#now = now;
    }
    return this.#last = { type: 'plan-progress', id: this.id, done, total, gone: [...this.#gone], text };
  }

  /** All that a page needs which has just begun. */
  messages(view: ClusterView, colours: Colours): readonly HostMessage[] {
    const { title, detail, acts, plan, keys } = this.#proposal;
    const name = (id: string): string => view.members.find(member => member.id === id)?.name ?? id.slice(0, 8);
    const moves = plan.moves.map(({ from, to, ranges }, index) => ({
      from: (colours.get(from) ?? -1) + 1, to: (colours.get(to) ?? -1) + 1, fromName: name(from), toName: name(to), ranges: ranges.flat(), slots: ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0),
      ...(keys?.[index] === undefined ? {} : { keys: keys[index] }),
    }));
    return [{ type: 'plan', plan: { id: this.id, title, detail, acts, moves, running: this.#running } }, ...(this.#last ? [this.#last] : [])];
  }

  #takerOf(slot: number, colours: Colours): number {
    const move = this.#proposal.plan.moves.find(({ ranges }) => ranges.some(([first, last]) => first <= slot && slot <= last));
    return (colours.get(move?.to ?? '') ?? -1) + 1;
  }
}
