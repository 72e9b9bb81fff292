import { HumanError, textOf } from '../base/errors';
import { sameAddress } from '../model/address';
import type { Address } from '../model/address';
import { readInfo, readPairs } from '../model/info';
import type { RedisConnection } from '../redis/client';
import { ReplyError } from '../redis/client';
import type { VerbDeps } from './deps';
import type { FailoverCheck, FailoverFault, FailoverRequest } from './failoverPlan';
import { secretOf } from './password';
import { flatMap, flatMaps } from './replies';
import { Talk } from './talk';
import type { Seat } from './talk';

/** How long a server may take to answer before it counts as silent. */
const ANSWER_MS = 2000;
/** Replicas acknowledge every second; more than this without is no replica to rely on. */
const MOST_LAG_SECONDS = 1;

export interface Answering {
  readonly seat: Seat;
  readonly connection: RedisConnection;
}

export interface ReplicaState {
  readonly seat: Seat;
  readonly link: 'up' | 'down';
  readonly offset: number;
  readonly behindBytes: number;
  /** As the master hears it; infinite when the master doesn't list it. */
  readonly lagSeconds: number;
  readonly priority: number;
  readonly runId: string;
}

/** Everything that the check saw, for the verb to go on with. */
export interface FailoverSight extends FailoverCheck {
  readonly master?: RedisConnection;
  readonly sentinelsAnswering: readonly Answering[];
  /** Replicas that a Sentinel might choose, best first. */
  readonly eligible: readonly (Answering & { readonly state: ReplicaState })[];
}

export function failoverTalk(deps: Pick<VerbDeps, 'connector' | 'secrets'>, request: FailoverRequest): Talk {
  return new Talk(deps.connector, seat => secretOf(deps.secrets, request.topologyId, seat));
}

/** Looks, changes nothing: for the confirmation, and again as the first step of the failover. */
export async function checkFailover(
  deps: Pick<VerbDeps, 'connector' | 'secrets'>,
  request: FailoverRequest,
  signal: AbortSignal,
): Promise<FailoverCheck> {
  const talk = failoverTalk(deps, request);
  try {
    const { refusals, candidate, replicas, sentinels } = await look(talk, request, signal);
    return { refusals, ...(candidate === undefined ? {} : { candidate }), replicas, sentinels };
  } finally {
    talk.dispose();
  }
}

export async function look(talk: Talk, request: FailoverRequest, signal: AbortSignal): Promise<FailoverSight> {
  const refusals: FailoverFault[] = [];
  const [master, ...others] = await Promise.all(
    [request.master, ...request.replicas, ...request.sentinels].map(seat => reach(talk, seat, signal)),
  );
  const replicas = others.slice(0, request.replicas.length);
  const sentinelsAnswering = others.slice(request.replicas.length).filter(isAnswering);
  if (master === undefined || !isAnswering(master))
    refusals.push({ code: 'failover-master-silent', node: request.master.name, text: master?.text ?? '' });
  const opinions = await Promise.all(
    sentinelsAnswering.map(sentinel => opinionOf(sentinel, request.masterName, signal)),
  );
  refusals.push(...sentinelRefusals(request, opinions));

  const heard =
    master !== undefined && isAnswering(master)
      ? readInfo(await master.connection.call(['INFO', 'replication'], { signal }))
      : new Map<string, string>();
  if (heard.size > 0 && heard.get('role') !== 'master')
    refusals.push({ code: 'failover-not-master', node: request.master.name, role: heard.get('role') ?? '' });
  const states = await Promise.all(
    replicas.filter(isAnswering).map(async replica => ({ ...replica, state: await stateOf(replica, heard, signal) })),
  );
  const heldForAlive = (seat: Seat): boolean =>
    opinions.some(({ replicas }) => replicas.some(address => sameAddress(address, seat.announced)));
  const choosable = states.filter(({ seat, state }) => state.priority > 0 && heldForAlive(seat));
  // Frozen a moment ago: the Sentinels would still choose it, and then wait for it in vain while writes are held.
  for (const replica of replicas)
    if (!isAnswering(replica) && heldForAlive(replica.seat))
      refusals.push({ code: 'failover-replica-silent', node: replica.seat.name, text: replica.text });
  const eligible = [...choosable].sort((a, b) => bestFirst(a.state, b.state));
  const linked = eligible.filter(({ state }) => state.link === 'up');
  if (linked.length === 0)
    refusals.push({
      code: 'failover-no-good-replica',
      masterName: request.masterName,
      text: 'no replica with its link up and a priority above 0',
    });
  // Each of them might be chosen, so each must keep up.
  for (const { seat, state } of linked) {
    if (state.lagSeconds > MOST_LAG_SECONDS)
      refusals.push({
        code: 'failover-replica-lagging',
        node: seat.name,
        lagSeconds: finite(state.lagSeconds),
        behindBytes: state.behindBytes,
      });
  }
  const [best] = linked;
  return {
    refusals,
    sentinelsAnswering,
    eligible: linked,
    ...(best === undefined ? {} : { candidate: best.seat.name }),
    ...(master !== undefined && isAnswering(master) ? { master: master.connection } : {}),
    replicas: states.map(({ seat, state }) => ({
      node: seat.name,
      link: state.link,
      lagSeconds: finite(state.lagSeconds),
      behindBytes: state.behindBytes,
      priority: state.priority,
    })),
    sentinels: { answering: sentinelsAnswering.length, of: request.sentinels.length },
  };
}

/** Sentinel's own order: lowest priority number, most of the stream, smallest run id. */
export function bestFirst(a: ReplicaState, b: ReplicaState): number {
  return a.priority - b.priority || b.offset - a.offset || (a.runId < b.runId ? -1 : 1);
}

/** `slave0:ip=172.18.0.3,port=6380,state=online,offset=42,lag=0` of the master's INFO: seconds since that replica's last acknowledgement. */
export function lagOf(masterInfo: ReadonlyMap<string, string>, replica: Address): number {
  for (const [name, value] of masterInfo) {
    if (!/^slave\d+$/.test(name)) continue;
    const fields = readPairs(value);
    if (fields.get('ip') === replica.host && fields.get('port') === String(replica.port))
      return fields.get('state') === 'online' ? Number(fields.get('lag')) : Infinity;
  }
  return Infinity;
}

interface Opinion {
  readonly node: string;
  readonly quorum: { readonly ok: boolean; readonly text: string };
  readonly master: Address | undefined;
  readonly inProgress: boolean;
  /** Those that this Sentinel holds for alive. */
  readonly replicas: readonly Address[];
}

async function opinionOf({ seat, connection }: Answering, masterName: string, signal: AbortSignal): Promise<Opinion> {
  const [quorum, about, replicas] = await connection.pipeline(
    [
      ['SENTINEL', 'CKQUORUM', masterName],
      ['SENTINEL', 'MASTER', masterName],
      ['SENTINEL', 'REPLICAS', masterName],
    ],
    { signal },
  );
  const fields = flatMap(about);
  return {
    node: seat.name,
    quorum:
      quorum instanceof ReplyError
        ? { ok: false, text: quorum.text }
        : { ok: String(quorum).startsWith('OK'), text: String(quorum) },
    master: fields.has('ip') ? { host: String(fields.get('ip')), port: Number(fields.get('port')) } : undefined,
    inProgress: (fields.get('flags') ?? '').split(',').includes('failover_in_progress'),
    replicas: flatMaps(replicas)
      .filter(replica => replica.get('flags') === 'slave')
      .map(replica => ({ host: String(replica.get('ip')), port: Number(replica.get('port')) })),
  };
}

function sentinelRefusals(request: FailoverRequest, opinions: readonly Opinion[]): readonly FailoverFault[] {
  if (opinions.length === 0) return [{ code: 'failover-no-sentinel', masterName: request.masterName }];
  const refusals: FailoverFault[] = [];
  const refusing = opinions.find(({ quorum }) => !quorum.ok);
  if (refusing !== undefined)
    refusals.push({ code: 'failover-no-quorum', node: refusing.node, text: refusing.quorum.text });
  if (opinions.some(({ inProgress }) => inProgress))
    refusals.push({ code: 'failover-in-progress', masterName: request.masterName });
  if (opinions.some(({ master }) => master === undefined || !sameAddress(master, request.master.announced))) {
    refusals.push({ code: 'failover-sentinels-differ', views: opinions.map(({ node, master }) => ({ node, master })) });
  }
  return refusals;
}

async function stateOf(
  { seat, connection }: Answering,
  masterInfo: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<ReplicaState> {
  const [replication, server] = await connection.pipeline(
    [
      ['INFO', 'replication'],
      ['INFO', 'server'],
    ],
    { signal },
  );
  const fields = readInfo(replication);
  const offset = Number(fields.get('slave_repl_offset') ?? 0);
  return {
    seat,
    offset,
    link: fields.get('master_link_status') === 'up' ? 'up' : 'down',
    priority: Number(fields.get('slave_priority') ?? 100),
    behindBytes: Math.max(0, Number(masterInfo.get('master_repl_offset') ?? 0) - offset),
    lagSeconds: lagOf(masterInfo, seat.announced),
    runId: readInfo(server).get('run_id') ?? '',
  };
}

async function reach(
  talk: Talk,
  seat: Seat,
  signal: AbortSignal,
): Promise<Answering | { readonly seat: Seat; readonly text: string }> {
  try {
    return { seat, connection: await talk.to(seat, { everyMs: 50, deadlineMs: ANSWER_MS, signal }) };
  } catch (error) {
    if (signal.aborted) throw error;
    return { seat, text: error instanceof HumanError ? error.message : textOf(error) };
  }
}

function isAnswering(one: Answering | { readonly seat: Seat; readonly text: string }): one is Answering {
  return 'connection' in one;
}

/** JSON and sentences know no infinity: -1 says "never heard". */
function finite(seconds: number): number {
  return Number.isFinite(seconds) ? seconds : -1;
}
