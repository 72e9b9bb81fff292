// `npm start`: from a bare clone to an open VS Code workbench with the extension in it. Only Node built-ins until the
// packages are installed. `--browser` uses the workbench of VS Code's server even where a desktop VS Code is installed;
// `--no-open` only prints the address.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MissingPart, report, seconds, step } from './setup/console.mjs';
import { dockerVersion, isForbidden } from './setup/docker.mjs';
import { ensureImages } from './setup/images.mjs';
import { ensurePackages } from './setup/install.mjs';
import { cacheFolder, root } from './setup/paths.mjs';
import { ensureRedisServer } from './setup/redisServer.mjs';
import { capture, which } from './setup/run.mjs';

const options = new Set(process.argv.slice(2));
const began = performance.now();

/** The sample folder: copied once, so that what is changed in it stays and git stays clean. */
async function sampleWorkspace() {
  const folder = cacheFolder('sample-workspace');
  cpSync(join(root, 'test', 'fixtures', 'sample-workspace'), folder, { recursive: true, force: false });
  return folder;
}

/** A part that is good to have: what is missing is said, and the rest goes on. The extension says it again, with the next step.
 * @param {string} name
 * @param {() => Promise<string>} work
 */
async function tryStep(name, work) {
  try {
    await step(name, work);
    return true;
  } catch (error) {
    if (!(error instanceof MissingPart)) throw error;
    report(error);
    return false;
  }
}

/** True where a person sits in front of a screen. */
function hasDesktop() {
  if (process.platform === 'darwin' || process.platform === 'win32') return true;
  return Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']) && which('xdg-open') !== undefined;
}

/** @param {string} address */
function openBrowser(address) {
  const [program = '', ...args] =
    process.platform === 'darwin'
      ? ['open', address]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '""', address]
        : ['xdg-open', address];
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  child.on('error', error => console.log(`(no browser was opened: ${error.message})`));
  child.unref();
}

/** A desktop VS Code that may be used: not one that would only open a window elsewhere, and none as root, which it refuses. */
function desktopCode() {
  if (options.has('--browser') || process.getuid?.() === 0) return undefined;
  const code = which('code') ?? which('codium');
  return code !== undefined && capture(code, ['--version'], { timeout: 20_000 }).ok ? code : undefined;
}

/** The workbench's folder of settings, state and extensions: kept from one start to the next. */
const home = cacheFolder('workbench');

/** VS Code's server, and the extension packed and installed into it. */
async function install() {
  const { ensureHost } = await import('./setup/vscodeHost.mjs');
  const { packageExtension, vsix } = await import('./setup/package.mjs');
  const { installExtension, prepare } = await import('./setup/server.mjs');
  await step('VS Code server', ensureHost);
  await step('Extension packed', packageExtension);
  prepare(home, { 'workbench.reduceMotion': 'auto', 'git.enabled': true, 'files.hotExit': 'onExit' });
  await step('Extension installed', () => installExtension(home, vsix));
}

/**
 * Where topologies will live: in Docker where it answers, else in plain processes. No engine is installed or started from here: that
 * changes a machine too much to be done for somebody who only wants to look.
 * @returns {Promise<() => Promise<unknown>>} what may go on while npm works
 */
async function placeForServers() {
  const docker = dockerVersion();
  if (docker !== undefined) {
    await step('Docker engine', async () => `Docker ${docker} answers`);
    return () => tryStep('Image redis:7.0', () => ensureImages(['redis:7.0'], { mayPull: true }));
  }
  const why = isForbidden()
    ? 'a Docker engine runs, but this user may not talk to it (sudo usermod -aG docker "$USER", then log out and in again)'
    : 'no Docker engine answers';
  return () =>
    tryStep(
      'redis-server',
      async () =>
        `${await ensureRedisServer(`There is no redis-server, and ${why}`)}: topologies will be plain processes, because ${why}`,
    );
}

/** Runs the workbench until Ctrl+C.
 * @param {string} workspace
 */
async function serve(workspace) {
  const { freePort, startServer } = await import('./setup/server.mjs');
  const tokenFile = join(home, 'token');
  if (!existsSync(tokenFile)) writeFileSync(tokenFile, randomBytes(16).toString('hex'));
  chmodSync(tokenFile, 0o600);
  const ending = new AbortController();
  /** @type {Awaited<ReturnType<typeof startServer>> | undefined} */
  let server;
  const stop = async () => {
    if (ending.signal.aborted) return;
    ending.abort();
    if (server === undefined) return; // it is starting, and hears the signal
    await server.stop();
    console.log('\nThe workbench has ended. Topologies keep running; `npm start` shows them again.');
    process.exit(0);
  };
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => void stop());
  try {
    server = await startServer({ home, port: await freePort(25_400), tokenFile, signal: ending.signal });
  } catch (error) {
    if (ending.signal.aborted) process.exit(0);
    throw error;
  }
  if (ending.signal.aborted) {
    await server.stop(); // Ctrl+C came with its first answer
    process.exit(0);
  }
  const address = `${server.address}/?${new URLSearchParams({ tkn: readFileSync(tokenFile, 'utf8').trim(), folder: workspace })}`;
  console.log(
    `\nThe workbench is open after ${seconds(performance.now() - began)}:\n\n  ${address}\n\nPress F1 and type "Redis: Create Sentinel Topology". Ctrl+C ends the workbench; topologies keep running.\n`,
  );
  if (!options.has('--no-open') && hasDesktop()) openBrowser(address);

  const code = await server.exited;
  if (ending.signal.aborted) return;
  console.error(`The VS Code server ended with ${code}; its log is ${server.log}`);
  process.exit(1);
}

try {
  const code = desktopCode();
  // Servers come while npm works.
  const servers = (await placeForServers())();
  const installed = step('Packages', ensurePackages).then(() => (code === undefined ? install() : undefined));
  for (const { status, ...result } of await Promise.allSettled([servers, installed]))
    if (status === 'rejected' && 'reason' in result) throw result.reason;
  const workspace = await sampleWorkspace();
  if (code === undefined) {
    await serve(workspace);
  } else {
    const { build } = await import('./setup/package.mjs');
    await step('Build', build);
    await step('VS Code', async () => {
      const { ok, err } = capture(code, [
        '--new-window',
        '--disable-workspace-trust',
        `--extensionDevelopmentPath=${root}`,
        workspace,
      ]);
      if (!ok) throw new Error(err);
      return code;
    });
    console.log(
      `\nVS Code is open after ${seconds(performance.now() - began)}. Press F1 and type "Redis: Create Sentinel Topology".`,
    );
  }
} catch (error) {
  report(error);
  process.exitCode = 1;
}
