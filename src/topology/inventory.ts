import type { Disposable } from '../base/disposable';
import { toDisposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { HumanError } from '../base/errors';
import type { EngineSignal } from '../engine/engine';
import { assemble } from '../model/assemble';
import type { Address } from '../model/address';
import { formatAddress } from '../model/address';
import { diff, nodesOf } from '../model/diff';
import { startsSentinel } from '../model/programs';
import { readHello } from '../model/sentinelReplies';
import { Directory, isAnswering, mergeSameProcess, reportOf } from '../model/servers';
import type { Node, Snapshot, SnapshotChange } from '../model/snapshot';
import { emptySnapshot } from '../model/snapshot';
import { AddressBook } from '../redis/addressBook';
import type { RedisConnection, RedisConnector } from '../redis/client';
import type { ExistingSource } from './existing/existingList';
import { discover, seedsOf, targetsOf } from './inventoryDiscovery';
import type { WatchedEngine } from './inventoryEngine';
import { EngineWatch } from './inventoryEngine';
import { happenings } from './inventoryHappenings';
import type { NodeTiming } from './inventoryNode';
import { defaultNodeTiming, NodeWatch } from './inventoryNode';
import type { PaceTiming } from './inventoryPace';
import { Pace } from './inventoryPace';
import type { InventoryPort, NodeGoneFault } from './inventoryPort';
import type { NodeTarget } from './inventoryTarget';
import type { Secrets } from './ports';
import { Timeline } from './timeline';
import { secretOf } from './password';

export interface InventoryDeps {
  readonly engines: readonly WatchedEngine[];
  readonly connector: RedisConnector;
  readonly secrets: Pick<Secrets, 'get'>;
  /** Topologies that the user added by address. */
  readonly existing?: ExistingSource;
  readonly timing?: Partial<InventoryTiming>;
  /** Told of what nobody expected, for the log; by default it surfaces as an uncaught error. */
  readonly onFailure?: (error: unknown) => void;
}

/** Milliseconds. */
export interface InventoryTiming extends NodeTiming, PaceTiming {
  /** A Sentinel greets every 2 s; one that was not heard for so long, and does not answer either, is not there any more. */
  readonly greeting: number;
  /** The first answers of all servers are shown together, or when they take longer than this: drawing each as it comes would make all of them late. */
  readonly opening: number;
}

const defaultTiming: InventoryTiming = {
  ...defaultNodeTiming,
  slow: 2000,
  fast: 100,
  settle: 3000,
  patience: 120_000,
  greeting: 15_000,
  opening: 30,
};

/** By then an engine of this machine was asked, and has its time to answer. */
const PREPARE_MS = 5;
/** See {@link InventoryPort}. Engines' events, closed sockets and Sentinels' messages only say *look again*; what is shown comes from asking. */
export class Inventory implements InventoryPort, Disposable {
  readonly timeline = new Timeline();
  readonly #deps: InventoryDeps;
  readonly #timing: InventoryTiming;
  readonly #changed = new Emitter<SnapshotChange>();
  readonly #book = new AddressBook();
  readonly #watches = new Map<string, NodeWatch>();
  readonly #lastLooks = new Map<string, number>();
  /** Addresses of Sentinels that published on a server's hello channel, and when. */
  readonly #hellos = new Map<string, { readonly address: Address; readonly by: string; at: number }>();
  #engines: readonly EngineWatch[] = [];
  #existing: Disposable | undefined;
  #snapshot: Snapshot = emptySnapshot;
  #nodes: ReadonlyMap<string, Node> = new Map();
  #visible = false;
  readonly #pace: Pace;
  #preparing: NodeJS.Timeout | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** What the timer waits for, in milliseconds since the epoch. */
  #due = Infinity;
  #rebuilding: Disposable | undefined;
  /** Time of `performance` before which the next snapshot is not made, unless somebody waits for it. */
  #restUntil = 0;
  /** The first answers of the servers that were listed first are still coming. */
  #opening = true;
  #disposed = false;

  constructor(deps: InventoryDeps) {
    this.#deps = deps;
    this.#timing = { ...defaultTiming, ...deps.timing };
    this.#pace = new Pace(this.#timing);
  }

  readonly onDidChange = (listener: (change: SnapshotChange) => void): Disposable => this.#changed.event(listener);

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  setVisible(visible: boolean): void {
    if (this.#visible === visible) return;
    this.#visible = visible;
    this.#attend();
    if (visible) this.#run(this.#sweep());
    else this.#schedule();
  }

  hold(paceMs = this.#timing.fast): Disposable {
    const held = this.#pace.hold(paceMs, () => {
      this.#attend();
      this.#schedule();
    });
    this.#attend();
    this.#run(this.#sweep());
    return held;
  }

  get attended(): boolean {
    return !this.#nobodyLooks;
  }

  get #nobodyLooks(): boolean {
    return !this.#visible && !this.#pace.isHeld;
  }

  #attend(): void {
    for (const engine of this.#engines) engine.rest(this.#nobodyLooks);
  }

  async refresh(signal?: AbortSignal): Promise<Snapshot> {
    signal?.throwIfAborted();
    this.#start();
    for (const watch of this.#watches.values()) watch.retryNow();
    await this.#sweep();
    // what the first round spoke of is looked at in a second
    await Promise.all(
      [...this.#watches.values()]
        .filter(watch => watch.contact.state === 'unknown')
        .map(watch => this.#look(watch, true)),
    );
    signal?.throwIfAborted();
    this.#rebuild();
    return this.#snapshot;
  }

  async connectionTo(nodeId: string, signal?: AbortSignal): Promise<RedisConnection> {
    const watch = this.#watches.get(nodeId);
    if (watch === undefined) throw new HumanError<NodeGoneFault>({ code: 'node-gone', node: nodeId });
    return watch.open(signal);
  }

  #start(): void {
    if (this.#engines.length > 0 || this.#disposed) return;
    this.#existing = this.#deps.existing?.onDidChange(() => {
      this.#reconcile();
      this.#dirty();
    });
    this.#engines = this.#deps.engines.map(
      engine =>
        new EngineWatch(engine, {
          onChange: () => {
            this.#reconcile();
            this.#rebuild(); // at once: rows are shown before the first connection loads what it needs
          },
          onSignal: signal => this.#onEngine(signal),
          onFailure: this.#onFailure,
          onAsked: async () => {
            await Promise.all(this.#engines.map(({ listed }) => listed));
            await Promise.allSettled([...this.#watches.values()].map(watch => watch.asking));
          },
        }),
    );
    this.#attend();
    // while the engines are being asked, and not before they are: what speaks to servers takes its time to load
    this.#preparing = setTimeout(() => this.#deps.connector.prepare?.(), PREPARE_MS);
  }

  /** Lists and looks at everything once; the pace of the next looks follows from what came. */
  async #sweep(): Promise<void> {
    const began = performance.now();
    this.#start();
    await Promise.all(this.#engines.map(engine => engine.list()));
    this.#reconcile();
    // what was new in a list is being asked since then
    await Promise.all([...this.#watches.values()].map(watch => this.#look(watch, true, began)));
    await Promise.all(this.#engines.map(engine => engine.described));
    this.#rebuild();
    this.#schedule();
  }

  /** Makes the watches follow the engines' lists and what the servers speak of. */
  #reconcile(): void {
    if (this.#disposed) return;
    const instances = this.#engines.flatMap(engine => engine.instances);
    const now = Date.now();
    const states = [...this.#watches.values()].map(watch => watch.state);
    for (const [key, hello] of this.#hellos) {
      if (!this.#watches.has(hello.by)) this.#hellos.delete(key);
      else if (now - hello.at > this.#timing.greeting) {
        // where it greeted may be gone while it lives: the master is down, which is when it matters most
        const holder = new Directory(states).find(hello.address);
        if (holder !== undefined && isAnswering(holder)) hello.at = now;
        else this.#hellos.delete(key);
      }
    }
    const heard = [...this.#hellos.values()].map(({ address, by }) => ({ ...address, by }));
    const entries = this.#deps.existing?.entries ?? [];
    const seeds = new Map(seedsOf(entries).map(seed => [seed.id, seed]));
    const wanted = new Map<string, NodeTarget>(
      [...targetsOf(instances, entries), ...seeds.values(), ...discover(states, instances, heard, seeds)].map(
        target => [target.id, target],
      ),
    );
    for (const [id, watch] of this.#watches) {
      if (wanted.has(id)) continue;
      this.#watches.delete(id);
      this.#lastLooks.delete(id);
      watch.dispose();
      this.#dirty();
    }
    for (const [id, target] of wanted) {
      const watch = this.#watches.get(id);
      if (watch === undefined) {
        const fresh = new NodeWatch(
          target,
          {
            connector: this.#deps.connector,
            book: this.#book,
            password: one => this.#passwordOf(one),
            onChange: one => this.#onContact(one),
            onHeard: (one, channel, message) => this.#onHeard(one, channel, message),
            channels: one => this.#channelsOf(one),
            onFailure: this.#onFailure,
          },
          this.#timing,
        );
        this.#watches.set(id, fresh);
        this.#dirty();
        this.#run(this.#look(fresh, true));
      } else if (
        watch.target.instance !== target.instance ||
        watch.target.added !== target.added ||
        watch.target.instead?.identity !== target.instead?.identity
      ) {
        // it began when? The whole list tells what the glance before it left open, and that is no news of the server
        const known = watch.contact.state === 'answering' && watch.target.instance?.startedAt === undefined;
        watch.update(target);
        this.#dirty();
        if (!known || watch.contact.state !== 'answering') this.#run(this.#look(watch, true));
      }
    }
  }

  #onContact({ contact, target: { instance } }: NodeWatch): void {
    if (contact.state === 'silent' && instance !== undefined)
      for (const engine of this.#engines) if (engine.status.kind === instance.engine) engine.doubt();
    this.#dirty();
  }

  async #look(watch: NodeWatch, force = false, since?: number): Promise<void> {
    await watch.look(force, since);
    if (this.#watches.get(watch.target.id) !== watch) return;
    this.#lastLooks.set(watch.target.id, Date.now());
    this.#scheduleFor(watch);
  }

  async #passwordOf({ target: { id, instance, existing, added } }: NodeWatch): Promise<string | undefined> {
    const own = instance?.ownership?.topologyId;
    if (own !== undefined) return this.#deps.secrets.get(own);
    const topologyId = existing?.entry.id ?? added?.id ?? this.#nodes.get(id)?.topologyId;
    return secretOf(this.#deps.secrets, topologyId, {
      secretKey: id,
      sentinel:
        existing?.sentinel === true ||
        this.#nodes.get(id)?.role === 'sentinel' ||
        (instance !== undefined && startsSentinel(instance)),
    });
  }

  /** Every message of a Sentinel; on servers that are not ours also the Sentinels' greetings, which tell where hidden Sentinels are. */
  #channelsOf(watch: NodeWatch): readonly string[] {
    const report = reportOf(watch.contact);
    if (report?.mode === 'sentinel') return ['*'];
    const foreign =
      watch.target.instance === undefined
        ? watch.target.existing !== undefined
        : watch.target.instance.ownership === undefined;
    // they greet on replicas as well: heard there while there is no master to hear them on
    const { role, master } = report?.replication ?? {};
    return foreign && report?.mode === 'standalone' && (role === 'master' || master?.link === 'down')
      ? ['__sentinel__:hello']
      : [];
  }

  #onHeard(watch: NodeWatch, channel: string, message: string): void {
    if (this.#disposed) return;
    if (channel === '__sentinel__:hello') return this.#onHello(message, watch.target.id);
    const node = this.#nodes.get(watch.target.id);
    this.timeline.add(Date.now(), {
      code: 'sentinel-message',
      node: watch.target.id,
      name: node?.name ?? watch.target.id,
      channel,
      message,
    });
    this.#wakeTopology(node);
    this.#run(this.#look(watch, true));
  }

  #onHello(message: string, by: string): void {
    const hello = readHello(message);
    if (hello === undefined) return;
    const key = formatAddress(hello.sentinel);
    const known = this.#hellos.get(key);
    if (known !== undefined) {
      known.at = Date.now();
      return;
    }
    this.#hellos.set(key, { address: hello.sentinel, by, at: Date.now() });
    this.#reconcile();
  }

  #onEngine(signal: EngineSignal): void {
    if (signal.type !== 'instance') return;
    if (signal.action === 'die') this.#watches.get(signal.id)?.died();
    const node = this.#nodes.get(signal.id);
    if (node !== undefined) {
      this.timeline.add(signal.at, {
        code: 'engine-event',
        node: node.id,
        name: node.name,
        action: signal.action,
        ...(signal.exitCode === undefined ? {} : { exitCode: signal.exitCode }),
      });
      this.#wakeTopology(node);
    }
    this.#watches.get(signal.id)?.retryNow();
  }

  /** Something happened to one node: its whole topology is looked at, now and at the fast pace for a while. */
  #wakeTopology(node: Node | undefined): void {
    const topology = this.#snapshot.topologies.find(one => one.id === node?.topologyId);
    if (topology === undefined) return;
    this.#pace.unsettle(topology.id, Date.now());
    for (const { id } of topology.nodes) {
      const watch = this.#watches.get(id);
      if (watch !== undefined) this.#run(this.#look(watch, true));
    }
    this.#schedule();
  }

  /**
   * Rebuilds after the current turn, so that replies which arrive together make one snapshot; while they pour in, making and drawing takes a third of
   * the time at most. Of the very first answers, all that come at once are drawn at once.
   */
  #dirty(): void {
    if (this.#disposed) return;
    const opening = this.#opening && [...this.#watches.values()].some(({ isNew }) => isNew);
    if (this.#opening && !opening && this.#watches.size > 0) {
      this.#opening = false;
      this.#rebuilding?.dispose(); // the last of them is here: nothing is waited for any more
      this.#rebuilding = undefined;
    }
    if (this.#rebuilding !== undefined) return;
    const rest = Math.max(this.#restUntil - performance.now(), opening ? this.#timing.opening : 0);
    if (rest <= 0) {
      const turn = setImmediate(() => this.#rebuild());
      this.#rebuilding = toDisposable(() => clearImmediate(turn));
    } else {
      const timer = setTimeout(() => this.#rebuild(), rest);
      this.#rebuilding = toDisposable(() => clearTimeout(timer));
    }
  }

  #rebuild(): void {
    this.#rebuilding?.dispose();
    this.#rebuilding = undefined;
    if (this.#disposed) return;
    const began = performance.now();
    this.#renew();
    const ended = performance.now();
    this.#restUntil = ended + 2 * (ended - began);
  }

  #renew(): void {
    const previous = this.#snapshot;
    const servers = mergeSameProcess([...this.#watches.values()].map(watch => watch.state));
    this.#snapshot = assemble({ engines: this.#engines.map(engine => engine.status), servers }, previous);
    if (this.#snapshot === previous) return;
    this.#nodes = new Map(nodesOf(this.#snapshot).map(node => [node.id, node]));
    const change = diff(previous, this.#snapshot);
    if (change === undefined) return;
    const now = Date.now();
    for (const what of happenings(change)) this.timeline.add(now, what);
    this.#pace.note(change, now);
    this.#changed.fire(change);
    this.#reconcile(); // what the servers now speak of
    this.#schedule();
  }

  /** Sets the one timer for the earliest look that is due; none while nobody looks. */
  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#disposed || this.#nobodyLooks) return;
    const now = Date.now();
    let due = now + this.#timing.slow;
    for (const watch of this.#watches.values()) due = Math.min(due, this.#dueAt(watch, now).at);
    this.#arm(due, now);
  }

  /** After a look: the others wait for their time already. */
  #scheduleFor(watch: NodeWatch): void {
    if (this.#disposed || this.#nobodyLooks) return;
    const now = Date.now();
    // one that cannot answer is never due: a timer for that would be one without end
    const due = Math.min(now + this.#timing.slow, this.#dueAt(watch, now).at);
    if (this.#timer === undefined || due < this.#due) this.#arm(due, now);
  }

  #arm(due: number, now: number): void {
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => this.#tick(), Math.max(20, due - now));
  }

  /** When the server is to be looked at by itself, and how much earlier it may be so with others: looks that come together make one snapshot instead of many. */
  #dueAt(watch: NodeWatch, now: number): { readonly at: number; readonly early: number } {
    const { id } = watch.target;
    const pace = this.#pace.of(this.#nodes.get(id), this.#snapshot, this.#watches.size, now);
    return {
      at: watch.dueAt(this.#lastLooks.get(id) ?? 0, pace),
      early: watch.contact.state === 'silent' ? 10 : Math.max(10, pace / 8),
    };
  }

  #tick(): void {
    const now = Date.now();
    for (const engine of this.#engines) if (engine.status.state !== 'answering') this.#run(engine.list());
    const due = [...this.#watches.values()].filter(watch => {
      const { at, early } = this.#dueAt(watch, now);
      return at <= now + early;
    });
    // a silent node must not hold up the others' next look, so nobody waits for all
    for (const watch of due) this.#run(this.#look(watch));
    if ([...this.#hellos.values()].some(({ at }) => now - at > this.#timing.greeting)) this.#reconcile();
    this.#schedule();
  }

  #run(work: Promise<unknown>): void {
    work.catch(this.#onFailure);
  }

  readonly #onFailure = (error: unknown): void => {
    if (this.#disposed) return;
    if (this.#deps.onFailure === undefined)
      queueMicrotask(() => {
        throw error;
      });
    else this.#deps.onFailure(error);
  };

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    clearTimeout(this.#preparing);
    clearTimeout(this.#timer);
    this.#rebuilding?.dispose();
    for (const engine of this.#engines) engine.dispose();
    this.#existing?.dispose();
    for (const watch of this.#watches.values()) watch.dispose();
    this.#watches.clear();
    this.#changed.dispose();
    this.timeline.dispose();
  }
}
