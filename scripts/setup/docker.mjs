// The Docker engine: the one that answers, else the one that can be started, else the one that can be installed.
import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MissingPart } from './console.mjs';
import { cacheFolder } from './paths.mjs';
import { aptInstall, asRoot, capture, wait, which } from './run.mjs';

/** The version of the engine that answers, or undefined. */
export function dockerVersion() {
  if (which('docker') === undefined) return undefined;
  const { ok, out } = capture('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 15_000 });
  return ok && out !== '' ? out : undefined;
}

/** True when an engine is there and refuses this user. */
export function isForbidden() {
  return (
    which('docker') !== undefined &&
    /permission denied/i.test(
      capture('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 15_000 }).err,
    )
  );
}

/**
 * Makes sure that a Docker engine answers. Gives a sentence about what was found or done.
 * Nothing is installed where one answers already.
 */
export async function ensureDocker() {
  const found = dockerVersion();
  if (found !== undefined) return `Docker ${found} answers`;
  if (process.platform === 'darwin')
    throw new MissingPart(
      'No Docker engine answers.',
      which('docker') ? 'open -a Docker' : 'brew install --cask docker && open -a Docker',
    );
  if (process.platform !== 'linux')
    throw new MissingPart('No Docker engine answers. Start Docker Desktop, or install it.');
  if (process.env['DOCKER_HOST'])
    throw new MissingPart(
      `No Docker engine answers at DOCKER_HOST=${process.env['DOCKER_HOST']}. Start it, or unset DOCKER_HOST.`,
    );
  if (isForbidden())
    throw new MissingPart(
      'A Docker engine runs, but this user may not talk to it.',
      'sudo usermod -aG docker "$USER"   (then log out and in again)',
    );
  const root = asRoot();
  if (root === undefined) {
    throw new MissingPart(
      'No Docker engine answers, and starting one needs root.',
      which('dockerd') ? 'sudo systemctl start docker' : 'sudo apt-get install -y docker.io iptables',
    );
  }
  let done = 'started';
  // The client can be there without the engine (a container image with only `docker`).
  if (which('dockerd') === undefined) {
    await aptInstall(['docker.io', 'iptables', 'ca-certificates'], 'The Docker engine is missing');
    done = 'installed and started';
  }
  if (existsSync('/run/systemd/system')) {
    const [command = 'systemctl', ...rest] = [...root, 'systemctl', 'start', 'docker'];
    capture(command, rest);
  }
  const log = join(cacheFolder(), 'dockerd.log');
  let over = () => false;
  if (dockerVersion() === undefined && !isForbidden()) over = startDaemon(root, log);
  for (const end = Date.now() + 45_000; Date.now() < end && !over(); await wait(200)) {
    const version = dockerVersion();
    if (version !== undefined) return `Docker ${version} ${done}`;
    if (isForbidden())
      throw new MissingPart(
        `Docker is ${done}, but this user may not talk to it yet.`,
        'sudo usermod -aG docker "$USER"   (then log out and in again)',
      );
  }
  const said = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').slice(-3).join('\n') : '';
  throw new MissingPart(
    `dockerd was started and ${over() ? 'ended' : 'does not answer'}. The end of its log, ${log}:\n${said}`,
  );
}

/**
 * Without systemd: dockerd as a process of its own, which outlives this script as a service would.
 * @param {string[]} root
 * @param {string} log
 * @returns {() => boolean} whether it has ended
 */
function startDaemon(root, log) {
  const file = openSync(log, 'a');
  const [command = 'dockerd', ...rest] = [...root, which('dockerd') ?? 'dockerd'];
  const child = spawn(command, rest, { detached: true, stdio: ['ignore', file, file] });
  child.unref();
  let over = false;
  for (const event of ['exit', 'error'])
    child.once(event, () => {
      over = true;
    });
  return () => over;
}
