import type { EngineDescription, EngineSignal, Watching } from '../../src/engine/engine';
import type { Instance, Ownership } from '../../src/model/instance';
import type { WatchedEngine } from '../../src/topology/inventoryEngine';

/** An engine in memory: lists what a test puts there, signals what a test says. */
export class ListedEngine implements WatchedEngine {
  readonly kind = 'process';
  readonly #listeners = new Set<(signal: EngineSignal) => void>();
  instances: Instance[] = [];
  lists = 0;
  glances = 0;
  described = 0;
  resting = false;
  failure: Error | undefined;

  describe(): Promise<EngineDescription> {
    this.described++;
    return this.failure === undefined
      ? Promise.resolve({
          kind: 'process',
          title: 'processes',
          endpoint: '',
          version: '1',
          machine: 'here',
          sharesFiles: true,
        })
      : Promise.reject(this.failure);
  }

  list(): Promise<readonly Instance[]> {
    this.lists++;
    return this.failure === undefined ? Promise.resolve([...this.instances]) : Promise.reject(this.failure);
  }

  /** From now on a glance tells first what there is, but not since when. */
  glance?: () => Promise<readonly Instance[]>;
  withGlance(): this {
    this.glance = () => {
      this.glances++;
      return this.failure === undefined
        ? Promise.resolve(this.instances.map(({ startedAt: _, ...instance }) => instance))
        : Promise.reject(this.failure);
    };
    return this;
  }

  watch(listener: (signal: EngineSignal) => void): Watching {
    this.#listeners.add(listener);
    return {
      rest: resting => {
        this.resting = resting;
      },
      dispose: () => {
        this.#listeners.delete(listener);
      },
    };
  }

  signal(signal: EngineSignal): void {
    for (const listener of this.#listeners) listener(signal);
  }

  get watched(): boolean {
    return this.#listeners.size > 0;
  }

  /** Changes an instance and tells of it. */
  change(id: string, change: Partial<Instance>, action: string): void {
    this.instances = this.instances.map(instance => (instance.id === id ? { ...instance, ...change } : instance));
    this.signal({ type: 'instance', id, action, at: Date.now() });
  }
}

export function processInstance(name: string, port: number, more: Partial<Instance> = {}): Instance {
  return {
    id: name,
    engine: 'process',
    name,
    image: '/usr/bin/redis-server',
    state: 'running',
    startedAt: 1,
    command: ['redis-server'],
    networks: [],
    ports: [{ inside: port, outside: { host: '127.0.0.1', port } }],
    mounts: [],
    ...more,
  };
}

export const ownedBy = (topologyId: string, kind: Ownership['topologyKind'], node: string): Ownership => ({
  topologyId,
  topologyName: 'orders',
  topologyKind: kind,
  node,
  owner: 'me',
  session: 's',
  schema: 1,
});
