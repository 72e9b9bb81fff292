import type { Translate } from './translate';

/** A measured span as precise as it is short: `23 ms`, `1.4 s`, `12 s`. */
export function durationInWords(t: Translate, ms: number): string {
  if (ms < 999.5) return t('{0} ms', Math.round(ms));
  return t('{0} s', ms < 9950 ? (ms / 1000).toFixed(1) : String(Math.round(ms / 1000)));
}
