// The parts that suites ask for by name.
import { existsSync } from 'node:fs';
import { ensureChromium } from './chromium.mjs';
import { ensureDocker } from './docker.mjs';
import { ensureImages, recipes } from './images.mjs';
import { build, packageExtension } from './package.mjs';
import { ensureRedisServer } from './redisServer.mjs';
import { aptInstall, capture, which } from './run.mjs';
import { ensureHost, ensureOldestHost } from './vscodeHost.mjs';

/** Debian's own Python is the one that gets Debian's libraries; another may come first on the PATH. */
const python = '/usr/bin/python3';

/** Makes sure that Debian's redis-py is there, for the tests that run connection code. */
async function ensureRedisPy() {
  const version = () => capture(python, ['-c', 'import redis; print(redis.__version__)']);
  if (!version().ok) await aptInstall(['python3', 'python3-redis'], 'The tests run connection code with redis-py');
  return `redis-py ${version().out}`;
}

/** Makes sure that some Compose is there, for the tests that start an exported project. */
async function ensureCompose() {
  if (!capture('docker', ['compose', 'version']).ok && which('docker-compose') === undefined)
    await aptInstall(['docker-compose'], 'The tests run an exported project with Docker Compose');
  const version = capture('docker', ['compose', 'version', '--short']);
  return `Compose ${version.ok ? version.out : capture('docker-compose', ['version', '--short']).out}`;
}

/** Makes sure that openssl is there, which makes the certificates of the tests of TLS. */
async function ensureOpenssl() {
  if (which('openssl') === undefined) await aptInstall(['openssl'], 'The tests of TLS make certificates with openssl');
  return capture('openssl', ['version']).out;
}

/** Makes sure that there is an ssh and an sshd, for the tests of an engine on another machine. */
async function ensureSshd() {
  if (which('ssh') === undefined || !existsSync('/usr/sbin/sshd'))
    await aptInstall(['openssh-client', 'openssh-server'], 'The tests reach an engine by ssh');
  return capture('ssh', ['-V']).err;
}

/** Makes sure that there is a busybox that needs no libraries: what images of Alpine have instead of Debian's programs. */
async function ensureBusybox() {
  if (!existsSync('/bin/busybox'))
    await aptInstall(['busybox-static'], 'The tests reach servers as in an image of Alpine');
  return capture('/bin/busybox', ['--help']).out.split(' multi-call')[0] ?? '';
}

/** @type {Record<string, [string, () => Promise<string>]>} */
const parts = {
  'redis-server': ['redis-server', () => ensureRedisServer('The tests need redis-server')],
  compose: ['Docker Compose', ensureCompose],
  'redis-py': ['redis-py', ensureRedisPy],
  openssl: ['openssl', ensureOpenssl],
  sshd: ['ssh', ensureSshd],
  busybox: ['BusyBox', ensureBusybox],
  docker: ['Docker engine', ensureDocker],
  images: ['Images', () => ensureImages(Object.keys(recipes))],
  host: ['VS Code server', ensureHost],
  'oldest host': ['Oldest VS Code server', ensureOldestHost],
  chromium: ['Chromium', ensureChromium],
  build: ['Build', build],
  vsix: ['VSIX', packageExtension],
};

/**
 * What `step` takes: the name of a part and the work that puts it there.
 * @param {string} part
 */
export function need(part) {
  const found = parts[part];
  if (found === undefined) throw new Error(`no part is called ${part}`);
  return found;
}
