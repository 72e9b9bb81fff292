// Checks the types of sources, tests and scripts, then those of each page: a page is a folder of media/ with a tsconfig.json of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup/paths.mjs';

const tsc = join(root, 'node_modules', '@typescript', 'native', 'bin', 'tsc');
const pages = readdirSync(join(root, 'media')).map(name => join('media', name, 'tsconfig.json'));
for (const project of ['tsconfig.json', ...pages.filter(path => existsSync(join(root, path)))]) {
  const { status } = spawnSync(process.execPath, [tsc, '--noEmit', '-p', project], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
