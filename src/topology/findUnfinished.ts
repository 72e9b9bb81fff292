import type { EngineKind, TopologyKind } from '../model/instance';
import type { VerbDeps } from './deps';
import { isRunning, journalsOf } from './journal';

/** A creation, removal or addition of a node that a dead editor left in the middle. */
export interface Unfinished {
  readonly topologyId: string;
  readonly name: string;
  readonly kind: TopologyKind;
  readonly engine: EngineKind;
  readonly verb: 'create' | 'remove' | 'add';
  readonly startedAt: number;
  /** Whether `finishCreation` can take it up. */
  readonly canFinish: boolean;
}

/** Asked at each start; what finishes or removes them is loaded when it is wanted. */
export function findUnfinished(deps: Pick<VerbDeps, 'records' | 'now'>): readonly Unfinished[] {
  return journalsOf(deps.records)
    .filter(record => !isRunning(record, deps.now()))
    .map(record => ({
      topologyId: record.topologyId,
      name: record.name,
      kind: record.kind,
      engine: record.engine,
      verb: record.verb,
      startedAt: record.startedAt,
      canFinish: record.verb !== 'remove',
    }));
}
