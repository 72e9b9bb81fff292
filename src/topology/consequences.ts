import type { ClusterView } from '../model/clusterView';
import { majorityOf } from '../model/quorum';
import type { SlotRange } from '../model/report';
import type { Node, Topology } from '../model/snapshot';

/** What it costs to stop, kill, pause or disconnect one node now, computed from the topology as it is. */
export type Consequence =
  | { readonly code: 'not-running' }
  | { readonly code: 'standalone-stops'; readonly clients: number }
  /** Sentinels should promote a replica in about `seconds`; the last writes may be lost unless one fails over first. */
  | {
      readonly code: 'failover-expected';
      readonly seconds: number;
      readonly candidates: readonly string[];
      readonly clients: number;
    }
  /** The master goes and nobody takes over; `reason` says why. */
  | { readonly code: 'no-failover'; readonly reason: NoFailoverReason }
  /** Reads go on elsewhere; a failover still has `left` replicas to choose from. */
  | { readonly code: 'replica-lost'; readonly left: readonly string[] }
  /** The master loses its last replica: its own loss can then not be healed. */
  | { readonly code: 'last-replica' }
  /** So many Sentinels are left; a failover still works, and so many more may go. */
  | { readonly code: 'sentinel-lost'; readonly usable: number; readonly of: number; readonly spare: number }
  /** With this Sentinel gone no failover will ever happen until one is back. */
  | { readonly code: 'quorum-lost'; readonly usable: number; readonly required: number; readonly majority: number }
  /** A cluster's master whose replicas should take its slots over. */
  | {
      readonly code: 'takeover-expected';
      readonly slots: readonly SlotRange[];
      readonly candidates: readonly string[];
      readonly clients: number;
    }
  /** A master that is restarted, which as a rule is back before anybody takes over: writes to it wait; one of the candidates takes over only if that takes too long. */
  | { readonly code: 'back-in-a-moment'; readonly candidates: readonly string[]; readonly clients: number }
  /** Nobody can take the slots over: no replica of it is there. */
  | { readonly code: 'slots-lost'; readonly slots: readonly SlotRange[] }
  /** So few masters with slots are left that they can vote for nothing: the whole cluster is down. */
  | { readonly code: 'cluster-majority-lost'; readonly left: number; readonly of: number; readonly majority: number }
  /** A master without slots: nobody misses it. */
  | { readonly code: 'serves-nothing' }
  | { readonly code: 'last-replica-of-shard'; readonly master: string }
  /** Killed: it does not save, nor does it wait for its replicas. */
  | { readonly code: 'ends-unsaved' }
  /** Paused: it keeps its connections and answers none of them. */
  | { readonly code: 'frozen' }
  /** Paused, and somebody takes over: when it goes on it is a master of its own for a moment. */
  | { readonly code: 'wakes-as-master' }
  /** Disconnected: its process goes on. A master that is replaced meanwhile takes writes from whoever still reaches it. */
  | { readonly code: 'cut-off'; readonly replaced: boolean };

/** What interrupts a server. */
export type InterruptingAct = 'stop' | 'restart' | 'kill' | 'pause' | 'disconnect';

export type NoFailoverReason =
  | { readonly code: 'no-sentinels' }
  | { readonly code: 'no-usable-replica' }
  | { readonly code: 'quorum'; readonly usable: number; readonly required: number }
  | { readonly code: 'majority'; readonly usable: number; readonly majority: number };

/** Measured from the loss to the promotion at 1 s, 5 s: down-after and about 1.3 s for vote and promotion. */
const ELECTION_SECONDS = 1.3;
const DEFAULT_DOWN_AFTER_MS = 30_000;

/** The loss of the node first, then what is special in the act. `topology` is absent for a server that belongs to none. */
export function consequencesOf(
  topology: Topology | undefined,
  node: Node,
  act: InterruptingAct,
): readonly Consequence[] {
  if (node.contact.state === 'not-running') return [{ code: 'not-running' }];
  const loss = lossOf(topology, node);
  const taken = loss.code === 'failover-expected' || loss.code === 'takeover-expected';
  // what is frozen or cut off keeps its connections: they only lead nowhere
  const keeps = act === 'pause' || act === 'disconnect';
  const found: Consequence[] = [
    act === 'restart' && taken
      ? { code: 'back-in-a-moment', candidates: loss.candidates, clients: loss.clients }
      : keeps && 'clients' in loss
        ? { ...loss, clients: 0 }
        : loss,
  ];
  if (act === 'kill' && node.role !== 'sentinel') found.push({ code: 'ends-unsaved' });
  if (act === 'pause') found.push({ code: 'frozen' });
  if (act === 'disconnect') found.push({ code: 'cut-off', replaced: taken });
  if (act === 'pause' && taken) found.push({ code: 'wakes-as-master' });
  return found;
}

function lossOf(topology: Topology | undefined, node: Node): Consequence {
  const stands: Consequence = { code: 'standalone-stops', clients: clientsOf(node) };
  if (topology === undefined) return stands;
  if (topology.cluster !== undefined) return memberGoes(topology.cluster, node) ?? stands;
  if (node.role === 'sentinel') return sentinelGoes(topology, node);
  if (node.role === 'replica') return replicaGoes(topology, node);
  return node.role === 'master' && node.staleMaster === undefined ? masterGoes(topology, node) : stands;
}

/** Of a cluster, as all of its nodes see it together. */
function memberGoes({ members, shards }: ClusterView, node: Node): Consequence | undefined {
  const member = members.find(one => one.node === node.id);
  if (member === undefined) return undefined;
  const byId = new Map(members.map(one => [one.id, one]));
  const alive = (id: string): boolean => byId.get(id)?.state === 'ok' && byId.get(id)?.answers === true;
  const shard = shards.find(({ masterId, replicaIds }) => masterId === member.id || replicaIds.includes(member.id));
  const candidates = (shard?.replicaIds ?? [])
    .filter(id => id !== member.id && alive(id) && byId.get(id)?.noFailover === false)
    .map(id => byId.get(id)?.name ?? id);
  if (member.role === 'replica')
    return candidates.length > 0
      ? { code: 'replica-lost', left: candidates }
      : { code: 'last-replica-of-shard', master: byId.get(member.masterId ?? '')?.name ?? '' };
  if (shard === undefined || shard.slots === 0) return { code: 'serves-nothing' };
  const voters = shards.filter(({ slots }) => slots > 0);
  const left = voters.filter(({ masterId }) => masterId !== member.id && alive(masterId)).length;
  const majority = majorityOf(voters.length);
  if (left < majority) return { code: 'cluster-majority-lost', left, of: voters.length, majority };
  if (candidates.length === 0) return { code: 'slots-lost', slots: shard.ranges };
  return { code: 'takeover-expected', slots: shard.ranges, candidates, clients: clientsOf(node) };
}

function masterGoes(topology: Topology, master: Node): Consequence {
  if (topology.kind !== 'sentinel') return { code: 'no-failover', reason: { code: 'no-sentinels' } };
  const { usable, required, majority } = quorumOf(topology);
  if (usable < majority) return { code: 'no-failover', reason: { code: 'majority', usable, majority } };
  if (usable < required) return { code: 'no-failover', reason: { code: 'quorum', usable, required } };
  const candidates = linkedReplicas(topology).map(({ name }) => name);
  if (candidates.length === 0) return { code: 'no-failover', reason: { code: 'no-usable-replica' } };
  return {
    code: 'failover-expected',
    seconds: Math.round((downAfterOf(topology) / 1000 + ELECTION_SECONDS) * 10) / 10,
    candidates,
    clients: clientsOf(master),
  };
}

function replicaGoes(topology: Topology, replica: Node): Consequence {
  const left = linkedReplicas(topology)
    .filter(({ id, masterId }) => id !== replica.id && masterId === replica.masterId)
    .map(({ name }) => name);
  return left.length === 0 ? { code: 'last-replica' } : { code: 'replica-lost', left };
}

function sentinelGoes(topology: Topology, sentinel: Node): Consequence {
  const { usable, required, majority, known } = quorumOf(topology);
  const left = usable - (sentinel.contact.state === 'answering' ? 1 : 0);
  const needed = Math.max(required, majority);
  return left < needed
    ? { code: 'quorum-lost', usable: left, required, majority }
    : { code: 'sentinel-lost', usable: left, of: known, spare: left - needed };
}

function quorumOf(topology: Topology): {
  readonly required: number;
  readonly known: number;
  readonly usable: number;
  readonly majority: number;
} {
  if (topology.quorum !== undefined) return topology.quorum;
  const sentinels = topology.nodes.filter(({ role }) => role === 'sentinel');
  const majority = majorityOf(sentinels.length);
  return {
    required: majority,
    known: sentinels.length,
    usable: sentinels.filter(({ contact }) => contact.state === 'answering').length,
    majority,
  };
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
  const times = topology.nodes
    .flatMap(({ contact }) => (contact.state === 'answering' ? (contact.report.sentinel?.masters ?? []) : []))
    .filter(({ name }) => topology.masterName === undefined || name === topology.masterName)
    .map(({ downAfterMs }) => downAfterMs);
  return times.length === 0 ? DEFAULT_DOWN_AFTER_MS : Math.max(...times);
}

function clientsOf(node: Node): number {
  return node.contact.state === 'answering' ? (node.contact.report.connectedClients ?? 0) : 0;
}
