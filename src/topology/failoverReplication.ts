import { deadline, isDeadline, until } from '../base/abort';
import { HumanError, textOf } from '../base/errors';
import { readInfo } from '../model/info';
import type { Topology } from '../model/snapshot';
import { ReplyError } from '../redis/client';
import type { RedisConnection } from '../redis/client';
import type { VerbDeps } from './deps';
import { lagOf } from './failoverCheck';
import { followsText, roleOf } from './roles';
import type { OnProgress } from './ports';
import { keep, letFollow, talkOf, watchedBySentinel } from './replicaOf';
import { Steps } from './steps';
import type { StepProgress, StepTime } from './steps';
import { seatOf } from './talk';
import type { Seat, Talk } from './talk';

/** A replication without Sentinels: the master hands over to a replica by `FAILOVER TO` (6.2 and later). */
export interface HandoverRequest {
  readonly topologyId: string;
  readonly master: Seat;
  /** Who shall take over: one of `replicas`. */
  readonly to: Seat;
  /** All that follow the master directly; the others are pointed to the new one afterwards. */
  readonly replicas: readonly Seat[];
}

/**
 * The hand-over of a topology in the tree to the node `to`, else to the direct replica that is least behind. Undefined when there is no reachable master or
 * nobody to take over.
 */
export function handoverRequestOf(topology: Topology, to?: string): HandoverRequest | undefined {
  const master = topology.nodes.find(
    ({ role, staleMaster, reachable }) => role === 'master' && staleMaster === undefined && reachable !== undefined,
  );
  if (master === undefined) return undefined;
  const direct = topology.nodes.filter(
    ({ role, masterId, contact }) => role === 'replica' && masterId === master.id && contact.state === 'answering',
  );
  const chosen =
    to === undefined
      ? [...direct].sort((a, b) => (a.lag?.bytes ?? Infinity) - (b.lag?.bytes ?? Infinity))[0]
      : direct.find(({ id }) => id === to);
  const [from, next] = [seatOf(master), chosen === undefined ? undefined : seatOf(chosen)];
  return from === undefined || next === undefined
    ? undefined
    : {
        topologyId: topology.id,
        master: from,
        to: next,
        replicas: direct.map(seatOf).filter(seat => seat !== undefined),
      };
}

export const HANDOVER_STEPS = ['check', 'hand-over', 're-point', 'verify', 'keep'] as const;
export type HandoverStepCode = (typeof HANDOVER_STEPS)[number];
export type HandoverProgress = StepProgress<HandoverStepCode>;

export interface HandoverReport {
  readonly node: string;
  /** From the order to the moment that the new master said that it is one; the old one held its writes meanwhile. */
  readonly writePauseMs: number;
  /** Who could not write its new role into its own conf, and why: it is lost at the next start. */
  readonly notKept: readonly { readonly node: string; readonly text: string }[];
  readonly steps: readonly StepTime<HandoverStepCode>[];
  readonly totalMs: number;
}

export type HandoverFault =
  /** A Sentinel watches: it would keep the old address and fail over again (measured: 31.9 s without writes). Its own failover is the way. */
  | { readonly code: 'handover-watched'; readonly node: string }
  | { readonly code: 'handover-not-master'; readonly node: string; readonly role: string }
  /** Not among the master's connected replicas. */
  | { readonly code: 'handover-not-replica'; readonly node: string }
  | { readonly code: 'handover-lagging'; readonly node: string; readonly lagSeconds: number }
  /** The server doesn't know FAILOVER (before 6.2), or says no. */
  | { readonly code: 'handover-refused'; readonly node: string; readonly text: string }
  /** It didn't catch up in time; taken back, writes go on at the old master. */
  | { readonly code: 'handover-timed-out'; readonly node: string; readonly ms: number }
  | {
      readonly code: 'handover-not-settled';
      readonly lacks: readonly { readonly node: string; readonly text: string }[];
    };

const ANSWER = { everyMs: 50, deadlineMs: 3000 } as const;
/** Within this the replica must have everything, else the server takes the hand-over back by itself. */
const HANDOVER_MS = 5000;
const SETTLE_MS = 30_000;
const MOST_LAG_SECONDS = 1;

/** Lossless: the master holds its writes until the replica has all of them, then they change roles. Verified by what all of them say. */
export async function failoverReplication(
  deps: Pick<VerbDeps, 'connector' | 'secrets' | 'now'>,
  request: HandoverRequest,
  signal: AbortSignal,
  onProgress: OnProgress<HandoverProgress>,
): Promise<HandoverReport> {
  const talk = talkOf(deps, request.topologyId);
  const steps = new Steps(HANDOVER_STEPS, () => deps.now(), onProgress);
  const siblings = request.replicas.filter(({ name }) => name !== request.to.name);
  const to = (seat: Seat, signal: AbortSignal): Promise<RedisConnection> => talk.to(seat, { ...ANSWER, signal });
  const uncancelled = new AbortController().signal;
  try {
    await steps.run('check', async () => check(request, await to(request.master, signal), signal));
    signal.throwIfAborted();
    // The order given, the user's cancel is not listened to: half-way is the only bad state.
    const began = deps.now();
    await steps.run('hand-over', async () => handOver(deps, request, talk, await to(request.master, uncancelled)));
    const writePauseMs = deps.now() - began;
    await steps.run('re-point', async () => {
      const { host, port } = request.to.announced;
      await Promise.all(
        siblings.map(async seat =>
          (await to(seat, uncancelled)).call(['REPLICAOF', host, String(port)], { timeoutMs: 5000 }),
        ),
      );
    });
    await steps.run('verify', () => verify(talk, request, [request.master, ...siblings]));
    const notKept = await steps.run('keep', async () =>
      (
        await Promise.all(
          [request.to, request.master, ...siblings].map(async seat => {
            const kept = await keep(await to(seat, uncancelled), uncancelled);
            return kept.ok ? undefined : { node: seat.name, text: kept.text };
          }),
        )
      ).filter(one => one !== undefined),
    );
    return { node: request.to.name, writePauseMs, notKept, steps: steps.times, totalMs: steps.totalMs };
  } finally {
    talk.dispose();
  }
}

async function check({ master, to }: HandoverRequest, connection: RedisConnection, signal: AbortSignal): Promise<void> {
  if (await watchedBySentinel(connection, signal)) throw refused({ code: 'handover-watched', node: master.name });
  const info = readInfo(await connection.call(['INFO', 'replication'], { signal }));
  if (info.get('role') !== 'master')
    throw refused({ code: 'handover-not-master', node: master.name, role: info.get('role') ?? '' });
  const lag = lagOf(info, to.announced);
  if (lag === Infinity) throw refused({ code: 'handover-not-replica', node: to.name });
  if (lag > MOST_LAG_SECONDS) throw refused({ code: 'handover-lagging', node: to.name, lagSeconds: lag });
}

async function handOver(
  deps: Pick<VerbDeps, 'secrets' | 'now'>,
  { topologyId, master, to }: HandoverRequest,
  talk: Talk,
  connection: RedisConnection,
): Promise<void> {
  // The old master must be able to follow the new one.
  await letFollow(deps, topologyId, connection, to);
  const { host, port } = to.announced;
  const began = deps.now();
  const [reply] = await connection.pipeline([['FAILOVER', 'TO', host, String(port), 'TIMEOUT', String(HANDOVER_MS)]]);
  if (reply instanceof ReplyError) throw refused({ code: 'handover-refused', node: master.name, text: reply.text });
  const ended = await until('hand-over', { everyMs: 10, deadlineMs: HANDOVER_MS + 5000 }, async () => {
    // The promotion cuts connections; a silent moment is not an answer.
    const states = await Promise.all(
      [to, master].map(seat =>
        deadline('answer', 1000, undefined, async signal => {
          const each = await talk.to(seat, { everyMs: 20, deadlineMs: 500, signal });
          // Both from one reply: asked one after the other, a hand-over that ends in between looks like one that was taken back.
          const info = readInfo(await each.call(['INFO', 'replication']));
          return { role: info.get('role'), state: info.get('master_failover_state') };
        }).catch(() => undefined),
      ),
    );
    const [next, old] = states;
    if (next?.role === 'master' && old?.role === 'slave') return 'done';
    return old?.role === 'master' && old.state === 'no-failover' ? 'taken back' : undefined;
  });
  if (ended === 'taken back') throw refused({ code: 'handover-timed-out', node: to.name, ms: deps.now() - began });
}

async function verify(talk: Talk, { to }: HandoverRequest, others: readonly Seat[]): Promise<void> {
  let lacks: readonly { readonly node: string; readonly text: string }[] = [];
  try {
    await until('roles', { everyMs: 30, deadlineMs: SETTLE_MS }, async signal => {
      const ask = async (
        seat: Seat,
        about: (connection: RedisConnection) => Promise<string | undefined>,
      ): Promise<{ node: string; text: string } | undefined> => {
        try {
          const text = await about(await talk.to(seat, { ...ANSWER, signal }));
          return text === undefined ? undefined : { node: seat.name, text };
        } catch (error) {
          if (signal.aborted) throw error;
          return { node: seat.name, text: textOf(error) };
        }
      };
      const found = await Promise.all([
        ask(to, async connection => ((await roleOf(connection)) === 'master' ? undefined : 'not master')),
        ...others.map(seat => ask(seat, connection => followsText(connection, to))),
      ]);
      lacks = found.filter(lack => lack !== undefined);
      return lacks.length === 0 ? true : undefined;
    });
  } catch (error) {
    if (isDeadline(error)) throw refused({ code: 'handover-not-settled', lacks }, error);
    throw error;
  }
}

function refused(fault: HandoverFault, cause?: unknown): HumanError<HandoverFault> {
  return new HumanError(fault, cause === undefined ? undefined : { cause });
}
