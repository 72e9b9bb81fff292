import * as vscode from 'vscode';
import { topologyOf } from './ask';
import type { Command } from './kit';

/** Opens the live page of a topology: roles, lag, load and what happens, as long as somebody looks. */
export const watch: Command = async (kit, target) => {
  const topology = await topologyOf(kit, target, vscode.l10n.t('Which topology shall be watched?'));
  if (topology) (await kit.diagnosis()).watch(topology.id);
};
