// Images with a server in them. Those that exist are used as they are. On a machine that can pull, they are pulled;
// else they are built from Debian's packages, under the names that the extension uses by default.
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MissingPart } from './console.mjs';
import { root as project } from './paths.mjs';
import { aptInstall, asRoot, capture, run, which } from './run.mjs';

const entryPoint = join(project, 'scripts', 'image', 'docker-entrypoint.sh');
const label = 'io.github.redis-topology-explorer.recipe';

/** @typedef {{ command: string, suite?: string, packages?: string[], from?: string }} Recipe */

/**
 * `redis:7.0` and so on behave as the official images do: root at first, then user redis. The `-rootful` variant stays
 * root, as many hand-made images do: a conf folder must be writable by the server in both.
 * @type {Record<string, Recipe>}
 */
export const recipes = {
  'redis:7.0': { suite: 'bookworm', packages: ['redis-server', 'redis-tools'], command: 'redis-server' },
  'redis:8.0': { suite: 'trixie', packages: ['redis-server', 'redis-tools'], command: 'redis-server' },
  'valkey/valkey:8.1': { suite: 'trixie', packages: ['valkey-server', 'valkey-tools'], command: 'valkey-server' },
  'redis-rootful:7.0': { from: 'redis:7.0', command: 'redis-server' },
};

/** @param {Recipe} recipe */
const fingerprint = recipe =>
  createHash('sha256').update(JSON.stringify(recipe)).update(readFileSync(entryPoint)).digest('hex').slice(0, 16);

/** @param {string} name */
function recipeOf(name) {
  const recipe = recipes[name];
  if (recipe === undefined)
    throw new Error(`no recipe for the image ${name}; there are ${Object.keys(recipes).join(', ')}`);
  return recipe;
}

/**
 * True when the image is there: somebody else's, or ours of the present recipe.
 * @param {string} name
 */
function isThere(name) {
  const { ok, out } = capture('docker', ['image', 'inspect', '--format', `{{index .Config.Labels "${label}"}}`, name]);
  if (!ok) return false;
  return out === '' || out === '<no value>' || out === fingerprint(recipeOf(name));
}

/**
 * Makes sure that these images exist. Gives a sentence about what was found or done.
 * @param {string[]} names
 * @param {{ mayPull?: boolean }} [options]
 * @returns {Promise<string>}
 */
export async function ensureImages(names, { mayPull = false } = {}) {
  const done = [];
  for (const name of names) {
    if (isThere(name)) continue;
    const recipe = recipeOf(name);
    if (recipe.from !== undefined) await ensureImages([recipe.from], { mayPull });
    if (recipe.from !== undefined) stayRoot(name, recipe);
    else if (mayPull && !existsSync('/usr/bin/mmdebstrap') && (await pull(name))) {
      done.push(`${name} pulled`);
      continue;
    } else await build(name, recipe);
    done.push(`${name} built`);
  }
  return done.length === 0 ? `${names.join(', ')} there` : done.join(', ');
}

/** @param {string} name */
async function pull(name) {
  try {
    await run('docker', ['pull', name], { timeout: 180_000 });
    return true;
  } catch {
    return false; // No network or no such image: the caller builds it instead.
  }
}

/**
 * @param {string} name
 * @param {Recipe} recipe
 */
async function build(name, recipe) {
  if (process.platform !== 'linux' || which('apt-get') === undefined)
    throw new MissingPart(`The image ${name} is missing.`, `docker pull ${name}`);
  const root = asRoot();
  if (root === undefined)
    throw new MissingPart(`The image ${name} is missing, and building it needs root.`, `docker pull ${name}`);
  if (which('mmdebstrap') === undefined)
    await aptInstall(
      ['mmdebstrap', 'debian-archive-keyring'],
      'mmdebstrap, which makes images from Debian packages, is missing',
    );
  const words = [
    ...root,
    'mmdebstrap',
    '--variant=essential',
    '--quiet',
    `--include=${recipe.packages?.join(',')}`,
    '--aptopt=APT::Install-Recommends "false"',
    '--dpkgopt=path-exclude=/usr/share/man/*',
    '--dpkgopt=path-exclude=/usr/share/doc/*',
    '--dpkgopt=path-exclude=/usr/share/locale/*',
    `--customize-hook=install -m 755 ${JSON.stringify(entryPoint)} "$1/usr/local/bin/docker-entrypoint.sh"`,
    '--customize-hook=install -d "$1/data" && chroot "$1" sh -c "chown redis:redis /data 2>/dev/null || chown valkey:valkey /data"',
    '--customize-hook=rm -rf "$1"/var/lib/apt/lists/* "$1"/var/cache/apt/*',
    recipe.suite ?? 'stable',
    '-',
  ];
  const changes = [
    'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'WORKDIR /data',
    'VOLUME /data',
    'EXPOSE 6379',
    'ENTRYPOINT ["docker-entrypoint.sh"]',
    `CMD ["${recipe.command}"]`,
    `LABEL ${label}=${fingerprint(recipe)}`,
  ];
  await pipe(words, ['docker', 'import', ...changes.flatMap(change => ['-c', change]), '-', name]);
}

/**
 * The same image, without the entry point that drops root.
 * @param {string} name
 * @param {Recipe} recipe
 */
function stayRoot(name, recipe) {
  const made = capture('docker', ['create', recipe.from ?? '']);
  if (!made.ok) throw new Error(made.err);
  const script = 'case "${1:-}" in -*|*.conf) set -- redis-server "$@";; esac; exec "$@"';
  const committed = capture('docker', [
    'commit',
    '-c',
    `ENTRYPOINT ${JSON.stringify(['/bin/sh', '-c', script, 'entry'])}`,
    '-c',
    `CMD ["${recipe.command}"]`,
    '-c',
    `LABEL ${label}=${fingerprint(recipe)}`,
    made.out,
    name,
  ]);
  capture('docker', ['rm', '-v', made.out]);
  if (!committed.ok) throw new Error(committed.err);
}

/**
 * `left | right`, failing when either fails.
 * @param {string[]} left
 * @param {string[]} right
 * @returns {Promise<void>}
 */
function pipe([left = '', ...leftArgs], [right = '', ...rightArgs]) {
  return new Promise((resolve, reject) => {
    let said = '';
    /** @param {Buffer} chunk */
    const keep = chunk => {
      said = (said + chunk).slice(-4000);
    };
    const from = spawn(left, leftArgs, { stdio: ['ignore', 'pipe', 'pipe'] });
    const to = spawn(right, rightArgs, { stdio: [from.stdout, 'pipe', 'pipe'] });
    from.stdout.destroy(); // The reader has its own handle; ours, unread, would keep 'close' from coming.
    from.stderr.on('data', keep);
    to.stdout.on('data', keep);
    to.stderr.on('data', keep);
    /** @param {import('node:child_process').ChildProcess} child */
    const ended = child =>
      new Promise((done, failed) => {
        child.on('error', failed);
        child.on('exit', done);
      });
    Promise.all([ended(from), ended(to)]).then(
      ([a, b]) =>
        a === 0 && b === 0 ? resolve() : reject(new Error(`${left} ended with ${a}, docker import with ${b}\n${said}`)),
      reject,
    );
  });
}
