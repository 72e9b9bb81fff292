import * as vscode from 'vscode';
import { withProgress } from '../editor/progress';
import { consequenceInWords } from '../editor/words/consequences';
import { drillReport, faultOfDrill } from '../editor/words/drill';
import type { Node, Topology } from '../model/snapshot';
import { consequencesOf } from '../topology/consequences';
import type { DrillFault, DrillPhase, DrillReport, DrillRequest } from '../topology/drill/drill';
import { runDrill } from '../topology/drill/drill';
import { topologyOf } from './ask';
import type { Command, Kit } from './kit';

/** Runs that are kept of each topology, to compare settings by. */
const KEPT = 20;

/** Breaks a node on purpose, under load, watches and mends it, and shows what it cost. */
export const drill: Command = async (kit, target) => {
  const topology = await topologyOf(kit, target, vscode.l10n.t('Which topology shall be drilled?'), ({ nodes }) =>
    nodes.some(({ instance }) => instance?.ownership !== undefined),
  );
  if (!topology) return;
  const request = await ask(kit, topology, target?.kind === 'node' ? target.node : undefined);
  if (request) await run(kit, topology, request);
};

async function run(kit: Kit, topology: Topology, request: DrillRequest): Promise<void> {
  const title = vscode.l10n.t('Drill of {0}', topology.name);
  const report = await withProgress(title, (signal, say) =>
    runDrill(kit.deps, kit.inventory, request, signal, phase => say(phaseInWords(phase))),
  );
  const earlier = await remember(kit, report);
  await kit.documents.show(vscode.l10n.t('Failover drill of {0}', topology.name), drillReport(kit.t, report, earlier));
  const again = vscode.l10n.t('Run Again');
  const text = vscode.l10n.t(
    '{0}: {1} of {2} acknowledged writes were lost in this run.',
    title,
    report.lost,
    report.acknowledged,
  );
  if ((await vscode.window.showInformationMessage(text, again)) === again) await run(kit, topology, request);
}

async function ask(kit: Kit, topology: Topology, preset: string | undefined): Promise<DrillRequest | undefined> {
  const ours = topology.nodes.filter(
    node => node.instance?.ownership !== undefined && node.instance.state === 'running' && node.instance.id === node.id,
  );
  const victim =
    ours.find(({ id }) => id === preset) ??
    (
      await vscode.window.showQuickPick(
        ours.map(node => ({ label: node.name, description: node.role, node })),
        { placeHolder: vscode.l10n.t('Whom shall it happen to?') },
      )
    )?.node;
  if (!victim) return undefined;
  const faults: readonly DrillFault[] =
    victim.instance?.engine === 'docker' ? ['kill', 'stop', 'pause', 'disconnect'] : ['kill', 'stop', 'pause'];
  const fault = await vscode.window.showQuickPick(
    faults.map(one => ({ label: faultOfDrill(kit.t, one), fault: one })),
    { placeHolder: vscode.l10n.t('What shall happen to {0}?', victim.name) },
  );
  if (!fault) return undefined;
  const loads = [
    { label: vscode.l10n.t('4 writers, 100 writes per second each'), writers: 4, rate: 100, wait: 0 },
    { label: vscode.l10n.t('4 writers, each write confirmed by a replica (WAIT 1)'), writers: 4, rate: 100, wait: 1 },
    { label: vscode.l10n.t('16 writers, 100 writes per second each'), writers: 16, rate: 100, wait: 0 },
  ];
  const load = await vscode.window.showQuickPick(loads, { placeHolder: vscode.l10n.t('Under which load?') });
  if (!load || !(await agreed(kit, topology, victim, fault.fault))) return undefined;
  return {
    topologyId: topology.id,
    nodeId: victim.id,
    fault: fault.fault,
    writers: load.writers,
    rate: load.rate,
    wait: load.wait,
  };
}

async function agreed(kit: Kit, topology: Topology, victim: Node, fault: DrillFault): Promise<boolean> {
  if (!kit.confirm.value) return true;
  const button = vscode.l10n.t('Run Drill');
  const detail = [
    ...consequencesOf(topology, victim, fault === 'disconnect' ? 'pause' : fault).map(one =>
      consequenceInWords(kit.t, one),
    ),
    vscode.l10n.t(
      'Its own writers send keys that expire after ten minutes. Afterwards what was broken is mended, also when you cancel.',
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

/** The earlier runs, newest first. */
async function remember({ deps }: Pick<Kit, 'deps'>, report: DrillReport): Promise<readonly DrillReport[]> {
  const key = `drills:${report.request.topologyId}`;
  const earlier = (deps.records.get(key) ?? []) as readonly DrillReport[];
  await deps.records.set(key, [report, ...earlier].slice(0, KEPT));
  return earlier;
}

function phaseInWords(phase: DrillPhase): string {
  switch (phase) {
    case 'warming':
      return vscode.l10n.t('Writing, while all is well');
    case 'breaking':
      return vscode.l10n.t('Breaking it');
    case 'waiting':
      return vscode.l10n.t('Waiting for somebody to take over');
    case 'healing':
      return vscode.l10n.t('Mending it, and waiting until all is as it was');
    case 'counting':
      return vscode.l10n.t('Counting what was lost');
  }
}
