// Runs out/host (or out/desktop) inside VS Code's extension host, through @vscode/test-electron. Wants Node 22 or later.
import { join } from 'node:path';
import { runTests } from '@vscode/test-electron';
import { root } from './setup/paths.mjs';

const [suite = 'host', workspace = root] = process.argv.slice(2);
try {
  process.exitCode = await runTests({
    ...(suite === 'desktop' ? {} : { vscodeExecutablePath: join(root, 'scripts', 'vscode-host', 'code.mjs') }),
    extensionDevelopmentPath: root,
    extensionTestsPath: join(root, 'out', suite, 'support', 'hostRunner.js'),
    launchArgs: [workspace],
  });
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
