import type { PlanOnMap, Proposal } from '../editor/planOnMap';
import type { ClusterView } from '../model/clusterView';
import type { SlotRange } from '../model/slots';
import type { HostMessage } from './slotMapProtocol';
import type { Colours } from './slotMapState';

/** What the page is told of a proposal. */
export class ShownPlan {
  #proposal: Proposal;
  #running = false;
  #last: HostMessage | undefined;
  #gone: number[] = [];
  #now: readonly SlotRange[] = [];

  constructor(
    readonly id: number,
    proposal: Proposal,
  ) {
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
      for (const [first, last] of this.#now) {
        const taker = this.#takerOf(first, colours);
        const end = this.#gone.length;
        if (this.#gone[end - 1] === taker && this.#gone[end - 2] === first - 1) this.#gone[end - 2] = last;
        else this.#gone.push(first, last, taker);
      }
      this.#now = now;
    }
    return (this.#last = { type: 'plan-progress', id: this.id, done, total, gone: [...this.#gone], text });
  }

  /** All that a page needs which has just begun. */
  messages(view: ClusterView, colours: Colours): readonly HostMessage[] {
    const { title, detail, acts, plan, keys } = this.#proposal;
    const name = (id: string): string => view.members.find(member => member.id === id)?.name ?? id.slice(0, 8);
    const moves = plan.moves.map(({ from, to, ranges }, index) => ({
      from: from === undefined ? 0 : (colours.get(from) ?? -1) + 1,
      to: (colours.get(to) ?? -1) + 1,
      fromName: from === undefined ? '' : name(from),
      toName: name(to),
      ranges: ranges.flat(),
      slots: ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0),
      ...(keys?.[index] === undefined ? {} : { keys: keys[index] }),
    }));
    return [
      { type: 'plan', plan: { id: this.id, title, detail, acts, moves, running: this.#running } },
      ...(this.#last ? [this.#last] : []),
    ];
  }

  #takerOf(slot: number, colours: Colours): number {
    const move = this.#proposal.plan.moves.find(({ ranges }) =>
      ranges.some(([first, last]) => first <= slot && slot <= last),
    );
    return (colours.get(move?.to ?? '') ?? -1) + 1;
  }
}
