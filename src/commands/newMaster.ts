import * as vscode from 'vscode';

/** Tells how a failover ended. `notKept`: who could not write its new role into its own conf, which is then a warning. */
export function tellOfNewMaster(
  text: string,
  notKept: readonly { readonly node: string; readonly text: string }[],
): void {
  if (notKept.length === 0) void vscode.window.showInformationMessage(text);
  else
    void vscode.window.showWarningMessage(
      `${text} ${vscode.l10n.t('At the next start this is forgotten by {0}.', notKept.map(({ node, text }) => `${node} (${text})`).join(', '))}`,
    );
}
