import { isDeadline, until } from '../../base/abort';
import { HumanError } from '../../base/errors';
import type { SlotRange } from '../../model/slots';
import { ReplyError } from '../../redis/client';
import type { VerbDeps } from '../deps';
import type { OnProgress } from '../ports';
import { Steps } from '../steps';
import type { StepProgress, StepTime } from '../steps';
import { memberOf, withCrew } from './crew';
import type { ClusterSight, ClusterTarget, Crew, CrewFault } from './crew';
import type { Observation } from './wire';

/**
 * `safe`: the master stops, hands over at the very last byte: 0 acknowledged writes lost in all measured runs. `force`: by vote of
 * the other masters without asking the master. `takeover`: without asking anybody. The last two may lose the latest writes.
 */
export type ClusterFailoverMode = 'safe' | 'force' | 'takeover';

export interface ClusterFailoverRequest {
  readonly target: ClusterTarget;
  /** Name or cluster id: a replica, which shall become master, or a master, whose best replica shall. */
  readonly node: string;
  readonly mode: ClusterFailoverMode;
}

export const CLUSTER_FAILOVER_STEPS = ['check', 'switch', 'verify'] as const;
export type ClusterFailoverStep = (typeof CLUSTER_FAILOVER_STEPS)[number];

export interface ClusterFailoverReport {
  readonly from: string;
  readonly to: string;
  readonly mode: ClusterFailoverMode;
  /** From the order until the replica called itself master of the slots. */
  readonly switchMs: number;
  readonly steps: readonly StepTime<ClusterFailoverStep>[];
  readonly totalMs: number;
}

export type ClusterFailoverFault =
  | { readonly code: 'cluster-no-replica'; readonly node: string }
  | { readonly code: 'cluster-replica-not-linked'; readonly node: string; readonly master: string }
  /** Safe failover is a talk with the master; a silent one needs `force`. */
  | { readonly code: 'cluster-master-silent'; readonly node: string; readonly replica: string }
  | { readonly code: 'cluster-failover-refused'; readonly node: string; readonly text: string }
  /** The order was taken with OK and the roles never changed; seen when the master is frozen. */
  | {
      readonly code: 'cluster-failover-without-effect';
      readonly node: string;
      readonly master: string;
      readonly mode: ClusterFailoverMode;
      readonly ms: number;
    }
  /** Promoted, but these don't see it so yet. */
  | { readonly code: 'cluster-failover-not-settled'; readonly node: string; readonly by: readonly string[] };

/** What is known before, for the confirmation. */
export interface ClusterFailoverCheck {
  readonly master: string;
  readonly replica: string;
  readonly ranges: readonly SlotRange[];
  readonly masterAnswers: boolean;
  readonly behindBytes: number;
}

/** The server gives a manual failover 5 s; an election may need a second try. */
const SWITCH_MS = { safe: 7000, force: 15_000, takeover: 5000 } as const;
const SETTLE_MS = 15_000;
const KNOWN_MS = 5000;

/** Looks, changes nothing. Throws a {@link ClusterFailoverFault} when it can't work. */
export function checkClusterFailover(
  deps: Pick<VerbDeps, 'connector' | 'secrets'>,
  request: ClusterFailoverRequest,
  signal: AbortSignal,
): Promise<ClusterFailoverCheck> {
  return withCrew(deps, request.target, signal, async crew => choose(crew, await crew.look(signal), request));
}

/** Makes a replica master and returns when every answering node sees it so. Judged by roles, never by replies. */
export function failoverCluster(
  deps: Pick<VerbDeps, 'connector' | 'secrets' | 'now'>,
  request: ClusterFailoverRequest,
  signal: AbortSignal,
  onProgress: OnProgress<StepProgress<ClusterFailoverStep>>,
): Promise<ClusterFailoverReport> {
  const { mode } = request;
  const steps = new Steps(CLUSTER_FAILOVER_STEPS, () => deps.now(), onProgress);
  return withCrew(deps, request.target, signal, async crew => {
    const { master, replica } = await steps.run('check', async () => choose(crew, await crew.look(signal), request));
    const chosen = crew.member(replica);
    if (mode === 'safe') {
      // A master takes the order only from one whom it knows as its replica; right after another failover it may not have heard yet.
      await explained(
        until('master knows its replica', { everyMs: 20, deadlineMs: KNOWN_MS, signal }, async inner => {
          const masterLook = await crew.observe(master, inner);
          return masterLook?.report.nodes.some(
            line => line.id === chosen.id && line.masterId === masterLook.report.myId,
          ) === true
            ? true
            : undefined;
        }),
        () => ({ code: 'cluster-replica-not-linked', node: replica, master }),
      );
    }
    const began = deps.now();
    let switchMs = 0;
    await steps.run('switch', async () => {
      const [reply] = await chosen.connection.pipeline(
        [['CLUSTER', 'FAILOVER', ...(mode === 'safe' ? [] : [mode.toUpperCase()])]],
        { signal },
      );
      if (reply instanceof ReplyError)
        throw new HumanError<ClusterFailoverFault>({
          code: 'cluster-failover-refused',
          node: replica,
          text: reply.text,
        });
      // The order can't be recalled, so from here on the user's cancel is not listened to.
      await explained(
        until('promotion', { everyMs: 10, deadlineMs: SWITCH_MS[mode] }, async inner =>
          isMaster(await crew.observe(replica, inner)) ? true : undefined,
        ),
        () => ({ code: 'cluster-failover-without-effect', node: replica, master, mode, ms: SWITCH_MS[mode] }),
      );
      switchMs = deps.now() - began;
    });
    await steps.run('verify', async () => {
      let not: readonly string[] = [];
      await explained(
        until('agreement', { everyMs: 20, deadlineMs: SETTLE_MS }, async inner => {
          not = unconvinced(await crew.look(inner), chosen.id, crew.find(master)?.id);
          return not.length === 0 ? true : undefined;
        }),
        () => ({ code: 'cluster-failover-not-settled', node: replica, by: not }),
      );
    });
    return { from: master, to: replica, mode, switchMs, steps: steps.times, totalMs: steps.totalMs };
  });
}

async function explained<T>(work: Promise<T>, fault: () => ClusterFailoverFault): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isDeadline(error)) throw new HumanError<ClusterFailoverFault>(fault(), { cause: error });
    throw error;
  }
}

/** The replica that takes over: the one asked for, or the master's replica that has most. */
function choose(
  crew: Crew,
  { seen, view }: ClusterSight,
  { node, mode }: ClusterFailoverRequest,
): ClusterFailoverCheck {
  const asked = memberOf(view, node);
  const masterId = asked.role === 'replica' ? asked.masterId : asked.id;
  const shard = view.shards.find(shard => shard.masterId === masterId);
  const master = view.members.find(member => member.id === masterId);
  if (!shard || !master)
    throw new HumanError<ClusterFailoverFault | CrewFault>({ code: 'cluster-no-replica', node: asked.name });
  const look = (id: string): Observation | undefined => seen.find(one => one.report.myId === id);
  const candidates = (asked.role === 'replica' ? [asked.id] : shard.replicaIds)
    .flatMap(id => look(id) ?? [])
    .sort((a, b) => Number(b.linkUp) - Number(a.linkUp) || b.offset - a.offset);
  const [best] = candidates;
  if (!best) {
    if (asked.role === 'replica') crew.member(asked.name); // says that it is silent
    throw new HumanError<ClusterFailoverFault>({ code: 'cluster-no-replica', node: master.name });
  }
  const masterLook = look(master.id);
  if (mode === 'safe' && !masterLook)
    throw new HumanError<ClusterFailoverFault>({
      code: 'cluster-master-silent',
      node: master.name,
      replica: best.name,
    });
  if (mode === 'safe' && !best.linkUp)
    throw new HumanError<ClusterFailoverFault>({
      code: 'cluster-replica-not-linked',
      node: best.name,
      master: master.name,
    });
  return {
    master: master.name,
    replica: best.name,
    ranges: shard.ranges,
    masterAnswers: masterLook !== undefined,
    behindBytes: Math.max(0, (masterLook?.offset ?? best.offset) - best.offset),
  };
}

function isMaster(own: Observation | undefined): boolean {
  return own?.role === 'master' && own.report.nodes.some(line => line.id === own.report.myId && line.slots.length > 0);
}

/** Who doesn't yet see the new master with its slots, or is a former master that doesn't follow it. */
function unconvinced({ seen, view }: ClusterSight, newId: string, oldId: string | undefined): string[] {
  const shard = view.shards.find(shard => shard.masterId === newId);
  const disputed = new Set(view.disputes.flatMap(dispute => dispute.claims.slice(1).flatMap(claim => claim.by)));
  const oldAnswers = seen.some(one => one.report.myId === oldId);
  return seen
    .filter(({ name, report, role, linkUp }) => {
      const line = report.nodes.find(line => line.id === newId);
      const follows = report.myId !== oldId || (role === 'replica' && linkUp);
      const old = oldAnswers ? report.nodes.find(line => line.id === oldId) : undefined;
      return (
        !line ||
        !line.flags.includes('master') ||
        !shard ||
        shard.slots === 0 ||
        disputed.has(name) ||
        !follows ||
        (old !== undefined && old.masterId !== newId) ||
        (report.state !== 'ok' && view.uncovered.length === 0)
      );
    })
    .map(one => one.name);
}
