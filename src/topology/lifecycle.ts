import type { Expectation } from '../engine/engine';
import { HumanError } from '../base/errors';
import type { EngineKind } from '../model/instance';
import { majorityOf } from '../model/quorum';
import type { Node, Topology } from '../model/snapshot';
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
  | { readonly code: 'no-instance'; readonly node: string };

export async function runLifecycle(deps: Pick<VerbDeps, 'engine'>, request: LifecycleRequest, signal: AbortSignal): Promise<void> {
  const engine = deps.engine(request.engine);
  const { instanceId: id } = request;
  const expect: Expectation = request.topologyId === undefined ? 'foreign' : { topologyId: request.topologyId };
  const grace = Math.max(LEAST_GRACE_SECONDS, request.graceSeconds ?? LEAST_GRACE_SECONDS);
  switch (request.act) {
    case 'start': return engine.start(id, expect, signal);
    case 'stop': return engine.stop(id, expect, grace, signal);
    case 'kill': return engine.kill(id, expect, signal);
    case 'pause': return engine.pause(id, expect, signal);
    case 'unpause': return engine.unpause(id, expect, signal);
    case 'restart':
      await engine.stop(id, expect, grace, signal);
      // From here on the user's cancel must not leave it stopped.
      return engine.start(id, expect);
  }
}

/** The request for `act` on a node of the tree. Throws `no-instance` for one that only has an address. */
export function lifecycleRequestOf(node: Node, act: LifecycleAct): LifecycleRequest {
  if (node.instance === undefined) throw new HumanError<LifecycleFault>({ code: 'no-instance', node: node.name });
  const { instance } = node;
  return { engine: instance.engine, instanceId: instance.id, act, ...(instance.ownership === undefined ? {} : { topologyId: instance.ownership.topologyId }) };
}

/** What it costs to stop, kill or pause one node now, computed from the topology as it is. */
export type Consequence =
  | { readonly code: 'not-running' }
  | { readonly code: 'standalone-stops'; readonly clients: number }
  /** Sentinels should promote a replica in about `seconds`; the last writes may be lost unless one fails over first. */
  | { readonly code: 'failover-expected'; readonly seconds: number; readonly candidates: readonly string[]; readonly clients: number }
  /** The master goes and nobody takes over; `reason` says why. */
  | { readonly code: 'no-failover'; readonly reason: NoFailoverReason }
  /** Reads go on elsewhere; a failover still has `left` replicas to choose from. */
  | { readonly code: 'replica-lost'; readonly left: readonly string[] }
  /** The master loses its last replica: its own loss can then not be healed. */
  | { readonly code: 'last-replica' }
  /** So many Sentinels are left; a failover still works, and so many more may go. */
  | { readonly code: 'sentinel-lost'; readonly usable: number; readonly of: number; readonly spare: number }
  /** With this Sentinel gone no failover will ever happen until one is back. */
  | { readonly code: 'quorum-lost'; readonly usable: number; readonly required: number; readonly majority: number };

export type NoFailoverReason =
  | { readonly code: 'no-sentinels' }
  | { readonly code: 'no-usable-replica' }
  | { readonly code: 'quorum'; readonly usable: number; readonly required: number }
  | { readonly code: 'majority'; readonly usable: number; readonly majority: number };

/** Measured from the loss to the promotion at 1 s, 5 s: down-after and about 1.3 s for vote and promotion. */
const ELECTION_SECONDS = 1.3;
const DEFAULT_DOWN_AFTER_MS = 30_000;

export function consequenceOfStop(topology: Topology, nodeId: string): readonly Consequence[] {
  const node = topology.nodes.find(({ id }) => id === nodeId);
  if (node === undefined || node.contact.state === 'not-running') return [{ code: 'not-running' }];
  if (node.role === 'sentinel') return [sentinelGoes(topology, node)];
  if (node.role === 'replica') return [replicaGoes(topology, node)];
  if (node.role === 'master' && node.staleMaster === undefined) return [masterGoes(topology, node)];
  return [{ code: 'standalone-stops', clients: clientsOf(node) }];
}

function masterGoes(topology: Topology, master: Node): Consequence {
  if (topology.kind !== 'sentinel') return { code: 'no-failover', reason: { code: 'no-sentinels' } };
  const { usable, required, majority } = quorumOf(topology);
  if (usable < majority) return { code: 'no-failover', reason: { code: 'majority', usable, majority } };
  if (usable < required) return { code: 'no-failover', reason: { code: 'quorum', usable, required } };
  const candidates = linkedReplicas(topology).map(({ name }) => name);
  if (candidates.length === 0) return { code: 'no-failover', reason: { code: 'no-usable-replica' } };
  return { code: 'failover-expected', seconds: Math.round((downAfterOf(topology) / 1000 + ELECTION_SECONDS) * 10) / 10, candidates, clients: clientsOf(master) };
}

function replicaGoes(topology: Topology, replica: Node): Consequence {
  const left = linkedReplicas(topology).filter(({ id, masterId }) => id !== replica.id && masterId === replica.masterId).map(({ name }) => name);
  return left.length === 0 ? { code: 'last-replica' } : { code: 'replica-lost', left };
}

function sentinelGoes(topology: Topology, sentinel: Node): Consequence {
  const { usable, required, majority, known } = quorumOf(topology);
  const left = usable - (sentinel.contact.state === 'answering' ? 1 : 0);
  const needed = Math.max(required, majority);
  return left < needed ? { code: 'quorum-lost', usable: left, required, majority } : { code: 'sentinel-lost', usable: left, of: known, spare: left - needed };
}

function quorumOf(topology: Topology): { readonly required: number; readonly known: number; readonly usable: number; readonly majority: number } {
  if (topology.quorum !== undefined) return topology.quorum;
  const sentinels = topology.nodes.filter(({ role }) => role === 'sentinel');
  const majority = majorityOf(sentinels.length);
  return { required: majority, known: sentinels.length, usable: sentinels.filter(({ contact }) => contact.state === 'answering').length, majority };
}

/** Replicas that a Sentinel would promote: link up and priority not 0. */
function linkedReplicas(topology: Topology): readonly Node[] {
  return topology.nodes.filter(({ role, contact }) => {
    if (role !== 'replica' || contact.state !== 'answering') return false;
    const replication = contact.report.replication;
    return replication?.master?.link === 'up' && replication.priority !== 0;
  });
}

/** The longest that any Sentinel waits: it may be the one that is needed. */
function downAfterOf(topology: Topology): number {
  const times = topology.nodes.flatMap(({ contact }) => (contact.state === 'answering' ? contact.report.sentinel?.masters ?? [] : []))
    .filter(({ name }) => topology.masterName === undefined || name === topology.masterName).map(({ downAfterMs }) => downAfterMs);
  return times.length === 0 ? DEFAULT_DOWN_AFTER_MS : Math.max(...times);
}

function clientsOf(node: Node): number {
  return node.contact.state === 'answering' ? node.contact.report.connectedClients ?? 0 : 0;
}
