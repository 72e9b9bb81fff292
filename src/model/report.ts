import type { Address } from './address';

/** What one server says of itself in one round trip (INFO, ROLE, CLUSTER NODES, SENTINEL MASTERS …), read into values. */
export interface ServerReport {
  readonly product: 'redis' | 'valkey';
  readonly version: string;
  readonly mode: 'standalone' | 'cluster' | 'sentinel';
  /** 40 hex characters; changes at every start of the server (INFO `run_id`). */
  readonly runId: string;
  readonly processId: number;
  readonly uptimeSeconds: number;
  readonly tcpPort: number;
  readonly configFile: string;
  /** Whether the server is still loading its data set (INFO `loading`). */
  readonly loading: boolean;
  readonly usedMemoryBytes?: number;
  readonly connectedClients?: number;
  readonly opsPerSecond?: number;
  /** Keys in all databases (INFO keyspace). Absent on a Sentinel. */
  readonly keys?: number;
  /** Absent on a Sentinel. */
  readonly replication?: ReplicationReport;
  /** Present on a Sentinel only. */
  readonly sentinel?: SentinelReport;
  /** Present in cluster mode only: the node's own view of the cluster. */
  readonly cluster?: ClusterReport;
}

export interface ReplicationReport {
  readonly role: 'master' | 'replica';
  readonly replicationId: string;
  /** `master_repl_offset` on a master, `slave_repl_offset` on a replica: bytes of the replication stream. */
  readonly offset: number;
  /** Of a replica: whom it follows and how that goes. */
  readonly master?: {
    readonly address: Address;
    readonly link: 'up' | 'down';
    readonly syncInProgress: boolean;
    /** Seconds since the last byte from the master; -1 when never. */
    readonly lastIoSecondsAgo: number;
    /** Seconds that the link has been down. */
    readonly linkDownSeconds?: number;
  };
  readonly priority?: number;
  readonly readOnly?: boolean;
  /** Replicas that are connected to this server, as it sees them. */
  readonly replicas: readonly {
    readonly address: Address;
    readonly state: string;
    readonly offset: number;
    readonly lagSeconds: number;
  }[];
}

/** One Sentinel's opinions. */
export interface SentinelReport {
  readonly id: string;
  readonly tilt: boolean;
  readonly masters: readonly SentinelMaster[];
}

export interface SentinelMaster {
  readonly name: string;
  readonly address: Address;
  readonly flags: readonly string[];
  readonly quorum: number;
  readonly configEpoch: number;
  readonly downAfterMs: number;
  readonly failoverTimeoutMs: number;
  /** While this very Sentinel leads a failover: `wait_start`, `select_slave`, `reconf_slaves` … */
  readonly failoverState?: string;
  readonly replicas: readonly SentinelPeer[];
  readonly sentinels: readonly SentinelPeer[];
  /** Result of `SENTINEL CKQUORUM`: usable sentinels or the refusal's text. */
  readonly quorumCheck: { readonly ok: boolean; readonly text: string };
}

export interface SentinelPeer {
  readonly address: Address;
  readonly runId: string;
  readonly flags: readonly string[];
  /** Of replicas: `master-link-status` as the Sentinel last heard it. */
  readonly link?: 'up' | 'down';
  readonly priority?: number;
}

/** One cluster node's view (CLUSTER NODES and CLUSTER INFO). Only an opinion: see model/cluster.ts for what all agree on. */
export interface ClusterReport {
  readonly state: 'ok' | 'fail';
  readonly currentEpoch: number;
  readonly myId: string;
  readonly nodes: readonly ClusterNodeLine[];
}

/** One line of CLUSTER NODES. */
export interface ClusterNodeLine {
  readonly id: string;
  readonly address: Address;
  readonly busPort: number;
  readonly hostname?: string;
  /** Servers from 7.2 on tell which shard a node belongs to. */
  readonly shardId?: string;
  /** `myself`, `master`, `slave`, `fail?`, `fail`, `handshake`, `noaddr`, `nofailover`; none for `noflags`. */
  readonly flags: readonly string[];
  /** Node id of the master, of replicas. */
  readonly masterId?: string;
  readonly configEpoch: number;
  readonly connected: boolean;
  readonly slots: readonly SlotRange[];
  readonly migrating: readonly { readonly slot: number; readonly to: string }[];
  readonly importing: readonly { readonly slot: number; readonly from: string }[];
}

/** First and last slot, both included. */
export type SlotRange = readonly [first: number, last: number];
