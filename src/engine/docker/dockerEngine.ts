import { isFault } from '../../base/errors';
import { mapLimit } from '../../base/abort';
import type { Disposable } from '../../base/disposable';
import type { Instance, Ownership } from '../../model/instance';
import type {
  ConfFile,
  ContainerActs,
  Engine,
  EngineDescription,
  EngineSignal,
  ExecResult,
  Expectation,
  InsidePaths,
  InstanceRequest,
  OwnedObjects,
  Place,
  PlaceRequest,
  RoomRequest,
  ServerImage,
  TerminalCommand,
} from '../engine';
import { putFiles } from '../folders';
import { findFreePorts } from '../loopbackPorts';
import { Acts } from './acts';
import { Calls } from './calls';
import { Connector, nameOf, surroundings } from './connection';
import { CONF, Creator, DATA, putIntoVolume } from './create';
import { EventFeed } from './events';
import { fail } from './faults';
import type { ThisMachine } from './host';
import { hostOf, thisMachine } from './host';
import { Images } from './images';
import { readInspected, readListed, reservedPorts } from './instances';
import type { Listed } from './instances';
import { ownFilter } from './labels';
import { execute, followLogs } from './output';
import { Places } from './place';
import { pullImage } from './pull';
import type { Route } from './route';
import { routeTo } from './route';
import { record } from './read';
import type { Raw } from './read';
import { Seen } from './seen';
import { terminalCommand } from './terminal';

export interface DockerEngineOptions {
  /** The user's setting: an endpoint like `unix:///var/run/docker.sock`. Asked at every new connection. */
  readonly endpoint?: () => string | undefined;
  /** The name of a Docker context to use, instead of the one that is current. Asked at every new connection. */
  readonly context?: () => string | undefined;
  /** Reach every server through the engine, even where another way leads there. */
  readonly tunnel?: () => boolean;
  /** Identifies this editor installation, for `ownedTopologies`. */
  readonly owner: string;
  /** Replaced in tests. */
  readonly machine?: ThisMachine;
  /** Factor for all time limits, for tests. */
  readonly patience?: number;
}

/** Containers of a Docker engine (or of Podman's, which speaks the same API). */
export class DockerEngine implements Engine, Disposable {
  readonly kind = 'docker';
  readonly #owner: string;
  readonly #machine: ThisMachine;
  readonly #forced: () => boolean;
  readonly #connector: Connector;
  readonly #calls: Calls;
  readonly #images: Images;
  readonly #places: Places;
  readonly #creator: Creator;
  readonly #acts: Acts;
  readonly #seen = new Seen<Instance>();
  /** Ports by container id; what a container asks for never changes, so stopped ones are inspected once. */
  readonly #reserved = new Map<string, readonly number[]>();
  readonly #events: EventFeed;
  readonly containers: ContainerActs;

  constructor({
    endpoint,
    context,
    tunnel = () => false,
    owner,
    machine = thisMachine(),
    patience = 1,
  }: DockerEngineOptions) {
    this.#owner = owner;
    this.#forced = tunnel;
    this.#machine = machine;
    this.#connector = new Connector(() => surroundings(endpoint?.(), context?.()), patience);
    this.#calls = new Calls(this.#connector, patience);
    this.#images = new Images(this.#calls);
    this.#places = new Places(this.#calls, machine);
    this.#creator = new Creator(this.#calls, this.#images, machine);
    this.#acts = new Acts(this.#calls);
    // loaded when the first of them is wanted: the tree waits for none of it
    const acts = async (): Promise<ContainerActs> =>
      new (await import('./containerActs')).DockerContainerActs(this.#calls, this.#acts);
    this.containers = {
      disconnect: async (...args) => (await acts()).disconnect(...args),
      connect: async (...args) => (await acts()).connect(...args),
      endpointOf: async (...args) => (await acts()).endpointOf(...args),
      remountConf: async (...args) => (await acts()).remountConf(...args),
      publish: async (...args) => (await acts()).publish(...args),
      dial: async (...args) => (await acts()).dial(...args),
    };
    this.#events = new EventFeed(this.#calls, signal => this.#seen.hear(signal));
  }

  async describe(signal?: AbortSignal): Promise<EngineDescription> {
    const [{ endpoint, product, version }, host] = await Promise.all([
      this.#calls.connection(signal),
      hostOf(this.#calls, this.#machine, signal),
    ]);
    const afar = !routeTo(endpoint, this.#machine.platform, this.#forced()).loopback;
    const context = endpoint.context ?? (afar && endpoint.kind !== 'socket' ? endpoint.text : undefined);
    const short = version.split('.').slice(0, 2).join('.');
    return {
      kind: 'docker',
      title: `${product} ${short} · ${nameOf(endpoint)}`,
      endpoint: endpoint.text,
      ...(context === undefined ? {} : { context }),
      version,
      machine: host.name,
      sharesFiles: host.sharesFiles,
      ...(afar ? { afar: true as const } : {}),
    };
  }

  async list(signal?: AbortSignal): Promise<readonly Instance[]> {
    const listed = await this.#listed({ all: 1 }, signal);
    this.#seen.keepOnly(new Set(listed.map(one => one.id)));
    return this.#details(
      listed.filter(one => one.relevant),
      signal,
    );
  }

  watch(listener: (signal: EngineSignal) => void): Disposable {
    return this.#events.listen(listener);
  }

  images(signal?: AbortSignal): Promise<readonly ServerImage[]> {
    return this.#images.list(signal);
  }

  pull(reference: string, onProgress: (fraction: number | undefined) => void, signal?: AbortSignal): Promise<void> {
    return pullImage(this.#calls, reference, onProgress, signal);
  }

  createPlace(request: PlaceRequest, signal?: AbortSignal): Promise<Place> {
    return this.#places.create(request, signal);
  }

  async extendPlace(request: RoomRequest, signal?: AbortSignal): Promise<Place> {
    const { instances } = await this.findOwned(request.ownership.topologyId, signal);
    return this.#places.extend(
      request,
      new Set(instances.flatMap(({ networks }) => networks.flatMap(({ address }) => address ?? []))),
      signal,
    );
  }

  removeRoom(topologyId: string, node: string, signal?: AbortSignal): Promise<void> {
    return this.#places.removeRoom(topologyId, node, signal);
  }

  insidePaths(): InsidePaths {
    return { conf: CONF, data: DATA };
  }

  async freePorts(first: number, count: number, signal?: AbortSignal): Promise<readonly number[]> {
    const listed = await this.#listed({ all: 1 }, signal);
    const reserved = await mapLimit(listed, 8, async ({ id, published }) => {
      const known = this.#reserved.get(id);
      if (known) return [...known, ...published];
      const raw = await this.#inspect(id, signal);
      const ports = raw ? reservedPorts(raw) : [];
      this.#reserved.set(id, ports);
      return [...ports, ...published];
    });
    // Of another machine's ports the engine alone can tell; one that a stranger has there shows when a container is started.
    const { loopback } = await this.#route(signal, false);
    return findFreePorts(
      first,
      count,
      new Set(reserved.flat()),
      signal,
      loopback ? {} : { isFree: () => Promise.resolve(true) },
    );
  }

  create(request: InstanceRequest, signal?: AbortSignal): Promise<string> {
    return this.#creator.create(request, signal);
  }

  start(id: string, expect: Expectation, signal?: AbortSignal): Promise<void> {
    return this.#changing(id, () => this.#acts.start(id, expect, signal));
  }

  stop(id: string, expect: Expectation, graceSeconds: number, signal?: AbortSignal): Promise<void> {
    return this.#changing(id, () => this.#acts.stop(id, expect, graceSeconds, signal));
  }

  pause(id: string, expect: Expectation, signal?: AbortSignal): Promise<void> {
    return this.#changing(id, () => this.#acts.pause(id, expect, signal));
  }

  unpause(id: string, expect: Expectation, signal?: AbortSignal): Promise<void> {
    return this.#changing(id, () => this.#acts.unpause(id, expect, signal));
  }

  kill(id: string, expect: Expectation, signal?: AbortSignal): Promise<void> {
    return this.#changing(id, () => this.#acts.kill(id, expect, signal));
  }

  remove(id: string, expect: Expectation, signal?: AbortSignal): Promise<void> {
    return this.#changing(id, () => this.#acts.remove(id, expect, signal));
  }

  async findOwned(topologyId: string, signal?: AbortSignal): Promise<OwnedObjects> {
    const [listed, networks, volumes, folders, rooms] = await Promise.all([
      this.#listed({ all: 1, filters: ownFilter(topologyId) }, signal),
      this.#places.networks(topologyId, signal),
      this.#places.volumes(topologyId, signal),
      this.#places.folders(topologyId, signal),
      this.#places.rooms(topologyId, signal),
    ]);
    const instances = (await this.#details(listed, signal)).filter(
      instance => instance.ownership?.topologyId === topologyId,
    );
    return { instances, networks, data: [...volumes, ...folders], rooms };
  }

  async ownedTopologies(signal?: AbortSignal): Promise<readonly Ownership[]> {
    const [listed, others] = await Promise.all([
      this.#listed({ all: 1, filters: ownFilter() }, signal),
      this.#places.ownerships(signal),
    ]);
    const instances = (await this.#details(listed, signal)).flatMap(instance => instance.ownership ?? []);
    const byTopology = new Map(
      [...instances, ...others].filter(one => one.owner === this.#owner).map(one => [one.topologyId, one]),
    );
    return [...byTopology.values()];
  }

  removePlace(topologyId: string, options: { readonly data: boolean }, signal?: AbortSignal): Promise<void> {
    return this.#places.remove(topologyId, options.data, signal);
  }

  /** Into the mounted folder where it is this machine's, so that they are the very files that the editor shows; else by archive. */
  async writeConf(id: string, expect: Expectation, files: readonly ConfFile[], signal?: AbortSignal): Promise<void> {
    const raw = await this.#acts.inspect(id, expect, signal);
    const [uid = 0, gid = uid] = String(record(raw['Config'])['User'] ?? '')
      .split(':')
      .map(part => Number(part) || 0);
    const conf = readInspected(raw).mounts.find(mount => mount.target === CONF);
    if (!conf?.writable) return fail({ code: 'conflict', id, text: `no writable conf folder at ${CONF}` });
    const host = await hostOf(this.#calls, this.#machine, signal);
    if (conf.kind === 'folder' && host.sharesFiles)
      return putFiles(conf.source, files, this.#machine.uid === 0 && !host.rootIsUser ? { uid, gid } : undefined);
    return putIntoVolume(this.#calls, id, files, { uid, gid }, signal);
  }

  async logs(
    id: string,
    options: { readonly tail: number; readonly follow: boolean },
    onLine: (line: string) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const raw = await this.#acts.inspect(id, 'foreign', signal);
    return followLogs(this.#calls, id, record(raw['Config'])['Tty'] === true, options, onLine, signal);
  }

  async exec(
    id: string,
    argv: readonly string[],
    options: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
    signal?: AbortSignal,
  ): Promise<ExecResult> {
    await this.#acts.inspect(id, 'foreign', signal);
    return execute(this.#calls, id, argv, options, signal);
  }

  async terminal(id: string, argv: readonly string[], env: Readonly<Record<string, string>>): Promise<TerminalCommand> {
    return terminalCommand(await this.#calls.connection(), id, argv, env);
  }

  dispose(): void {
    this.#events.dispose();
    this.#connector.dispose();
  }

  #listed(
    query: { readonly all: 1; readonly filters?: object },
    signal: AbortSignal | undefined,
  ): Promise<readonly Listed[]> {
    return this.#calls.json('GET', '/containers/json', { query, signal }, value => {
      if (!Array.isArray(value)) throw new Error('no list of containers');
      return value.map(readListed);
    });
  }

  /** Containers that go away between the list and the look are left out. */
  async #details(listed: readonly Listed[], signal: AbortSignal | undefined): Promise<readonly Instance[]> {
    const found = await mapLimit(listed, 16, async ({ id, state }) => {
      const known = this.#events.live ? this.#seen.get(id) : undefined;
      if (known?.state === state) return known;
      const mark = this.#seen.mark(id);
      const raw = await this.#inspect(id, signal);
      if (!raw) return undefined;
      const instance = readInspected(raw, await this.#route(signal));
      if (this.#events.live) this.#seen.put(id, instance, mark);
      return instance;
    });
    return found.filter(instance => instance !== undefined);
  }

  async #route(signal: AbortSignal | undefined, forced = this.#forced()): Promise<Route> {
    return routeTo((await this.#calls.connection(signal)).endpoint, this.#machine.platform, forced);
  }

  async #inspect(id: string, signal: AbortSignal | undefined): Promise<Raw | undefined> {
    try {
      return await this.#calls.json('GET', `/containers/${id}/json`, { signal, about: { id } }, value => {
        readInspected(value);
        return record(value);
      });
    } catch (error) {
      if (isFault(error, 'gone')) return undefined;
      throw error;
    }
  }

  async #changing(id: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } finally {
      this.#seen.forget(id);
    }
  }
}
