/**
 * What the slot map's page and the extension say to each other. Both sides import this file; nothing else is shared. Data only:
 * names and addresses come from servers and are hostile text, the page shows them as text.
 */
export type HostMessage =
  /** Everything. */
  | { readonly type: 'state'; readonly state: MapState }
  /** What changed; all else is as it was. */
  | ({
      readonly type: 'change';
      readonly runs: Runs;
      readonly shards: readonly MapShard[];
      /** Colours of shards that are no more. */ readonly gone: readonly number[];
    } & Partial<Head>)
  /** Answer to `ask-keys`; no `keys` when the owner doesn't tell. `there`: of an open slot, those that are at its taker already. */
  | { readonly type: 'keys'; readonly slot: number; readonly keys?: number; readonly there?: number }
  /** A shard was chosen in the tree: light it up. */
  | { readonly type: 'select-shard'; readonly colour: number }
  /** What can be asked for each slot. `more`: the servers know more, but it is not switched on. */
  | { readonly type: 'heat-kinds'; readonly kinds: readonly HeatKind[]; readonly more: boolean }
  /** Figures of the heat layer for the slots from `first` on, batch by batch. */
  | { readonly type: 'heat'; readonly kind: HeatKind; readonly first: number; readonly figures: readonly number[] }
  /** Slots that are to move, or are moving; without one the plan is over. */
  | { readonly type: 'plan'; readonly plan?: MapPlan }
  /** `gone` have arrived. */
  | {
      readonly type: 'plan-progress';
      readonly id: number;
      readonly done: number;
      readonly total: number;
      readonly gone: Runs;
      readonly text: string;
    };

export type PageMessage =
  /** The page is there and shows nothing yet. */
  | { readonly type: 'ready' }
  | { readonly type: 'ask-keys'; readonly slot: number }
  /** Show this node in the tree. `node` is an id of the snapshot. */
  | { readonly type: 'reveal'; readonly node: string }
  /** Move these slots: the host asks where to, and shows the plan. */
  | { readonly type: 'move'; readonly first: number; readonly last: number }
  /** A button of the plan, by the plan's own id and that of the act. */
  | { readonly type: 'plan-act'; readonly id: number; readonly act: string }
  /** Repair what is open, disputed or without an owner. */
  | { readonly type: 'fix' }
  /** Without a kind: off. */
  | { readonly type: 'heat'; readonly kind?: HeatKind };

/** What the heat layer can show: keys, and with `CLUSTER SLOT-STATS` what else the server counts for each slot. */
export const heatKinds = ['keys', 'cpu', 'in', 'out', 'memory'] as const;
export type HeatKind = (typeof heatKinds)[number];

/** A plan of moves, drawn and listed before it is confirmed, and while it runs. */
export interface MapPlan {
  readonly id: number;
  readonly title: string;
  /** What it means, a line each. */
  readonly detail: readonly string[];
  readonly moves: readonly MapMove[];
  readonly running: boolean;
  /** The first is what Enter does. */
  readonly acts: readonly { readonly id: string; readonly label: string }[];
}

export interface MapMove {
  /** As in {@link Runs}; 0 when nobody has them. */
  readonly from: number;
  readonly to: number;
  /** Empty when nobody has them. */
  readonly fromName: string;
  readonly toName: string;
  /** Flat pairs: first and last slot. */
  readonly ranges: readonly number[];
  readonly slots: number;
  /** Counted before it began. */
  readonly keys?: number;
}

/** Flat triples: first slot, last slot, owner; owner 0 is nobody, n the shard of colour n - 1. */
export type Runs = readonly number[];

/** All but slots and shards. */
export interface Head {
  readonly title: string;
  readonly level: 'healthy' | 'degraded' | 'down' | 'unknown';
  /** What is wrong, in words, the worst first. */
  readonly reasons: readonly string[];
  readonly disputes: readonly MapDispute[];
  readonly open: readonly MapOpenSlot[];
}

export interface MapState extends Head {
  readonly shards: readonly MapShard[];
  /** All slots, in order. */
  readonly owners: Runs;
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
    case 'ready':
      return { type: 'ready' };
    case 'ask-keys':
      return isSlot(message['slot']) ? { type: 'ask-keys', slot: message['slot'] } : undefined;
    case 'reveal':
      return typeof message['node'] === 'string' ? { type: 'reveal', node: message['node'] } : undefined;
    case 'move': {
      const { first, last } = message;
      return isSlot(first) && isSlot(last) && first <= last ? { type: 'move', first, last } : undefined;
    }
    case 'plan-act': {
      const { id, act } = message;
      return typeof id === 'number' && typeof act === 'string' ? { type: 'plan-act', id, act } : undefined;
    }
    case 'fix':
      return { type: 'fix' };
    case 'heat': {
      const kind = heatKinds.find(one => one === message['kind']);
      return kind !== undefined ? { type: 'heat', kind } : message['kind'] === undefined ? { type: 'heat' } : undefined;
    }
    default:
      return undefined;
  }
}

function isSlot(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 16384;
}
