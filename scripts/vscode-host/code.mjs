#!/usr/bin/env node
// Poses as the `code` executable for @vscode/test-electron: VS Code's server with a headless Chromium in front of it.
// The test suite runs in the real extension host; its console and its exit code come back through the page.
import { mkdtempSync, readFileSync, rmSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { format } from 'node:util';
import { chromiumArgs, findChromium } from '../setup/chromium.mjs';
import { freePort, startServer } from '../setup/server.mjs';
import { vscodeFolder } from '../setup/vscodeHost.mjs';

/** What the workbench prints about itself when it has no network, no GitHub account and no native modules. */
const noise =
  /Could not locate the bindings|open-vsx|Creating a socket|connection token|authentication provider 'github'|AccountPolicyGate|reconnection-grace-time|Service Worker|snippet file|workbench contribution|builtin extensions cache|AgentHost|marketplace/i;

/** @type {Map<string, string>} */
const options = new Map();
/** @type {string[]} */
const words = [];
for (const word of process.argv.slice(2)) {
  const match = /^--([^=]+)(?:=([\s\S]*))?$/.exec(word);
  if (match === null) words.push(word);
  else options.set(match[1] ?? '', match[2] ?? '');
}

if (options.has('version') || words[0] === '-v') {
  const read = /** @param {string} file */ file => JSON.parse(readFileSync(join(vscodeFolder, file), 'utf8'));
  console.log(`${read('package.json').version}\n${read('product.json').commit}\n${process.arch}`);
  process.exit(0);
}

const home = mkdtempSync(join(tmpdir(), 'rtx-code-'));
const { chromium } = /** @type {typeof import('playwright-core')} */ (
  createRequire(import.meta.url)('playwright-core')
);
// The smoke test driver is what lets an unpacked extension and the path of its tests through on a built VS Code.
const server = await startServer({ home, port: await freePort(25_600), args: ['--enable-smoke-test-driver'] });
const browser = await chromium.launch({ executablePath: findChromium() ?? 'chromium', args: chromiumArgs });
let finished = false;

/** @param {number} code */
async function finish(code) {
  if (finished) return;
  finished = true;
  await Promise.race([browser.close(), new Promise(done => setTimeout(done, 3000))]);
  await server.stop();
  rmSync(home, { recursive: true, force: true });
  process.exit(code);
}
process.on('SIGINT', () => void finish(130));
process.on('SIGTERM', () => void finish(143));
void server.exited.then(code => {
  if (finished) return;
  console.error(`the VS Code server ended with ${code}`);
  void finish(1);
});

const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
const page = await context.newPage();
await page.exposeFunction('codeAutomationLog', (/** @type {string} */ type, /** @type {unknown[]} */ args) => {
  const line = format(...args);
  if (noise.test(line) && !process.env['VERBOSE']) return;
  (type === 'error' || type === 'warn' ? process.stderr : process.stdout).write(`${line}\n`);
});
await page.exposeFunction('codeAutomationExit', (/** @type {number} */ code) => void finish(code));
page.on('crash', () => {
  console.error('the workbench page crashed');
  void finish(1);
});

const remote = /** @param {string} path */ path => `vscode-remote://127.0.0.1:${server.port}${resolve(path)}`;
const payload = [['skipWelcome', 'true']];
for (const name of ['extensionDevelopmentPath', 'extensionTestsPath']) {
  const path = options.get(name);
  if (path !== undefined) payload.push([name, remote(path)]);
}
const query = new URLSearchParams({ payload: JSON.stringify(payload) });
const folder = words.find(word => existsSync(word));
if (folder === undefined) query.set('ew', 'true');
else query.set(folder.endsWith('.code-workspace') ? 'workspace' : 'folder', resolve(folder));
await page.goto(`${server.address}/?${query}`, { waitUntil: 'commit' });
