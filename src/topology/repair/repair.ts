import { isDeadline, until } from '../../base/abort';
import { HumanError, textOf } from '../../base/errors';
import type { Address } from '../../model/address';
import { sameAddress } from '../../model/address';
import { ClusterNodesReader } from '../../model/clusterNodes';
import { readInfo } from '../../model/info';
import type { Node } from '../../model/snapshot';
import type { RedisConnection, Reply } from '../../redis/client';
import type { ReplyError } from '../../redis/client';
import type { VerbDeps } from '../deps';
import type { OnProgress } from '../ports';
import { flatMap, flatMaps, noneRefused } from '../replies';
import { secretOf } from '../password';
import { keep, letFollow, talkOf } from '../replicaOf';
import type { Seat, Talk } from '../talk';
import { planRepair } from './repairPlan';
import type { RepairNode, RepairPlan, RepairStep, WatchedMaster } from './repairPlan';
import type { Credentials } from '../../redis/credentials';
import { credentialsOf } from '../../redis/credentials';

/** Servers whose addresses changed, with where the engine says that each lives now (`announced` of its seat). */
export interface RepairRequest {
  readonly topologyId: string;
  readonly name: string;
  readonly seats: readonly Seat[];
}

export interface RepairProgress {
  readonly step: RepairStep;
  readonly done: number;
  readonly total: number;
}

export interface RepairReport {
  readonly done: readonly RepairStep[];
  /** What a fresh look would still do. Empty: every server has its peers at their new addresses. */
  readonly remaining: RepairPlan;
  /** Servers that couldn't write it into their own conf: they forget it at their next start. */
  readonly notKept: readonly { readonly node: string; readonly text: string }[];
  readonly ms: number;
}

export type RepairFault =
  | { readonly code: 'repair-silent'; readonly nodes: readonly { readonly node: string; readonly text: string }[] }
  | {
      readonly code: 'repair-stopped';
      readonly step: RepairStep;
      readonly text: string;
      readonly done: number;
      readonly total: number;
    };

type Deps = Pick<VerbDeps, 'connector' | 'secrets' | 'now'>;
const ANSWER = { everyMs: 50, deadlineMs: 3000 } as const;
/** A Sentinel asks its master for replicas every 10 s; a cluster's gossip takes less. */
const SETTLE_MS = 30_000;
const SETTINGS = ['down-after-milliseconds', 'failover-timeout', 'parallel-syncs'] as const;

/** The server of a tree node, with the address that its container has now. Undefined when it can't be reached or has none. */
export function repairSeatOf({ id, name, instance, reachable, contact, role }: Node): Seat | undefined {
  if (reachable === undefined) return undefined;
  const port = contact.state === 'answering' ? contact.report.tcpPort : reachable.port;
  const host =
    instance?.engine === 'docker'
      ? instance.networks.find(({ address }) => address !== undefined && address !== '')?.address
      : reachable.host;
  if (host === undefined) return undefined;
  return { name, announced: { host, port }, reachable, secretKey: id, sentinel: role === 'sentinel' };
}

/** Looks, changes nothing. @param chosen the master's name, where the servers don't agree on one */
export async function prepareRepair(
  deps: Deps,
  request: RepairRequest,
  chosen: string | undefined,
  signal: AbortSignal,
): Promise<RepairPlan> {
  const talk = talkOf(deps, request.topologyId);
  try {
    return planRepair(await lookAll(talk, request, signal), chosen);
  } finally {
    talk.dispose();
  }
}

/** Carries out a confirmed plan and waits until everybody has found everybody. The cancel is heard between two steps; each step leaves a server whole. */
export async function repairAddresses(
  deps: Deps,
  request: RepairRequest,
  plan: RepairPlan,
  signal: AbortSignal,
  onProgress: OnProgress<RepairProgress>,
): Promise<RepairReport> {
  const began = deps.now();
  const talk = talkOf(deps, request.topologyId);
  const notKept: { node: string; text: string }[] = [];
  const total = plan.steps.length;
  const done: RepairStep[] = [];
  try {
    for (const step of plan.steps) {
      signal.throwIfAborted();
      onProgress({ step, done: done.length, total });
      try {
        const seat = seatNamed(request, step.node);
        const kept = await carryOut(deps, request, await talk.to(seat, { ...ANSWER, signal }), step, signal);
        if (!kept.ok) notKept.push({ node: step.node, text: kept.text });
      } catch (error) {
        if (signal.aborted) throw error;
        throw new HumanError<RepairFault>(
          { code: 'repair-stopped', step, text: textOf(error), done: done.length, total },
          { cause: error },
        );
      }
      done.push(step);
    }
    let remaining: RepairPlan = { steps: [], left: [] };
    try {
      await until('everybody is found', { everyMs: 300, deadlineMs: SETTLE_MS, signal }, async inner => {
        const nodes = await lookAll(talk, request, inner);
        remaining = planRepair(nodes, plan.master);
        return remaining.steps.length === 0 && isWhole(nodes, plan.master) ? true : undefined;
      });
    } catch (error) {
      if (!isDeadline(error)) throw error;
    }
    return { done, remaining, notKept, ms: deps.now() - began };
  } finally {
    talk.dispose();
  }
}

/** Links up, and each Sentinel knows all servers and all other Sentinels again; of a cluster, every link is there (the plan says so by being empty). */
function isWhole(nodes: readonly RepairNode[], master: string | undefined): boolean {
  const servers = nodes.filter(node => node.kind === 'server');
  const sentinels = nodes.filter(node => node.kind === 'sentinel');
  return (
    servers.every(server => server.name === master || server.linkUp) &&
    sentinels.every(sentinel =>
      sentinel.watches.every(({ knows }) =>
        nodes.every(
          node =>
            node === sentinel || node.name === master || knows.some(address => sameAddress(address, node.address)),
        ),
      ),
    )
  );
}

function seatNamed({ seats }: RepairRequest, name: string): Seat {
  const seat = seats.find(seat => seat.name === name);
  if (!seat) throw new RangeError(`no server ${name}`);
  return seat;
}

async function lookAll(talk: Talk, { seats }: RepairRequest, signal: AbortSignal): Promise<readonly RepairNode[]> {
  const silent: { node: string; text: string }[] = [];
  const nodes = await Promise.all(
    seats.map(async (seat): Promise<readonly RepairNode[]> => {
      try {
        return [await look(await talk.to(seat, { ...ANSWER, signal }), seat, signal)];
      } catch (error) {
        if (signal.aborted) throw error;
        silent.push({ node: seat.name, text: textOf(error) });
        return [];
      }
    }),
  );
  // Half of them would give half a plan: who is silent may be the very one that the others look for.
  if (silent.length > 0) throw new HumanError<RepairFault>({ code: 'repair-silent', nodes: silent });
  return nodes.flat();
}

async function look(
  connection: RedisConnection,
  { name, announced: address }: Seat,
  signal: AbortSignal,
): Promise<RepairNode> {
  const fields = readInfo(await connection.call(['INFO'], { signal }));
  switch (fields.get('redis_mode')) {
    case 'sentinel':
      return { kind: 'sentinel', name, address, watches: await watchesOf(connection, signal) };
    case 'cluster': {
      const lines = new ClusterNodesReader().read(await connection.call(['CLUSTER', 'NODES'], { signal }));
      return { kind: 'member', name, address, id: lines.find(line => line.flags.includes('myself'))?.id ?? '', lines };
    }
    default: {
      const host = fields.get('master_host');
      const role = fields.get('role') === 'slave' ? 'replica' : 'master';
      return {
        kind: 'server',
        name,
        address,
        role,
        linkUp: fields.get('master_link_status') === 'up',
        ...(host === undefined ? {} : { follows: { host, port: Number(fields.get('master_port')) } }),
        keys: [...fields]
          .filter(([field]) => /^db\d+$/.test(field))
          .reduce((sum, [, value]) => sum + Number(/keys=(\d+)/.exec(value)?.[1] ?? 0), 0),
        offset: Number(fields.get(role === 'replica' ? 'slave_repl_offset' : 'master_repl_offset') ?? 0),
      };
    }
  }
}

async function watchesOf(connection: RedisConnection, signal: AbortSignal): Promise<readonly WatchedMaster[]> {
  const masters = flatMaps(await connection.call(['SENTINEL', 'MASTERS'], { signal }));
  return Promise.all(
    masters.map(async master => {
      const name = master.get('name') ?? '';
      const [replicas, sentinels] = await connection.pipeline(
        [
          ['SENTINEL', 'REPLICAS', name],
          ['SENTINEL', 'SENTINELS', name],
        ],
        { signal },
      );
      const addressOf = (fields: ReadonlyMap<string, string>): Address => ({
        host: fields.get('ip') ?? '',
        port: Number(fields.get('port')),
      });
      return {
        name,
        address: addressOf(master),
        quorum: Number(master.get('quorum')),
        settings: SETTINGS.flatMap(setting => {
          const value = master.get(setting);
          return value === undefined ? [] : [[setting, value] as const];
        }),
        knows: [...flatMaps(replicas), ...flatMaps(sentinels)].map(addressOf),
      };
    }),
  );
}

type Kept = { readonly ok: true } | { readonly ok: false; readonly text: string };

async function carryOut(
  deps: Deps,
  request: RepairRequest,
  connection: RedisConnection,
  step: RepairStep,
  signal: AbortSignal,
): Promise<Kept> {
  switch (step.code) {
    case 'repair-meet': {
      await connection.call(['CLUSTER', 'MEET', step.address.host, String(step.address.port)], { signal });
      return { ok: true }; // a cluster keeps its addresses by itself
    }
    case 'repair-promote': {
      await connection.call(['REPLICAOF', 'NO', 'ONE'], { signal });
      return keep(connection, signal);
    }
    case 'repair-follow': {
      await letFollow(deps, request.topologyId, connection, seatNamed(request, step.master), signal);
      await connection.call(['REPLICAOF', step.address.host, String(step.address.port)], { signal });
      return keep(connection, signal);
    }
    case 'repair-watch':
      return watchAnew(deps, request, connection, step, signal);
  }
}

/** In one write, so that the Sentinel is at no moment left without its master. A Sentinel writes its own file with every such order. */
async function watchAnew(
  deps: Deps,
  request: RepairRequest,
  connection: RedisConnection,
  { watched, address, quorum, master }: Extract<RepairStep, { code: 'repair-watch' }>,
  signal: AbortSignal,
): Promise<Kept> {
  const before = flatMap((await connection.pipeline([['SENTINEL', 'MASTER', watched]], { signal }))[0]);
  const settings = SETTINGS.flatMap(setting => {
    const value = before.get(setting);
    return value === undefined ? [] : [setting, value];
  });
  const secret = await secretOf(deps.secrets, request.topologyId, seatNamed(request, master));
  const { username, password } = credentialsOf(secret) as Partial<Credentials>;
  const orders = [
    ['SENTINEL', 'REMOVE', watched],
    ['SENTINEL', 'MONITOR', watched, address.host, String(address.port), String(quorum)],
    [
      ...['SENTINEL', 'SET', watched, ...settings],
      ...(username === undefined ? [] : ['auth-user', username]),
      ...(password === undefined ? [] : ['auth-pass', password]),
    ],
  ].filter(order => order.length > 3 || order[1] === 'REMOVE');
  const replies: readonly (Reply | ReplyError)[] = await connection.pipeline(orders, { timeoutMs: 5000 });
  noneRefused(
    connection,
    orders.map(order => order.slice(0, 3).join(' ')),
    replies,
  );
  return { ok: true };
}
