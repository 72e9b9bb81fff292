/** An IPv4 network: address and prefix length as numbers. */
export interface Subnet {
  readonly base: number;
  readonly bits: number;
}

/** Reads `a.b.c.d/n`; `undefined` for IPv6 and nonsense. */
export function parseSubnet(text: string): Subnet | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!match) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, bits = 0] = match.slice(1).map(Number);
  if (a > 255 || b > 255 || c > 255 || d > 255 || bits > 32) return undefined;
  const address = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  return { base: (address & mask(bits)) >>> 0, bits };
}

export function formatIp(address: number): string {
  return [24, 16, 8, 0].map(shift => (address >>> shift) & 255).join('.');
}

export function formatSubnet({ base, bits }: Subnet): string {
  return `${formatIp(base)}/${bits}`;
}

export function overlaps(a: Subnet, b: Subnet): boolean {
  const shorter = mask(Math.min(a.bits, b.bits));
  return ((a.base ^ b.base) & shorter) === 0;
}

function mask(bits: number): number {
  return bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
}

/** Addresses that a /24 of ours gives to nodes: .2 to .127. The upper half is left to what others attach (see `dynamicRange`). */
export const MOST_NODES = 126;

/**
 * The /24 networks to choose from, in the order tried: 172.18–172.31, where Docker makes its own networks, then 10.64–10.127.
 * `seed` turns the order, so that two creations at the same moment begin at different places.
 */
export function* candidates(seed: number): Generator<Subnet> {
  yield* turned(14 * 256, seed, index => ((172 << 24) | ((18 + (index >> 8)) << 16) | ((index & 255) << 8)) >>> 0);
  yield* turned(64 * 256, seed, index => ((10 << 24) | ((64 + (index >> 8)) << 16) | ((index & 255) << 8)) >>> 0);
}

function* turned(count: number, seed: number, base: (index: number) => number): Generator<Subnet> {
  for (let step = 0; step < count; step++) yield { base: base((seed + step) % count), bits: 24 };
}

/** The first candidate that overlaps nothing of `taken`. */
export function freeSubnet(taken: readonly Subnet[], seed: number): Subnet | undefined {
  for (const candidate of candidates(seed)) if (!taken.some(other => overlaps(candidate, other))) return candidate;
  return undefined;
}

/** Gateway, node addresses in order, and the range from which the engine serves containers that ask for no fixed address. */
export function layOut(
  { base }: Subnet,
  nodes: number,
): { readonly gateway: string; readonly addresses: readonly string[]; readonly dynamicRange: string } {
  if (nodes > MOST_NODES) throw new RangeError(`a network of ours holds at most ${MOST_NODES} nodes`);
  return {
    gateway: formatIp(base + 1),
    addresses: Array.from({ length: nodes }, (_, index) => formatIp(base + 2 + index)),
    dynamicRange: `${formatIp(base + 128)}/25`,
  };
}

/** A number that differs from topology to topology and is the same for one. */
export function seedOf(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) >>> 0;
  return hash;
}

/** The network of ours that holds the address: all of them are /24. */
export function subnetAround(address: string): Subnet | undefined {
  return parseSubnet(`${address}/24`);
}

export function isOf(subnet: Subnet, address: string): boolean {
  const one = parseSubnet(`${address}/32`);
  return one !== undefined && overlaps(subnet, one);
}
