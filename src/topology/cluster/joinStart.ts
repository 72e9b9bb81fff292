import { deadline, until } from '../../base/abort';
import { HumanError } from '../../base/errors';
import { sameAddress } from '../../model/address';
import { readInfo } from '../../model/info';
import type { ClusterReport } from '../../model/report';
import { countSlots } from '../../model/slots';
import type { RedisConnection } from '../../redis/client';
import { ReplyError } from '../../redis/client';
import { ask, Watcher } from './wire';
import type { ClusterPeer } from './wire';

export type JoinStartFault =
  | { readonly code: 'cluster-mode-off'; readonly node: string }
  /** It holds keys. */
  | { readonly code: 'node-holds-keys'; readonly node: string; readonly keys: number }
  /** It belongs to a cluster with nodes other than ours, or owns slots. */
  | {
      readonly code: 'node-in-cluster';
      readonly node: string;
      readonly knows: readonly string[];
      readonly slots: number;
    };

export interface Inspection {
  readonly peer: ClusterPeer;
  /** The cluster's own id of the node. */
  readonly id: string;
  readonly uptimeSeconds: number;
}

/**
 * Checks that each node can be joined: cluster mode, no key, alone and without a slot (redis-cli looks at keys and peers only).
 * @param startAnew resets nodes that know nobody but each other
 */
export async function inspect(
  peers: readonly ClusterPeer[],
  startAnew: boolean,
  signal: AbortSignal,
): Promise<readonly Inspection[]> {
  const uptimes = await Promise.all(
    peers.map(async peer => {
      const [info] = await ask(peer.connection, [['INFO']], signal);
      const fields = readInfo(info);
      if (fields.get('cluster_enabled') !== '1')
        throw new HumanError<JoinStartFault>({ code: 'cluster-mode-off', node: peer.name });
      const keys = Number(/keys=(\d+)/.exec(fields.get('db0') ?? '')?.[1] ?? 0);
      if (keys > 0) throw new HumanError<JoinStartFault>({ code: 'node-holds-keys', node: peer.name, keys });
      return Number(fields.get('uptime_in_seconds') ?? 0);
    }),
  );
  const ids = await until('clean nodes', { everyMs: CLEAN_MS, deadlineMs: 10_000, signal }, async inner => {
    const looks = await Promise.all(
      peers.map(async peer => ({ peer, report: (await new Watcher(peer).look(inner)).report })),
    );
    const soiled = looks.filter(({ peer, report }) => isSoiled(peers, peer, report, startAnew));
    await Promise.all(soiled.map(({ peer }) => ask(peer.connection, [['CLUSTER', 'RESET', 'HARD']], inner)));
    return soiled.length === 0 ? looks.map(({ report }) => report.myId) : undefined;
  });
  return peers.map((peer, index) => ({ peer, id: ids[index] ?? '', uptimeSeconds: uptimes[index] ?? 0 }));
}

/** Longer than the period of the cluster's own timer: a handshake that was under way when its node was reset would show up by then. */
const CLEAN_MS = 150;

/** Whether the node must be reset before it can be joined; throws when it mustn't be. */
function isSoiled(
  peers: readonly ClusterPeer[],
  peer: ClusterPeer,
  report: ClusterReport,
  startAnew: boolean,
): boolean {
  const others = report.nodes.filter(line => line.id !== report.myId);
  const slots = countSlots(report.nodes.flatMap(line => line.slots));
  const strangers = others.filter(line => !peers.some(other => sameAddress(other.announced, line.address)));
  if (strangers.length > 0 || (!startAnew && others.length + slots > 0)) {
    throw new HumanError<JoinStartFault>({
      code: 'node-in-cluster',
      node: peer.name,
      knows: others.map(line => line.id),
      slots,
    });
  }
  // An epoch left from an earlier cluster can't be set again; resetting a node that is empty and alone takes nothing away.
  return others.length + slots + report.currentEpoch > 0;
}

/**
 * Settings that only slow a new cluster down, changed until the function that comes back is called: the wait for more replicas
 * before a first synchronisation (5 s), and, where a master without slots has been up long enough to believe itself in a
 * minority, the node time-out that it would then wait (5 s) before it calls the cluster ok.
 */
export async function forTheMoment(
  inspected: readonly Inspection[],
  road: 'quick' | 'direct',
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  const aged = road === 'direct' && inspected.some(({ uptimeSeconds }) => uptimeSeconds >= 1);
  const hurry: readonly (readonly [string, string])[] = [
    ['repl-diskless-sync-delay', '0'],
    ...(aged ? [['cluster-node-timeout', '500'] as const] : []),
  ];
  const before = await Promise.all(
    inspected.map(async ({ peer }) => ({
      connection: peer.connection,
      settings: await change(peer.connection, hurry, signal),
    })),
  );
  return async () => {
    // Not under the user's signal: a cancelled creation on servers that live on must not leave them changed.
    await deadline('restore settings', 15_000, undefined, inner =>
      Promise.all(before.map(({ connection, settings }) => change(connection, settings, inner))),
    );
  };
}

/** Sets what the server knows and returns what it was. */
async function change(
  connection: RedisConnection,
  settings: readonly (readonly [string, string])[],
  signal: AbortSignal,
): Promise<readonly (readonly [string, string])[]> {
  if (settings.length === 0) return [];
  const replies = await connection.pipeline(
    settings.map(([name]) => ['CONFIG', 'GET', name]),
    { signal },
  );
  const old = settings.flatMap(([name, value], index) => {
    const reply = replies[index];
    const was = !(reply instanceof ReplyError) && Array.isArray(reply) ? reply[1] : undefined;
    return typeof was === 'string' && was !== value ? [[name, was] as const] : [];
  });
  if (old.length > 0)
    await ask(
      connection,
      settings
        .filter(([name]) => old.some(([known]) => known === name))
        .map(([name, value]) => ['CONFIG', 'SET', name, value]),
      signal,
    );
  return old;
}
