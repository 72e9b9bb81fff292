import * as vscode from 'vscode';
import { topologyOf } from '../ask';
import type { Command } from '../kit';

/** Takes a topology that was added by address out of the tree, and forgets its passwords. The servers hear nothing of it. */
export const removeFromView: Command = async (kit, target) => {
  const topology = await topologyOf(
    kit,
    target,
    vscode.l10n.t('Which topology shall no longer be shown?'),
    ({ added }) => added !== undefined,
  );
  if (topology?.added === undefined) return;
  await kit.existing.remove(topology.id);
  vscode.window.setStatusBarMessage(
    topology.added.adopted
      ? vscode.l10n.t('{0} is given back: shown as found again. Its containers were not touched.', topology.name)
      : vscode.l10n.t('{0} is no longer shown. Its servers were not touched.', topology.name),
    5000,
  );
};
