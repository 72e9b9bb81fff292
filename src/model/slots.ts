/*
 * The 16384 hash slots: which slot a key lives in, and sets of slots as ranges. Facts from the cluster specification:
 * slot = CRC16(XMODEM) of the key, or of its hash tag, modulo 16384.
 */
import type { SlotRange } from './report';

export type { SlotRange } from './report';

export const SLOT_COUNT = 16384;

const polynomial = 0x1021;
const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ polynomial : crc << 1;
  return crc;
});
const encoder = new TextEncoder();

function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = ((crc << 8) & 0xffff) ^ (table[(crc >> 8) ^ byte] as number);
  return crc;
}

/**
 * The part of `key` that decides the slot, as positions in the string, when that isn't the whole key: what stands between
 * the first `{` and the first `}` after it, if that isn't empty.
 */
export function hashTag(key: string): { readonly start: number; readonly end: number } | undefined {
  const open = key.indexOf('{');
  if (open < 0) return undefined;
  const close = key.indexOf('}', open + 1);
  return close > open + 1 ? { start: open + 1, end: close } : undefined;
}

/** The slot of a key, taken as UTF-8. */
export function keySlot(key: string): number {
  const tag = hashTag(key);
  return crc16(encoder.encode(tag ? key.slice(tag.start, tag.end) : key)) % SLOT_COUNT;
}

/** The shortest word of a-z0-9 whose slot is `slot`, the first in that order: `{word}` in a key puts the key there. */
export function tagOfSlot(slot: number): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  for (let length = 1; ; length++) {
    const total = letters.length ** length;
    for (let n = 0; n < total; n++) {
      let word = '';
      for (let rest = n, i = 0; i < length; i++, rest = Math.floor(rest / letters.length))
        word = letters.charAt(rest % letters.length) + word;
      if (keySlot(word) === slot) return word;
    }
  }
}

/** Ranges of a set of slots given in ascending order. */
export function rangesOf(slots: Iterable<number>): SlotRange[] {
  const ranges: [number, number][] = [];
  let last: [number, number] | undefined;
  for (const slot of slots) {
    if (last && slot === last[1] + 1) last[1] = slot;
    else ranges.push((last = [slot, slot]));
  }
  return ranges;
}

/** Ascending, merged where they touch or overlap. */
export function normalizeRanges(ranges: readonly SlotRange[]): SlotRange[] {
  const merged: [number, number][] = [];
  for (const [first, end] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = merged[merged.length - 1];
    if (last && first <= last[1] + 1) last[1] = Math.max(last[1], end);
    else merged.push([first, end]);
  }
  return merged;
}

export function countSlots(ranges: readonly SlotRange[]): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

export function* eachSlot(ranges: readonly SlotRange[]): Generator<number> {
  for (const [first, last] of ranges) for (let slot = first; slot <= last; slot++) yield slot;
}

/** Whether a value from outside is a range of slots. */
export function isRange(value: unknown): value is SlotRange {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [first, last] = value as unknown[];
  return (
    Number.isInteger(first) &&
    Number.isInteger(last) &&
    (first as number) >= 0 &&
    (first as number) <= (last as number) &&
    (last as number) < SLOT_COUNT
  );
}

/** `0-5460 10923`, the form of CLUSTER NODES. */
export function formatRanges(ranges: readonly SlotRange[], separator = ' '): string {
  return ranges.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`)).join(separator);
}

/** Reads `0-99, 120 200-210` (any mix of commas and blanks); undefined when anything else stands there or a slot doesn't exist. */
export function parseRanges(text: string): SlotRange[] | undefined {
  const ranges: SlotRange[] = [];
  for (const word of text.split(/[\s,]+/).filter(Boolean)) {
    const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(word);
    if (!match) return undefined;
    const first = Number(match[1]);
    const last = match[2] === undefined ? first : Number(match[2]);
    if (first > last || last >= SLOT_COUNT) return undefined;
    ranges.push([first, last]);
  }
  return normalizeRanges(ranges);
}

/** One number a slot: 0 = nobody, n = the n-th of `owners`. Later owners win over earlier ones. */
export function paintOwners(owners: readonly (readonly SlotRange[])[]): Uint16Array {
  const map = new Uint16Array(SLOT_COUNT);
  owners.forEach((ranges, index) => {
    for (const [first, last] of ranges) map.fill(index + 1, first, last + 1);
  });
  return map;
}

/** Ranges of the slots for which `map` holds `value`. */
export function rangesWhere(map: ArrayLike<number>, value: number): SlotRange[] {
  const ranges: SlotRange[] = [];
  let start = -1;
  for (let slot = 0; slot <= SLOT_COUNT; slot++) {
    const inside = slot < SLOT_COUNT && map[slot] === value;
    if (inside && start < 0) start = slot;
    else if (!inside && start >= 0) {
      ranges.push([start, slot - 1]);
      start = -1;
    }
  }
  return ranges;
}
