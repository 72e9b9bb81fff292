import type { Duplex } from 'node:stream';
import type { Disposable } from '../base/disposable';
import type { EngineKind, Host, Instance, Ownership, PublishedPort } from '../model/instance';

/**
 * Where server processes live: containers of a Docker engine, or plain processes of this machine. The port is owned by the
 * core; `engine/docker` and `engine/process` implement it. Every call takes a signal, has a deadline of its own, and fails
 * with a {@link EngineFault} in a HumanError. Acts are addressed by id; an act on an object of ours is refused with
 * `not-ours` unless the object still carries the labels that `expect` names.
 */
export interface Engine {
  readonly kind: EngineKind;
  describe(signal?: AbortSignal): Promise<EngineDescription>;

  /** Everything that is ours and everything that may be Redis: by command, image or exposed port. Running or not. */
  list(signal?: AbortSignal): Promise<readonly Instance[]>;
  /**
   * What a single question tells, where the whole list takes one for each instance: enough for its row and to reach its server. When a process began and how
   * it ended is missing, and so may be instances that cannot be reached by what is known yet.
   */
  glance?(signal?: AbortSignal): Promise<readonly Instance[]>;
  /** Events only wake: after each one, and after `reconnected`, list again. Reconnects by itself with back-off until disposed. */
  watch(listener: (signal: EngineSignal) => void): Watching;

  /** Server images (or binaries) at hand, newest Redis first; nothing is fetched. */
  images(signal?: AbortSignal): Promise<readonly ServerImage[]>;
  /** Makes `reference` available; `onProgress` gets 0..1 (undefined while the size is unknown). */
  pull(reference: string, onProgress: (fraction: number | undefined) => void, signal?: AbortSignal): Promise<void>;

  /** The machines that servers can be spread over, the engine's own first; absent or empty where the engine has no more than its own. */
  hosts?(signal?: AbortSignal): Promise<readonly Host[]>;

  /** Makes the network (and volumes) of one topology. Chooses a subnet that overlaps no network of the engine. */
  createPlace(request: PlaceRequest, signal?: AbortSignal): Promise<Place>;
  /** Makes room for one more node in a place that is there: its volumes or folders, and a fixed address that no node of ours has. `addresses` of what comes back is that one. */
  extendPlace(request: RoomRequest, signal?: AbortSignal): Promise<Place>;
  /** Removes the volumes or folders of one node, if they carry the topology's label. Its instance must be gone. What is gone already is done. */
  removeRoom(topologyId: string, node: string, signal?: AbortSignal): Promise<void>;
  /** The folders as the server process of `node` sees them, for `dir` and the like. */
  insidePaths(storage: Storage, node: string): InsidePaths;
  /** Ports on 127.0.0.1, `count` of them from `first` upwards, that nothing listens on and no instance of the engine has reserved. */
  freePorts(first: number, count: number, signal?: AbortSignal): Promise<readonly number[]>;

  /** Makes the instance with its files in place, not started. Returns its id. */
  create(request: InstanceRequest, signal?: AbortSignal): Promise<string>;
  start(id: string, expect: Expectation, signal?: AbortSignal): Promise<void>;
  /** Asks the server to end; after `graceSeconds` (at least 15 gives Redis time to save) it is killed. */
  stop(id: string, expect: Expectation, graceSeconds: number, signal?: AbortSignal): Promise<void>;
  pause(id: string, expect: Expectation, signal?: AbortSignal): Promise<void>;
  unpause(id: string, expect: Expectation, signal?: AbortSignal): Promise<void>;
  kill(id: string, expect: Expectation, signal?: AbortSignal): Promise<void>;
  /** Ends and removes the instance; its named volumes or folders stay until `removePlace`. */
  remove(id: string, expect: Expectation, signal?: AbortSignal): Promise<void>;

  /** Every object that carries the topology's label, whether or not a journal knows of it. */
  findOwned(topologyId: string, signal?: AbortSignal): Promise<OwnedObjects>;
  /** Ids of all topologies of which the engine holds an object of this owner. */
  ownedTopologies(signal?: AbortSignal): Promise<readonly Ownership[]>;
  /** Removes network and, with `data`, volumes or folders of the topology, if they carry its label and nothing foreign is attached. */
  removePlace(topologyId: string, options: { readonly data: boolean }, signal?: AbortSignal): Promise<void>;

  /** Puts `files` into the instance's conf directory, replacing those of the same name. */
  writeConf(id: string, expect: Expectation, files: readonly ConfFile[], signal?: AbortSignal): Promise<void>;
  /** Last `tail` lines, then new ones while `follow`; ends with the signal or when the log ends. */
  logs(
    id: string,
    options: { readonly tail: number; readonly follow: boolean },
    onLine: (line: string) => void,
    signal?: AbortSignal,
  ): Promise<void>;
  /** Runs `argv` inside (no shell). Output is decoded as UTF-8 and cut at 1 MiB each. */
  exec(
    id: string,
    argv: readonly string[],
    options?: { readonly input?: string; readonly env?: Readonly<Record<string, string>> },
    signal?: AbortSignal,
  ): Promise<ExecResult>;
  /** What only containers can do; absent where servers are plain processes. */
  readonly containers?: ContainerActs;
  /** The command that a terminal of this machine runs to get an interactive `argv` inside. Secrets go through `env`, never argv. */
  terminal(id: string, argv: readonly string[], env: Readonly<Record<string, string>>): Promise<TerminalCommand>;
}

/** Acts on a container beyond its life: its networks and its mounts. `expect` as with the acts of {@link Engine}. */
export interface ContainerActs {
  /** Takes the container off the network (by the network's id), whatever state it is in. */
  disconnect(id: string, expect: Expectation, network: string, signal?: AbortSignal): Promise<void>;
  /** Puts it back, at the address and under the names that it had ({@link endpointOf}, asked before). */
  connect(
    id: string,
    expect: Expectation,
    network: string,
    endpoint: { readonly address?: string; readonly aliases: readonly string[] },
    signal?: AbortSignal,
  ): Promise<void>;
  /** What a later `connect` needs: its fixed address, if it has one, and its names there. */
  endpointOf(
    id: string,
    network: string,
    signal?: AbortSignal,
  ): Promise<{ readonly address?: string; readonly aliases: readonly string[] }>;
  /** Makes the container anew with the folder of its conf mounted in place of the single `file` (its path inside); its data stays. Undone by itself when it fails. */
  remountConf(id: string, expect: Expectation, file: string, signal?: AbortSignal): Promise<Remounted>;
  /** Makes the container anew with one more port published, on 127.0.0.1 of the engine's machine; its data stays. Undone by itself when it fails. */
  publish(
    id: string,
    expect: Expectation,
    port: { readonly inside: number; readonly outside: number },
    signal?: AbortSignal,
  ): Promise<Recreated>;
  /**
   * A connection to `address` as a program in the container would open it, carried by the engine: nothing needs to be published or routable.
   * It fails like a socket, with its `code` (ECONNREFUSED …); `ENOTUNNEL` when the image has no program that could carry it.
   */
  dial(id: string, address: { readonly host: string; readonly port: number }, signal?: AbortSignal): Promise<Duplex>;
}

/** The new container. Exactly one of `commit` (the old one is removed, its volumes are not) and `undo` (the old one takes its place again) is to be called. */
export interface Recreated {
  readonly id: string;
  commit(): Promise<void>;
  undo(): Promise<void>;
}

export interface Remounted extends Recreated {
  /** The conf's path inside now. */
  readonly file: string;
}

export interface EngineDescription {
  readonly kind: EngineKind;
  /** For the tree's title: "Docker 28.2 · unix:///var/run/docker.sock". */
  readonly title: string;
  readonly endpoint: string;
  /** Present where it is not simply this machine's: the name of the Docker context, or the address of the other machine. */
  readonly context?: string;
  readonly version: string;
  /** Identifies the machine, for anti-affinity: two engines on one host are one place. */
  readonly machine: string;
  /** Whether folders of this machine can be mounted. */
  readonly sharesFiles: boolean;
  /** Ports that are published on loopback are another machine's: servers are reached through the engine ({@link ContainerActs.dial}). */
  readonly afar?: true;
}

export interface Watching extends Disposable {
  /**
   * Of an engine that nobody tells of what happens, so that it has to look now and then: it need not while all who watch rest. What happened
   * meanwhile is told afterwards.
   */
  rest?(resting: boolean): void;
}

export type EngineSignal =
  /** Something happened to one instance: `action` as the engine names it (`start`, `die`, `pause`, `kill`, `health_status` …). */
  | {
      readonly type: 'instance';
      readonly id: string;
      readonly action: string;
      readonly at: number;
      readonly exitCode?: number;
    }
  | { readonly type: 'other'; readonly at: number }
  | { readonly type: 'connected' }
  | { readonly type: 'lost'; readonly fault: EngineFault };

export interface ServerImage {
  readonly reference: string;
  /** Immutable id, so that what was previewed is what runs. */
  readonly id: string;
  readonly product: 'redis' | 'valkey';
  readonly version?: string;
  readonly sizeBytes?: number;
}

export interface PlaceRequest {
  readonly ownership: Omit<Ownership, 'node'>;
  /** Names of the nodes that will want a fixed address, in order. */
  readonly nodes: readonly string[];
  readonly storage: Storage;
  /** The addresses that the nodes had before and know each other by, in the same order: they get these again, or it fails with `subnet-taken`.
   * Conf and data are there already: whatever fails, they stay. */
  readonly addresses?: readonly string[];
}

export interface RoomRequest {
  readonly ownership: Ownership;
  readonly storage: Storage;
}

/**
 * Where conf and data live: folders `<root>/<node>/conf|data` of this machine, named volumes of the engine, or such volumes on the machines of a
 * swarm, each server's on the one that it is bound to.
 */
export type Storage =
  | { readonly kind: 'folder'; readonly root: string }
  | { readonly kind: 'volume' }
  | { readonly kind: 'swarm'; readonly hosts: readonly Host[] };

export interface Place {
  /** Id of the network; of the process engine, empty. */
  readonly network: string;
  /** Fixed address of each node as its peers reach it, in the order asked. Of the process engine: 127.0.0.1; in a swarm: its name. */
  readonly addresses: readonly string[];
}

export interface InstanceRequest {
  readonly ownership: Ownership;
  /** `redis` or `sentinel`: decides how the server binary is called. */
  readonly program: 'redis' | 'sentinel';
  readonly image: string;
  readonly place: Place;
  readonly address: string;
  /** Published on 127.0.0.1 under the same number. In cluster mode the bus port stays inside the network. */
  readonly port: number;
  /** Put into the conf directory, writable by the server's user; the first is the one the server is started with. */
  readonly files: readonly ConfFile[];
  readonly storage: Storage;
  /** Id of the machine that it is bound to, in a swarm; without it, the one that has least of the topology. */
  readonly host?: string;
  /** What of the files' text is secret, for engines that keep such apart. */
  readonly secret?: string;
}

export interface ConfFile {
  readonly name: string;
  readonly content: string;
}

/** Absolute paths inside the instance: `/conf` and `/data` in containers, the node's own folders for processes. */
export interface InsidePaths {
  readonly conf: string;
  readonly data: string;
}

/** What an object must still be for an act on it. `foreign` is said only when the user clicked that very node. */
export type Expectation = { readonly topologyId: string } | 'foreign';

export interface OwnedObjects {
  readonly instances: readonly Instance[];
  /** Ids; with them what a swarm holds for the topology (names of confs and secrets). */
  readonly networks: readonly string[];
  /** Volume names, or folders of the process engine. */
  readonly data: readonly string[];
  /** Names of the nodes whose volumes or folders are there, also of such as were removed without them. */
  readonly rooms: readonly string[];
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TerminalCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export type EngineFault =
  | { readonly code: 'engine-missing'; readonly endpoint: string }
  | { readonly code: 'engine-refused'; readonly endpoint: string }
  | { readonly code: 'engine-forbidden'; readonly endpoint: string }
  | { readonly code: 'engine-not-docker'; readonly endpoint: string }
  | { readonly code: 'engine-version'; readonly endpoint: string; readonly text: string }
  | { readonly code: 'engine-lost'; readonly endpoint: string; readonly text: string }
  | { readonly code: 'engine-unsupported-endpoint'; readonly endpoint: string }
  | { readonly code: 'image-missing'; readonly reference: string }
  | { readonly code: 'image-not-found'; readonly reference: string }
  | { readonly code: 'image-no-network'; readonly reference: string; readonly text: string }
  | { readonly code: 'name-taken'; readonly name: string }
  | { readonly code: 'port-taken'; readonly port: number }
  | { readonly code: 'ports-exhausted'; readonly first: number; readonly count: number }
  | { readonly code: 'address-taken'; readonly address: string }
  | { readonly code: 'no-free-subnet' }
  | { readonly code: 'subnet-taken'; readonly subnet: string }
  | { readonly code: 'not-ours'; readonly id: string }
  | { readonly code: 'gone'; readonly id: string }
  | { readonly code: 'conflict'; readonly id: string; readonly text: string }
  /** Its process runs on another machine of the swarm, which this engine cannot act on. */
  | { readonly code: 'elsewhere'; readonly id: string; readonly machine: string }
  | { readonly code: 'in-use'; readonly id: string; readonly text: string }
  | { readonly code: 'disk-full'; readonly text: string }
  | { readonly code: 'folder-not-writable'; readonly path: string; readonly text: string }
  | { readonly code: 'folder-not-empty'; readonly path: string }
  /** No server program is installed here (process engine); `names` are those looked for. */
  | { readonly code: 'server-missing'; readonly names: readonly string[]; readonly platform: string }
  /** The command line tool that a terminal would need is not on the PATH. */
  | { readonly code: 'cli-missing'; readonly name: string }
  | { readonly code: 'bad-reply'; readonly call: string; readonly text: string }
  | { readonly code: 'engine-error'; readonly call: string; readonly status: number; readonly text: string };

export type { Host, Instance, Ownership, PublishedPort };
