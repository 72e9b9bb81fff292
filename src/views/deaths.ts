import type { Disposable } from '../base/disposable';
import { nodesOf } from '../model/diff';
import type { Problem } from '../topology/diagnose/problem';
import type { InventoryPort } from '../topology/inventoryPort';

const codes: ReadonlySet<Problem['what']['code']> = new Set([
  'killed',
  'died',
  'bind-refused',
  'dir-missing',
  'replicaof-in-cluster',
  'conf-refused',
  'data-unreadable',
]);
/** Its log is read a moment after the end is heard: then the reason is known. */
const SETTLE_MS = 700;

export interface DeathsDeps {
  readonly inventory: Pick<InventoryPort, 'snapshot' | 'onDidChange'>;
  /** Whether the end was meant, as in a drill that runs. */
  isMeant(problem: Problem): boolean;
  tell(problem: Problem): void;
  readonly settleMs?: number;
}

/** Servers that were fine and died, each end once, and never anything else: everything else waits in the tree until somebody looks. */
export class Deaths implements Disposable {
  /** Nodes that answered since they were last told of. */
  readonly #fine = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #subscription: Disposable;
  #problems: readonly Problem[] = [];

  constructor(private readonly deps: DeathsDeps) {
    this.#note();
    this.#subscription = deps.inventory.onDidChange(() => this.#note());
  }

  hear(problems: readonly Problem[]): void {
    this.#problems = problems;
    for (const problem of problems) {
      const [node] = problem.nodes;
      if (node === undefined || !codes.has(problem.what.code) || !this.#fine.delete(node)) continue;
      if (this.deps.isMeant(problem)) continue;
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        const now = this.#problems.find(({ nodes, what }) => nodes[0] === node && codes.has(what.code));
        if (now) this.deps.tell(now);
      }, this.deps.settleMs ?? SETTLE_MS);
      this.#timers.add(timer);
    }
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #note(): void {
    for (const { id, contact } of nodesOf(this.deps.inventory.snapshot))
      if (contact.state === 'answering') this.#fine.add(id);
  }
}
