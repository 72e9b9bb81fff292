import * as vscode from 'vscode';
import type { Target } from '../../editor/target';
import type { Topology } from '../../model/snapshot';
import { topologyOf } from '../ask';
import type { Command, Kit } from '../kit';

/** Lets the user act on a topology that was added by address, after saying what that means. */
export const allowChanges: Command = async (kit, target) => {
  const topology = await topologyOf(
    kit,
    target,
    vscode.l10n.t('On which topology shall changes be allowed?'),
    ({ added }) => added?.changes === false,
  );
  if (topology?.added?.changes === false) await ask(kit, topology);
};

export const lookOnly: Command = async (kit, target) => {
  const topology = await topologyOf(
    kit,
    target,
    vscode.l10n.t('Which topology shall only be looked at?'),
    ({ added }) => added?.changes === true,
  );
  if (topology?.added?.changes) await kit.existing.change(topology.id, { changes: false });
};

/** Whether an act may go on: at once, unless it is meant for a topology that is only looked at; then the user decides. */
export async function mayChange(
  kit: Pick<Kit, 'inventory' | 'existing'>,
  target: Target | undefined,
): Promise<boolean> {
  const id = target?.kind === 'topology' || target?.kind === 'node' ? target.topology : undefined;
  const topology = kit.inventory.snapshot.topologies.find(one => one.id === id);
  return topology?.added?.changes !== false || ask(kit, topology);
}

async function ask(kit: Pick<Kit, 'existing'>, topology: Topology): Promise<boolean> {
  const allow = vscode.l10n.t('Allow Changes');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Allow changes on {0}?', topology.name),
    {
      modal: true,
      detail: vscode.l10n.t(
        'It was not made here and may serve others. Until now it was only looked at. When you allow it, failovers, roles, slots and consoles act on the real servers. “Look Only” takes this back.',
      ),
    },
    allow,
  );
  if (answer !== allow) return false;
  await kit.existing.change(topology.id, { changes: true });
  return true;
}
