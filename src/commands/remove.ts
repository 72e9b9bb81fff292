import * as vscode from 'vscode';
import { withGlance, withProgress } from '../editor/progress';
import { planRemoval, removeTopology } from '../topology/removeTopology';
import { topologyOf } from './ask';
import type { Command } from './kit';

/** Removes a topology of ours. What becomes of conf and data is always asked, whatever the settings say. */
export const remove: Command = async (kit, target) => {
  const topology = await topologyOf(
    kit,
    target,
    vscode.l10n.t('Which topology shall be removed?'),
    ({ owned }) => owned,
  );
  if (!topology?.owned) return;
  const engine = topology.nodes.find(node => node.instance)?.instance?.engine ?? 'docker';
  const request = { topologyId: topology.id, name: topology.name, kind: topology.kind, engine };
  const found = await withGlance(vscode.l10n.t('Looking what belongs to {0}', topology.name), signal =>
    planRemoval(kit.deps, request, signal),
  );
  const everything = vscode.l10n.t('Remove with Data');
  const keeping = vscode.l10n.t('Remove, Keep Data');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Remove {0}?', topology.name),
    {
      modal: true,
      detail: [
        vscode.l10n.t(
          'Goes: {0} servers ({1}) and their network.',
          found.nodes.length,
          found.nodes
            .map(name => name.replace(`${topology.name}-`, ''))
            .sort()
            .join(', '),
        ),
        found.data.length === 0 ? '' : vscode.l10n.t('Conf and data lie in: {0}', found.data.join(', ')),
        vscode.l10n.t('Only what was made here is touched.'),
      ]
        .filter(text => text !== '')
        .join('\n\n'),
    },
    keeping,
    everything,
  ); // the first answers to Enter: it must not be the one that cannot be taken back
  if (answer === undefined) return;
  const report = await withProgress(vscode.l10n.t('Removing {0}', topology.name), (signal, say) =>
    removeTopology(kit.deps, { ...request, data: answer === everything }, signal, progress =>
      say(
        progress.step === 'node'
          ? vscode.l10n.t('{0} of {1}: {2}', progress.done, progress.total, progress.node)
          : vscode.l10n.t('network and volumes'),
      ),
    ),
  );
  await kit.inventory.refresh();
  void vscode.window.showInformationMessage(
    report.keptData.length === 0
      ? vscode.l10n.t(
          '{0} is removed: {1} servers in {2} s.',
          topology.name,
          report.nodes.length,
          (report.ms / 1000).toFixed(1),
        )
      : vscode.l10n.t(
          '{0} is removed: {1} servers. Its data are kept in {2}.',
          topology.name,
          report.nodes.length,
          report.keptData.join(', '),
        ),
  );
};
