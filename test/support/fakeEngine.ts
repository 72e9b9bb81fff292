import { toDisposable } from '../../src/base/disposable';
import type { Disposable } from '../../src/base/disposable';
import { HumanError } from '../../src/base/errors';
import type {
  ConfFile,
  Engine,
  EngineDescription,
  EngineFault,
  ExecResult,
  Expectation,
  InsidePaths,
  Instance,
  InstanceRequest,
  OwnedObjects,
  Ownership,
  Place,
  PlaceRequest,
  RoomRequest,
  ServerImage,
  TerminalCommand,
} from '../../src/engine/engine';

type Made = { instance: Instance; files: readonly ConfFile[] };

/**
 * The engine port in memory. `before` is told of every act and may throw in its place; `after` may throw once it has happened, as a
 * connection does that breaks before the answer. `onRunning` lets a test put a real process behind an instance.
 */
export class FakeEngine implements Engine {
  readonly kind = 'docker';
  readonly made = new Map<string, Made>();
  readonly networks = new Map<string, Omit<Ownership, 'node'>>();
  readonly data = new Map<string, string>();
  readonly acts: string[] = [];
  before: (act: string, about: string) => void = () => undefined;
  after: (act: string, about: string) => void = () => undefined;
  onRunning: (made: Made, running: boolean) => Promise<void> = () => Promise.resolve();
  /** What `createPlace` gives each node. */
  addressOf: (index: number) => string = index => `10.0.0.${index + 2}`;
  #next = 1;

  describe(): Promise<EngineDescription> {
    return Promise.resolve({
      kind: 'docker',
      title: 'in memory',
      endpoint: 'memory:',
      version: '1',
      machine: 'here',
      sharesFiles: true,
    });
  }
  list(): Promise<readonly Instance[]> {
    return Promise.resolve([...this.made.values()].map(({ instance }) => instance));
  }
  watch(): Disposable {
    return toDisposable(() => undefined);
  }
  images(): Promise<readonly ServerImage[]> {
    return Promise.resolve([{ reference: 'redis:7.0', id: 'sha256:1', product: 'redis', version: '7.0.15' }]);
  }
  pull(): Promise<void> {
    return Promise.resolve();
  }
  createPlace({ ownership, nodes, storage }: PlaceRequest): Promise<Place> {
    return this.#act('createPlace', ownership.topologyName, () => {
      const network = this.#id('net');
      this.networks.set(network, ownership);
      for (const node of nodes)
        this.data.set(
          storage.kind === 'folder' ? `${storage.root}/${node}` : `${ownership.topologyName}_${node}`,
          ownership.topologyId,
        );
      return { network, addresses: nodes.map((_, index) => this.addressOf(index)) };
    });
  }
  extendPlace({ ownership, storage }: RoomRequest): Promise<Place> {
    return this.#act('extendPlace', ownership.node, () => {
      const [network] = [...this.networks].find(([, owner]) => owner.topologyId === ownership.topologyId) ?? [];
      if (network === undefined) throw new HumanError<EngineFault>({ code: 'gone', id: ownership.topologyName });
      this.data.set(
        storage.kind === 'folder' ? `${storage.root}/${ownership.node}` : `${ownership.topologyName}_${ownership.node}`,
        ownership.topologyId,
      );
      const taken = new Set(
        [...this.made.values()].flatMap(({ instance }) => instance.networks.map(({ address }) => address)),
      );
      return {
        network,
        addresses: [
          Array.from({ length: 100 }, (_, index) => this.addressOf(index)).find(
            address => address === '127.0.0.1' || !taken.has(address),
          ) ?? '',
        ],
      };
    });
  }
  removeRoom(topologyId: string, node: string): Promise<void> {
    return this.#act('removeRoom', node, () => {
      for (const [name, owner] of this.data)
        if (owner === topologyId && (name.endsWith(`_${node}`) || name.endsWith(`/${node}`))) this.data.delete(name);
    });
  }
  insidePaths(): InsidePaths {
    return { conf: '/conf', data: '/data' };
  }
  freePorts(first: number, count: number): Promise<readonly number[]> {
    return Promise.resolve(Array.from({ length: count }, (_, i) => first + i));
  }
  create(request: InstanceRequest): Promise<string> {
    return this.#act('create', request.ownership.node, () => {
      const id = this.#id('box');
      const { ownership, image, address, port } = request;
      const instance: Instance = {
        id,
        engine: 'docker',
        name: `${ownership.topologyName}-${ownership.node}`,
        image,
        state: 'created',
        command: [],
        ownership,
        networks: [{ id: request.place.network, name: ownership.topologyName, address }],
        ports: [{ inside: port, outside: { host: '127.0.0.1', port } }],
        mounts: [],
      };
      this.made.set(id, { instance, files: request.files });
      return id;
    });
  }
  start(id: string, expect: Expectation): Promise<void> {
    return this.#turn('start', id, expect, 'running', true);
  }
  stop(id: string, expect: Expectation, graceSeconds: number): Promise<void> {
    return this.#turn(`stop ${graceSeconds}`, id, expect, 'exited', false);
  }
  pause(id: string, expect: Expectation): Promise<void> {
    return this.#turn('pause', id, expect, 'paused');
  }
  unpause(id: string, expect: Expectation): Promise<void> {
    return this.#turn('unpause', id, expect, 'running');
  }
  kill(id: string, expect: Expectation): Promise<void> {
    return this.#turn('kill', id, expect, 'exited', false);
  }
  async remove(id: string, expect: Expectation): Promise<void> {
    const made = this.#expected(id, expect);
    if (made.instance.state === 'running') await this.onRunning(made, false);
    await this.#act('remove', made.instance.name, () => {
      this.made.delete(id);
    });
  }
  findOwned(topologyId: string): Promise<OwnedObjects> {
    return Promise.resolve({
      instances: [...this.made.values()]
        .map(({ instance }) => instance)
        .filter(({ ownership }) => ownership?.topologyId === topologyId),
      networks: [...this.networks].filter(([, owner]) => owner.topologyId === topologyId).map(([id]) => id),
      data: [...this.data].filter(([, owner]) => owner === topologyId).map(([name]) => name),
      rooms: [...this.data]
        .filter(([, owner]) => owner === topologyId)
        .map(([name]) => name.slice(Math.max(name.lastIndexOf('_'), name.lastIndexOf('/')) + 1)),
    });
  }
  ownedTopologies(): Promise<readonly Ownership[]> {
    return Promise.resolve([...this.made.values()].flatMap(({ instance }) => instance.ownership ?? []));
  }
  removePlace(topologyId: string, { data }: { readonly data: boolean }): Promise<void> {
    return this.#act('removePlace', topologyId, () => {
      for (const [id, owner] of this.networks) if (owner.topologyId === topologyId) this.networks.delete(id);
      if (data) for (const [name, owner] of this.data) if (owner === topologyId) this.data.delete(name);
    });
  }
  async writeConf(id: string, expect: Expectation, files: readonly ConfFile[]): Promise<void> {
    const made = this.#expected(id, expect);
    await this.#act('writeConf', made.instance.name, () => {
      made.files = files;
    });
  }
  logs(_id: string, _options: unknown, onLine: (line: string) => void): Promise<void> {
    onLine('the log of the fake');
    return Promise.resolve();
  }
  exec(): Promise<ExecResult> {
    return Promise.resolve({ exitCode: 0, stdout: '', stderr: '' });
  }
  terminal(): Promise<TerminalCommand> {
    return Promise.resolve({ file: 'true', args: [], env: {} });
  }

  /** Whether nothing of the topology (or of any, without one) is left. */
  isClean(topologyId?: string): boolean {
    const of = (id: string | undefined): boolean => topologyId === undefined || id === topologyId;
    return (
      ![...this.made.values()].some(({ instance }) => of(instance.ownership?.topologyId)) &&
      ![...this.networks.values()].some(owner => of(owner.topologyId)) &&
      ![...this.data.values()].some(of)
    );
  }

  async #turn(
    act: string,
    id: string,
    expect: Expectation,
    state: Instance['state'],
    running?: boolean,
  ): Promise<void> {
    const made = this.#expected(id, expect);
    await this.#act(act, made.instance.name, () => undefined);
    if (running !== undefined) await this.onRunning(made, running);
    made.instance = { ...made.instance, state };
  }

  #expected(id: string, expect: Expectation): Made {
    const made = this.made.get(id);
    if (made === undefined) throw new HumanError<EngineFault>({ code: 'gone', id });
    if (expect !== 'foreign' && made.instance.ownership?.topologyId !== expect.topologyId)
      throw new HumanError<EngineFault>({ code: 'not-ours', id });
    return made;
  }

  async #act<T>(act: string, about: string, work: () => T): Promise<T> {
    await Promise.resolve();
    this.before(act, about);
    this.acts.push(`${act} ${about}`);
    const result = work();
    this.after(act, about);
    return result;
  }

  #id(kind: string): string {
    return `${kind}-${this.#next++}`;
  }
}

/** An instance of somebody else's, for decoys: `ownership` may look like ours. */
export function decoy(id: string, name: string, ownership?: Ownership): Made {
  return {
    instance: {
      id,
      engine: 'docker',
      name,
      image: 'redis:7.0',
      state: 'running',
      command: [],
      networks: [],
      ports: [],
      mounts: [],
      ...(ownership === undefined ? {} : { ownership }),
    },
    files: [],
  };
}
