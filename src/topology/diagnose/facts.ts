import type { ConfDocument } from '../../conf/document';
import type { Finding } from '../../conf/types';
import type { InfoFields } from '../../model/info';
import type { Host } from '../../model/instance';

/** What was asked for besides the snapshot. Plain data, so that the rules are pure; whatever nobody asked for is missing. */
export interface Facts {
  /** Last lines of the log, by instance id. */
  readonly logs: ReadonlyMap<string, readonly string[]>;
  /** Answers of CONFIG GET by node id; names as the server has them. Never those of passwords. */
  readonly settings: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** INFO by node id. */
  readonly figures: ReadonlyMap<string, InfoFields>;
  /** The conf file that a node runs on, by node id. */
  readonly confs: ReadonlyMap<string, ConfFacts>;
  /** What the files of one topology say when read together, by topology id. */
  readonly across: ReadonlyMap<string, readonly AcrossFinding[]>;
  /** Clients that are neither replicas, Sentinels, nor this extension, by node id; asked of stale masters only. */
  readonly clients: ReadonlyMap<string, number>;
  /** Writes that a server refused in the last minute because it is a replica (READONLY), by node id. */
  readonly refused: ReadonlyMap<string, number>;
  /** What its access rules say, by node id. */
  readonly access: ReadonlyMap<string, AccessFacts>;
  /** What has lasted longer than a role takes to move, as `stale <node id>` and `claim <node id>`: no passing state of a failover. */
  readonly lasting: ReadonlySet<string>;
  /** Whom each replica followed at which address when its link was last up, by node id: what the address meant. */
  readonly followed: ReadonlyMap<string, { readonly address: string; readonly master: string }>;
  /** In which life (its run id) a server was last the master that everybody believed in, by node id: the life that it still has was never interrupted. */
  readonly ruled: ReadonlyMap<string, string>;
  /** Conf files of Sentinels that were started by hand beside a server, by node id, as they said when they last answered. */
  readonly handStarted: ReadonlyMap<string, string>;
  /** Machines that servers can be spread over; asked when some are. */
  readonly hosts: readonly Host[];
}

export interface ConfFacts {
  /** As the server sees it. */
  readonly inside: string;
  /** Absolute, on this machine. */
  readonly path: string;
  /** `file`: the very file is mounted, and a server that rewrites it by renaming fails. */
  readonly mounted: 'file' | 'folder' | 'direct';
  readonly document: ConfDocument;
}

export interface AcrossFinding {
  readonly node: string;
  readonly path: string;
  readonly document: ConfDocument;
  readonly finding: Finding;
}

export interface AccessFacts {
  /** Whether the default user needs no password and may do everything. */
  readonly open: boolean;
  /** What was refused in the last seconds (ACL LOG), the latest first. */
  readonly refused: readonly {
    readonly user: string;
    readonly command: string;
    readonly whom: 'replica' | 'sentinel' | 'other';
    readonly text: string;
  }[];
}

export const noFacts: Facts = {
  logs: new Map(),
  settings: new Map(),
  figures: new Map(),
  confs: new Map(),
  across: new Map(),
  clients: new Map(),
  refused: new Map(),
  access: new Map(),
  lasting: new Set(),
  followed: new Map(),
  ruled: new Map(),
  handStarted: new Map(),
  hosts: [],
};
