import * as vscode from 'vscode';
import { formatAddress } from '../model/address';
import { doorOf } from '../redis/addressBook';
import { nodeOf } from './ask';
import type { Command } from './kit';

/** Puts the address at which this machine reaches a node into the clipboard; the announced one when it reaches none. */
export const copyAddress: Command = async (kit, target) => {
  const place = await nodeOf(kit, target, vscode.l10n.t('Whose address shall be copied?'));
  const address = place && (doorOf(place.node) ?? place.node.announced);
  if (!place || !address) return;
  await vscode.env.clipboard.writeText(formatAddress(address));
  vscode.window.setStatusBarMessage(vscode.l10n.t('Copied {0}', formatAddress(address)), 3000);
};
