import * as vscode from 'vscode';
import { redisConf } from './documents';

/**
 * Opens a conf that the server takes although something is wrong with it, so that there is something to mend: nobody outside the machine
 * or container can reach that replica. Not saved unless somebody does.
 */
export async function openExample(): Promise<void> {
  const content = [
    `# ${vscode.l10n.t('A replica that nobody else can reach. Mend the underlined line: Ctrl+. or ⌘.')}`,
    'port 6379',
    'bind 127.0.0.1',
    'replicaof redis-1 6379',
    'requirepass change-me',
    'masterauth change-me',
    '',
  ].join('\n');
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: redisConf, content }));
}
