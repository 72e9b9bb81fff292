import * as vscode from 'vscode';
import { isCancellation } from '../base/abort';
import type { PlanOnMap } from '../editor/planOnMap';
import { withProgress } from '../editor/progress';
import { moveInWords } from '../editor/words/cluster';
import type { ClusterView } from '../model/clusterView';
import { formatRanges } from '../model/slots';
import type { Topology } from '../model/snapshot';
import { clusterTargetOf } from '../topology/cluster/crew';
import { emptiedBy } from '../topology/cluster/keepMasters';
import type { MovePlan } from '../topology/cluster/movePlan';
import type { MoveRecord } from '../topology/cluster/moveRecord';
import { forgetMove, openOf, recordedMove, restOf, wayBack } from '../topology/cluster/moveRecord';
import { countPlanKeys, goOn, moveSlots, takeBack } from '../topology/cluster/moveSlots';
import type { MoveProgress, MoveReport } from '../topology/cluster/moveSlots';
import type { Kit } from './kit';
import { keysCounted, slotsCounted } from '../editor/words/counts';

/** What shall be done; `plan` is what is shown and counted. */
export type Errand =
  | { readonly how: 'move'; readonly plan: MovePlan }
  | { readonly how: 'rest' | 'back'; readonly plan: MovePlan; readonly record: MoveRecord };

/** On with a run that was cut off or cancelled; undefined when all has arrived. */
export function restErrand(record: MoveRecord, view: ClusterView): Errand | undefined {
  const plan = record.done ? undefined : restOf(record, view);
  return plan && { how: 'rest', plan, record };
}

/** Back with what has arrived. */
export function wayBackErrand(record: MoveRecord, view: ClusterView): Errand | undefined {
  const plan = wayBack(record, view) ?? openOf(record, view);
  return plan && { how: 'back', plan, record };
}

/** Shows the plan on the map, does it when it is confirmed there, and offers the way back or the rest. */
export async function carryOut(kit: Kit, topology: Topology, errand: Errand): Promise<void> {
  const { cluster: view } = topology;
  if (!view) return;
  const keys = await withProgress(vscode.l10n.t('Counting keys'), signal =>
    countPlanKeys(kit.deps, { target: clusterTargetOf(topology), plan: errand.plan }, signal),
  );
  const cancel = new AbortController();
  let answer: (go: boolean) => void = () => undefined;
  const answered = new Promise<boolean>(resolve => {
    answer = resolve;
  });
  const slots = slotsCounted(kit.t, errand.plan.slots);
  const counted = keysCounted(
    kit.t,
    keys.reduce((a, b) => a + b, 0),
  );
  const map = await kit.slotMaps.plan(topology.id, {
    title:
      errand.how === 'back'
        ? vscode.l10n.t('Move {0} with {1} back in {2}?', slots, counted, topology.name)
        : vscode.l10n.t('Move {0} with {1} in {2}?', slots, counted, topology.name),
    plan: errand.plan,
    keys,
    detail: consequences(errand, view),
    acts: [
      { id: 'go', label: vscode.l10n.t('Move') },
      { id: 'discard', label: vscode.l10n.t('Discard') },
    ],
    onAct: act => {
      if (act === 'cancel') cancel.abort(new DOMException('cancelled', 'AbortError'));
      answer(act === 'go'); // closing the map discards a plan; a run goes on, and is cancelled in its notification
    },
  });
  if (!(await answered)) return map.withdraw();
  await run(kit, topology, errand, map, cancel.signal);
}

async function run(
  kit: Kit,
  topology: Topology,
  errand: Errand,
  map: PlanOnMap,
  cancelled: AbortSignal,
): Promise<void> {
  const target = clusterTargetOf(topology);
  const title = vscode.l10n.t('Moving slots of {0}', topology.name);
  map.change({ title, detail: [], running: true, acts: [{ id: 'cancel', label: vscode.l10n.t('Cancel') }] });
  const holding = kit.inventory.hold();
  try {
    const report = await withProgress(title, (signal, say) => {
      const told = (progress: MoveProgress): void => {
        const text = progressInWords(progress);
        say(text);
        map.progress(progress.done, progress.total, progress.ranges, text);
      };
      const either = AbortSignal.any([signal, cancelled]);
      switch (errand.how) {
        case 'move':
          return moveSlots(kit.deps, { target, plan: errand.plan }, either, told);
        case 'rest':
          return goOn(kit.deps, target, errand.record, either, told);
        case 'back':
          return takeBack(kit.deps, target, errand.record, either, told);
      }
    });
    await kit.inventory.refresh();
    announce(kit, topology.id, errand, report);
  } catch (error) {
    await kit.inventory.refresh().catch((late: unknown) => kit.log.error('move slots', late));
    if (isCancellation(error)) return;
    throw error;
  } finally {
    map.withdraw();
    holding.dispose();
  }
}

function announce(kit: Kit, topologyId: string, errand: Errand, report: MoveReport): void {
  const undo = vscode.l10n.t('Move Back');
  const rest = vscode.l10n.t('Go On');
  const said = [
    vscode.l10n.t(
      '{0} with {1} moved in {2} s. Every node agrees.',
      slotsCounted(kit.t, report.moved.slots),
      keysCounted(kit.t, report.keys),
      (report.ms / 1000).toFixed(1),
    ),
    ...(report.missing > 0
      ? [
          vscode.l10n.t(
            '{0} of these keys are not there any more: they expired or were deleted meanwhile.',
            report.missing,
          ),
        ]
      : []),
    ...(report.emptied.length > 0
      ? [vscode.l10n.t('{0} has no slots now and can be removed.', report.emptied.join(', '))]
      : []),
  ].join(' ');
  vscode.window
    .showInformationMessage(
      said,
      ...(report.left ? [rest] : []),
      ...(report.moved.slots > 0 && errand.how !== 'back' ? [undo] : []),
    )
    .then(async answer => {
      const current = kit.inventory.snapshot.topologies.find(({ id }) => id === topologyId);
      const record = recordedMove(kit.deps, topologyId);
      if (answer === undefined || !current?.cluster || !record) return;
      const next = answer === rest ? restErrand(record, current.cluster) : wayBackErrand(record, current.cluster);
      if (next) await carryOut(kit, current, next);
    })
    .then(undefined, (error: unknown) => kit.log.error('move slots', error));
}

/** A run that was cut off is shown with its map: to go on, to take back, or to leave as it is. */
export async function offerRest(kit: Kit, topologyId: string): Promise<void> {
  const record = recordedMove(kit.deps, topologyId);
  const topology = kit.inventory.snapshot.topologies.find(({ id }) => id === topologyId);
  const rest = record && topology?.cluster && restErrand(record, topology.cluster);
  if (!topology?.cluster || !rest) return;
  const view = topology.cluster;
  let answer: (act: string) => void = () => undefined;
  const answered = new Promise<string>(resolve => {
    answer = resolve;
  });
  const map = await kit.slotMaps.plan(topologyId, {
    title: vscode.l10n.t('A move of slots was cut off: {0} have not arrived', rest.plan.slots),
    plan: rest.plan,
    detail: [vscode.l10n.t('No key is lost. Go on, or take back what has arrived.')],
    acts: [
      { id: 'on', label: vscode.l10n.t('Go On…') },
      { id: 'back', label: vscode.l10n.t('Take Back…') },
      { id: 'forget', label: vscode.l10n.t('Leave It So') },
    ],
    onAct: act => answer(act),
  });
  const act = await answered;
  map.withdraw();
  const next = act === 'on' ? rest : act === 'back' ? wayBackErrand(record, view) : undefined;
  if (next) await carryOut(kit, topology, next);
  else if (act === 'forget') await forgetMove(kit.deps, topologyId);
}

function consequences(errand: Errand, view: ClusterView): string[] {
  const name = (id: string): string => view.members.find(member => member.id === id)?.name ?? id.slice(0, 8);
  const names = new Map(view.members.map(member => [member.id, member.name]));
  const open = errand.how === 'back' ? openOf(errand.record, view) : undefined;
  return [
    ...(open
      ? [
          vscode.l10n.t(
            'What stands open goes to its end first: {0}.',
            open.moves.map(move => moveInWords(vscode.l10n.t, move, names)).join('; '),
          ),
        ]
      : []),
    ...emptiedBy(errand.plan, view).map(id =>
      vscode.l10n.t('{0} is left without slots; it stays a master and keeps its replicas.', name(id)),
    ),
    vscode.l10n.t('No loss expected: every key stays reachable while it moves. You can cancel between two slots.'),
  ];
}

function progressInWords({ done, total, ranges, from, to, keys, state }: MoveProgress): string {
  const text = vscode.l10n.t(
    '{0} of {1}: slot {2}, {3} → {4}, {5} keys',
    done,
    total,
    formatRanges(ranges.slice(0, 3), ', '),
    from,
    to,
    keys,
  );
  return state === undefined ? text : `${text} (${state})`;
}
