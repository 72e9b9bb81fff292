import type { Translate } from '../translate';

/** Bytes in the unit a person would use: `0 B`, `1.5 KiB`, `12 MiB`. */
export function bytesInWords(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : Math.round(value * 10) / 10} ${units[unit]}`;
}

/** Seconds as a short span: `4 s`, `3 min`, `2 h`, `5 d`. */
export function spanInWords(t: Translate, seconds: number): string {
  if (seconds < 120) return t('{0} s', Math.max(0, Math.round(seconds)));
  if (seconds < 7200) return t('{0} min', Math.round(seconds / 60));
  if (seconds < 172_800) return t('{0} h', Math.round(seconds / 3600));
  return t('{0} d', Math.round(seconds / 86_400));
}
