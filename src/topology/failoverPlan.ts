import type { Address } from '../model/address';
import type { Topology } from '../model/snapshot';
import type { StepProgress, StepTime } from './steps';
import { seatOf } from './talk';
import type { Seat } from './talk';

/** A Sentinel topology as the safe failover needs it: addresses, not containers. */
export interface FailoverRequest {
  /** Where the password is kept; found topologies may have none. */
  readonly topologyId: string;
  readonly masterName: string;
  readonly master: Seat;
  readonly replicas: readonly Seat[];
  readonly sentinels: readonly Seat[];
}

/** Steps in order; the editor has their words. */
export const FAILOVER_STEPS = ['check', 'pause', 'catch-up', 'switch', 'redirect', 'verify'] as const;
export type FailoverStepCode = (typeof FAILOVER_STEPS)[number];
export type FailoverProgress = StepProgress<FailoverStepCode>;

export interface FailoverReport {
  readonly from: Address;
  readonly to: Address;
  /** Name of the new master's node. */
  readonly node: string;
  /** From the first refused or waiting write to the moment that the new master takes writes. */
  readonly writePauseMs: number;
  /** Who could not write its new role into its own conf, and why: it is lost at the next start, until the Sentinels say it again. */
  readonly notKept: readonly { readonly node: string; readonly text: string }[];
  readonly steps: readonly StepTime<FailoverStepCode>[];
  readonly totalMs: number;
}

export type FailoverFault =
  /** No usable replica in Redis's own sense (NOGOODSLAVE). */
  | { readonly code: 'failover-no-good-replica'; readonly masterName: string; readonly text: string }
  /** Another failover is under way (INPROG). */
  | { readonly code: 'failover-in-progress'; readonly masterName: string }
  /** CKQUORUM refuses; `text` is the Sentinel's reason. */
  | { readonly code: 'failover-no-quorum'; readonly node: string; readonly text: string }
  | {
      readonly code: 'failover-sentinels-differ';
      readonly views: readonly { readonly node: string; readonly master: Address | undefined }[];
    }
  /** The master isn't what the snapshot said. */
  | { readonly code: 'failover-not-master'; readonly node: string; readonly role: string }
  | { readonly code: 'failover-master-silent'; readonly node: string; readonly text: string }
  | { readonly code: 'failover-no-sentinel'; readonly masterName: string }
  /** No replica with its link up and a lag of at most a second. */
  | {
      readonly code: 'failover-replica-lagging';
      readonly node: string;
      readonly lagSeconds: number;
      readonly behindBytes: number;
    }
  /** The Sentinels hold it for alive, but it doesn't answer us: they might choose it. */
  | { readonly code: 'failover-replica-silent'; readonly node: string; readonly text: string }
  /** Writes were paused, but the replicas didn't catch up in time; writes go on at the old master. */
  | {
      readonly code: 'failover-no-catch-up';
      readonly nodes: readonly { readonly node: string; readonly behindBytes: number }[];
      readonly ms: number;
    }
  /** The Sentinel said OK but nobody was promoted in time; writes go on at the old master. */
  | { readonly code: 'failover-no-switch'; readonly ms: number }
  /** Promoted, but not all see it so yet. */
  | {
      readonly code: 'failover-not-settled';
      readonly lacks: readonly { readonly node: string; readonly text: string }[];
    }
  /** The Sentinel refuses the order for another reason. */
  | { readonly code: 'failover-refused'; readonly masterName: string; readonly text: string }
  /** The server has no CLIENT PAUSE … WRITE (before 6.2). */
  | { readonly code: 'failover-pause-unsupported'; readonly text: string };

/** What is known before anything is done, for the confirmation. */
export interface FailoverCheck {
  readonly refusals: readonly FailoverFault[];
  /** The replica that Sentinel will choose, as far as its rules tell. */
  readonly candidate?: string;
  readonly replicas: readonly {
    readonly node: string;
    readonly link: 'up' | 'down';
    readonly lagSeconds: number;
    readonly behindBytes: number;
    readonly priority: number;
  }[];
  /** Sentinels that answer, of all. */
  readonly sentinels: { readonly answering: number; readonly of: number };
}

/**
 * What was measured for this sequence, for the label of the button. Set from `bench/failover.ts`; a planned failover only, never
 * a promise for kill, pause or partition.
 */
export const MEASURED = { runs: 20, lost: 0, acknowledged: 51_414, pauseMs: { least: 1136, most: 1736 } } as const;

/** The request for a topology in the tree, or what is missing for it. */
export function failoverRequestOf(topology: Topology): FailoverRequest | FailoverFault {
  const masterName = topology.masterName ?? topology.name;
  const seats = (role: string): readonly Seat[] =>
    topology.nodes
      .filter(node => node.role === role && node.staleMaster === undefined)
      .map(seatOf)
      .filter(seat => seat !== undefined);
  const [master] = seats('master');
  if (master === undefined) return { code: 'failover-master-silent', node: masterName, text: 'no reachable master' };
  const sentinels = seats('sentinel');
  return sentinels.length === 0
    ? { code: 'failover-no-sentinel', masterName }
    : { topologyId: topology.id, masterName, master, replicas: seats('replica'), sentinels };
}
