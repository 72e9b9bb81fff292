import type { Address } from '../model/address';
import { formatAddress } from '../model/address';
import type { Instance } from '../model/instance';
import { startsSentinel } from '../model/programs';
import type { ServerState } from '../model/servers';
import { asHeardFrom, Directory, expectedPorts, isAnswering, isLoopback, memberKey, reportOf } from '../model/servers';
import type { ExistingEntry } from './existing/existingList';
import type { NodeTarget } from './inventoryTarget';

/** More hearsay than this is an attack or a mistake, not a topology. */
const maxFound = 1024;

/** The main server of each instance: what the engines' lists alone tell. */
export function targetsOf(
  instances: readonly Instance[],
  entries: readonly ExistingEntry[] = [],
): readonly NodeTarget[] {
  const adopted = new Map(entries.flatMap(entry => (entry.members ?? []).map(member => [member, entry] as const)));
  return instances.map(instance => {
    const { ownership } = instance;
    const hint =
      ownership === undefined
        ? undefined
        : ownership.topologyKind === 'cluster'
          ? ('cluster' as const)
          : startsSentinel(instance)
            ? ('sentinel' as const)
            : undefined;
    const added = ownership === undefined ? adopted.get(memberKey(instance)) : undefined;
    return {
      id: instance.id,
      instance,
      ports: expectedPorts(instance),
      ...(hint === undefined ? {} : { hint }),
      ...(added === undefined ? {} : { added }),
    };
  });
}

/** The seeds of topologies that the user added by address. */
export function seedsOf(entries: readonly ExistingEntry[]): readonly NodeTarget[] {
  return entries.flatMap(entry =>
    entry.seeds.map((address): NodeTarget => ({
      id: formatAddress(address),
      address,
      ports: [],
      existing: { entry, sentinel: entry.sentinels },
      added: entry,
      ...(entry.sentinels ? { hint: 'sentinel' as const } : {}),
    })),
  );
}

/**
 * Servers that others speak of and that no engine listed as such: a Sentinel started by hand inside a Redis container, a node on
 * another machine. An address inside a known instance becomes a further server of that instance, any other a server by itself.
 * Walks from what the engines list and the user added, so that servers which only speak of each other are forgotten.
 */
export function discover(
  servers: readonly ServerState[],
  instances: readonly Instance[],
  heard: readonly Heard[] = [],
  roots: ReadonlyMap<string, NodeTarget> = new Map(),
): readonly NodeTarget[] {
  const known = servers.filter(server => server.instance !== undefined && server.id === server.instance.id);
  const directory = new Directory(known);
  const byId = new Map(servers.map(server => [server.id, server]));
  const identities = new Map(
    servers.flatMap(server =>
      isAnswering(server) ? identitiesOf(server).map(identity => [identity, server] as const) : [],
    ),
  );
  const byNetworkAddress = new Map<string, Instance>();
  for (const instance of instances)
    for (const { address } of instance.networks)
      if (address !== undefined && address !== '') byNetworkAddress.set(address, instance);
  for (const instance of instances)
    for (const address of instance.formerAddresses ?? [])
      if (!byNetworkAddress.has(address)) byNetworkAddress.set(address, instance);
  const found = new Map<string, NodeTarget>();
  const consider = (
    { address: said, identity, sentinel = false }: Spoken,
    speaker: ServerState | undefined,
    from: NodeTarget | undefined,
  ): void => {
    const address = asHeardFrom(said, speaker);
    if (address.port === 0 || address.host === '' || address.host === '?' || found.size >= maxFound) return;
    if (directory.find(address, speaker) !== undefined) return;
    // found already, at another address than the one that its peers are told
    const same = identity === undefined ? undefined : identities.get(identity);
    if (same !== undefined && (same.instance !== undefined || roots.has(same.id)))
      return reach(same.id, roots.get(same.id));
    const instance = byNetworkAddress.get(address.host) ?? (isLoopback(address.host) ? speaker?.instance : undefined);
    const existing = from?.existing && { ...from.existing, sentinel };
    if (instance === undefined) {
      const instead =
        existing &&
        identity !== undefined &&
        speaker?.reachable !== undefined &&
        speaker.reachable.host !== address.host
          ? { address: { host: speaker.reachable.host, port: address.port }, identity }
          : undefined;
      const target: NodeTarget = {
        id: formatAddress(address),
        address,
        ports: [],
        ...(existing ? { existing } : {}),
        ...(instead ? { instead } : {}),
      };
      const before = found.get(target.id);
      if (!roots.has(target.id) && (before === undefined || (before.instead === undefined && instead !== undefined)))
        found.set(target.id, target);
      reach(target.id, found.get(target.id));
    } else if (instance.state === 'running') {
      const id = `${instance.id}:${address.port}`;
      if (!found.has(id)) found.set(id, { id, instance, ports: [address.port], ...(existing ? { existing } : {}) });
      reach(id, found.get(id));
    }
  };
  const reached = new Set<string>();
  const queue: { readonly server: ServerState; readonly from: NodeTarget | undefined }[] = [];
  const reach = (id: string, from: NodeTarget | undefined): void => {
    const server = byId.get(id);
    if (server === undefined || reached.has(id)) return;
    reached.add(id);
    queue.push({ server, from });
  };
  for (const server of servers)
    if (server.instance?.id === server.id || roots.has(server.id)) reach(server.id, roots.get(server.id));
  const walk = (): void => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      for (const spoken of spokenOf(next.server)) consider(spoken, next.server, next.from);
  };
  walk();
  // Sentinels greet each other as well, so whoever was reached by one greeting may be the speaker of the next
  for (let left = [...heard], count = Infinity; left.length < count;) {
    count = left.length;
    left = left.filter(({ by, ...address }) => {
      if (by !== undefined && !reached.has(by)) return true;
      const from = by === undefined ? undefined : (roots.get(by) ?? found.get(by));
      consider({ address, sentinel: true }, from?.existing === undefined ? undefined : byId.get(by ?? ''), from);
      return false;
    });
    walk();
  }
  return [...found.values()];
}

/** The address of a Sentinel that greeted on a server's channel, and which server that was. */
export type Heard = Address & { readonly by?: string };

/** An address that a server spoke of. */
export interface Spoken {
  readonly address: Address;
  /** Who is to be found there, where the speaker knows: a cluster's id of the node, a Sentinel's id, a run id. */
  readonly identity?: string;
  /** A Sentinel is to be found there. */
  readonly sentinel?: boolean;
}

/** By what names its peers know a server apart from addresses. */
export function identitiesOf(server: Pick<ServerState, 'contact'>): readonly string[] {
  const report = reportOf(server.contact);
  return [report?.cluster?.myId, report?.sentinel?.id, report?.runId].filter(
    (identity): identity is string => identity !== undefined && identity !== '',
  );
}

/** Every address in what the server said. */
export function spokenOf(server: ServerState): readonly Spoken[] {
  const report = reportOf(server.contact);
  if (report === undefined) return [];
  const { replication, sentinel, cluster } = report;
  const who = (identity: string | undefined): { readonly identity?: string } =>
    identity === undefined || identity === '' ? {} : { identity };
  return [
    // first those that tell who is there
    ...(cluster?.nodes ?? [])
      .filter(
        line => !line.flags.includes('myself') && !line.flags.includes('handshake') && !line.flags.includes('noaddr'),
      )
      .map(line => ({ address: line.address, ...who(line.id) })),
    ...(replication?.master === undefined ? [] : [{ address: replication.master.address }]),
    ...(replication?.replicas ?? []).map(({ address }) => ({ address })),
    ...(sentinel?.masters ?? []).flatMap(master => [
      { address: master.address },
      ...master.replicas.map(peer => ({ address: peer.address, ...who(peer.runId) })),
      ...master.sentinels.map(peer => ({ address: peer.address, ...who(peer.runId), sentinel: true })),
    ]),
  ];
}
