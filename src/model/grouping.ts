import type { Address } from './address';
import type { TopologyKind } from './instance';
import type { Added, Directory, ServerState } from './servers';
import { isLoopback, reportOf } from './servers';
import { formatAddress } from './address';

/** Servers that belong together, by what they say of each other. */
export interface Group {
  readonly kind: TopologyKind;
  readonly servers: readonly ServerState[];
  /** Present when our labels say so. */
  readonly owned?: { readonly id: string; readonly name: string };
  /** Present when the user added one of them by its address, and none is ours. */
  readonly added?: Added;
}

/**
 * Groups servers: ours by their labels; those that were added by address under their entry; all others by replication links, Sentinels' tables and cluster ids. Two topologies of
 * ours never merge, whatever the servers say. A server without any relation forms no group.
 */
export function groupServers(servers: readonly ServerState[], directory: Directory): readonly Group[] {
  const sets = new DisjointSets(servers);
  const placeholders = new Map<string, ServerState>(); // an address that several name and nobody can be found at
  const clusterIds = new Map<string, ServerState>();

  for (const server of servers) {
    const label = server.instance?.ownership?.topologyId ?? server.added?.id;
    if (label !== undefined) sets.label(server, label);
  }
  for (const server of servers) {
    const cluster = reportOf(server.contact)?.cluster;
    if (cluster !== undefined && cluster.myId !== '') clusterIds.set(cluster.myId, server);
  }
  const join = (server: ServerState, address: Address): void => {
    const other = directory.find(address, server);
    if (other !== undefined) return sets.join(server, other);
    if (address.port === 0 || (isLoopback(address.host) && server.instance !== undefined)) return;
    const key = formatAddress(address);
    const first = placeholders.get(key);
    if (first === undefined) placeholders.set(key, server);
    else sets.join(server, first);
  };
  for (const server of servers) {
    const report = reportOf(server.contact);
    if (report === undefined) continue;
    const master = report.replication?.master;
    if (master !== undefined && report.mode !== 'cluster') join(server, master.address);
    // a Sentinel of several masters belongs to the first by name; the others' groups read its table all the same
    const masters = [...(report.sentinel?.masters ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
    const watched = masters.find(({ name }) => name === server.added?.masterName) ?? masters[0];
    if (watched !== undefined)
      for (const { address } of [watched, ...watched.replicas, ...watched.sentinels]) join(server, address);
    for (const line of report.cluster?.nodes ?? []) {
      const other =
        clusterIds.get(line.id) ??
        (line.flags.includes('handshake') ? undefined : directory.find(line.address, server));
      if (other !== undefined) sets.join(server, other);
    }
  }
  return sets.groups().flatMap(members => {
    const kind = kindOf(members);
    const ownership = members.map(member => member.instance?.ownership).find(label => label !== undefined);
    if (ownership !== undefined)
      return [
        {
          kind: ownership.topologyKind,
          servers: members,
          owned: { id: ownership.topologyId, name: ownership.topologyName },
        },
      ];
    const added = members.map(member => member.added).find(label => label !== undefined);
    if (added !== undefined) return [{ kind: kind ?? added.kind, servers: members, added }];
    return kind === undefined ? [] : [{ kind, servers: members }];
  });
}

function kindOf(members: readonly ServerState[]): TopologyKind | undefined {
  const reports = members.map(member => reportOf(member.contact)).filter(report => report !== undefined);
  if (
    reports.some(
      report =>
        report.cluster !== undefined &&
        (members.length > 1 ||
          report.cluster.nodes.length > 1 ||
          report.cluster.nodes.some(line => line.slots.length > 0)),
    )
  )
    return 'cluster';
  if (reports.some(report => (report.sentinel?.masters.length ?? 0) > 0)) return 'sentinel';
  if (
    members.length > 1 ||
    reports.some(report => report.mode === 'standalone' && report.replication?.master !== undefined)
  )
    return 'replication';
  return undefined;
}

/** Union-find that keeps sets of different labels apart. */
class DisjointSets {
  readonly #parent = new Map<ServerState, ServerState>();
  readonly #label = new Map<ServerState, string>();
  readonly #byLabel = new Map<string, ServerState>();

  constructor(items: readonly ServerState[]) {
    for (const item of items) this.#parent.set(item, item);
  }

  label(item: ServerState, label: string): void {
    const first = this.#byLabel.get(label);
    if (first === undefined) {
      this.#byLabel.set(label, item);
      this.#label.set(this.#root(item), label);
    } else {
      this.join(item, first);
    }
  }

  join(a: ServerState, b: ServerState): void {
    const [rootA, rootB] = [this.#root(a), this.#root(b)];
    if (rootA === rootB) return;
    const [labelA, labelB] = [this.#label.get(rootA), this.#label.get(rootB)];
    if (labelA !== undefined && labelB !== undefined && labelA !== labelB) return;
    this.#parent.set(rootB, rootA);
    if (labelA === undefined && labelB !== undefined) this.#label.set(rootA, labelB);
  }

  groups(): readonly (readonly ServerState[])[] {
    const groups = new Map<ServerState, ServerState[]>();
    for (const item of this.#parent.keys()) {
      const root = this.#root(item);
      const group = groups.get(root);
      if (group === undefined) groups.set(root, [item]);
      else group.push(item);
    }
    return [...groups.values()];
  }

  #root(item: ServerState): ServerState {
    let root = item;
    for (let next = this.#parent.get(root); next !== undefined && next !== root; next = this.#parent.get(root))
      root = next;
    for (let walk = item; walk !== root;) {
      const next = this.#parent.get(walk) as ServerState;
      this.#parent.set(walk, root);
      walk = next;
    }
    return root;
  }
}
