/**
 * How bytes become the characters that the rest of the core works on, and back, without loss.
 *
 * The servers know bytes only. Editors know characters. Valid UTF-8 becomes ordinary characters, so columns are what a
 * person sees; a byte that is not UTF-8 (latin-1 files, UTF-16 files, `\xHH` escapes) becomes one lone low surrogate
 * U+DC80…U+DCFF, which no valid text can hold. The same byte therefore always has the same character, and
 * {@link byteLength} is exact.
 */

const stray = 0xdc00;

/** The character that stands for a byte that is not part of valid UTF-8; ASCII bytes are themselves. */
export function byteChar(byte: number): string {
  return String.fromCharCode(byte < 0x80 ? byte : stray + byte);
}

/** Bytes of a file as text. A byte order mark is kept as U+FEFF: the server stumbles over it, so we must see it. */
export function decodeBytes(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return decodeTolerant(bytes); // not UTF-8: keep the odd bytes one by one
  }
}

function decodeTolerant(bytes: Uint8Array): string {
  const parts: string[] = [];
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for (let at = 0; at < bytes.length;) {
    const size = sequenceLength(bytes, at);
    if (size === 0) {
      parts.push(byteChar(bytes[at] ?? 0));
      at += 1;
      continue;
    }
    let end = at + size;
    for (let next = size; end < bytes.length && (next = sequenceLength(bytes, end)) > 0;) end += next;
    parts.push(decoder.decode(bytes.subarray(at, end)));
    at = end;
  }
  return parts.join('');
}

/** Length of the well-formed UTF-8 sequence at `at`, 0 when there is none (RFC 3629, table 3-7 of Unicode). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const follows =
    first >= 0xc2 && first <= 0xdf ? 1 : first >= 0xe0 && first <= 0xef ? 2 : first >= 0xf0 && first <= 0xf4 ? 3 : 0;
  if (follows === 0) return 0;
  const second = bytes[at + 1] ?? 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let i = 2; i <= follows; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  return follows + 1;
}

/** Text as the bytes of a file: the exact reverse of {@link decodeBytes}. */
export function encodeText(text: string): Uint8Array {
  const out: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) out.push(code);
    else if (isStray(text, i)) out.push(code - stray);
    else {
      const point = text.codePointAt(i) ?? code;
      if (point > 0xffff) i++;
      out.push(...utf8(point));
    }
  }
  return Uint8Array.from(out);
}

function utf8(point: number): number[] {
  if (point < 0x800) return [0xc0 | (point >> 6), 0x80 | (point & 0x3f)];
  if (point < 0x10000) return [0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f)];
  return [0xf0 | (point >> 18), 0x80 | ((point >> 12) & 0x3f), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f)];
}

/** What C's string functions see of a value: it ends at a NUL byte, which `"\\x00"` can bring into it. */
export const cString = (text: string): string => (text.includes('\0') ? text.slice(0, text.indexOf('\0')) : text);

/** How many bytes the server sees for `text`. */
export function byteLength(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i++) bytes += bytesOfUnit(text, i);
  return bytes;
}

/** Bytes that the UTF-16 unit at `i` stands for; the second half of a pair counts 1 of the pair's 4. */
export function bytesOfUnit(text: string, i: number): number {
  const code = text.charCodeAt(i);
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  if (code >= 0xd800 && code <= 0xdbff && isLow(text.charCodeAt(i + 1))) return 3;
  return isLow(code) ? 1 : 3;
}

const isLow = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;

function isStray(text: string, i: number): boolean {
  const code = text.charCodeAt(i);
  if (code < 0xdc80 || code > 0xdcff) return false;
  const before = i > 0 ? text.charCodeAt(i - 1) : 0;
  return !(before >= 0xd800 && before <= 0xdbff);
}

/** Lower case as C's `tolower` in the C locale does it: ASCII letters only (JavaScript would also lower `İ` and `K`). */
export function asciiLower(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) return text.replace(/[A-Z]/g, letter => letter.toLowerCase());
    if (code >= 65 && code <= 90)
      return /[^\0-\x7f]/.test(text) ? text.replace(/[A-Z]/g, letter => letter.toLowerCase()) : text.toLowerCase();
  }
  return text;
}
