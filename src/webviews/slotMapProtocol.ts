/**
 * What the slot map's page and the extension say to each other. Both sides import this file; nothing else is shared. Data only:
 * names and addresses come from servers and are hostile text, the page shows them as text.
 */
export type HostMessage =
  /** Everything. */
  | { readonly type: 'state'; readonly state: MapState }
  /** Slots that have another owner now; all else is as it was. */
  | { readonly type: 'owners'; readonly runs: Runs }
  /** Answer to `ask-keys`; no `keys` when the owner doesn't tell. */
  | { readonly type: 'keys'; readonly slot: number; readonly keys?: number }
  /** A shard was chosen in the tree: light it up. */
  | { readonly type: 'select-shard'; readonly colour: number }
  /** Figures of the heat layer for the slots from `first` on, batch by batch. */
  | { readonly type: 'heat'; readonly first: number; readonly figures: readonly number[] };

export type PageMessage =
  /** The page is there and shows nothing yet. */
  | { readonly type: 'ready' }
  | { readonly type: 'ask-keys'; readonly slot: number }
  /** Show this node in the tree. `node` is an id of the snapshot. */
  | { readonly type: 'reveal'; readonly node: string }
  /** Move these slots: the host asks where to, shows the plan and asks again. */
  | { readonly type: 'move'; readonly first: number; readonly last: number }
  | { readonly type: 'heat'; readonly on: boolean };

/** Flat triples: first slot, last slot, owner; owner 0 is nobody, n the shard of colour n - 1. */
export type Runs = readonly number[];

export interface MapState {
  readonly title: string;
  readonly level: 'healthy' | 'degraded' | 'down' | 'unknown';
  /** What is wrong, in words, the worst first. */
  readonly reasons: readonly string[];
  readonly shards: readonly MapShard[];
  /** All slots, in order. */
  readonly owners: Runs;
  readonly disputes: readonly MapDispute[];
  readonly open: readonly MapOpenSlot[];
}

export interface MapShard {
  /** Stays with the shard over failovers and moves of slots. */
  readonly colour: number;
  readonly master: MapNode;
  readonly replicas: readonly MapNode[];
  readonly slots: number;
  readonly ranges: string;
  readonly keys?: number;
  readonly bytes?: number;
}

export interface MapNode {
  readonly name: string;
  /** Id in the snapshot, when the inventory knows it. */
  readonly node?: string;
  readonly state: 'ok' | 'handshake' | 'noaddr' | 'suspected' | 'failed';
}

/** Slots on which nodes differ. */
export interface MapDispute {
  /** Flat pairs: first and last slot. */
  readonly ranges: readonly number[];
  /** `owner` as in {@link Runs}; `by` are names of the nodes that say so. */
  readonly claims: readonly { readonly owner: number; readonly name: string; readonly by: readonly string[] }[];
}

export interface MapOpenSlot {
  readonly slot: number;
  readonly from?: string;
  readonly to?: string;
}

/** What the page is given with its HTML, before any message. */
export interface FirstSight {
  readonly words: Readonly<Record<string, string>>;
  readonly language: string;
  readonly state?: MapState;
}

/** A message of the page, or undefined for anything else: what comes out of a page is not trusted. */
export function readPageMessage(value: unknown): PageMessage | undefined {
  if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
  const message = value as Record<string, unknown>;
  switch (message['type']) {
    case 'ready': return { type: 'ready' };
    case 'ask-keys': return isSlot(message['slot']) ? { type: 'ask-keys', slot: message['slot'] } : undefined;
    case 'reveal': return typeof message['node'] === 'string' ? { type: 'reveal', node: message['node'] } : undefined;
    case 'move': {
      const { first, last } = message;
      return isSlot(first) && isSlot(last) && first <= last ? { type: 'move', first, last } : undefined;
    }
    case 'heat': return typeof message['on'] === 'boolean' ? { type: 'heat', on: message['on'] } : undefined;
    default: return undefined;
  }
}

function isSlot(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 16384;
}
