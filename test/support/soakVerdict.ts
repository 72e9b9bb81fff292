import type { Figures } from './soakWatcher';

/** After a round: a fault and its healing. */
export interface Sample {
  /** Since the beginning. */
  readonly hours: number;
  readonly round: number;
  readonly what: string;
  /** Streams of events that the watching process has opened. */
  readonly streams: number;
  readonly load: number;
  readonly figures: Figures;
}

export interface Trouble {
  /** `wrong-badge`: at rest, and shown otherwise. `not-over`, `not-healthy`: what was to come did not. */
  readonly code: 'wrong-badge' | 'not-over' | 'not-healthy' | 'thrown';
  readonly what: string;
  readonly text: string;
}

export interface Verdict {
  readonly lines: readonly string[];
  readonly broken: readonly string[];
}

/** What is measured begins after the first hour, or the first third of a shorter run: until then code is compiled and lists fill. */
export const warmUp = (hours: number): number => Math.min(1, hours / 3);
const MOST_SLOPE = 1;
/** Descriptors, timers, sockets. */
const MOST_MORE = 5;
/** 100 in 8 hours. */
const LEAST_STREAMS = 100 / 8;

/** What the process held before it watched anything, and what two seconds after everything was disposed of. */
export interface Ends {
  readonly before: Figures;
  readonly after: Figures;
}

/** Which rules held. @param ends absent while the run goes on */
export function soakVerdict(samples: readonly Sample[], troubles: readonly Trouble[], ends: Ends | undefined): Verdict {
  const hours = samples.at(-1)?.hours ?? 0;
  const measured = samples.filter(sample => sample.hours >= warmUp(hours));
  const last = samples.at(-1)?.figures;
  const of = (code: Trouble['code']): number => troubles.filter(one => one.code === code).length;
  const slope = slopeOf(measured.map(sample => [sample.hours, sample.figures.heap / 1e6]));
  const drift = (key: 'descriptors' | 'timers' | 'sockets'): readonly [number, number] => [
    median(measured.slice(0, Math.ceil(measured.length / 4)).map(({ figures }) => figures[key])),
    median(measured.slice(-Math.ceil(measured.length / 4)).map(({ figures }) => figures[key])),
  ];
  // fewer than at first is no leak: a busy machine has more calls under way
  const grown = ([from, to]: readonly [number, number]): boolean => to - from > MOST_MORE;
  const [descriptors, timers, sockets] = [drift('descriptors'), drift('timers'), drift('sockets')];
  const streams = samples.at(-1)?.streams ?? 0;
  const { rejections, failures } = ends?.after ?? last ?? { rejections: [], failures: [] };
  const rules: readonly (readonly [broken: boolean, words: string])[] = [
    [measured.length < 10, `${measured.length} samples after the first ${warmUp(hours).toFixed(2)} h`],
    [!(slope < MOST_SLOPE), `heap ${slope.toFixed(2)} MB an hour`],
    [grown(descriptors), `descriptors ${descriptors.join(' → ')}`],
    [grown(timers), `timers ${timers.join(' → ')}`],
    [grown(sockets), `sockets ${sockets.join(' → ')}`],
    [of('wrong-badge') > 0, `${of('wrong-badge')} wrong badges at rest`],
    [
      of('not-over') + of('not-healthy') > 0,
      `${of('not-over')} faults not over, ${of('not-healthy')} not healthy again`,
    ],
    [of('thrown') > 0, `${of('thrown')} thrown by the run itself`],
    [rejections.length > 0, `${rejections.length} rejections that nobody caught`],
    [failures.length > 0, `${failures.length} failures told to the log`],
    [streams < LEAST_STREAMS * hours, `${streams} event streams, ${last?.connected ?? 0} connections to servers made`],
    ...(ends === undefined ? [] : [leftBy(ends)]),
  ];
  return {
    lines: [
      `${hours.toFixed(2)} hours, ${samples.length} faults done and healed, load ${median(samples.map(({ load }) => load)).toFixed(1)}, ${((last?.cpuMs ?? 0) / (hours * 36_000)).toFixed(1)} % of a core, rss ${((last?.rss ?? 0) / 1e6).toFixed(0)} MB`,
      ...rules.map(([broken, words]) => `${broken ? 'BROKEN' : 'held  '}  ${words}`),
    ],
    broken: rules.filter(([broken]) => broken).map(([, words]) => words),
  };
}

function leftBy({ before, after }: Ends): readonly [broken: boolean, words: string] {
  return [
    after.sockets > before.sockets || after.timers > before.timers,
    `${after.sockets - before.sockets} sockets and ${after.timers - before.timers} timers left when disposed of`,
  ];
}

/** Of the line with the least squares; 0 for a single point. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
  const [x, y] = [mean(points.map(([one]) => one)), mean(points.map(([, one]) => one))];
  const across = points.reduce((sum, [one]) => sum + (one - x) ** 2, 0);
  return across === 0 ? 0 : points.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0) / across;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
