import * as vscode from 'vscode';
import type { Translate } from '../editor/translate';
import { fixInWords } from '../editor/words/fixes';
import { causeInWords } from '../editor/words/problems';
import { nodesOf } from '../model/diff';
import type { InventoryPort } from '../topology/inventoryPort';
import type { Problem } from '../topology/diagnose/problem';

const deaths: ReadonlySet<Problem['what']['code']> = new Set([
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

/** A notification when a server that was fine died, and never else: everything else waits in the tree until somebody looks. */
export class DeathNotices implements vscode.Disposable {
  /** Nodes that answered since they were last told of. */
  readonly #fine = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #subscription: { dispose(): void };
  #problems: readonly Problem[] = [];

  constructor(
    private readonly t: Translate,
    private readonly inventory: Pick<InventoryPort, 'snapshot' | 'onDidChange'>,
    private readonly act: { show(topologyId: string | undefined): void; fix(problem: Problem): void },
  ) {
    this.#note();
    this.#subscription = inventory.onDidChange(() => this.#note());
  }

  hear(problems: readonly Problem[]): void {
    this.#problems = problems;
    for (const {
      what,
      nodes: [node],
    } of problems) {
      if (node === undefined || !deaths.has(what.code) || !this.#fine.delete(node)) continue;
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        const told = this.#problems.find(problem => problem.nodes[0] === node && deaths.has(problem.what.code));
        if (told) void this.#tell(told);
      }, SETTLE_MS);
      this.#timers.add(timer);
    }
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #note(): void {
    for (const { id, contact } of nodesOf(this.inventory.snapshot))
      if (contact.state === 'answering') this.#fine.add(id);
  }

  async #tell(problem: Problem): Promise<void> {
    const [fix] = problem.fixes;
    const names = new Map(nodesOf(this.inventory.snapshot).map(({ id, name }) => [id, name]));
    const mend = fix && fixInWords(this.t, fix, id => names.get(id) ?? id);
    const show = this.t('Show Problems');
    const chosen = await vscode.window.showWarningMessage(
      causeInWords(this.t, problem.what),
      ...(mend === undefined ? [] : [mend]),
      show,
    );
    if (chosen === show) this.act.show(problem.topologyId);
    else if (chosen !== undefined && chosen === mend) this.act.fix(problem);
  }
}
