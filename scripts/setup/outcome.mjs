// What came of the tests of a suite, file by file: written by reporter.cjs, read and summed here.
import { existsSync, readFileSync } from 'node:fs';

/**
 * `why`: the error with its stack.
 * @typedef {{ title: string, why: string }} Failure
 * @typedef {{ passed: number, failures: Failure[] }} FileOutcome
 * `again`: what failed at first, in files that were then run a second time; `files` has what came of that second time.
 * @typedef {{ files: Record<string, FileOutcome>, again?: Failure[] }} Outcome
 */

/**
 * @param {string} file
 * @returns {Outcome | undefined} undefined: the suite died before its end
 */
export function readOutcome(file) {
  if (!existsSync(file)) return undefined;
  return /** @type {Outcome} */ (JSON.parse(readFileSync(file, 'utf8')));
}

/** @param {Outcome} outcome */
export const failuresOf = outcome => Object.values(outcome.files).flatMap(({ failures }) => failures);

/** @param {Outcome} outcome */
export const passedOf = outcome => Object.values(outcome.files).reduce((sum, { passed }) => sum + passed, 0);

/** The test files in which something failed. @param {Outcome} outcome */
export const failedFiles = outcome =>
  Object.entries(outcome.files)
    .filter(([, { failures }]) => failures.length > 0)
    .map(([file]) => file);

/**
 * The first run with the files of the second in their place; what failed at first stays told.
 * @param {Outcome} first
 * @param {Outcome | undefined} second undefined: it died, so that what failed at first stands
 * @returns {Outcome}
 */
export const repeated = (first, second) =>
  second === undefined ? first : { files: { ...first.files, ...second.files }, again: failuresOf(first) };
