// The bundle and the VSIX.
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { run } from './run.mjs';
import { ensureHost, hostNode } from './vscodeHost.mjs';

export const vsix = join(root, 'out', 'redis-topology-explorer.vsix');

export async function build() {
  await run(process.execPath, [join(root, 'esbuild.mjs')], { cwd: root });
  return 'dist/';
}

/** Packs the extension, without any network. Gives the size. */
export async function packageExtension() {
  await build();
  mkdirSync(join(root, 'out'), { recursive: true });
  // vsce asks for Node 22.
  let node = process.execPath;
  if (Number(process.versions.node.split('.')[0]) < 22) {
    await ensureHost();
    node = hostNode();
  }
  const said = await run(
    node,
    [
      join(root, 'node_modules', '@vscode', 'vsce', 'vsce'),
      'package',
      '--no-dependencies',
      '--allow-missing-repository',
      '--no-rewrite-relative-links',
      '--out',
      vsix,
    ],
    { cwd: root },
  );
  const warnings = said.split('\n').filter(line => /\bWARN/.test(line));
  if (warnings.length > 0) throw new Error(`The packer warns:\n${warnings.join('\n')}`);
  return `${(statSync(vsix).size / 1024).toFixed(0)} KiB`;
}
