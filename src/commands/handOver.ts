import * as vscode from 'vscode';
import { durationInWords } from '../editor/durations';
import { withProgress } from '../editor/progress';
import { handoverSteps } from '../editor/words/replication';
import type { Topology } from '../model/snapshot';
import { failoverReplication, handoverRequestOf } from '../topology/failoverReplication';
import type { Kit } from './kit';
import { tellOfNewMaster } from './newMaster';

/** Failover of a replication without sentinels: the master hands over to a replica and loses nothing. `nodeId`: the row it was called on. */
export async function handOver(kit: Kit, topology: Topology, nodeId: string | undefined): Promise<void> {
  const isReplica = topology.nodes.some(({ id, role }) => id === nodeId && role === 'replica');
  const request = handoverRequestOf(topology, isReplica ? nodeId : undefined);
  if (!request) {
    void vscode.window.showErrorMessage(
      vscode.l10n.t(
        '{0} cannot fail over now: it takes a master that answers and a replica that is linked to it.',
        topology.name,
      ),
    );
    return;
  }
  if (kit.confirm.value) {
    const button = vscode.l10n.t('Failover');
    const detail = [
      vscode.l10n.t('{0} becomes master, {1} its replica.', request.to.name, request.master.name),
      vscode.l10n.t(
        'Writes wait until the new master has everything. Clients must find it by themselves: there are no sentinels to ask.',
      ),
    ].join('\n\n');
    if (
      (await vscode.window.showWarningMessage(
        vscode.l10n.t('Give {0} a new master?', topology.name),
        { modal: true, detail },
        button,
      )) !== button
    )
      return;
  }
  const holding = kit.inventory.hold();
  try {
    const report = await withProgress(vscode.l10n.t('Failover of {0}', topology.name), (signal, say) =>
      failoverReplication(kit.deps, request, signal, ({ step, state, done, total }) => {
        if (state === 'begun') say(vscode.l10n.t('{0} of {1}: {2}', done + 1, total, handoverSteps[step](kit.t)));
      }),
    );
    await kit.inventory.refresh();
    const text = vscode.l10n.t(
      '{0} is the master of {1} now. Writes waited for {2}; it has all that the old master took.',
      report.node,
      topology.name,
      durationInWords(kit.t, report.writePauseMs),
    );
    tellOfNewMaster(text, report.notKept);
  } finally {
    holding.dispose();
  }
}
