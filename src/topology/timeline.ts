import type { Disposable } from '../base/disposable';
import type { Event } from '../base/emitter';
import { Emitter } from '../base/emitter';
import type { Role } from '../model/snapshot';

/** One thing that happened. `at` is milliseconds since the epoch, on this machine's clock. */
export interface TimelineEntry {
  readonly at: number;
  /** Milliseconds since the first entry of the same incident: a quiet time longer than the gap starts a new one. */
  readonly sinceFirst: number;
  /** Counts incidents from 1, so that a reader sees where one begins. */
  readonly incident: number;
  readonly what: Happening;
}

/** Codes with data; the editor layer has the words. `node` is a node id, `name` what it was called at that moment. */
export type Happening =
  /** The engine said so: `die`, `start`, `pause`, `kill` … */
  | {
      readonly code: 'engine-event';
      readonly node: string;
      readonly name: string;
      readonly action: string;
      readonly exitCode?: number;
    }
  /** A Sentinel published it: channel `+switch-master`, message `mymaster 10.0.0.2 6379 10.0.0.3 6379`. */
  | {
      readonly code: 'sentinel-message';
      readonly node: string;
      readonly name: string;
      readonly channel: string;
      readonly message: string;
    }
  | {
      readonly code: 'role-changed';
      readonly node: string;
      readonly name: string;
      readonly from: Role;
      readonly to: Role;
    }
  | {
      readonly code: 'contact-changed';
      readonly node: string;
      readonly name: string;
      readonly from: string;
      readonly to: string;
      readonly reason?: string;
    }
  | { readonly code: 'link-changed'; readonly node: string; readonly name: string; readonly link: 'up' | 'down' }
  | { readonly code: 'stale-master'; readonly node: string; readonly name: string; readonly stale: boolean };

export interface TimelineOptions {
  /** How many entries are kept. */
  readonly limit?: number;
  /** Quiet milliseconds after which the next entry begins a new incident. */
  readonly gapMs?: number;
}

/** Ordered, bounded, observable record of what happened. Holds no domain state; the inventory writes, views read. */
export class Timeline implements Disposable {
  readonly #emitter = new Emitter<TimelineEntry>();
  readonly #limit: number;
  readonly #gapMs: number;
  #entries: TimelineEntry[] = [];

  constructor({ limit = 1000, gapMs = 30_000 }: TimelineOptions = {}) {
    this.#limit = limit;
    this.#gapMs = gapMs;
  }

  readonly onDidAdd: Event<TimelineEntry> = listener => this.#emitter.event(listener);

  /** Oldest first. */
  get entries(): readonly TimelineEntry[] {
    return this.#entries;
  }

  /** An entry that carries an earlier time than the last one (engine clocks, delivery) is put in its place by time. */
  add(at: number, what: Happening): TimelineEntry {
    const entries = this.#entries;
    let index = entries.length;
    while (index > 0 && (entries[index - 1] as TimelineEntry).at > at) index--;
    const before = entries[index - 1];
    const joins = before !== undefined && at - before.at <= this.#gapMs;
    const incident = before === undefined ? 1 : joins ? before.incident : before.incident + 1;
    const first = joins ? before.at - before.sinceFirst : at;
    const entry: TimelineEntry = { at, sinceFirst: at - first, incident, what };
    this.#entries = [...entries.slice(0, index), entry, ...entries.slice(index)].slice(-this.#limit);
    this.#emitter.fire(entry);
    return entry;
  }

  dispose(): void {
    this.#emitter.dispose();
  }
}
