import type { Engine, InsidePaths, Storage } from '../../engine/engine';
import type { EngineKind } from '../../model/instance';
import { confLine, confText } from '../confText';
import type { PlannedNode, TopologyPlan } from '../plan';
import { PASSWORD, placeholder } from '../plan';
import { serverConf } from '../sentinelPlan';
import type { RequestProblem } from '../sentinelRequest';
import { validateName, validatePassword, validatePort } from '../sentinelRequest';
import { planCluster } from './plan';
import type { ClusterNote, ClusterPlan } from './plan';

/** What the wizard asks for. */
export interface ClusterRequest {
  readonly name: string;
  readonly engine: EngineKind;
  /** Image reference, or the server binary of the process engine. */
  readonly image: string;
  readonly masters: number;
  /** For each master. */
  readonly replicas: number;
  /** Replicas beyond that; the first masters get them. */
  readonly extra: number;
  readonly firstPort: number;
  /** Absent: one is generated. Empty: none, which the wizard only offers behind a warning. */
  readonly password?: string;
  readonly storage: Storage;
}

export type ClusterField = 'name' | 'masters' | 'replicas' | 'extra' | 'firstPort' | 'password';

export interface ClusterRequestFault {
  readonly code: 'request-invalid';
  readonly field: ClusterField;
  readonly problem: RequestProblem;
}

export const CLUSTER_LIMITS = {
  masters: { least: 3, most: 50 },
  replicas: { least: 0, most: 5 },
  extra: { least: 0, most: 20 },
} as const;
/** The answers of Enter, Enter, Enter. */
export const CLUSTER_DEFAULTS = { masters: 3, replicas: 1, extra: 0, firstPort: 7000 } as const;
/** Milliseconds; a third of the server's own default, so that a failover on one machine takes about 8 s instead of 20. */
export const NODE_TIMEOUT_MS = 5000;
/** Where the nodes talk among themselves, unless told otherwise. */
export const BUS_OFFSET = 10_000;

export function clusterSize({
  masters,
  replicas,
  extra,
}: Pick<ClusterRequest, 'masters' | 'replicas' | 'extra'>): number {
  return masters * (replicas + 1) + extra;
}

export function validateClusterCount(field: keyof typeof CLUSTER_LIMITS, value: number): RequestProblem | undefined {
  const { least, most } = CLUSTER_LIMITS[field];
  if (!Number.isInteger(value)) return { code: 'not-a-number' };
  return value < least || value > most ? { code: 'out-of-range', least, most } : undefined;
}

/** The bus ports, 10000 above, must exist too. */
export function validateClusterPort(first: number, nodes: number): RequestProblem | undefined {
  const problem = validatePort(first, nodes + BUS_OFFSET);
  return problem?.code === 'port-range'
    ? { code: 'port-range', least: problem.least, most: problem.most - BUS_OFFSET - nodes + 1 }
    : problem;
}

/** All that is wrong, by field; empty when the request can be planned. */
export function validateClusterRequest(
  request: ClusterRequest,
  taken: readonly string[] = [],
): readonly { readonly field: ClusterField; readonly problem: RequestProblem }[] {
  const checks: readonly (readonly [ClusterField, RequestProblem | undefined])[] = [
    ['name', validateName(request.name, taken)],
    ['masters', validateClusterCount('masters', request.masters)],
    ['replicas', validateClusterCount('replicas', request.replicas)],
    ['extra', validateClusterCount('extra', request.extra)],
    ['firstPort', validateClusterPort(request.firstPort, clusterSize(request))],
    ['password', request.password === undefined ? undefined : validatePassword(request.password)],
  ];
  return checks.flatMap(([field, problem]) => (problem === undefined ? [] : [{ field, problem }]));
}

export interface ClusterCreationPlan extends TopologyPlan {
  readonly kind: 'cluster';
  readonly cluster: Pick<ClusterPlan, 'masters' | 'replicas'>;
  readonly notes: readonly ClusterNote[];
  readonly nodeTimeoutMs: number;
  readonly steps: readonly ClusterStepCode[];
}

/** Steps of the creation in order; the editor has their words. */
export const CLUSTER_STEPS = ['secret', 'place', 'nodes', 'assign', 'meet', 'replicate', 'agree-all', 'prove'] as const;
export type ClusterStepCode = (typeof CLUSTER_STEPS)[number];

/** What would be made. Pure: ports and paths are given. @param ports one for each node, free ones */
export function planClusterCreation(
  request: ClusterRequest,
  ports: readonly number[],
  insidePaths: (node: string) => InsidePaths,
): ClusterCreationPlan {
  const names = ports.map((_, index) => `redis-${index + 1}`);
  // All on one machine: that is what the engine is, and the plan says so.
  const { notes, ...cluster } = planCluster(
    names.map(name => ({ name, host: request.engine })),
    request.replicas,
    request.masters,
  );
  const password = request.password === undefined ? 'generated' : request.password === '' ? 'none' : 'given';
  const secret = password === 'none' ? undefined : placeholder(PASSWORD);
  const bind = request.engine === 'process' ? ['127.0.0.1'] : ['*', '-::*'];
  const nodes = names.map((name, index): PlannedNode => {
    const inside = insidePaths(name);
    const port = ports[index] as number;
    const follows = cluster.replicas.find(replica => replica.name === name)?.of;
    const content = serverConf(name, port, inside, bind, secret) + clusterConf(name, NODE_TIMEOUT_MS);
    return {
      name,
      program: 'redis',
      role: follows === undefined ? 'master' : 'replica',
      port,
      ...(follows === undefined ? {} : { follows }),
      inside,
      files: [{ name: 'redis.conf', content }],
    };
  });
  return {
    kind: 'cluster',
    name: request.name,
    engine: request.engine,
    image: request.image,
    storage: request.storage,
    password,
    nodes,
    cluster,
    notes,
    nodeTimeoutMs: NODE_TIMEOUT_MS,
    steps: CLUSTER_STEPS,
  };
}

/** What a node of a cluster has beyond any other server. */
export function clusterConf(name: string, nodeTimeoutMs: number): string {
  return confText([
    confLine('cluster-enabled', 'yes'),
    confLine('cluster-config-file', 'nodes.conf'),
    confLine('cluster-node-timeout', nodeTimeoutMs),
    confLine('cluster-announce-ip', placeholder(name)),
  ]);
}

/** Free ports for `count` nodes. Plain processes also listen on the bus ports, in containers those stay inside the network. */
export async function clusterPorts(
  engine: Pick<Engine, 'kind' | 'freePorts'>,
  first: number,
  count: number,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const ports: number[] = [];
  for (let next = first; ports.length < count;) {
    const free = await engine.freePorts(next, count - ports.length, signal);
    for (const port of free)
      if (engine.kind !== 'process' || (await engine.freePorts(port + BUS_OFFSET, 1, signal))[0] === port + BUS_OFFSET)
        ports.push(port);
    next = (free.at(-1) ?? next) + 1;
  }
  return ports;
}
