import type { Address } from './address';
import type { ClusterFinding } from './clusterFindings';
import type { ClusterView } from './clusterView';
import type { EngineKind, Instance, TopologyKind } from './instance';
import type { ServerReport, SlotRange } from './report';

/**
 * The state of everything at one moment, as the views show it. Made by `assemble` from what the engines and the servers said;
 * immutable; equal parts of two successive snapshots are the same object, so that a view redraws by identity.
 */
export interface Snapshot {
  readonly engines: readonly EngineStatus[];
  readonly topologies: readonly Topology[];
  /** Redis servers that belong to no topology. */
  readonly others: readonly Node[];
}

export const emptySnapshot: Snapshot = { engines: [], topologies: [], others: [] };

export type EngineStatus =
  | { readonly kind: EngineKind; readonly state: 'connecting' }
  | {
      readonly kind: EngineKind;
      readonly state: 'answering';
      readonly title: string;
      readonly version: string;
      /** Which engine it is, where it is not simply this machine's: the Docker context, or the other machine's address. */
      readonly context?: string;
    }
  /** `fault` is the engine's fault code with its data; the editor layer has the words. */
  | { readonly kind: EngineKind; readonly state: 'unavailable'; readonly fault: { readonly code: string } };

export interface Topology {
  /** UUID of ours; for found ones a stable id derived from what the servers say (`found:…`). */
  readonly id: string;
  readonly name: string;
  readonly kind: TopologyKind;
  /** `true` when we made it: all verbs are open. Found ones are read-only except where the user clicks. */
  readonly owned: boolean;
  /** Present when the user added it by its address; without `changes` it is only looked at. */
  readonly added?: { readonly changes: boolean; /** Containers that were taken over. */ readonly adopted?: true };
  readonly health: Health;
  /** Of kind `sentinel`: the name that Sentinels know the master by. */
  readonly masterName?: string;
  /** Of kind `sentinel`: what is required, what is known to the Sentinels, and what answers. */
  readonly quorum?: {
    readonly required: number;
    readonly known: number;
    readonly usable: number;
    readonly majority: number;
  };
  /** Of kind `cluster`: what all answering nodes say together: shards, slots without owner, disagreements. */
  readonly cluster?: ClusterView;
  /** Masters first, each followed by its replicas, Sentinels last. */
  readonly nodes: readonly Node[];
  /** Of kind `cluster`: one entry per group of nodes that serve the same slots, in slot order. */
  readonly shards?: readonly Shard[];
}

/** A master of a cluster and its replicas. */
export interface Shard {
  /** Stable over failovers. */
  readonly id: string;
  /** What the nodes agree that this shard serves; inclusive ranges. */
  readonly slots: readonly SlotRange[];
  /** Node ids, the master first when there is one. */
  readonly nodes: readonly string[];
  readonly keys?: number;
}

/** In words on the tree: healthy · degraded (works, but a loss would hurt or something is missing) · down · unknown. Reasons are codes with data. */
export interface Health {
  readonly level: HealthLevel;
  /** The worst first. */
  readonly reasons: readonly HealthReason[];
}

export type HealthLevel = 'healthy' | 'degraded' | 'down' | 'unknown';

/** `node` and `nodes` are node ids of the same topology; in a cluster finding also the cluster's own id of a node that is known from hearsay only. */
export type HealthReason =
  | { readonly code: 'no-master' }
  | { readonly code: 'master-down'; readonly node: string }
  | { readonly code: 'stale-master'; readonly node: string; readonly actual: string }
  | { readonly code: 'several-masters'; readonly nodes: readonly string[] }
  | { readonly code: 'wrong-master'; readonly node: string; readonly follows: string; readonly expected: string }
  | { readonly code: 'node-not-running'; readonly node: string }
  | { readonly code: 'node-paused'; readonly node: string }
  | { readonly code: 'node-silent'; readonly node: string; readonly reason: SilenceReason }
  | { readonly code: 'node-loading'; readonly node: string }
  | { readonly code: 'link-down'; readonly node: string }
  | { readonly code: 'syncing'; readonly node: string }
  | { readonly code: 'sentinels-differ'; readonly nodes: readonly string[] }
  | { readonly code: 'quorum-unreachable'; readonly required: number; readonly usable: number }
  /** All is up, but when one of these machines or containers is lost no failover will happen (RELIABILITY 2; CKQUORUM does not tell). */
  | {
      readonly code: 'failover-would-fail';
      readonly losing: readonly string[];
      readonly needed: number;
      readonly left: number;
    }
  | { readonly code: 'failover-in-progress' }
  | ClusterFinding;

export type Role = 'master' | 'replica' | 'sentinel' | 'unknown';

export interface Node {
  /**
   * Stable over restarts and failovers: the engine's id of the instance; `<instance id>:<port>` for a further server inside
   * the same instance (a Sentinel started by hand inside a Redis container); `host:port` when no engine knows it.
   */
  readonly id: string;
  readonly name: string;
  readonly topologyId?: string;
  readonly role: Role;
  /** A master that the Sentinels no longer believe in: what they say instead. */
  readonly staleMaster?: { readonly actual: Address };
  /** Id of the node that this replica follows, when that is one of ours. */
  readonly masterId?: string;
  readonly instance?: Instance;
  /** What Redis tells clients and peers. */
  readonly announced?: Address;
  /** Where this machine reaches it, when it does. */
  readonly reachable?: Address;
  readonly contact: Contact;
  /** Bytes that this replica is behind its master, and seconds since it was last heard. */
  readonly lag?: { readonly bytes: number; readonly seconds: number };
  /** Of a cluster node: its 40 hex characters. */
  readonly clusterId?: string;
}

export type Contact =
  | { readonly state: 'answering'; readonly report: ServerReport }
  /** The last report stays visible, greyed. */
  | { readonly state: 'silent'; readonly reason: SilenceReason; readonly last?: ServerReport }
  | { readonly state: 'not-running'; readonly last?: ServerReport }
  | { readonly state: 'unknown' };

export type SilenceReason =
  | 'refused'
  | 'timeout'
  | 'no-address'
  | 'closed'
  | 'password-required'
  | 'password-wrong'
  | 'protected-mode'
  | 'not-redis'
  | 'tls'
  | 'no-permission'
  | 'paused'
  /** Only a tunnel leads there, and nothing inside its container can carry one. */
  | 'no-tunnel';

/** What is new in `snapshot` against `previous`; ids of nodes and topologies. Produced by `model/diff.ts`. */
export interface SnapshotChange {
  readonly snapshot: Snapshot;
  readonly previous: Snapshot;
  /** Whether an engine's status changed, or topologies or nodes came, went, or moved between parents: redraw the whole tree. */
  readonly structure: boolean;
  /** Topologies whose own row changed (name, health, quorum, shards). */
  readonly topologies: readonly string[];
  /** Nodes of which something that a row shows changed: role, contact, addresses, link, lag, container state. */
  readonly nodes: readonly string[];
}
