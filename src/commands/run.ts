import * as vscode from 'vscode';
import { isCancellation } from '../base/abort';
import type { Log } from '../editor/log';

/** Runs a user's action; what goes wrong is told in words, with the next step, where there is one, and the log a click away. A cancelled one ends silently. */
export async function runTold(log: Log, what: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (isCancellation(error)) return;
    log.error(what, error);
    const [{ errorInWords }, { remedyOf }] = await Promise.all([import('../editor/words'), import('./remedies')]); // not before something went wrong: activation must stay small
    const showLog = vscode.l10n.t('Show Log');
    const remedy = remedyOf(error);
    const answer = await vscode.window.showErrorMessage(
      errorInWords(vscode.l10n.t, error),
      ...(remedy ? [remedy.title] : []),
      showLog,
    );
    if (answer === showLog) log.show();
    else if (answer !== undefined && remedy) await vscode.commands.executeCommand(remedy.command, ...remedy.args);
  }
}
