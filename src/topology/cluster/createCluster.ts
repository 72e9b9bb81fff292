import { HumanError } from '../../base/errors';
import { countSlots } from '../../model/slots';
import { createOrUndo } from '../creation';
import type { Creation } from '../creation';
import { runCreation } from '../crew';
import type { VerbDeps } from '../deps';
import type { Journal } from '../journal';
import { placed } from '../plan';
import type { OnProgress } from '../ports';
import type { StepProgress } from '../steps';
import { together } from '../together';
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
export type ClusterCreationReport = Creation<ClusterStepCode, ClusterCreationCheck>;

/** What was seen to be true, for the report. */
export type ClusterCreationCheck =
  /** Every node knows every other, with links, equal slot tables and state ok. */
  | { readonly code: 'all-agree'; readonly nodes: number }
  /** The master serves its slots (a key was written and read) and these replicas are linked to it. */
  | {
      readonly code: 'shard';
      readonly node: string;
      readonly slots: number;
      readonly ranges: readonly (readonly [number, number])[];
      readonly replicas: readonly string[];
    };

/** Plans with ports that are free now. Throws `request-invalid` or an EngineFault. */
export async function prepareCluster(
  deps: Pick<VerbDeps, 'engine'>,
  request: ClusterRequest,
  signal: AbortSignal,
): Promise<ClusterCreationPlan> {
  const [wrong] = validateClusterRequest(request);
  if (wrong !== undefined) throw new HumanError<ClusterRequestFault>({ code: 'request-invalid', ...wrong });
  const engine = deps.engine(request.engine);
  const ports = await clusterPorts(engine, request.firstPort, clusterSize(request), signal);
  return placed(planClusterCreation(request, ports, node => engine.insidePaths(request.storage, node)));
}

/** Creates what the plan says, or leaves nothing: on failure and on cancel everything made is taken back before this throws. */
export function createCluster(
  deps: VerbDeps,
  { plan, password }: CreateClusterRequest,
  signal: AbortSignal,
  onProgress: OnProgress<ClusterProgress>,
): Promise<ClusterCreationReport> {
  return createOrUndo(deps, plan, signal, journal => runCluster(deps, journal, plan, password, signal, onProgress));
}

/** Runs the steps; servers that an earlier run made are found, their joining starts anew. Undoing is the caller's. */
export function runCluster(
  deps: VerbDeps,
  journal: Journal,
  plan: ClusterCreationPlan,
  given: string | undefined,
  signal: AbortSignal,
  onProgress: OnProgress<ClusterProgress>,
): Promise<ClusterCreationReport> {
  return runCreation<ClusterStepCode, ClusterCreationCheck>(
    deps,
    journal,
    plan,
    given,
    signal,
    onProgress,
    async (crew, steps, start) => {
      const peers: ClusterPeer[] = [];
      // Each is greeted as soon as it is started, so that the joining can begin when the last one answers.
      await together(
        signal,
        () => steps.run('nodes', start),
        inner =>
          Promise.all(
            crew.servers.map(async (node, index) => {
              peers[index] = {
                name: node.seat.name,
                announced: node.seat.announced,
                connection: await crew.to(node, inner),
              };
            }),
          ),
      );
      const startAnew = journal.entry('join') !== undefined;
      let checks: readonly ClusterCreationCheck[] = [];
      await crew.act('join', async () => {
        checks = checksOf(
          await joinCluster({ peers, plan: plan.cluster, startAnew }, signal, (step, work) => steps.run(step, work)),
        );
      });
      return checks;
    },
  );
}

function checksOf({ wanted }: JoinResult): readonly ClusterCreationCheck[] {
  return [
    { code: 'all-agree', nodes: wanted.nodes.length },
    ...wanted.shards.map(shard => ({
      code: 'shard' as const,
      node: shard.master,
      slots: countSlots(shard.ranges),
      ranges: shard.ranges,
      replicas: shard.replicas,
    })),
  ];
}
