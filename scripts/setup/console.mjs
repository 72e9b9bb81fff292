// How the scripts talk: one line when a step begins, one with the time it took when it ends.
import { performance } from 'node:perf_hooks';

/** A part of the machine that is missing and that the scripts cannot put there. `command` is the one line that would. */
export class MissingPart extends Error {
  constructor(what, command) {
    super(command === undefined ? what : `${what}\n    To get it: ${command}`);
    this.name = 'MissingPart';
    this.what = what;
    this.command = command;
  }
}

export const seconds = ms => `${(ms / 1000).toFixed(1)} s`;

/** Runs `work`, printing what is done and how long it took. `work` may return a few words that say what was found. */
export async function step(name, work) {
  const began = performance.now();
  process.stdout.write(`- ${name} …\n`);
  try {
    const said = await work();
    process.stdout.write(`  ${typeof said === 'string' ? `${said}, ` : ''}${seconds(performance.now() - began)}\n`);
    return said;
  } catch (error) {
    process.stdout.write(`  failed after ${seconds(performance.now() - began)}\n`);
    throw error;
  }
}

/** Prints a failure for a person: a missing part without its stack, anything else with it. */
export function report(error) {
  process.stderr.write(`\n${error instanceof MissingPart ? error.message : error?.stack ?? String(error)}\n`);
}
