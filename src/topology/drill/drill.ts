import { setMaxListeners } from 'node:events';
import { delay } from '../../base/abort';
import { HumanError, isFault, textOf } from '../../base/errors';
import { keySlot } from '../../model/slots';
import type { Node, Topology } from '../../model/snapshot';
import type { RedisConnection } from '../../redis/client';
import type { VerbDeps } from '../deps';
import type { InventoryPort } from '../inventoryPort';
import type { DrillActFault } from './faults';
import { forgetBroken, giveUp, noteBroken } from './broken';
import { breakIt, mend } from './faults';
import { Recorder } from './recorder';
import type { DrillPicture, DrillReport, DrillRequest } from './report';
import { countsIn, countsOf, gapOf, lossesOf, markOf, splitOf } from './report';
import { TopologyRoute } from './route';
import { readSettings, waitOf } from './settings';
import type { DrillReadFault } from './writers';
import { hangUp, lostOf, Writers } from './writers';

export type DrillFaultCode =
  | DrillReadFault
  | DrillActFault
  | { readonly code: 'drill-unhealthy'; readonly topology: string }
  | { readonly code: 'drill-not-healed'; readonly topology: string; readonly text: string };

export type DrillPhase = 'warming' | 'breaking' | 'waiting' | 'healing' | 'counting';

/** `peek` gives what can be drawn so far, at any time until the drill ends. */
export type OnDrillPhase = (phase: DrillPhase, peek: () => DrillPicture) => void;

const WARM_MS = 1500;
const AFTER_MS = 1500;
/** How long two masters are let be, so that there is something to see. */
const SPLIT_MS = 6000;
/** A replica that has to copy everything anew on a busy machine takes its time; what is not whole then will not be by itself. */
const HEAL_MS = 120_000;
/** Of the strip that shows writes over time. */
const STRETCH_MS = 100;

/**
 * Breaks one node under load, watches who takes over, mends it, and counts what was lost. A cancel mends, too, and so does a failure of ours; when
 * that fails, `drill-not-healed` says so. The keys it writes expire after ten minutes, and are removed when they have been counted.
 */
export async function runDrill(
  deps: VerbDeps,
  inventory: InventoryPort,
  request: DrillRequest,
  signal: AbortSignal,
  onPhase: OnDrillPhase,
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
  const talk = new Talks(inventory, ended.signal);
  const route = new TopologyRoute(topologyNow, inventory, (node, command) => talk.ask(node, command));
  const record = new Recorder(inventory, before, victim, () => deps.now());
  const prefix = `redis-topology-explorer:drill:${String(deps.now())}`;
  const writers = new Writers(route, (node, own) => inventory.connectionTo(node.id, own), {
    prefix,
    writers: request.writers,
    everyMs: 1000 / request.rate,
    wait: request.wait,
    signal: ended.signal,
    now: () => deps.now(),
  });
  const counts = countsIn(before.shards?.find(({ nodes }) => nodes[0] === victim.id)?.slots);
  const peek = (): DrillPicture => pictureOf(record, writers, counts, victim.name);
  let acting: Promise<void> | undefined;
  /** Aborts with the failure of the act itself, or with the user's cancel. */
  const failing = new AbortController();
  const wanted = AbortSignal.any([signal, failing.signal]);
  setMaxListeners(0, wanted);
  let healed = false;
  const heal = async (): Promise<void> => {
    if (acting === undefined || healed) return;
    await acting;
    healed = true;
    if (request.fault === 'failover') return;
    record.once('healing', victim.name);
    try {
      await mend(deps, {
        name: victim.name,
        engine: victim.instance?.engine ?? 'docker',
        id: victim.instance?.id ?? '',
      });
      await forgetBroken(deps.records, before.id);
    } catch (error) {
      const gone = isFault(error, 'drill-gone');
      await (gone ? forgetBroken : giveUp)(deps.records, before.id);
      if (gone) throw error;
      throw new HumanError<DrillFaultCode>(
        { code: 'drill-not-healed', topology: before.name, text: textOf(error) },
        { cause: error },
      );
    }
  };
  try {
    const settings = await readSettings(before, victim, (node, command) => talk.ask(node, command));
    await route.lookAgain();
    onPhase('warming', peek);
    await delay(WARM_MS, wanted);
    onPhase('breaking', peek);
    if (request.fault !== 'failover') await noteBroken(deps, before, victim, request.fault);
    record.begin();
    acting = breakIt(deps, before, victim, request.fault, settings).catch((error: unknown) => failing.abort(error));
    onPhase('waiting', peek);
    const isMaster = victim.role === 'master';
    const promoted = await record.promoted(isMaster ? waitOf(before, settings) : AFTER_MS, wanted);
    await delay(request.fault === 'split' ? SPLIT_MS : AFTER_MS, wanted);
    onPhase('healing', peek);
    await heal();
    wanted.throwIfAborted();
    const whole = await record.whole(HEAL_MS, wanted);
    await delay(500, wanted);
    const { acknowledged, refused } = await writers.stop();
    const picture = peek();
    onPhase('counting', () => picture);
    const connect = async (node: Node): Promise<RedisConnection> => {
      const connection = await inventory.connectionTo(node.id);
      await hangUp(connection, prefix);
      return connection;
    };
    const lost = await lostOf([...acknowledged.keys()], route, connect);
    await lostOf(writers.doubtful, route, connect); // only to be taken away: nobody was told that they are there
    return {
      ...picture,
      request,
      topology: before.name,
      kind: before.kind,
      at: record.at,
      node: victim.name,
      role: victim.role,
      ...serverOf(victim),
      acknowledged: acknowledged.size,
      lost: lost.length,
      losses: lossesOf(
        lost.flatMap(key => acknowledged.get(key) ?? []).map(({ at, by }) => ({ at: at - record.at, by })),
        markOf(picture, 'promoted'),
      ),
      refused,
      unpromoted: isMaster && !promoted,
      healed: whole,
      settings,
    };
  } finally {
    try {
      await heal();
    } finally {
      ended.abort(new DOMException('ended', 'AbortError'));
      await writers.stop();
      talk.dispose();
      record.dispose();
      holding.dispose();
    }
  }
}

/** Everything that can be drawn now. */
function pictureOf(
  record: Recorder,
  writers: Pick<Writers, 'acknowledged'>,
  counts: (slot: number) => boolean,
  victim: string,
): DrillPicture {
  const { marks, bars, span } = record.picture();
  const now = record.at === 0 ? undefined : record.at;
  const times: number[] = [];
  if (now !== undefined)
    for (const [key, { at }] of writers.acknowledged) if (counts(keySlot(key))) times.push(at - now);
  const gap = now === undefined ? undefined : gapOf(times, 0, span.to);
  const split = splitOf({ marks, bars, span }, victim);
  const written = gap !== undefined && gap.to < span.to && gap.to > 0 ? [{ at: gap.to, what: 'written' as const }] : [];
  return {
    marks: [...marks, ...written].sort((a, b) => a.at - b.at),
    bars,
    span,
    writes: { from: span.from, everyMs: STRETCH_MS, counts: countsOf(times, span.from, span.to, STRETCH_MS) },
    ...(gap === undefined ? {} : { gap }),
    ...(split === undefined ? {} : { split }),
  };
}

function serverOf({ contact }: Node): { readonly server?: string } {
  return contact.state === 'answering' ? { server: `${contact.report.product} ${contact.report.version}` } : {};
}

/** Connections to ask over, one for each node, made anew when they break; a question that nobody answers is answered by nothing. */
class Talks {
  readonly #open = new Map<string, Promise<RedisConnection>>();

  constructor(
    private readonly inventory: Pick<InventoryPort, 'connectionTo'>,
    private readonly signal: AbortSignal,
  ) {}

  async ask(node: Node, command: readonly string[]): Promise<unknown> {
    try {
      let open = this.#open.get(node.id);
      if (open === undefined) {
        open = this.inventory.connectionTo(node.id, this.signal);
        this.#open.set(node.id, open);
        const drop = (): void => {
          this.#open.delete(node.id);
        };
        open.then(connection => connection.onClose(drop), drop);
      }
      const connection = await open;
      try {
        return await connection.call(command, { timeoutMs: 500, signal: this.signal });
      } catch (error) {
        // one that was cut with its network never closes by itself, and its server may be there again
        if (isFault(error, 'redis-silent')) connection.dispose();
        throw error;
      }
    } catch (error) {
      if (error instanceof HumanError) return undefined; // another one may know
      throw error;
    }
  }

  dispose(): void {
    for (const open of this.#open.values())
      open.then(
        connection => connection.dispose(),
        () => undefined,
      );
  }
}
