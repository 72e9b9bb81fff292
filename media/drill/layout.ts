/** Where things of the timeline stand, in pixels. Numbers in, numbers out. */

export interface Scale {
  /** Pixels of a moment, kept inside the drawing. */
  x(ms: number): number;
  readonly from: number;
  readonly to: number;
}

export function scaleOf(from: number, to: number, left: number, right: number): Scale {
  const span = Math.max(1, to - from);
  return { from, to, x: ms => left + ((Math.min(to, Math.max(from, ms)) - from) / span) * (right - left) };
}

/** Moments to write at the axis: round ones, none nearer to the next than `room` pixels. */
export function ticksOf({ from, to, x }: Scale, room: number): readonly number[] {
  const perPixel = (to - from) / Math.max(1, x(to) - x(from));
  const step = niceStep(perPixel * room);
  const ticks: number[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push(at);
  return ticks;
}

function niceStep(least: number): number {
  for (const step of [100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 30_000, 60_000]) if (step >= least) return step;
  return Math.ceil(least / 60_000) * 60_000;
}

/** For flags at these places, in order, the line on which each stands so that none covers another; the lowest that is free. */
export function levelsOf(places: readonly number[], width: number): readonly number[] {
  const ends: number[] = [];
  return places.map(place => {
    const free = ends.findIndex(end => end <= place - width / 2);
    const level = free === -1 ? ends.length : free;
    ends[level] = place + width / 2;
    return level;
  });
}
