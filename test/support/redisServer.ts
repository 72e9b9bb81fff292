// Disposable servers: real redis-server processes in folders of their own, gone when the test is over.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testPort, until } from './naming';

export interface RedisOptions {
  /** Default: a free one. */
  readonly port?: number;
  /** Lines of the conf file, after the port, bind and dir that every server gets. */
  readonly conf?: readonly string[];
  readonly sentinel?: boolean;
  /** Another program than `redis-server`. */
  readonly program?: string;
}

export interface RunningRedis {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Its working folder: `redis.conf` or `sentinel.conf`, data, `log`. */
  readonly folder: string;
  readonly confFile: string;
  readonly pid: number;
  /** What it has logged so far. */
  log(): Promise<string>;
  signal(signal: NodeJS.Signals): void;
  /** Kills it and removes its folder. May be called twice. */
  stop(): Promise<void>;
}

const running = new Set<number>();
process.once('exit', () => {
  for (const pid of running) process.kill(pid, 'SIGKILL');
});

/** True when something at this port answers in Redis's protocol, be it an error. */
function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.setTimeout(1000);
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', data => {
      resolve(/^[+-]/.test(data.toString()));
      socket.destroy();
    });
    for (const event of ['error', 'timeout', 'close'])
      socket.once(event, () => {
        resolve(false);
        socket.destroy();
      });
  });
}

/** Starts a server and waits until it answers. */
export async function startRedis(options: RedisOptions = {}): Promise<RunningRedis> {
  const port = options.port ?? (await testPort());
  const folder = await mkdtemp(join(tmpdir(), 'rtt-redis-'));
  const confFile = join(folder, options.sentinel === true ? 'sentinel.conf' : 'redis.conf');
  const log = join(folder, 'log');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `logfile ${log}`,
    ...(options.sentinel === true ? [] : ['save ""']),
    ...(options.conf ?? []),
  ];
  await writeFile(confFile, `${lines.join('\n')}\n`);
  const child = spawn(
    options.program ?? 'redis-server',
    [confFile, ...(options.sentinel === true ? ['--sentinel'] : [])],
    { stdio: 'ignore' },
  );
  child.unref(); // A test that failed before its stop() must not keep mocha waiting; 'exit' above kills what is left.
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  const readLog = (): Promise<string> => readFile(log, 'utf8').catch(() => '');
  let over = false;
  void exited.then(
    () => {
      over = true;
    },
    () => {
      over = true;
    },
  );
  const pid = child.pid;
  if (pid === undefined) await exited;
  if (pid === undefined) throw new Error('redis-server did not start');
  running.add(pid);
  const stop = async (): Promise<void> => {
    if (!over) child.kill('SIGKILL');
    await exited;
    running.delete(pid);
    await rm(folder, { recursive: true, force: true });
  };
  for (let tries = 0; !(await answers(port)); tries++) {
    if (over || tries > 200) {
      const said = await readLog();
      await stop();
      throw new Error(`redis-server on port ${port} does not answer:\n${said}`);
    }
    await new Promise(resolve => setTimeout(resolve, 25));
  }
  return {
    host: '127.0.0.1',
    port,
    folder,
    confFile,
    pid,
    log: readLog,
    signal: signal => {
      child.kill(signal);
    },
    stop,
  };
}

/** A master and replicas of it, linked up. */
export async function startReplication(
  replicas: number,
  conf: readonly string[] = [],
): Promise<{ master: RunningRedis; replicas: RunningRedis[]; stop(): Promise<void> }> {
  const master = await startRedis({ conf: ['repl-diskless-sync-delay 0', ...conf] });
  const others: RunningRedis[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all([...others, master].map(server => server.stop()));
  };
  try {
    for (let index = 0; index < replicas; index++) {
      others.push(
        await startRedis({ conf: ['repl-diskless-sync-delay 0', `replicaof 127.0.0.1 ${master.port}`, ...conf] }),
      );
    }
    for (const replica of others) {
      await until(`replica ${replica.port} linked`, async () =>
        /MASTER <-> REPLICA sync: Finished with success/.test(await replica.log()),
      );
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { master, replicas: others, stop };
}
