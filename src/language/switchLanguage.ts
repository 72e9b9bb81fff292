import * as vscode from 'vscode';
import { otherMode } from '../conf/features/detect';
import { modeOf } from './contexts';
import type { ConfDocuments } from './documents';
import { isConf, redisConf, sentinelConf } from './documents';

/** Offers the other language when a file's content belongs to it. Asked once per file and session. */
export function registerSwitch(documents: ConfDocuments): vscode.Disposable {
  const asked = new Set<string>();
  const look = async (document: vscode.TextDocument | undefined): Promise<void> => {
    if (document === undefined || !isConf(document) || asked.has(document.uri.toString())) return;
    const parsed = await documents.parsed(document);
    if (parsed === undefined || asked.has(parsed.uri)) return;
    const other = otherMode(parsed, modeOf(document, parsed));
    if (other === undefined) return;
    asked.add(parsed.uri);
    const change = vscode.l10n.t('Change Language');
    const question =
      other === 'sentinel'
        ? vscode.l10n.t(
            '{0} holds sentinel lines, which only a sentinel reads. Treat it as a Sentinel configuration?',
            name(document),
          )
        : vscode.l10n.t(
            '{0} has no sentinel line but sets up a data node. Treat it as a Redis configuration?',
            name(document),
          );
    const answer = await vscode.window.showInformationMessage(question, change, vscode.l10n.t('Not Now'));
    if (answer === change && !document.isClosed)
      await vscode.languages.setTextDocumentLanguage(document, other === 'sentinel' ? sentinelConf : redisConf);
  };
  void look(vscode.window.activeTextEditor?.document);
  return vscode.Disposable.from(
    vscode.window.onDidChangeActiveTextEditor(editor => void look(editor?.document)),
    vscode.workspace.onDidSaveTextDocument(document => void look(document)),
  );
}

const name = (document: vscode.TextDocument): string => `“${vscode.workspace.asRelativePath(document.uri)}”`;
