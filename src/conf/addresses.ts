/** Addresses as the servers' C library reads them (`getaddrinfo`, `inet_aton`, `inet_pton`). */

/** What a word is when it is used as an address. `junk` can be neither, whatever a name server says. */
export type AddressKind = 'ipv4' | 'ipv6' | 'name' | 'junk';

export function addressKind(text: string): AddressKind {
  if (isNumericIpv4(text)) return 'ipv4';
  if (isIpv6(text)) return 'ipv6';
  return isHostName(text) ? 'name' : 'junk';
}

/** `inet_aton`: one to four numbers, decimal, octal (`0…`) or hexadecimal, the last one fills the rest. */
export const isNumericIpv4 = (text: string): boolean => ipv4Number(text) !== undefined;

/** The 32 bits that `inet_aton` makes of a text; undefined when it is no such address. */
export function ipv4Number(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length > 4) return undefined;
  const numbers = parts.map(part =>
    /^0x[0-9a-f]+$/i.test(part)
      ? parseInt(part, 16)
      : /^0[0-7]*$/.test(part)
        ? parseInt(part, 8)
        : /^[1-9][0-9]*$/.test(part)
          ? Number(part)
          : NaN,
  );
  const last = numbers.pop() ?? NaN;
  if (!numbers.every(number => number <= 255) || !(last < 256 ** (4 - numbers.length))) return undefined;
  return numbers.reduce((sum, number, index) => sum + number * 256 ** (3 - index), last);
}

/** Four decimal numbers: `inet_pton`. */
export const isPlainIpv4 = (text: string): boolean =>
  /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text);

export function isIpv6(text: string, scope = true): boolean {
  const percent = text.indexOf('%');
  if (percent >= 0 && (!scope || percent === text.length - 1)) return false;
  let address = percent >= 0 ? text.slice(0, percent) : text;
  const tail = /^(.*:)([^:]*\.[^:]*)$/.exec(address);
  if (tail !== null) {
    if (!isPlainIpv4(tail[2] ?? '')) return false;
    address = `${tail[1] ?? ''}0:0`;
  }
  const halves = address.split('::');
  if (halves.length > 2) return false;
  const groups = halves.map(half => (half === '' ? [] : half.split(':')));
  if (!groups.flat().every(group => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  const count = groups.flat().length;
  return halves.length === 2 ? count <= 7 : count === 8;
}

/**
 * Whether a name server could know the name: letters, digits, `-` and `_` in labels, 253 characters, and not a number at
 * the end (no top-level domain is one, so `256.1.1.1` is a mistyped address).
 */
function isHostName(text: string): boolean {
  const bare = text.endsWith('.') ? text.slice(0, -1) : text;
  if (
    bare.length > 253 ||
    !bare.split('.').every(label => /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(label))
  )
    return false;
  return !/(?:^|\.)[0-9]+$/.test(bare);
}

/** Loopback in any usual spelling. */
export const isLoopback = (text: string): boolean => /^-?(?:127\.|localhost$|::1$)/i.test(text);

/** Addresses that Docker's default bridge hands out: 172.17.0.0/16. */
export const isDefaultBridge = (text: string): boolean => /^172\.17\.\d+\.\d+$/.test(text);
