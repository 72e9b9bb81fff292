import type { Address } from '../../src/model/address';
import type { Instance, Ownership } from '../../src/model/instance';
import type {
  ClusterNodeLine,
  ClusterReport,
  ReplicationReport,
  SentinelMaster,
  SentinelPeer,
  ServerReport,
} from '../../src/model/report';
import type { ServerState } from '../../src/model/servers';
import type { Contact, SilenceReason } from '../../src/model/snapshot';

/** Servers as the inventory hands them to `assemble`, in few words. Containers live in 10.0.0.0/24: `r1` at 10.0.0.1, `s2` at 10.0.1.2. */
const hostOf = (name: string): string => `10.0.${name.startsWith('s') ? 1 : 0}.${name.replace(/\D/g, '')}`;
export const at = (name: string, port = name.startsWith('s') ? 26379 : 6379): Address => ({ host: hostOf(name), port });

export function container(name: string, more: Partial<Instance> = {}): Instance {
  return {
    id: name,
    engine: 'docker',
    name,
    image: 'redis:7.0',
    state: 'running',
    command: ['redis-server', ...(name.startsWith('s') ? ['--sentinel'] : [])],
    networks: [{ id: 'net', name: 'net', address: hostOf(name) }],
    ports: [],
    mounts: [],
    ...more,
  };
}

export const owned = (
  node: string,
  topologyId = 'T',
  topologyKind: Ownership['topologyKind'] = 'sentinel',
): Partial<Instance> => ({
  ownership: { topologyId, topologyName: 'orders', topologyKind, node, owner: 'me', session: 's', schema: 1 },
});

const base = (name: string, mode: ServerReport['mode']): ServerReport => ({
  product: 'redis',
  version: '7.0.15',
  mode,
  runId: `run-${name}`,
  processId: 1,
  uptimeSeconds: 10,
  tcpPort: mode === 'sentinel' ? 26379 : 6379,
  configFile: '',
  loading: false,
});

export function master(name: string, replicas: readonly string[] = [], more: Partial<ServerReport> = {}): ServerReport {
  return {
    ...base(name, 'standalone'),
    replication: {
      role: 'master',
      replicationId: 'x',
      offset: 1000,
      replicas: replicas.map(replica => ({ address: at(replica), state: 'online', offset: 990, lagSeconds: 1 })),
    },
    ...more,
  };
}

export function replica(
  name: string,
  of: string | Address,
  link: Partial<NonNullable<ReplicationReport['master']>> = {},
  more: Partial<ServerReport> = {},
): ServerReport {
  return {
    ...base(name, 'standalone'),
    replication: {
      role: 'replica',
      replicationId: 'x',
      offset: 990,
      priority: 100,
      readOnly: true,
      replicas: [],
      master: {
        address: typeof of === 'string' ? at(of) : of,
        link: 'up',
        syncInProgress: false,
        lastIoSecondsAgo: 1,
        ...link,
      },
    },
    ...more,
  };
}

export interface Believes {
  readonly master: string;
  readonly replicas?: readonly string[];
  readonly sentinels?: readonly string[];
  readonly quorum?: number;
  readonly flags?: readonly string[];
  readonly epoch?: number;
  readonly name?: string;
  readonly replicaFlags?: readonly string[];
}

export function sentinel(
  name: string,
  {
    master: of,
    replicas = [],
    sentinels = [],
    quorum = 2,
    flags = ['master'],
    epoch = 0,
    name: masterName = 'orders',
    replicaFlags = ['slave'],
  }: Believes,
): ServerReport {
  const peer = (one: string, peerFlags: readonly string[]): SentinelPeer => ({
    address: at(one),
    runId: `run-${one}`,
    flags: peerFlags,
  });
  const row: SentinelMaster = {
    name: masterName,
    address: at(of),
    flags,
    quorum,
    configEpoch: epoch,
    downAfterMs: 5000,
    failoverTimeoutMs: 60000,
    replicas: replicas.map(one => peer(one, replicaFlags)),
    sentinels: sentinels.filter(one => one !== name).map(one => peer(one, ['sentinel'])),
    quorumCheck: { ok: true, text: 'OK' },
  };
  return { ...base(name, 'sentinel'), sentinel: { id: `id-${name}`, tilt: false, masters: [row] } };
}

export interface ClusterNode {
  readonly id: string;
  readonly name: string;
  readonly flags: readonly string[];
  readonly of?: string;
  readonly slots?: readonly (readonly [number, number])[];
}

export function clusterNode(
  name: string,
  myId: string,
  nodes: readonly ClusterNode[],
  state: ClusterReport['state'] = 'ok',
): ServerReport {
  const lines = nodes.map((node, index): ClusterNodeLine => ({
    id: node.id,
    address: at(node.name),
    busPort: 16379,
    flags: node.id === myId ? ['myself', ...node.flags] : node.flags,
    ...(node.of === undefined ? {} : { masterId: node.of }),
    configEpoch: index + 1,
    connected: true,
    slots: node.slots ?? [],
    migrating: [],
    importing: [],
  }));
  const own = nodes.find(node => node.id === myId);
  const follows = nodes.find(node => node.id === own?.of);
  return {
    ...(follows === undefined ? master(name) : replica(name, follows.name)),
    mode: 'cluster',
    keys: 7,
    cluster: { state, currentEpoch: 9, myId, nodes: lines },
  };
}

export function server(
  name: string,
  report?: ServerReport,
  more: Partial<Instance> = {},
  contact?: Contact,
): ServerState {
  const instance = container(name, more);
  return {
    id: name,
    instance,
    port: report?.tcpPort ?? (name.startsWith('s') ? 26379 : 6379),
    reachable: at(name),
    contact: contact ?? (report === undefined ? { state: 'unknown' } : { state: 'answering', report }),
  };
}

export const silent = (
  name: string,
  reason: SilenceReason,
  last?: ServerReport,
  more: Partial<Instance> = {},
): ServerState => server(name, undefined, more, { state: 'silent', reason, ...(last === undefined ? {} : { last }) });
export const stopped = (name: string, last?: ServerReport, more: Partial<Instance> = {}): ServerState =>
  server(
    name,
    undefined,
    { state: 'exited', ...more },
    { state: 'not-running', ...(last === undefined ? {} : { last }) },
  );
