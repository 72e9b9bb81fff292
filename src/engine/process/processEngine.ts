import type { Translate } from '../../base/translate';
import { english } from '../../base/translate';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { mapLimit } from '../../base/abort';
import type { Disposable } from '../../base/disposable';
import { HumanError } from '../../base/errors';
import type {
  ConfFile,
  Engine,
  EngineDescription,
  EngineFault,
  EngineSignal,
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
  Storage,
  TerminalCommand,
  Watching,
} from '../engine';
import {
  addFolders,
  checkedName,
  isFolderOf,
  makeFolders,
  nodeFolders,
  putFiles,
  removeFolders,
  removeNodeFolders,
  noteNode,
} from '../folders';
import { findFreePorts } from '../loopbackPorts';
import { Binaries, SERVER_NAMES } from './binaries';
import type { AskIdentity } from './identity';
import { readLog } from './logFile';
import { Manifests, foldersOf, logOf } from './manifests';
import type { Held } from './manifests';
import { processTable } from './processTable';
import type { ProcessTable, SeenProcess } from './processTable';
import { BUS, Runner, unseenExit } from './runner';
import { runTool, toolTerminal } from './tools';
import { Watcher } from './watcher';

export interface ProcessEngineOptions {
  readonly owner: string;
  /** A folder of this installation that outlives the editor (in VS Code: globalStorage). */
  readonly home: string;
  /** The user's setting: paths of server programs to offer before those that are found. */
  readonly servers?: () => readonly string[];
  /** Asks a server who it is; without it, a process is known by number and start time alone. */
  readonly identify?: AskIdentity;
  /** The language of the texts that a topology's folder has for people. */
  readonly t?: Translate;
  /** Replaced in tests. */
  readonly table?: ProcessTable;
}

/** Server processes of this machine, on loopback, for where there is no Docker. They outlive the editor and are found again. */
export class ProcessEngine implements Engine, Disposable {
  readonly kind = 'process';
  readonly #owner: string;
  readonly #t: Translate;
  readonly #binaries: Binaries;
  readonly #manifests: Manifests;
  readonly #table: ProcessTable;
  readonly #runner: Runner;
  readonly #watcher: Watcher;

  constructor({
    owner,
    home,
    servers,
    identify = () => Promise.resolve(undefined),
    t = english,
    table = processTable(),
  }: ProcessEngineOptions) {
    this.#t = t;
    this.#owner = owner;
    this.#binaries = new Binaries(() => ({
      setting: servers?.() ?? [],
      path: process.env['PATH'] ?? '',
      platform: process.platform,
    }));
    this.#manifests = new Manifests(home);
    this.#table = table;
    this.#watcher = new Watcher(() => this.list());
    this.#runner = new Runner(this.#manifests, table, identify, ({ id, code }) => this.#watcher.tell(id, 'die', code));
  }

  async describe(): Promise<EngineDescription> {
    const [first] = await this.#binaries.list();
    if (!first && (await this.#manifests.topologies()).length === 0)
      return fail({ code: 'server-missing', names: SERVER_NAMES, platform: process.platform });
    const version = first?.version ?? '';
    return {
      kind: 'process',
      title: first ? `${first.product}-server ${version} · ${first.reference}` : SERVER_NAMES.join(', '),
      endpoint: first?.reference ?? '',
      version,
      machine: hostname(),
      sharesFiles: true,
    };
  }

  async list(): Promise<readonly Instance[]> {
    return this.#instances(await this.#manifests.instances());
  }

  watch(listener: (signal: EngineSignal) => void): Watching {
    return this.#watcher.listen(listener);
  }

  images(): Promise<readonly ServerImage[]> {
    return this.#binaries.list();
  }

  /** Nothing is installed from here. */
  async pull(reference: string): Promise<void> {
    if (!(await this.#binaries.find(reference))) return fail({ code: 'image-not-found', reference });
  }

  async createPlace({ ownership, nodes, storage, addresses }: PlaceRequest, signal?: AbortSignal): Promise<Place> {
    signal?.throwIfAborted();
    for (const node of nodes) checkedName(node);
    const root = this.#manifests.rootOf(storage, ownership.topologyName);
    // The record first: a folder without a record would never be found again, a record without a folder counts for nothing.
    const known = (await this.#manifests.topologies()).some(one => one.topologyId === ownership.topologyId);
    await this.#manifests.addTopology(ownership.topologyId, root);
    try {
      await makeFolders(root, { ...ownership, nodes }, undefined);
    } catch (error) {
      if (!known) {
        if (addresses === undefined) await removeFolders(root, ownership.topologyId).catch(() => undefined); // the first failure is the one to tell
        await this.#manifests.removeTopology(ownership.topologyId);
      }
      throw error;
    }
    return { network: '', addresses: nodes.map(() => '127.0.0.1') };
  }

  async extendPlace({ ownership, storage }: RoomRequest): Promise<Place> {
    await addFolders(
      this.#manifests.rootOf(storage, ownership.topologyName),
      ownership.topologyId,
      ownership.node,
      undefined,
    );
    return { network: '', addresses: ['127.0.0.1'] };
  }

  async removeRoom(topologyId: string, node: string): Promise<void> {
    const left = (await this.#manifests.instances(topologyId)).find(held => held.ownership.node === node);
    if (left) return fail({ code: 'in-use', id: left.root, text: node });
    for (const held of await this.#manifests.topologies())
      if (held.topologyId === topologyId) await removeNodeFolders(this.#t, held.root, topologyId, node);
  }

  /** A server starts in its data folder, so where the folder is not yet known, the paths are relative to that. */
  insidePaths(storage: Storage, node: string): InsidePaths {
    return storage.kind === 'folder' ? nodeFolders(storage.root, node) : { conf: join('..', 'conf'), data: '.' };
  }

  async freePorts(first: number, count: number, signal?: AbortSignal): Promise<readonly number[]> {
    const reserved = new Set(
      (await this.#manifests.instances()).flatMap(({ port, ownership, program }) =>
        ownership.topologyKind === 'cluster' && program === 'redis' ? [port, port + BUS] : [port],
      ),
    );
    return findFreePorts(first, count, reserved, signal, {
      companions: port => (port + BUS <= 65535 ? [port + BUS] : []),
    });
  }

  async create(request: InstanceRequest, signal?: AbortSignal): Promise<string> {
    const { ownership, program, image, port, files, storage } = request;
    const binary = await this.#binaries.find(image);
    if (!binary) return fail({ code: 'image-missing', reference: image });
    const start = files[0];
    if (!start) throw new RangeError('an instance needs a conf file');
    const root = this.#manifests.rootOf(storage, ownership.topologyName);
    if (!(await isFolderOf(root, ownership.topologyId)))
      return fail({ code: 'folder-not-writable', path: root, text: "the folder is not this topology's" });
    const same = (await this.#manifests.instances(ownership.topologyId)).find(
      held => held.ownership.node === ownership.node,
    );
    if (same && same.ownership.session !== ownership.session)
      return fail({ code: 'name-taken', name: `${ownership.topologyName}-${ownership.node}` });
    signal?.throwIfAborted();
    const { conf } = nodeFolders(root, ownership.node);
    await putFiles(conf, files, undefined);
    const id = same?.id ?? randomUUID();
    await this.#manifests.write(root, {
      id,
      ownership,
      program,
      binary: binary.reference,
      port,
      conf: join(conf, start.name),
    });
    await noteNode(this.#t, root, ownership, {
      schema: 1,
      node: ownership.node,
      engine: 'process',
      program,
      image: binary.reference,
      binary: binary.reference,
      port,
      address: request.address,
      conf: start.name,
    });
    this.#watcher.tell(id, 'create');
    return id;
  }

  start(id: string, expect: Expectation): Promise<void> {
    return this.#telling(id, 'start', () => this.#runner.start(id, expect));
  }

  stop(id: string, expect: Expectation, graceSeconds: number, signal?: AbortSignal): Promise<void> {
    return this.#telling(id, 'stop', () => this.#runner.stop(id, expect, graceSeconds, signal));
  }

  pause(id: string, expect: Expectation, signal?: AbortSignal): Promise<void> {
    return this.#telling(id, 'pause', () => this.#runner.pause(id, expect, signal));
  }

  unpause(id: string, expect: Expectation, signal?: AbortSignal): Promise<void> {
    return this.#telling(id, 'unpause', () => this.#runner.unpause(id, expect, signal));
  }

  kill(id: string, expect: Expectation, signal?: AbortSignal): Promise<void> {
    return this.#telling(id, 'kill', () => this.#runner.kill(id, expect, signal));
  }

  async remove(id: string, expect: Expectation, signal?: AbortSignal): Promise<void> {
    if (!(await this.#manifests.find(id))) return;
    await this.#telling(id, 'destroy', async () => {
      const held = await this.#runner.held(id, expect);
      await this.#runner.kill(id, expect, signal);
      this.#runner.forget(id);
      await this.#manifests.remove(held);
    });
  }

  async findOwned(topologyId: string): Promise<OwnedObjects> {
    const [instances, topologies] = await Promise.all([
      this.#manifests.instances(topologyId),
      this.#manifests.topologies(),
    ]);
    const own = topologies.filter(one => one.topologyId === topologyId);
    return {
      instances: await this.#instances(instances),
      networks: [],
      data: own.map(one => one.root),
      rooms: own.flatMap(one => one.marker.nodes),
    };
  }

  async ownedTopologies(): Promise<readonly Ownership[]> {
    return (await this.#manifests.topologies())
      .map(({ marker: { nodes: _, ...ownership } }) => ({ ...ownership, node: '' }))
      .filter(one => one.owner === this.#owner);
  }

  async removePlace(topologyId: string, { data }: { readonly data: boolean }): Promise<void> {
    const [left] = await this.#manifests.instances(topologyId);
    if (left) return fail({ code: 'in-use', id: left.root, text: left.ownership.node });
    const held = (await this.#manifests.topologies()).find(one => one.topologyId === topologyId);
    if (held && data) await removeFolders(held.root, topologyId);
    await this.#manifests.removeTopology(topologyId);
  }

  async writeConf(id: string, expect: Expectation, files: readonly ConfFile[]): Promise<void> {
    await putFiles(foldersOf(await this.#runner.held(id, expect)).conf, files, undefined);
  }

  async logs(
    id: string,
    options: { readonly tail: number; readonly follow: boolean },
    onLine: (line: string) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const held = await this.#runner.held(id, 'foreign');
    await readLog(
      logOf(held),
      options,
      onLine,
      async () => {
        const now = await this.#manifests.find(id);
        return !now || !(await this.#runner.look(now));
      },
      signal,
    );
  }

  async exec(
    id: string,
    argv: readonly string[],
    options: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
    signal?: AbortSignal,
  ): Promise<ExecResult> {
    return runTool(await this.#runner.held(id, 'foreign'), argv, options, signal);
  }

  async terminal(id: string, argv: readonly string[], env: Readonly<Record<string, string>>): Promise<TerminalCommand> {
    return toolTerminal(await this.#runner.held(id, 'foreign'), argv, env);
  }

  /** The servers run on; only the watching ends. */
  dispose(): void {
    this.#watcher.dispose();
  }

  async #instances(held: readonly Held[]): Promise<readonly Instance[]> {
    const seen = await this.#table.look(held.flatMap(one => one.process?.pid ?? []));
    return mapLimit(held, 16, async one => instanceOf(one, one.process && seen.get(one.process.pid)));
  }

  async #telling(id: string, action: string, act: () => Promise<void>): Promise<void> {
    await act();
    this.#watcher.tell(id, action);
  }
}

async function instanceOf(held: Held, seen: SeenProcess | undefined): Promise<Instance> {
  const { id, ownership, binary, conf, program, port, process } = held;
  const alive = process !== undefined && seen?.start === process.start && seen.state !== 'ended';
  const state = process === undefined ? 'created' : !alive ? 'exited' : seen.state === 'paused' ? 'paused' : 'running';
  const folders = foldersOf(held);
  return {
    id,
    engine: 'process',
    name: `${ownership.topologyName}-${ownership.node}`,
    image: binary,
    state,
    ownership,
    command: [binary, conf, ...(program === 'sentinel' ? ['--sentinel'] : [])],
    ...(process === undefined ? {} : { startedAt: process.startedAt }),
    ...(state === 'exited'
      ? {
          exit: {
            code: held.exit?.code ?? (await unseenExit(held)),
            ...(held.exit ? { at: held.exit.at } : {}),
            outOfMemory: false,
          },
        }
      : {}),
    networks: [],
    ports: [{ inside: port, outside: { host: '127.0.0.1', port } }],
    mounts: Object.values(folders).map(folder => ({
      source: folder,
      target: folder,
      kind: 'folder' as const,
      writable: true,
    })),
  };
}

function fail(fault: EngineFault): never {
  throw new HumanError<EngineFault>(fault);
}
