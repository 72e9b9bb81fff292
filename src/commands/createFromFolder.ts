import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { durationInWords } from '../editor/durations';
import { withProgress } from '../editor/progress';
import { readFolder, recreateTopology } from '../topology/recreate';
import type { FolderPlan } from '../topology/recreate';
import { findCompose } from './composeTool';
import type { Command } from './kit';

/** More would be no choice any more; the dialog leads to all others. */
const MOST = 50;

/** Makes a topology again from the folder that its removal left, or starts a Compose project's. */
export const createFromFolder: Command = async kit => {
  const root = await askFolder();
  if (root === undefined) return;
  if (
    !existsSync(join(root, '.redis-topology.json')) &&
    ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'].some(name =>
      existsSync(join(root, name)),
    )
  )
    return startCompose(root);
  const plan = await readFolder(root);
  if (!(await allowed(plan))) return;
  const holding = kit.inventory.hold();
  try {
    const report = await withProgress(vscode.l10n.t('Making {0} again', plan.name), (signal, say) =>
      recreateTopology(kit.deps, plan, signal, progress => {
        if (progress.step === 'node')
          say(vscode.l10n.t('{0} of {1}: {2}', progress.done, progress.total, progress.node));
        else
          say(
            progress.step === 'place'
              ? vscode.l10n.t('network')
              : vscode.l10n.t('waiting until everybody has found everybody'),
          );
      }),
    );
    const secret = await kit.deps.secrets.get(plan.topologyId);
    if (secret !== undefined) kit.redactor.learn(secret);
    await kit.inventory.refresh();
    await kit.showView();
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        '{0} runs again: {1} servers, with the data and roles that they had, in {2}.',
        plan.name,
        report.nodes,
        durationInWords(kit.t, report.ms),
      ),
    );
  } finally {
    holding.dispose();
  }
};

/** A folder of the workspace that a topology was made in, or any other. */
async function askFolder(): Promise<string | undefined> {
  const found = (await vscode.workspace.findFiles('**/.redis-topology.json', '**/node_modules/**', MOST)).filter(
    ({ scheme }) => scheme === 'file',
  );
  const other = { label: vscode.l10n.t('Another folder…'), root: undefined as string | undefined, description: '' };
  const plans = await Promise.all(
    found.map(async ({ fsPath }) => {
      const root = dirname(fsPath);
      // one that cannot be read is left to the dialog, which says why
      const plan = await readFolder(root).catch(() => undefined);
      return plan === undefined
        ? []
        : [
            {
              label: plan.name,
              root: plan.root as string | undefined,
              description: `${plan.kind} · ${plan.engine} · ${root}`,
            },
          ];
    }),
  );
  const folders = plans.flat();
  const picked =
    folders.length === 0
      ? other
      : await vscode.window.showQuickPick([...folders, other], {
          placeHolder: vscode.l10n.t('Which topology shall be made again from its folder?'),
          matchOnDescription: true,
        });
  if (picked === undefined || picked.root !== undefined) return picked?.root;
  const [chosen] =
    (await vscode.window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      openLabel: vscode.l10n.t('Create From Here'),
      title: vscode.l10n.t('Folder of a removed topology, or of a Compose project'),
    })) ?? [];
  return chosen?.fsPath;
}

async function allowed({ name, engine, root, nodes }: FolderPlan): Promise<boolean> {
  const create = vscode.l10n.t('Create');
  const image = nodes[0]?.image ?? '';
  const detail = [
    ...nodes.map(({ node, program, port, address }) =>
      engine === 'docker'
        ? vscode.l10n.t('{0}: {1} on 127.0.0.1:{2}, inside {3}', node, program, port, address)
        : vscode.l10n.t('{0}: {1} on 127.0.0.1:{2}', node, program, port),
    ),
    '',
    engine === 'docker'
      ? vscode.l10n.t('Containers of {0}, on the conf and data in {1}.', image, root)
      : vscode.l10n.t('Processes of {0}, on the conf and data in {1}.', image, root),
    vscode.l10n.t('If it fails, the folder stays as it is.'),
  ].join('\n');
  return (
    (await vscode.window.showInformationMessage(
      vscode.l10n.t('Make {0} again?', name),
      { modal: true, detail },
      create,
    )) === create
  );
}

/** Compose's own business: it is run where the user sees it, and what comes of it is found by itself. */
async function startCompose(root: string): Promise<void> {
  const tool = await findCompose();
  if (tool === undefined) return tellNoCompose(root);
  const command = `${tool} up -d`;
  const run = vscode.l10n.t('Start in Terminal');
  const detail = vscode.l10n.t(
    '“{0}” is run in {1}. The topology then appears by itself, and “Take Over…” gives it a name.',
    command,
    root,
  );
  if (
    (await vscode.window.showInformationMessage(
      vscode.l10n.t('Start the Compose project?'),
      { modal: true, detail },
      run,
    )) !== run
  )
    return;
  const terminal = vscode.window.createTerminal({ name: 'compose', cwd: root });
  terminal.show();
  terminal.sendText(command);
}

async function tellNoCompose(root: string): Promise<void> {
  const copy = vscode.l10n.t('Copy Command');
  const detail = vscode.l10n.t(
    'Neither “docker compose” nor “docker-compose” is installed here. With one of them, this starts the project in {0}: {1}',
    root,
    'docker compose up -d',
  );
  if (
    (await vscode.window.showWarningMessage(
      vscode.l10n.t('Docker Compose is not installed on this machine.'),
      { modal: true, detail },
      copy,
    )) === copy
  )
    await vscode.env.clipboard.writeText('docker compose up -d');
}
