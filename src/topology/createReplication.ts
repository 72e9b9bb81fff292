import { HumanError } from '../base/errors';
import type { RunningNode } from './bringUp';
import { createOrUndo } from './creation';
import type { Creation } from './creation';
import { runCreation } from './crew';
import type { Crew, LinkCheck } from './crew';
import type { VerbDeps } from './deps';
import type { Journal } from './journal';
import { placed } from './plan';
import type { OnProgress } from './ports';
import { planReplication, validateReplicationRequest } from './replicationPlan';
import type {
  ReplicationField,
  ReplicationPlan,
  ReplicationProblem,
  ReplicationRequest,
  ReplicationStepCode,
} from './replicationPlan';
import type { StepProgress } from './steps';
import { together } from './together';

export type ReplicationRequestFault = {
  readonly code: 'request-invalid';
  readonly field: ReplicationField;
  readonly problem: ReplicationProblem;
};

/** The confirmed preview is the request. `password` only when the user gave one. */
export interface CreateReplicationRequest {
  readonly plan: ReplicationPlan;
  readonly password?: string;
}

export type ReplicationProgress = StepProgress<ReplicationStepCode>;
export type ReplicationReportOfCreation = Creation<ReplicationStepCode, LinkCheck>;

/** Plans with ports that are free now. Throws `request-invalid` or an EngineFault. */
export async function prepareReplication(
  deps: Pick<VerbDeps, 'engine'>,
  request: ReplicationRequest,
  signal: AbortSignal,
): Promise<ReplicationPlan> {
  const [wrong] = validateReplicationRequest(request);
  if (wrong !== undefined) throw new HumanError<ReplicationRequestFault>({ code: 'request-invalid', ...wrong });
  const engine = deps.engine(request.engine);
  const ports = await engine.freePorts(request.firstPort, request.replicas + 1, signal);
  return placed(planReplication(request, ports, node => engine.insidePaths(request.storage, node)));
}

/** Creates what the plan says, or leaves nothing. */
export function createReplication(
  deps: VerbDeps,
  { plan, password }: CreateReplicationRequest,
  signal: AbortSignal,
  onProgress: OnProgress<ReplicationProgress>,
): Promise<ReplicationReportOfCreation> {
  return createOrUndo(deps, plan, signal, journal => runReplication(deps, journal, plan, password, signal, onProgress));
}

/** Runs the steps; those that an earlier run did are found done. Undoing is the caller's. */
export function runReplication(
  deps: VerbDeps,
  journal: Journal,
  plan: ReplicationPlan,
  given: string | undefined,
  signal: AbortSignal,
  onProgress: OnProgress<ReplicationProgress>,
): Promise<ReplicationReportOfCreation> {
  return runCreation<ReplicationStepCode, LinkCheck>(
    deps,
    journal,
    plan,
    given,
    signal,
    onProgress,
    async (crew, steps, start) => {
      const parentOf = parentsIn(crew);
      await together(
        signal,
        () => steps.run('nodes', start),
        signal => steps.run('link', () => crew.act('link', () => crew.link(parentOf, signal))),
      );
      await steps.run('settle', () =>
        crew.act('settle', async () => {
          await Promise.all(crew.servers.map(node => crew.settleServer(node, signal)));
        }),
      );
      return steps.run('verify', () => crew.prove(crew.servers[0] as RunningNode, parentOf, signal));
    },
  );
}

function parentsIn(crew: Crew): (node: RunningNode) => RunningNode | undefined {
  return ({ planned }) => crew.servers.find(({ seat }) => seat.name === planned.follows);
}
