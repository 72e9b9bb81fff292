import { isDeadline, until } from '../../base/abort';
import { HumanError, isFault } from '../../base/errors';
import { compareNames } from '../../model/names';
import type { ClusterMember, ClusterView } from '../../model/clusterView';
import type { SlotRange } from '../../model/slots';
import type { Instance } from '../../model/instance';
import type { VerbDeps } from '../deps';
import type { OnProgress } from '../ports';
import { Steps } from '../steps';
import type { StepProgress, StepTime } from '../steps';
import { follow } from './addNode';
import { memberOf, withCrew } from './crew';
import type { ClusterTarget, Crew } from './crew';
import { forgetEverywhere } from './forget';
import type { ForgetFault } from './forget';
import type { JoinStartFault } from './joinStart';
import { ask } from './wire';

export interface NodeRemovalRequest {
  readonly target: ClusterTarget;
  /** Name, snapshot id or cluster id. */
  readonly node: string;
  /** Its container or process, when that is ours and shall go too, with or without its volumes or folders. Absent: a living node is reset, and stays empty and alone. */
  readonly instance?: {
    readonly id: string;
    readonly engine: Instance['engine'];
    readonly node: string;
    readonly data: boolean;
  };
}

/** What is known before anything is done, for the confirmation. Pure data. */
export interface NodeRemovalCheck {
  readonly name: string;
  readonly id: string;
  readonly role: ClusterMember['role'];
  readonly answers: boolean;
  /** Its replicas, and the master that each will follow. */
  readonly moved: readonly {
    readonly name: string;
    readonly id: string;
    readonly to: { readonly name: string; readonly id: string };
  }[];
  readonly notes: readonly NodeRemovalNote[];
}

export type NodeRemovalNote =
  /** From then on the loss of that master takes its slots down. */
  | { readonly code: 'removal-last-replica'; readonly node: string; readonly master: string }
  /** Two masters can't outvote a lost third. */
  | { readonly code: 'removal-few-masters'; readonly masters: number }
  /** Those don't answer and go on knowing it; they are told when they come back within 65 s. */
  | { readonly code: 'removal-silent'; readonly nodes: readonly string[] };

export type NodeRemovalFault =
  | ForgetFault
  /** Slots must go to others first. */
  | {
      readonly code: 'removal-has-slots';
      readonly node: string;
      readonly count: number;
      readonly ranges: readonly SlotRange[];
    }
  /** Dead, and the only one that had these slots: their keys are lost unless it comes back. */
  | {
      readonly code: 'removal-dead-with-slots';
      readonly node: string;
      readonly count: number;
      readonly ranges: readonly SlotRange[];
      readonly replicas: readonly string[];
    }
  | { readonly code: 'removal-last-node'; readonly node: string }
  | { readonly code: 'removal-replicas-stay'; readonly node: string; readonly replicas: readonly string[] };

export const NODE_REMOVAL_STEPS = ['check', 'replicas', 'forget', 'server', 'verify'] as const;
export type NodeRemovalStep = (typeof NODE_REMOVAL_STEPS)[number];
export type NodeRemovalProgress = StepProgress<NodeRemovalStep>;

export interface NodeRemovalReport {
  readonly node: string;
  readonly id: string;
  /** They didn't answer, so they still know it: see `watchForgotten`. */
  readonly unheard: readonly string[];
  /** What became of its server. */
  readonly server: 'removed' | 'reset' | 'left';
  readonly steps: readonly StepTime<NodeRemovalStep>[];
  readonly totalMs: number;
}

/** Looks, changes nothing. Throws a {@link NodeRemovalFault} when it can't be done. */
export function checkNodeRemoval(
  deps: Pick<VerbDeps, 'connector' | 'secrets'>,
  request: Pick<NodeRemovalRequest, 'target' | 'node'>,
  signal: AbortSignal,
): Promise<NodeRemovalCheck> {
  return withCrew(deps, request.target, signal, async crew =>
    planNodeRemoval(
      (await crew.look(signal)).view,
      request.node,
      crew.silent.map(({ seat }) => seat.name),
    ),
  );
}

/** Pure. @param silent names of nodes that don't answer */
export function planNodeRemoval(view: ClusterView, node: string, silent: readonly string[]): NodeRemovalCheck {
  const member = view.members.find(one => one.node === node) ?? memberOf(view, node);
  const byId = new Map(view.members.map(one => [one.id, one]));
  const shard = view.shards.find(one => one.masterId === member.id);
  const nameOf = (id: string): string => byId.get(id)?.name ?? id;
  if (shard && shard.slots > 0) {
    const fault = { node: member.name, count: shard.slots, ranges: shard.ranges };
    throw new HumanError<NodeRemovalFault>(
      member.answers
        ? { code: 'removal-has-slots', ...fault }
        : {
            code: 'removal-dead-with-slots',
            ...fault,
            replicas: shard.replicaIds.filter(id => byId.get(id)?.answers).map(nameOf),
          },
    );
  }
  if (view.members.length === 1)
    throw new HumanError<NodeRemovalFault>({ code: 'removal-last-node', node: member.name });
  // Its replicas go to the masters with the fewest, one after the other.
  const load = new Map(
    view.shards
      .filter(one => one.slots > 0 && byId.get(one.masterId)?.state === 'ok')
      .map(one => [one.masterId, one.replicaIds.length]),
  );
  const replicas = view.members.filter(one => one.masterId === member.id && one.role === 'replica' && one.answers);
  const moved = replicas.flatMap(({ id, name }) => {
    const [to] = [...load].sort((a, b) => a[1] - b[1] || compareNames(nameOf(a[0]), nameOf(b[0])))[0] ?? [];
    if (to === undefined) return [];
    load.set(to, (load.get(to) ?? 0) + 1);
    return [{ name, id, to: { id: to, name: nameOf(to) } }];
  });
  if (moved.length < replicas.length)
    throw new HumanError<NodeRemovalFault>({
      code: 'removal-replicas-stay',
      node: member.name,
      replicas: replicas.map(({ name }) => name),
    });
  const own = view.shards.find(one => one.masterId === member.masterId);
  const alive = own?.replicaIds.filter(id => id !== member.id && byId.get(id)?.state === 'ok') ?? [];
  const masters = view.shards.filter(one => one.slots > 0).length;
  const others = silent.filter(name => name !== member.name);
  return {
    name: member.name,
    id: member.id,
    role: member.role,
    answers: member.answers,
    moved,
    notes: [
      ...(member.role === 'replica' && own && own.slots > 0 && alive.length === 0
        ? [{ code: 'removal-last-replica' as const, node: member.name, master: nameOf(own.masterId) }]
        : []),
      ...(member.role === 'master' && masters < 3 ? [{ code: 'removal-few-masters' as const, masters }] : []),
      ...(others.length > 0 ? [{ code: 'removal-silent' as const, nodes: others }] : []),
    ],
  };
}

/** Done when no answering node lists it, and its server is gone, or alone and empty. May be run again. */
export function removeNode(
  deps: Pick<VerbDeps, 'connector' | 'secrets' | 'now' | 'engine'>,
  request: NodeRemovalRequest,
  signal: AbortSignal,
  onProgress: OnProgress<NodeRemovalProgress>,
): Promise<NodeRemovalReport> {
  const steps = new Steps(NODE_REMOVAL_STEPS, () => deps.now(), onProgress);
  return withCrew(deps, request.target, signal, async crew => {
    const { id, name, moved } = await steps.run('check', async () => {
      const check = planNodeRemoval((await crew.look(signal)).view, request.node, []);
      if (request.instance === undefined) await refuseKeys(crew, check, signal);
      return check;
    });
    await steps.run('replicas', () => repoint(crew, moved, signal));
    // Forgotten before it goes: one that is reset first would stay in the others' tables under a name that nobody answers to.
    const unheard = await steps.run('forget', () => forgetEverywhere(crew, [id], signal, name));
    const server = await steps.run('server', () => dispose(deps, request, crew, id));
    await steps.run('verify', async () => {
      let by: readonly string[] = [];
      await until('nobody lists it', { everyMs: 50, deadlineMs: 10_000 }, async inner => {
        by = (await crew.look(inner)).seen
          .filter(({ report }) => report.myId !== id && report.nodes.some(line => line.id === id))
          .map(one => one.name);
        return by.length === 0 ? true : undefined;
      }).catch((error: unknown) => {
        if (isDeadline(error))
          throw new HumanError<NodeRemovalFault>({ code: 'forget-not-settled', node: name, by }, { cause: error });
        throw error;
      });
    });
    return { node: name, id, unheard, server, steps: steps.times, totalMs: steps.totalMs };
  });
}

/** A master that holds keys of slots that are not its own can't be reset: told before it is forgotten. */
async function refuseKeys(crew: Crew, { id, name, role }: NodeRemovalCheck, signal: AbortSignal): Promise<void> {
  const member = crew.find(id);
  if (!member || role !== 'master') return;
  const [keys] = await ask(member.connection, [['DBSIZE']], signal);
  if (typeof keys === 'number' && keys > 0)
    throw new HumanError<JoinStartFault>({ code: 'node-holds-keys', node: name, keys });
}

/** A node can't forget its own master, so its replicas follow others before. */
async function repoint(crew: Crew, moved: NodeRemovalCheck['moved'], signal: AbortSignal): Promise<void> {
  await Promise.all(moved.map(({ id, to }) => follow(crew.member(id), to.id, to.name, signal)));
  if (moved.length === 0) return;
  await until('replicas follow others', { everyMs: 50, deadlineMs: 20_000, signal }, async inner => {
    const { seen } = await crew.look(inner);
    return moved.every(({ id, to }) =>
      seen.find(one => one.report.myId === id)?.report.nodes.some(line => line.id === id && line.masterId === to.id),
    )
      ? true
      : undefined;
  });
}

async function dispose(
  deps: Pick<VerbDeps, 'engine'>,
  { target: { topologyId }, instance }: NodeRemovalRequest,
  crew: Crew,
  id: string,
): Promise<NodeRemovalReport['server']> {
  if (instance) {
    const engine = deps.engine(instance.engine);
    // Not under the user's signal: a node that is forgotten but lives on would be worse than either.
    await engine.remove(instance.id, { topologyId }).catch((error: unknown) => {
      if (!isFault(error, 'gone')) throw error;
    });
    if (instance.data) await engine.removeRoom(topologyId, instance.node);
    return 'removed';
  }
  const member = crew.find(id);
  if (!member) return 'left';
  // A replica's keys are copies, which it drops. HARD also gives it a new name, so that nobody takes it for the old one.
  await ask(member.connection, [['CLUSTER', 'RESET', 'HARD']], undefined, 10_000);
  return 'reset';
}
