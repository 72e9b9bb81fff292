import type { Expectation } from '../engine/engine';
import { HumanError } from '../base/errors';
import type { EngineKind } from '../model/instance';
import type { Node } from '../model/snapshot';
import type { VerbDeps } from './deps';

/** What one may do to a single node's process. */
export type LifecycleAct = 'start' | 'stop' | 'restart' | 'kill' | 'pause' | 'unpause';

export interface LifecycleRequest {
  readonly engine: EngineKind;
  readonly instanceId: string;
  /** Absent: a server that isn't ours, on which the user clicked. */
  readonly topologyId?: string;
  readonly act: LifecycleAct;
  /** Of stop and restart; at least 15. */
  readonly graceSeconds?: number;
}

/** Redis takes up to 10 s to let its replicas catch up before it ends (7.0 and later); 10 s of the engine would kill it just then (seen: exit 137 after 10.2 s). */
export const LEAST_GRACE_SECONDS = 15;

export type LifecycleFault =
  /** Nothing runs here that could be acted on. */
  { readonly code: 'no-instance'; readonly node: string };

export async function runLifecycle(
  deps: Pick<VerbDeps, 'engine'>,
  request: LifecycleRequest,
  signal: AbortSignal,
): Promise<void> {
  const engine = deps.engine(request.engine);
  const { instanceId: id } = request;
  const expect: Expectation = request.topologyId === undefined ? 'foreign' : { topologyId: request.topologyId };
  const grace = Math.max(LEAST_GRACE_SECONDS, request.graceSeconds ?? LEAST_GRACE_SECONDS);
  switch (request.act) {
    case 'start':
      return engine.start(id, expect, signal);
    case 'stop':
      return engine.stop(id, expect, grace, signal);
    case 'kill':
      return engine.kill(id, expect, signal);
    case 'pause':
      return engine.pause(id, expect, signal);
    case 'unpause':
      return engine.unpause(id, expect, signal);
    case 'restart':
      await engine.stop(id, expect, grace, signal);
      // From here on the user's cancel must not leave it stopped.
      return engine.start(id, expect);
  }
}

/** The request for `act` on a node of the tree. Throws `no-instance` for one that only has an address. */
export function lifecycleRequestOf(node: Pick<Node, 'name' | 'instance'>, act: LifecycleAct): LifecycleRequest {
  if (node.instance === undefined) throw new HumanError<LifecycleFault>({ code: 'no-instance', node: node.name });
  const { instance } = node;
  return {
    engine: instance.engine,
    instanceId: instance.id,
    act,
    ...(instance.ownership === undefined ? {} : { topologyId: instance.ownership.topologyId }),
  };
}
