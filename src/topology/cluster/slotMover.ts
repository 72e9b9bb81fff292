import { until } from '../../base/abort';
import { HumanError } from '../../base/errors';
import { readInfo } from '../../model/info';
import type { Reply } from '../../redis/client';
import { ReplyError } from '../../redis/client';
import type { Crew, CrewMember } from './crew';
import { Followers } from './followers';
import { ask, refused } from './wire';
import type { Credentials } from '../../redis/credentials';
import { credentialsOf } from '../../redis/credentials';

export type SlotMoverFault =
  /** Moving it would block its node for so long that the others take it for dead. */
  | {
      readonly code: 'move-key-too-big';
      readonly node: string;
      readonly key: string;
      readonly bytes: number;
      readonly most: number;
      readonly slot: number;
    }
  | { readonly code: 'move-target-silent'; readonly node: string; readonly text: string; readonly slot: number };

/** Keys listed in one go, and in one MIGRATE at most; bytes sent in one MIGRATE. */
const KEYS = 200;
/** So many keys are weighed before a slot is opened: one that is too big shall be found while nothing has begun. A slot rarely has more. */
const WEIGHED_BEFORE = 2000;
const BATCH_BYTES = 512 * 1024;
/** A target that says nothing for this long is frozen; a busy one is not. */
const TARGET_MS = 2000;
/** A master that was cut off waits up to 5 s before it serves again. */
const RIGHTED_MS = 8000;
/** A run gets no further ahead of the replicas than this: what a master that dies takes with it is what they had not got. */
const AHEAD_MS = 200;
/** So often replicas are asked what they have and what they know. */
const NEWS_MS = 50;
/** What a link surely carries in a millisecond, serialising included; a key that needs more than the time-out is refused before it blocks. */
const BYTES_PER_MS = 64 * 1024;

export interface MovedSlot {
  readonly keys: number;
  /** Fewer keys at the target than were moved there: they expired or were deleted meanwhile. */
  readonly missing: number;
}

/** A share of the keys of a slot that one MIGRATE carries. */
type Batch = readonly string[];

/** Moves slots between two masters in the order that keeps every key reachable at every moment. */
export class SlotMover {
  #ahead: { readonly slot: number; readonly weighing: Promise<Batch[]> } | undefined;
  #told: Promise<void> = Promise.resolve();
  /** Whether a replica has what has moved is being asked. */
  #keptAt = 0;
  #keeping: { readonly since: number; readonly done: Promise<unknown> } | undefined;
  /** Slots that the target has taken, and source and others are not told of yet. */
  #untold: number[] = [];
  #toldAt = 0;

  private constructor(
    private readonly source: CrewMember,
    private readonly target: CrewMember,
    private readonly others: readonly CrewMember[],
    private readonly followers: { readonly source: Followers; readonly target: Followers },
    /** MIGRATE blocks its source: it must give up long before the others would miss it. */
    private readonly timeoutMs: number,
    private readonly auth: readonly string[],
  ) {}

  static async between(
    crew: Crew,
    source: CrewMember,
    target: CrewMember,
    secret: string | undefined,
  ): Promise<SlotMover> {
    const { username, password } = credentialsOf(secret) as Partial<Credentials>;
    const [setting] = await ask(source.connection, [['CONFIG', 'GET', 'cluster-node-timeout']]);
    const nodeTimeout = Number(Array.isArray(setting) ? setting[1] : NaN) || 15_000;
    const { seen, view } = await crew.look(AbortSignal.timeout(5000));
    const masters = new Set(seen.filter(one => one.role === 'master').map(one => one.name));
    const others = crew.members.filter(member => masters.has(member.name) && member !== source && member !== target);
    const followersOf = (master: CrewMember): Followers =>
      new Followers(
        master,
        view.members.flatMap(({ id, masterId }) => (masterId === master.id ? (crew.find(id) ?? []) : [])),
      );
    return new SlotMover(
      source,
      target,
      others,
      { source: followersOf(source), target: followersOf(target) },
      Math.min(1000, Math.floor(nodeTimeout / 3)),
      password === undefined ? [] : username === undefined ? ['AUTH', password] : ['AUTH2', username, password],
    );
  }

  /**
   * Not cancellable: a slot that is begun is finished, or reported as open.
   * @param next whose keys are weighed meanwhile, if it is likely to follow
   */
  async move(slot: number, next?: number): Promise<MovedSlot> {
    const { source, target } = this;
    const before = await this.#weighed(slot);
    if (next !== undefined) void this.#weigh(next);
    try {
      // Also asks whether the target lives: a frozen one would hold the source for the whole time-out.
      await ask(
        target.connection,
        [['CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', source.id]],
        undefined,
        TARGET_MS,
      );
    } catch (error) {
      // The target took the slot in an earlier run that was cut off before the others were told.
      if (!(error instanceof HumanError && error.fault.code === 'redis-refused'))
        throw new HumanError<SlotMoverFault>(
          { code: 'move-target-silent', node: target.name, text: String((error as Error).message), slot },
          { cause: error },
        );
      if (!/already the owner/i.test(error.message)) throw error;
      await this.#hand(slot);
      return { keys: 0, missing: 0 };
    }
    try {
      await ask(source.connection, [['CLUSTER', 'SETSLOT', String(slot), 'MIGRATING', target.id]]);
    } catch (error) {
      // The source knows that it gave the slot away, to a predecessor of the target that died before its heir had heard of it.
      if (
        !(
          error instanceof HumanError &&
          error.fault.code === 'redis-refused' &&
          /not the owner/i.test(error.message)
        ) ||
        before.length > 0
      )
        throw error;
      await this.#hand(slot);
      return { keys: 0, missing: 0 };
    }
    if (this.#keeping && performance.now() - this.#keeping.since > AHEAD_MS) await this.#keeping.done;
    let moved = 0;
    // First what was weighed; whatever came into the slot meanwhile follows.
    for (let batches = before; ;) {
      let left: readonly string[] | undefined;
      for (const batch of batches) {
        left = await this.#migrate(slot, batch);
        moved += batch.length;
      }
      left ??= await this.#keysOf(slot, KEYS);
      if (left.length === 0) break;
      batches = await this.#batches(slot, left);
    }
    const there = await this.#hand(slot);
    this.#keep();
    return { keys: moved, missing: Math.max(0, moved - there) };
  }

  /**
   * Ends a run: everybody is told of every slot that moved, and the last news is on its way until this resolves.
   * @param failed the run stopped: what a replica of the target does not know stays as it is, with the source as its owner
   */
  async settle(failed = false): Promise<void> {
    const slots = this.#untold;
    if (slots.length > 0 && ((await this.followers.target.toldOf(slots)) || !failed)) await this.#tell(slots);
    await Promise.all([this.#told, this.#keeping?.done]);
  }

  /** Asks both ends' replicas, unless that is under way or was just done. */
  #keep(): void {
    if (this.#keeping || performance.now() - this.#keptAt < NEWS_MS) return;
    const { source, target } = this.followers;
    const done = Promise.all([source.caughtUp(), target.caughtUp()]).finally(() => {
      this.#keeping = undefined;
      this.#keptAt = performance.now();
    });
    this.#keeping = { since: performance.now(), done };
  }

  #weigh(slot: number): Promise<Batch[]> {
    const weighing = this.#keysOf(slot, WEIGHED_BEFORE).then(keys => this.#batches(slot, keys));
    weighing.catch(() => undefined); // heard when its turn comes, if it comes
    this.#ahead = { slot, weighing };
    return weighing;
  }

  #weighed(slot: number): Promise<Batch[]> {
    return this.#ahead?.slot === slot ? this.#ahead.weighing : this.#weigh(slot);
  }

  async #keysOf(slot: number, most: number): Promise<string[]> {
    const [found] = await ask(this.source.connection, [['CLUSTER', 'GETKEYSINSLOT', String(slot), String(most)]]);
    return listed(found);
  }

  /**
   * Keys of a slot that the target owns already leave this source, where nobody finds them. A key that the owner has too is the live one: then the stray
   * copy is dropped. Returns how many went.
   */
  async bringHome(slot: number): Promise<number> {
    const { source, target } = this;
    // A node gives up keys of a slot only while it imports it, else it sends everybody to the owner.
    await ask(source.connection, [['CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', target.id]]);
    let moved = 0;
    for (;;) {
      const keys = await this.#keysOf(slot, KEYS);
      if (keys.length === 0) break;
      const there = await ask(
        target.connection,
        keys.map(key => ['EXISTS', key]),
      );
      const stale = keys.filter((_, index) => there[index] === 1);
      await ask(
        source.connection,
        stale.flatMap(key => [['ASKING'], ['DEL', key]]),
      );
      for (const batch of await this.#batches(
        slot,
        keys.filter(key => !stale.includes(key)),
      )) {
        await this.#migrate(slot, batch);
        moved += batch.length;
      }
    }
    await ask(source.connection, [['CLUSTER', 'SETSLOT', String(slot), 'STABLE']]);
    return moved;
  }

  /**
   * The new owner first (else a crash of the target in between loses the slot); then, when its replicas know (else a crash of the target leaves the slot
   * with the dead), the old owner and the other masters. Until then the old one sends everybody on. Gives the number of keys at the target.
   */
  async #hand(slot: number): Promise<number> {
    const [there] = await ask(this.target.connection, [
      ['CLUSTER', 'COUNTKEYSINSLOT', String(slot)],
      ['CLUSTER', 'SETSLOT', String(slot), 'NODE', this.target.id],
    ]);
    this.#untold.push(slot);
    if (!this.followers.target.any) await this.#tell(this.#untold);
    else if (performance.now() - this.#toldAt > NEWS_MS) {
      // With every slot it takes a master tells all nodes of those before.
      this.#toldAt = performance.now();
      await this.#tell(await this.followers.target.known(this.#untold));
    }
    return Number(there);
  }

  async #tell(slots: readonly number[]): Promise<void> {
    if (slots.length === 0) return;
    const orders = slots.map(slot => ['CLUSTER', 'SETSLOT', String(slot), 'NODE', this.target.id]);
    const replies = await this.source.connection.pipeline(orders);
    replies.forEach((reply, index) => {
      // With its last slot a master becomes a replica of the taker, and as such takes no such order; it knows already.
      if (reply instanceof ReplyError && !/master/i.test(reply.text))
        throw refused(this.source.connection, orders[index] ?? [], reply);
    });
    this.#untold = this.#untold.filter(slot => !slots.includes(slot));
    // Nobody waits for these: a silent one hears it from the target by gossip.
    const telling = Promise.all(this.others.map(other => other.connection.pipeline(orders).catch(() => undefined)));
    this.#told = Promise.all([this.#told, telling]).then(() => undefined);
  }

  /** Together small enough that no MIGRATE comes near the time-out. */
  async #batches(slot: number, keys: readonly string[]): Promise<Batch[]> {
    const most = this.timeoutMs * BYTES_PER_MS;
    const batches: string[][] = [];
    let bytes = Infinity;
    for (let from = 0; from < keys.length; from += KEYS) {
      const some = keys.slice(from, from + KEYS);
      const sizes = await this.source.connection.pipeline(some.map(key => ['MEMORY', 'USAGE', key, 'SAMPLES', '5']));
      some.forEach((key, index) => {
        const size = typeof sizes[index] === 'number' ? sizes[index] : 0;
        if (size > most)
          throw new HumanError<SlotMoverFault>({
            code: 'move-key-too-big',
            node: this.source.name,
            key,
            bytes: size,
            most,
            slot,
          });
        if (bytes + size > BATCH_BYTES || (batches[batches.length - 1]?.length ?? 0) >= KEYS) {
          batches.push([]);
          bytes = 0;
        }
        bytes += size;
        batches[batches.length - 1]?.push(key);
      });
    }
    return batches;
  }

  /** Gives what is in the slot after it. */
  async #migrate(
    slot: number,
    keys: Batch,
    tried: { readonly replace?: boolean; readonly righted?: boolean } = {},
  ): Promise<string[]> {
    const { host, port } = this.target.announced;
    const command = [
      'MIGRATE',
      host,
      String(port),
      '',
      '0',
      String(this.timeoutMs),
      ...(tried.replace === true ? ['REPLACE'] : []),
      ...this.auth,
      'KEYS',
      ...keys,
    ];
    const [reply, left] = await this.source.connection.pipeline(
      [command, ['CLUSTER', 'GETKEYSINSLOT', String(slot), String(KEYS)]],
      { timeoutMs: this.timeoutMs * 2 + 1000 },
    );
    if (!(reply instanceof ReplyError)) return listed(left);
    // A copy that an interrupted MIGRATE left at the target: while the source has the key, only the source was written to.
    if (reply.text.includes('BUSYKEY') && tried.replace !== true)
      return this.#migrate(slot, keys, { ...tried, replace: true });
    if (reply.text.includes('CLUSTERDOWN') && tried.righted !== true) {
      await this.#right(slot);
      return this.#migrate(slot, keys, { ...tried, righted: true });
    }
    throw refused(this.source.connection, ['MIGRATE'], reply);
  }

  /**
   * While a node imports a slot it holds on to the owner that it knew when that began. When the owner has lost its place since, the node calls the cluster
   * down and takes no keys, until it is told who has the slot now.
   */
  async #right(slot: number): Promise<void> {
    const { connection } = this.target;
    await ask(connection, [
      ['CLUSTER', 'SETSLOT', String(slot), 'NODE', this.source.id],
      ['CLUSTER', 'SETSLOT', String(slot), 'IMPORTING', this.source.id],
    ]);
    await until('cluster ok at the taker', { everyMs: 50, deadlineMs: RIGHTED_MS }, async signal => {
      const [info] = await ask(connection, [['CLUSTER', 'INFO']], signal);
      return readInfo(info).get('cluster_state') === 'ok' ? true : undefined;
    });
  }
}

function listed(reply: unknown): string[] {
  return Array.isArray(reply) ? (reply as readonly Reply[]).map(String) : [];
}
