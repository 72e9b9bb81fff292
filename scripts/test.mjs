// `npm test`: sets up every real part, runs every suite, and ends with the sum: `N passed, N failed`.
// A part that cannot be had fails the suites that stand on it. Nothing is skipped.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { MissingPart, report, seconds, step } from './setup/console.mjs';
import { ensurePackages } from './setup/install.mjs';
import { failuresOf, passedOf, readOutcome } from './setup/outcome.mjs';
import { root } from './setup/paths.mjs';

/** @typedef {import('./setup/outcome.mjs').Failure} Failure */

/**
 * `counts`: the suite tells how many tests passed and failed; else the whole of it counts as one.
 * @typedef {{ name: string, command: string[], parts: string[], counts: boolean, minutes: number }} Suite
 */

const node = process.execPath;
/** @param {string} name @param {string[]} parts @param {number} minutes @param {string[]} [words] @returns {Suite} */
const mocha = (name, parts, minutes, words = []) => ({
  name,
  command: [node, 'scripts/suite.mjs', name, ...words],
  parts,
  counts: true,
  minutes,
});

/** Suites by name, in the order of the sum. */
const suites = {
  lint: { name: 'lint', command: ['npm', 'run', '--silent', 'lint'], parts: [], counts: false, minutes: 8 },
  typecheck: {
    name: 'typecheck',
    command: ['npm', 'run', '--silent', 'typecheck'],
    parts: [],
    counts: false,
    minutes: 5,
  },
  unit: mocha('unit', [], 5),
  package: mocha('package', ['host'], 5),
  redis: mocha('redis', ['redis-server', 'redis-py', 'openssl', 'sshd', 'busybox', 'docker', 'compose', 'images'], 18, [
    '--without=cluster,clients',
  ]),
  cluster: mocha('cluster', ['redis-server', 'docker', 'images'], 10),
  clients: mocha('clients', ['redis-server', 'redis-py', 'docker', 'images'], 8),
  host: mocha('host', ['redis-server', 'docker', 'images', 'host', 'chromium'], 8),
  e2e: mocha('e2e', ['redis-server', 'docker', 'images', 'host', 'chromium'], 16),
  bench: {
    name: 'bench',
    command: [node, 'scripts/bench.mjs', '--smoke'],
    parts: ['redis-server', 'docker', 'images'],
    counts: true,
    minutes: 8,
  },
};

/**
 * What runs after what, and beside what: real servers mostly wait for each other (a failover takes its seconds), so that the workbench
 * has the processor meanwhile. A second lane shows what it printed when its suite has ended, so that the lines of two suites do not mix.
 * @type {Suite[][][]}
 */
const order = [
  [[suites.lint, suites.typecheck, suites.unit, suites.package]],
  [[suites.redis], [suites.host, suites.e2e, suites.cluster, suites.clients]],
  [[suites.bench]],
];
const all = order.flat(2);

/**
 * Runs one suite with its output shown, and kills it with everything it started when its time is up.
 * @param {Suite} suite
 * @param {string} countsFile
 * @param {(chunk: Buffer) => void} [hold] takes what it prints instead of showing it
 * @returns {Promise<number | null>} the exit code; null when it was killed or could not start
 */
function runSuite({ command: [program = node, ...args], minutes }, countsFile, hold) {
  return new Promise(resolve => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: hold === undefined ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      shell: program === 'npm' && process.platform === 'win32',
      env: { ...process.env, REDIS_TOPOLOGY_COUNTS: countsFile, REDIS_TOPOLOGY_ROOT: root },
    });
    if (hold !== undefined) for (const stream of [child.stdout, child.stderr]) stream?.on('data', hold);
    const kill = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        /* it ended just now */
      }
    };
    const late = setTimeout(() => {
      console.error(`\nnot done after ${minutes} minutes: killed`);
      kill();
    }, minutes * 60_000);
    process.once('exit', kill);
    /** @param {number | null} code */
    const end = code => {
      clearTimeout(late);
      process.removeListener('exit', kill);
      resolve(code);
    };
    child.once('error', () => end(null));
    child.once('exit', code => {
      if (hold === undefined) return end(code);
      // The last lines may still be in the pipe; what it left running may hold that pipe for ever.
      const late = setTimeout(end, 2000, code);
      child.once('close', () => {
        clearTimeout(late);
        end(code);
      });
    });
  });
}

/**
 * What a suite came to. One that crashed, or found nothing to run, has failed, whatever it counted before.
 * @param {Suite} suite
 * @param {number | null} code
 * @param {string} countsFile
 * @returns {{ passed: number, failures: Failure[], again: Failure[] }}
 */
function outcome(suite, code, countsFile) {
  const whole = { title: suite.name, why: code === null ? 'did not end by itself' : `ended with exit code ${code}` };
  const told = suite.counts ? readOutcome(countsFile) : undefined;
  if (told === undefined) {
    const ok = !suite.counts && code === 0;
    return { passed: ok ? 1 : 0, failures: ok ? [] : [whole], again: [] };
  }
  const [passed, failures] = [passedOf(told), failuresOf(told)];
  const unheard = failures.length === 0 && (code !== 0 || passed === 0);
  return { passed, failures: unheard ? [whole] : failures, again: told.again ?? [] };
}

/**
 * Each failure with the beginning of its reason: what a build server shows of a long output is its end.
 * @param {string} heading
 * @param {(suite: typeof results[number]) => Failure[]} of
 */
function tell(heading, of) {
  const lines = results.flatMap(suite =>
    of(suite).map(({ title, why }) => {
      const reason = stripVTControlCharacters(why).split('\n').slice(0, 12);
      return `  ${suite.name}: ${title}\n${reason.map(line => `    ${line.slice(0, 400)}`).join('\n')}`;
    }),
  );
  if (lines.length > 0) console.log(`\n${heading}\n${lines.join('\n')}`);
}

const began = performance.now();
const scratch = mkdtempSync(join(tmpdir(), 'rtt-counts-'));
/** @type {{ name: string, passed: number, failures: Failure[], again: Failure[], ms: number }[]} */
const results = [];
/** @type {Map<string, string>} */
const missing = new Map();
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));

try {
  await step('Packages', ensurePackages);
  // These need packages, so they are loaded now.
  const { need } = await import('./setup/parts.mjs');
  /** @param {string[]} parts */
  const setUp = async parts => {
    for (const part of parts) {
      try {
        await step(...need(part));
      } catch (error) {
        report(error);
        missing.set(part, error instanceof MissingPart ? error.what : String(error));
      }
    }
  };
  // npm and apt wait for a network most of the time, and images are made meanwhile.
  const wanted = [...new Set(all.flatMap(suite => suite.parts))];
  const later = wanted.filter(part => ['host', 'chromium'].includes(part));
  await Promise.all([setUp(wanted.filter(part => !later.includes(part))), setUp(later)]);
  /** @param {Suite} suite @param {boolean} held */
  const runOne = async (suite, held) => {
    if (!held) console.log(`\n== ${suite.name}`);
    const started = performance.now();
    const why = suite.parts.map(part => missing.get(part)).find(reason => reason !== undefined);
    const countsFile = join(scratch, `${suite.name}.json`);
    /** @type {Buffer[]} */
    const printed = [];
    const result =
      why === undefined
        ? outcome(suite, await runSuite(suite, countsFile, held ? chunk => printed.push(chunk) : undefined), countsFile)
        : { passed: 0, failures: [{ title: suite.name, why }], again: [] };
    if (held) process.stdout.write(`\n== ${suite.name}\n${Buffer.concat(printed).toString()}`);
    results.push({ name: suite.name, ...result, ms: performance.now() - started });
  };
  for (const lanes of order) {
    await Promise.all(
      lanes.map(async (lane, index) => {
        for (const suite of lane) await runOne(suite, index > 0);
      }),
    );
  }
} catch (error) {
  report(error);
  results.push({
    name: 'set-up',
    passed: 0,
    failures: [{ title: 'set-up', why: String(error) }],
    again: [],
    ms: performance.now() - began,
  });
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

results.sort((a, b) => all.findIndex(({ name }) => name === a.name) - all.findIndex(({ name }) => name === b.name));
tell('passed only when its file was run a second time:', ({ again, failures }) =>
  again.filter(({ title }) => !failures.some(failure => failure.title === title)),
);
tell('failed:', ({ failures }) => failures);
console.log(`\n${'suite'.padEnd(12)}${'passed'.padStart(8)}${'failed'.padStart(8)}${'time'.padStart(10)}`);
for (const { name, passed, failures, ms } of results) {
  console.log(
    `${name.padEnd(12)}${String(passed).padStart(8)}${String(failures.length).padStart(8)}${seconds(ms).padStart(10)}`,
  );
}
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failures.length, 0);
console.log(`all of it in ${seconds(performance.now() - began)}`);
process.exitCode = failed === 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed`);
