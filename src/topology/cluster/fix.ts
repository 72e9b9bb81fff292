import { isDeadline, until } from '../../base/abort';
import { HumanError, textOf } from '../../base/errors';
import type { ClusterFinding } from '../../model/clusterFindings';
import type { ClusterView } from '../../model/clusterView';
import { eachSlot, rangesOf } from '../../model/slots';
import type { Topology } from '../../model/snapshot';
import { ReplyError } from '../../redis/client';
import type { VerbDeps } from '../deps';
import type { OnProgress } from '../ports';
import { follow } from './addNode';
import { clusterTargetOf, withCrew } from './crew';
import type { ClusterSight, ClusterTarget, Crew } from './crew';
import { planFix } from './fixPlan';
import type { FixFacts, FixPlan, FixScope, FixStep } from './fixPlan';
import { forgetEverywhere } from './forget';
import { SlotMover } from './slotMover';
import { addSlots, ask, meet, refused } from './wire';
import { secretOf } from '../password';

export interface FixRequest {
  readonly target: ClusterTarget;
  /** Cluster ids of nodes whose container or process still exists. */
  readonly standing: readonly string[];
  readonly scope: FixScope;
  /** Cluster ids of dead masters whose keys the user gives up. */
  readonly givenUp: readonly string[];
}

export interface FixProgress {
  readonly step: FixStep;
  readonly done: number;
  readonly total: number;
}

export interface FixReport {
  /** Carried out, in order. */
  readonly done: readonly FixStep[];
  /** What a fresh look at all nodes would still do. Empty: mended. */
  readonly remaining: FixPlan;
  readonly ms: number;
}

export type FixFault =
  /** Nothing after it was done; look and plan again. */
  {
    readonly code: 'fix-stopped';
    readonly step: FixStep;
    readonly text: string;
    readonly done: number;
    readonly total: number;
  };

/** News takes a few seconds to reach everybody. */
const SETTLE_MS = 15_000;
const BATCH = 1000;

export function fixRequestOf(topology: Topology, scope: FixScope = 'all', givenUp: readonly string[] = []): FixRequest {
  const standing = topology.nodes.filter(node => node.instance !== undefined);
  const ids =
    topology.cluster?.members
      .filter(member => standing.some(node => node.id === member.node || node.clusterId === member.id))
      .map(({ id }) => id) ?? [];
  return { target: clusterTargetOf(topology), standing: ids, scope, givenUp };
}

/** Looks, changes nothing. */
export function prepareFix(
  deps: Pick<VerbDeps, 'connector' | 'secrets'>,
  request: FixRequest,
  signal: AbortSignal,
): Promise<FixPlan> {
  return withCrew(deps, request.target, signal, async crew => (await planNow(crew, request, signal)).plan);
}

async function planNow(
  crew: Crew,
  request: FixRequest,
  signal: AbortSignal,
): Promise<{ readonly plan: FixPlan; readonly view: ClusterView }> {
  const { view } = await crew.look(signal);
  return { plan: planFix(view, await factsOf(crew, view, request, signal), request.scope), view };
}

/** Findings that pass by themselves once there is nothing more to do. */
const PASSING: ReadonlySet<ClusterFinding['code']> = new Set([
  'node-not-joined',
  'node-unknown',
  'bus-link-down',
  'views-differ',
  'stale-claim',
  'cluster-says-down',
]);

function isSettled({ steps, left }: FixPlan, { findings }: ClusterView): boolean {
  const lasting = left.some(({ code }) => code !== 'left-no-replica' && code !== 'left-no-failover');
  return steps.length === 0 && (lasting || !findings.some(({ code }) => PASSING.has(code)));
}

async function factsOf(
  crew: Crew,
  view: ClusterView,
  { standing, givenUp }: FixRequest,
  signal: AbortSignal,
): Promise<FixFacts> {
  const given = new Set(givenUp);
  const slots = [
    ...new Set([
      ...view.open.map(({ slot }) => slot),
      ...eachSlot(view.uncovered),
      ...view.shards.filter(({ masterId }) => given.has(masterId)).flatMap(shard => [...eachSlot(shard.ranges)]),
    ]),
  ];
  const keys = new Map<string, number>();
  const masters = view.members.filter(member => member.role === 'master' && member.answers);
  await Promise.all(
    masters
      .flatMap(({ id }) => crew.find(id) ?? [])
      .map(async ({ id, connection }) => {
        for (let at = 0; at < slots.length; at += BATCH) {
          const some = slots.slice(at, at + BATCH);
          const counts = await ask(
            connection,
            some.map(slot => ['CLUSTER', 'COUNTKEYSINSLOT', String(slot)]),
            signal,
          );
          counts.forEach((count, index) => {
            if (typeof count === 'number' && count > 0) keys.set(`${id} ${some[index]}`, count);
          });
        }
      }),
  );
  return { keys, standing: new Set(standing), givenUp: given };
}

/**
 * Carries out a confirmed plan, a cancel between two steps, then waits until a fresh look at all nodes finds nothing more to do; what it still finds
 * is in the report. Throws `fix-stopped` at the first step that fails.
 */
export function fixCluster(
  deps: Pick<VerbDeps, 'connector' | 'secrets' | 'now'>,
  request: FixRequest,
  plan: FixPlan,
  signal: AbortSignal,
  onProgress: OnProgress<FixProgress>,
): Promise<FixReport> {
  const began = deps.now();
  return withCrew(deps, request.target, signal, async crew => {
    const secretFor = (id: string): Promise<string | undefined> =>
      secretOf(
        deps.secrets,
        request.target.topologyId,
        request.target.seats.find(({ name }) => name === crew.member(id).name) ?? {},
      );
    const total = plan.steps.length;
    const done: FixStep[] = [];
    for (const step of plan.steps) {
      signal.throwIfAborted();
      onProgress({ step, done: done.length, total });
      try {
        await carryOut(crew, step, secretFor, await crew.look(signal), signal);
      } catch (error) {
        if (signal.aborted) throw error;
        throw new HumanError<FixFault>(
          { code: 'fix-stopped', step, text: textOf(error), done: done.length, total },
          { cause: error },
        );
      }
      done.push(step);
    }
    let remaining: FixPlan = { steps: [], left: [] };
    try {
      await until('mended', { everyMs: 200, deadlineMs: SETTLE_MS, signal }, async inner => {
        const { plan: now, view } = await planNow(crew, request, inner);
        remaining = now;
        return isSettled(now, view) ? true : undefined;
      });
    } catch (error) {
      if (!isDeadline(error)) throw error;
    }
    return { done, remaining, ms: deps.now() - began };
  });
}

async function carryOut(
  crew: Crew,
  step: FixStep,
  secretFor: (id: string) => Promise<string | undefined>,
  sight: ClusterSight,
  signal: AbortSignal,
): Promise<void> {
  switch (step.code) {
    case 'fix-meet': {
      await meet(crew.member(step.from.id), [crew.member(step.to.id)], signal);
      return;
    }
    case 'fix-forget': {
      await forgetEverywhere(crew, [step.node.id], signal, step.node.name);
      return;
    }
    case 'fix-promote':
      return promote(crew, step, signal);
    case 'fix-replicate':
      return follow(crew.member(step.node.id), step.master.id, step.master.name, signal);
    case 'fix-bump-epoch': {
      await ask(crew.member(step.node.id).connection, [['CLUSTER', 'BUMPEPOCH']], signal);
      return;
    }
    case 'fix-close': {
      await ask(crew.member(step.node.id).connection, [['CLUSTER', 'SETSLOT', String(step.slot), 'STABLE']], signal);
      return;
    }
    case 'fix-finish-move': {
      const mover = await SlotMover.between(
        crew,
        crew.member(step.from.id),
        crew.member(step.to.id),
        await secretFor(step.to.id),
      );
      await mover.move(step.slot);
      await mover.settle();
      return;
    }
    case 'fix-bring-home': {
      await (
        await SlotMover.between(crew, crew.member(step.from.id), crew.member(step.to.id), await secretFor(step.to.id))
      ).bringHome(step.slot);
      return;
    }
    case 'fix-assign':
      return assign(crew, step, sight, signal);
  }
}

async function promote(
  crew: Crew,
  { node, mode }: Extract<FixStep, { code: 'fix-promote' }>,
  signal: AbortSignal,
): Promise<void> {
  const { connection, name } = crew.member(node.id);
  const order = ['CLUSTER', 'FAILOVER', mode.toUpperCase()];
  const [reply] = await connection.pipeline([order], { signal });
  // The cluster may have done it by itself meanwhile.
  if (reply instanceof ReplyError && !/send the command to a replica|should send/i.test(reply.text))
    throw refused(connection, order, reply);
  await until(`${name} is master`, { everyMs: 50, deadlineMs: 15_000, signal }, async inner => {
    const own = await crew.observe(name, inner);
    return own?.role === 'master' && own.report.nodes.some(line => line.id === node.id && line.slots.length > 0)
      ? true
      : undefined;
  });
}

/** A node refuses slots that it believes somebody else's, so its own belief is put right first. A fresh epoch makes the others believe it. */
async function assign(
  crew: Crew,
  { to, ranges }: Extract<FixStep, { code: 'fix-assign' }>,
  { seen }: ClusterSight,
  signal: AbortSignal,
): Promise<void> {
  const { connection, id } = crew.member(to.id);
  const lines = seen.find(one => one.report.myId === id)?.report.nodes ?? [];
  const wanted = new Set(eachSlot(ranges));
  const believed = lines
    .filter(line => line.id !== id)
    .flatMap(line => [...eachSlot(line.slots)])
    .filter(slot => wanted.has(slot));
  const own = new Set(lines.filter(line => line.id === id).flatMap(line => [...eachSlot(line.slots)]));
  if (believed.length > 0) await ask(connection, [['CLUSTER', 'DELSLOTS', ...believed.map(String)]], signal);
  const missing = [...wanted].filter(slot => !own.has(slot));
  if (missing.length > 0) await addSlots(connection, rangesOf(missing), signal);
  await ask(connection, [['CLUSTER', 'BUMPEPOCH']], signal);
}
