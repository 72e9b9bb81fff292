// A second Docker engine on this machine that is as good as on another one: a network, mounts and a host name of its own, reached by TLS alone.
// Needs root. Nothing of the first engine is touched: other root folder, other sockets, other network namespace (so its firewall rules are its own).
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { createWriteStream } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../../src/base/abort';

const run = promisify(execFile);

export interface SecondEngine {
  /** Where the command line keeps its contexts; there is one, named `far`. */
  readonly config: string;
  readonly host: string;
  /** The engine's own command line, told to speak to it. */
  docker(...args: readonly string[]): Promise<string>;
  /** Copies an image of the first engine, by save and load. */
  copyImage(image: string): Promise<void>;
  stop(): Promise<void>;
}

/** In the engine's own mounts: folders of ours are empty there, its root folder lies at /mnt. */
const DAEMON = `
hostname "$1"
mount --make-rprivate /
mount --bind "$2" /mnt
for folder in /run /tmp /home /root /opt /srv /var/tmp "$4"; do mount -t tmpfs none "$folder"; done
mkdir -p /run/lock
cd /
exec dockerd --dns "$5" --data-root /mnt/root --exec-root /run/docker -p /run/docker.pid -H "tcp://$3:2376" --cgroup-parent "/$1" \\
  --tlsverify --tlscacert /mnt/tls/ca.pem --tlscert /mnt/tls/server.pem --tlskey /mnt/tls/server-key.pem`;

/** @param name of the network namespace, at most 10 letters; nothing of that name may exist */
export async function startSecondEngine(name: string, number: number): Promise<SecondEngine> {
  const folder = await mkdtemp(join(tmpdir(), `${name}-`));
  const [near, host] = [`10.199.${number}.1`, `10.199.${number}.2`];
  const tls = join(folder, 'tls');
  await certificates(tls, host);
  let daemon: ChildProcess | undefined;
  let names: Socket | undefined;
  const stop = async (): Promise<void> => {
    if (daemon !== undefined && daemon.exitCode === null && daemon.signalCode === null) {
      const ended = new Promise(resolve => daemon?.once('exit', resolve));
      daemon.kill('SIGTERM');
      await ended;
    }
    names?.close();
    await run('ip', ['link', 'del', `${name}-a`]).catch(() => undefined);
    await run('ip', ['netns', 'del', name]).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await run('ip', ['netns', 'add', name]);
    await run('ip', ['link', 'add', `${name}-a`, 'type', 'veth', 'peer', 'name', `${name}-b`, 'netns', name]);
    for (const args of [
      ['addr', 'add', `${near}/30`, 'dev', `${name}-a`],
      ['link', 'set', `${name}-a`, 'up'],
      ['-n', name, 'addr', 'add', `${host}/30`, 'dev', `${name}-b`],
      ['-n', name, 'link', 'set', `${name}-b`, 'up'],
      ['-n', name, 'link', 'set', 'lo', 'up'],
    ])
      await run('ip', args);
    await run('ip', ['-n', name, 'route', 'add', 'default', 'via', near]);
    names = await nameServer(near);
    const log = createWriteStream(join(folder, 'log'));
    daemon = spawn(
      'nsenter',
      [
        `--net=/run/netns/${name}`,
        'unshare',
        '-m',
        '-u',
        'bash',
        '-c',
        DAEMON,
        '-',
        name,
        folder,
        host,
        process.cwd(),
        near,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    daemon.stdout?.pipe(log);
    daemon.stderr?.pipe(log);
    const config = await contextOf(folder, tls, host);
    const docker = async (...args: readonly string[]): Promise<string> => {
      const { stdout } = await run('docker', ['--config', config, '--context', 'far', ...args], { maxBuffer: 1 << 26 });
      return stdout.trim();
    };
    await until('the second engine answers', { everyMs: 300, deadlineMs: 90_000 }, async () =>
      docker('version', '--format', '{{.Server.Version}}').catch(() => {
        if (daemon?.exitCode !== null) throw new Error(`dockerd ended; see ${join(folder, 'log')}`);
        return undefined;
      }),
    );
    const copyImage = async (image: string): Promise<void> => {
      const file = join(folder, 'image.tar');
      await run('docker', ['save', '-o', file, image]);
      await docker('load', '-i', file);
      await rm(file);
    };
    return { config, host, docker, copyImage, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * The name server that every machine has: asked for what nobody knows, it says so at once. Without one the engine's own says nothing at all, and
 * whoever looks for a stopped server's name waits until the time is over.
 */
async function nameServer(address: string): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const unknown = Buffer.from(query);
    unknown.writeUInt16BE(0x8183, 2); // an answer, "no such name"
    unknown.fill(0, 6, 12);
    socket.send(unknown, from.port, from.address);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(53, address, resolve);
  });
  return socket;
}

/** `ca`, `server` and `client` with their keys (`<who>-key`), as PEM files in `folder`. */
export async function certificates(folder: string, host: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const openssl = (...args: readonly string[]): Promise<unknown> => run('openssl', [...args], { cwd: folder });
  await openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=ca of a test',
    '-keyout',
    'ca-key.pem',
    '-out',
    'ca.pem',
  );
  for (const who of ['server', 'client']) {
    await writeFile(join(folder, `${who}.ext`), `subjectAltName=IP:${host}\nextendedKeyUsage=${who}Auth\n`);
    await openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      `/CN=${who}`,
      '-keyout',
      `${who}-key.pem`,
      '-out',
      `${who}.csr`,
    );
    await openssl(
      'x509',
      '-req',
      '-in',
      `${who}.csr`,
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca-key.pem',
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      `${who}.ext`,
      '-out',
      `${who}.pem`,
    );
  }
}

/** The files of a context as `docker context create` writes them. */
async function contextOf(folder: string, tls: string, host: string): Promise<string> {
  const config = join(folder, 'config');
  const key = createHash('sha256').update('far').digest('hex');
  const [meta, pems] = [join(config, 'contexts', 'meta', key), join(config, 'contexts', 'tls', key, 'docker')];
  await mkdir(meta, { recursive: true });
  await mkdir(pems, { recursive: true });
  await writeFile(
    join(meta, 'meta.json'),
    JSON.stringify({
      Name: 'far',
      Metadata: {},
      Endpoints: { docker: { Host: `tcp://${host}:2376`, SkipTLSVerify: false } },
    }),
  );
  for (const [from, to] of [
    ['ca', 'ca'],
    ['client', 'cert'],
    ['client-key', 'key'],
  ] as const)
    await copyFile(join(tls, `${from}.pem`), join(pems, `${to}.pem`));
  return config;
}
