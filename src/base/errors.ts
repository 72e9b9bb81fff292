/**
 * A refusal or failure that a person will read. The core throws a *fault*: a code with data, no words. The editor layer
 * (`editor/words.ts`) turns each code into a localised sentence that says what to do next.
 *
 * `message` is for logs and tests only; it must not hold a secret.
 */
export class HumanError<F extends Fault = Fault> extends Error {
  constructor(
    readonly fault: F,
    options?: { readonly cause?: unknown },
  ) {
    super(describeFault(fault), options);
    this.name = 'HumanError';
  }
}

/** A code in kebab-case and whatever the sentence needs: plain data only, so that it can be logged and compared in tests. */
export interface Fault {
  readonly code: string;
}

/** Whether `error` is a {@link HumanError} that carries a fault of one of `codes`. */
export function isFault<Code extends string>(
  error: unknown,
  ...codes: readonly Code[]
): error is HumanError<Fault & { readonly code: Code }> {
  return error instanceof HumanError && (codes as readonly string[]).includes(error.fault.code);
}

function describeFault(fault: Fault): string {
  const { code, ...data } = fault;
  return Object.keys(data).length === 0 ? code : `${code} ${JSON.stringify(data)}`;
}

/** The text of anything that was thrown, for logs. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
