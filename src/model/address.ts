/** Where something listens: a host name or IP (IPv6 without brackets) and a TCP port. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `host:port`; an IPv6 host stands in brackets. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

export function sameAddress(a: Address, b: Address): boolean {
  return a.port === b.port && a.host === b.host;
}
