// redis-server or valkey-server: the one that is there, else Debian's package, else the one command that would install it here.
import { existsSync } from 'node:fs';
import { MissingPart } from './console.mjs';
import { aptInstall, asRoot, capture, which } from './run.mjs';

const programs = ['redis-server', 'valkey-server'];

/** What brings a server to systems whose packages we do not install by ourselves: the program that installs, and the whole line. */
const installers = [
  ['apt-get', 'sudo apt-get install -y redis-server'],
  // Fedora and RHEL have had Valkey in the place of Redis since 41 and 10.
  ['dnf', 'sudo dnf install -y redis || sudo dnf install -y valkey'],
  ['yum', 'sudo yum install -y redis'],
  ['zypper', 'sudo zypper install -y redis'],
  ['pacman', 'sudo pacman -S --needed valkey'],
  ['apk', 'sudo apk add redis'],
  ['brew', 'brew install redis'],
  ['port', 'sudo port install redis'],
];

/** What a Redis on Windows needs: there is no server program for it. */
const onWindows = 'Redis has no server program for Windows: start Docker Desktop, or run this inside WSL.';

/**
 * The one command that installs a server on this system, or undefined where we know of none.
 * @param {string} [platform]
 * @param {(program: string) => unknown} [find]
 */
export function installCommand(platform = process.platform, find = which) {
  if (platform === 'win32') return 'wsl --install';
  return (
    installers.find(([program = '']) => find(program) !== undefined)?.[1] ??
    (platform === 'darwin' ? 'brew install redis' : undefined)
  );
}

/** The server program on PATH, or undefined. */
export function findServer() {
  return programs.map(program => which(program)).find(path => path !== undefined);
}

/**
 * Makes sure that a server program is on the machine. Gives its name and version.
 * @param {string} why what is missing without it, as a clause
 */
export async function ensureRedisServer(why) {
  if (findServer() === undefined) {
    if (process.platform === 'win32') throw new MissingPart(`${why}. ${onWindows}`, installCommand());
    if (process.platform !== 'linux' || which('apt-get') === undefined)
      throw new MissingPart(`${why}.`, installCommand());
    await aptInstall(['redis-server', 'redis-tools'], why);
    keepServiceDown();
  }
  const server = findServer();
  if (server === undefined)
    throw new MissingPart(`${why}: the package was installed, but there is no redis-server on PATH.`);
  return capture(server, ['--version']).out.split(' ').slice(0, 3).join(' ');
}

/** Debian's package starts a service on port 6379 where there is systemd: nobody asked us for that, only for the program. */
function keepServiceDown() {
  const root = asRoot();
  if (root === undefined || !existsSync('/run/systemd/system')) return;
  const [command = 'systemctl', ...rest] = [...root, 'systemctl', 'disable', '--now', 'redis-server'];
  capture(command, rest);
}
