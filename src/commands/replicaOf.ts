import * as vscode from 'vscode';
import { withGlance, withProgress } from '../editor/progress';
import { replicaOfWarningInWords, replicationFaultInWords } from '../editor/words/replication';
import type { Node } from '../model/snapshot';
import { checkReplicaOf, makeReplicaOf, promoteToMaster } from '../topology/replicaOf';
import type { ReplicaOfReport, ReplicaOfRequest } from '../topology/replicaOf';
import { seatOf } from '../topology/talk';
import type { Seat } from '../topology/talk';
import { nodeOf } from './ask';
import type { Place } from './ask';
import type { Command, Kit } from './kit';

/** Makes a live server follow another one that the user picks, after saying what that costs. */
export const makeReplicaOfCommand: Command = async (kit, target) => {
  const replica = await seated(
    await nodeOf(kit, target, vscode.l10n.t('Which server shall become a replica?'), isServer),
  );
  if (!replica) return;
  const master = await seated(
    await nodeOf(
      kit,
      undefined,
      vscode.l10n.t('Whom shall {0} follow?', replica.place.node.name),
      node => isServer(node) && node.id !== replica.place.node.id,
    ),
  );
  if (!master) return;
  const request: ReplicaOfRequest = {
    replica: replica.seat,
    master: master.seat,
    topologyId: master.place.topology?.id ?? replica.place.topology?.id ?? replica.place.node.id,
  };
  if (!(await allowed(kit, request))) return;
  await tell(
    kit,
    vscode.l10n.t('Making {0} a replica of {1}', replica.seat.name, master.seat.name),
    signal => makeReplicaOf(kit.deps, request, signal),
    vscode.l10n.t('{0} follows {1} now.', replica.seat.name, master.seat.name),
  );
};

/** Cuts a replica loose: from then on it is a master of its own. */
export const promote: Command = async (kit, target) => {
  const found = await seated(
    await nodeOf(kit, target, vscode.l10n.t('Which replica shall become a master?'), ({ role }) => role === 'replica'),
  );
  if (!found) return;
  const { place, seat } = found;
  if (kit.confirm.value) {
    const button = vscode.l10n.t('Promote');
    const detail = [
      vscode.l10n.t('May lose the last writes: what its master has taken and not sent yet is not on it.'),
      ...(place.topology?.nodes.find(({ id }) => id === place.node.masterId)?.role === 'master'
        ? [vscode.l10n.t('Its master stays a master. To change roles without loss, use Failover.')]
        : []),
    ].join('\n\n');
    if (
      (await vscode.window.showWarningMessage(
        vscode.l10n.t('Make {0} a master of its own?', seat.name),
        { modal: true, detail },
        button,
      )) !== button
    )
      return;
  }
  await tell(
    kit,
    vscode.l10n.t('Promoting {0}', seat.name),
    signal => promoteToMaster(kit.deps, { node: seat, topologyId: place.topology?.id ?? place.node.id }, signal),
    vscode.l10n.t('{0} is a master now.', seat.name),
  );
};

function isServer({ role, reachable }: Node): boolean {
  return (role === 'master' || role === 'replica') && reachable !== undefined;
}

async function seated(place: Place | undefined): Promise<{ readonly place: Place; readonly seat: Seat } | undefined> {
  if (!place) return undefined;
  const seat = seatOf(place.node);
  if (seat) return { place, seat };
  await vscode.window.showErrorMessage(vscode.l10n.t('{0} cannot be reached from here.', place.node.name));
  return undefined;
}

/** Looks first: what stands in the way is said before the question. */
async function allowed(kit: Kit, request: ReplicaOfRequest): Promise<boolean> {
  const { refusals, warnings } = await withGlance(
    vscode.l10n.t('Looking whether {0} can follow {1}', request.replica.name, request.master.name),
    signal => checkReplicaOf(kit.deps, request, signal),
  );
  if (refusals.length > 0) {
    void vscode.window.showErrorMessage(
      vscode.l10n.t('{0} cannot become a replica of {1}.', request.replica.name, request.master.name),
      { modal: true, detail: refusals.map(refusal => replicationFaultInWords(kit.t, refusal)).join('\n\n') },
    );
    return false;
  }
  if (!kit.confirm.value) return true;
  const button = vscode.l10n.t('Make Replica');
  return (
    (await vscode.window.showWarningMessage(
      vscode.l10n.t('Make {0} a replica of {1}?', request.replica.name, request.master.name),
      { modal: true, detail: warnings.map(warning => replicaOfWarningInWords(kit.t, warning)).join('\n\n') },
      button,
    )) === button
  );
}

async function tell(
  kit: Kit,
  title: string,
  work: (signal: AbortSignal) => Promise<ReplicaOfReport>,
  done: string,
): Promise<void> {
  const holding = kit.inventory.hold();
  try {
    const { kept, node } = await withProgress(title, work);
    await kit.inventory.refresh();
    if (kept.ok) void vscode.window.showInformationMessage(done);
    else
      void vscode.window.showWarningMessage(
        `${done} ${vscode.l10n.t('At the next start this is forgotten by {0}.', `${node} (${kept.text})`)}`,
      );
  } finally {
    holding.dispose();
  }
}
