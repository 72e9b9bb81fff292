import type { RuleCode } from '../../conf/rules/codes';
import type { SlotRange } from '../../model/report';

/** `info` explains or foresees; `warning`: works, but a loss would hurt or something is wrong; `error`: does not do what it is there for. */
export type ProblemSeverity = 'error' | 'warning' | 'info';

/**
 * Something that is wrong, or will be, in a topology or on a server that belongs to none. What it is stands in `what`, a code with data; the
 * editor layer has the sentences (cause, consequence). Plain data: two equal problems compare equal by content.
 */
export interface Problem {
  /** Of the same problem the same from one look to the next: code and nodes. */
  readonly id: string;
  readonly topologyId?: string;
  /** Ids of the nodes concerned; the first is the one under whose row it is shown. Empty: of the whole topology. */
  readonly nodes: readonly string[];
  readonly severity: ProblemSeverity;
  readonly what: What;
  readonly evidence: readonly Evidence[];
  /** A line of a file on this machine that is at fault. */
  readonly place?: FilePlace;
  /** What would mend it, the best first. */
  readonly fixes: readonly Fix[];
}

/** What was seen that says so, word by word: never a secret (log lines and replies hold none; conf lines with passwords are not quoted). */
export interface Evidence {
  readonly from: 'log' | 'engine' | 'reply' | 'conf' | 'sentinel' | 'cluster';
  /** Name of the node that said it. */
  readonly who: string;
  readonly text: string;
}

export interface FilePlace {
  /** Absolute path on this machine. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
}

/** Names, not ids, in the data: a sentence needs nothing else. */
export type What =
  // why a server does not run
  | {
      readonly code: 'bind-refused';
      readonly node: string;
      readonly address: string;
      readonly port: number;
      readonly reason: string;
    }
  | { readonly code: 'dir-missing'; readonly node: string; readonly dir: string; readonly reason: string }
  | { readonly code: 'replicaof-in-cluster'; readonly node: string }
  | {
      readonly code: 'conf-refused';
      readonly node: string;
      readonly line?: number;
      readonly directive: string;
      readonly reason: string;
    }
  | { readonly code: 'data-unreadable'; readonly node: string; readonly text: string }
  | { readonly code: 'killed'; readonly node: string; readonly outOfMemory: boolean }
  | { readonly code: 'died'; readonly node: string; readonly exitCode: number; readonly text: string }
  | { readonly code: 'stopped'; readonly node: string; readonly master: boolean }
  | { readonly code: 'paused'; readonly node: string }
  // why nobody hears it
  | { readonly code: 'protected-mode'; readonly node: string; readonly replicas: readonly string[] }
  | { readonly code: 'denied-by-master'; readonly node: string; readonly master: string }
  | { readonly code: 'loopback-only'; readonly node: string; readonly bind: string }
  | {
      readonly code: 'port-not-published';
      readonly node: string;
      readonly port: number;
      readonly published: readonly number[];
    }
  | {
      readonly code: 'redirects-elsewhere';
      readonly node: string;
      readonly announced: string;
      readonly reachable: string;
    }
  // replication
  | { readonly code: 'master-auth'; readonly node: string; readonly master: string; readonly missing: boolean }
  | {
      readonly code: 'master-unreachable';
      readonly node: string;
      readonly address: string;
      readonly reason: string;
      readonly master?: string;
    }
  | {
      readonly code: 'address-moved';
      readonly node: string;
      readonly address: string;
      readonly holder?: string;
      readonly meant?: string;
    }
  | { readonly code: 'address-may-move'; readonly node: string; readonly address: string }
  | {
      readonly code: 'role-not-kept';
      readonly node: string;
      readonly why: 'file-mounted' | 'no-conf' | 'refused';
      readonly text?: string;
    }
  | { readonly code: 'turned-into-replica'; readonly node: string; readonly by: string; readonly master: string }
  /** Somebody writes to a replica: so many refusals in the last minute. */
  | {
      readonly code: 'writes-to-replica';
      readonly node: string;
      readonly times: number;
      readonly master?: string;
    }
  | { readonly code: 'lagging'; readonly node: string; readonly bytes: number; readonly seconds: number }
  /** `buffer`: so little of what is written during a copy may wait for its end, in bytes, that the master hangs up. */
  | {
      readonly code: 'resync-loop';
      readonly node: string;
      readonly times: number;
      readonly backlog?: number;
      readonly buffer?: number;
    }
  | { readonly code: 'replicas-too-few'; readonly node: string; readonly needed: number; readonly good: number }
  | { readonly code: 'never-promoted'; readonly node: string; readonly why: 'priority' | 'cluster' }
  | { readonly code: 'no-candidate'; readonly node: string }
  /** Lost together with its master; `free` is a machine that holds none of them. */
  | {
      readonly code: 'same-machine';
      readonly node: string;
      readonly master: string;
      readonly machine: string;
      readonly free: string;
    }
  | { readonly code: 'master-forgets'; readonly node: string; readonly replicas: number }
  /** Each is a replica of the next, the last of the first: nobody is a master. */
  | { readonly code: 'replica-ring'; readonly nodes: readonly string[] }
  // sentinels
  | {
      readonly code: 'quorum-unmet';
      readonly required: number;
      readonly known: number;
      readonly usable: number;
      readonly missing: readonly string[];
    }
  | {
      readonly code: 'majority-unmet';
      readonly majority: number;
      readonly known: number;
      readonly usable: number;
      readonly missing: readonly string[];
    }
  | {
      readonly code: 'quorum-trap';
      readonly required: number;
      readonly known: number;
      readonly losing: readonly string[];
      readonly left: number;
      readonly needed: number;
    }
  | { readonly code: 'sentinel-missing'; readonly node: string; readonly inside: string }
  | { readonly code: 'myid-twice'; readonly nodes: readonly string[]; readonly myid: string }
  | {
      readonly code: 'sentinel-drift';
      readonly setting: 'quorum' | 'down-after-milliseconds' | 'failover-timeout';
      readonly values: readonly { readonly node: string; readonly value: number }[];
    }
  | { readonly code: 'sentinel-watches-cluster'; readonly node: string; readonly master: string }
  | { readonly code: 'tilt'; readonly node: string }
  | {
      readonly code: 'split-brain';
      readonly masters: readonly { readonly address: string; readonly by: readonly string[] }[];
    }
  | {
      readonly code: 'clients-on-stale-master';
      readonly node: string;
      readonly actual: string;
      readonly clients: number;
    }
  | { readonly code: 'stale-master'; readonly node: string; readonly actual: string }
  // who may do what (ACL)
  /** Somebody whom the topology needs is refused by the rules of `user` on `node`. */
  | {
      readonly code: 'acl-denies';
      readonly node: string;
      readonly user: string;
      readonly commands: readonly string[];
      readonly whom: 'replica' | 'sentinel';
    }
  /** Whoever reaches `address`, which other machines can, needs no password. */
  | { readonly code: 'open-to-network'; readonly node: string; readonly address: string }
  // cluster
  | {
      readonly code: 'slots-down';
      readonly ranges: readonly SlotRange[];
      readonly node?: string;
      readonly state?: 'stopped' | 'paused' | 'silent';
      readonly replicas: number;
    }
  /** `node` still serves slots that the others gave to `owner`. */
  | {
      readonly code: 'slots-claimed-twice';
      readonly node: string;
      readonly owner: string;
      readonly ranges: readonly SlotRange[];
    }
  | { readonly code: 'slots-unowned'; readonly ranges: readonly SlotRange[] }
  | { readonly code: 'cluster-majority'; readonly majority: number; readonly usable: number }
  | { readonly code: 'bus-unreachable'; readonly node: string; readonly by: readonly string[]; readonly moved: boolean }
  // conf files of one topology read together; the sentence is the conf language's own
  | { readonly code: 'conf-rule'; readonly rule: RuleCode; readonly data: Readonly<Record<string, string | number>> }
  // memory and disk
  | { readonly code: 'cannot-save'; readonly node: string; readonly refusesWrites: boolean; readonly text: string }
  | { readonly code: 'memory-full'; readonly node: string; readonly used: number; readonly limit: number }
  | { readonly code: 'overcommit'; readonly nodes: readonly string[] };

/** What a person may have done about it: a code with data, planned and run by `fixes/`. */
export type Fix =
  | { readonly code: 'start-node'; readonly nodes: readonly string[] }
  | { readonly code: 'unpause-node'; readonly nodes: readonly string[] }
  | { readonly code: 'start-sentinel'; readonly node: string; readonly conf: string }
  | { readonly code: 'set-quorum'; readonly quorum: number }
  | {
      readonly code: 'align-sentinels';
      readonly setting: 'quorum' | 'down-after-milliseconds' | 'failover-timeout';
      readonly value: number;
    }
  | { readonly code: 'new-myid'; readonly node: string }
  | { readonly code: 'set-password'; readonly nodes: readonly string[] }
  | { readonly code: 'protected-mode-off'; readonly node: string }
  | {
      readonly code: 'edit-conf';
      readonly node: string;
      readonly path: string;
      readonly edits: readonly LineEdit[];
      readonly then: 'start' | 'restart';
    }
  /** Pitfall 12, the one way: the Sentinels forget a master that is a node of a Cluster. */
  | { readonly code: 'convert-to-cluster'; readonly sentinels: readonly string[]; readonly master: string }
  /** The other way: the files lose what makes their servers nodes of a Cluster. */
  | {
      readonly code: 'convert-to-sentinel';
      readonly files: readonly { readonly node: string; readonly path: string; readonly edits: readonly LineEdit[] }[];
    }
  | { readonly code: 'acl-allow'; readonly node: string; readonly user: string; readonly rules: readonly string[] }
  | { readonly code: 'mount-conf-folder'; readonly node: string }
  | { readonly code: 'repoint'; readonly node: string; readonly master: string }
  /** It follows nobody any more, and takes writes. */
  | { readonly code: 'promote'; readonly node: string }
  | { readonly code: 'set-masterauth'; readonly node: string; readonly master: string }
  | { readonly code: 'add-replica'; readonly node: string }
  | { readonly code: 'repair-addresses' }
  /** The container anew with a port published on 127.0.0.1. */
  | { readonly code: 'publish-port'; readonly node: string; readonly inside: number; readonly outside: number }
  /** What it tells clients and peers as its address; without `to`, the one that it has. */
  | { readonly code: 'announce'; readonly node: string; readonly to?: { readonly host: string; readonly port: number } }
  /** It listens on loopback only. */
  | { readonly code: 'listen-everywhere'; readonly node: string }
  | { readonly code: 'assign-slots' }
  /** A console on the server that takes writes. */
  | { readonly code: 'go-to-master'; readonly node: string }
  /** Connection code with the map from announced to reachable addresses. */
  | { readonly code: 'copy-address-map' }
  /** `buffers`: the limits of all classes of clients (`client-output-buffer-limit`), where the replicas' has to be raised as well. */
  | { readonly code: 'raise-backlog'; readonly node: string; readonly bytes: number; readonly buffers?: string };

/** One line of a conf file, as it must still be for the edit to be made, and what takes its place. */
export interface LineEdit {
  /** From 1. */
  readonly line: number;
  readonly was: string;
  readonly now: string;
}

/** The topology's problems, worst first; of equal weight in the order of the rules. */
export const severityRank: Readonly<Record<ProblemSeverity, number>> = { error: 0, warning: 1, info: 2 };
