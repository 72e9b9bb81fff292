import type { Address } from '../model/address';
import { formatAddress } from '../model/address';
import type { Instance } from '../model/instance';
import type { ServerState } from '../model/servers';
import { Directory, expectedPorts, isLoopback, reportOf } from '../model/servers';
import type { NodeTarget } from './inventoryNode';

/** More hearsay than this is an attack or a mistake, not a topology. */
const maxFound = 1024;

/** The main server of each instance: what the engines' lists alone tell. */
export function targetsOf(instances: readonly Instance[]): readonly NodeTarget[] {
  return instances.map(instance => {
    const { ownership } = instance;
    const hint = ownership === undefined ? undefined : ownership.topologyKind === 'cluster' ? 'cluster' as const : undefined;
    return { id: instance.id, instance, ports: expectedPorts(instance), ...(hint === undefined ? {} : { hint }) };
  });
}

/**
 * Servers that others speak of and that no engine listed as such: a Sentinel started by hand inside a Redis container, a node on
 * another machine. An address inside a known instance becomes a further server of that instance, any other a server by itself.
 */
export function discover(servers: readonly ServerState[], instances: readonly Instance[], heard: readonly Address[] = []): readonly NodeTarget[] {
  const known = servers.filter(server => server.instance !== undefined && server.id === server.instance.id);
  const directory = new Directory(known);
  const byNetworkAddress = new Map<string, Instance>();
  for (const instance of instances) for (const { address } of instance.networks) if (address !== undefined && address !== '') byNetworkAddress.set(address, instance);
  const found = new Map<string, NodeTarget>();
  const consider = (address: Address, speaker: ServerState | undefined): void => {
    if (address.port === 0 || address.host === '' || address.host === '?' || found.size >= maxFound) return;
    if (directory.find(address, speaker) !== undefined) return;
    const instance = byNetworkAddress.get(address.host) ?? (isLoopback(address.host) ? speaker?.instance : undefined);
    if (instance === undefined) {
      const target = { id: formatAddress(address), address, ports: [] };
      if (!found.has(target.id)) found.set(target.id, target);
    } else if (instance.state === 'running') {
      const id = `${instance.id}:${address.port}`;
      if (!found.has(id)) found.set(id, { id, instance, ports: [address.port] });
    }
  };
  for (const server of servers) for (const address of spokenOf(server)) consider(address, server);
  for (const address of heard) consider(address, undefined);
  return [...found.values()];
}

/** Every address in what the server said. */
export function spokenOf(server: ServerState): readonly Address[] {
  const report = reportOf(server.contact);
  if (report === undefined) return [];
  const { replication, sentinel, cluster } = report;
  return [
    ...(replication?.master === undefined ? [] : [replication.master.address]),
    ...(replication?.replicas ?? []).map(replica => replica.address),
    ...(sentinel?.masters ?? []).flatMap(master => [master.address, ...master.replicas.map(peer => peer.address), ...master.sentinels.map(peer => peer.address)]),
    ...(cluster?.nodes ?? []).filter(line => !line.flags.includes('myself') && !line.flags.includes('handshake') && !line.flags.includes('noaddr')).map(line => line.address),
  ];
}
