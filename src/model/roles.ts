import type { Address } from './address';
import { asTold } from './address';
import type { Group } from './grouping';
import { compareNames } from './names';
import type { SentinelOpinion } from './sentinelOpinion';
import { tableRole } from './sentinelOpinion';
import type { Directory, ServerState } from './servers';
import { startsSentinel } from './programs';
import { isAnswering, reportOf } from './servers';
import type { ClusterNodeLine } from './report';
import type { Node, Role } from './snapshot';

/** What is needed besides the group to tell roles. */
export interface RoleContext {
  readonly directory: Directory;
  readonly sentinels?: SentinelOpinion | undefined;
  /** The node in the snapshot before: a master that was promoted under our eyes is none that came back from the dead. */
  readonly before: (id: string) => Node | undefined;
}

/** The nodes of a group, in the order in which a tree shows them. */
export function nodesOf(group: Group, topologyId: string, context: RoleContext): readonly Node[] {
  const nodes = group.servers.map(server => nodeOf(server, group, context, topologyId));
  return ordered(context.sentinels === undefined ? nodes : oneCrown(nodes));
}

/** Between a promotion and the Sentinels' word for it the dead master is still theirs: it will be a replica, and one crown is enough. */
function oneCrown(nodes: readonly Node[]): readonly Node[] {
  const living = nodes.find(node => node.role === 'master' && node.staleMaster === undefined && isAnswering(node));
  if (living === undefined) return nodes;
  return nodes.map(node =>
    node.role === 'master' && !isAnswering(node) ? { ...node, role: 'replica' as const, masterId: living.id } : node,
  );
}

export function nodeOf(server: ServerState, group: Group | undefined, context: RoleContext, topologyId?: string): Node {
  const { instance, reachable, contact } = server;
  const report = reportOf(contact);
  const role =
    group === undefined ? (report === undefined ? 'unknown' : ownRole(server)) : roleOf(server, group, context);
  const actual = role === 'master' ? staleBecause(server, context) : undefined;
  const master = role === 'replica' ? masterOf(server, group, context) : undefined;
  const announced = announcedBy(server, group);
  const lag = master === undefined ? undefined : lagOf(server, master, context.directory);
  const clusterId = report?.cluster?.myId;
  return {
    id: server.id,
    name: nameOf(server),
    ...(topologyId === undefined ? {} : { topologyId }),
    role,
    ...(actual === undefined ? {} : { staleMaster: { actual } }),
    ...(master === undefined ? {} : { masterId: master.id }),
    ...(instance === undefined ? {} : { instance }),
    ...(announced === undefined ? {} : { announced }),
    ...(reachable === undefined ? {} : { reachable }),
    contact,
    ...(lag === undefined ? {} : { lag }),
    ...(clusterId === undefined || clusterId === '' ? {} : { clusterId }),
  };
}

export function nameOf({ id, instance }: ServerState): string {
  if (instance === undefined) return id;
  const name = instance.ownership?.node ?? instance.name;
  return id.startsWith(`${instance.id}:`) ? `${name}${id.slice(instance.id.length)}` : name;
}

/** What the server says of itself. */
function ownRole(server: ServerState): Role {
  const report = reportOf(server.contact);
  if (report !== undefined) return report.mode === 'sentinel' ? 'sentinel' : (report.replication?.role ?? 'unknown');
  return server.instance !== undefined && startsSentinel(server.instance) ? 'sentinel' : 'unknown';
}

function roleOf(server: ServerState, group: Group, { directory, sentinels }: RoleContext): Role {
  const own = ownRole(server);
  if (isAnswering(server) || own === 'sentinel') return own;
  if (sentinels !== undefined) return tableRole(server, sentinels, directory) ?? own;
  return group.kind === 'cluster' ? (clusterRole(server, group, directory) ?? own) : own;
}

/** The lines of others about a cluster node, each with who wrote it; one that never answered is known by its address alone. */
function told(
  server: ServerState,
  group: Group,
  directory: Directory,
): readonly { readonly line: ClusterNodeLine; readonly by: ServerState }[] {
  const id = reportOf(server.contact)?.cluster?.myId;
  return group.servers
    .filter(isAnswering)
    .flatMap(by =>
      (reportOf(by.contact)?.cluster?.nodes ?? [])
        .filter(line => (id === undefined ? directory.find(line.address, by) === server : line.id === id))
        .map(line => ({ line, by })),
    );
}

/** The server that a cluster knows by this id; one that never answered by the address in the table of who spoke of it. */
function byClusterId(id: string, by: ServerState, group: Group, directory: Directory): ServerState | undefined {
  const said = group.servers.find(other => reportOf(other.contact)?.cluster?.myId === id);
  const line = reportOf(by.contact)?.cluster?.nodes.find(node => node.id === id);
  return said ?? (line && directory.find(line.address, by));
}

/** Of a cluster node that does not answer: what the others say; a failed master whose slots were taken over is no master any more. */
function clusterRole(server: ServerState, group: Group, directory: Directory): Role | undefined {
  const lines = told(server, group, directory).map(({ line }) => line);
  if (lines.length === 0) return undefined;
  if (lines.some(line => line.flags.includes('slave'))) return 'replica';
  const failed = lines.some(line => line.flags.includes('fail'));
  // by majority: the news of a takeover reaches the nodes one after another
  return failed && 2 * lines.filter(line => line.slots.length === 0).length > lines.length ? 'unknown' : 'master';
}

/**
 * A server that says it is master while the Sentinels say another is: after a restart Sentinels take some ten seconds before they
 * turn it into a replica. But a promotion is also seen about a second before the Sentinels tell of it: who was a replica, in the
 * same life of its process, and whose master is gone, is the new master.
 */
function staleBecause(server: ServerState, { directory, sentinels, before }: RoleContext): Address | undefined {
  if (sentinels === undefined || !isAnswering(server)) return undefined;
  const agreed = directory.find(sentinels.agreed, sentinels.rows[0]?.by);
  if (agreed === server) return undefined;
  const agreedServes = agreed !== undefined && isAnswering(agreed) && !sentinels.agreedIsDown && !sentinels.failingOver;
  const last = before(server.id);
  const lastReport = last === undefined ? undefined : reportOf(last.contact);
  const sameLife = lastReport !== undefined && lastReport.runId === reportOf(server.contact)?.runId;
  const wasLegitimate = last !== undefined && last.staleMaster === undefined;
  return !agreedServes && sameLife && wasLegitimate ? undefined : sentinels.agreed;
}

function masterOf(
  server: ServerState,
  group: Group | undefined,
  { directory, sentinels }: RoleContext,
): ServerState | undefined {
  const report = reportOf(server.contact);
  const line = report?.cluster?.nodes.find(node => node.id === report.cluster?.myId);
  if (group !== undefined) {
    const lines = line === undefined ? told(server, group, directory) : [{ line, by: server }];
    const named = lines.find(one => one.line.masterId !== undefined);
    const byId = named?.line.masterId && byClusterId(named.line.masterId, named.by, group, directory);
    if (byId) return byId;
  }
  const address =
    isAnswering(server) || sentinels === undefined ? report?.replication?.master?.address : sentinels.agreed;
  return address === undefined
    ? undefined
    : directory.find(address, isAnswering(server) || sentinels === undefined ? server : sentinels.rows[0]?.by);
}

/** Where peers are told to find it: its own line in CLUSTER NODES, or how a Sentinel's or a master's table lists it. */
function announcedBy(server: ServerState, group: Group | undefined): Address | undefined {
  const report = reportOf(server.contact);
  const line = report?.cluster?.nodes.find(node => node.id === report.cluster?.myId);
  if (line !== undefined && line.address.host !== '') return line.address;
  for (const other of group?.servers ?? []) {
    for (const master of reportOf(other.contact)?.sentinel?.masters ?? []) {
      if (report !== undefined && report.runId !== '') {
        const listed =
          master.replicas.find(peer => peer.runId === report.runId) ??
          master.sentinels.find(peer => peer.runId === report.sentinel?.id);
        if (listed !== undefined) return listed.address;
      }
    }
  }
  const inside = server.instance?.networks.find(
    network => network.address !== undefined && network.address !== '',
  )?.address;
  if (inside !== undefined && server.port !== 0) return { host: inside, port: server.port };
  return server.reachable && asTold(server.reachable);
}

/** What both say: the master counts what was acknowledged at one moment, the replica what it has, a moment before or after. */
function lagOf(server: ServerState, master: ServerState, directory: Directory): Node['lag'] {
  if (!isAnswering(server) || !isAnswering(master)) return undefined;
  const upstream = reportOf(master.contact)?.replication;
  const own = reportOf(server.contact)?.replication;
  if (upstream === undefined || own === undefined) return undefined;
  const behind = Math.max(0, upstream.offset - own.offset);
  const listed = upstream.replicas.find(({ address }) => directory.find(address, master) === server);
  if (listed === undefined || listed.state !== 'online')
    return { bytes: behind, seconds: Math.max(0, own.master?.lastIoSecondsAgo ?? 0) };
  // it acknowledges once a second: by the master's count a second of the stream is always missing. What it says itself was asked for at about the same time
  const counted = Math.max(0, upstream.offset - listed.offset);
  return {
    bytes: own.master?.link === 'up' ? Math.min(behind, counted) : counted,
    seconds: Math.max(0, listed.lagSeconds),
  };
}

const rank: Record<Role, number> = { master: 0, replica: 1, unknown: 2, sentinel: 3 };

/** Masters first, each followed by its replicas (and theirs), then what is left, Sentinels last; names in natural order. */
function ordered(nodes: readonly Node[]): readonly Node[] {
  const sorted = [...nodes].sort(
    (a, b) => rank[a.role] - rank[b.role] || compareNames(a.name, b.name) || (a.id < b.id ? -1 : 1),
  );
  const done = new Set<string>();
  const result: Node[] = [];
  const place = (node: Node): void => {
    if (done.has(node.id)) return;
    done.add(node.id);
    result.push(node);
    for (const replica of sorted) if (replica.role === 'replica' && replica.masterId === node.id) place(replica);
  };
  const believed = sorted.filter(node => node.role === 'master' && node.staleMaster === undefined);
  for (const node of [...believed, ...sorted]) place(node);
  return result;
}
