import type { OnProgress } from './ports';

/** When a step ran, in milliseconds since the verb began. Steps may overlap. */
export interface StepTime<Code extends string> {
  readonly step: Code;
  readonly beganMs: number;
  readonly ms: number;
}

export interface StepProgress<Code extends string> {
  readonly step: Code;
  readonly state: 'begun' | 'done';
  /** Steps done so far, of `total`. */
  readonly done: number;
  readonly total: number;
  /** Milliseconds since the verb began. */
  readonly ms: number;
}

/** Times the steps of one run and tells of them. */
export class Steps<Code extends string> {
  readonly #times: StepTime<Code>[] = [];
  readonly #codes: readonly Code[];
  readonly #now: () => number;
  readonly #tell: OnProgress<StepProgress<Code>>;
  readonly #began: number;

  constructor(codes: readonly Code[], now: () => number, tell: OnProgress<StepProgress<Code>>) {
    this.#codes = codes;
    this.#now = now;
    this.#tell = tell;
    this.#began = now();
  }

  async run<T>(step: Code, work: () => Promise<T>): Promise<T> {
    const beganMs = this.totalMs;
    this.#report(step, 'begun');
    const result = await work();
    this.#times.push({ step, beganMs, ms: this.totalMs - beganMs });
    this.#report(step, 'done');
    return result;
  }

  /** In the order of the plan. */
  get times(): readonly StepTime<Code>[] {
    return [...this.#times].sort((a, b) => this.#codes.indexOf(a.step) - this.#codes.indexOf(b.step));
  }

  get totalMs(): number {
    return this.#now() - this.#began;
  }

  #report(step: Code, state: 'begun' | 'done'): void {
    this.#tell({ step, state, done: this.#times.length, total: this.#codes.length, ms: this.totalMs });
  }
}
