import { HumanError } from '../base/errors';
import { sameAddress } from '../model/address';
import type { Address } from '../model/address';
import { readInfo } from '../model/info';
import { ReplyError } from '../redis/client';
import type { RedisConnection } from '../redis/client';
import type { VerbDeps } from './deps';
import { linkUp } from './linkSteps';
import { flatMap } from './replies';
import { Talk } from './talk';
import type { Seat } from './talk';
import type { Credentials } from '../redis/credentials';
import { credentialsOf } from '../redis/credentials';
import { secretOf } from './password';

/** Two live servers, also such as were made by hand. */
export interface ReplicaOfRequest {
  readonly replica: Seat;
  readonly master: Seat;
  /** Where passwords are kept when a seat has no key of its own. */
  readonly topologyId: string;
}

/** What is known before anything is done. Refusals can't be overruled; warnings are for the confirmation. */
export interface ReplicaOfCheck {
  readonly refusals: readonly ReplicaOfFault[];
  readonly warnings: readonly ReplicaOfWarning[];
}

export type ReplicaOfFault =
  | { readonly code: 'replica-of-itself'; readonly node: string }
  /** The one that shall be followed follows it already. */
  | { readonly code: 'replica-of-loop'; readonly node: string; readonly master: string }
  | { readonly code: 'replica-of-cluster-node'; readonly node: string }
  | { readonly code: 'replica-of-sentinel'; readonly node: string }
  /** A Sentinel watches the master that this node is, or follows, and would undo it within seconds. */
  | { readonly code: 'replica-of-watched'; readonly node: string }
  /** A file format of a newer version: the replica could not read what it is sent. */
  | {
      readonly code: 'replica-of-newer';
      readonly node: string;
      readonly version: string;
      readonly master: string;
      readonly masterVersion: string;
    };

export type ReplicaOfWarning =
  | { readonly code: 'already-follows' }
  /** The replica's own keys are thrown away. */
  | { readonly code: 'keys-discarded'; readonly node: string; readonly keys: number }
  /** Restarted, such a master comes back empty and empties its replicas with it. */
  | { readonly code: 'master-forgets'; readonly master: string };

export interface ReplicaOfReport {
  readonly node: string;
  readonly master: string;
  /** Whether the server could write its new role into its own conf; else it is lost at the next start. */
  readonly kept: { readonly ok: true } | { readonly ok: false; readonly text: string };
  readonly ms: number;
}

type Deps = Pick<VerbDeps, 'connector' | 'secrets' | 'now'>;
const ANSWER = { everyMs: 50, deadlineMs: 3000 } as const;
/** A first synchronisation of real data takes its time; the user can cancel the waiting. */
const LINK = { everyMs: 50, deadlineMs: 120_000 } as const;

/** Looks, changes nothing. */
export async function checkReplicaOf(
  deps: Deps,
  request: ReplicaOfRequest,
  signal: AbortSignal,
): Promise<ReplicaOfCheck> {
  const talk = talkOf(deps, request.topologyId);
  try {
    return await look(talk, request, signal);
  } finally {
    talk.dispose();
  }
}

/** Makes a live server follow another, waits until its link is up, and has it write that down. */
export async function makeReplicaOf(
  deps: Deps,
  request: ReplicaOfRequest,
  signal: AbortSignal,
): Promise<ReplicaOfReport> {
  const began = deps.now();
  const talk = talkOf(deps, request.topologyId);
  const { replica, master } = request;
  try {
    const {
      refusals: [refusal],
    } = await look(talk, request, signal);
    if (refusal !== undefined) throw new HumanError<ReplicaOfFault>(refusal);
    const connection = await talk.to(replica, { ...ANSWER, signal });
    await letFollow(deps, request.topologyId, connection, master, signal);
    await connection.call(['REPLICAOF', master.announced.host, String(master.announced.port)], {
      signal,
      timeoutMs: 5000,
    });
    await linkUp(connection, replica, master, { ...LINK, signal });
    return { node: replica.name, master: master.name, kept: await keep(connection, signal), ms: deps.now() - began };
  } finally {
    talk.dispose();
  }
}

/** Makes a replica a master of its own. Whatever its master acknowledged and it hasn't got yet stays behind: may lose the last writes. */
export async function promoteToMaster(
  deps: Deps,
  request: { readonly node: Seat; readonly topologyId: string },
  signal: AbortSignal,
): Promise<ReplicaOfReport> {
  const began = deps.now();
  const { node } = request;
  const talk = talkOf(deps, request.topologyId);
  try {
    const connection = await talk.to(node, { ...ANSWER, signal });
    if (await watchedBySentinel(connection, signal))
      throw new HumanError<ReplicaOfFault>({ code: 'replica-of-watched', node: node.name });
    await connection.call(['REPLICAOF', 'NO', 'ONE'], { signal, timeoutMs: 5000 });
    return { node: node.name, master: '', kept: await keep(connection, signal), ms: deps.now() - began };
  } finally {
    talk.dispose();
  }
}

export function talkOf(deps: Pick<VerbDeps, 'connector' | 'secrets'>, topologyId: string): Talk {
  return new Talk(deps.connector, seat => secretOf(deps.secrets, topologyId, seat));
}

/**
 * Gives a server what it needs to follow `master`. Where we log in as an ACL user of a person's, that user may lack what a replica needs: then a
 * login that the server has already is left as it is.
 */
export async function letFollow(
  deps: Pick<VerbDeps, 'secrets'>,
  topologyId: string,
  connection: RedisConnection,
  master: Seat,
  signal?: AbortSignal,
): Promise<void> {
  const { username, password } = credentialsOf(
    await secretOf(deps.secrets, topologyId, master),
  ) as Partial<Credentials>;
  if (password === undefined) return;
  if (username !== undefined) {
    const has = flatMap(await connection.call(['CONFIG', 'GET', 'masterauth'], { signal })).get('masterauth');
    if (has !== undefined && has !== '') return;
    await connection.call(['CONFIG', 'SET', 'masteruser', username], { signal });
  }
  await connection.call(['CONFIG', 'SET', 'masterauth', password], { signal });
}

/** Whether a Sentinel is connected to the server, as to masters and to the replicas that it learned from them: it names its connections `sentinel-<id>-cmd`. */
export async function watchedBySentinel(connection: RedisConnection, signal: AbortSignal): Promise<boolean> {
  const [clients] = await connection.pipeline([['CLIENT', 'LIST']], { signal });
  return typeof clients === 'string' && / name=sentinel-[0-9a-f]{8}-(cmd|pubsub) /.test(clients);
}

export async function keep(connection: RedisConnection, signal: AbortSignal): Promise<ReplicaOfReport['kept']> {
  const [reply] = await connection.pipeline([['CONFIG', 'REWRITE']], { signal, timeoutMs: 5000 });
  return reply instanceof ReplyError ? { ok: false, text: reply.text } : { ok: true };
}

/** Numbers of a version, compared left to right; negative when `a` is older. */
export function compareServerVersions(a: string, b: string): number {
  const [left, right] = [a, b].map(version => version.split('.').map(Number));
  for (let i = 0; i < 2; i++) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

interface About {
  readonly version: string;
  readonly product: string;
  readonly mode: string;
  readonly follows: Address | undefined;
  readonly keys: number;
  readonly persists: boolean;
}

async function look(talk: Talk, { replica, master }: ReplicaOfRequest, signal: AbortSignal): Promise<ReplicaOfCheck> {
  if (sameAddress(replica.announced, master.announced))
    return { refusals: [{ code: 'replica-of-itself', node: replica.name }], warnings: [] };
  const [mine, theirs] = (await Promise.all([replica, master].map(seat => talk.to(seat, { ...ANSWER, signal })))) as [
    RedisConnection,
    RedisConnection,
  ];
  const [own, other] = await Promise.all([about(mine, signal), about(theirs, signal)]);
  const refusals: ReplicaOfFault[] = [];
  for (const [seat, { mode }] of [
    [replica, own],
    [master, other],
  ] as const) {
    if (mode === 'cluster') refusals.push({ code: 'replica-of-cluster-node', node: seat.name });
    if (mode === 'sentinel') refusals.push({ code: 'replica-of-sentinel', node: seat.name });
  }
  if (other.follows !== undefined && sameAddress(other.follows, replica.announced))
    refusals.push({ code: 'replica-of-loop', node: replica.name, master: master.name });
  if (refusals.length === 0 && (await watchedBySentinel(mine, signal)))
    refusals.push({ code: 'replica-of-watched', node: replica.name });
  // Products number their versions apart: 8 of one isn't newer than 9 of the other.
  if (own.product === other.product && compareServerVersions(own.version, other.version) < 0) {
    refusals.push({
      code: 'replica-of-newer',
      node: replica.name,
      version: own.version,
      master: master.name,
      masterVersion: other.version,
    });
  }
  const warnings: ReplicaOfWarning[] = [];
  const already = own.follows !== undefined && sameAddress(own.follows, master.announced);
  if (already) warnings.push({ code: 'already-follows' });
  else if (own.keys > 0) warnings.push({ code: 'keys-discarded', node: replica.name, keys: own.keys });
  if (!other.persists) warnings.push({ code: 'master-forgets', master: master.name });
  return { refusals, warnings };
}

async function about(connection: RedisConnection, signal: AbortSignal): Promise<About> {
  const [info, ...config] = await connection.pipeline(
    [['INFO'], ['CONFIG', 'GET', 'appendonly'], ['CONFIG', 'GET', 'save']],
    { signal, timeoutMs: 3000 },
  );
  const fields = readInfo(info);
  const settings = new Map(config.flatMap(reply => [...flatMap(reply)]));
  const host = fields.get('master_host');
  const keys = [...fields]
    .filter(([name]) => /^db\d+$/.test(name))
    .reduce((sum, [, value]) => sum + Number(/keys=(\d+)/.exec(value)?.[1] ?? 0), 0);
  return {
    version: fields.get('valkey_version') ?? fields.get('redis_version') ?? '0',
    product: fields.has('valkey_version') ? 'valkey' : 'redis',
    mode: fields.get('redis_mode') ?? 'standalone',
    follows: host === undefined ? undefined : { host, port: Number(fields.get('master_port')) },
    keys,
    // Where CONFIG is forbidden nothing is known against it.
    persists: settings.size === 0 || settings.get('appendonly') === 'yes' || (settings.get('save') ?? '') !== '',
  };
}
