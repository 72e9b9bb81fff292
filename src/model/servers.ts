import type { Address } from './address';
import { formatAddress } from './address';
import type { Instance, TopologyKind } from './instance';
import { portOnCommandLine, startsSentinel, startsServer } from './programs';
import type { Contact } from './snapshot';
import type { ServerReport } from './report';

/** A topology that the user added by its address, as far as the tree is concerned. */
export interface Added {
  readonly id: string;
  readonly name: string;
  /** What it is as long as no server says so. */
  readonly kind: TopologyKind;
  /** Of kind `sentinel`: which of the masters that the Sentinels watch is meant. */
  readonly masterName?: string;
  /** Whether the user allowed acts on it; else it is only looked at. */
  readonly changes: boolean;
  /**
   * Containers of an engine that the user took over, by {@link memberKey}: named and kept together here, also while they are stopped.
   * Absent where a topology was added by addresses.
   */
  readonly members?: readonly string[];
}

/** A container by what survives that Compose makes it anew: project and service, else its name. */
export function memberKey({ compose, name }: Pick<Instance, 'compose' | 'name'>): string {
  return compose === undefined ? `container ${name}` : `compose ${compose.project}/${compose.service}`;
}

/** One server as the inventory looks at it: where it lives and what came of asking it. Input of `assemble`. */
export interface ServerState {
  /** See `Node.id`. */
  readonly id: string;
  readonly instance?: Instance;
  /** The port that the server listens on where it lives; 0 while nobody knows. */
  readonly port: number;
  readonly reachable?: Address;
  readonly contact: Contact;
  /** The user gave its address as one of this topology's. */
  readonly added?: Added;
  /** Further addresses at which the very same process was found. */
  readonly aliases?: readonly Address[];
}

/** What the server said, or last said. */
export function reportOf(contact: Contact): ServerReport | undefined {
  return contact.state === 'answering' ? contact.report : contact.state === 'unknown' ? undefined : contact.last;
}

export function isAnswering(server: { readonly contact: Contact }): boolean {
  return server.contact.state === 'answering';
}

const imageNames =
  /(^|\/)(redis|valkey|redis-stack|redis-stack-server|keydb|redis-cluster|redis-sentinel|valkey-cluster|valkey-sentinel)([:@]|$)/;

/** Whether an instance is a Redis by the look of it, before it ever answered. */
export function looksLikeRedis(instance: Instance): boolean {
  return instance.ownership !== undefined || imageNames.test(instance.image) || startsServer(instance);
}

/**
 * Ports inside the instance at which a server is to be expected, the likeliest first; the first is the main server's: it is
 * found from the engine's data alone, so that it stays the same whether or not anything answers.
 */
export function expectedPorts(instance: Instance): readonly number[] {
  const ports: number[] = [];
  const given = portOnCommandLine(instance);
  if (given !== undefined) ports.push(given);
  // bus ports are published too; they stand 10000 above a port that is published as well
  const published = instance.ports.map(port => port.inside).sort((a, b) => a - b);
  const busOf = new Set(published.map(port => port + 10000));
  ports.push(...published.filter(port => !busOf.has(port)));
  ports.push(startsSentinel(instance) ? 26379 : 6379);
  return [...new Set(ports)];
}

/** Loopback as a name or an address: it means whoever says it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}

/** Finds which server an address means. An address is meant as its speaker sees it: 127.0.0.1 inside a container is that container. */
export class Directory {
  readonly #byAddress = new Map<string, ServerState[]>();
  readonly #byInstance = new Map<string, ServerState[]>();

  constructor(servers: readonly ServerState[]) {
    for (const server of servers) {
      const { instance } = server;
      if (instance !== undefined) {
        const inside = this.#byInstance.get(instance.id);
        if (inside === undefined) this.#byInstance.set(instance.id, [server]);
        else inside.push(server);
      }
      for (const address of aliasesOf(server)) {
        const key = formatAddress(address);
        const holders = this.#byAddress.get(key);
        if (holders === undefined) this.#byAddress.set(key, [server]);
        else if (!holders.includes(server)) holders.push(server);
      }
    }
  }

  /** @param speaker who said the address; none: this machine */
  find(address: Address, speaker?: ServerState): ServerState | undefined {
    if (address.port === 0) return undefined;
    const [alongside] =
      asHeardFrom(address, speaker) === address
        ? []
        : (this.#byAddress.get(formatAddress(asHeardFrom(address, speaker))) ?? []);
    if (alongside !== undefined) return alongside;
    if (isLoopback(address.host) && speaker?.instance !== undefined) {
      const beside = this.#byInstance.get(speaker.instance.id)?.find(server => server.port === address.port);
      if (beside !== undefined) return beside;
    }
    const host = isLoopback(address.host) ? '127.0.0.1' : address.host;
    const holders = this.#byAddress.get(formatAddress({ host, port: address.port })) ?? [];
    if (holders.length < 2) return holders[0];
    // names are good within one network only; and a server that answers goes before one that only could
    const rank = (holder: ServerState): number =>
      (sharesNetwork(holder, speaker) ? 2 : 0) + (isAnswering(holder) ? 1 : 0);
    return holders.reduce((best, holder) => (rank(holder) > rank(best) ? holder : best));
  }
}

/** Loopback as a server on another machine says it is that machine. */
export function asHeardFrom(address: Address, speaker: ServerState | undefined): Address {
  const from = speaker?.instance === undefined ? speaker?.reachable?.host : undefined;
  return from === undefined || isLoopback(from) || !isLoopback(address.host)
    ? address
    : { host: from, port: address.port };
}

function sharesNetwork(a: ServerState, b: ServerState | undefined): boolean {
  const networks = new Set(b?.instance?.networks.map(network => network.id));
  return a.instance?.networks.some(network => networks.has(network.id)) ?? false;
}

/** Every address under which peers or this machine may mean the server. */
export function aliasesOf(server: ServerState): readonly Address[] {
  const { instance, port, reachable } = server;
  const aliases: Address[] = [...(server.aliases ?? [])];
  if (reachable !== undefined)
    aliases.push({ ...reachable, host: isLoopback(reachable.host) ? '127.0.0.1' : reachable.host });
  if (instance === undefined) {
    const colon = server.id.lastIndexOf(':');
    if (colon > 0)
      aliases.push({
        host: server.id.slice(0, colon).replace(/^\[|\]$/g, ''),
        port: Number(server.id.slice(colon + 1)),
      });
    return aliases;
  }
  for (const published of instance.ports) {
    if (published.inside !== port) continue;
    const { host, via } = published.outside;
    if (via !== undefined) continue; // published on another machine's loopback: here, that address is somebody else's
    aliases.push({
      host: host === '' || host === '0.0.0.0' || host === '::' || isLoopback(host) ? '127.0.0.1' : host,
      port: published.outside.port,
    });
  }
  if (port !== 0) {
    for (const network of instance.networks)
      if (network.address !== undefined && network.address !== '') aliases.push({ host: network.address, port });
    for (const host of instance.formerAddresses ?? []) aliases.push({ host, port });
    const names = [instance.name, instance.ownership?.node, instance.compose?.service];
    for (const name of names) if (name !== undefined && name !== '') aliases.push({ host: name, port });
    if (instance.engine === 'process') aliases.push({ host: '127.0.0.1', port });
  }
  return aliases;
}

/**
 * One process can be found twice: in its container, and at the gateway address under which a peer sees it. Run ids tell: the one
 * in an instance stays and takes the others' addresses as aliases.
 */
export function mergeSameProcess(servers: readonly ServerState[]): readonly ServerState[] {
  const rank = (server: ServerState): number =>
    server.instance === undefined ? 0 : server.instance.id === server.id ? 2 : 1;
  const keepers = new Map<string, ServerState>();
  for (const server of servers) {
    const runId = isAnswering(server) ? (reportOf(server.contact)?.runId ?? '') : '';
    if (runId === '') continue;
    const keeper = keepers.get(runId);
    if (keeper === undefined || rank(server) > rank(keeper)) keepers.set(runId, server);
  }
  const result: ServerState[] = [];
  const added = new Map<ServerState, Added>();
  const aliases = new Map<ServerState, Address[]>();
  for (const server of servers) {
    const runId = isAnswering(server) ? (reportOf(server.contact)?.runId ?? '') : '';
    const keeper = keepers.get(runId);
    if (keeper === undefined || keeper === server) {
      result.push(server);
      continue;
    }
    const list = aliases.get(keeper) ?? [];
    list.push(...aliasesOf(server));
    aliases.set(keeper, list);
    if (server.added !== undefined && keeper.added === undefined) added.set(keeper, server.added);
  }
  return aliases.size === 0
    ? servers
    : result.map(server => {
        const more = aliases.get(server);
        const label = added.get(server);
        return more === undefined
          ? server
          : { ...server, aliases: more, ...(label === undefined ? {} : { added: label }) };
      });
}
