import { setMaxListeners } from 'node:events';
import { delay, isCancellation, isDeadline } from '../base/abort';
import type { Disposable } from '../base/disposable';
import { HumanError } from '../base/errors';
import type { Engine, EngineSignal, Watching } from '../engine/engine';
import type { Instance } from '../model/instance';
import { share, shareById } from '../model/share';
import type { EngineStatus } from '../model/snapshot';

/** What the inventory needs of an engine. */
export type WatchedEngine = Pick<Engine, 'kind' | 'describe' | 'list' | 'glance' | 'watch'>;

export interface EngineWatchDeps {
  readonly onChange: () => void;
  readonly onSignal: (signal: EngineSignal) => void;
  /** Told of what is no answer of an engine but a mistake of ours. */
  readonly onFailure: (error: unknown) => void;
  /** Settles when all engines have listed and the servers that were listed have been asked: only then the engine is asked about itself. */
  readonly onAsked: () => Promise<unknown>;
}

/** The longest that a server which does not answer holds up what the engine says of itself. */
const PATIENCE_MS = 250;

/**
 * Follows one engine: its events only wake, its list tells. One list at a time; a signal during it makes it list once more, which nobody waits for
 * who asked before: on a machine where others make and remove containers without pause there is always one more.
 */
export class EngineWatch implements Disposable {
  readonly #engine: WatchedEngine;
  readonly #deps: EngineWatchDeps;
  readonly #ending = new AbortController();
  readonly #stream: Watching;
  #status: EngineStatus;
  #instances: readonly Instance[] = [];
  #described = false;
  #describing: Promise<void> | undefined;
  #listing: Promise<void> | undefined;
  /** The first glance, or the first list of an engine that has none. */
  #first: Promise<void> | undefined;
  /** A whole list was asked for: what happened before, it tells. */
  #listed = false;
  /** The list that comes after the one that is under way; all who ask meanwhile wait for it. */
  #next: Promise<void> | undefined;
  /** The engine has been asked for the list that is under way: what happens from now on, it may not tell. */
  #asking = false;
  /** Somebody asked while there was only a glance. */
  #again = false;
  /** The list that is under way was asked for in this very turn: it is as new as one asked for now. */
  #justBegun = false;
  /** Networks and ports of an instance while it ran: a stopped container has none, but its peers still speak of it by them. */
  readonly #lastPlaces = new Map<string, Pick<Instance, 'networks' | 'ports'>>();

  constructor(engine: WatchedEngine, deps: EngineWatchDeps) {
    this.#engine = engine;
    this.#deps = deps;
    setMaxListeners(0, this.#ending.signal); // a list asks for many instances at a time, each call listens
    this.#status = { kind: engine.kind, state: 'connecting' };
    this.#stream = engine.watch(signal => this.#onSignal(signal));
  }

  get status(): EngineStatus {
    return this.#status;
  }

  get instances(): readonly Instance[] {
    return this.#instances;
  }

  /** Settles when it is known for the first time what there is. */
  get listed(): Promise<void> {
    return this.#first ?? Promise.resolve();
  }

  /** Settles when it is known what the engine says of itself, if it was about to be asked. */
  get described(): Promise<void> {
    return this.#describing ?? Promise.resolve();
  }

  /** While nobody looks, an engine need not look for changes by itself. */
  rest(resting: boolean): void {
    this.#stream.rest?.(resting);
  }

  /** A server of the engine fell silent. Where no event would tell that it ended, the list does. */
  doubt(): void {
    if (this.#stream.rest !== undefined) this.list().catch(this.#deps.onFailure);
  }

  #onSignal(signal: EngineSignal): void {
    if (this.#ending.signal.aborted) return;
    if (signal.type === 'lost') {
      this.#described = false;
      this.#setStatus({ kind: this.#engine.kind, state: 'unavailable', fault: signal.fault });
    } else {
      if (signal.type === 'connected') this.#described = false;
      if (signal.type === 'connected' && this.#status.state === 'connecting' && this.#listing !== undefined)
        this.#listLater(this.#listing);
      else this.list(signal.type !== 'connected').catch(this.#deps.onFailure);
    }
    this.#deps.onSignal(signal);
  }

  /**
   * Events are heard since now; what happened between the first list and now is found by another one. Such is rare: the first tree does not wait for it.
   */
  #listLater(first: Promise<void>): void {
    if (this.#justBegun || !this.#listed) return;
    first
      .then(() => this.#afterAsking())
      .then(() => this.list())
      .catch((error: unknown) => {
        if (!isCancellation(error)) this.#deps.onFailure(error);
      });
  }

  #afterAsking(): Promise<unknown> {
    return Promise.race([this.#deps.onAsked(), delay(PATIENCE_MS, this.#ending.signal)]);
  }

  /**
   * Lists now; never throws: an engine that does not answer is a status.
   * @param heard something happened: what was asked for a moment ago, though in the same turn, may not tell of it
   */
  list(heard = false): Promise<void> {
    if (this.#ending.signal.aborted) return Promise.resolve();
    if (this.#listing === undefined) return this.#begin();
    const isNews = heard || !this.#justBegun;
    if (!this.#asking) this.#again ||= isNews; // the list is still to come
    if (!this.#asking || !isNews) return this.#listing;
    const next = (): Promise<void> => {
      this.#next = undefined;
      return this.#listing ?? this.list();
    };
    return (this.#next ??= this.#listing.then(next, next));
  }

  #begin(): Promise<void> {
    this.#justBegun = true;
    queueMicrotask(() => {
      this.#justBegun = false;
    });
    const listing = (async () => {
      try {
        do {
          this.#again = false;
          await this.#once();
        } while (this.#again && !this.#ending.signal.aborted);
      } finally {
        // In the same turn as the last look at #again: what is asked for between the two would be lost.
        this.#listing = undefined;
        this.#asking = false;
      }
    })();
    this.#listing = listing;
    this.#first ??= listing;
    return listing;
  }

  /** The first time, a glance shows what there is, and the servers are asked; the whole list comes after their answers. */
  async #once(): Promise<void> {
    const { signal } = this.#ending;
    try {
      if (this.#first === undefined && this.#engine.glance !== undefined) {
        const glance = this.#engine.glance(signal).then(instances => this.#take(instances));
        this.#first = glance.catch(() => undefined); // told below
        await glance;
        await this.#afterAsking();
      }
      this.#listed = true;
      this.#again = false;
      this.#asking = true;
      this.#take(await this.#engine.list(signal));
      if (signal.aborted) return;
      if (!this.#described)
        this.#describing ??= this.#describe()
          .catch(this.#deps.onFailure)
          .finally(() => {
            this.#describing = undefined;
          });
    } catch (error) {
      this.#onFault(error);
    }
  }

  #take(instances: readonly Instance[]): void {
    if (this.#ending.signal.aborted) return;
    const shared = shareById(this.#instances, this.#withLastPlaces(instances));
    if (shared === this.#instances) return;
    this.#instances = shared;
    this.#deps.onChange();
  }

  /** Asked last: it is shown beside the tree only, and can take longer than all of that (a program is asked for its version). */
  async #describe(): Promise<void> {
    const { signal } = this.#ending;
    try {
      await this.#afterAsking();
      const description = await this.#engine.describe(signal);
      if (signal.aborted) return;
      this.#described = true;
      this.#setStatus({
        kind: this.#engine.kind,
        state: 'answering',
        title: description.title,
        version: description.version,
        ...(description.context === undefined ? {} : { context: description.context }),
      });
    } catch (error) {
      this.#onFault(error);
    }
  }

  #onFault(error: unknown): void {
    if (this.#ending.signal.aborted || isCancellation(error)) return;
    if (!(error instanceof HumanError)) throw error;
    if (isDeadline(error) && this.#status.state === 'answering') return; // slow for once; the poll lists again
    this.#described = false;
    this.#setStatus({ kind: this.#engine.kind, state: 'unavailable', fault: error.fault });
  }

  #withLastPlaces(instances: readonly Instance[]): readonly Instance[] {
    const taken = new Set<string>();
    for (const { state, networks } of instances)
      if (state === 'running' || state === 'paused')
        for (const { address } of networks) if (address !== undefined) taken.add(address);
    const ids = new Set(instances.map(instance => instance.id));
    for (const id of this.#lastPlaces.keys()) if (!ids.has(id)) this.#lastPlaces.delete(id);
    return instances.map(instance => {
      if (instance.state === 'running' || instance.state === 'paused') {
        const here = new Set(instance.networks.map(({ id }) => id));
        const lost = (this.#lastPlaces.get(instance.id)?.networks ?? []).filter(
          ({ id, address = '' }) => !here.has(id) && address !== '' && !taken.has(address),
        );
        this.#lastPlaces.set(instance.id, { networks: [...instance.networks, ...lost], ports: instance.ports });
        return lost.length === 0 ? instance : { ...instance, formerAddresses: lost.map(({ address = '' }) => address) };
      }
      const last = this.#lastPlaces.get(instance.id);
      if (last === undefined) return instance;
      const networks = instance.networks.map(network => {
        const address =
          network.address !== undefined && network.address !== ''
            ? network.address
            : last.networks.find(old => old.id === network.id)?.address;
        return address === undefined || taken.has(address) ? network : { ...network, address };
      });
      return { ...instance, networks, ports: instance.ports.length === 0 ? last.ports : instance.ports };
    });
  }

  #setStatus(status: EngineStatus): void {
    const shared = share(this.#status, status);
    if (shared === this.#status) return;
    this.#status = shared;
    this.#deps.onChange();
  }

  dispose(): void {
    this.#ending.abort();
    this.#stream.dispose();
  }
}
