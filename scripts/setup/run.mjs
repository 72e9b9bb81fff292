// Child processes, and the right to install packages. Only Node built-ins: this runs before `npm ci`.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { MissingPart } from './console.mjs';

/**
 * The full path of a program on PATH (or in the places that root's programs live in), or undefined.
 * @param {string} program
 */
export function which(program) {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/local/sbin']) {
    if (folder === '') continue;
    for (const name of process.platform === 'win32' ? [`${program}.exe`, `${program}.cmd`] : [program]) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        /* not here: look in the next folder */
      }
    }
  }
  return undefined;
}

/**
 * Runs a command to its end and gives what it said; never throws for a command that fails.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 */
export function capture(command, args, options = {}) {
  const result = spawnSync(command, args, { maxBuffer: 1 << 28, ...options, encoding: 'utf8' });
  return {
    ok: result.status === 0,
    code: result.status,
    out: (result.stdout ?? '').trim(),
    err: (result.error === undefined ? (result.stderr ?? '') : String(result.error.message)).trim(),
  };
}

/**
 * Runs a command quietly; when it fails, throws with the last lines it printed.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<string>} the last lines it printed
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let tail = '';
    /** @param {Buffer} chunk */
    const keep = chunk => {
      tail = (tail + chunk).slice(-4000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('error', reject);
    child.on('close', code => {
      if (code === 0) resolve(tail);
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}\n${tail}`));
    });
  });
}

/** The words to put before a command that needs root: none for root itself, `sudo` where it can be used, else undefined. */
export function asRoot() {
  if (process.getuid?.() === 0) return [];
  if (which('sudo') === undefined) return undefined;
  if (capture('sudo', ['-n', 'true']).ok) return ['sudo', '-n'];
  return process.stdin.isTTY ? ['sudo'] : undefined;
}

let listsAreFresh = false;
/** @type {Promise<void>} */
let queue = Promise.resolve();

/**
 * Installs Debian packages, or throws MissingPart with the command a person would type.
 * @param {string[]} packages
 * @param {string} why
 */
export async function aptInstall(packages, why) {
  const advice = `sudo apt-get install -y ${packages.join(' ')}`;
  if (which('apt-get') === undefined)
    throw new MissingPart(`${why}: this machine has no apt-get, so ${packages.join(', ')} must be installed by hand.`);
  const root = asRoot();
  if (root === undefined) throw new MissingPart(`${why}: installing it needs root.`, advice);
  // `env` because sudo drops the environment; needrestart and debconf would otherwise ask questions.
  /** @param {string[]} args */
  const apt = (...args) => {
    const [command = 'env', ...rest] = [
      ...root,
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'NEEDRESTART_MODE=a',
      'apt-get',
      '-qq',
      ...args,
    ];
    return run(command, rest, root[0] === 'sudo' && root.length === 1 ? { stdio: ['inherit', 'pipe', 'pipe'] } : {});
  };
  // One after another, whoever asks: apt-get holds a lock.
  const turn = queue.then(async () => {
    if (!listsAreFresh) await apt('update');
    listsAreFresh = true;
    await apt('install', '-y', '--no-install-recommends', ...packages);
  });
  queue = turn.catch(() => undefined);
  await turn;
}

/** @param {number} ms */
export const wait = ms => new Promise(resolve => setTimeout(resolve, ms));
