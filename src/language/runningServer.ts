import type { Snapshot } from '../model/snapshot';
import type { Node } from '../model/snapshot';
import type { Instance } from '../model/instance';
import type { ServerReport } from '../model/report';
import { makeTarget } from '../conf/target';
import type { Target } from '../conf/target';
import type { Container } from '../conf/types';

/** The server that runs, or last ran, with the file at a path: its container sees the file. */
export interface RunningServer {
  readonly instanceId: string;
  readonly engine: 'docker' | 'process';
  readonly image: string;
  readonly target: Target;
  readonly topology: string | undefined;
  /** The node's name. */
  readonly title: string;
  /** Whether a program can be run beside it now. */
  readonly running: boolean;
  /** Names and addresses under which other nodes reach it; undefined when several servers read this file. */
  readonly addresses: readonly string[] | undefined;
  /** Servers of one place share one set of ports. */
  readonly place: string;
  /** Where the server sees the folders and files of this machine. */
  readonly mounts: readonly Mount[];
  /** What a rule may know of its container; undefined for a plain process and for a container in the machine's own network. */
  readonly container: Container | undefined;
}

/** `source` on this machine is `target` for the server; both without a slash at the end. */
export interface Mount {
  readonly source: string;
  readonly target: string;
}

/** What a server program says of itself. */
export type Version = Pick<ServerReport, 'product' | 'version'>;

/**
 * @param path of a file on this machine, with forward slashes
 * @param known versions by image, of servers that want a password which we do not have
 */
export function serverOfFile(
  snapshot: Snapshot,
  path: string,
  known: ReadonlyMap<string, Version> = new Map(),
): RunningServer | undefined {
  const seat = seatOf(snapshot, path);
  if (seat === undefined) return undefined;
  const { node, instance, alone } = seat;
  const version =
    reportOf(node) ??
    nodesOf(snapshot)
      .filter(other => other.instance?.image === instance.image)
      .map(reportOf)
      .find(one => one !== undefined) ??
    known.get(instance.image);
  const [major, minor] = version?.version.split('.').map(Number) ?? [];
  if (version === undefined || major === undefined || Number.isNaN(major)) return undefined;
  const shared = instance.engine === 'process' || instance.networks.some(network => network.name === 'host');
  return {
    instanceId: instance.id,
    engine: instance.engine,
    image: instance.image,
    target: makeTarget(version.product, major, minor),
    topology: node.topologyId,
    title: node.name,
    running: instance.state === 'running',
    addresses: alone ? addressesOf(node, instance, shared) : undefined,
    place: shared ? 'this machine' : instance.id,
    mounts: mountsOf(instance),
    container: shared
      ? undefined
      : {
          mounts: instance.mounts.filter(mount => mount.kind !== 'other').map(mount => mount.target),
          published: instance.ports.map(port => port.inside),
        },
  };
}

/** The running container or process that sees the file while nobody knows which server it runs: it can be asked. */
export function unknownServer(
  snapshot: Snapshot,
  path: string,
  known: ReadonlyMap<string, Version>,
): Pick<Instance, 'id' | 'image' | 'engine'> | undefined {
  const instance = seatOf(snapshot, path)?.instance;
  return instance?.state === 'running' && serverOfFile(snapshot, path, known) === undefined ? instance : undefined;
}

/** The node that reads a file; `alone` when no other may be meant. */
function seatOf(
  snapshot: Snapshot,
  path: string,
): { readonly node: Node; readonly instance: Instance; readonly alone: boolean } | undefined {
  const nodes = nodesOf(snapshot);
  const found: { readonly node: Node; readonly instance: Instance; readonly inside: string; readonly depth: number }[] =
    [];
  for (const node of nodes) {
    if (node.instance === undefined) continue;
    const mount = mountsOf(node.instance)
      .filter(one => isIn(path, one.source))
      .sort((a, b) => b.source.length - a.source.length)[0];
    if (mount !== undefined)
      found.push({
        node,
        instance: node.instance,
        inside: mount.target + path.slice(mount.source.length),
        depth: mount.source.length,
      });
  }
  const deepest = Math.max(...found.map(one => one.depth));
  const nearest = found.filter(one => one.depth === deepest);
  // Several that see the same folder: the one that was started with this very file, and one that runs before one that does not.
  const named = nearest.filter(one => one.instance.command.includes(one.inside));
  const candidates = named.length > 0 ? named : nearest;
  const chosen = candidates.find(one => one.instance.state === 'running') ?? candidates[0];
  return chosen === undefined ? undefined : { ...chosen, alone: candidates.length === 1 };
}

/** Files and folders of this machine that the servers of a topology see: where its conf files may be. */
export function sourcesOf(snapshot: Snapshot, topology: string): readonly string[] {
  return [
    ...new Set(
      nodesOf(snapshot)
        .filter(node => node.topologyId === topology)
        .flatMap(node => (node.instance === undefined ? [] : mountsOf(node.instance).map(mount => mount.source))),
    ),
  ];
}

const nodesOf = (snapshot: Snapshot): Node[] => [...snapshot.topologies.flatMap(one => one.nodes), ...snapshot.others];

const reportOf = ({ contact }: Node): ServerReport | undefined =>
  contact.state === 'answering' ? contact.report : contact.state === 'unknown' ? undefined : contact.last;

function mountsOf(instance: Instance): Mount[] {
  const plain = (path: string): string => path.replaceAll('\\', '/').replace(/\/+$/, '');
  return instance.mounts
    .filter(mount => mount.kind === 'folder')
    .map(mount => ({ source: plain(mount.source), target: plain(mount.target) }))
    .filter(mount => mount.source !== '');
}

function addressesOf(node: Node, instance: Instance, shared: boolean): string[] {
  const all = [
    instance.name,
    node.name,
    instance.compose?.service,
    instance.ownership?.node,
    node.announced?.host,
    ...instance.networks.map(network => network.address),
    ...(shared ? ['127.0.0.1', 'localhost', '::1'] : []),
  ];
  return [...new Set(all.filter(one => one !== undefined && one !== ''))] as string[];
}

function isIn(path: string, base: string): boolean {
  return path === base || path.startsWith(`${base}/`);
}

/** Changes exactly when {@link serverOfFile} may answer otherwise. */
export function serversKey(snapshot: Snapshot): string {
  return nodesOf(snapshot)
    .flatMap(node => {
      const { instance } = node;
      if (instance === undefined) return [];
      const report = reportOf(node);
      const mounts = mountsOf(instance)
        .map(mount => `${mount.source}>${mount.target}`)
        .join(' ');
      if (mounts === '') return [];
      return [
        [
          instance.id,
          instance.state,
          instance.image,
          mounts,
          report?.product,
          report?.version,
          node.name,
          node.topologyId,
          node.announced?.host,
          ...instance.networks.map(network => network.address),
          ...instance.ports.map(port => port.inside),
          ...instance.command,
        ].join(' '),
      ];
    })
    .sort()
    .join('\n');
}
