import { loadavg } from 'node:os';

/** Measured values of several roads, taken in turn in one run; printed as medians and as ratios to the peer. */
export class Measured<Road extends string> {
  readonly #values = new Map<Road, number[]>();

  constructor(
    private readonly peer: Road,
    private readonly unit = 'ms',
  ) {}

  add(road: Road, value: number): void {
    this.#values.set(road, [...(this.#values.get(road) ?? []), value]);
  }

  median(road: Road): number {
    return median(this.#values.get(road) ?? []);
  }

  ratio(road: Road, to: Road = this.peer): number {
    return this.median(road) / this.median(to);
  }

  print(): void {
    for (const [road, values] of this.#values) {
      console.log(
        `${road.padEnd(34)} ${String(Math.round(median(values))).padStart(6)} ${this.unit} [${values.map(Math.round).join(' ')}]  ratio ${this.ratio(road).toFixed(3)}`,
      );
    }
    console.log(`load ${loadavg()[0]?.toFixed(1)}`);
  }
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
