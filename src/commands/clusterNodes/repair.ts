import * as vscode from 'vscode';
import { escapeMarkdown } from '../../editor/markdown';
import { withProgress } from '../../editor/progress';
import type { Translate } from '../../editor/translate';
import { roleInWords } from '../../editor/words/health';
import { repairLeftInWords, repairStepInWords } from '../../editor/words/repair';
import { formatAddress } from '../../model/address';
import { reportOf } from '../../model/servers';
import type { Node, Topology } from '../../model/snapshot';
import { prepareRepair, repairAddresses as run, repairSeatOf } from '../../topology/repair/repair';
import type { RepairRequest } from '../../topology/repair/repair';
import type { RepairPlan } from '../../topology/repair/repairPlan';
import { topologyOf } from '../ask';
import type { Command, Kit } from '../kit';
import { agreeTo } from './agree';

/** After all containers came back with other addresses: who looks for whom at a place where nobody is, and the plan that joins them again. */
export const repairAddresses: Command = async (kit, target) => {
  const topology = await topologyOf(
    kit,
    target,
    vscode.l10n.t('Whose addresses have changed?'),
    () => true,
    () => true,
  );
  if (!topology) return;
  const nodes = await whose(kit, topology);
  if (!nodes) return;
  const request: RepairRequest = {
    topologyId: topology.id,
    name: topology.name,
    seats: nodes.flatMap(node => repairSeatOf(node) ?? []),
  };
  const plan = await planned(kit, request);
  if (!plan) return;
  const title = vscode.l10n.t('New addresses of {0} (preview)', topology.name);
  if (plan.steps.length === 0) {
    void vscode.window.showInformationMessage(
      [
        vscode.l10n.t('Every server of {0} has its peers where they are.', topology.name),
        ...plan.left.map(one => repairLeftInWords(kit.t, one)),
      ].join(' '),
    );
    return;
  }
  if (
    !(await agreeTo(
      kit,
      title,
      repairDocument(kit.t, request, plan),
      vscode.l10n.t('Repair'),
      vscode.l10n.t('{0} steps', plan.steps.length),
    ))
  )
    return;
  const holding = kit.inventory.hold();
  try {
    const report = await withProgress(vscode.l10n.t('Repairing the addresses of {0}', topology.name), (signal, say) =>
      run(kit.deps, request, plan, signal, ({ step, done, total }) =>
        say(vscode.l10n.t('{0} of {1}: {2}', done + 1, total, repairStepInWords(kit.t, step))),
      ),
    );
    await kit.inventory.refresh();
    const forgotten =
      report.notKept.length === 0
        ? ''
        : ` ${vscode.l10n.t('At the next start this is forgotten by {0}.', report.notKept.map(({ node, text }) => `${node} (${text})`).join(', '))}`;
    if (report.remaining.steps.length === 0)
      void vscode.window.showInformationMessage(
        `${vscode.l10n.t('{0} is joined again: {1} steps in {2} s.', topology.name, report.done.length, (report.ms / 1000).toFixed(1))}${forgotten}`,
      );
    else
      void vscode.window.showWarningMessage(
        `${vscode.l10n.t('{0} steps are done, but {1} would still be needed in {2}. Look again in a few seconds.', report.done.length, report.remaining.steps.length, topology.name)}${forgotten}`,
      );
  } finally {
    holding.dispose();
  }
};

/** A cluster knows its own by their ids. Servers that have lost each other stand apart in the tree, so that the user says who belongs together. */
async function whose({ inventory: { snapshot }, t }: Kit, topology: Topology): Promise<readonly Node[] | undefined> {
  if (topology.kind === 'cluster' || topology.owned) return topology.nodes;
  const running = (node: Node): boolean => repairSeatOf(node) !== undefined && node.instance?.ownership === undefined;
  const own = new Set(topology.nodes.map(({ id }) => id));
  const apart = [
    // by id: the tree may have been redrawn since the command was chosen
    ...snapshot.topologies
      .filter(({ id, owned, kind }) => id !== topology.id && !owned && kind !== 'cluster')
      .flatMap(({ nodes, health }) => nodes.map(node => ({ node, whole: health.level === 'healthy' }))),
    ...snapshot.others.map(node => ({ node, whole: false })),
  ].filter(({ node }) => !own.has(node.id));
  const missed = new Set(topology.nodes.flatMap(lookedFor));
  // Its address is another one now, its port is not: whoever stands apart and listens on a port that is looked for is meant, most likely.
  const isMissed = (node: Node): boolean => {
    const port = reportOf(node.contact)?.tcpPort ?? node.reachable?.port;
    return port !== undefined && missed.has(port);
  };
  const items = [
    ...topology.nodes.map(node => ({ node, picked: true, missed: false })),
    ...apart.map(({ node, whole }) => ({ node, picked: !whole && isMissed(node), missed: !whole && isMissed(node) })),
  ]
    .filter(({ node }) => running(node))
    .sort((a, b) => Number(b.picked) - Number(a.picked))
    .map(({ node, picked, missed }) => ({
      label: node.name,
      description: [roleInWords(t, node.role), node.reachable ? formatAddress(node.reachable) : ''].join(' · '),
      ...(missed ? { detail: vscode.l10n.t('Stands apart, and listens on the port that the others look for') } : {}),
      picked,
      node,
    }));
  const picked = await vscode.window.showQuickPick(items, {
    canPickMany: true,
    ignoreFocusOut: true,
    placeHolder: vscode.l10n.t('Which servers and sentinels belong to it? Include its master, which may stand apart.'),
  });
  return picked && picked.length > 0 ? picked.map(({ node }) => node) : undefined;
}

/** The ports at which a server looks for its master, or a Sentinel for those that it watches. */
function lookedFor({ contact }: Node): readonly number[] {
  const report = reportOf(contact);
  const masters = report?.sentinel?.masters.map(({ address }) => address.port) ?? [];
  const master = report?.replication?.master?.address.port;
  return master === undefined ? masters : [...masters, master];
}

/** Asks which master counts, where several say to be it. */
async function planned(kit: Kit, request: RepairRequest): Promise<RepairPlan | undefined> {
  const look = (chosen?: string): Thenable<RepairPlan> =>
    withProgress(vscode.l10n.t('Asking every server of {0}', request.name), signal =>
      prepareRepair(kit.deps, request, chosen, signal),
    );
  const plan = await look();
  const which = plan.left.find(one => one.code === 'repair-which-master');
  if (!which) return plan;
  const picked = await vscode.window.showQuickPick(
    which.masters.map(({ name, keys, offset }) => ({
      label: name,
      description: vscode.l10n.t('{0} keys, offset {1}', keys, offset),
      name,
    })),
    {
      ignoreFocusOut: true,
      placeHolder: vscode.l10n.t(
        'Several could be the master. Whose data count? The others are replaced by a copy of them.',
      ),
    },
  );
  return picked && look(picked.name);
}

/** The plan as a document. */
export function repairDocument(t: Translate, { name }: RepairRequest, { steps, left }: RepairPlan): string {
  return (
    [
      `# ${t('How {0} would be joined again', escapeMarkdown(name))}`,
      t('Nothing has been changed yet. The containers have other addresses than their servers remember.'),
      steps.map((step, index) => `${index + 1}. ${escapeMarkdown(repairStepInWords(t, step))}`).join('\n'),
      t(
        'Addresses of Docker’s default network change with the order in which containers start. On a network of their own with fixed addresses, as topologies made here have, this cannot happen.',
      ),
      ...(left.length === 0
        ? []
        : [
            `## ${t('Not mended by this')}`,
            left.map(one => `- ${escapeMarkdown(repairLeftInWords(t, one))}`).join('\n'),
          ]),
    ].join('\n\n') + '\n'
  );
}
