import * as vscode from 'vscode';
import { code, escapeMarkdown, table } from '../../editor/markdown';
import { withProgress } from '../../editor/progress';
import type { Target } from '../../editor/target';
import type { Translate } from '../../editor/translate';
import { additionNoteInWords } from '../../editor/words/clusterNodes';
import { additionSteps } from '../../editor/words/clusterSteps';
import { roleInWords } from '../../editor/words/health';
import { commands } from '../../manifest';
import type { Topology } from '../../model/snapshot';
import { addNode as run } from '../../topology/cluster/addNode';
import { additionRequestOf, prepareAddition } from '../../topology/cluster/addPlan';
import type { AdditionPlan } from '../../topology/cluster/addPlan';
import { topologyOf } from '../ask';
import { fence, filesInWords, insideInWords, storageInWords } from '../create/previewParts';
import { reportOf } from '../create/report';
import type { Command, Kit } from '../kit';
import { agreeTo } from './agree';

/** One more master for a cluster of ours, without slots at first. */
export const addNode: Command = (kit, target) => add(kit, target, 'master');

/** One more replica: of the master that the row stands for, else of the one with the fewest. */
export const addReplica: Command = (kit, target) => add(kit, target, 'replica');

async function add(kit: Kit, target: Target | undefined, role: AdditionPlan['role']): Promise<void> {
  const topology = await topologyOf(
    kit,
    target,
    vscode.l10n.t('Which cluster shall grow?'),
    ({ kind, owned }) => kind === 'cluster' && owned,
  );
  if (topology?.kind !== 'cluster') return;
  const request = additionRequestOf(
    topology,
    role,
    target?.kind === 'node' && role === 'replica' ? target.node : undefined,
  );
  const plan = await withProgress(vscode.l10n.t('Looking at {0}', topology.name), signal =>
    prepareAddition(kit.deps, request, signal),
  );
  const title = vscode.l10n.t('New node of {0} (preview)', topology.name);
  if (
    kit.confirm.value &&
    !(await agreeTo(kit, title, previewOf(kit.t, plan), vscode.l10n.t('Add'), addedInWords(kit.t, plan)))
  )
    return;
  const holding = kit.inventory.hold();
  try {
    const report = await withProgress(
      vscode.l10n.t('Adding {0} to {1}', plan.nodes[0]?.name ?? '', topology.name),
      (signal, say) =>
        run(kit.deps, plan, signal, ({ step, done, total }) =>
          say(vscode.l10n.t('{0} of {1}: {2}', Math.min(done + 1, total), total, additionSteps[step](kit.t))),
        ),
    );
    await kit.inventory.refresh();
    announce(kit, topology, plan, reportOf(kit.t, report), report.totalMs);
  } finally {
    holding.dispose();
  }
}

function announce(kit: Kit, topology: Topology, plan: AdditionPlan, report: string, ms: number): void {
  const rebalance = vscode.l10n.t('Rebalance…');
  const show = vscode.l10n.t('Show Report');
  const said = vscode.l10n.t(
    '{0} belongs to {1} after {2} s. Every node that answers sees it so.',
    plan.nodes[0]?.name ?? '',
    topology.name,
    (ms / 1000).toFixed(1),
  );
  vscode.window
    .showInformationMessage(said, ...(plan.role === 'master' ? [rebalance] : []), show)
    .then(async answer => {
      if (answer === rebalance)
        await vscode.commands.executeCommand(commands.rebalanceSlots, { kind: 'topology', topology: topology.id });
      if (answer === show) await kit.documents.show(vscode.l10n.t('{0} (report)', topology.name), report);
    })
    .then(undefined, (error: unknown) => kit.log.error('add node', error));
}

function addedInWords(t: Translate, { nodes: [node], of, role }: AdditionPlan): string {
  const port = node?.port ?? 0;
  return role === 'master'
    ? t('{0}, an empty master on port {1}', node?.name ?? '', port)
    : t('{0}, a replica of {1} on port {2}', node?.name ?? '', of?.name ?? '', port);
}

/** The plan as a document that a person reads before anything is made. Holds no secret. */
export function previewOf(t: Translate, plan: AdditionPlan): string {
  const [node] = plan.nodes;
  if (!node) return '';
  return (
    [
      `# ${t('What will be added to {0}', escapeMarkdown(plan.name))}`,
      t('Nothing has been made yet.'),
      table(
        [t('Name'), t('Role'), t('Inside'), t('Outside'), t('Follows')],
        [
          [
            code(node.name),
            escapeMarkdown(roleInWords(t, plan.role)),
            insideInWords(plan, node),
            code(`127.0.0.1:${node.port}`),
            plan.of ? code(plan.of.name) : '',
          ],
        ],
      ),
      plan.engine === 'process'
        ? t('It runs {0} as a plain process, with the settings and the password of the others.', code(plan.image))
        : t('It runs {0} on the network of the others, with their settings and their password.', code(plan.image)),
      plan.notes.map(note => `- ${escapeMarkdown(additionNoteInWords(t, note))}`).join('\n'),
      `## ${t('What will be done')}`,
      plan.steps.map((step, index) => `${index + 1}. ${escapeMarkdown(additionSteps[step](t))}`).join('\n'),
      t('When a step fails, or on Cancel, all nodes forget it again and it is removed.'),
      `## ${t('Files')}`,
      storageInWords(t, plan),
      filesInWords(t),
      ...node.files.map(({ name, content }) => `### ${code(`${node.name}/conf/${name}`)}\n\n${fence(content)}`),
    ].join('\n\n') + '\n'
  );
}
