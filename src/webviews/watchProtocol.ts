/** What the host tells the live page of a topology, and the page the host. The page draws text that it is given and knows nothing else. */
export type ToWatchPage =
  /** Once, before anything else: the words of the page by key. */
  | { readonly type: 'words'; readonly words: Readonly<Record<string, string>> }
  | { readonly type: 'show'; readonly sight: WatchSight }
  /** What happened, oldest first; `all` replaces what the page has. */
  | { readonly type: 'events'; readonly all: boolean; readonly events: readonly WatchEvent[] }
  /** What was asked of one server; none: closed. */
  | { readonly type: 'detail'; readonly detail?: WatchDetail };

export interface WatchSight {
  readonly title: string;
  readonly level: 'healthy' | 'degraded' | 'down' | 'unknown';
  readonly levelWord: string;
  /** Says why there is nothing to show. */
  readonly empty: string;
  readonly nodes: readonly WatchedNode[];
}

export interface WatchedNode {
  readonly id: string;
  readonly name: string;
  readonly role: 'master' | 'replica' | 'sentinel' | 'unknown';
  readonly roleWord: string;
  /** What is not as it should be, and since when it has its role. */
  readonly state: string;
  readonly since: string;
  /** Figures in words; empty where there is none. */
  readonly ops: string;
  readonly memory: string;
  readonly clients: string;
  readonly offset: string;
  readonly lag: string;
  readonly opsLine: Line;
  readonly lagLine?: Line;
  /** Whether it can be asked for its slow log and clients. */
  readonly asks: boolean;
}

/** A small line of the last two minutes; `null`: nothing known then. */
export interface Line {
  readonly points: readonly (number | null)[];
  /** What it shows, for those who do not see it. */
  readonly spoken: string;
}

export const eventKinds = ['role', 'sentinel', 'container', 'contact', 'link'] as const;
export type EventKind = (typeof eventKinds)[number];

export interface WatchEvent {
  readonly id: number;
  /** Counts from 1: where another begins, a line parts them. */
  readonly incident: number;
  readonly time: string;
  /** Since the incident began. */
  readonly since: string;
  readonly node: string;
  readonly nodeName: string;
  readonly kind: EventKind;
  readonly text: string;
}

export const detailKinds = ['slowlog', 'clients'] as const;
export type DetailKind = (typeof detailKinds)[number];

export interface WatchDetail {
  readonly node: string;
  readonly kind: DetailKind;
  readonly title: string;
  /** Said instead of a table: that it is being asked, refused, or empty. */
  readonly says?: string;
  readonly columns: readonly { readonly title: string; readonly number: boolean }[];
  readonly rows: readonly (readonly string[])[];
}

export type FromWatchPage =
  | { readonly type: 'ready' }
  | { readonly type: 'ask'; readonly node: string; readonly kind: DetailKind }
  | { readonly type: 'close' }
  | { readonly type: 'reveal'; readonly node: string }
  /** Write the events with these ids to a file, in this order. */
  | { readonly type: 'export'; readonly events: readonly number[] };

/** No more events than the timeline keeps. */
export const MOST_EVENTS = 1000;

/** A message of the page, or undefined for anything else: what comes out of a page is not trusted. */
export function readFromWatchPage(value: unknown): FromWatchPage | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, node, kind, events } = value as Record<string, unknown>;
  switch (type) {
    case 'ready':
    case 'close':
      return { type };
    case 'ask': {
      const known = detailKinds.find(one => one === kind);
      return typeof node === 'string' && known !== undefined ? { type, node, kind: known } : undefined;
    }
    case 'reveal':
      return typeof node === 'string' ? { type, node } : undefined;
    case 'export':
      return Array.isArray(events) &&
        events.length <= MOST_EVENTS &&
        events.every(id => typeof id === 'number' && Number.isInteger(id) && id >= 0)
        ? { type, events: events as number[] }
        : undefined;
    default:
      return undefined;
  }
}
