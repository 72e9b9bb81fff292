// Servers as people start them by hand, one after another and with stock settings: the peers of our benches, and decoys of our drills.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import type { RedisConnection } from '../../src/redis/client';
import { Talk } from '../../src/topology/talk';
import type { Seat } from '../../src/topology/talk';
import { docker } from './dockerWorld';
import { testPorts } from './naming';

export interface ByHand {
  readonly seats: readonly Seat[];
  /** Open connections to all, as soon as each answers. */
  connect(): Promise<
    readonly { readonly name: string; readonly announced: Seat['announced']; readonly connection: RedisConnection }[]
  >;
  dispose(): Promise<void>;
}

/** What the n-th server is started with besides its port, given the addresses of those before it. */
type Arguments = (index: number, before: readonly Seat['announced'][]) => readonly string[];

function connecting(seats: readonly Seat[]): { readonly connect: ByHand['connect']; readonly let: () => void } {
  const talk = new Talk(new IoredisConnector(), undefined);
  const signal = new AbortController().signal;
  return {
    connect: () =>
      Promise.all(
        seats.map(async seat => ({
          name: seat.name,
          announced: seat.announced,
          connection: await talk.to(seat, { everyMs: 10, deadlineMs: 60_000, signal }),
        })),
      ),
    let: () => talk.dispose(),
  };
}

/** `docker run` of each in turn. @param network a network of its own, which must be there; absent: the default bridge, with dynamic addresses */
export function dockerByHand(
  prefix: string,
  ports: readonly number[],
  image: string,
  args: Arguments,
  network?: string,
): ByHand {
  const seats: Seat[] = [];
  const names: string[] = [];
  for (const [index, port] of ports.entries()) {
    const name = `${prefix}-${index + 1}`;
    names.push(name);
    docker(
      'run',
      '-d',
      '--name',
      name,
      ...(network === undefined ? [] : ['--network', network]),
      '-p',
      `127.0.0.1:${port}:${port}`,
      image,
      'redis-server',
      '--port',
      String(port),
      '--protected-mode',
      'no',
      ...args(
        index,
        seats.map(({ announced }) => announced),
      ),
    );
    const host = docker('inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', name);
    seats.push({ name, announced: { host, port }, reachable: { host: '127.0.0.1', port } });
  }
  const { connect, let: letGo } = connecting(seats);
  return {
    seats,
    connect,
    dispose: () => {
      letGo();
      docker('rm', '-fv', ...names);
      return Promise.resolve();
    },
  };
}

/**
 * The least that any way of making containers takes: bare ones, made and started all at once by two calls of the API each, on the default bridge, with no
 * network, volume, file, label or check.
 */
export async function dockerAtOnce(prefix: string, ports: readonly number[], image: string): Promise<ByHand> {
  const post = (path: string, body?: object): Promise<string> =>
    new Promise((resolve, reject) => {
      const asking = request(
        { socketPath: '/var/run/docker.sock', method: 'POST', path, headers: { 'content-type': 'application/json' } },
        reply => {
          let text = '';
          reply.on('data', (chunk: Buffer) => (text += chunk.toString()));
          reply.on('end', () => ((reply.statusCode ?? 0) < 300 ? resolve(text) : reject(new Error(text))));
        },
      );
      asking.on('error', reject);
      asking.end(body === undefined ? undefined : JSON.stringify(body));
    });
  const names = ports.map((_, index) => `${prefix}-${index + 1}`);
  const started = await Promise.allSettled(
    ports.map(async (port, index) => {
      const key = `${port}/tcp`;
      await post(`/containers/create?name=${names[index]}`, {
        Image: image,
        Cmd: ['redis-server', '--port', String(port), '--protected-mode', 'no'],
        ExposedPorts: { [key]: {} },
        HostConfig: { PortBindings: { [key]: [{ HostIp: '127.0.0.1', HostPort: String(port) }] } },
      });
      await post(`/containers/${names[index]}/start`);
    }),
  );
  const seats = ports.map((port, index) => {
    const address = { host: '127.0.0.1', port };
    return { name: names[index] ?? '', announced: address, reachable: address };
  });
  const { connect, let: letGo } = connecting(seats);
  const hand = {
    seats,
    connect,
    dispose: () => {
      letGo();
      docker('rm', '-fv', ...names);
      return Promise.resolve();
    },
  };
  const failed = started.find(one => one.status === 'rejected');
  if (failed === undefined) return hand;
  await hand.dispose();
  throw failed.reason;
}

/** `redis-server` of each in turn. */
export function processesByHand(ports: readonly number[], args: Arguments): ByHand {
  const root = mkdtempSync(join(tmpdir(), 'by-hand-'));
  const seats: Seat[] = [];
  const children: ChildProcess[] = [];
  for (const [index, port] of ports.entries()) {
    const folder = join(root, String(port));
    mkdirSync(folder);
    children.push(
      spawn(
        'redis-server',
        [
          '--port',
          String(port),
          '--bind',
          '127.0.0.1',
          '--dir',
          folder,
          ...args(
            index,
            seats.map(({ announced }) => announced),
          ),
        ],
        { stdio: 'ignore', cwd: folder },
      ),
    );
    const address = { host: '127.0.0.1', port };
    seats.push({ name: `n${index + 1}`, announced: address, reachable: address });
  }
  const { connect, let: letGo } = connecting(seats);
  return {
    seats,
    connect,
    dispose: async () => {
      letGo();
      await Promise.all(
        children.map(
          child =>
            new Promise<void>(resolve => {
              if (child.exitCode !== null || child.signalCode !== null) return resolve();
              child.once('exit', () => resolve());
              child.kill('SIGKILL');
            }),
        ),
      );
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Two servers of somebody else's that look like ours: no creation of ours, and no undoing of one, may touch them. */
export class ProcessDecoys {
  private constructor(
    private readonly hand: ByHand,
    private readonly before: string,
  ) {}

  static async start(): Promise<ProcessDecoys> {
    const first = await testPorts(2);
    const hand = processesByHand([first, first + 1], () => ['--cluster-enabled', 'yes']);
    return new ProcessDecoys(hand, await stateOf(hand));
  }

  /** What is not as it was; empty when untouched. */
  async changes(): Promise<string> {
    const now = await stateOf(this.hand);
    return now === this.before ? '' : `was ${this.before}, is ${now}`;
  }

  remove(): Promise<void> {
    return this.hand.dispose();
  }
}

/** Which process each server is, and what it knows of a cluster. */
async function stateOf(hand: ByHand): Promise<string> {
  const states = await Promise.all(
    (await hand.connect()).map(async ({ connection }) => {
      const [server, cluster] = await Promise.all([
        connection.call(['INFO', 'server']),
        connection.call(['CLUSTER', 'INFO']),
      ]);
      return `${/run_id:(\w+)/.exec(String(server))?.[1]} ${/cluster_known_nodes:\d+/.exec(String(cluster))?.[0]}`;
    }),
  );
  return states.join(', ');
}
