// Starting VS Code's server with an extension in it: for `npm start`, for the e2e tests and for the `code` stand-in.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './paths.mjs';
import { run, wait } from './run.mjs';
import { serverNode, vscodeFolder } from './vscodeHost.mjs';

/** The settings that keep a workbench quiet and the same on every run. */
export const quietSettings = () =>
  /** @type {Record<string, unknown>} */ (
    JSON.parse(readFileSync(join(root, 'scripts', 'vscode-host', 'settings.json'), 'utf8'))
  );

/** The first free port from `from` upwards, below the range that the kernel gives to outgoing connections. */
export async function freePort(from = 25_400) {
  for (let port = from; port < 32_768; port++) {
    const free = await new Promise(resolve => {
      const probe = createServer();
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
  throw new Error(`no free port from ${from} to 32767`);
}

/**
 * The folders of one workbench: settings, state and extensions, all under `home`.
 * @param {string} home
 */
function foldersOf(home) {
  return { user: join(home, 'user'), extensions: join(home, 'extensions') };
}

/** @param {{ user: string, extensions: string }} folders */
const common = folders => [
  '--accept-server-license-terms',
  '--user-data-dir',
  folders.user,
  '--server-data-dir',
  folders.user,
  '--extensions-dir',
  folders.extensions,
];

/**
 * Writes the settings of a workbench that has none yet.
 * @param {string} home
 * @param {Record<string, unknown>} [settings]
 */
export function prepare(home, settings = {}) {
  const folders = foldersOf(home);
  mkdirSync(join(folders.user, 'User'), { recursive: true });
  mkdirSync(folders.extensions, { recursive: true });
  const file = join(folders.user, 'User', 'settings.json');
  if (!existsSync(file)) writeFileSync(file, JSON.stringify({ ...quietSettings(), ...settings }, null, 2));
  return folders;
}

/**
 * Installs a VSIX into the workbench that lives in `home`.
 * @param {string} home
 * @param {string} vsix
 */
export async function installExtension(home, vsix) {
  await run(serverNode(), [
    join(vscodeFolder, 'out', 'server-main.js'),
    ...common(prepare(home)),
    '--install-extension',
    vsix,
    '--force',
  ]);
}

/**
 * Starts the server and waits until it answers.
 * @param {{ home: string, port?: number, tokenFile?: string, args?: string[], env?: NodeJS.ProcessEnv, signal?: AbortSignal }} options
 *   `tokenFile`: a file with the secret that the browser must send; without it anyone on this machine may connect.
 *   `signal`: ends the server that is just starting, which nobody else could end yet.
 * @returns {Promise<{ address: string, port: number, log: string, exited: Promise<number | null>, stop: () => Promise<void> }>}
 */
export async function startServer({ home, port, tokenFile, args = [], env = {}, signal: ending }) {
  const folders = prepare(home);
  const chosen = port ?? (await freePort());
  const log = join(home, 'server.log');
  const file = openSync(log, 'a');
  const child = spawn(
    serverNode(),
    [
      '--import',
      pathToFileURL(join(root, 'scripts', 'vscode-host', 'mintKey.mjs')).href,
      join(vscodeFolder, 'out', 'server-main.js'),
      ...common(folders),
      '--host',
      '127.0.0.1',
      '--port',
      String(chosen),
      ...(tokenFile === undefined ? ['--without-connection-token'] : ['--connection-token-file', tokenFile]),
      '--disable-telemetry',
      '--disable-workspace-trust',
      ...args,
      // A process group of its own: Ctrl+C in the terminal reaches us, and we end the server with all its children.
    ],
    {
      stdio: ['ignore', file, file],
      detached: true,
      env: {
        ...process.env,
        ...env,
        REDIS_TOPOLOGY_KEY_FILE: join(home, 'secrets.key'),
        REDIS_TOPOLOGY_TOKEN_FILE: tokenFile ?? '',
      },
    },
  );
  closeSync(file);
  let over = false;
  /** @type {Promise<number | null>} */
  const exited = new Promise(resolve => {
    child.once('error', () => {
      over = true;
      resolve(null);
    });
    child.once('exit', code => {
      over = true;
      resolve(code);
    });
  });
  /** @param {NodeJS.Signals} signal */
  const signal = signal => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch {
      /* the group is gone already */
    }
  };
  const stop = async () => {
    signal('SIGTERM');
    await Promise.race([exited, wait(5000)]);
    signal('SIGKILL');
  };
  const address = `http://127.0.0.1:${chosen}`;
  // Seconds, on a machine that has nothing else to do.
  for (const end = performance.now() + 90_000; performance.now() < end;) {
    if (ending?.aborted) {
      await stop();
      throw new Error('ended while the VS Code server was starting');
    }
    if (over)
      throw new Error(
        `the VS Code server ended before it answered; its log is ${log}\n${readFileSync(log, 'utf8').slice(-2000)}`,
      );
    try {
      if ((await fetch(`${address}/version`)).ok) return { address, port: chosen, log, exited, stop };
    } catch {
      /* not listening yet */
    }
    await wait(50);
  }
  await stop();
  throw new Error(`the VS Code server did not answer in 90 s; its log is ${log}`);
}
