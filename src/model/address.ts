/** Where something listens: a host name or IP (IPv6 without brackets) and a TCP port. */
export interface Address {
  readonly host: string;
  readonly port: number;
  /**
   * Id of a container: the address is meant as a program in there would mean it, and the way to it leads through the container's engine. No
   * other program of this machine gets there by it.
   */
  readonly via?: string;
}

/** `host:port`; an IPv6 host stands in brackets. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Each address once, in the order in which they first stand; another way to it is another address. */
export function distinctAddresses(addresses: readonly Address[]): readonly Address[] {
  return [...new Map(addresses.map(address => [`${formatAddress(address)} ${address.via ?? ''}`, address])).values()];
}

/** Whether they name the same, whatever the way there. */
export function sameAddress(a: Address, b: Address): boolean {
  return a.port === b.port && a.host === b.host;
}

/**
 * Where this machine reaches what listens on `address` of it: all addresses include 127.0.0.1. Another one of loopback (127.0.0.2) stays as it is,
 * nobody else answers there.
 */
export function fromHere(address: Address): Address {
  const { host, port } = address;
  if (address.via !== undefined) return address;
  return { host: host === '' || host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host, port };
}

/** Whether they name the same and lead there by the same way. */
export function sameWay(a: Address, b: Address): boolean {
  return sameAddress(a, b) && a.via === b.via;
}

/** The address as servers tell it to each other. */
export function asTold({ host, port }: Address): Address {
  return { host, port };
}
