import type { Disposable } from '../../base/disposable';
import { DisposableStore } from '../../base/disposable';
import type { Event } from '../../base/emitter';
import { Emitter } from '../../base/emitter';
import type { InventoryPort } from '../inventoryPort';
import type { Collector } from './collector';
import { diagnose } from './diagnose';
import type { Problem } from './problem';

/** How often what no snapshot tells is looked for (figures, settings, logs), while somebody looks. */
const FIGURES_MS = 1000;
/** And while a server is in trouble: its log may say why any moment. */
const URGENT_MS = 500;
/** After an event the reason is looked for so long, also while nobody looks: who died is told anyway. */
const LINGER_MS = 5000;

/** The one owner of what is wrong: every snapshot is judged at once by what is known, and again with what was gathered for it. */
export class Diagnoser implements Disposable {
  readonly #store = new DisposableStore();
  readonly #changed = this.#store.add(new Emitter<readonly Problem[]>());
  readonly #inventory: Pick<InventoryPort, 'snapshot' | 'attended' | 'onDidChange'>;
  readonly #collector: Pick<Collector, 'collect' | 'facts' | 'note' | 'lastsAt' | 'isUrgent'>;
  readonly #onFailure: (error: unknown) => void;
  #problems: readonly Problem[] = [];
  #text = '[]';
  #gathering: Promise<void> | undefined;
  /** Until what is passing now will have lasted. */
  #lasting: NodeJS.Timeout | undefined;
  #again = false;
  #changedAt = 0;
  #disposed = false;

  constructor(
    inventory: Pick<InventoryPort, 'snapshot' | 'attended' | 'onDidChange'>,
    collector: Pick<Collector, 'collect' | 'facts' | 'note' | 'lastsAt' | 'isUrgent'>,
    onFailure: (error: unknown) => void,
  ) {
    this.#inventory = inventory;
    this.#collector = collector;
    this.#onFailure = onFailure;
    this.#store.add(
      inventory.onDidChange(({ snapshot }) => {
        this.#collector.note(snapshot);
        this.#awaitLasting();
        this.#changedAt = Date.now();
        this.#judge();
        this.#gather();
      }),
    );
    let ticks = 0;
    const timer = setInterval(() => {
      ticks++;
      // nobody looks, nothing just happened: then nothing is asked
      if (!this.#inventory.attended && Date.now() - this.#changedAt > LINGER_MS) return;
      if (this.#collector.isUrgent || ticks % (FIGURES_MS / URGENT_MS) === 0) this.#gather();
    }, URGENT_MS);
    this.#store.add({ dispose: () => clearInterval(timer) });
    this.#gather();
  }

  /** Worst first. */
  get problems(): readonly Problem[] {
    return this.#problems;
  }

  readonly onDidChange: Event<readonly Problem[]> = listener => this.#changed.event(listener);

  /** Gathers everything anew and judges; resolves with what was found. */
  async look(): Promise<readonly Problem[]> {
    while (this.#gathering !== undefined) await this.#gathering;
    this.#gather();
    await (this.#gathering as Promise<void> | undefined);
    return this.#problems;
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#lasting);
    this.#store.dispose();
  }

  /** One at a time; what comes meanwhile is gathered for once more afterwards. */
  #gather(): void {
    if (this.#disposed) return;
    if (this.#gathering !== undefined) {
      this.#again = true;
      return;
    }
    this.#gathering = this.#collector
      .collect(this.#inventory.snapshot)
      .then(() => this.#judge(), this.#onFailure)
      .finally(() => {
        this.#gathering = undefined;
        if (!this.#again) return;
        this.#again = false;
        this.#gather();
      });
  }

  /** What is no passing state any more is told in that moment, and not after the next gathering: a server that was cut off makes that one slow. */
  #awaitLasting(): void {
    clearTimeout(this.#lasting);
    const at = this.#collector.lastsAt;
    if (at === undefined || this.#disposed) return;
    this.#lasting = setTimeout(() => {
      this.#collector.note(this.#inventory.snapshot);
      this.#judge();
      this.#awaitLasting();
    }, at - Date.now());
  }

  #judge(): void {
    if (this.#disposed) return;
    const problems = diagnose(this.#inventory.snapshot, this.#collector.facts);
    const text = JSON.stringify(problems);
    if (text === this.#text) return;
    this.#text = text;
    this.#problems = problems;
    this.#changed.fire(problems);
  }
}
