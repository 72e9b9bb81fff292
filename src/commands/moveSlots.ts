import * as vscode from 'vscode';
import { withProgress } from '../editor/progress';
import type { Target } from '../editor/target';
import { moveInWords } from '../editor/words/cluster';
import type { ClusterView } from '../model/clusterView';
import { countSlots, formatRanges, parseRanges } from '../model/slots';
import type { SlotRange } from '../model/slots';
import type { Topology } from '../model/snapshot';
import { clusterTargetOf } from '../topology/cluster/crew';
import type { MovePlan } from '../topology/cluster/movePlan';
import { planDrain, planMove, planRebalance, reversed } from '../topology/cluster/movePlan';
import { countPlanKeys, moveSlots as run } from '../topology/cluster/moveSlots';
import { topologyOf } from './ask';
import type { Command, Kit } from './kit';

/** Moves slots with their keys from master to master: a choice of ranges, an even share for all, or everything away from one. */
export const moveSlots: Command = async (kit, target) => {
  const topology = await topologyOf(kit, target, vscode.l10n.t('Whose slots?'), ({ kind }) => kind === 'cluster');
  if (!topology?.cluster) return;
  const plan = await askPlan(topology, topology.cluster, target);
  if (plan) await carryOut(kit, topology, topology.cluster, plan);
};

async function askPlan(topology: Topology, view: ClusterView, target: Target | undefined): Promise<MovePlan | undefined> {
  const chosen = target?.kind === 'topology' ? target.slots : undefined;
  if (chosen !== undefined) return askTaker(view, chosen);
  const master = target?.kind === 'node' ? view.shards.find(shard => view.members.find(({ id }) => id === shard.masterId)?.node === target.node) : undefined;
  const how = await vscode.window.showQuickPick([
    { label: vscode.l10n.t('Choose slots…'), detail: vscode.l10n.t('Ranges of slots go to one master'), how: 'choose' as const },
    { label: vscode.l10n.t('Rebalance'), detail: vscode.l10n.t('Every master gets an even share, also those without slots'), how: 'rebalance' as const },
    ...(master ? [{ label: vscode.l10n.t('Drain'), detail: vscode.l10n.t('All slots of this master go to the others, so that it can be removed'), how: 'drain' as const }] : []),
  ], { placeHolder: vscode.l10n.t('What shall move in {0}?', topology.name) });
  switch (how?.how) {
    case undefined: return undefined;
    case 'rebalance': return planRebalance(view);
    case 'drain': return planDrain(view, master?.masterId ?? '');
    case 'choose': {
      const text = await vscode.window.showInputBox({
        prompt: vscode.l10n.t('Slots, such as 0-99, 144'), value: master ? formatRanges(master.ranges, ', ') : '', ignoreFocusOut: true,
        validateInput: typed => {
          const ranges = parseRanges(typed);
          if (!ranges) return vscode.l10n.t('Give ranges of slots between 0 and 16383, such as 0-99, 144.');
          return ranges.length === 0 ? vscode.l10n.t('Give at least one slot.') : undefined;
        },
      });
      return text === undefined ? undefined : askTaker(view, parseRanges(text) ?? []);
    }
  }
}

async function askTaker(view: ClusterView, ranges: readonly SlotRange[]): Promise<MovePlan | undefined> {
  const masters = view.members.filter(member => member.role === 'master' && member.state === 'ok');
  const picked = await vscode.window.showQuickPick(masters.map(({ id, name }) => {
    const shard = view.shards.find(shard => shard.masterId === id);
    return { label: name, description: shard ? formatRanges(shard.ranges, ', ') : vscode.l10n.t('no slots yet'), id };
  }), { placeHolder: vscode.l10n.t('Which master takes {0} slots ({1})?', countSlots(ranges), formatRanges(ranges, ', ')) });
  return picked && planMove(view, ranges, picked.id);
}

/** Says what will be, does it with a cancel between two slots, and offers the way back or the rest. */
async function carryOut(kit: Kit, topology: Topology, view: ClusterView, plan: MovePlan): Promise<void> {
  const request = { target: clusterTargetOf(topology), plan };
  const names = new Map(view.members.map(({ id, name }) => [id, name]));
  const keys = await withProgress(vscode.l10n.t('Counting keys'), signal => countPlanKeys(kit.deps, request, signal));
  const button = vscode.l10n.t('Move');
  const detail = [
    ...plan.moves.map(move => moveInWords(kit.t, move, names)),
    '', vscode.l10n.t('No loss expected: every key stays reachable while it moves. You can cancel between two slots.'),
  ].join('\n');
  if (await vscode.window.showWarningMessage(vscode.l10n.t('Move {0} slots with {1} keys in {2}?', plan.slots, keys.reduce((a, b) => a + b, 0), topology.name), { modal: true, detail }, button) !== button) return;
  const holding = kit.inventory.hold();
  try {
    const report = await withProgress(vscode.l10n.t('Moving slots of {0}', topology.name), (signal, say) =>
      run(kit.deps, request, signal, ({ done, total, ranges, from, to, keys: moved }) => say(vscode.l10n.t('{0} of {1}: slot {2}, {3} → {4}, {5} keys', done, total, formatRanges(ranges, ', '), from, to, moved))));
    await kit.inventory.refresh();
    const undo = vscode.l10n.t('Move Back');
    const rest = vscode.l10n.t('Go On');
    const said = vscode.l10n.t('{0} slots with {1} keys moved in {2} s. Every node agrees.', report.moved.slots, report.keys, (report.ms / 1000).toFixed(1));
    vscode.window.showInformationMessage(said, ...(report.left ? [rest] : []), ...(report.moved.slots > 0 ? [undo] : [])).then(async answer => {
      const current = kit.inventory.snapshot.topologies.find(({ id }) => id === topology.id);
      if (answer === undefined || !current?.cluster) return;
      await carryOut(kit, current, current.cluster, answer === rest && report.left ? report.left : reversed(report.moved));
    }).then(undefined, (error: unknown) => kit.log.error('move slots', error));
  } finally {
    holding.dispose();
  }
}
