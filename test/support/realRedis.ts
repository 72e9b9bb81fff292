import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:net';

/** A real redis-server (or Sentinel) of this machine, on loopback, in a folder of its own that is removed with it. */
export interface RealRedis {
  readonly port: number;
  readonly pid: number;
  readonly folder: string;
  signal(name: NodeJS.Signals): void;
  /** Ends the process and removes its folder. */
  stop(): Promise<void>;
}

export interface RealRedisOptions {
  readonly port?: number;
  /** A loopback address; default 127.0.0.1. */
  readonly host?: string;
  readonly conf?: readonly string[];
  readonly sentinel?: boolean;
  readonly binary?: string;
}

let nextPort = 22_100 + (process.pid % 100) * 40;

/** A port on loopback that nothing listens on, below the ephemeral range. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = nextPort++;
    // the cluster bus sits 10000 above; both must be free
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

export async function startRedis(options: RealRedisOptions = {}): Promise<RealRedis> {
  const { host = '127.0.0.1' } = options;
  const port = options.port ?? (await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'real-redis-'));
  const file = join(folder, 'server.conf');
  const lines = [
    `port ${port}`,
    `dir ${folder}`,
    `bind ${host}`,
    ...(options.sentinel ? [] : ['save ""', 'repl-diskless-sync-delay 0']),
    ...(options.conf ?? []),
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const child = spawn(options.binary ?? 'redis-server', [file, ...(options.sentinel ? ['--sentinel'] : [])], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.on('error', error => {
    output += error.message;
  });
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()));
  await listening(host, port, child, () => output);
  return {
    port,
    folder,
    pid: child.pid as number,
    signal: name => {
      child.kill(name);
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGCONT');
        child.kill('SIGKILL');
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function listening(host: string, port: number, child: ChildProcess, output: () => string): Promise<void> {
  for (let tries = 0; tries < 3000; tries++) {
    if (child.exitCode !== null) throw new Error(`redis-server ended: ${output()}`);
    const open = await new Promise<boolean>(resolve => {
      const socket = connect(port, host);
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  throw new Error(`redis-server does not listen on ${port}: ${output()}`);
}
