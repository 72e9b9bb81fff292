import * as vscode from 'vscode';
import { isFault } from '../../base/errors';
import { withProgress } from '../../editor/progress';
import { errorInWords } from '../../editor/words';
import { nodeRemovalSteps, removalNoteInWords } from '../../editor/words/clusterNodes';
import { commands } from '../../manifest';
import type { Node, Topology } from '../../model/snapshot';
import { clusterTargetOf } from '../../topology/cluster/crew';
import { watchForgotten, WATCH_MS } from '../../topology/cluster/forget';
import { checkNodeRemoval, removeNode as run } from '../../topology/cluster/removeNode';
import type { NodeRemovalCheck, NodeRemovalReport, NodeRemovalRequest } from '../../topology/cluster/removeNode';
import { nodeOf } from '../ask';
import type { Command, Kit } from '../kit';

/** Takes a node out of its cluster, also a dead one. Its server goes too when it is ours and the user says so. */
export const removeNode: Command = async (kit, target) => {
  const place = await nodeOf(
    kit,
    target,
    vscode.l10n.t('Which node shall leave its cluster?'),
    ({ clusterId }) => clusterId !== undefined,
  );
  if (place?.topology?.kind !== 'cluster') return;
  const { node, topology } = place;
  const request = { target: clusterTargetOf(topology), node: node.clusterId ?? node.name };
  const check = await looked(kit, topology, node, request);
  const answer = check && (await ask(kit, node, topology, check));
  if (!answer) return;
  const holding = kit.inventory.hold();
  try {
    const report = await withProgress(
      vscode.l10n.t('Removing {0} from {1}', check.name, topology.name),
      (signal, say) =>
        run(kit.deps, { ...request, ...answer }, signal, ({ step, done, total }) =>
          say(vscode.l10n.t('{0} of {1}: {2}', Math.min(done + 1, total), total, nodeRemovalSteps[step](kit.t))),
        ),
    );
    await kit.inventory.refresh();
    void vscode.window.showInformationMessage(doneInWords(report, topology));
    if (report.unheard.length > 0) await lookAfter(kit, topology, report);
  } finally {
    holding.dispose();
  }
};

/** What stands in the way is said before the question; a master with slots can be drained from there. */
async function looked(
  kit: Kit,
  topology: Topology,
  node: Node,
  request: Pick<NodeRemovalRequest, 'target' | 'node'>,
): Promise<NodeRemovalCheck | undefined> {
  try {
    return await withProgress(vscode.l10n.t('Looking whether {0} can go', node.name), signal =>
      checkNodeRemoval(kit.deps, request, signal),
    );
  } catch (error) {
    if (!isFault(error, 'removal-has-slots', 'removal-dead-with-slots')) throw error;
    const drain = vscode.l10n.t('Drain It…');
    const failover = vscode.l10n.t('Failover…');
    const offered = isFault(error, 'removal-has-slots')
      ? [drain]
      : (error.fault as unknown as { replicas: readonly string[] }).replicas.length > 0
        ? [failover]
        : [];
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t('{0} cannot go yet', node.name),
      { modal: true, detail: errorInWords(kit.t, error) },
      ...offered,
    );
    const row = { kind: 'node', node: node.id, topology: topology.id };
    if (answer === drain) await vscode.commands.executeCommand(commands.drainNode, row);
    if (answer === failover) await vscode.commands.executeCommand(commands.failover, row);
    return undefined;
  }
}

/** What becomes of the server is always asked, whatever the settings say; the first button answers to Enter and takes the least. */
async function ask(
  kit: Kit,
  node: Node,
  topology: Topology,
  check: NodeRemovalCheck,
): Promise<Pick<NodeRemovalRequest, 'instance'> | undefined> {
  const { instance } = node;
  const ours = instance?.ownership?.topologyId === topology.id ? instance : undefined;
  const reset = check.answers ? vscode.l10n.t('Take It Out') : vscode.l10n.t('Forget It');
  const keeping = vscode.l10n.t('Remove Server, Keep Data');
  const everything = vscode.l10n.t('Remove Server and Data');
  const detail = [
    ...check.moved.map(({ name, to }) => vscode.l10n.t('Its replica {0} will follow {1}.', name, to.name)),
    ...check.notes.map(note => `⚠ ${removalNoteInWords(kit.t, note)}`),
    check.answers
      ? vscode.l10n.t('All other nodes forget it. It owns no slots, so that no key is lost.')
      : vscode.l10n.t(
          'It does not answer; all others forget it. When it comes back, it is a node without a cluster, unless one of them still knows it.',
        ),
    ours
      ? vscode.l10n.t(
          '“{0}” leaves its server: {1}',
          reset,
          check.answers ? vscode.l10n.t('empty and alone.') : vscode.l10n.t('as it is.'),
        )
      : vscode.l10n.t('Its server was not made here and stays.'),
  ].join('\n\n');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Remove {0} from {1}?', check.name, topology.name),
    { modal: true, detail },
    reset,
    ...(ours ? [keeping, everything] : []),
  );
  if (answer === undefined) return undefined;
  return answer === reset || !ours
    ? {}
    : { instance: { id: ours.id, engine: ours.engine, node: ours.ownership?.node ?? '', data: answer === everything } };
}

function doneInWords({ node, server, totalMs }: NodeRemovalReport, topology: Topology): string {
  const seconds = (totalMs / 1000).toFixed(1);
  switch (server) {
    case 'removed':
      return vscode.l10n.t(
        '{0} has left {1} and its server is removed, after {2} s. No node that answers lists it.',
        node,
        topology.name,
        seconds,
      );
    case 'reset':
      return vscode.l10n.t(
        '{0} has left {1} and is empty and alone, after {2} s. No node that answers lists it.',
        node,
        topology.name,
        seconds,
      );
    case 'left':
      return vscode.l10n.t(
        '{0} is forgotten by every node of {1} that answers, after {2} s.',
        node,
        topology.name,
        seconds,
      );
  }
}

/** While others that were silent may still come back and remind the rest of it. */
async function lookAfter(kit: Kit, topology: Topology, { node, id, unheard }: NodeRemovalReport): Promise<void> {
  const target = clusterTargetOf(topology);
  const others = { ...target, seats: target.seats.filter(seat => seat.name !== node) };
  await withProgress(vscode.l10n.t('Waiting for {0}, who still know {1}', unheard.join(', '), node), (signal, say) =>
    watchForgotten(kit.deps, others, [id], signal, ({ leftMs, silent }) =>
      say(
        vscode.l10n.t(
          '{0} s left of {1}; silent: {2}',
          Math.max(0, Math.ceil(leftMs / 1000)),
          WATCH_MS / 1000,
          silent.join(', '),
        ),
      ),
    ),
  );
}
