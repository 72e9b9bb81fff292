import type { Address } from '../model/address';
import { formatAddress, fromHere } from '../model/address';
import type { Instance } from '../model/instance';
import { isLoopback } from '../model/servers';
import type { Node } from '../model/snapshot';

/**
 * Where this machine may reach a server that listens on `port` inside `instance`, the best first: its published port (works on
 * every platform), then its own address in a network (works where containers are routable: Linux), then, for a process, loopback.
 * Which of them works is found by trying; see {@link AddressBook}.
 */
export function candidates(instance: Instance, port: number): readonly Address[] {
  const found: Address[] = [];
  for (const published of instance.ports) if (published.inside === port) found.push(fromHere(published.outside));
  if (instance.engine === 'process') found.push({ host: '127.0.0.1', port });
  for (const network of instance.networks) {
    if (network.address !== undefined && network.address !== '') found.push({ host: network.address, port });
    else if (network.name === 'host') found.push({ host: '127.0.0.1', port });
  }
  const seen = new Set<string>();
  return found.filter(address => !seen.has(formatAddress(address)) && seen.add(formatAddress(address)));
}

/**
 * Where a person reaches the server from this machine: its published port, even when we ourselves came by another way (right after
 * a start the container's own address answers first).
 */
export function doorOf({ instance, reachable }: Pick<Node, 'instance' | 'reachable'>): Address | undefined {
  if (reachable === undefined || isLoopback(reachable.host)) return reachable;
  const published = instance?.ports.find(({ inside }) => inside === reachable.port);
  return published ? fromHere(published.outside) : reachable;
}

/** Remembers which address of each server answered, so that the others are not tried again while it does. */
export class AddressBook {
  readonly #good = new Map<string, Address>();

  /** Candidates of the server `id`, the one that last answered first. */
  order(id: string, among: readonly Address[]): readonly Address[] {
    const good = this.#good.get(id);
    if (good === undefined) return among;
    const rest = among.filter(address => formatAddress(address) !== formatAddress(good));
    return rest.length === among.length ? among : [good, ...rest];
  }

  /** Whether an address of the server is known to have answered. */
  knows(id: string): boolean {
    return this.#good.has(id);
  }

  answered(id: string, address: Address): void {
    this.#good.set(id, address);
  }

  forget(id: string): void {
    this.#good.delete(id);
  }
}
