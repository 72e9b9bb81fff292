// The project's own packages. Only Node built-ins here.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MissingPart } from './console.mjs';
import { root } from './paths.mjs';
import { run } from './run.mjs';

/** `npm ci` when node_modules does not follow the lock file yet. No package's install script runs. */
export async function ensurePackages() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new MissingPart(
      `This needs Node 20.19 or later, and this is Node ${process.versions.node}.`,
      'npx -p node@24 npm start',
    );
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const mark = join(root, 'node_modules', '.installed-from');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === lock) return 'node_modules follows the lock file';
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    shell: process.platform === 'win32',
  });
  writeFileSync(mark, lock);
  return 'installed';
}
