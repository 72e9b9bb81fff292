import type { Address } from '../model/address';
import { distinctAddresses, fromHere, sameWay } from '../model/address';
import type { Instance } from '../model/instance';
import { tunnelTo } from '../model/instance';
import { isLoopback } from '../model/servers';
import type { Node, SilenceReason } from '../model/snapshot';

/**
 * Where this machine may reach a server that listens on `port` inside `instance`, the best first: its published port (works on
 * every platform), then its own address in a network (works where containers are routable: Linux), for a process loopback; and last the way through the
 * engine, see {@link isWorthTunnel}.
 * Which of them works is found by trying; see {@link AddressBook}.
 */
export function candidates(instance: Instance, port: number): readonly Address[] {
  const found: Address[] = [];
  for (const published of instance.ports) if (published.inside === port) found.push(fromHere(published.outside));
  if (instance.engine === 'process') found.push({ host: '127.0.0.1', port });
  if (instance.afar !== true) {
    for (const network of instance.networks) {
      if (network.address !== undefined && network.address !== '') found.push({ host: network.address, port });
      else if (network.name === 'host') found.push({ host: '127.0.0.1', port });
    }
  }
  // One that was cut off from its networks stays out of reach: that is what it is for its peers.
  if (
    instance.engine === 'docker' &&
    instance.networks.some(({ address, name }) => name === 'host' || (address !== undefined && address !== ''))
  )
    found.push(tunnelTo(instance, port));
  return distinctAddresses(found);
}

/** Nothing came back from an address: the way is closed, or nobody is there. Anything else is a word of somebody. */
const nothing: ReadonlySet<SilenceReason | undefined> = new Set<SilenceReason | undefined>([
  'timeout',
  'no-address',
  'refused',
]);

/**
 * Whether a tunnel may lead where the direct ways did not. Each try starts a program in the container, so it is not for a server that is
 * there and says nothing: one whose own address refuses, or where a direct way has led before.
 * @param failed the direct addresses that were tried, and what came of it
 */
export function isWorthTunnel(
  instance: Instance | undefined,
  failed: readonly { readonly address: Address; readonly reason: SilenceReason | undefined }[],
): boolean {
  const own = new Set(instance?.networks.map(({ address }) => address));
  return failed.every(({ address, reason }) => nothing.has(reason) && !(reason === 'refused' && own.has(address.host)));
}

/**
 * Where a person reaches the server from this machine: its published port, even when we ourselves came by another way (right after
 * a start the container's own address answers first).
 */
export function doorOf({ instance, reachable }: Pick<Node, 'instance' | 'reachable'>): Address | undefined {
  if (reachable === undefined || (isLoopback(reachable.host) && reachable.via === undefined)) return reachable;
  const published = instance?.ports.find(
    ({ inside, outside }) => inside === reachable.port && outside.via === undefined,
  );
  return published ? fromHere(published.outside) : reachable.via === undefined ? reachable : undefined;
}

/** Remembers which address of each server answered, so that the others are not tried again while it does. */
export class AddressBook {
  readonly #good = new Map<string, Address>();

  /** Candidates of the server `id`, the one that last answered first. */
  order(id: string, among: readonly Address[]): readonly Address[] {
    const good = this.#good.get(id);
    if (good === undefined) return among;
    const rest = among.filter(address => !sameWay(address, good));
    return rest.length === among.length ? among : [good, ...rest];
  }

  /** Whether a direct address of the server is known to have answered. */
  knowsDirect(id: string): boolean {
    const good = this.#good.get(id);
    return good !== undefined && good.via === undefined;
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
