import * as vscode from 'vscode';
import type { Translate } from '../editor/translate';
import { fixInWords } from '../editor/words/fixes';
import { causeInWords } from '../editor/words/problems';
import { nodesOf } from '../model/diff';
import type { InventoryPort } from '../topology/inventoryPort';
import type { Problem } from '../topology/diagnose/problem';

export interface DeathNoticeDeps {
  readonly inventory: Pick<InventoryPort, 'snapshot'>;
  show(topologyId: string | undefined): void;
  fix(problem: Problem): void;
}

/** Tells of a server that died, and offers what mends it. */
export async function noticeDeath(t: Translate, deps: DeathNoticeDeps, problem: Problem): Promise<void> {
  const [fix] = problem.fixes;
  const names = new Map(nodesOf(deps.inventory.snapshot).map(({ id, name }) => [id, name]));
  const mend = fix && fixInWords(t, fix, id => names.get(id) ?? id);
  const show = t('Show Problems');
  const chosen = await vscode.window.showWarningMessage(
    causeInWords(t, problem.what),
    ...(mend === undefined ? [] : [mend]),
    show,
  );
  if (chosen === show) deps.show(problem.topologyId);
  else if (chosen !== undefined && chosen === mend) deps.fix(problem);
}
