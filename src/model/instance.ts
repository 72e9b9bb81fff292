import type { Address } from './address';

/** One place where a server process lives or could live: a container, or a process of this machine. As the engine tells it. */
export interface Instance {
  /** The engine's own id; every act is addressed by it, never by name. */
  readonly id: string;
  readonly engine: EngineKind;
  readonly name: string;
  /** Image reference (containers) or the server binary's path (processes). */
  readonly image: string;
  readonly state: InstanceState;
  /** Milliseconds since the epoch, when the engine knows it. */
  readonly startedAt?: number;
  /** Only of the states `exited` and `dead`. */
  readonly exit?: { readonly code: number; readonly at?: number; readonly outOfMemory: boolean };
  /** The process's argument vector, entry point included. */
  readonly command: readonly string[];
  /** Present exactly when the object carries our labels. */
  readonly ownership?: Ownership;
  /** Compose's project and service when the object carries Compose's labels. */
  readonly compose?: { readonly project: string; readonly service: string };
  readonly networks: readonly { readonly id: string; readonly name: string; readonly address?: string }[];
  /** Addresses that it had in networks from which it was cut off: its peers still speak of it by them. Nothing reaches it there. */
  readonly formerAddresses?: readonly string[];
  readonly ports: readonly PublishedPort[];
  /** The machine that it runs on (or is bound to), where an engine has several. */
  readonly host?: Host;
  /** Its engine's networks are not this machine's: an address in them leads nowhere, or to a stranger. */
  readonly afar?: true;
  readonly mounts: readonly {
    readonly source: string;
    readonly target: string;
    readonly kind: 'folder' | 'volume' | 'other';
    readonly writable: boolean;
  }[];
}

/** A machine among several of one engine: what is lost as one. */
export interface Host {
  readonly id: string;
  readonly name: string;
}

export type EngineKind = 'docker' | 'process';
export type InstanceState = 'created' | 'running' | 'paused' | 'restarting' | 'exited' | 'dead';

/** A port inside ⇄ where this machine reaches it: where it is published only for the engine's own machine, through the engine. */
export interface PublishedPort {
  readonly inside: number;
  readonly outside: Address;
}

/** What our labels say. `topologyId` is a UUID; `owner` identifies the editor installation that made the object. */
export interface Ownership {
  readonly topologyId: string;
  readonly topologyName: string;
  readonly topologyKind: TopologyKind;
  readonly node: string;
  readonly owner: string;
  /** The creation that made it; tells ours from a leftover of an earlier try. */
  readonly session: string;
  /** Schema version of the labels. */
  readonly schema: number;
}

export type TopologyKind = 'replication' | 'sentinel' | 'cluster';

/**
 * The way through the engine. From inside, the container's own address in a network is dialled, not loopback: so a server that listens on
 * loopback alone, or that is in protected mode, is as silent as it is to everybody.
 */
export function tunnelTo({ id, networks }: Pick<Instance, 'id' | 'networks'>, port: number): Address {
  const own = networks.find(({ address }) => address !== undefined && address !== '')?.address;
  return { host: own ?? '127.0.0.1', port, via: id };
}
