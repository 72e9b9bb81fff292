import type { TopologyKind } from '../../model/instance';
import type { SlotRange } from '../../model/report';

/** Everything that a Compose project needs to make the same topology again. Holds the password: it goes into `.env` and nowhere else. */
export interface ComposeModel {
  readonly name: string;
  readonly kind: TopologyKind;
  readonly image: string;
  readonly product: 'redis' | 'valkey';
  /** Masters first, each replica after its master, Sentinels last. */
  readonly nodes: readonly ComposeNode[];
  /** Of servers and Sentinels alike; none: no password. */
  readonly password?: string;
  /** Of kind `sentinel`. */
  readonly watch?: Watch;
  /** First three bytes of the network, `172.28.5`: each node gets a fixed address in it. */
  readonly subnet: string;
}

export interface ComposeNode {
  /** Name of the service. */
  readonly service: string;
  readonly program: 'redis' | 'sentinel';
  /** The same inside and on 127.0.0.1 of the machine: discovery works for clients outside as well. */
  readonly port: number;
  /** Service that this one replicates. */
  readonly follows?: string;
  /** Of a cluster's master. */
  readonly slots?: readonly SlotRange[];
  /** What differs from the server's defaults: directive and value as `CONFIG GET` tells it. */
  readonly settings: readonly (readonly [name: string, value: string])[];
}

/** What the Sentinels are told of the master. Times in milliseconds. */
export interface Watch {
  readonly masterName: string;
  readonly quorum: number;
  readonly downAfterMs: number;
  readonly failoverTimeoutMs: number;
  readonly parallelSyncs: number;
}

export interface ComposeFile {
  /** Relative to the project's folder, with forward slashes. */
  readonly path: string;
  readonly content: string;
  /** Only its owner may read it. */
  readonly secret?: true;
  readonly executable?: true;
}

/** The fixed address of the node at `index`: .1 is the network's gateway. */
export function addressOf({ subnet }: Pick<ComposeModel, 'subnet'>, index: number): string {
  return `${subnet}.${index + 11}`;
}
