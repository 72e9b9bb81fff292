import { textOf } from '../base/errors';
import type { EngineKind, Ownership, TopologyKind } from '../model/instance';
import type { VerbDeps } from './deps';

/**
 * The record of a creation, removal or addition of a node that is under way. It is written **before** each act ("intended") and after it ("done",
 * with what came of it), so that whoever finds it after a crash knows what may exist. Holds no secret.
 */
export interface JournalRecord {
  readonly schema: 1;
  readonly verb: 'create' | 'remove' | 'add';
  readonly topologyId: string;
  /** Stands in the labels of everything that this run makes. */
  readonly session: string;
  readonly name: string;
  readonly kind: TopologyKind;
  readonly engine: EngineKind;
  readonly owner: string;
  /** Process that writes it; while it lives and `touchedAt` is fresh, the run isn't unfinished but running. 0: given up. */
  readonly pid: number;
  readonly startedAt: number;
  readonly touchedAt: number;
  /** The plan, as the verb that can finish it understands it. */
  readonly plan: unknown;
  readonly entries: readonly JournalEntry[];
}

export interface JournalEntry {
  /** Unique in the journal: `place`, `node redis-1`, `link`. */
  readonly step: string;
  readonly state: 'intended' | 'done';
  readonly undo: Undo;
  /** What the act gave, as plain data: ids, addresses. */
  readonly data?: unknown;
}

/** How an act is taken back; each may be run again, and also when the act never happened. */
export type Undo =
  | { readonly act: 'nothing' }
  | { readonly act: 'forget-secret' }
  | { readonly act: 'remove-node'; readonly node: string }
  | { readonly act: 'remove-place' }
  /** Volumes or folders of one node that was added. */
  | { readonly act: 'remove-room'; readonly node: string }
  /** Every node of the cluster forgets it. */
  | { readonly act: 'forget-member'; readonly node: string };

const PREFIX = 'journal:';
/** Longer than any single act may take; an older journal belongs to nobody. */
export const STALE_MS = 120_000;

/** Writes one record, one write after the other. */
export class Journal {
  #record: JournalRecord;
  readonly #deps: Pick<VerbDeps, 'records' | 'now'>;
  #writing: Promise<void> = Promise.resolve();

  private constructor(deps: Pick<VerbDeps, 'records' | 'now'>, record: JournalRecord) {
    this.#deps = deps;
    this.#record = record;
  }

  /** Starts a journal; resolves when its first record is safe, before anything is made. */
  static async begin(
    deps: Pick<VerbDeps, 'records' | 'now' | 'owner'>,
    head: Pick<JournalRecord, 'verb' | 'topologyId' | 'session' | 'name' | 'kind' | 'engine' | 'plan'>,
  ): Promise<Journal> {
    const at = deps.now();
    const journal = new Journal(deps, {
      schema: 1,
      ...head,
      owner: deps.owner,
      pid: process.pid,
      startedAt: at,
      touchedAt: at,
      entries: [],
    });
    await journal.#write();
    return journal;
  }

  /** Takes over a journal that a dead process left. */
  static async adopt(deps: Pick<VerbDeps, 'records' | 'now'>, record: JournalRecord): Promise<Journal> {
    const journal = new Journal(deps, { ...record, pid: process.pid });
    await journal.#write();
    return journal;
  }

  get record(): JournalRecord {
    return this.#record;
  }

  entry(step: string): JournalEntry | undefined {
    return this.#record.entries.find(entry => entry.step === step);
  }

  /** Records the intent, then runs `work`, then records that it is done, with what it gave. */
  async act<T>(step: string, undo: Undo, work: () => Promise<T>): Promise<T> {
    await this.#put({ step, state: 'intended', undo });
    const data = await work();
    await this.#put(data === undefined ? { step, state: 'done', undo } : { step, state: 'done', undo, data });
    return data;
  }

  /** The work is whole: nothing is left to finish or to undo. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#deps.records.delete(keyOf(this.#record.topologyId));
  }

  /** Stops without having finished or undone: from now on the record counts as unfinished, also while this process lives. */
  async abandon(): Promise<void> {
    this.#record = { ...this.#record, pid: 0 };
    await this.#write();
  }

  async #put(entry: JournalEntry): Promise<void> {
    const others = this.#record.entries.filter(other => other.step !== entry.step);
    this.#record = { ...this.#record, entries: [...others, entry] };
    await this.#write();
  }

  #write(): Promise<void> {
    const write = async (): Promise<void> => {
      this.#record = { ...this.#record, touchedAt: this.#deps.now() };
      await this.#deps.records.set(keyOf(this.#record.topologyId), this.#record);
    };
    // A write that failed is told to the one who asked for it; the next must still be tried.
    const next = this.#writing.then(write, write);
    this.#writing = next;
    return next;
  }
}

export function keyOf(topologyId: string): string {
  return PREFIX + topologyId;
}

/** All journals in the records, oldest first. A record that is not one (an older or newer schema) is left alone. */
export function journalsOf(records: VerbDeps['records']): readonly JournalRecord[] {
  return records
    .keys()
    .filter(key => key.startsWith(PREFIX))
    .map(key => records.get(key))
    .filter(isJournal)
    .sort((a, b) => a.startedAt - b.startedAt);
}

/** Whether the run that wrote the journal is still going on, in this or another window of the editor. */
export function isRunning(record: JournalRecord, now: number, alive: (pid: number) => boolean = processLives): boolean {
  return record.pid > 0 && now - record.touchedAt < STALE_MS && alive(record.pid);
}

export function ownershipOf(record: JournalRecord): Omit<Ownership, 'node'> {
  return {
    topologyId: record.topologyId,
    topologyName: record.name,
    topologyKind: record.kind,
    owner: record.owner,
    session: record.session,
    schema: 1,
  };
}

/** What undoing left standing, beside the failure that made it necessary. */
export interface UndoFault {
  readonly code: 'undo-incomplete';
  readonly topologyId: string;
  readonly name: string;
  readonly text: string;
}

export function undoFaultOf(record: JournalRecord, error: unknown): UndoFault {
  return { code: 'undo-incomplete', topologyId: record.topologyId, name: record.name, text: textOf(error) };
}

function isJournal(value: unknown): value is JournalRecord {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as { schema?: unknown }).schema === 1 &&
    Array.isArray((value as { entries?: unknown }).entries)
  );
}

export function processLives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // it lives, but is someone else's
  }
}
