import { createDockerEngine } from '../../src/engine/docker';
import type { Storage } from '../../src/engine/engine';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import type { ClusterRequest } from '../../src/topology/cluster/request';
import { prepareSentinel } from '../../src/topology/createSentinel';
import type { CreationReport } from '../../src/topology/createSentinel';
import type { VerbDeps } from '../../src/topology/deps';
import type { FailoverRequest } from '../../src/topology/failoverPlan';
import type { SentinelPlan } from '../../src/topology/sentinelPlan';
import type { SentinelRequest } from '../../src/topology/sentinelRequest';
import { memoryDeps } from './memoryDeps';
import type { MemoryDeps } from './memoryDeps';

/** Verbs against the Docker engine of this machine, with secrets and records in memory. */
export function dockerDeps(): MemoryDeps & { dispose(): void } {
  const engine = createDockerEngine({ owner: 'verbs-test' });
  return { ...memoryDeps(engine, new IoredisConnector()), dispose: () => engine.dispose() };
}

export const volume: Storage = { kind: 'volume' };
export const noSignal = new AbortController().signal;
export const silent = (): void => undefined;

/** The default topology, 1+2+3, with ports of these tests' own. */
export function sentinelRequest(name: string, change: Partial<SentinelRequest> = {}): SentinelRequest {
  return {
    name,
    engine: 'docker',
    image: 'redis:7.0',
    replicas: 2,
    sentinels: 3,
    quorum: 2,
    firstPort: 23_100,
    firstSentinelPort: 23_200,
    storage: volume,
    ...change,
  };
}

/** The default cluster, 3+3. */
export function clusterRequest(name: string, firstPort: number, change: Partial<ClusterRequest> = {}): ClusterRequest {
  return {
    name,
    engine: 'docker',
    image: 'redis:7.0',
    masters: 3,
    replicas: 1,
    extra: 0,
    firstPort,
    storage: volume,
    ...change,
  };
}

export function planOf(deps: VerbDeps, name: string, change: Partial<SentinelRequest> = {}): Promise<SentinelPlan> {
  return prepareSentinel(deps, sentinelRequest(name, change), noSignal);
}

/** The failover request for a topology just made, `master` being the node of that name. */
export function failoverOf(report: CreationReport, master = 'redis-1'): FailoverRequest {
  const seats = report.nodes.map(({ name, announced, reachable }) => ({ name, announced, reachable }));
  const servers = seats.filter(({ name }) => name.startsWith('redis-'));
  const first = servers.find(({ name }) => name === master);
  if (first === undefined) throw new Error(`no ${master}`);
  return {
    topologyId: report.topologyId,
    masterName: report.name,
    master: first,
    replicas: servers.filter(seat => seat !== first),
    sentinels: seats.filter(({ name }) => name.startsWith('sentinel-')),
  };
}
