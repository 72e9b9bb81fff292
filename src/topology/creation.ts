import type { Address } from '../model/address';
import type { VerbDeps } from './deps';
import { Journal } from './journal';
import type { TopologyPlan } from './plan';
import type { StepTime } from './steps';
import { undoAll } from './undo';

/** What every creation tells when it is done. */
export interface Creation<Step extends string, Check> {
  readonly topologyId: string;
  readonly name: string;
  readonly nodes: readonly CreatedNode[];
  readonly steps: readonly StepTime<Step>[];
  readonly totalMs: number;
  /** What was seen to be true, line by line. */
  readonly checks: readonly Check[];
}

export interface CreatedNode {
  readonly name: string;
  readonly role: 'master' | 'replica' | 'sentinel';
  readonly instanceId: string;
  readonly announced: Address;
  readonly reachable: Address;
}

/** Runs a creation under a journal of its own. On failure and on cancel everything made is taken back before this throws. */
export async function createOrUndo<T>(
  deps: VerbDeps,
  plan: TopologyPlan,
  signal: AbortSignal,
  run: (journal: Journal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const journal = await Journal.begin(deps, {
    verb: 'create',
    topologyId: deps.uuid(),
    session: deps.uuid(),
    name: plan.name,
    kind: plan.kind,
    engine: plan.engine,
    plan,
  });
  let result: T;
  try {
    result = await run(journal);
  } catch (error) {
    await undoAll(deps, journal);
    throw error;
  }
  await journal.close();
  return result;
}
