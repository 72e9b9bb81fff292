import { HumanError } from '../../base/errors';
import { countSlots } from '../../model/slots';
import { explainSilence, keepSecret, makePlace, nodesOf, startNodes } from '../bringUp';
import type { CreatedNode } from '../creation';
import type { VerbDeps } from '../deps';
import { Journal } from '../journal';
import type { OnProgress } from '../ports';
import { Steps } from '../steps';
import type { StepProgress, StepTime } from '../steps';
import { Talk } from '../talk';
import { together } from '../together';
import { undoAll } from '../undo';
import { joinCluster } from './join';
import type { JoinResult } from './join';
import { clusterPorts, clusterSize, planClusterCreation, validateClusterRequest } from './request';
import type { ClusterCreationPlan, ClusterRequest, ClusterRequestFault, ClusterStepCode } from './request';
import type { ClusterPeer } from './wire';

/** The confirmed preview is the request: what was shown is what is made. `password` only when the user gave one. */
export interface CreateClusterRequest {
  readonly plan: ClusterCreationPlan;
  readonly password?: string;
}

export type ClusterProgress = StepProgress<ClusterStepCode>;

export interface ClusterCreationReport {
  readonly topologyId: string;
  readonly name: string;
  readonly nodes: readonly CreatedNode[];
  readonly steps: readonly StepTime<ClusterStepCode>[];
  readonly totalMs: number;
  readonly checks: readonly ClusterCreationCheck[];
}

/** What was seen to be true, for the report. */
export type ClusterCreationCheck =
  /** Every node knows every other, with links, equal slot tables and state ok. */
  | { readonly code: 'all-agree'; readonly nodes: number }
  /** The master serves its slots (a key was written and read) and these replicas are linked to it. */
  | { readonly code: 'shard'; readonly node: string; readonly slots: number; readonly ranges: readonly (readonly [number, number])[]; readonly replicas: readonly string[] };

/** Plans with ports that are free now. Throws `request-invalid` or an EngineFault. */
export async function prepareCluster(deps: Pick<VerbDeps, 'engine'>, request: ClusterRequest, signal: AbortSignal): Promise<ClusterCreationPlan> {
  const [wrong] = validateClusterRequest(request);
  if (wrong !== undefined) throw new HumanError<ClusterRequestFault>({ code: 'request-invalid', ...wrong });
  const engine = deps.engine(request.engine);
  const ports = await clusterPorts(engine, request.firstPort, clusterSize(request), signal);
  return planClusterCreation(request, ports, node => engine.insidePaths(request.storage, node));
}

/** Creates what the plan says, or leaves nothing: on failure and on cancel everything made is taken back before this throws. */
export async function createCluster(deps: VerbDeps, request: CreateClusterRequest, signal: AbortSignal, onProgress: OnProgress<ClusterProgress>): Promise<ClusterCreationReport> {
  const { plan } = request;
  signal.throwIfAborted();
  const journal = await Journal.begin(deps, {
    verb: 'create', topologyId: deps.uuid(), session: deps.uuid(), name: plan.name, kind: plan.kind, engine: plan.engine, plan,
  });
  let report: ClusterCreationReport;
  try {
    report = await runCluster(deps, journal, plan, request.password, signal, onProgress);
  } catch (error) {
    await undoAll(deps, journal);
    throw error;
  }
  await journal.close();
  return report;
}

const PATIENCE = { everyMs: 10, deadlineMs: 30_000 } as const;

/** Runs the steps; servers that an earlier run made are found, their joining starts anew. Undoing is the caller's. */
export async function runCluster(deps: VerbDeps, journal: Journal, plan: ClusterCreationPlan, given: string | undefined, signal: AbortSignal, onProgress: OnProgress<ClusterProgress>): Promise<ClusterCreationReport> {
  const steps = new Steps(plan.steps, () => deps.now(), onProgress);
  const password = await steps.run('secret', () => keepSecret(deps, journal, plan, given));
  const place = await steps.run('place', () => makePlace(deps, journal, plan, signal));
  const nodes = nodesOf(plan, place);
  const talk = new Talk(deps.connector, password);
  try {
    const peers: ClusterPeer[] = [];
    // Each is greeted as soon as it is started, so that the joining can begin when the last one answers.
    await together(signal,
      () => steps.run('nodes', () => startNodes(deps, journal, plan, place, nodes, password, signal)),
      async inner => {
        await Promise.all(nodes.map(async ({ seat, started }, index) => {
          await Promise.race([started, aborted(inner)]);
          peers[index] = { name: seat.name, announced: seat.announced, connection: await talk.to(seat, { ...PATIENCE, signal: inner }) };
        }));
      },
    );
    const startAnew = journal.entry('join') !== undefined;
    let result: JoinResult | undefined;
    await journal.act('join', { act: 'nothing' }, async () => {
      result = await joinCluster({ peers, plan: plan.cluster, startAnew }, signal, (step, work) => steps.run(step, work));
    });
    return {
      topologyId: journal.record.topologyId, name: plan.name, steps: steps.times, totalMs: steps.totalMs, checks: result === undefined ? [] : checksOf(result),
      nodes: nodes.map(({ planned, seat, instanceId }) => ({ name: seat.name, role: planned.role, instanceId, announced: seat.announced, reachable: seat.reachable })),
    };
  } catch (error) {
    throw await explainSilence(deps, plan, nodes, password, error);
  } finally {
    talk.dispose();
  }
}

function checksOf({ wanted }: JoinResult): readonly ClusterCreationCheck[] {
  return [
    { code: 'all-agree', nodes: wanted.nodes.length },
    ...wanted.shards.map(shard => ({ code: 'shard' as const, node: shard.master, slots: countSlots(shard.ranges), ranges: shard.ranges, replicas: shard.replicas })),
  ];
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
