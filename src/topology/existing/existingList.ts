import type { Disposable } from '../../base/disposable';
import { Emitter } from '../../base/emitter';
import type { Address } from '../../model/address';
import { formatAddress, sameAddress } from '../../model/address';
import type { TopologyKind } from '../../model/instance';
import type { Added } from '../../model/servers';
import type { Snapshot } from '../../model/snapshot';
import type { Endpoint } from '../../redis/client';
import { sentinelSecret } from '../password';
import type { Records, Secrets } from '../ports';
import type { Reached } from './readOnly';

/** A topology that somebody else made and the user added by its address. Holds no secret. */
export interface ExistingEntry extends Added {
  readonly seeds: readonly Address[];
  /** The seeds are Sentinels. */
  readonly sentinels: boolean;
  readonly tls?: NonNullable<Endpoint['tls']>;
}

/** What the inventory needs of the list. */
export interface ExistingSource {
  readonly entries: readonly ExistingEntry[];
  onDidChange(listener: () => void): Disposable;
}

const KEY = 'existing:';
const KINDS: ReadonlySet<unknown> = new Set<TopologyKind>(['replication', 'sentinel', 'cluster']);

/** The topologies that were added by address: in the editor's records, their passwords in its secret store under the entry's id. */
export class ExistingList implements ExistingSource, Disposable {
  readonly #changed = new Emitter<void>();
  #entries: readonly ExistingEntry[];

  constructor(private readonly deps: { readonly records: Records; readonly secrets: Secrets; uuid(): string }) {
    this.#entries = deps.records
      .keys()
      .filter(key => key.startsWith(KEY))
      .flatMap(key => readEntry(key.slice(KEY.length), deps.records.get(key)) ?? []);
  }

  readonly onDidChange = (listener: () => void): Disposable => this.#changed.event(listener);

  get entries(): readonly ExistingEntry[] {
    return this.#entries;
  }

  /** The entry that has one of these seeds. */
  withSeed(seeds: readonly Address[]): ExistingEntry | undefined {
    const wanted = new Set(seeds.map(formatAddress));
    return this.#entries.find(entry => entry.seeds.some(seed => wanted.has(formatAddress(seed))));
  }

  /** What is special about the server at `address`, when it belongs to one of these topologies as `snapshot` shows them. */
  reached(address: Address, { topologies }: Pick<Snapshot, 'topologies'>): Reached | undefined {
    if (this.#entries.length === 0) return undefined;
    const id = topologies.find(
      ({ added, nodes }) =>
        added !== undefined &&
        nodes.some(({ reachable }) => reachable !== undefined && sameAddress(reachable, address)),
    )?.id;
    const entry = this.#entries.find(one =>
      id === undefined ? one.seeds.some(seed => sameAddress(seed, address)) : one.id === id,
    );
    return entry && { lookOnly: !entry.changes, ...(entry.tls === undefined ? {} : { tls: entry.tls }) };
  }

  /** The secrets go to their store first, so that the first look has them. */
  async add(
    entry: Omit<ExistingEntry, 'id' | 'changes'>,
    secrets: { readonly data?: string; readonly sentinel?: string },
  ): Promise<ExistingEntry> {
    const added: ExistingEntry = { ...entry, id: `${KEY}${this.deps.uuid()}`, changes: false };
    if (secrets.data !== undefined) await this.deps.secrets.set(added.id, secrets.data);
    if (secrets.sentinel !== undefined) await this.deps.secrets.set(sentinelSecret(added.id), secrets.sentinel);
    await this.#put(added);
    return added;
  }

  /**
   * Takes over containers that somebody else made: from now on they bear this name and stand together. Only this record is written; the
   * containers, their networks and files stay as they are.
   */
  async adopt(
    entry: Pick<ExistingEntry, 'name' | 'kind' | 'masterName'> & { readonly members: readonly string[] },
    secrets: { readonly data?: string; readonly sentinel?: string },
  ): Promise<ExistingEntry> {
    const added = await this.add({ ...entry, seeds: [], sentinels: false }, secrets);
    await this.change(added.id, { changes: true });
    return { ...added, changes: true };
  }

  async change(id: string, change: Partial<Pick<ExistingEntry, 'changes' | 'kind' | 'name'>>): Promise<void> {
    const entry = this.#entries.find(one => one.id === id);
    if (entry) await this.#put({ ...entry, ...change });
  }

  /** Forgets the entry and its passwords. The servers are not touched. */
  async remove(id: string): Promise<void> {
    this.#entries = this.#entries.filter(entry => entry.id !== id);
    this.#changed.fire();
    await this.deps.records.delete(id);
    await this.deps.secrets.delete(id);
    await this.deps.secrets.delete(sentinelSecret(id));
  }

  async #put(entry: ExistingEntry): Promise<void> {
    await this.deps.records.set(entry.id, entry);
    this.#entries = this.#entries.some(one => one.id === entry.id)
      ? this.#entries.map(one => (one.id === entry.id ? entry : one))
      : [...this.#entries, entry];
    this.#changed.fire();
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

/** The record as it was written, or `undefined` when it is none of ours. */
function readEntry(key: string, value: unknown): ExistingEntry | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, name, kind, changes, seeds, sentinels, members } = value as Partial<Record<keyof ExistingEntry, unknown>>;
  const membersFit =
    Array.isArray(members) && members.length > 0 && members.every(member => typeof member === 'string');
  const seedsFit =
    Array.isArray(seeds) &&
    (seeds.length > 0 || membersFit) &&
    seeds.every((seed: Partial<Address> | null) => typeof seed?.host === 'string' && Number.isInteger(seed.port));
  return id === `${KEY}${key}` &&
    typeof name === 'string' &&
    KINDS.has(kind) &&
    typeof changes === 'boolean' &&
    typeof sentinels === 'boolean' &&
    seedsFit
    ? (value as ExistingEntry)
    : undefined;
}
