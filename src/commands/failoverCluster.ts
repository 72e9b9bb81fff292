import * as vscode from 'vscode';
import { HumanError } from '../base/errors';
import { withGlance, withProgress } from '../editor/progress';
import type { Target } from '../editor/target';
import { errorInWords } from '../editor/words';
import { clusterFailoverSteps } from '../editor/words/cluster';
import { formatRanges } from '../model/slots';
import type { Topology } from '../model/snapshot';
import { clusterTargetOf } from '../topology/cluster/crew';
import type { ClusterFailoverMode, ClusterFailoverRequest } from '../topology/cluster/failover';
import { checkClusterFailover, failoverCluster } from '../topology/cluster/failover';
import type { Kit } from './kit';

/** Makes a replica of a cluster master of its slots. Without loss by default; the ways that may lose writes are further away and say so. */
export async function failoverInCluster(kit: Kit, topology: Topology, target: Target | undefined): Promise<void> {
  const node = await nodeFor(topology, target);
  if (node === undefined) return;
  const request: ClusterFailoverRequest = { target: clusterTargetOf(topology), node, mode: 'safe' };
  const mode = kit.confirm.value ? await askMode(kit, topology.name, request) : 'safe';
  if (mode === undefined) return;
  const holding = kit.inventory.hold();
  try {
    const report = await withProgress(vscode.l10n.t('Failover of {0}', topology.name), (signal, say) =>
      failoverCluster(kit.deps, { ...request, mode }, signal, ({ step, state, done, total }) => {
        if (state === 'begun')
          say(vscode.l10n.t('{0} of {1}: {2}', done + 1, total, clusterFailoverSteps[step](kit.t)));
      }),
    );
    await kit.inventory.refresh();
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        '{0} is master in the place of {1} now, after {2} ms. Every node sees it so.',
        report.to,
        report.from,
        Math.round(report.switchMs),
      ),
    );
  } finally {
    holding.dispose();
  }
}

async function nodeFor(topology: Topology, target: Target | undefined): Promise<string | undefined> {
  if (target?.kind === 'node') return topology.nodes.find(({ id }) => id === target.node)?.name;
  const picked = await vscode.window.showQuickPick(
    (topology.cluster?.shards ?? []).map(shard => {
      const name = topology.cluster?.members.find(({ id }) => id === shard.masterId)?.name ?? '';
      return { label: name, description: formatRanges(shard.ranges, ', '), name };
    }),
    { placeHolder: vscode.l10n.t('Which master shall hand over?') },
  );
  return picked?.name;
}

/** Looks first, so that what stands in the way is said before the question and not after the answer. */
async function askMode(
  kit: Kit,
  name: string,
  request: ClusterFailoverRequest,
): Promise<ClusterFailoverMode | undefined> {
  const others = vscode.l10n.t('Other Ways…');
  try {
    const check = await withGlance(vscode.l10n.t('Looking whether {0} can fail over', name), signal =>
      checkClusterFailover(kit.deps, request, signal),
    );
    const failover = vscode.l10n.t('Failover');
    const detail = [
      vscode.l10n.t(
        '{0} becomes master of the slots {1}, {2} its replica.',
        check.replica,
        formatRanges(check.ranges, ', '),
        check.master,
      ),
      vscode.l10n.t(
        'No loss expected: the master holds its writes until the replica has everything, for a fraction of a second.',
      ),
    ].join('\n\n');
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t('Let {0} take over from {1}?', check.replica, check.master),
      { modal: true, detail },
      failover,
      others,
    );
    return answer === failover ? 'safe' : answer === others ? await askHarder(check.replica) : undefined;
  } catch (error) {
    if (!(error instanceof HumanError)) throw error;
    const detail = errorInWords(kit.t, error);
    const offered =
      error.fault.code === 'cluster-master-silent' || error.fault.code === 'cluster-replica-not-linked' ? [others] : [];
    const answer = await vscode.window.showErrorMessage(
      vscode.l10n.t('{0} cannot fail over without loss now.', name),
      { modal: true, detail },
      ...offered,
    );
    return answer === others ? askHarder(request.node) : undefined;
  }
}

async function askHarder(replica: string): Promise<ClusterFailoverMode | undefined> {
  const picked = await vscode.window.showQuickPick(
    [
      {
        label: vscode.l10n.t('Force'),
        detail: vscode.l10n.t(
          'The other masters vote; the old master is not asked. May lose the writes of the last moment.',
        ),
        mode: 'force' as const,
      },
      {
        label: vscode.l10n.t('Takeover'),
        detail: vscode.l10n.t(
          'Nobody is asked. Will lose the writes that have not reached the replica; for when most masters are gone.',
        ),
        mode: 'takeover' as const,
      },
    ],
    { placeHolder: vscode.l10n.t('How shall {0} become master?', replica) },
  );
  if (!picked) return undefined;
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('{0}: {1} becomes master at once', picked.label, replica),
    { modal: true, detail: picked.detail },
    picked.label,
  );
  return answer === picked.label ? picked.mode : undefined;
}
