/** Where something listens: a host name or IP (IPv6 without brackets) and a TCP port. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `host:port`; an IPv6 host stands in brackets. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Each address once, in the order in which they first stand. */
export function distinctAddresses(addresses: readonly Address[]): readonly Address[] {
  return [...new Map(addresses.map(address => [formatAddress(address), address])).values()];
}

export function sameAddress(a: Address, b: Address): boolean {
  return a.port === b.port && a.host === b.host;
}

/**
 * Where this machine reaches what listens on `address` of it: all addresses include 127.0.0.1. Another one of loopback (127.0.0.2) stays as it is,
 * nobody else answers there.
 */
export function fromHere({ host, port }: Address): Address {
  return { host: host === '' || host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host, port };
}
