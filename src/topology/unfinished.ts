import { HumanError } from '../base/errors';
import type { TopologyKind } from '../model/instance';
import type { AdditionProgress, AdditionReport } from './cluster/addNode';
import type { AdditionPlan } from './cluster/addPlan';
import type { ClusterCreationReport, ClusterProgress } from './cluster/createCluster';
import type { ClusterCreationPlan } from './cluster/request';
import { runReplication } from './createReplication';
import type { ReplicationProgress, ReplicationReportOfCreation } from './createReplication';
import { runSentinel } from './createSentinel';
import type { CreateProgress, CreationReport } from './createSentinel';
import type { VerbDeps } from './deps';
import { isRunning, Journal, journalsOf, keyOf } from './journal';
import type { JournalRecord } from './journal';
import type { OnProgress } from './ports';
import { removeTopology } from './removeTopology';
import type { ReplicationPlan } from './replicationPlan';
import type { SentinelPlan } from './sentinelPlan';
import { undoAll } from './undo';

export type UnfinishedFault =
  /** No journal of that id, or its run is still going on in another window. */
  | { readonly code: 'not-unfinished'; readonly topologyId: string }
  | { readonly code: 'cannot-finish'; readonly topologyId: string; readonly name: string };

/** Progress and report of a creation, whatever its kind. */
export type AnyProgress = CreateProgress | ReplicationProgress | ClusterProgress | AdditionProgress;
export type AnyReport = CreationReport | ReplicationReportOfCreation | ClusterCreationReport | AdditionReport;

/** How a creation of each kind is taken up, by code that is loaded when it is; the plan is the one that its own verb wrote. */
const finishers: Readonly<
  Record<
    TopologyKind,
    (deps: VerbDeps, journal: Journal, signal: AbortSignal, onProgress: OnProgress<AnyProgress>) => Promise<AnyReport>
  >
> = {
  replication: (deps, journal, signal, onProgress) =>
    runReplication(deps, journal, journal.record.plan as ReplicationPlan, undefined, signal, onProgress),
  sentinel: (deps, journal, signal, onProgress) =>
    runSentinel(deps, journal, journal.record.plan as SentinelPlan, undefined, signal, onProgress),
  cluster: async (deps, journal, signal, onProgress) =>
    (await import('./cluster/unfinished')).runCluster(
      deps,
      journal,
      journal.record.plan as ClusterCreationPlan,
      undefined,
      signal,
      onProgress,
    ),
};

const finishAddition: (typeof finishers)[TopologyKind] = async (deps, journal, signal, onProgress) =>
  (await import('./cluster/unfinished')).runAddition(
    deps,
    journal,
    journal.record.plan as AdditionPlan,
    signal,
    onProgress,
  );

/** Takes the creation up where it was cut off, to the same "done". When that fails or is cancelled everything stays as it is, to be finished or removed later. */
export async function finishCreation(
  deps: VerbDeps,
  topologyId: string,
  signal: AbortSignal,
  onProgress: OnProgress<AnyProgress>,
): Promise<AnyReport> {
  const record = recordOf(deps, topologyId);
  const finish: (typeof finishers)[TopologyKind] | undefined =
    record.verb === 'add' ? finishAddition : finishers[record.kind];
  if (record.verb === 'remove' || finish === undefined)
    throw new HumanError<UnfinishedFault>({ code: 'cannot-finish', topologyId, name: record.name });
  const journal = await Journal.adopt(deps, record);
  try {
    const report = await finish(deps, journal, signal, onProgress);
    await journal.close();
    return report;
  } catch (error) {
    await journal.abandon();
    throw error;
  }
}

/** Takes back everything that the cut-off run made; of a cut-off removal: completes it. */
export async function removeUnfinished(deps: VerbDeps, topologyId: string, signal: AbortSignal): Promise<void> {
  const record = recordOf(deps, topologyId);
  signal.throwIfAborted();
  if (record.verb === 'create') await undoAll(deps, await Journal.adopt(deps, record));
  else if (record.verb === 'add')
    await (await import('./cluster/unfinished')).undoAddition(deps, await Journal.adopt(deps, record));
  else
    await removeTopology(
      deps,
      {
        topologyId,
        name: record.name,
        kind: record.kind,
        engine: record.engine,
        data: (record.plan as { data: boolean }).data,
      },
      signal,
      () => undefined,
    );
}

function recordOf(deps: VerbDeps, topologyId: string): JournalRecord {
  const record = journalsOf(deps.records).find(record => keyOf(record.topologyId) === keyOf(topologyId));
  if (record === undefined || isRunning(record, deps.now()))
    throw new HumanError<UnfinishedFault>({ code: 'not-unfinished', topologyId });
  return record;
}
