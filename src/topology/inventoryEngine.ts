import { setMaxListeners } from 'node:events';
import { isCancellation, isDeadline } from '../base/abort';
import type { Disposable } from '../base/disposable';
import { HumanError } from '../base/errors';
import type { Engine, EngineSignal } from '../engine/engine';
import type { Instance } from '../model/instance';
import { share, shareById } from '../model/share';
import type { EngineStatus } from '../model/snapshot';

/** What the inventory needs of an engine. */
export type WatchedEngine = Pick<Engine, 'kind' | 'describe' | 'list' | 'watch'>;

export interface EngineWatchDeps {
  readonly onChange: () => void;
  readonly onSignal: (signal: EngineSignal) => void;
  /** Told of what is no answer of an engine but a mistake of ours. */
  readonly onFailure: (error: unknown) => void;
}

/** Follows one engine: its events only wake, its list tells. One list at a time; a signal during it makes it list once more. */
export class EngineWatch implements Disposable {
  readonly #engine: WatchedEngine;
  readonly #deps: EngineWatchDeps;
  readonly #ending = new AbortController();
  readonly #stream: Disposable;
  #status: EngineStatus;
  #instances: readonly Instance[] = [];
  #described = false;
  #listing: Promise<void> | undefined;
  #again = false;
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

  #onSignal(signal: EngineSignal): void {
    if (this.#ending.signal.aborted) return;
    if (signal.type === 'lost') {
      this.#described = false;
      this.#setStatus({ kind: this.#engine.kind, state: 'unavailable', fault: signal.fault });
    } else {
      if (signal.type === 'connected') this.#described = false;
      this.list().catch(this.#deps.onFailure);
    }
    this.#deps.onSignal(signal);
  }

  /** Lists now; never throws: an engine that does not answer is a status. */
  list(): Promise<void> {
    if (this.#ending.signal.aborted) return Promise.resolve();
    if (this.#listing !== undefined) {
      this.#again = true;
      return this.#listing;
    }
    const listing = (async () => {
      do {
        this.#again = false;
        await this.#once();
      } while (this.#again && !this.#ending.signal.aborted);
    })().finally(() => {
      this.#listing = undefined;
    });
    this.#listing = listing;
    return listing;
  }

  async #once(): Promise<void> {
    const { signal } = this.#ending;
    try {
      // What runs is shown as soon as it is known: what the engine says of itself can take longer (a program is asked for its version).
      const describing = this.#described ? undefined : this.#engine.describe(signal);
      describing?.catch(() => undefined); // told below, unless the list fails first, for the same reason
      const instances = await this.#engine.list(signal);
      if (signal.aborted) return;
      const shared = shareById(this.#instances, this.#withLastPlaces(instances));
      const changed = shared !== this.#instances;
      this.#instances = shared;
      if (changed) this.#deps.onChange();
      const description = await describing;
      if (signal.aborted) return;
      this.#described = true;
      if (description !== undefined)
        this.#setStatus({
          kind: this.#engine.kind,
          state: 'answering',
          title: description.title,
          version: description.version,
        });
    } catch (error) {
      if (signal.aborted || isCancellation(error)) return;
      if (!(error instanceof HumanError)) throw error;
      if (isDeadline(error) && this.#status.state === 'answering') return; // slow for once; the poll lists again
      this.#described = false;
      this.#setStatus({ kind: this.#engine.kind, state: 'unavailable', fault: error.fault });
    }
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
