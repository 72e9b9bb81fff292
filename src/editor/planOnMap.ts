import type { SlotRange } from '../model/slots';

/** Slots on their way, by cluster ids of masters. Without `from` nobody has them. */
export interface DrawnMove {
  readonly from?: string;
  readonly to: string;
  readonly ranges: readonly SlotRange[];
}

/** A plan for a slot map to show. Words come from whoever proposes it. */
export interface Proposal {
  readonly title: string;
  readonly detail: readonly string[];
  readonly plan: { readonly moves: readonly DrawnMove[] };
  /** Of each move, where they were counted. */
  readonly keys?: readonly number[];
  /** Buttons; the first is what Enter does. */
  readonly acts: readonly { readonly id: string; readonly label: string }[];
  /** A button, by its id; `close` when the map is closed or shows another plan. */
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
