import { setMaxListeners } from 'node:events';
import { delay, isDeadline, until } from '../../base/abort';
import { HumanError, textOf } from '../../base/errors';
import type { Node, Role, Topology } from '../../model/snapshot';
import type { RedisConnection } from '../../redis/client';
import type { VerbDeps } from '../deps';
import type { InventoryPort } from '../inventoryPort';
import { lifecycleRequestOf, runLifecycle } from '../lifecycle';
import { disconnectNode, reconnectNode } from '../network';
import { TopologyRoute } from './route';
import { lostOf, Writers } from './writers';
import type { DrillReadFault } from './writers';

/** `failover` is the planned one of the extension, run by the caller; the others break something. */
export type DrillFault = 'stop' | 'kill' | 'pause' | 'disconnect';

export interface DrillRequest {
  readonly topologyId: string;
  /** Whom it happens to. */
  readonly nodeId: string;
  readonly fault: DrillFault;
  readonly writers: number;
  /** Writes per second of each writer, at most. */
  readonly rate: number;
  /** Replicas that must confirm each write (WAIT); 0: none. */
  readonly wait: number;
}

/** Something that happened in a drill; `at` is milliseconds since the fault. */
export interface DrillMark {
  readonly at: number;
  readonly what: 'fault' | 'detected' | 'sdown' | 'odown' | 'switch' | 'promoted' | 'healing' | 'back' | 'whole';
  readonly node?: string;
}

export type Standing = Role | 'stale' | 'gone';

export interface DrillReport {
  readonly request: DrillRequest;
  readonly topology: string;
  readonly kind: Topology['kind'];
  /** Milliseconds since the epoch, of the fault. */
  readonly at: number;
  readonly node: string;
  readonly marks: readonly DrillMark[];
  /** How each node stood, as the tree would have shown it: changes only, milliseconds since the fault. */
  readonly bars: readonly {
    readonly node: string;
    readonly changes: readonly { readonly at: number; readonly standing: Standing }[];
  }[];
  /** From begin to end, milliseconds since the fault. */
  readonly span: readonly [from: number, to: number];
  /** The longest time without an acknowledged write that ends after the fault. */
  readonly gap?: { readonly from: number; readonly to: number };
  readonly acknowledged: number;
  readonly lost: number;
  readonly refused: number;
  /** Why a failover did not come within the time, if it did not. */
  readonly unpromoted: boolean;
  readonly healed: boolean;
  /** Settings that decide how long it takes, as they were. */
  readonly settings: Readonly<Record<string, number>>;
}

export type DrillFaultCode =
  | DrillReadFault
  | { readonly code: 'drill-unhealthy'; readonly topology: string }
  | { readonly code: 'drill-gone'; readonly node: string }
  | { readonly code: 'drill-not-healed'; readonly topology: string; readonly text: string };

export type DrillPhase = 'warming' | 'breaking' | 'waiting' | 'healing' | 'counting';

const WARM_MS = 1500;
const AFTER_MS = 1500;
const HEAL_MS = 90_000;

type Deps = Pick<VerbDeps, 'engine' | 'records' | 'now'>;

/** Breaks one node under load, watches who takes over, mends it, and counts what was lost. A cancel mends, too; so does a failure of ours. */
export async function runDrill(
  deps: Deps,
  inventory: InventoryPort,
  request: DrillRequest,
  signal: AbortSignal,
  onPhase: (phase: DrillPhase) => void,
): Promise<DrillReport> {
  const topologyNow = (): Topology | undefined =>
    inventory.snapshot.topologies.find(({ id }) => id === request.topologyId);
  const before = topologyNow();
  const victim = before?.nodes.find(({ id }) => id === request.nodeId);
  if (before === undefined || victim === undefined)
    throw new HumanError<DrillFaultCode>({ code: 'drill-gone', node: request.nodeId });
  if (before.health.level === 'down' || before.health.level === 'unknown')
    throw new HumanError<DrillFaultCode>({ code: 'drill-unhealthy', topology: before.name });
  const holding = inventory.hold();
  const ended = new AbortController();
  setMaxListeners(0, ended.signal, signal); // every writer and connection waits on it
  const asking = new Map<string, Promise<RedisConnection>>();
  const ask = async (node: Node, command: readonly string[]): Promise<unknown> => {
    try {
      let open = asking.get(node.id);
      if (open === undefined) {
        open = inventory.connectionTo(node.id, ended.signal);
        asking.set(node.id, open);
        open.then(
          connection => connection.onClose(() => asking.delete(node.id)),
          () => asking.delete(node.id),
        );
      }
      return await (await open).call(command, { timeoutMs: 500, signal: ended.signal });
    } catch (error) {
      if (error instanceof HumanError) return undefined; // another one may know
      throw error;
    }
  };
  const route = new TopologyRoute(topologyNow, inventory, ask);
  await route.lookAgain();
  const prefix = `redis-topology-explorer:drill:${String(deps.now())}`;
  const writers = new Writers(route, (node, own) => inventory.connectionTo(node.id, own), {
    prefix,
    writers: request.writers,
    everyMs: 1000 / request.rate,
    wait: request.wait,
    signal: ended.signal,
    now: () => deps.now(),
  });
  const record = new Recorder(inventory, before, victim, () => deps.now());
  let broken = false;
  let healed = false;
  const heal = async (): Promise<void> => {
    if (!broken || healed) return;
    healed = true;
    record.mark('healing');
    await mend(deps, topologyNow()?.nodes.find(({ id }) => id === victim.id) ?? victim, request.fault);
  };
  try {
    onPhase('warming');
    await delay(WARM_MS, signal);
    onPhase('breaking');
    broken = true;
    record.begin();
    const acting = breakIt(deps, victim, request.fault);
    onPhase('waiting');
    const isMaster = victim.role === 'master';
    const unpromoted = !(await record.promoted(isMaster ? waitOf(before) : 3000, signal));
    await delay(AFTER_MS, signal);
    await acting;
    onPhase('healing');
    await heal();
    const whole = await record.whole(HEAL_MS, signal);
    await delay(500, signal);
    const { acknowledged, refused } = await writers.stop();
    onPhase('counting');
    const lost = await lostOf([...acknowledged.keys()], route, node => inventory.connectionTo(node.id));
    const gap = writers.gapAfter(record.at);
    return {
      request,
      topology: before.name,
      kind: before.kind,
      at: record.at,
      node: victim.name,
      marks: record.marks,
      bars: record.bars(),
      span: record.span(),
      ...(gap === undefined ? {} : { gap: { from: gap.from - record.at, to: gap.to - record.at } }),
      acknowledged: acknowledged.size,
      lost: lost.length,
      refused,
      unpromoted: isMaster && unpromoted,
      healed: whole,
      settings: settingsOf(before),
    };
  } finally {
    try {
      await heal();
    } catch (error) {
      throw new HumanError<DrillFaultCode>(
        { code: 'drill-not-healed', topology: before.name, text: textOf(error) },
        { cause: error },
      );
    } finally {
      ended.abort(new DOMException('ended', 'AbortError'));
      await writers.stop();
      for (const open of asking.values())
        open.then(
          connection => connection.dispose(),
          () => undefined,
        );
      record.dispose();
      holding.dispose();
    }
  }
}

async function breakIt(deps: Deps, node: Node, fault: DrillFault): Promise<void> {
  const own = new AbortController().signal;
  if (fault === 'disconnect') await disconnectNode(deps, node, own);
  else await runLifecycle(deps, lifecycleRequestOf(node, fault), own);
}

async function mend(deps: Deps, node: Node, fault: DrillFault): Promise<void> {
  const own = new AbortController().signal;
  if (fault === 'disconnect') await reconnectNode(deps, node);
  else await runLifecycle(deps, lifecycleRequestOf(node, fault === 'pause' ? 'unpause' : 'start'), own);
}

/** As long as the topology itself takes to notice, and as much again for the vote. */
function waitOf(topology: Topology): number {
  if (topology.kind === 'replication') return 5000; // nobody takes over: that is what is to be seen
  return 15_000 + 2 * (Math.max(0, ...Object.values(settingsOf(topology))) || 5000);
}

function settingsOf(topology: Topology): Readonly<Record<string, number>> {
  const masters = topology.nodes
    .flatMap(({ contact }) => (contact.state === 'answering' ? (contact.report.sentinel?.masters ?? []) : []))
    .filter(({ name }) => name === topology.masterName);
  return masters.length === 0
    ? {}
    : {
        'down-after-milliseconds': Math.max(...masters.map(({ downAfterMs }) => downAfterMs)),
        quorum: Math.max(...masters.map(({ quorum }) => quorum)),
      };
}

/** Notes who stands how, and what the Sentinels say, as it happens. */
class Recorder {
  readonly marks: DrillMark[] = [];
  at = 0;
  readonly #changes = new Map<string, { at: number; standing: Standing }[]>();
  readonly #subscriptions: readonly { dispose(): void }[];
  readonly #from: number;

  constructor(
    private readonly inventory: InventoryPort,
    private readonly topology: Topology,
    private readonly victim: Node,
    private readonly now: () => number,
  ) {
    this.#from = now();
    this.#note();
    this.#subscriptions = [
      inventory.onDidChange(() => this.#note()),
      inventory.timeline.onDidAdd(({ what, at }) => {
        if (this.at === 0 || what.code !== 'sentinel-message') return;
        const mark =
          what.channel === '+sdown'
            ? 'sdown'
            : what.channel === '+odown'
              ? 'odown'
              : what.channel === '+switch-master'
                ? 'switch'
                : undefined;
        if (mark !== undefined && !this.marks.some(one => one.what === mark))
          this.marks.push({ at: at - this.at, what: mark, node: what.name });
      }),
    ];
  }

  begin(): void {
    this.at = this.now();
    this.marks.push({ at: 0, what: 'fault', node: this.victim.name });
  }

  mark(what: DrillMark['what'], node?: string): void {
    this.marks.push({ at: this.now() - this.at, what, ...(node === undefined ? {} : { node }) });
  }

  /** Whether another one serves as master (of the same slots) within the time. */
  promoted(ms: number, signal: AbortSignal): Promise<boolean> {
    return this.#within(ms, signal, () => this.marks.some(({ what }) => what === 'promoted'));
  }

  async whole(ms: number, signal: AbortSignal): Promise<boolean> {
    const count = this.topology.nodes.length;
    const done = await this.#within(ms, signal, () => {
      const now = this.#now();
      return (
        now !== undefined &&
        now.nodes.length === count &&
        now.nodes.every(({ contact }) => contact.state === 'answering') &&
        now.health.level === this.topology.health.level
      );
    });
    if (done) this.mark('whole');
    return done;
  }

  bars(): DrillReport['bars'] {
    return [...this.#changes].map(([node, changes]) => ({
      node,
      changes: changes.map(({ at, standing }) => ({ at: at - this.at, standing })),
    }));
  }

  span(): DrillReport['span'] {
    return [this.#from - this.at, this.now() - this.at];
  }

  dispose(): void {
    for (const one of this.#subscriptions) one.dispose();
  }

  async #within(ms: number, signal: AbortSignal, check: () => boolean): Promise<boolean> {
    try {
      return await until('drill', { everyMs: 20, deadlineMs: ms, signal }, () => Promise.resolve(check() || undefined));
    } catch (error) {
      if (isDeadline(error)) return false;
      throw error;
    }
  }

  #now(): Topology | undefined {
    return this.inventory.snapshot.topologies.find(({ id }) => id === this.topology.id);
  }

  #note(): void {
    const at = this.now();
    for (const node of this.#now()?.nodes ?? []) {
      const changes = this.#changes.get(node.name) ?? [];
      const standing: Standing =
        node.contact.state !== 'answering' ? 'gone' : node.staleMaster !== undefined ? 'stale' : node.role;
      const last = changes.at(-1)?.standing;
      if (last === standing) continue;
      changes.push({ at, standing });
      this.#changes.set(node.name, changes);
      if (this.at === 0) continue;
      if (node.id === this.victim.id && standing === 'gone') this.#once('detected', node.name);
      if (node.id !== this.victim.id && standing === 'master' && last !== undefined && last !== 'master')
        this.#once('promoted', node.name);
      if (node.id === this.victim.id && last === 'gone') this.#once('back', node.name);
    }
  }

  #once(what: DrillMark['what'], node: string): void {
    if (!this.marks.some(one => one.what === what)) this.mark(what, node);
  }
}
