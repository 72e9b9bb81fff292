import * as vscode from 'vscode';
import { isCancellation } from '../../base/abort';
import { escapeMarkdown } from '../../editor/markdown';
import type { PlanOnMap } from '../../editor/planOnMap';
import { withProgress } from '../../editor/progress';
import type { Target } from '../../editor/target';
import type { Translate } from '../../editor/translate';
import { fixLeftInWords, fixStepInWords } from '../../editor/words/clusterFix';
import { commands } from '../../manifest';
import { rangesOf } from '../../model/slots';
import type { HealthReason, Topology } from '../../model/snapshot';
import { checkCluster as look } from '../../topology/cluster/check';
import { clusterTargetOf } from '../../topology/cluster/crew';
import { fixCluster as run, fixRequestOf, prepareFix } from '../../topology/cluster/fix';
import type { FixRequest } from '../../topology/cluster/fix';
import { fixMovesOf, slotsOf } from '../../topology/cluster/fixMoves';
import type { FixPlan, FixScope } from '../../topology/cluster/fixPlan';
import { topologyOf } from '../ask';
import type { Command, Kit } from '../kit';
import { agreeTo } from './agree';
import { checkDocument } from './checkDocument';
import { slotsCounted } from '../../editor/words/counts';

/** Asks every node, and shows what all of them say together. Changes nothing. */
export const checkCluster: Command = async (kit, target) => {
  const topology = await clusterOf(kit, target, vscode.l10n.t('Which cluster shall be checked?'), 'all');
  if (!topology) return;
  const check = await withProgress(vscode.l10n.t('Asking every node of {0}', topology.name), signal =>
    look(kit.deps, clusterTargetOf(topology), signal),
  );
  await kit.documents.show(vscode.l10n.t('Check of {0}', topology.name), checkDocument(kit.t, check));
  if (check.view.findings.length === 0) return;
  const fix = vscode.l10n.t('Plan a Fix…');
  vscode.window
    .showWarningMessage(vscode.l10n.t('{0}: {1} findings.', topology.name, check.view.findings.length), fix)
    .then(answer =>
      answer === fix
        ? vscode.commands.executeCommand(commands.fixCluster, { kind: 'topology', topology: topology.id })
        : undefined,
    )
    .then(undefined, (error: unknown) => kit.log.error('check', error));
};

/** Everything that can be mended, as a plan that is shown first. */
export const fixCluster: Command = (kit, target) => fix(kit, target, 'all');
/** Slots that a move left half-way. */
export const fixOpenSlots: Command = (kit, target) => fix(kit, target, 'open');
/** Slots that nobody owns. */
export const assignUncovered: Command = (kit, target) => fix(kit, target, 'uncovered');

async function fix(kit: Kit, target: Target | undefined, scope: FixScope): Promise<void> {
  const topology = await clusterOf(kit, target, vscode.l10n.t('Which cluster shall be mended?'), scope);
  if (!topology) return;
  let request = fixRequestOf(topology, scope);
  let plan = await planned(kit, topology, request);
  const given = await askGivingUp(plan);
  if (given === undefined) return;
  if (given.length > 0) {
    request = { ...request, givenUp: given };
    plan = await planned(kit, topology, request);
  }
  const title = vscode.l10n.t('Fix of {0} (preview)', topology.name);
  if (plan.steps.length === 0) {
    if (plan.left.length > 0) await kit.documents.show(title, fixDocument(kit.t, topology.name, plan));
    void vscode.window.showInformationMessage(
      plan.left.length > 0
        ? vscode.l10n.t('Nothing in {0} can be mended from here; the document says what would help.', topology.name)
        : vscode.l10n.t('There is nothing to mend in {0}.', topology.name),
    );
    return;
  }
  const cancel = new AbortController();
  const map = fixMovesOf(plan).length > 0 ? await agreedOnMap(kit, topology, plan, cancel) : undefined;
  if (
    map === 'discarded' ||
    (map === undefined &&
      !(await agreeTo(
        kit,
        title,
        fixDocument(kit.t, topology.name, plan),
        vscode.l10n.t('Fix'),
        vscode.l10n.t('{0} steps', plan.steps.length),
      )))
  )
    return;
  await mend(kit, topology, request, plan, map, cancel.signal);
}

async function mend(
  kit: Kit,
  topology: Topology,
  request: FixRequest,
  plan: FixPlan,
  map: PlanOnMap | undefined,
  cancelled: AbortSignal,
): Promise<void> {
  const holding = kit.inventory.hold();
  const title = vscode.l10n.t('Mending {0}', topology.name);
  map?.change({ title, detail: [], running: true, acts: [{ id: 'cancel', label: vscode.l10n.t('Cancel') }] });
  try {
    const report = await withProgress(title, (signal, say) =>
      run(kit.deps, request, plan, AbortSignal.any([signal, cancelled]), ({ step, done, total }) => {
        const text = vscode.l10n.t('{0} of {1}: {2}', done + 1, total, fixStepInWords(kit.t, step));
        say(text);
        map?.progress(done, total, rangesOf(slotsOf(step)), text);
      }),
    );
    await kit.inventory.refresh();
    if (report.remaining.steps.length === 0)
      void vscode.window.showInformationMessage(
        vscode.l10n.t(
          '{0} is mended: {1} steps in {2} s. Every node was asked again.',
          topology.name,
          report.done.length,
          (report.ms / 1000).toFixed(1),
        ),
      );
    else
      void vscode.window.showWarningMessage(
        vscode.l10n.t(
          '{0} steps are done, but {1} would still be needed in {2}. Look again in a few seconds.',
          report.done.length,
          report.remaining.steps.length,
          topology.name,
        ),
      );
  } catch (error) {
    if (!isCancellation(error)) throw error;
  } finally {
    map?.withdraw();
    holding.dispose();
  }
}

/** So many steps are told in words on the map; all of them stand in the document. */
const TOLD = 6;

/** Shows the plan on the map, with its consequences, until it is confirmed or discarded there. */
async function agreedOnMap(
  kit: Kit,
  topology: Topology,
  plan: FixPlan,
  cancel: AbortController,
): Promise<PlanOnMap | 'discarded'> {
  const moves = fixMovesOf(plan);
  let answer: (go: boolean) => void = () => undefined;
  const answered = new Promise<boolean>(resolve => {
    answer = resolve;
  });
  const more = plan.steps.length - TOLD;
  const map = await kit.slotMaps.plan(topology.id, {
    title: vscode.l10n.t('Mend {0}?', topology.name),
    plan: { moves },
    keys: moves.map(({ keys }) => keys),
    detail: [
      ...plan.steps.slice(0, TOLD).map(step => fixStepInWords(kit.t, step)),
      ...(more > 0 ? [vscode.l10n.t('And {0} more: see All Steps.', more)] : []),
      ...plan.left.map(one => vscode.l10n.t('Not mended by this: {0}', fixLeftInWords(kit.t, one))),
    ],
    acts: [
      { id: 'go', label: vscode.l10n.t('Fix') },
      { id: 'discard', label: vscode.l10n.t('Discard') },
      { id: 'list', label: vscode.l10n.t('All Steps') },
    ],
    onAct: act => {
      if (act === 'list')
        return void kit.documents
          .show(vscode.l10n.t('Fix of {0} (preview)', topology.name), fixDocument(kit.t, topology.name, plan))
          .catch((error: unknown) => kit.log.error('fix', error));
      if (act === 'cancel') cancel.abort(new DOMException('cancelled', 'AbortError'));
      answer(act === 'go');
    },
  });
  if (await answered) return map;
  map.withdraw();
  return 'discarded';
}

function planned(kit: Kit, topology: Topology, request: FixRequest): Promise<FixPlan> {
  return Promise.resolve(
    withProgress(vscode.l10n.t('Asking every node of {0}', topology.name), signal =>
      prepareFix(kit.deps, request, signal),
    ),
  );
}

/** Dead masters that the user gives up; none is chosen beforehand. Undefined: the user left. */
async function askGivingUp({ left }: FixPlan): Promise<readonly string[] | undefined> {
  const dead = left.flatMap(one => (one.code === 'left-dead-master' ? [one] : []));
  if (dead.length === 0) return [];
  const picked = await vscode.window.showQuickPick(
    dead.map(({ node, slots }) => ({
      label: node.name,
      description: slotsCounted(vscode.l10n.t, slots),
      detail: `$(warning) ${vscode.l10n.t('Its keys are lost. Choose it only when it cannot be started any more.')}`,
      id: node.id,
    })),
    {
      canPickMany: true,
      ignoreFocusOut: true,
      placeHolder: vscode.l10n.t('These masters are dead and have no replica. Which are given up? (Enter: none)'),
    },
  );
  return picked?.map(({ id }) => id);
}

/** The plan as a document: each step with what it means, then what cannot be mended here. */
export function fixDocument(t: Translate, name: string, { steps, left }: FixPlan): string {
  return (
    [
      `# ${t('How {0} would be mended', escapeMarkdown(name))}`,
      t('Nothing has been changed yet.'),
      ...(steps.length === 0
        ? []
        : [
            steps.map((step, index) => `${index + 1}. ${escapeMarkdown(fixStepInWords(t, step))}`).join('\n'),
            t(
              'The steps are done in this order, with a cancel between two of them. Afterwards every node is asked again.',
            ),
          ]),
      ...(left.length === 0
        ? []
        : [`## ${t('Not mended by this')}`, left.map(one => `- ${escapeMarkdown(fixLeftInWords(t, one))}`).join('\n')]),
    ].join('\n\n') + '\n'
  );
}

/** What each scope is there for. */
const troubles: Readonly<Record<FixScope, (reason: HealthReason) => boolean>> = {
  all: () => true,
  open: ({ code }) => code === 'slots-open',
  uncovered: ({ code }) => code === 'slots-uncovered' || code === 'slots-master-failed',
};

async function clusterOf(
  kit: Kit,
  target: Target | undefined,
  placeholder: string,
  scope: FixScope,
): Promise<Topology | undefined> {
  const topology = await topologyOf(kit, target, placeholder, ({ kind }) => kind === 'cluster', troubles[scope]);
  return topology?.kind === 'cluster' ? topology : undefined;
}
