import { until } from '../../base/abort';
import { ClusterNodesReader } from '../../model/clusterNodes';
import { readInfo } from '../../model/info';
import type { CrewMember } from './crew';
import { ask, meet } from './wire';

/** Replicas are a few milliseconds behind; one that is further is linked anew, or frozen. */
const BEHIND_MS = 1000;
const OFFSET_EVERY_MS = 5;
/** Every node says at least once a second what it knows. */
const NEWS_MS = 3000;
const NEWS_EVERY_MS = 20;

/**
 * The replicas of one end of a move. One of them takes the place of its master when that dies in the middle, and then two things count: what of the keys it
 * had, and which slots it believed to be its master's. Nothing of a move waits for either by itself: MIGRATE deletes a key as soon as the other master
 * has it, and SETSLOT is not passed on to replicas (before Valkey 8), they hear of it with a later message of their master. A replica that takes over
 * without having heard of a slot leaves it with the dead.
 */
export class Followers {
  #listening: readonly Follower[];
  #abreast = true;

  constructor(
    private readonly master: CrewMember,
    replicas: readonly CrewMember[],
  ) {
    this.#listening = replicas.map(member => ({ member, reader: new ClusterNodesReader() }));
  }

  get any(): boolean {
    return this.#listening.length > 0;
  }

  /**
   * Until one replica has all the data that the master has now; one that doesn't get there in time holds up nothing more. WAIT would not do: it waits for
   * what its own connection wrote, and these keys came from elsewhere (measured: Redis 8.0 and Valkey 8.1 answer at once).
   */
  async caughtUp(): Promise<void> {
    if (!this.any || !this.#abreast) return;
    try {
      const wanted = await offsetOf(this.master, 'master_repl_offset');
      await Promise.any(
        this.#listening.map(({ member }) =>
          until(`${member.name} caught up`, { everyMs: OFFSET_EVERY_MS, deadlineMs: BEHIND_MS }, async signal =>
            (await offsetOf(member, 'slave_repl_offset', signal)) >= wanted ? true : undefined,
          ),
        ),
      );
    } catch {
      this.#abreast = false; // a dead master or replica is no reason to stop here: whoever talks to it next says so
    }
  }

  /** Those of the slots that every replica knows to be the master's. A replica that doesn't answer is not asked again. */
  async known(slots: readonly number[], signal?: AbortSignal): Promise<readonly number[]> {
    const owned = await Promise.all(
      this.#listening.map(async follower => {
        try {
          const [text] = await ask(follower.member.connection, [['CLUSTER', 'NODES']], signal);
          return { follower, ranges: follower.reader.read(text).find(({ id }) => id === this.master.id)?.slots ?? [] };
        } catch (error) {
          if (signal?.aborted === true) throw error;
          return undefined;
        }
      }),
    );
    const heard = owned.filter(one => one !== undefined);
    this.#listening = heard.map(({ follower }) => follower);
    return slots.filter(slot =>
      heard.every(({ ranges }) => ranges.some(([first, last]) => first <= slot && slot <= last)),
    );
  }

  /** Has the master tell its replicas what it owns, at once, and waits until they know. False when they don't get to know it. */
  async toldOf(slots: readonly number[]): Promise<boolean> {
    try {
      // Who is met again is told all; what a node says by itself comes up to a second later.
      await meet(
        this.master,
        this.#listening.map(({ member }) => member),
      );
      return await until('the replicas know', { everyMs: NEWS_EVERY_MS, deadlineMs: NEWS_MS }, async signal =>
        (await this.known(slots, signal)).length === slots.length ? true : undefined,
      );
    } catch {
      return false; // the master died or froze, or its replicas have lost it
    }
  }
}

interface Follower {
  readonly member: CrewMember;
  readonly reader: ClusterNodesReader;
}

async function offsetOf({ connection }: CrewMember, field: string, signal?: AbortSignal): Promise<number> {
  const [info] = await ask(connection, [['INFO', 'replication']], signal);
  return Number(readInfo(info).get(field) ?? NaN);
}
