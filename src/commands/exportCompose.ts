import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { withProgress } from '../editor/progress';
import { gatherProject } from '../topology/compose/gather';
import { projectOf } from '../topology/compose/project';
import { writeProject } from '../topology/compose/write';
import { topologyOf } from './ask';
import { findCompose } from './composeTool';
import type { Command } from './kit';

/** Writes a Compose project that makes the topology again, into a folder that the user chooses, and shows it. The topology itself is only asked. */
export const exportCompose: Command = async (kit, target) => {
  const topology = await topologyOf(kit, target, vscode.l10n.t('Which topology shall be exported?'));
  if (!topology) return;
  const folder = await folderFor(topology.name);
  if (folder === undefined) return;
  await withProgress(vscode.l10n.t('Exporting {0}', topology.name), async (signal, report) => {
    report(vscode.l10n.t('asking every node for its settings'));
    const files = projectOf(kit.t, await gatherProject(kit.deps, topology, signal));
    report(vscode.l10n.t('writing files'));
    await writeProject(folder, files);
  });
  await vscode.window.showTextDocument(vscode.Uri.file(join(folder, 'compose.yaml')));
  const terminal = vscode.l10n.t('Open in Terminal');
  const said = vscode.l10n.t(
    'The project lies in {0}. "{1} up -d" starts it; ports and addresses are those of this topology, so that only one of them can run on this machine.',
    folder,
    (await findCompose()) ?? 'docker compose',
  );
  if ((await vscode.window.showInformationMessage(said, terminal)) === terminal)
    vscode.window.createTerminal({ cwd: folder }).show();
};

/** Asks for the folder by its path: it need not exist yet, which an open dialog does not offer. */
async function folderFor(name: string): Promise<string | undefined> {
  const base = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath ?? homedir();
  const suggested = join(base, `${name.replace(/[^\w.-]+/g, '-')}-compose`);
  return vscode.window.showInputBox({
    title: vscode.l10n.t('Export as Compose'),
    prompt: vscode.l10n.t(
      'Folder for the project; it is made, or must be empty. The password goes into its file .env.',
    ),
    value: suggested,
    valueSelection: [suggested.length, suggested.length],
    ignoreFocusOut: true,
    validateInput: text => (/^(\/|[A-Za-z]:[\\/])/.test(text) ? undefined : vscode.l10n.t('Give the whole path.')),
  });
}
