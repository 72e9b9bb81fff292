import * as vscode from 'vscode';

/**
 * Told to those who come to an act by a link or a key although its menu entry is greyed: in a workspace that is not trusted
 * nothing is created, stopped or changed.
 */
export async function tellUntrusted(): Promise<void> {
  const manage = vscode.l10n.t('Manage Workspace Trust');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('This workspace is not trusted, so Redis servers are only looked at. Nothing was done.'),
    manage,
  );
  if (answer === manage) await vscode.commands.executeCommand('workbench.trust.manage');
}
