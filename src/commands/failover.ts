import * as vscode from 'vscode';
import { HumanError } from '../base/errors';
import { durationInWords } from '../editor/durations';
import { withGlance, withProgress } from '../editor/progress';
import { failoverSteps } from '../editor/words/steps';
import { failoverFaultInWords } from '../editor/words/verbFaults';
import { checkFailover } from '../topology/failoverCheck';
import type { FailoverRequest } from '../topology/failoverPlan';
import { failoverRequestOf, MEASURED } from '../topology/failoverPlan';
import { failoverSentinel } from '../topology/failoverSentinel';
import { topologyOf } from './ask';
import type { Command, Kit } from './kit';
import { ofClusters, ofReplication } from './later';
import { tellOfNewMaster } from './newMaster';

/** Hands the master's role to a replica without losing an acknowledged write; refuses with reasons before anything is done. */
export const failover: Command = async (kit, target) => {
  const topology = await topologyOf(kit, target, vscode.l10n.t('Which topology shall get a new master?'));
  if (!topology) return;
  if (topology.kind === 'cluster') return ofClusters('failoverInCluster')(kit, topology, target);
  if (topology.kind === 'replication')
    return ofReplication('handOver')(kit, topology, target?.kind === 'node' ? target.node : undefined);
  const request = failoverRequestOf(topology);
  if ('code' in request) throw new HumanError(request);
  if (kit.confirm.value && !(await allowed(kit, topology.name, request))) return;
  const holding = kit.inventory.hold();
  try {
    const report = await withProgress(vscode.l10n.t('Failover of {0}', topology.name), (signal, say) =>
      failoverSentinel(kit.deps, request, signal, ({ step, state, done, total }) => {
        if (state === 'begun') say(vscode.l10n.t('{0} of {1}: {2}', done + 1, total, failoverSteps[step](kit.t)));
      }),
    );
    await kit.inventory.refresh();
    tellOfNewMaster(
      vscode.l10n.t(
        '{0} is the master of {1} now. Writes waited for {2}.',
        report.node,
        topology.name,
        durationInWords(kit.t, report.writePauseMs),
      ),
      report.notKept,
    );
  } finally {
    holding.dispose();
  }
};

/** Looks first, so that what stands in the way is said before the question and not after the answer. */
async function allowed(kit: Kit, name: string, request: FailoverRequest): Promise<boolean> {
  const check = await withGlance(vscode.l10n.t('Looking whether {0} can fail over', name), signal =>
    checkFailover(kit.deps, request, signal),
  );
  if (check.refusals.length > 0) {
    void vscode.window.showErrorMessage(vscode.l10n.t('{0} cannot fail over now.', name), {
      modal: true,
      detail: check.refusals.map(refusal => failoverFaultInWords(kit.t, refusal)).join('\n\n'),
    });
    return false;
  }
  const detail = [
    check.candidate === undefined
      ? vscode.l10n.t('The sentinels choose which replica becomes master.')
      : vscode.l10n.t('{0} becomes master, {1} its replica.', check.candidate, request.master.name),
    vscode.l10n.t('Writes wait until the new master has everything, then clients connect again.'),
    MEASURED.runs > 0
      ? vscode.l10n.t(
          'Measured: {0} of {1} acknowledged writes lost in {2} runs, writes waited {3}–{4} s.',
          MEASURED.lost,
          MEASURED.acknowledged,
          MEASURED.runs,
          (MEASURED.pauseMs.least / 1000).toFixed(1),
          (MEASURED.pauseMs.most / 1000).toFixed(1),
        )
      : '',
  ]
    .filter(text => text !== '')
    .join('\n\n');
  const button = vscode.l10n.t('Failover');
  return (
    (await vscode.window.showWarningMessage(
      vscode.l10n.t('Give {0} a new master?', name),
      { modal: true, detail },
      button,
    )) === button
  );
}
