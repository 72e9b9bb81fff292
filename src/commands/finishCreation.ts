import * as vscode from 'vscode';
import { withProgress } from '../editor/progress';
import type { Unfinished } from '../topology/findUnfinished';
import { findUnfinished } from '../topology/findUnfinished';
import { finishCreation, removeUnfinished } from '../topology/unfinished';
import { announce, stepInWords } from './create/wizard';
import type { Command, Kit } from './kit';

/** Takes up what an editor that went away left in the middle: finish it, or remove it without a trace. */
export const finishOrRemove: Command = async kit => {
  const found = findUnfinished(kit.deps);
  const [only] = found;
  const unfinished =
    found.length <= 1
      ? only
      : (
          await vscode.window.showQuickPick(
            found.map(value => ({ label: value.name, description: new Date(value.startedAt).toLocaleString(), value })),
            { placeHolder: vscode.l10n.t('Several creations were interrupted. Which one?') },
          )
        )?.value;
  if (!unfinished) {
    if (found.length === 0) void vscode.window.showInformationMessage(vscode.l10n.t('No creation was interrupted.'));
    return;
  }
  await offer(kit, unfinished);
};

async function offer(kit: Kit, unfinished: Unfinished): Promise<void> {
  const finish = vscode.l10n.t('Finish');
  const remove = vscode.l10n.t('Remove');
  const question =
    unfinished.verb === 'create'
      ? vscode.l10n.t('The creation of {0} was interrupted. Finish it, or remove what was made?', unfinished.name)
      : unfinished.verb === 'add'
        ? vscode.l10n.t(
            'The addition of a node to {0} was interrupted. Finish it, or remove the new node?',
            unfinished.name,
          )
        : vscode.l10n.t('The removal of {0} was interrupted. Remove the rest?', unfinished.name);
  const answer = await vscode.window.showWarningMessage(question, ...(unfinished.canFinish ? [finish] : []), remove);
  if (answer === undefined) return;
  await kit.showView();
  const holding = kit.inventory.hold();
  try {
    if (answer === finish) {
      const report = await withProgress(vscode.l10n.t('Finishing {0}', unfinished.name), (signal, say) =>
        finishCreation(kit.deps, unfinished.topologyId, signal, progress => say(stepInWords(kit, progress))),
      );
      if (unfinished.verb === 'add')
        void vscode.window.showInformationMessage(
          vscode.l10n.t('{0} belongs to {1} now.', report.nodes[0]?.name ?? '', report.name),
        );
      else announce(kit, report);
    } else {
      await withProgress(vscode.l10n.t('Removing {0}', unfinished.name), signal =>
        removeUnfinished(kit.deps, unfinished.topologyId, signal),
      );
      void vscode.window.showInformationMessage(vscode.l10n.t('What there was of {0} is removed.', unfinished.name));
    }
    await kit.inventory.refresh();
  } finally {
    holding.dispose();
  }
}
