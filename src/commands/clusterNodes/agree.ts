import * as vscode from 'vscode';
import type { Kit } from '../kit';

/**
 * Shows a plan as a document and asks, while it is on the screen, whether it shall be carried out. The document is closed with the answer.
 * @param button what doing it is called
 */
export async function agreeTo(
  kit: Pick<Kit, 'documents'>,
  title: string,
  plan: string,
  button: string,
  description: string,
): Promise<boolean> {
  await kit.documents.show(title, plan);
  try {
    const picked = await vscode.window.showQuickPick(
      [
        { label: `$(check) ${button}`, description, agreed: true },
        { label: `$(close) ${vscode.l10n.t('Change nothing')}`, agreed: false },
      ],
      { placeHolder: vscode.l10n.t('The preview shows what will be done'), ignoreFocusOut: true },
    );
    return picked?.agreed ?? false;
  } finally {
    await kit.documents.close(title);
  }
}
