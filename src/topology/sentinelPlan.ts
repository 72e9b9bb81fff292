import type { InsidePaths } from '../engine/engine';
import { majorityOf, survivalOf } from '../model/quorum';
import { confLine, confText } from './confText';
import type { PlannedNode, TopologyPlan } from './plan';
import { PASSWORD, placeholder } from './plan';
import type { SentinelRequest } from './sentinelRequest';
import { placesOf, SENTINEL_TIMES } from './sentinelRequest';

export interface SentinelPlan extends TopologyPlan {
  readonly kind: 'sentinel';
  readonly quorum: number;
  readonly downAfterMs: number;
  readonly failoverTimeoutMs: number;
  readonly survival: SentinelSurvival;
  readonly steps: readonly CreateStepCode[];
}

/** What the topology lives through, computed from numbers and placement (own container each), not from CKQUORUM. */
export interface SentinelSurvival {
  readonly sentinels: number;
  readonly quorum: number;
  readonly majority: number;
  /** Sentinels that may be lost together with the master and a replica is still promoted. */
  readonly sentinelLosses: number;
  /** Masters that may be lost one after another: one for each replica. */
  readonly masterLosses: number;
}

/** Steps of the creation in order; the editor has their words. */
export const CREATE_STEPS = ['secret', 'place', 'nodes', 'link', 'monitor', 'agree', 'settle', 'verify'] as const;
export type CreateStepCode = (typeof CREATE_STEPS)[number];

/** @param ports one for each server and then one for each Sentinel, free ones from `Engine.freePorts` */
export function planSentinel(
  request: SentinelRequest,
  ports: readonly number[],
  insidePaths: (node: string) => InsidePaths,
): SentinelPlan {
  const servers = request.replicas + 1;
  const password = request.password === undefined ? 'generated' : request.password === '' ? 'none' : 'given';
  const secret = password === 'none' ? undefined : placeholder(PASSWORD);
  const bind = request.engine === 'process' ? ['127.0.0.1'] : ['*', '-::*'];
  const portAt = (index: number): number => {
    const port = ports[index];
    if (port === undefined) throw new RangeError(`no port for node ${index}`);
    return port;
  };
  const node = (
    name: string,
    index: number,
    rest: Pick<PlannedNode, 'program' | 'role' | 'follows'>,
    text: (port: number, inside: InsidePaths) => string,
  ): PlannedNode => {
    const inside = insidePaths(name);
    const port = portAt(index);
    return { name, ...rest, port, inside, files: [{ name: `${rest.program}.conf`, content: text(port, inside) }] };
  };
  const nodes: PlannedNode[] = [];
  for (let i = 0; i < servers; i++) {
    const name = `redis-${i + 1}`;
    nodes.push(
      node(
        name,
        i,
        i === 0 ? { program: 'redis', role: 'master' } : { program: 'redis', role: 'replica', follows: 'redis-1' },
        (port, inside) => serverConf(name, port, inside, bind, secret),
      ),
    );
  }
  for (let i = 0; i < request.sentinels; i++) {
    const name = `sentinel-${i + 1}`;
    nodes.push(
      node(name, servers + i, { program: 'sentinel', role: 'sentinel' }, (port, inside) =>
        sentinelConf(name, port, inside, bind, secret),
      ),
    );
  }
  return {
    kind: 'sentinel',
    name: request.name,
    engine: request.engine,
    image: request.image,
    storage: request.storage,
    password,
    nodes,
    quorum: request.quorum,
    downAfterMs: SENTINEL_TIMES.downAfter,
    failoverTimeoutMs: SENTINEL_TIMES.failoverTimeout,
    survival: sentinelSurvival(request),
    steps: CREATE_STEPS,
  };
}

export function sentinelSurvival({
  sentinels,
  quorum,
  replicas,
}: Pick<SentinelRequest, 'sentinels' | 'quorum' | 'replicas'>): SentinelSurvival {
  const { sentinelsThatMayFail } = survivalOf({ quorum, places: placesOf(sentinels) });
  return {
    sentinels,
    quorum,
    majority: majorityOf(sentinels),
    sentinelLosses: sentinelsThatMayFail,
    masterLosses: replicas,
  };
}

/** A server of the data, master or replica alike: roles are given by command and written down by the server itself. */
export function serverConf(
  name: string,
  port: number,
  inside: InsidePaths,
  bind: readonly string[],
  password: string | undefined,
): string {
  return confText([
    confLine('port', port),
    confLine('bind', ...bind),
    // Without a password only the topology's own network and 127.0.0.1 reach it; protected mode would shut out the peers.
    confLine('protected-mode', password === undefined ? 'no' : 'yes'),
    confLine('dir', inside.data),
    // A master that comes back empty empties its replicas; the append-only file keeps what it acknowledged.
    confLine('appendonly', 'yes'),
    // A transfer without disk serves only the replicas that asked before it began, and its stream flows only from the replica's next
    // acknowledgement (up to 1 s); with disk all that ask join in and the stream follows at once. 7.0 made "without" the default, with 5 s delay.
    confLine('repl-diskless-sync', 'no'),
    confLine('repl-diskless-sync-delay', 0),
    confLine('replica-announce-ip', placeholder(name)),
    confLine('replica-announce-port', port),
    // On every node: after a failover each of them may be master, and each may have to follow another.
    password === undefined ? undefined : confLine('requirepass', password),
    password === undefined ? undefined : confLine('masterauth', password),
  ]);
}

/**
 * A Sentinel before it knows of any master: `SENTINEL MONITOR` comes by command once the replicas are linked, and Sentinel writes the
 * rest of the file itself. It asks for the same password as the servers: who may order a failover has as much power as who may
 * write, and client libraries take a password for the Sentinels too.
 */
export function sentinelConf(
  name: string,
  port: number,
  inside: InsidePaths,
  bind: readonly string[],
  password: string | undefined,
): string {
  return confText([
    confLine('port', port),
    confLine('bind', ...bind),
    confLine('protected-mode', password === undefined ? 'no' : 'yes'),
    confLine('dir', inside.data),
    password === undefined ? undefined : confLine('requirepass', password),
    password === undefined ? undefined : confLine('sentinel sentinel-pass', password),
    confLine('sentinel announce-ip', placeholder(name)),
    confLine('sentinel announce-port', port),
  ]);
}
