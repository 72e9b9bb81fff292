import type { Instance, InstanceState } from '../../src/model/instance';
import type { ReplicationReport, ServerReport } from '../../src/model/report';
import type { Contact, Node, Role, Snapshot, Topology } from '../../src/model/snapshot';

/** Parts of snapshots for tests: a healthy topology that a test changes in the one place it is about. */
export function instance(state: InstanceState, rest: Partial<Instance> = {}): Instance {
  return {
    id: 'c0ffee',
    engine: 'docker',
    name: 'orders-redis-1',
    image: 'redis:7.0',
    state,
    command: ['redis-server'],
    networks: [],
    ports: [],
    mounts: [],
    ...rest,
  };
}

export function report(
  role: 'master' | 'replica' | 'sentinel',
  master: Partial<NonNullable<ReplicationReport['master']>> = {},
): ServerReport {
  const base: ServerReport = {
    product: 'redis',
    version: '7.0.15',
    mode: role === 'sentinel' ? 'sentinel' : 'standalone',
    runId: 'a'.repeat(40),
    processId: 1,
    uptimeSeconds: 60,
    tcpPort: 6379,
    configFile: '/conf/redis.conf',
    loading: false,
  };
  if (role === 'sentinel') return base;
  const replication: ReplicationReport = { role, replicationId: 'b'.repeat(40), offset: 100, replicas: [] };
  return {
    ...base,
    keys: 3,
    replication:
      role === 'master'
        ? replication
        : {
            ...replication,
            master: {
              address: { host: '10.0.0.1', port: 6379 },
              link: 'up',
              syncInProgress: false,
              lastIoSecondsAgo: 0,
              ...master,
            },
          },
  };
}

export function answering(what: ServerReport): Contact {
  return { state: 'answering', report: what };
}

export function node(name: string, role: Role, rest: Partial<Node> = {}): Node {
  return {
    id: name,
    name,
    role,
    instance: instance('running'),
    announced: { host: '10.0.0.1', port: 6379 },
    reachable: { host: '127.0.0.1', port: 6379 },
    contact: role === 'unknown' ? { state: 'unknown' } : answering(report(role)),
    ...rest,
  };
}

/** One master `redis-1`, replicas `redis-2` and `redis-3`, three sentinels; healthy. Ids are the names. */
export function sentinelTopology(rest: Partial<Topology> = {}): Topology {
  return {
    id: 't1',
    name: 'orders',
    kind: 'sentinel',
    owned: true,
    masterName: 'orders',
    health: { level: 'healthy', reasons: [] },
    quorum: { required: 2, known: 3, usable: 3, majority: 2 },
    nodes: [
      node('redis-1', 'master'),
      node('redis-2', 'replica', { masterId: 'redis-1', lag: { bytes: 0, seconds: 0 } }),
      node('redis-3', 'replica', { masterId: 'redis-1', lag: { bytes: 0, seconds: 0 } }),
      ...[1, 2, 3].map(index => node(`sentinel-${index}`, 'sentinel')),
    ],
    ...rest,
  };
}

export function snapshotOf(...topologies: readonly Topology[]): Snapshot {
  return { engines: [{ kind: 'docker', state: 'answering', title: 'Docker', version: '28' }], topologies, others: [] };
}
