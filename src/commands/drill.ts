import * as vscode from 'vscode';
import { withProgress } from '../editor/progress';
import type { Step } from '../editor/wizard';
import { askText, choose, walk } from '../editor/wizard';
import { consequenceInWords } from '../editor/words/consequences';
import { drillPhaseInWords, faultOfDrill, lossInWords, splitCostInWords, standingInWords } from '../editor/words/drill';
import type { Node, Topology } from '../model/snapshot';
import { consequencesOf } from '../topology/consequences';
import { runDrill } from '../topology/drill/drill';
import type { Broken } from '../topology/drill/broken';
import { findBroken, forgetBroken } from '../topology/drill/broken';
import { faultsFor, mend, needsMending } from '../topology/drill/faults';
import { drillsOf, keepDrill } from '../topology/drill/history';
import type { DrillLoad } from '../topology/drill/load';
import { loadText, readLoad, usualLoads } from '../topology/drill/load';
import type { DrillFault, DrillPicture, DrillRequest } from '../topology/drill/report';
import { splitCostOf } from '../topology/drill/splitCost';
import { topologyOf } from './ask';
import type { Command, Kit } from './kit';

/** Breaks a node on purpose, under load, watches and mends it, and shows what it cost. A run that is named is run again. */
export const drill: Command = async (kit, target) => {
  const topology = await topologyOf(kit, target, vscode.l10n.t('Which topology shall be drilled?'), ({ nodes }) =>
    nodes.some(isOurs),
  );
  if (!topology) return;
  const desk = await (await kit.diagnosis()).drills();
  if (desk.isRunning(topology.id)) return desk.show(topology.id);
  const left = findBroken(kit.deps).left.find(({ topologyId }) => topologyId === topology.id);
  if (left !== undefined && !(await offerMending(kit, left))) return;
  const again =
    target?.kind === 'topology' && target.drill !== undefined
      ? drillsOf(kit.deps.records, topology.id).find(({ at }) => at === target.drill)
      : undefined;
  const request = again
    ? await repeat(kit, topology, again.request, again.role)
    : await ask(kit, topology, target?.kind === 'node' ? target.node : undefined);
  if (request) await run(kit, topology, request);
};

/** The page of what was run, without running anything. */
export const showDrills: Command = async (kit, target) => {
  const topology = await topologyOf(kit, target, vscode.l10n.t('Whose drills?'), ({ nodes }) => nodes.some(isOurs));
  if (topology) (await (await kit.diagnosis()).drills()).show(topology.id);
};

/** Asked at each start: what an editor that ended in the middle of a drill left broken. */
export const mendBroken: Command = async kit => {
  for (const broken of findBroken(kit.deps).left) await offerMending(kit, broken);
};

/** Whether nothing of it is broken any more. */
async function offerMending({ t, deps, inventory }: Kit, broken: Broken): Promise<boolean> {
  if (!(await needsMending(deps, broken, AbortSignal.timeout(10_000)))) {
    await forgetBroken(deps.records, broken.topologyId);
    return true;
  }
  const button = vscode.l10n.t('Mend It');
  const leave = vscode.l10n.t('Leave It');
  const { node, topology, fault, instanceId, engine, topologyId } = broken;
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t(
      'A drill of {0} was interrupted, and {1} is still as the drill left it ({2}). Mend it?',
      topology,
      node,
      faultOfDrill(t, fault),
    ),
    button,
    leave,
  );
  if (answer === leave) await forgetBroken(deps.records, topologyId);
  if (answer !== button) return answer === leave;
  const holding = inventory.hold();
  try {
    await withProgress(vscode.l10n.t('Mending {0}', node), () => mend(deps, { name: node, engine, id: instanceId }));
    await forgetBroken(deps.records, topologyId);
    await inventory.refresh();
    void vscode.window.showInformationMessage(vscode.l10n.t('{0} runs again.', node));
    return true;
  } finally {
    holding.dispose();
  }
}

async function run(kit: Kit, topology: Topology, request: DrillRequest): Promise<void> {
  const { t, deps, inventory } = kit;
  const desk = await (await kit.diagnosis()).drills();
  const victim = topology.nodes.find(({ id }) => id === request.nodeId);
  const ended = new AbortController();
  let phase = '';
  let peek: (() => DrillPicture) | undefined;
  const page = desk.begin(
    topology.id,
    () => ({
      request,
      node: victim?.name ?? '',
      role: victim?.role ?? 'unknown',
      phase,
      ...(peek === undefined ? {} : { picture: peek() }),
    }),
    () => ended.abort(new DOMException('cancelled', 'AbortError')),
  );
  try {
    const report = await withProgress(vscode.l10n.t('Drill of {0}', topology.name), (signal, say) =>
      runDrill(deps, inventory, request, AbortSignal.any([signal, ended.signal]), (now, picture) => {
        phase = drillPhaseInWords(t, now);
        peek = picture;
        say(phase);
      }),
    );
    await keepDrill(deps.records, report);
    page.dispose();
    desk.show(topology.id, report.at);
    void vscode.window.showInformationMessage(`${topology.name}: ${lossInWords(t, { ...report, runs: 1 })}`);
  } finally {
    page.dispose();
  }
}

const isOurs = (node: Node): boolean => node.instance?.ownership !== undefined;
/** Of these the engine can be asked to do something to them. */
const canBreak = (node: Node): boolean =>
  isOurs(node) && node.instance?.state === 'running' && node.instance.id === node.id;

/** The same once more: to the node that has the role now, as a failover moved it. */
async function repeat(
  kit: Kit,
  topology: Topology,
  request: DrillRequest,
  role: Node['role'],
): Promise<DrillRequest | undefined> {
  const able = topology.nodes.filter(canBreak);
  const same = able.find(({ id, role: now }) => id === request.nodeId && now === role);
  const shard = topology.shards?.find(({ nodes }) => nodes.includes(request.nodeId))?.nodes;
  const victim =
    same ??
    able.find(({ id, role: now }) => now === role && shard?.includes(id) === true) ??
    able.find(({ role: now }) => now === role);
  if (victim === undefined) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        'Nobody in {0} is what the broken one was then ({1}).',
        topology.name,
        standingInWords(kit.t, role),
      ),
    );
    return undefined;
  }
  return (await agreed(kit, topology, victim, request.fault))
    ? { ...request, topologyId: topology.id, nodeId: victim.id }
    : undefined;
}

interface Choices {
  readonly victim?: Node;
  readonly fault?: DrillFault;
  readonly load?: DrillLoad;
}

async function ask(kit: Kit, topology: Topology, preset: string | undefined): Promise<DrillRequest | undefined> {
  const { t } = kit;
  const ours = topology.nodes.filter(canBreak);
  const given = ours.find(({ id }) => id === preset);
  const whom: Step<Choices> = async (state, frame) => {
    const victim = await choose(frame, {
      placeholder: vscode.l10n.t('Whom shall it happen to?'),
      active: (node: Node) => node.id === state.victim?.id,
      choices: ours.map(node => ({ label: node.name, description: standingInWords(t, node.role), value: node })),
    });
    return typeof victim === 'object' ? { ...state, victim } : victim;
  };
  const what: Step<Choices> = async (state, frame) => {
    const { victim } = state;
    if (victim === undefined) return undefined;
    const fault = await choose(frame, {
      placeholder: vscode.l10n.t('What shall happen to {0}?', victim.name),
      active: (one: DrillFault) => one === state.fault,
      choices: faultsFor(topology, victim).map(one => ({
        label: faultOfDrill(t, one),
        detail: costs(kit, topology, victim, one)[0] ?? '',
        value: one,
      })),
    });
    return typeof fault === 'string' ? { ...state, fault } : fault;
  };
  const how: Step<Choices> = async (state, frame) => {
    const load = await choose<DrillLoad | 'other'>(frame, {
      placeholder: vscode.l10n.t('Under which load?'),
      active: one => one === state.load,
      choices: [
        ...usualLoads.map(one => ({ label: loadText(one), detail: loadDetail(one), value: one })),
        { label: vscode.l10n.t('Other…'), value: 'other' as const },
      ],
    });
    if (typeof load === 'object') return { ...state, load };
    if (load !== 'other') return load;
    const text = await askText(frame, {
      prompt: vscode.l10n.t(
        'Writers × writes per second of each, and how many replicas must confirm each write (WAIT)',
      ),
      value: '8 x 50 wait 1',
      check: value =>
        readLoad(value) === undefined
          ? vscode.l10n.t(
              'Like “8 x 50” or “8 x 50 wait 1”: 1 to 64 writers, 1 to 1000 writes per second each, WAIT 0 to 5.',
            )
          : undefined,
    });
    if (typeof text === 'symbol') return how(state, frame);
    const typed = text === undefined ? undefined : readLoad(text);
    return typed === undefined ? undefined : { ...state, load: typed };
  };
  const chosen = await walk<Choices>(
    vscode.l10n.t('Failover Drill of {0}', topology.name),
    [...(given === undefined ? [whom] : []), what, how],
    given === undefined ? {} : { victim: given },
  );
  if (chosen?.victim === undefined || chosen.fault === undefined || chosen.load === undefined) return undefined;
  if (!(await agreed(kit, topology, chosen.victim, chosen.fault))) return undefined;
  return { topologyId: topology.id, nodeId: chosen.victim.id, fault: chosen.fault, ...chosen.load };
}

function loadDetail({ writers, rate, wait }: DrillLoad): string {
  return wait > 0
    ? vscode.l10n.t(
        '{0} clients that write one after the other, at most {1} times per second; a write counts when {2} replica has it',
        writers,
        rate,
        wait,
      )
    : vscode.l10n.t('{0} clients that write one after the other, at most {1} times per second', writers, rate);
}

/** What it costs, computed from the topology as it is now. */
function costs({ t }: Pick<Kit, 't'>, topology: Topology, victim: Node, fault: DrillFault): readonly string[] {
  if (fault === 'failover')
    return [vscode.l10n.t('Nothing is broken: a replica takes over in good order. For comparison.')];
  if (fault === 'split') {
    const cost = splitCostOf(topology, victim);
    return cost === undefined ? [] : [splitCostInWords(t, cost)];
  }
  return consequencesOf(topology, victim, fault).map(one => consequenceInWords(t, one));
}

async function agreed(kit: Kit, topology: Topology, victim: Node, fault: DrillFault): Promise<boolean> {
  if (!kit.confirm.value) return true;
  const button = vscode.l10n.t('Run Drill');
  const detail = [
    ...costs(kit, topology, victim, fault),
    vscode.l10n.t(
      'Writers of its own send keys that expire after ten minutes. Afterwards what was broken is mended, also when you cancel.',
    ),
  ].join('\n\n');
  return (
    (await vscode.window.showWarningMessage(
      vscode.l10n.t('{0}: {1}, on purpose?', victim.name, faultOfDrill(kit.t, fault)),
      { modal: true, detail },
      button,
    )) === button
  );
}
