import { isFault } from '../../base/errors';
import { mapLimit } from '../../base/abort';
import type { Disposable } from '../../base/disposable';
import type { Translate } from '../../base/translate';
import { english } from '../../base/translate';
import type { Instance, Ownership } from '../../model/instance';
import type {
  ConfFile,
  ContainerActs,
  Engine,
  EngineDescription,
  EngineSignal,
  ExecResult,
  Expectation,
  Host,
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
import { readGlanced, readInspected, readListed, reservedPorts } from './instances';
import type { Listed } from './instances';
import { ownFilter } from './labels';
import { execute, followLogs } from './output';
import { Places } from './place';
import type { Route } from './route';
import { routeTo } from './route';
import { record } from './read';
import { Seen } from './seen';
import { SwarmDoor, isService } from './swarm/door';
import type { Swarm } from './swarm/swarm';

export interface DockerEngineOptions {
  /** The user's setting: an endpoint like `unix:///var/run/docker.sock`. Asked at every new connection. */
  readonly endpoint?: () => string | undefined;
  /** The name of a Docker context to use, instead of the one that is current. Asked at every new connection. */
  readonly context?: () => string | undefined;
  /** Reach every server through the engine, even where another way leads there. */
  readonly tunnel?: () => boolean;
  /** Identifies this editor installation, for `ownedTopologies`. */
  readonly owner: string;
  /** The language of the texts that a topology's folder has for people. */
  readonly t?: Translate;
  /** Replaced in tests. */
  readonly machine?: ThisMachine;
  /** Factor for all time limits, for tests. */
  readonly patience?: number;
}

/** So soon a service is looked at again whose task is not running yet: of tasks on other machines no event tells. */
const TASK_LOOK_MS = 1000;

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
  readonly #swarm: SwarmDoor;
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
    t = english,
    machine = thisMachine(),
    patience = 1,
  }: DockerEngineOptions) {
    this.#owner = owner;
    this.#forced = tunnel;
    this.#machine = machine;
    this.#connector = new Connector(() => surroundings(endpoint?.(), context?.()), patience);
    this.#calls = new Calls(this.#connector, patience);
    this.#images = new Images(this.#calls);
    this.#places = new Places(this.#calls, machine, t);
    this.#creator = new Creator(this.#calls, this.#images, machine, t);
    this.#acts = new Acts(this.#calls);
    this.#swarm = new SwarmDoor(
      this.#calls,
      async () => new (await import('./swarm/swarm')).Swarm(this.#calls, this.#images),
    );
    // loaded when the first of them is wanted: the tree waits for none of it
    const acts = async (id = ''): Promise<ContainerActs> => {
      if (isService(id))
        return fail({ code: 'conflict', id, text: 'networks, mounts and ports of a service are its swarm’s' });
      return new (await import('./containerActs')).DockerContainerActs(this.#calls, this.#acts);
    };
    this.containers = {
      disconnect: async (id, ...args) => (await acts(id)).disconnect(id, ...args),
      connect: async (id, ...args) => (await acts(id)).connect(id, ...args),
      endpointOf: async (id, ...args) => (await acts(id)).endpointOf(id, ...args),
      remountConf: async (id, ...args) => (await acts(id)).remountConf(id, ...args),
      publish: async (id, ...args) => (await acts(id)).publish(id, ...args),
      dial: async (id, address, signal) =>
        (await acts()).dial(
          isService(id) ? await (await this.#swarm.open()).doorstep(id, signal) : id,
          address,
          signal,
        ),
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
    const [listed, services] = await Promise.all([
      this.#listed({ all: 1 }, readListed, signal),
      this.#swarm.services(undefined, signal),
    ]);
    this.#seen.keepOnly(new Set(listed.map(one => one.id)));
    // the task of a service of ours is seen as that service
    const ours = new Set(services.map(one => one['ID']));
    const found = await Promise.all([
      this.#details(
        listed.filter(one => one.relevant && !ours.has(one.service)),
        signal,
      ),
      this.#swarm.instances(services, listed, signal),
    ]);
    for (const { id, state } of found[1])
      if (state === 'created' || state === 'restarting') this.#events.expect(id, TASK_LOOK_MS);
    return found.flat();
  }

  async hosts(signal?: AbortSignal): Promise<readonly Host[]> {
    return (await this.#swarm.isManager(signal)) ? (await this.#swarm.open()).hosts(signal) : [];
  }

  async glance(signal?: AbortSignal): Promise<readonly Instance[]> {
    const route = await this.#route(signal);
    return (await this.#listed({ all: 1 }, value => readGlanced(value, route), signal)).filter(
      one => one !== undefined,
    );
  }

  watch(listener: (signal: EngineSignal) => void): Disposable {
    return this.#events.listen(listener);
  }

  images(signal?: AbortSignal): Promise<readonly ServerImage[]> {
    return this.#images.list(signal);
  }

  async pull(
    reference: string,
    onProgress: (fraction: number | undefined) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const { pullImage } = await import('./pull');
    return pullImage(this.#calls, reference, onProgress, signal);
  }

  async createPlace(request: PlaceRequest, signal?: AbortSignal): Promise<Place> {
    return request.storage.kind === 'swarm'
      ? (await this.#swarm.open()).createPlace(request, signal)
      : this.#places.create(request, signal);
  }

  async extendPlace(request: RoomRequest, signal?: AbortSignal): Promise<Place> {
    if (request.storage.kind === 'swarm') return (await this.#swarm.open()).extendPlace(request, signal);
    const { instances } = await this.findOwned(request.ownership.topologyId, signal);
    return this.#places.extend(
      request,
      new Set(instances.flatMap(({ networks }) => networks.flatMap(({ address }) => address ?? []))),
      signal,
    );
  }

  async removeRoom(topologyId: string, node: string, signal?: AbortSignal): Promise<void> {
    await this.#swarm.clear(topologyId, node, signal);
    return this.#places.removeRoom(topologyId, node, signal);
  }

  insidePaths(): InsidePaths {
    return { conf: CONF, data: DATA };
  }

  async freePorts(first: number, count: number, signal?: AbortSignal): Promise<readonly number[]> {
    const listed = await this.#listed({ all: 1 }, readListed, signal);
    const reserved = await mapLimit(listed, 8, async ({ id, published }) => {
      const known = this.#reserved.get(id);
      if (known) return [...known, ...published];
      const ports = (await this.#inspect(id, reservedPorts, signal)) ?? [];
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

  async create(request: InstanceRequest, signal?: AbortSignal): Promise<string> {
    return request.storage.kind === 'swarm'
      ? (await this.#swarm.open()).create(request, signal)
      : this.#creator.create(request, signal);
  }

  async start(id: string, expect: Expectation, signal?: AbortSignal): Promise<void> {
    if (isService(id)) return this.#serving(id, swarm => swarm.start(id, expect, signal));
    return this.#changing(id, () => this.#acts.start(id, expect, signal));
  }

  async stop(id: string, expect: Expectation, graceSeconds: number, signal?: AbortSignal): Promise<void> {
    if (isService(id)) return this.#serving(id, swarm => swarm.stop(id, expect, signal));
    return this.#changing(id, () => this.#acts.stop(id, expect, graceSeconds, signal));
  }

  async pause(id: string, expect: Expectation, signal?: AbortSignal): Promise<void> {
    const at = await this.#swarm.seat(id, expect, signal);
    return this.#changing(at.id, () => this.#acts.pause(at.id, at.expect, signal));
  }

  async unpause(id: string, expect: Expectation, signal?: AbortSignal): Promise<void> {
    const at = await this.#swarm.seat(id, expect, signal);
    return this.#changing(at.id, () => this.#acts.unpause(at.id, at.expect, signal));
  }

  async kill(id: string, expect: Expectation, signal?: AbortSignal): Promise<void> {
    const at = await this.#swarm.seat(id, expect, signal);
    return this.#changing(at.id, () => this.#acts.kill(at.id, at.expect, signal));
  }

  async remove(id: string, expect: Expectation, signal?: AbortSignal): Promise<void> {
    if (isService(id)) return this.#serving(id, swarm => swarm.remove(id, expect, signal));
    return this.#changing(id, () => this.#acts.remove(id, expect, signal));
  }

  async findOwned(topologyId: string, signal?: AbortSignal): Promise<OwnedObjects> {
    const [listed, services, loose, networks, volumes, folders, rooms] = await Promise.all([
      this.#listed({ all: 1, filters: ownFilter(topologyId) }, readListed, signal),
      this.#swarm.services(topologyId, signal),
      this.#swarm.loose(topologyId, signal),
      this.#places.networks(topologyId, signal),
      this.#places.volumes(topologyId, signal),
      this.#places.folders(topologyId, signal),
      this.#places.rooms(topologyId, signal),
    ]);
    const found = [...(await this.#details(listed, signal)), ...(await this.#swarm.instances(services, [], signal))];
    const instances = found.filter(instance => instance.ownership?.topologyId === topologyId);
    return { instances, networks: [...networks, ...loose], data: [...volumes, ...folders], rooms };
  }

  async ownedTopologies(signal?: AbortSignal): Promise<readonly Ownership[]> {
    const [listed, others, services] = await Promise.all([
      this.#listed({ all: 1, filters: ownFilter() }, readListed, signal),
      this.#places.ownerships(signal),
      this.#swarm.ownerships(signal),
    ]);
    const instances = (await this.#details(listed, signal)).flatMap(instance => instance.ownership ?? []);
    const byTopology = new Map(
      [...instances, ...services, ...others].filter(one => one.owner === this.#owner).map(one => [one.topologyId, one]),
    );
    return [...byTopology.values()];
  }

  async removePlace(topologyId: string, options: { readonly data: boolean }, signal?: AbortSignal): Promise<void> {
    await this.#swarm.clear(topologyId, undefined, signal);
    return this.#places.remove(topologyId, options.data, signal);
  }

  /** Into the mounted folder where it is this machine's, so that they are the very files that the editor shows; else by archive. */
  async writeConf(id: string, expect: Expectation, files: readonly ConfFile[], signal?: AbortSignal): Promise<void> {
    const at = await this.#swarm.seat(id, expect, signal);
    const raw = await this.#acts.inspect(at.id, at.expect, signal);
    const [uid = 0, gid = uid] = (at.user ?? String(record(raw['Config'])['User'] ?? ''))
      .split(':')
      .map(part => Number(part) || 0);
    const conf = readInspected(raw).mounts.find(mount => mount.target === CONF);
    if (!conf?.writable) return fail({ code: 'conflict', id, text: `no writable conf folder at ${CONF}` });
    const host = await hostOf(this.#calls, this.#machine, signal);
    if (conf.kind === 'folder' && host.sharesFiles)
      return putFiles(conf.source, files, this.#machine.uid === 0 && !host.rootIsUser ? { uid, gid } : undefined);
    return putIntoVolume(this.#calls, at.id, files, { uid, gid }, signal);
  }

  async logs(
    id: string,
    options: { readonly tail: number; readonly follow: boolean },
    onLine: (line: string) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    // a swarm gathers what the tasks of a service say, on whichever machine
    if (isService(id)) return followLogs(this.#calls, `services/${id}`, false, options, onLine, signal);
    const raw = await this.#acts.inspect(id, 'foreign', signal);
    return followLogs(this.#calls, `containers/${id}`, record(raw['Config'])['Tty'] === true, options, onLine, signal);
  }

  async exec(
    id: string,
    argv: readonly string[],
    options: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
    signal?: AbortSignal,
  ): Promise<ExecResult> {
    const { id: at } = await this.#swarm.seat(id, 'foreign', signal);
    await this.#acts.inspect(at, 'foreign', signal);
    return execute(this.#calls, at, argv, options, signal);
  }

  async terminal(id: string, argv: readonly string[], env: Readonly<Record<string, string>>): Promise<TerminalCommand> {
    const at = await this.#swarm.seat(id, 'foreign', undefined);
    const { terminalCommand } = await import('./terminal');
    return terminalCommand(await this.#calls.connection(), at.id, argv, env);
  }

  dispose(): void {
    this.#events.dispose();
    this.#connector.dispose();
  }

  #listed<T>(
    query: { readonly all: 1; readonly filters?: object },
    shape: (entry: unknown) => T,
    signal: AbortSignal | undefined,
  ): Promise<readonly T[]> {
    return this.#calls.json('GET', '/containers/json', { query, signal }, value => {
      if (!Array.isArray(value)) throw new Error('no list of containers');
      return value.map(shape);
    });
  }

  /** Containers that go away between the list and the look are left out. */
  async #details(listed: readonly Listed[], signal: AbortSignal | undefined): Promise<readonly Instance[]> {
    const route = await this.#route(signal);
    const found = await mapLimit(listed, 16, async ({ id, state }) => {
      const known = this.#events.live ? this.#seen.get(id) : undefined;
      if (known?.state === state) return known;
      const mark = this.#seen.mark(id);
      const instance = await this.#inspect(id, value => readInspected(value, route), signal);
      if (!instance) return undefined;
      if (this.#events.live) this.#seen.put(id, instance, mark);
      return instance;
    });
    return found.filter(instance => instance !== undefined);
  }

  async #route(signal: AbortSignal | undefined, forced = this.#forced()): Promise<Route> {
    return routeTo((await this.#calls.connection(signal)).endpoint, this.#machine.platform, forced);
  }

  /** What `shape` reads of a container; `undefined` when it is gone. */
  async #inspect<T>(id: string, shape: (value: unknown) => T, signal: AbortSignal | undefined): Promise<T | undefined> {
    try {
      return await this.#calls.json('GET', `/containers/${id}/json`, { signal, about: { id } }, shape);
    } catch (error) {
      if (isFault(error, 'gone')) return undefined;
      throw error;
    }
  }

  async #serving(id: string, act: (swarm: Swarm) => Promise<void>): Promise<void> {
    try {
      await act(await this.#swarm.open());
    } finally {
      this.#events.expect(id, 0);
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
