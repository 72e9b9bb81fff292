import * as vscode from 'vscode';
import { withProgress } from '../editor/progress';
import { consequenceInWords } from '../editor/words/consequences';
import type { Node } from '../model/snapshot';
import { consequencesOf } from '../topology/consequences';
import { cutOffOf, disconnectNode, reconnectNode } from '../topology/network';
import { nodeOf } from './ask';
import type { Command } from './kit';

const inContainer = ({ instance }: Node): boolean => instance?.engine === 'docker';

/** Takes a server's container off its networks, after saying what that costs: a partition, as the others see it. */
export const disconnect: Command = async (kit, target) => {
  const place = await nodeOf(
    kit,
    target,
    vscode.l10n.t('Which server shall lose its network?'),
    node => inContainer(node) && node.instance?.state === 'running',
  );
  if (!place) return;
  const { node, topology } = place;
  if (kit.confirm.value) {
    const button = vscode.l10n.t('Disconnect');
    const detail = [
      ...consequencesOf(topology, node, 'disconnect').map(consequence => consequenceInWords(kit.t, consequence)),
      ...(node.instance?.ownership ? [] : [vscode.l10n.t('It was not made here.')]),
    ].join('\n\n');
    if (
      (await vscode.window.showWarningMessage(
        vscode.l10n.t('Disconnect {0} from its network?', node.name),
        { modal: true, detail },
        button,
      )) !== button
    )
      return;
  }
  const holding = kit.inventory.hold();
  try {
    await withProgress(vscode.l10n.t('Disconnecting {0}', node.name), signal => disconnectNode(kit.deps, node, signal));
    await kit.inventory.refresh();
  } finally {
    holding.dispose();
  }
};

/** Puts it back, at the address that it had. */
export const connect: Command = async (kit, target) => {
  const place = await nodeOf(
    kit,
    target,
    vscode.l10n.t('Which server shall have its network again?'),
    node => cutOffOf(kit.deps, node) !== undefined,
  );
  if (!place) return;
  const holding = kit.inventory.hold();
  try {
    await withProgress(vscode.l10n.t('Connecting {0}', place.node.name), () => reconnectNode(kit.deps, place.node));
    await kit.inventory.refresh();
  } finally {
    holding.dispose();
  }
};
