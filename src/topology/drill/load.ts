import type { DrillRequest } from './report';

/** Clients × rate, and WAIT. */
export type DrillLoad = Pick<DrillRequest, 'writers' | 'rate' | 'wait'>;

export const usualLoads: readonly DrillLoad[] = [
  { writers: 4, rate: 100, wait: 0 },
  { writers: 4, rate: 100, wait: 1 },
  { writers: 16, rate: 100, wait: 0 },
];

/** `4 × 100/s, WAIT 1` */
export function loadText({ writers, rate, wait }: DrillLoad): string {
  return `${String(writers)} × ${String(rate)}/s${wait > 0 ? `, WAIT ${String(wait)}` : ''}`;
}

const MOST = { writers: 64, rate: 1000, wait: 5 } as const;

/** `8 x 50`, `8 × 50/s, WAIT 1`; undefined for anything else and for what would be no test of the topology but of this machine. */
export function readLoad(text: string): DrillLoad | undefined {
  const match = /^\s*(\d{1,4})\s*[x×*]\s*(\d{1,5})\s*(?:\/s)?\s*(?:,?\s*wait\s*(\d))?\s*$/i.exec(text);
  if (match === null) return undefined;
  const load = { writers: Number(match[1]), rate: Number(match[2]), wait: Number(match[3] ?? 0) };
  return load.writers >= 1 &&
    load.rate >= 1 &&
    load.writers <= MOST.writers &&
    load.rate <= MOST.rate &&
    load.wait <= MOST.wait
    ? load
    : undefined;
}
