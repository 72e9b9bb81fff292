import * as vscode from 'vscode';
import type { Target } from '../editor/target';
import type { ClusterView } from '../model/clusterView';
import { countSlots, formatRanges, parseRanges } from '../model/slots';
import type { SlotRange } from '../model/slots';
import type { Topology } from '../model/snapshot';
import type { MovePlan } from '../topology/cluster/movePlan';
import { planDrain, planMove, planRebalance } from '../topology/cluster/movePlan';
import { recordedMove } from '../topology/cluster/moveRecord';
import { topologyOf } from './ask';
import type { Command, Kit } from './kit';
import { carryOut, restErrand, wayBackErrand } from './moveSlotsRun';
import type { Errand } from './moveSlotsRun';
import { readWeights, weightsText } from './weights';
import { slotsCounted } from '../editor/words/counts';

/** Moves slots with their keys from master to master: a choice of ranges, an even share for all, everything away from one, or on with what was cut off. */
export const moveSlots: Command = async (kit, target) => {
  const topology = await clusterOf(kit, target);
  const errand = topology && (await askErrand(kit, topology, target));
  if (topology && errand) await carryOut(kit, topology, errand);
};

/** Every master gets the share that its weight says. */
export const rebalanceSlots: Command = async (kit, target) => {
  const topology = await clusterOf(kit, target);
  const plan = topology && (await askBalance(topology.cluster));
  if (topology && plan) await carryOut(kit, topology, { how: 'move', plan });
};

/** All slots of one master go to the others. */
export const drainNode: Command = async (kit, target) => {
  const topology = await clusterOf(kit, target);
  const masterId =
    topology &&
    (masterOf(topology.cluster, target) ??
      (await askMaster(topology.cluster, vscode.l10n.t('Which master gives all its slots away?'), true)));
  if (topology && masterId !== undefined)
    await carryOut(kit, topology, { how: 'move', plan: planDrain(topology.cluster, masterId) });
};

type Cluster = Topology & { readonly cluster: ClusterView };

async function clusterOf(kit: Kit, target: Target | undefined): Promise<Cluster | undefined> {
  const topology = await topologyOf(kit, target, vscode.l10n.t('Whose slots?'), ({ kind }) => kind === 'cluster');
  return topology?.cluster ? (topology as Cluster) : undefined;
}

function masterOf(view: ClusterView, target: Target | undefined): string | undefined {
  return target?.kind === 'node'
    ? view.shards.find(shard => view.members.find(({ id }) => id === shard.masterId)?.node === target.node)?.masterId
    : undefined;
}

async function askErrand(
  kit: Kit,
  { id, name, cluster }: Cluster,
  target: Target | undefined,
): Promise<Errand | undefined> {
  const chosen = target?.kind === 'topology' ? target.slots : undefined;
  if (chosen !== undefined) return moved(await askTaker(cluster, chosen));
  const masterId = masterOf(cluster, target);
  const record = recordedMove(kit.deps, id);
  const rest = record && restErrand(record, cluster);
  const back = record && wayBackErrand(record, cluster);
  const how = await vscode.window.showQuickPick(
    [
      ...(rest
        ? [
            {
              label: vscode.l10n.t('Go on with the move that was cut off'),
              detail: vscode.l10n.t('not arrived yet: {0}', slotsCounted(kit.t, rest.plan.slots)),
              how: 'rest' as const,
            },
          ]
        : []),
      {
        label: vscode.l10n.t('Choose slots…'),
        detail: vscode.l10n.t('Ranges of slots go to one master'),
        how: 'choose' as const,
      },
      {
        label: vscode.l10n.t('Rebalance…'),
        detail: vscode.l10n.t('Every master gets its share, also those without slots'),
        how: 'rebalance' as const,
      },
      ...(masterId === undefined
        ? []
        : [
            {
              label: vscode.l10n.t('Drain'),
              detail: vscode.l10n.t('All slots of this master go to the others, so that it can be removed'),
              how: 'drain' as const,
            },
          ]),
      ...(back
        ? [
            {
              label: vscode.l10n.t('Take back the last move'),
              detail: vscode.l10n.t('back to where they came from: {0}', slotsCounted(kit.t, back.plan.slots)),
              how: 'back' as const,
            },
          ]
        : []),
    ],
    { placeHolder: vscode.l10n.t('What shall move in {0}?', name) },
  );
  switch (how?.how) {
    case undefined:
      return undefined;
    case 'rest':
      return rest;
    case 'back':
      return back;
    case 'rebalance':
      return moved(await askBalance(cluster));
    case 'drain':
      return moved(planDrain(cluster, masterId ?? ''));
    case 'choose': {
      const own = cluster.shards.find(shard => shard.masterId === masterId);
      const text = await vscode.window.showInputBox({
        prompt: vscode.l10n.t('Slots, such as 0-99, 144'),
        value: own ? formatRanges(own.ranges, ', ') : '',
        ignoreFocusOut: true,
        validateInput: typed => {
          const ranges = parseRanges(typed);
          if (!ranges) return vscode.l10n.t('Give ranges of slots between 0 and 16383, such as 0-99, 144.');
          return ranges.length === 0 ? vscode.l10n.t('Give at least one slot.') : undefined;
        },
      });
      return text === undefined ? undefined : moved(await askTaker(cluster, parseRanges(text) ?? []));
    }
  }
}

function moved(plan: MovePlan | undefined): Errand | undefined {
  return plan && { how: 'move', plan };
}

async function askTaker(view: ClusterView, ranges: readonly SlotRange[]): Promise<MovePlan | undefined> {
  const to = await askMaster(
    view,
    vscode.l10n.t('Which master takes {0} slots ({1})?', countSlots(ranges), formatRanges(ranges, ', ')),
    false,
  );
  return to === undefined ? undefined : planMove(view, ranges, to);
}

/** Its cluster id. */
async function askMaster(view: ClusterView, placeHolder: string, withSlots: boolean): Promise<string | undefined> {
  const masters = view.members.filter(
    member =>
      member.role === 'master' &&
      member.state === 'ok' &&
      (!withSlots || view.shards.some(shard => shard.masterId === member.id && shard.slots > 0)),
  );
  const picked = await vscode.window.showQuickPick(
    masters.map(({ id, name }) => {
      const shard = view.shards.find(shard => shard.masterId === id);
      return {
        label: name,
        description: shard && shard.slots > 0 ? formatRanges(shard.ranges, ', ') : vscode.l10n.t('no slots yet'),
        id,
      };
    }),
    { placeHolder },
  );
  return picked?.id;
}

async function askBalance(view: ClusterView): Promise<MovePlan | undefined> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Rebalance'),
    value: weightsText(view),
    ignoreFocusOut: true,
    prompt: vscode.l10n.t(
      'Weight of each master: twice as much gets twice as many slots, 0 empties it. Enter: equal shares.',
    ),
    validateInput: typed => {
      const read = readWeights(view, typed);
      return 'problem' in read
        ? read.problem === 'none'
          ? vscode.l10n.t('At least one master must keep a weight.')
          : vscode.l10n.t('“{0}” is no name of a master with its weight, such as {1}.', read.word, 'redis-1=2')
        : undefined;
    },
  });
  if (text === undefined) return undefined;
  const read = readWeights(view, text);
  return 'weights' in read ? planRebalance(view, read.weights) : undefined;
}
