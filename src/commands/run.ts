import * as vscode from 'vscode';
import { isCancellation } from '../base/abort';
import type { Log } from '../editor/log';

/** Runs a user's action; what goes wrong is told in words, with the log a click away. A cancelled one ends silently. */
export async function runTold(log: Log, what: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (isCancellation(error)) return;
    log.error(what, error);
    const { errorInWords } = await import('../editor/words'); // not before something went wrong: activation must stay small
    const showLog = vscode.l10n.t('Show Log');
    if (await vscode.window.showErrorMessage(errorInWords(vscode.l10n.t, error), showLog) === showLog) log.show();
  }
}
