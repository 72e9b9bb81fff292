import type { Host, Instance, InstanceState } from '../../../model/instance';
import { tunnelTo } from '../../../model/instance';
import type { Listed } from '../instances';
import { ownershipOf } from '../labels';
import { list, number, port as portOf, record, text, textMap, texts, time } from '../read';
import type { Raw } from '../read';
import { LABELS } from './spec';

/** A machine of the swarm. */
export interface SwarmNode extends Host {
  /** Takes tasks: it is there, and nobody keeps it free of them. */
  readonly usable: boolean;
  readonly down: boolean;
  /** Where other machines reach it. */
  readonly address: string;
}

/** One entry of `GET /nodes`. */
export function readNode(value: unknown): SwarmNode | undefined {
  const raw = record(value);
  const id = text(raw['ID']);
  if (id === undefined) return undefined;
  const status = record(raw['Status']);
  const down = text(status['State']) === 'down';
  return {
    id,
    name: text(record(raw['Description'])['Hostname']) ?? id,
    usable: text(status['State']) === 'ready' && text(record(raw['Spec'])['Availability']) === 'active',
    down,
    address: text(status['Addr']) ?? '',
  };
}

/** One try of a swarm to run a service. */
export interface Task {
  readonly id: string;
  readonly service: string;
  readonly node: string;
  readonly desired: string;
  readonly state: string;
  readonly at: number | undefined;
  readonly container: string | undefined;
  readonly exitCode: number | undefined;
  /** Why it does not run. */
  readonly error: string | undefined;
  readonly addresses: readonly string[];
  readonly created: number;
}

export function readTask(value: unknown): Task | undefined {
  const raw = record(value);
  const [id, service] = [text(raw['ID']), text(raw['ServiceID'])];
  if (id === undefined || service === undefined) return undefined;
  const status = record(raw['Status']);
  const container = record(status['ContainerStatus']);
  return {
    id,
    service,
    node: text(raw['NodeID']) ?? '',
    desired: text(raw['DesiredState']) ?? '',
    state: text(status['State']) ?? '',
    at: time(status['Timestamp']),
    container: text(container['ContainerID']),
    exitCode: number(container['ExitCode']),
    error: text(status['Err']),
    addresses: list(raw['NetworksAttachments']).flatMap(one =>
      texts(record(one)['Addresses']).map(address => address.replace(/\/\d+$/, '')),
    ),
    created: time(raw['CreatedAt']) ?? 0,
  };
}

const OVER = new Set(['complete', 'shutdown', 'failed', 'rejected', 'remove', 'orphaned']);

/** The task that counts now: the one that shall run; else the one that ends; else the last that there was. */
export function currentTask(tasks: readonly Task[]): Task | undefined {
  const rank = ({ desired, state }: Task): number =>
    (desired === 'running' ? 4 : desired === 'ready' ? 2 : 0) + (OVER.has(state) ? 0 : 1);
  return [...tasks].sort((a, b) => rank(b) - rank(a) || b.created - a.created)[0];
}

/** Whether any of them runs, as far as that can be known: one on a machine that is lost is told to run until its machine is back, and ends then. */
export function stillRuns(tasks: readonly Task[], nodes: readonly SwarmNode[]): boolean {
  const lost = new Set(nodes.filter(({ down }) => down).map(({ id }) => id));
  return tasks.some(({ state, node }) => state === 'running' && !lost.has(node));
}

export function stateOfTask(
  wanted: number,
  task: Task | undefined,
  failedBefore: boolean,
  nodeDown: boolean,
  container: InstanceState | undefined,
): InstanceState {
  const alive = task?.state === 'running';
  if (nodeDown && task !== undefined) return 'dead';
  // of a task on this machine its container tells earlier what the swarm will know in a moment
  if (container === 'paused') return 'paused';
  if (wanted > 0 && container === 'running') return 'running';
  if (alive) return container === 'exited' ? 'restarting' : 'running';
  if (wanted === 0) return 'exited';
  return failedBefore || (task !== undefined && OVER.has(task.state)) ? 'restarting' : 'created';
}

/**
 * A service of ours as an instance: it stays the same while its tasks come and go. Its address is its name, which leads to whichever task runs; it is
 * reached through the engine, since the network is none of this machine's. Ports that it has open on a machine stand before that.
 */
export function readService(
  raw: Raw,
  tasks: readonly Task[],
  nodes: ReadonlyMap<string, SwarmNode>,
  listed: readonly Listed[],
  networks: ReadonlyMap<string, string>,
): Instance | undefined {
  const id = text(raw['ID']);
  const spec = record(raw['Spec']);
  const labels = textMap(spec['Labels']);
  const ownership = ownershipOf(labels);
  const name = text(spec['Name']);
  if (id === undefined || name === undefined || ownership === undefined) return undefined;
  const template = record(spec['TaskTemplate']);
  const container = record(template['ContainerSpec']);
  const mine = tasks.filter(({ service }) => service === id);
  const task = currentTask(mine);
  const node = nodes.get(task === undefined || task.node === '' ? boundTo(template) : task.node);
  const wanted = number(record(record(spec['Mode'])['Replicated'])['Replicas']) ?? 0;
  const failed = mine.filter(({ state }) => state === 'failed' || state === 'rejected');
  const state = stateOfTask(
    wanted,
    task,
    failed.length > 0,
    node?.down === true,
    listed.find(one => one.id === task?.container)?.state,
  );
  const network = list(template['Networks']).map(one => text(record(one)['Target']) ?? '')[0] ?? '';
  const own = { id: network, name: networks.get(network) ?? network };
  const last = [...failed].sort((a, b) => b.created - a.created)[0];
  const port = portOf(labels[LABELS.port]);
  const open = list(record(spec['EndpointSpec'])['Ports'])
    .map(record)
    .flatMap(one => {
      const [inside, outside] = [portOf(one['TargetPort']), portOf(one['PublishedPort'])];
      return inside === undefined || outside === undefined || node === undefined || state !== 'running'
        ? []
        : [{ inside, outside: { host: node.address, port: outside } }];
    });
  const at = { id, networks: [{ ...own, address: name }] };
  return {
    id,
    engine: 'docker',
    name,
    image: labels[LABELS.image] ?? text(container['Image']) ?? '',
    state,
    ...(state === 'running' && task?.at !== undefined ? { startedAt: task.at } : {}),
    ...((state === 'exited' || state === 'dead') && last !== undefined
      ? {
          exit: {
            code: last.exitCode ?? -1,
            ...(last.at === undefined ? {} : { at: last.at }),
            outOfMemory: false,
          },
        }
      : {}),
    command: [text(texts(container['Command']).at(-1)), ...texts(container['Args'])].filter(word => word !== undefined),
    ownership,
    networks: [...at.networks, ...(task?.addresses ?? []).map(address => ({ ...own, address }))],
    ports: [...open, ...(port === undefined ? [] : [{ inside: port, outside: tunnelTo(at, port) }])],
    afar: true,
    ...(node === undefined ? {} : { host: { id: node.id, name: node.name } }),
    mounts: list(container['Mounts'])
      .map(record)
      .map(mount => ({
        source: text(mount['Source']) ?? '',
        target: text(mount['Target']) ?? '',
        kind: 'volume' as const,
        writable: mount['ReadOnly'] !== true,
      })),
  };
}

/** The machine that a service is bound to. */
export function boundTo(template: Raw): string {
  const found = texts(record(template['Placement'])['Constraints']).map(one => /^node\.id ?== ?(\w+)$/.exec(one)?.[1]);
  return found.find(one => one !== undefined) ?? '';
}
