import type { SlotRange } from '../../model/report';
import type { Node, Topology } from '../../model/snapshot';
import type { Consequence } from '../consequences';
import { consequencesOf } from '../consequences';

/** What it costs to cut a master off from the others while its clients still reach it: writes do not fail there, they are thrown away later. */
export type SplitCost =
  /** The Sentinels promote another one in about `seconds`; both take writes from then on. */
  | { readonly code: 'overruled'; readonly seconds: number; readonly candidates: readonly string[] }
  /** A replica takes its slots over; it refuses writes itself once it notices that it is alone (cluster-node-timeout). */
  | {
      readonly code: 'slots-overruled';
      readonly slots: readonly SlotRange[];
      readonly candidates: readonly string[];
    }
  /** Nobody takes over: it goes on alone, and its replicas copy what they missed when it is back. */
  | { readonly code: 'alone' }
  /** Nothing special about the clients: as if it were gone. */
  | { readonly code: 'as-gone'; readonly loss: Consequence };

/** Computed from the topology as it is, as {@link consequencesOf} does. */
export function splitCostOf(topology: Topology, master: Node): SplitCost | undefined {
  const [loss] = consequencesOf(topology, master, 'stop');
  if (loss === undefined) return undefined;
  switch (loss.code) {
    case 'failover-expected':
      return { code: 'overruled', seconds: loss.seconds, candidates: loss.candidates };
    case 'takeover-expected':
      return { code: 'slots-overruled', slots: loss.slots, candidates: loss.candidates };
    case 'no-failover':
      return { code: 'alone' };
    default:
      return { code: 'as-gone', loss };
  }
}
