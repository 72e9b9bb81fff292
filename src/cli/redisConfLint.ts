#!/usr/bin/env node
/** The program itself: nothing but the process around {@link run}. */
import { run } from './lint/run';

const outcome = run(process.argv.slice(2), process.cwd());
process.stdout.write(outcome.out);
process.stderr.write(outcome.err);
process.exitCode = outcome.status;
