// Runs claims and keeps what came of them, after each: a run that is stopped keeps what it has.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { root } from '../setup/paths.mjs';
import { capture, which } from '../setup/run.mjs';
import { claims } from './claims.mjs';
import { keptLines, measuredPage, quoteIn, withRun } from './page.mjs';

/** @typedef {import('./claims.mjs').Claim} Claim */
/** @typedef {import('./page.mjs').Run} Run */
/** @typedef {import('./page.mjs').Store} Store */

export const storeFile = join(root, 'bench', 'measured.json');
export const pageFile = join(root, 'docs', 'measured.md');
export const readmeFile = join(root, 'README.md');

/** @returns {Store} */
export const readStore = () => (existsSync(storeFile) ? JSON.parse(readFileSync(storeFile, 'utf8')) : {});

/** Writes the store, the page and what the README quotes. @param {Store} store */
function write(store) {
  writeFileSync(storeFile, `${JSON.stringify(store, null, 1)}\n`);
  writePages(store);
}

/** The page and the README out of the store. @param {Store} store */
export function writePages(store) {
  writeFileSync(pageFile, measuredPage(claims, store));
  writeFileSync(readmeFile, quoteIn(readFileSync(readmeFile, 'utf8'), claims, store));
}

function machine() {
  const [first] = cpus();
  return `${cpus().length} × ${(first?.model ?? 'unknown processor').trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${process.platform} ${release().split('-')[0]} ${arch()}`;
}

function versions() {
  const redis = which('redis-server');
  const said = [
    `Node ${process.versions.node}`,
    ...(redis === undefined
      ? []
      : [`redis-server ${/v=([\d.]+)/.exec(capture(redis, ['--version']).out)?.[1] ?? '?'}`]),
    ...(which('docker') === undefined
      ? []
      : [`Docker ${capture('docker', ['version', '--format', '{{.Server.Version}}']).out || 'not answering'}`]),
  ];
  const commit = capture('git', ['rev-parse', '--short=8', 'HEAD'], { cwd: root });
  // The result itself, and pages, are no change of what was measured.
  const changed = capture('git', ['diff', '--quiet', 'HEAD', '--', 'src', 'media', 'esbuild.mjs', 'scripts/build'], {
    cwd: root,
  });
  if (commit.ok) said.push(`commit ${commit.out}${changed.ok ? '' : ' with changes'}`);
  return said.join(', ');
}

/**
 * One claim, its output shown as it comes.
 * @param {Claim} claim
 * @returns {Promise<Run>}
 */
async function measure(claim) {
  const began = performance.now();
  const before = loadavg()[0] ?? 0;
  const child = spawn(process.execPath, [join(root, 'scripts', 'bench.mjs'), ...claim.command], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  let printed = '';
  /** @param {Buffer} chunk */
  const hear = chunk => {
    printed += chunk.toString();
    process.stdout.write(chunk);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  /** @param {NodeJS.Signals} signal */
  const end = signal => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      /* it ended just now */
    }
  };
  const stop = () => end('SIGKILL');
  process.once('exit', stop);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    stop();
  }, claim.minutes * 60_000);
  /** @type {number | null} */
  const code = await new Promise(resolve => child.once('close', resolve));
  clearTimeout(timer);
  process.removeListener('exit', stop);
  const lines = keptLines(claim, printed);
  if (code !== 0 && lines.length === 0) lines.push(...keptLines({ ...claim, keep: /./ }, printed).slice(-6));
  return {
    at: new Date().toISOString(),
    verdict: late || code === null ? 'not finished' : code === 0 ? 'held' : 'missed',
    seconds: Math.round((performance.now() - began) / 1000),
    load: [before, loadavg()[0] ?? 0],
    machine: machine(),
    versions: versions(),
    lines,
  };
}

/**
 * Runs the claims that are named, or all but the long ones.
 * @param {readonly string[]} ids
 * @returns {Promise<boolean>} whether all held
 */
export async function record(ids) {
  const unknown = ids.filter(id => !claims.some(claim => claim.id === id));
  if (unknown.length > 0)
    throw new Error(`no claim is called ${unknown.join(', ')}; there are ${claims.map(({ id }) => id).join(', ')}`);
  const chosen = claims.filter(({ id, long }) => (ids.length === 0 ? long !== true : ids.includes(id)));
  // Whoever is told to end takes the script along that is running: it has a process group of its own.
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  /** @type {string[]} */
  const sum = [];
  for (const claim of chosen) {
    console.log(`\n== ${claim.id}: ${claim.promise}`);
    const run = await measure(claim);
    // Read again: somebody may have measured another one meanwhile.
    write(withRun(readStore(), claim, run));
    sum.push(`${claim.id.padEnd(28)}${run.verdict.padEnd(14)}${run.seconds} s`);
  }
  console.log(`\n${sum.join('\n')}`);
  for (const { id } of claims.filter(one => ids.length === 0 && one.long === true))
    console.log(`${id.padEnd(28)}only when it is named: npm run bench -- --claims ${id}`);
  return sum.every(line => line.includes(' held '));
}
