// What the extension runs while its view is seen, alone in a process of its own, so that what it holds and takes can be measured.
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Disposable } from '../../src/base/disposable';
import { createDockerEngine } from '../../src/engine/docker';
import { createProcessEngine } from '../../src/engine/process';
import type { EngineKind } from '../../src/model/instance';
import type { HealthLevel } from '../../src/model/snapshot';
import { credentialsOf } from '../../src/redis/credentials';
import type { RedisConnector } from '../../src/redis/client';
import { identify } from '../../src/redis/identify';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import { Collector } from '../../src/topology/diagnose/collector';
import { Diagnoser } from '../../src/topology/diagnose/diagnoser';
import { Inventory } from '../../src/topology/inventory';
import { draw } from '../../src/views/drawing';
import { shownRows } from './drills';
import { only } from './someContainers';
import type { Rows } from './truth';

const ORDER = 'REDIS_TOPOLOGY_SOAK';

export interface WatchOrder {
  /** Of the process engine. */
  readonly home: string;
  /** Of the Docker daemon. */
  readonly endpoint: string;
  readonly owner: string;
  /** By topology; what isn't named here isn't watched. Never in the environment or on a command line. */
  readonly passwords: Readonly<Record<string, string>>;
}

/** What the watching process holds at this moment, after a collection of garbage. Sizes in bytes. */
export interface Figures {
  readonly heap: number;
  readonly rss: number;
  readonly descriptors: number;
  readonly timers: number;
  readonly sockets: number;
  /** Milliseconds of processor since it began. */
  readonly cpuMs: number;
  /** Connections to servers that were opened in all. */
  readonly connected: number;
  readonly rejections: readonly string[];
  readonly failures: readonly string[];
}

export interface Shown {
  readonly rows: Rows;
  readonly health: HealthLevel | undefined;
  readonly reasons: readonly string[];
}

type Question =
  | { readonly type: 'watch'; readonly order: WatchOrder }
  | { readonly type: 'shown'; readonly topology: string }
  | { readonly type: 'visible'; readonly visible: boolean }
  | { readonly type: 'lookAgain' | 'figures' | 'dispose' };

/** The words of a thrown thing; their number is bounded, so that what is kept of a broken run is as well. */
const wordsOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
const MOST = 20;

/** The body of the watching process. Returns whether this process is one (then it must do nothing else). */
export function isSoakWatcher(): boolean {
  if (process.env[ORDER] === undefined) return false;
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const rejections: string[] = [];
  const failures: string[] = [];
  const note =
    (list: string[]) =>
    (error: unknown): void => {
      if (list.length < MOST) list.push(wordsOf(error));
    };
  process.on('unhandledRejection', note(rejections));
  process.on('uncaughtException', note(rejections));
  process.on('disconnect', () => process.exit(0)); // who asked is gone
  let watched: Watched | undefined;
  const answer = async (question: Question): Promise<unknown> => {
    switch (question.type) {
      case 'watch':
        watched = new Watched(question.order, note(failures));
        await watched.inventory.refresh();
        watched.inventory.setVisible(true);
        return;
      case 'shown': {
        const topology = watched?.inventory.snapshot.topologies.find(({ id }) => id === question.topology);
        return {
          rows: shownRows(topology),
          health: topology?.health.level,
          reasons: topology?.health.reasons.map(({ code }) => code) ?? [],
        } satisfies Shown;
      }
      case 'visible':
        watched?.inventory.setVisible(question.visible);
        return;
      case 'lookAgain':
        await watched?.inventory.refresh();
        return;
      case 'dispose':
        watched?.dispose();
        watched = undefined;
        return;
      case 'figures': {
        for (let turn = 0; turn < 3; turn++) {
          collect();
          await new Promise(resolve => setTimeout(resolve, 20)); // finalizers run between
        }
        const { user, system } = process.cpuUsage();
        const { heapUsed, rss } = process.memoryUsage();
        return {
          heap: heapUsed,
          rss,
          ...(await atRest()),
          cpuMs: (user + system) / 1000,
          connected: watched?.connected ?? 0,
          rejections,
          failures,
        } satisfies Figures;
      }
    }
  };
  process.on('message', ({ id, question }: { readonly id: number; readonly question: Question }) => {
    answer(question).then(
      value => process.send?.({ id, value }),
      (error: unknown) => process.send?.({ id, error: wordsOf(error) }),
    );
  });
  return true;
}

/** What stays: calls that are under way have sockets and timers of their own, so the least of several looks counts. */
async function atRest(): Promise<Pick<Figures, 'descriptors' | 'timers' | 'sockets'>> {
  let [descriptors, timers, sockets] = [Infinity, Infinity, Infinity];
  for (let look = 0; look < 10; look++) {
    const open = process.getActiveResourcesInfo();
    descriptors = Math.min(descriptors, readdirSync('/proc/self/fd').length);
    timers = Math.min(timers, open.filter(one => one === 'Timeout').length);
    sockets = Math.min(sockets, open.filter(one => /^(?:TCPSocket|TCP|Pipe)Wrap$/.test(one)).length);
    await new Promise(resolve => setTimeout(resolve, 200));
  }
  return { descriptors, timers, sockets };
}

/** As `core.ts` puts it together: both engines, the inventory, what is wrong, and the drawing of every change. */
class Watched implements Disposable {
  readonly inventory: Inventory;
  connected = 0;
  readonly #parts: readonly Disposable[];

  constructor({ home, endpoint, owner, passwords }: WatchOrder, onFailure: (error: unknown) => void) {
    const secrets = { get: (id: string) => Promise.resolve(passwords[id]) };
    const docker = createDockerEngine({ owner, endpoint: () => endpoint });
    const plain = new IoredisConnector((address, signal) => docker.containers.dial(address.via ?? '', address, signal));
    const connector: RedisConnector = {
      connect: (...all) => {
        this.connected++;
        return plain.connect(...all);
      },
    };
    const processes = createProcessEngine({
      owner,
      home,
      identify: async (id, port) =>
        identify(connector, { address: { host: '127.0.0.1', port }, ...credentialsOf(await secrets.get(id)) }),
    });
    const engines = { docker, process: processes };
    this.inventory = new Inventory({
      engines: [docker, processes].map(engine =>
        only(engine, ({ ownership }) => ownership !== undefined && ownership.topologyId in passwords),
      ),
      connector,
      secrets,
      onFailure,
    });
    const collector = new Collector({
      engine: (kind: EngineKind) => engines[kind],
      inventory: this.inventory,
      readText: path => readFile(path, 'utf8').catch(() => undefined), // as the extension: what cannot be read is not there
      now: () => Date.now(),
      onFailure,
    });
    const diagnoser = new Diagnoser(this.inventory, collector, onFailure);
    const drawing = this.inventory.onDidChange(({ snapshot }) => {
      this.drawn = draw(message => message, snapshot);
    });
    this.#parts = [drawing, diagnoser, collector, this.inventory, docker, processes];
  }

  /** What the tree holds until the next one. */
  drawn: unknown;

  dispose(): void {
    for (const part of this.#parts) part.dispose();
  }
}

/** The watching process, seen by who starts it. */
export class SoakWatcher {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (reply: { readonly value?: unknown; readonly error?: string }) => void>();
  #last = 0;

  /** @param script the bundle whose first act is to ask {@link isSoakWatcher} */
  constructor(script: string) {
    this.#child = fork(script, { env: { ...process.env, [ORDER]: '1' }, execArgv: [] }); // source maps would be the largest part of the heap
    this.#child.on('message', (reply: { readonly id: number; readonly value?: unknown; readonly error?: string }) => {
      this.#waiting.get(reply.id)?.(reply);
      this.#waiting.delete(reply.id);
    });
    this.#child.on('exit', code => {
      for (const tell of this.#waiting.values()) tell({ error: `the watching process ended with ${code}` });
      this.#waiting.clear();
    });
  }

  watch(order: WatchOrder): Promise<unknown> {
    return this.#ask({ type: 'watch', order });
  }

  shown(topology: string): Promise<Shown> {
    return this.#ask({ type: 'shown', topology }) as Promise<Shown>;
  }

  async visible(visible: boolean): Promise<void> {
    await this.#ask({ type: 'visible', visible });
  }

  async lookAgain(): Promise<void> {
    await this.#ask({ type: 'lookAgain' });
  }

  figures(): Promise<Figures> {
    return this.#ask({ type: 'figures' }) as Promise<Figures>;
  }

  /** Everything that watches is disposed of; the process stays, to be asked what it still holds. */
  async letGo(): Promise<void> {
    await this.#ask({ type: 'dispose' });
  }

  end(): void {
    this.#child.kill();
  }

  #ask(question: Question): Promise<unknown> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      if (!this.#child.connected) return reject(new Error('the watching process is gone'));
      this.#waiting.set(id, ({ value, error }) => {
        if (error === undefined) resolve(value);
        else reject(new Error(error));
      });
      this.#child.send({ id, question });
    });
  }
}
