import * as vscode from 'vscode';
import { withProgress } from '../editor/progress';
import { verifyReport } from '../editor/words/verify';
import { hasFailed, verifyTopology } from '../topology/verify/verify';
import { topologyOf } from './ask';
import type { Command } from './kit';

/** Tries by itself what one would try by hand after an evening of setting up, and shows a dated report. */
export const verify: Command = async (kit, target) => {
  const topology = await topologyOf(kit, target, vscode.l10n.t('Which topology shall be verified?'));
  if (!topology) return;
  const rewriting = {
    label: vscode.l10n.t('Try CONFIG REWRITE, too'),
    description: vscode.l10n.t('each server writes its conf anew: same settings, its own order'),
    rewrite: true,
  };
  const choice = await vscode.window.showQuickPick(
    [
      {
        label: vscode.l10n.t('Write, read and ask only'),
        description: vscode.l10n.t('one key of its own per master, deleted again'),
        rewrite: false,
      },
      rewriting,
    ],
    { placeHolder: vscode.l10n.t('Verify {0}', topology.name) },
  );
  if (!choice) return;
  const report = await withProgress(vscode.l10n.t('Verifying {0}', topology.name), async signal => {
    const snapshot = await kit.inventory.refresh(signal);
    return verifyTopology(
      kit.deps,
      { topology: snapshot.topologies.find(({ id }) => id === topology.id) ?? topology, rewrite: choice.rewrite },
      signal,
    );
  });
  const text = verifyReport(kit.t, report);
  await kit.documents.show(vscode.l10n.t('Verify {0}', topology.name), text);
  const copy = vscode.l10n.t('Copy');
  const save = vscode.l10n.t('Save…');
  const failed = report.items.filter(hasFailed).length;
  const chosen =
    failed === 0
      ? await vscode.window.showInformationMessage(
          vscode.l10n.t('{0}: all {1} checks passed.', topology.name, report.items.length),
          copy,
          save,
        )
      : await vscode.window.showWarningMessage(
          vscode.l10n.t('{0}: {1} of {2} checks failed.', topology.name, failed, report.items.length),
          copy,
          save,
        );
  if (chosen === copy) await vscode.env.clipboard.writeText(text);
  if (chosen !== save) return;
  const day = new Date(report.at).toISOString().slice(0, 10);
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const uri = await vscode.window.showSaveDialog({
    filters: { Markdown: ['md'] },
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, `verify-${topology.name}-${day}.md`) }),
  });
  if (uri) await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
};
