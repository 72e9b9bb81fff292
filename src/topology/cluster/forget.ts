import { delay, isCancellation, until } from '../../base/abort';
import { HumanError } from '../../base/errors';
import { ReplyError } from '../../redis/client';
import type { VerbDeps } from '../deps';
import type { OnProgress } from '../ports';
import { withCrew } from './crew';
import type { ClusterTarget, Crew } from './crew';
import { refused } from './wire';

/** A forgotten node may not be taken back for so long, the servers' own figure; then gossip of anybody who still lists it brings it back. */
export const BAN_MS = 60_000;
/** How long a forgotten node is watched: a ban that began last has ended by then. */
export const WATCH_MS = 65_000;
/** All must be done with it well within the ban of the first. */
const FORGET_MS = 20_000;

export type ForgetFault =
  /** These go on listing it. */
  { readonly code: 'forget-not-settled'; readonly node: string; readonly by: readonly string[] };

/**
 * Every answering node forgets these, at once and again until none lists them: what one keeps, gossip brings back to all. Those that don't answer are
 * returned: they still know it, see {@link watchForgotten}.
 * @param ids cluster ids
 * @param name of the forgotten one, whose own silence doesn't count
 */
export async function forgetEverywhere(
  crew: Crew,
  ids: readonly string[],
  signal: AbortSignal,
  name: string = ids.join(', '),
): Promise<readonly string[]> {
  let by: readonly string[] = [];
  try {
    await until(`all forget ${name}`, { everyMs: 100, deadlineMs: FORGET_MS, signal }, async inner => {
      by = await forgetOnce(crew, ids, inner);
      return by.length === 0 ? true : undefined;
    });
  } catch (error) {
    if (isCancellation(error) || by.length === 0) throw error;
    throw new HumanError<ForgetFault>({ code: 'forget-not-settled', node: name, by }, { cause: error });
  }
  const { seen } = await crew.look(signal);
  return [
    ...crew.silent.map(({ seat }) => seat.name),
    ...crew.members
      .filter(member => !ids.includes(member.id) && !seen.some(one => one.name === member.name))
      .map(member => member.name),
  ].filter(
    silent => silent !== name && !crew.members.some(member => member.name === silent && ids.includes(member.id)),
  );
}

/** Tells all who list one of the ids to forget it; returns those who listed any. */
async function forgetOnce(crew: Crew, ids: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  const { seen } = await crew.look(signal);
  const listing = seen.filter(
    ({ report }) => !ids.includes(report.myId) && report.nodes.some(line => ids.includes(line.id)),
  );
  await Promise.all(
    listing.map(async ({ name, report }) => {
      const { connection } = crew.member(name);
      const orders = ids.filter(id => report.nodes.some(line => line.id === id)).map(id => ['CLUSTER', 'FORGET', id]);
      const replies = await connection.pipeline(orders, { signal });
      replies.forEach((reply, index) => {
        if (reply instanceof ReplyError && !/unknown node/i.test(reply.text))
          throw refused(connection, orders[index] ?? [], reply);
      });
    }),
  );
  return listing.map(({ name }) => name);
}

export interface WatchProgress {
  /** Milliseconds of the watch that are left at most. */
  readonly leftMs: number;
  /** Nodes that have not answered since. */
  readonly silent: readonly string[];
  /** How often somebody had to be told again. */
  readonly again: number;
}

/**
 * Looks after a node that was forgotten while some didn't answer: they still know it, and when the ban of the others ends, bring it back. Whoever answers and lists it
 * is told to forget it too. Ends when all have answered and none lists it, or when every ban is over. Returns how often it had to be forgotten again.
 */
export async function watchForgotten(
  deps: Pick<VerbDeps, 'connector' | 'secrets' | 'now'>,
  target: ClusterTarget,
  ids: readonly string[],
  signal: AbortSignal,
  onProgress: OnProgress<WatchProgress>,
): Promise<number> {
  let again = 0;
  for (let until = deps.now() + WATCH_MS; ;) {
    const silent = await withCrew(deps, target, signal, async crew => {
      const by = await forgetOnce(crew, ids, signal);
      again += by.length;
      if (by.length > 0) until = Math.max(until, deps.now() + WATCH_MS); // a new ban has begun
      return [...crew.silent.map(({ seat }) => seat.name), ...by];
    });
    const leftMs = until - deps.now();
    onProgress({ leftMs, silent, again });
    if (silent.length === 0 || leftMs <= 0) return again;
    await delay(1000, signal);
  }
}
