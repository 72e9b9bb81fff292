import type { Engine, Storage } from '../../engine/engine';
import { HumanError } from '../../base/errors';
import type { ClusterView } from '../../model/clusterView';
import { compareNames } from '../../model/names';
import type { Instance } from '../../model/instance';
import type { Topology } from '../../model/snapshot';
import { confLine, confText } from '../confText';
import type { VerbDeps } from '../deps';
import { PASSWORD, placeholder } from '../plan';
import type { PlannedNode, TopologyPlan } from '../plan';
import { serverConf } from '../sentinelPlan';
import { clusterTargetOf, withCrew } from './crew';
import type { ClusterTarget, CrewFault } from './crew';
import { clusterConf, clusterPorts } from './request';
import { ask } from './wire';

/** One more node for a cluster of ours. */
export interface AdditionRequest {
  readonly target: ClusterTarget;
  /** A server of the cluster whose image, storage and settings the new one gets. */
  readonly sibling: { readonly name: string; readonly instance: Instance };
  readonly role: 'master' | 'replica';
  /** Of a replica: name or cluster id of its master. Absent: the master with the fewest replicas. */
  readonly of?: string;
}

/** What will be made: shown, confirmed, kept in the journal. Holds no secret. */
export interface AdditionPlan extends TopologyPlan {
  readonly kind: 'cluster';
  readonly target: ClusterTarget;
  readonly role: 'master' | 'replica';
  /** Of a replica: name and cluster id of its master. */
  readonly of?: { readonly name: string; readonly id: string };
  readonly notes: readonly AdditionNote[];
  readonly steps: readonly AdditionStep[];
}

export const ADDITION_STEPS = ['room', 'server', 'join', 'functions', 'follow', 'known'] as const;
export type AdditionStep = (typeof ADDITION_STEPS)[number];

export type AdditionNote =
  /** These don't answer: they hear of the new node from the others when they come back. */
  | { readonly code: 'addition-silent'; readonly nodes: readonly string[] }
  /** It owns no slots until some are moved to it. */
  | { readonly code: 'addition-empty' }
  | { readonly code: 'addition-even-masters'; readonly masters: number }
  /** All on one machine. */
  | { readonly code: 'addition-one-machine' };

export type AdditionFault =
  | { readonly code: 'addition-no-sibling'; readonly name: string }
  | { readonly code: 'addition-not-a-master'; readonly node: string };

/** Settings that siblings may have been given by hand and that a replica must share with its master to be able to take over from it, with the server's defaults. */
const SHARED: readonly (readonly [name: string, standard: string])[] = [
  ['maxmemory', '0'],
  ['maxmemory-policy', 'noeviction'],
  ['save', '3600 1 300 100 60 10000'],
  ['appendonly', 'yes'],
  ['cluster-require-full-coverage', 'yes'],
  ['cluster-allow-reads-when-down', 'no'],
  ['cluster-migration-barrier', '1'],
  ['cluster-allow-replica-migration', 'yes'],
  ['min-replicas-to-write', '0'],
  ['notify-keyspace-events', ''],
  ['timeout', '0'],
];

/**
 * Which node of the cluster the new one takes after: one that runs and is ours.
 * @param nodeId of the row that a replica is added on: its master, or another replica of that
 */
export function additionRequestOf(topology: Topology, role: AdditionRequest['role'], nodeId?: string): AdditionRequest {
  const sibling = topology.nodes.find(
    node => node.instance?.ownership?.topologyId === topology.id && node.contact.state === 'answering',
  );
  if (!sibling?.instance) throw new HumanError<AdditionFault>({ code: 'addition-no-sibling', name: topology.name });
  const row = topology.nodes.find(({ id }) => id === nodeId);
  return {
    target: clusterTargetOf(topology),
    sibling: { name: sibling.name, instance: sibling.instance },
    role,
    ...(row ? { of: row.clusterId ?? row.name } : {}),
  };
}

/** Looks, changes nothing. Throws an {@link AdditionFault}, CrewFault or EngineFault. */
export async function prepareAddition(
  deps: Pick<VerbDeps, 'engine' | 'connector' | 'secrets'>,
  request: AdditionRequest,
  signal: AbortSignal,
): Promise<AdditionPlan> {
  const {
    target,
    sibling: { name: siblingName, instance },
  } = request;
  const engine = deps.engine(instance.engine);
  const [{ view, settings, nodeTimeoutMs, silent }, owned, secret] = await Promise.all([
    withCrew(deps, target, signal, async crew => {
      const sibling = crew.member(siblingName);
      const [sight, replies] = await Promise.all([
        crew.look(signal),
        ask(
          sibling.connection,
          ['cluster-node-timeout', ...SHARED.map(([name]) => name)].map(name => ['CONFIG', 'GET', name]),
          signal,
        ),
      ]);
      const values = replies.map(reply =>
        Array.isArray(reply) && typeof reply[1] === 'string' ? reply[1] : undefined,
      );
      const settings = SHARED.flatMap(([name, standard], index) => {
        const value = values[index + 1];
        return value === undefined || value === standard ? [] : [[name, value] as const];
      });
      return {
        view: sight.view,
        settings,
        nodeTimeoutMs: Number(values[0]),
        silent: crew.silent.map(({ seat }) => seat.name),
      };
    }),
    engine.findOwned(target.topologyId, signal),
    deps.secrets.get(target.topologyId),
  ]);
  const names = [...owned.rooms, ...owned.instances.flatMap(({ ownership }) => ownership?.node ?? [])];
  const taken = owned.instances.flatMap(({ ports }) => ports.map(({ inside }) => inside));
  const [port = 0] = await clusterPorts(engine, Math.max(0, ...taken) + 1, 1, signal);
  const name = nextName(names);
  return planAddition({
    request,
    view,
    settings,
    nodeTimeoutMs,
    silent,
    name,
    port,
    storage: storageOf(instance),
    inside: storage => engine.insidePaths(storage, name),
    withPassword: secret !== undefined,
  });
}

/** The free name after the highest `redis-n`: also one that was removed without its data is not free, or the new server would start with them. */
export function nextName(names: readonly string[]): string {
  return `redis-${Math.max(0, ...names.map(name => Number(/^redis-(\d+)$/.exec(name)?.[1] ?? 0))) + 1}`;
}

/** Where a sibling's conf and data lie, told by its mounts: `<root>/<node>/conf`, or volumes. */
export function storageOf({ mounts, ownership }: Pick<Instance, 'mounts' | 'ownership'>): Storage {
  const node = ownership?.node ?? '';
  const conf = mounts.find(({ kind, source }) => kind === 'folder' && /[\\/]conf$/.test(source))?.source;
  const tail =
    conf === undefined ? -1 : Math.max(conf.lastIndexOf(`/${node}/conf`), conf.lastIndexOf(`\\${node}\\conf`));
  return conf === undefined || tail <= 0 ? { kind: 'volume' } : { kind: 'folder', root: conf.slice(0, tail) };
}

/** Pure. */
export function planAddition(known: {
  readonly request: AdditionRequest;
  readonly view: ClusterView;
  readonly settings: readonly (readonly [name: string, value: string])[];
  readonly nodeTimeoutMs: number;
  readonly silent: readonly string[];
  readonly name: string;
  readonly port: number;
  readonly storage: Storage;
  readonly inside: (storage: Storage) => ReturnType<Engine['insidePaths']>;
  readonly withPassword: boolean;
}): AdditionPlan {
  const {
    request: {
      target,
      sibling: { instance },
      role,
      of,
    },
    view,
    name,
    port,
    storage,
  } = known;
  const master = role === 'replica' ? masterFor(view, of, target.name) : undefined;
  const inside = known.inside(storage);
  const content =
    serverConf(
      name,
      port,
      inside,
      instance.engine === 'process' ? ['127.0.0.1'] : ['*', '-::*'],
      known.withPassword ? placeholder(PASSWORD) : undefined,
    ) +
    clusterConf(name, known.nodeTimeoutMs) +
    // The last of two lines with the same name counts, except for `save`, whose lines add up until an empty one.
    confText(
      known.settings.flatMap(([setting, value]) =>
        setting === 'save'
          ? [confLine('save', ''), ...(value === '' ? [] : [`save ${value}`])]
          : [confLine(setting, value)],
      ),
    ).replace(/^\n$/, '');
  const node: PlannedNode = {
    name,
    program: 'redis',
    role,
    port,
    ...(master ? { follows: master.name } : {}),
    inside,
    files: [{ name: 'redis.conf', content }],
  };
  const masters = view.members.filter(member => member.role === 'master').length + (role === 'master' ? 1 : 0);
  const notes: AdditionNote[] = [
    ...(known.silent.length > 0 ? [{ code: 'addition-silent' as const, nodes: known.silent }] : []),
    ...(role === 'master' ? [{ code: 'addition-empty' as const }] : []),
    ...(role === 'master' && masters % 2 === 0 ? [{ code: 'addition-even-masters' as const, masters }] : []),
    { code: 'addition-one-machine' as const },
  ];
  return {
    kind: 'cluster',
    name: target.name,
    engine: instance.engine,
    image: instance.image,
    storage,
    password: known.withPassword ? 'given' : 'none',
    nodes: [node],
    target,
    role,
    ...(master ? { of: { name: master.name, id: master.id } } : {}),
    notes,
    steps: ADDITION_STEPS.filter(step => step !== (role === 'master' ? 'follow' : 'functions')),
  };
}

/** The master asked for (or that of the replica asked for), else the living one with slots that has fewest replicas. */
export function masterFor(
  view: ClusterView,
  asked: string | undefined,
  clusterName: string,
): { readonly id: string; readonly name: string } {
  const byId = new Map(view.members.map(member => [member.id, member]));
  if (asked !== undefined) {
    const found = view.members.find(({ id, name, node }) => [id, name, node].includes(asked));
    const master = found?.role === 'replica' ? byId.get(found.masterId ?? '') : found;
    if (master?.role !== 'master' || master.state === 'failed')
      throw new HumanError<AdditionFault | CrewFault>(
        found ? { code: 'addition-not-a-master', node: found.name } : { code: 'cluster-node-unknown', node: asked },
      );
    return master;
  }
  const living = (ids: readonly string[]): number =>
    ids.filter(id => ['ok', 'suspected'].includes(byId.get(id)?.state ?? '')).length;
  const [best] = view.shards
    .filter(shard => shard.slots > 0 && byId.get(shard.masterId)?.state === 'ok')
    .sort(
      (a, b) =>
        living(a.replicaIds) - living(b.replicaIds) ||
        compareNames(byId.get(a.masterId)?.name ?? '', byId.get(b.masterId)?.name ?? ''),
    );
  const master = byId.get(best?.masterId ?? '');
  if (!master) throw new HumanError<AdditionFault>({ code: 'addition-not-a-master', node: clusterName });
  return master;
}
