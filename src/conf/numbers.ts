/**
 * The number grammars of the servers. There are several, and which one reads a value decides between refused, clamped
 * and silently misread.
 */
import { isSpace } from './scanner';

export const maxLong = 9223372036854775807n;
export const minLong = -9223372036854775808n;
const maxUnsignedLong = 18446744073709551615n;

/** `string2ll`: `0` or `-?[1-9][0-9]*` within 64 bits, nothing else; undefined when refused. */
export function strictInteger(text: string): bigint | undefined {
  if (!/^(?:0|-?[1-9][0-9]{0,18})$/.test(text)) return undefined;
  const value = BigInt(text);
  return value > maxLong || value < minLong ? undefined : value;
}

export interface Lax {
  /** Saturated at 64 bits, as the C library does. */
  readonly value: bigint;
  /** Whether there was a digit at all; without, the value is 0. */
  readonly digits: boolean;
  /** What stands behind the number. */
  readonly rest: string;
}

/** `strtoll`: leading blanks and a sign are fine, stops at the first character that is no digit. */
export function laxInteger(text: string, base: 8 | 10 = 10): Lax {
  let at = 0;
  while (at < text.length && isSpace(text.charCodeAt(at))) at++;
  const match = (base === 8 ? /^[+-]?[0-7]+/ : /^[+-]?[0-9]+/).exec(text.slice(at));
  if (match === null) return { value: 0n, digits: false, rest: text };
  const sign = match[0].startsWith('-') ? -1n : 1n;
  const bare = match[0].replace(/^[+-]/, '');
  const value = sign * BigInt(base === 8 ? `0o${bare}` : bare);
  return {
    value: value > maxLong ? maxLong : value < minLong ? minLong : value,
    digits: true,
    rest: text.slice(at + match[0].length),
  };
}

/** `atoi`: {@link laxInteger} cut to 32 bits. */
export function atoi(text: string): number {
  return Number(BigInt.asIntN(32, laxInteger(text).value));
}

export interface Memory {
  /** What the server goes on with, after wrapping at 64 bits; unsigned unless the parser was the signed one of 6.x. */
  readonly value: bigint;
  /** What the author meant, without any limit. */
  readonly meant: bigint;
  readonly digits: boolean;
}

const units: Readonly<Record<string, bigint>> = {
  '': 1n,
  b: 1n,
  k: 1000n,
  kb: 1024n,
  m: 1000_000n,
  mb: 1048576n,
  g: 1000_000_000n,
  gb: 1073741824n,
};

/** `memtoull` (`memtoll` in 6.x, which takes a sign): undefined when refused. No digits at all is 0. */
export function memory(text: string, signed = false): Memory | undefined {
  const match = (signed ? /^(-?[0-9]*)([a-zA-Z]*)$/ : /^([0-9]*)([a-zA-Z]*)$/).exec(text);
  const unit = units[(match?.[2] ?? '').toLowerCase()];
  if (match === null || unit === undefined) return undefined;
  const digits = match[1] ?? '';
  if (digits === '' || digits === '-') return { value: 0n, meant: 0n, digits: false };
  const bare = BigInt(digits);
  const limited = signed
    ? bare > maxLong
      ? maxLong
      : bare < minLong
        ? minLong
        : bare
    : bare > maxUnsignedLong
      ? maxUnsignedLong
      : bare;
  return {
    value: signed ? BigInt.asIntN(64, limited * unit) : BigInt.asUintN(64, limited * unit),
    meant: bare * unit,
    digits: true,
  };
}

/** A float as `strtod` reads it, the whole text; undefined when refused or not a number. */
export function float(text: string, hex: boolean): number | undefined {
  if (/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i.test(text)) return Number(text);
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  const parts = hex ? /^([+-]?)0x([0-9a-f]*)\.?([0-9a-f]*)(?:p([+-]?[0-9]+))?$/i.exec(text) : null;
  if (parts === null || `${parts[2] ?? ''}${parts[3] ?? ''}` === '') return undefined;
  const mantissa = parseInt(`${parts[2] ?? ''}${parts[3] ?? ''}`, 16) * 16 ** -(parts[3] ?? '').length;
  return (parts[1] === '-' ? -1 : 1) * mantissa * 2 ** Number(parts[4] ?? 0);
}
