import type { Event } from '../base/emitter';
import type { Disposable } from '../base/disposable';
import type { Snapshot, SnapshotChange } from '../model/snapshot';
import type { RedisConnection } from '../redis/client';
import type { TimelineEntry } from './timeline';

/**
 * The one owner of current state, as views and verbs see it (`Inventory` implements it). Ask for the least: `Pick<InventoryPort, …>`.
 * Nothing is looked at before the first of `setVisible(true)`, `hold()` or `refresh()`.
 */
export interface InventoryPort {
  /** The latest; an empty one before the first look. */
  readonly snapshot: Snapshot;
  /** Fires when something that is shown changed; figures alone (memory, offsets, uptime) are in `snapshot` without an event. */
  readonly onDidChange: Event<SnapshotChange>;
  /** What happened, in order; bounded. */
  readonly timeline: { readonly entries: readonly TimelineEntry[]; readonly onDidAdd: Event<TimelineEntry> };
  /** Whether anything is polled now: somebody looks, or a verb runs. */
  readonly attended: boolean;
  /** While visible, a slow poll catches what no signal tells. Hidden: signals only (closed sockets, engine events, sentinel messages). */
  setVisible(visible: boolean): void;
  /** Polls as if visible until disposed: at the fast pace while a verb runs, or at least every `paceMs`. */
  hold(paceMs?: number): Disposable;
  /** Lists and probes everything at once, regardless of back-off; resolves with the snapshot that came of it. */
  refresh(signal?: AbortSignal): Promise<Snapshot>;
  /**
   * A new connection to the node, authenticated, the caller's to dispose. Throws a HumanError: `redis-silent` with the reason,
   * `node-gone` when no such node is known.
   */
  connectionTo(nodeId: string, signal?: AbortSignal): Promise<RedisConnection>;
}

/** Thrown where a node id means nothing (any more). */
export interface NodeGoneFault {
  readonly code: 'node-gone';
  readonly node: string;
}
