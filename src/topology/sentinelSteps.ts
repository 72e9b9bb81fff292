import { isDeadline, until } from '../base/abort';
import { HumanError } from '../base/errors';
import type { Address } from '../model/address';
import type { RedisConnection } from '../redis/client';
import { ReplyError } from '../redis/client';
import { flatMap, flatMaps, noneRefused } from './replies';
import type { Patience, Seat } from './talk';

/** Everything here needs only connections and addresses, whatever the servers live in. */

export type SentinelFault =
  /** The Sentinels don't all see the whole in time: who says what is missing. */
  | {
      readonly code: 'sentinels-disagree';
      readonly views: readonly { readonly node: string; readonly lacks: readonly SentinelLack[] }[];
    }
  | { readonly code: 'monitors-other-master'; readonly node: string; readonly actual: Address };

/** What one Sentinel still lacks of "done". */
export type SentinelLack =
  | { readonly code: 'master'; readonly text: string }
  | { readonly code: 'replicas'; readonly seen: number; readonly wanted: number }
  | { readonly code: 'sentinels'; readonly seen: number; readonly wanted: number }
  | { readonly code: 'quorum'; readonly text: string };

/** What each Sentinel is told of the master. */
export interface MonitorOrder {
  readonly masterName: string;
  readonly master: Address;
  readonly quorum: number;
  readonly downAfterMs: number;
  readonly failoverTimeoutMs: number;
  readonly password: string | undefined;
}

/** Periods of a Sentinel process in milliseconds, by the names that `SENTINEL DEBUG` uses. */
export type Periods = Readonly<Record<string, number>>;

const HURRIED = ['info-period', 'ping-period', 'publish-period', 'ask-period'] as const;
/** A tenth of a second: the whole finds itself in 0.3 s instead of 10 s. */
const HURRY_MS = 100;

/**
 * Asks the Sentinel for its periods and shortens them, if it knows `SENTINEL DEBUG` (7.0 and later say so themselves; older ones
 * refuse and simply take longer). Returns what to restore. The periods live in the process only: a restart forgets them too.
 */
export async function readPeriods(connection: RedisConnection, signal: AbortSignal): Promise<Periods | undefined> {
  const [reply] = await connection.pipeline([['SENTINEL', 'DEBUG']], { signal });
  const known = new Map([...flatMap(reply)].map(([name, value]) => [name.toLowerCase(), value]));
  const periods: Record<string, number> = {};
  for (const name of HURRIED) {
    const value = Number(known.get(name));
    if (!known.has(name) || !Number.isInteger(value)) return undefined;
    periods[name] = value;
  }
  return periods;
}

export async function hurry(connection: RedisConnection, periods: Periods, signal: AbortSignal): Promise<void> {
  await setPeriods(connection, Object.fromEntries(Object.keys(periods).map(name => [name, HURRY_MS])), signal);
}

export async function setPeriods(connection: RedisConnection, periods: Periods, signal?: AbortSignal): Promise<void> {
  await connection.call(['SENTINEL', 'DEBUG', ...Object.entries(periods).flatMap(([name, ms]) => [name, String(ms)])], {
    signal,
  });
}

/** The address that this Sentinel has for the master, or undefined when it doesn't watch that name. */
export async function masterSeenBy(
  connection: RedisConnection,
  masterName: string,
  signal?: AbortSignal,
): Promise<Address | undefined> {
  const reply = await connection.call(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName], { signal });
  return Array.isArray(reply) && reply.length === 2 ? { host: String(reply[0]), port: Number(reply[1]) } : undefined;
}

/**
 * Tells one Sentinel to watch the master (settings aren't spread: every Sentinel must be told). In one write, so that the password is there
 * before the Sentinel first connects. One that watches it already is only given the settings.
 */
export async function monitor(
  connection: RedisConnection,
  seat: Seat,
  order: MonitorOrder,
  signal: AbortSignal,
): Promise<void> {
  const { masterName, master, quorum, downAfterMs, failoverTimeoutMs, password } = order;
  const seen = await masterSeenBy(connection, masterName, signal);
  if (seen !== undefined && (seen.host !== master.host || seen.port !== master.port)) {
    throw new HumanError<SentinelFault>({ code: 'monitors-other-master', node: seat.name, actual: seen });
  }
  const commands = [
    ...(seen === undefined
      ? [['SENTINEL', 'MONITOR', masterName, master.host, String(master.port), String(quorum)]]
      : []),
    [
      'SENTINEL',
      'SET',
      masterName,
      'quorum',
      String(quorum),
      'down-after-milliseconds',
      String(downAfterMs),
      'failover-timeout',
      String(failoverTimeoutMs),
      'parallel-syncs',
      '1',
      ...(password === undefined ? [] : ['auth-pass', password]),
    ],
  ];
  const replies = await connection.pipeline(commands, { signal });
  noneRefused(
    connection,
    commands.map(([, verb]) => `SENTINEL ${verb}`),
    replies,
  );
}

/** Writes the Sentinel's state into its conf now. */
export async function flushSentinel(connection: RedisConnection, signal: AbortSignal): Promise<void> {
  await connection.call(['SENTINEL', 'FLUSHCONFIG'], { signal, timeoutMs: 5000 });
}

export interface WholeView {
  readonly masterName: string;
  readonly master: Address;
  readonly replicas: number;
  readonly sentinels: number;
}

export interface SentinelView {
  readonly lacks: readonly SentinelLack[];
  readonly quorumText: string;
}

/** What one Sentinel says, against what it should. CKQUORUM alone isn't enough: it says OK before any contact when the file names the peers. */
export async function viewOf(
  connection: RedisConnection,
  whole: WholeView,
  signal: AbortSignal,
): Promise<SentinelView> {
  const { masterName, master } = whole;
  const [quorum, about, replicas, sentinels] = await connection.pipeline(
    [
      ['SENTINEL', 'CKQUORUM', masterName],
      ['SENTINEL', 'MASTER', masterName],
      ['SENTINEL', 'REPLICAS', masterName],
      ['SENTINEL', 'SENTINELS', masterName],
    ],
    { signal },
  );
  const fields = flatMap(about);
  const lacks: SentinelLack[] = [];
  const address = `${fields.get('ip')}:${fields.get('port')}`;
  if (
    fields.get('flags') !== 'master' ||
    fields.get('ip') !== master.host ||
    fields.get('port') !== String(master.port)
  ) {
    lacks.push({
      code: 'master',
      text: about instanceof ReplyError ? about.text : `${address} ${fields.get('flags')}`,
    });
  }
  const linked = flatMaps(replicas).filter(
    replica => replica.get('flags') === 'slave' && replica.get('master-link-status') === 'ok',
  ).length;
  if (linked !== whole.replicas || fields.get('num-slaves') !== String(whole.replicas))
    lacks.push({ code: 'replicas', seen: linked, wanted: whole.replicas });
  const peers = flatMaps(sentinels).filter(peer => peer.get('flags') === 'sentinel').length;
  if (peers !== whole.sentinels - 1 || fields.get('num-other-sentinels') !== String(whole.sentinels - 1))
    lacks.push({ code: 'sentinels', seen: peers + 1, wanted: whole.sentinels });
  const quorumText = quorum instanceof ReplyError ? quorum.text : String(quorum);
  if (quorum instanceof ReplyError || !quorumText.startsWith('OK')) lacks.push({ code: 'quorum', text: quorumText });
  return { lacks, quorumText };
}

/** Waits until no Sentinel lacks anything; on time-out says which lacks what. */
export async function allAgree(
  sentinels: readonly { readonly seat: Seat; readonly connection: RedisConnection }[],
  whole: WholeView,
  { everyMs, deadlineMs, signal }: Patience,
): Promise<readonly { readonly node: string; readonly text: string }[]> {
  let views: readonly { readonly node: string; readonly view: SentinelView }[] = [];
  try {
    return await until('agreement of the Sentinels', { everyMs, deadlineMs, signal }, async signal => {
      views = await Promise.all(
        sentinels.map(async ({ seat, connection }) => ({
          node: seat.name,
          view: await viewOf(connection, whole, signal),
        })),
      );
      return views.every(({ view }) => view.lacks.length === 0)
        ? views.map(({ node, view }) => ({ node, text: view.quorumText }))
        : undefined;
    });
  } catch (error) {
    if (!isDeadline(error)) throw error;
    const lacking = views
      .map(({ node, view }) => ({ node, lacks: view.lacks }))
      .filter(({ lacks }) => lacks.length > 0);
    throw new HumanError<SentinelFault>({ code: 'sentinels-disagree', views: lacking }, { cause: error });
  }
}
