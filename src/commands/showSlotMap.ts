import * as vscode from 'vscode';
import { topologyOf } from './ask';
import type { Command } from './kit';
import { offerRest } from './moveSlotsRun';

/** Opens the map of the 16384 slots of a cluster; a move that was cut off is drawn on it. */
export const showSlotMap: Command = async (kit, target) => {
  const topology = await topologyOf(kit, target, vscode.l10n.t('Whose slots?'), ({ kind }) => kind === 'cluster');
  if (!topology) return;
  await kit.slotMaps.show(topology.id);
  offerRest(kit, topology.id).catch((error: unknown) => kit.log.error('slot map', error));
};
