// How the scripts talk: one line when a step begins, one with the time it took when it ends.
import { performance } from 'node:perf_hooks';

/** A part of the machine that is missing and that the scripts cannot put there. `command` is the one line that would. */
export class MissingPart extends Error {
  /**
   * @param {string} what
   * @param {string} [command]
   */
  constructor(what, command) {
    super(command === undefined ? what : `${what}\n    To get it: ${command}`);
    this.name = 'MissingPart';
    this.what = what;
    this.command = command;
  }
}

/** @param {number} ms */
export const seconds = ms => `${(ms / 1000).toFixed(1)} s`;

/**
 * Runs `work`, printing what is done and how long it took. `work` may return a few words that say what was found.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(name, work) {
  const began = performance.now();
  process.stdout.write(`- ${name} …\n`);
  try {
    const said = await work();
    process.stdout.write(
      `  ${name}: ${typeof said === 'string' ? `${said}, ` : ''}${seconds(performance.now() - began)}\n`,
    );
    return said;
  } catch (error) {
    process.stdout.write(`  ${name}: failed after ${seconds(performance.now() - began)}\n`);
    throw error;
  }
}

/**
 * Prints a failure for a person: a missing part without its stack, anything else with it.
 * @param {unknown} error
 */
export function report(error) {
  process.stderr.write(
    `\n${error instanceof MissingPart ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  );
}
