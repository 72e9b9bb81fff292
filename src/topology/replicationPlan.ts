import type { InsidePaths, Storage } from '../engine/engine';
import type { EngineKind } from '../model/instance';
import type { PlannedNode, TopologyPlan } from './plan';
import { PASSWORD, placeholder } from './plan';
import { serverConf } from './sentinelPlan';
import { LIMITS, validateCount, validateName, validatePassword, validatePort } from './sentinelRequest';
import type { RequestProblem, RequestWarning } from './sentinelRequest';

/** One master and its replicas; without Sentinels nobody fails over by itself. */
export interface ReplicationRequest {
  readonly name: string;
  readonly engine: EngineKind;
  readonly image: string;
  readonly replicas: number;
  /** Whom each replica follows: 0 the master, k the k-th replica, which must stand before it. Absent: all the master. */
  readonly follows?: readonly number[];
  readonly firstPort: number;
  /** Absent: one is generated. Empty: none. */
  readonly password?: string;
  readonly storage: Storage;
}

export type ReplicationField = 'name' | 'replicas' | 'follows' | 'firstPort' | 'password';

export type ReplicationProblem =
  | RequestProblem
  /** The `replica`-th replica can only follow the master or one that stands before it. */
  | { readonly code: 'follows-unknown'; readonly replica: number };

export interface ReplicationPlan extends TopologyPlan {
  readonly kind: 'replication';
  readonly steps: readonly ReplicationStepCode[];
}

export const REPLICATION_STEPS = ['secret', 'place', 'nodes', 'link', 'settle', 'verify'] as const;
export type ReplicationStepCode = (typeof REPLICATION_STEPS)[number];

/** All that is wrong, by field; empty when the request can be planned. */
export function validateReplicationRequest(
  request: ReplicationRequest,
  taken: readonly string[] = [],
): readonly { readonly field: ReplicationField; readonly problem: ReplicationProblem }[] {
  const checks: readonly (readonly [ReplicationField, ReplicationProblem | undefined])[] = [
    ['name', validateName(request.name, taken)],
    ['replicas', validateCount('replicas', request.replicas)],
    ['follows', validateFollows(request)],
    ['firstPort', validatePort(request.firstPort, request.replicas + 1)],
    ['password', request.password === undefined ? undefined : validatePassword(request.password)],
  ];
  return checks.flatMap(([field, problem]) => (problem === undefined ? [] : [{ field, problem }]));
}

export function replicationWarnings(request: ReplicationRequest): readonly RequestWarning[] {
  return [
    ...(request.replicas === 0 ? [{ code: 'no-replica' as const }] : []),
    ...(request.password === '' ? [{ code: 'no-password' as const }] : []),
  ];
}

/** @param ports one for each server, free ones from `Engine.freePorts` */
export function planReplication(
  request: ReplicationRequest,
  ports: readonly number[],
  insidePaths: (node: string) => InsidePaths,
): ReplicationPlan {
  const password = request.password === undefined ? 'generated' : request.password === '' ? 'none' : 'given';
  const secret = password === 'none' ? undefined : placeholder(PASSWORD);
  const bind = request.engine === 'process' ? ['127.0.0.1'] : ['*', '-::*'];
  const nodes = Array.from({ length: request.replicas + 1 }, (_, i): PlannedNode => {
    const name = `redis-${i + 1}`;
    const port = ports[i];
    if (port === undefined) throw new RangeError(`no port for ${name}`);
    const inside = insidePaths(name);
    return {
      name,
      program: 'redis',
      port,
      inside,
      files: [{ name: 'redis.conf', content: serverConf(name, port, inside, bind, secret) }],
      ...(i === 0 ? { role: 'master' } : { role: 'replica', follows: `redis-${(request.follows?.[i - 1] ?? 0) + 1}` }),
    };
  });
  return {
    kind: 'replication',
    name: request.name,
    engine: request.engine,
    image: request.image,
    storage: request.storage,
    password,
    nodes,
    steps: REPLICATION_STEPS,
  };
}

function validateFollows({ follows, replicas }: ReplicationRequest): ReplicationProblem | undefined {
  if (follows === undefined) return undefined;
  if (follows.length !== replicas) return { code: 'out-of-range', least: 0, most: LIMITS.replicas.most };
  const wrong = follows.findIndex((parent, i) => !Number.isInteger(parent) || parent < 0 || parent > i);
  return wrong < 0 ? undefined : { code: 'follows-unknown', replica: wrong + 1 };
}
