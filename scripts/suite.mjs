// Bundles and runs one suite: `node scripts/suite.mjs unit|package|redis|cluster|clients|host|desktop|e2e|oldest|pictures [mocha arguments]`.
// What a suite needs of the machine is set up first; what is there already is used.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, sep } from 'node:path';
import * as esbuild from 'esbuild';
import { leaveOut, lighten } from './build/libraries.mjs';
import { report, step } from './setup/console.mjs';
import { failedFiles, readOutcome, repeated } from './setup/outcome.mjs';
import { root } from './setup/paths.mjs';
import { need } from './setup/parts.mjs';
import { hostNode } from './setup/vscodeHost.mjs';

const suites = {
  // `vscode` is deliberately not external here: a unit test that reaches it does not build.
  unit: { folder: 'test/unit', parts: [], timeout: 20_000 },
  package: { folder: 'test/package', parts: ['vsix'], timeout: 60_000 },
  redis: {
    folder: 'test/redis',
    parts: ['redis-server', 'redis-py', 'openssl', 'sshd', 'busybox', 'docker', 'compose', 'images'],
    timeout: 60_000,
  },
  // Parts of `redis`, which `npm test` runs beside the rest.
  cluster: { folder: 'test/redis/cluster', parts: ['redis-server', 'docker', 'images'], timeout: 60_000 },
  clients: { folder: 'test/redis/clients', parts: ['redis-server', 'redis-py', 'docker', 'images'], timeout: 60_000 },
  host: {
    folder: 'test/host',
    parts: ['redis-server', 'docker', 'images', 'host', 'chromium', 'build'],
    timeout: 60_000,
  },
  desktop: { folder: 'test/host', parts: ['build'], timeout: 60_000 },
  e2e: {
    folder: 'test/e2e',
    parts: ['redis-server', 'docker', 'images', 'host', 'chromium', 'vsix'],
    timeout: 120_000,
  },
  // No tests: what the README shows, taken where the tests look.
  pictures: { folder: 'test/pictures', parts: ['redis-server', 'host', 'chromium', 'vsix'], timeout: 120_000 },
  // The same tests, or those that are named, in the oldest VS Code that package.json promises.
  oldest: {
    folder: 'test/e2e',
    parts: ['redis-server', 'docker', 'images', 'oldest host', 'chromium', 'vsix'],
    timeout: 120_000,
  },
};

/** What `oldest` runs when nothing is named: the main job. */
const mainJob = ['sentinel.test'];

/**
 * Bundles every `*.test.ts` of the suite into out/<suite>; tests are found, never listed.
 * @param {keyof typeof suites} name
 * @param {string[]} only files given on the command line
 * @param {readonly string[]} without folders in that of the suite
 */
async function bundle(name, only, without) {
  const { folder } = suites[name];
  const out = join('out', name);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.test.ts') && !without.some(part => file.startsWith(`${part}${sep}`)))
    .map(file => join(folder, file));
  const chosen = only.length === 0 ? files : files.filter(file => only.some(part => file.includes(part)));
  if (chosen.length === 0) throw new Error(`no test file in ${folder} is called ${only.join(' or ')}`);
  rmSync(out, { recursive: true, force: true });
  const inHost = name === 'host' || name === 'desktop';
  await esbuild.build({
    entryPoints: inHost ? [...chosen, 'test/support/hostRunner.ts'] : chosen,
    outdir: out,
    outbase: inHost ? 'test' : folder,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: 'inline',
    logLevel: 'warning',
    external: [
      'mocha',
      'esbuild',
      'typescript',
      'fast-check',
      'vscode-textmate',
      'vscode-oniguruma',
      'playwright-core',
      ...(inHost ? ['vscode'] : []),
      ...(name === 'unit' ? ['dockerode', 'ioredis'] : []),
    ],
    // The libraries in the form in which they ship, so that the real servers are met by what users get.
    plugins: [leaveOut, lighten],
    // Scripts that get bundled learn the project's folder from the environment, see scripts/setup/paths.mjs.
    define: { 'import.meta.dirname': '""' },
  });
  return join(root, out);
}

/** The tests of the extension host: inside our stand-in for `code`, or in a desktop VS Code that is downloaded.
 * @param {keyof typeof suites} name
 * @param {string} out
 * @param {string[]} mochaArguments
 */
function runInHost(name, out, mochaArguments) {
  const home = mkdtempSync(join(tmpdir(), 'rtx-host-'));
  const workspace = join(home, 'workspace');
  mkdirSync(workspace);
  const { status } = spawnSync(
    name === 'desktop' ? process.execPath : hostNode(),
    [join(root, 'scripts', 'hostTests.mjs'), name, workspace],
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        REDIS_TOPOLOGY_MOCHA: JSON.stringify({ args: mochaArguments, timeout: suites[name].timeout, out, root }),
      },
    },
  );
  rmSync(home, { recursive: true, force: true });
  return status ?? 1;
}

/**
 * @param {keyof typeof suites} name
 * @param {string[]} words
 */
async function main(name, words) {
  const options = words.findIndex(word => word.startsWith('-'));
  const named = words.filter(
    (word, index) => word.includes('.test') || ((options < 0 || index < options) && !word.startsWith('-')),
  );
  const files = name === 'oldest' && named.length === 0 ? mainJob : named;
  if (name === 'oldest') process.env['REDIS_TOPOLOGY_VSCODE'] = 'oldest';
  const without =
    words
      .find(word => word.startsWith('--without='))
      ?.slice('--without='.length)
      .split(',') ?? [];
  const mochaArguments = words.filter(word => !named.includes(word) && !word.startsWith('--without='));
  for (const part of suites[name].parts) await step(...need(part));
  const out = await bundle(name, files, without);
  if (name === 'host' || name === 'desktop') return runInHost(name, out, mochaArguments);
  // Found from out/ too: playwright and the rest are asked for from there.
  if (!existsSync(join(root, 'out', 'node_modules')))
    symlinkSync('../node_modules', join(root, 'out', 'node_modules'), 'junction');
  const reporter = mochaArguments.some(word => word.startsWith('--reporter'))
    ? []
    : ['--reporter', join(root, 'scripts', 'setup', 'reporter.cjs')];
  const mocha = [
    join(root, 'node_modules', 'mocha', 'bin', 'mocha.js'),
    '--ui',
    'tdd',
    '--recursive',
    '--forbid-only',
    '--forbid-pending',
    '--fail-zero',
    '--exit',
    '--timeout',
    String(suites[name].timeout),
    ...reporter,
    ...mochaArguments,
  ];
  /** @param {string[]} tests @param {Record<string, string>} [environment] */
  const run = (tests, environment) =>
    spawnSync(process.execPath, ['--enable-source-maps', ...mocha, ...tests], {
      stdio: 'inherit',
      cwd: root,
      env: { ...process.env, ...environment },
    }).status ?? 1;
  const counts = process.env['REDIS_TOPOLOGY_COUNTS'];
  const status = run([out]);
  return status === 0 || counts === undefined || !realTime.has(name) ? status : runAgain(counts, run);
}

/** Suites in which other programs' clocks run: a machine that stood still for seconds can fail a test there. */
const realTime = new Set(['redis', 'cluster', 'clients', 'e2e']);

/**
 * For `npm test`: the few files of a suite in which something failed are run once more, from their beginning. What failed at first
 * is told at the end of everything, passed now or not. When many failed, it was not the machine: nothing is repeated.
 * @param {string} counts the file with what came of the first run; what came of both takes its place
 * @param {(tests: string[], environment: Record<string, string>) => number} run
 */
function runAgain(counts, run) {
  const first = readOutcome(counts);
  const files = first === undefined ? [] : failedFiles(first);
  if (first === undefined || files.length === 0 || files.length > 2 || !files.every(file => existsSync(file))) return 1;
  console.log(`\nonce more, from the beginning: ${files.map(file => basename(file)).join(', ')}`);
  const second = `${counts}.again`;
  run(files, { REDIS_TOPOLOGY_COUNTS: second });
  const both = repeated(first, readOutcome(second));
  writeFileSync(counts, JSON.stringify(both));
  return failedFiles(both).length === 0 ? 0 : 1;
}

process.env['REDIS_TOPOLOGY_ROOT'] = root;
const [name, ...words] = process.argv.slice(2);
if (name === undefined || !(name in suites)) {
  console.error(`usage: node scripts/suite.mjs ${Object.keys(suites).join('|')} [file.test.ts] [mocha arguments]`);
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await main(/** @type {keyof typeof suites} */ (name), words);
  } catch (error) {
    report(error);
    process.exitCode = 1;
  }
}
