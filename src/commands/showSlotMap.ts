import * as vscode from 'vscode';
import { topologyOf } from './ask';
import type { Command } from './kit';

/** Opens the map of the 16384 slots of a cluster. */
export const showSlotMap: Command = async (kit, target) => {
  const topology = await topologyOf(kit, target, vscode.l10n.t('Whose slots?'), ({ kind }) => kind === 'cluster');
  if (topology) await kit.slotMaps.show(topology.id);
};
