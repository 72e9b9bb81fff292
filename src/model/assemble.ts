import { clusterHealth } from './clusterFindings';
import { clusterView } from './clusterView';
import type { ClusterOpinion } from './clusterView';
import type { Group } from './grouping';
import { groupServers } from './grouping';
import { isLockedOut, nodeReasons, replicationHealth } from './health';
import { compareNames } from './names';
import { nameOf, nodeOf, nodesOf } from './roles';
import type { RoleContext } from './roles';
import { sentinelOpinion } from './sentinelOpinion';
import type { ServerState } from './servers';
import { Directory, isAnswering, looksLikeRedis, reportOf } from './servers';
import { share, shareById } from './share';
import type { EngineStatus, Health, Node, Shard, Snapshot, Topology } from './snapshot';

export interface AssembleInput {
  readonly engines: readonly EngineStatus[];
  readonly servers: readonly ServerState[];
}

/** Puts together what engines and servers said. Pure; equal parts of `before` come back as the same objects. */
export function assemble({ engines, servers }: AssembleInput, before: Snapshot): Snapshot {
  const directory = new Directory(servers);
  const oldNodes = new Map<string, Node>(
    [...before.topologies.flatMap(topology => topology.nodes), ...before.others].map(node => [node.id, node]),
  );
  const context = { directory, before: (id: string) => oldNodes.get(id) };
  const names = new IdKeeper(before);
  const topologies: Topology[] = [];
  const grouped = new Set<ServerState>();
  for (const group of groupServers(servers, directory)) {
    topologies.push(topologyOf(group, servers, names, context));
    for (const server of group.servers) grouped.add(server);
  }
  const others = servers
    .filter(server => !grouped.has(server) && isWorthShowing(server))
    .map(server => nodeOf(server, undefined, context))
    .sort((a, b) => compareNames(a.name, b.name) || (a.id < b.id ? -1 : 1));
  topologies.sort(
    (a, b) => Number(b.owned) - Number(a.owned) || compareNames(a.name, b.name) || (a.id < b.id ? -1 : 1),
  );
  return share(before, {
    engines,
    topologies: shareById(
      before.topologies,
      topologies.map(topology => ({
        ...topology,
        nodes: topology.nodes.map(node => share(oldNodes.get(node.id), node)),
      })),
    ),
    others: others.map(node => share(oldNodes.get(node.id), node)),
  });
}

/** Something that never answered as Redis and does not look like one is none of our business. */
function isWorthShowing(server: ServerState): boolean {
  if (reportOf(server.contact) !== undefined) return true;
  const { contact, instance } = server;
  if (
    contact.state === 'silent' &&
    (contact.reason === 'password-required' ||
      contact.reason === 'password-wrong' ||
      contact.reason === 'protected-mode')
  )
    return true;
  return instance !== undefined && server.id === instance.id && looksLikeRedis(instance);
}

function topologyOf(
  group: Group,
  servers: readonly ServerState[],
  ids: IdKeeper,
  context: Omit<RoleContext, 'sentinels'>,
): Topology {
  const { kind, owned, added } = group;
  const sentinels = kind === 'sentinel' ? sentinelOpinion(group.servers, servers, context.directory) : undefined;
  const id = owned?.id ?? added?.id ?? ids.idFor(group);
  const nodes = nodesOf(group, id, { ...context, sentinels });
  const base = {
    id,
    name: owned?.name ?? added?.name ?? nameFor(group, nodes, sentinels?.masterName),
    kind,
    owned: owned !== undefined,
    ...(added === undefined
      ? {}
      : { added: { changes: added.changes, ...(added.members === undefined ? {} : { adopted: true as const }) } }),
    nodes,
  };
  if (kind === 'cluster') {
    const opinions: ClusterOpinion[] = group.servers.filter(isAnswering).flatMap(server => {
      const report = reportOf(server.contact)?.cluster;
      return report === undefined || report.myId === '' ? [] : [{ node: server.id, name: nameOf(server), report }];
    });
    const cluster = clusterView(opinions, (clusterId, address) => {
      const server =
        group.servers.find(one => reportOf(one.contact)?.cluster?.myId === clusterId) ??
        context.directory.find(address);
      return server === undefined ? undefined : { node: server.id, name: nameOf(server) };
    });
    const own = nodeReasons(nodes);
    const said = clusterHealth(cluster, opinions);
    const health: Health =
      opinions.length === 0 && own.length > 0
        ? { level: nodes.some(isLockedOut) ? 'unknown' : 'down', reasons: own }
        : {
            level: said.level === 'healthy' && own.length > 0 ? 'degraded' : said.level,
            reasons: [...said.reasons, ...own],
          };
    const keysOf = new Map(nodes.map(node => [node.clusterId, reportOf(node.contact)?.keys]));
    const members = new Map(cluster.members.map(member => [member.id, member]));
    const shards = cluster.shards.map((shard): Omit<Shard, 'id'> => {
      const keys = keysOf.get(shard.masterId);
      return {
        slots: shard.ranges,
        nodes: [shard.masterId, ...shard.replicaIds]
          .map(member => members.get(member)?.node)
          .filter(node => node !== undefined),
        ...(keys === undefined ? {} : { keys }),
      };
    });
    const shardIds = ids.shardIds(id, shards);
    return {
      ...base,
      health,
      cluster,
      shards: shards.map((shard, index) => ({ id: shardIds[index] as string, ...shard })),
    };
  }
  return {
    ...base,
    health: replicationHealth(nodes, sentinels, context.directory),
    ...(sentinels === undefined ? {} : { masterName: sentinels.masterName, quorum: sentinels.quorum }),
  };
}

/** What people would call a found topology: the master name, Compose's project, what the names have in common, the master. */
function nameFor(group: Group, nodes: readonly Node[], masterName: string | undefined): string {
  if (masterName !== undefined) return masterName;
  const projects = new Set(group.servers.map(server => server.instance?.compose?.project));
  const [project] = projects;
  if (projects.size === 1 && project !== undefined) return project;
  const names = nodes.map(node => node.name);
  let common = names[0] ?? '';
  for (const name of names) while (!name.startsWith(common)) common = common.slice(0, -1);
  // Digits at the end may be half of a number that goes on differently in each name; those before a separator belong to it.
  common = common.replace(/\d+$/, '').replace(/[-_.:/]+$/, '');
  return common.length >= 3 ? common : (names[0] ?? (group.servers[0] === undefined ? '' : group.servers[0].id));
}

/** Ids of found topologies and of shards stay what they were while most of their nodes do. */
class IdKeeper {
  readonly #before: Snapshot;
  readonly #taken = new Set<string>();

  constructor(before: Snapshot) {
    this.#before = before;
    for (const topology of before.topologies)
      if (topology.owned || topology.added !== undefined) this.#taken.add(topology.id);
  }

  idFor(group: Group): string {
    const members = new Set(group.servers.map(server => server.id));
    let best: { id: string; shared: number } | undefined;
    for (const topology of this.#before.topologies) {
      if (this.#taken.has(topology.id)) continue;
      const shared = topology.nodes.filter(node => members.has(node.id)).length;
      if (shared > (best?.shared ?? 0)) best = { id: topology.id, shared };
    }
    let id = best?.id ?? `found:${[...members].sort()[0] ?? ''}`;
    while (this.#taken.has(id)) id += "'";
    this.#taken.add(id);
    return id;
  }

  /**
   * A failover changes the master and loses a member, not the shard; moved slots change its slots, not its nodes. So it is the shard
   * that begins at the same slot, else the one that has most of its nodes.
   */
  shardIds(topologyId: string, shards: readonly Pick<Shard, 'slots' | 'nodes'>[]): readonly string[] {
    const before = [...(this.#before.topologies.find(topology => topology.id === topologyId)?.shards ?? [])];
    const ids = new Array<string | undefined>(shards.length);
    const claim = (matches: (old: Shard, now: Pick<Shard, 'slots' | 'nodes'>) => boolean): void =>
      shards.forEach((now, index) => {
        if (ids[index] !== undefined) return;
        const found = before.findIndex(old => matches(old, now));
        if (found >= 0) ids[index] = before.splice(found, 1)[0]?.id;
      });
    claim((old, now) => old.slots.length > 0 && old.slots[0]?.[0] === now.slots[0]?.[0]);
    claim((old, now) => old.nodes.some(node => now.nodes.includes(node)));
    const taken = new Set([...before.map(old => old.id), ...ids]);
    return shards.map((now, index) => {
      let id = ids[index] ?? `${topologyId}/${now.nodes[0] ?? String(now.slots[0]?.[0])}`;
      while (ids[index] === undefined && taken.has(id)) id += "'";
      taken.add(id);
      return id;
    });
  }
}
