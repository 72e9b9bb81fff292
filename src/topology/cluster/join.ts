import { delay, isDeadline, until } from '../../base/abort';
import { HumanError } from '../../base/errors';
import { readInfo } from '../../model/info';
import { keySlot } from '../../model/slots';
import type { SlotRange } from '../../model/slots';
import type { RedisConnection } from '../../redis/client';
import { ReplyError } from '../../redis/client';
import { deafPairs, lacksOf } from './agreement';
import type { ClusterLack, Wanted } from './agreement';
import { forTheMoment, inspect } from './joinStart';
import type { Inspection, JoinStartFault } from './joinStart';
import type { ClusterPlan } from './plan';
import { addSlots, ask, meet, meetAll, refused, Watcher } from './wire';
import type { ClusterPeer, Observation } from './wire';

/** Makes one cluster of servers that are empty and alone. Needs only connections, so it serves containers and processes alike. */
export interface JoinRequest {
  readonly peers: readonly ClusterPeer[];
  readonly plan: Pick<ClusterPlan, 'masters' | 'replicas'>;
  /** `direct` forbids the quicker road. Default: the quicker one where each master has a replica. */
  readonly road?: 'quick' | 'direct';
  /** Longest wait for anything, default 30 s. */
  readonly deadlineMs?: number;
  /** An earlier run may have got half-way: the nodes, which must know nobody but each other and hold no key, start anew. */
  readonly startAnew?: boolean;
}

export const JOIN_STEPS = ['assign', 'meet', 'replicate', 'agree-all', 'prove'] as const;
export type JoinStep = (typeof JOIN_STEPS)[number];
/** Wraps each step, so that the caller can time and tell it. */
export type RunStep = <T>(step: JoinStep, work: () => Promise<T>) => Promise<T>;

export type JoinFault =
  | JoinStartFault
  /** The bus works not between these: `from` can't reach `to` on `port` (that is the bus port). One way each. */
  | {
      readonly code: 'cluster-cannot-talk';
      readonly pairs: readonly {
        readonly from: string;
        readonly to: string;
        readonly host: string;
        readonly port: number;
      }[];
    }
  /** redis-cli ignores this and leaves an empty master. */
  | {
      readonly code: 'cluster-replicate-refused';
      readonly node: string;
      readonly master: string;
      readonly text: string;
    }
  | { readonly code: 'cluster-not-whole'; readonly lacks: readonly ClusterLack[] }
  | { readonly code: 'cluster-key-lost'; readonly node: string; readonly slot: number };

export interface JoinResult {
  readonly wanted: Wanted;
  readonly seen: readonly Observation[];
  readonly road: 'quick' | 'direct';
}

/**
 * Joins the nodes and returns when **every** node sees the whole: see {@link lacksOf}, and a key was written and read on each master.
 *
 * Two roads. *Direct*: masters get their slots, all meet all, replicas replicate, all meet again (which carries the news at
 * once instead of by gossip). A master calls the cluster ok 2 s after its start at the earliest. *Quick*: that delay holds for
 * masters only, so the slots first go to each shard's first replica, the coming master replicates it, calls the cluster ok,
 * and takes over. When the quick road finds a node still doubtful, it ends a few seconds later by the same rules, not wrong.
 */
export async function joinCluster(
  request: JoinRequest,
  signal: AbortSignal,
  runStep: RunStep = (_, work) => work(),
): Promise<JoinResult> {
  const road =
    request.road !== 'direct' &&
    request.plan.masters.every(master => request.plan.replicas.some(replica => replica.of === master.name))
      ? 'quick'
      : 'direct';
  let restore: () => Promise<void> = () => Promise.resolve();
  let result: JoinResult;
  try {
    const joining = await runStep('assign', async () => {
      const inspected = await inspect(request.peers, request.startAnew ?? false, signal);
      restore = await forTheMoment(inspected, road, signal);
      const joining = new Joining(request, inspected, road, signal);
      await joining.assign();
      return joining;
    });
    await runStep('meet', () => meetAll(request.peers, signal));
    await runStep('replicate', () => joining.replicate());
    const seen = await runStep('agree-all', () => joining.agree());
    await runStep('prove', () => joining.verify());
    result = { wanted: joining.wanted, seen, road };
  } catch (error) {
    await restore().catch(() => undefined); // what went wrong first is what must be told
    throw error;
  }
  await restore();
  return result;
}

class Joining {
  readonly wanted: Wanted;
  /** What the slots are given out by first: on the quick road each shard's first replica stands in its master's place. */
  readonly #first: Wanted;
  readonly #request: JoinRequest;
  readonly #watchers: readonly Watcher[];
  readonly #signal: AbortSignal;
  readonly #patience: { everyMs: number; deadlineMs: number; signal: AbortSignal };

  constructor(request: JoinRequest, inspected: readonly Inspection[], road: 'quick' | 'direct', signal: AbortSignal) {
    const { masters, replicas } = request.plan;
    this.#request = request;
    this.#watchers = request.peers.map(peer => new Watcher(peer));
    this.#signal = signal;
    this.#patience = { everyMs: 10, deadlineMs: request.deadlineMs ?? 30_000, signal };
    this.wanted = {
      nodes: inspected.map(({ peer, id }) => ({ name: peer.name, id, announced: peer.announced })),
      shards: masters.map(({ name, ranges }) => ({
        master: name,
        ranges,
        replicas: replicas.filter(replica => replica.of === name).map(replica => replica.name),
      })),
    };
    this.#first = road === 'quick' ? swapped(this.wanted) : this.wanted;
  }

  async assign(): Promise<void> {
    // The epochs first of all: SET-CONFIG-EPOCH is taken only by a node that knows nobody.
    await Promise.all(
      this.#request.peers.map((peer, index) =>
        ask(peer.connection, [['CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1)]], this.#signal),
      ),
    );
    await Promise.all(
      this.#first.shards.map(shard => addSlots(this.#peer(shard.master).connection, shard.ranges, this.#signal)),
    );
  }

  async replicate(): Promise<void> {
    await this.#bounded(() =>
      Promise.all(
        this.#first.shards.flatMap(shard => shard.replicas.map(replica => this.#replicate(replica, shard.master))),
      ),
    );
  }

  async agree(): Promise<readonly Observation[]> {
    if (this.#first !== this.wanted) {
      const holders = new Set(this.#first.shards.map(shard => shard.master));
      // The holders may call the cluster down for 2 s yet; links of replication don't matter before the roles are final.
      await this.#agree(
        this.#first,
        lack => lack.code !== 'link' && lack.code !== 'epochs' && !(lack.code === 'state' && holders.has(lack.node)),
      );
      await this.#takeOver();
    }
    return this.#agree(this.wanted, () => true);
  }

  async verify(): Promise<void> {
    await Promise.all(
      this.wanted.shards.map(shard => proveMaster(this.#peer(shard.master), shard.ranges, this.#signal)),
    );
  }

  #peer(name: string): ClusterPeer {
    const peer = this.#request.peers.find(peer => peer.name === name);
    if (!peer) throw new RangeError(`no node ${name}`);
    return peer;
  }

  /** Again and again until the replica knows its master; any other refusal is the end. */
  async #replicate(replica: string, master: string): Promise<void> {
    const { connection } = this.#peer(replica);
    const id = this.wanted.nodes.find(node => node.name === master)?.id ?? '';
    await until(`${replica} replicates ${master}`, this.#patience, async signal => {
      const [reply] = await connection.pipeline([['CLUSTER', 'REPLICATE', id]], { signal });
      if (!(reply instanceof ReplyError)) return true;
      if (!/unknown node/i.test(reply.text))
        throw new HumanError<JoinFault>(
          { code: 'cluster-replicate-refused', node: replica, master, text: reply.text },
          { cause: refused(connection, ['CLUSTER', 'REPLICATE'], reply) },
        );
      return undefined;
    });
  }

  /**
   * One after the other, each when it has heard of the last one's epoch: masters that take over at the same time would all choose
   * the same new epoch, and sorting that out costs half a second.
   */
  async #takeOver(): Promise<void> {
    let epoch = 0;
    for (const { master } of this.wanted.shards) {
      const { connection } = this.#peer(master);
      for (
        const heard = performance.now();
        (await currentEpoch(connection, this.#signal)) < epoch && performance.now() - heard < 100;
      )
        await delay(1, this.#signal);
      await ask(connection, [['CLUSTER', 'FAILOVER', 'TAKEOVER']], this.#signal);
      epoch = await currentEpoch(connection, this.#signal);
    }
  }

  /** Waits until nothing that `matters` is lacking, from every node; news that some lack is carried to them. */
  async #agree(wanted: Wanted, matters: (lack: ClusterLack) => boolean): Promise<readonly Observation[]> {
    const told = new Map<string, number>();
    let lacks: readonly ClusterLack[] = [];
    return this.#bounded(
      () =>
        until('all nodes agree', this.#patience, async signal => {
          const seen = await Promise.all(this.#watchers.map(watcher => watcher.look(signal)));
          lacks = lacksOf(wanted, seen).filter(matters);
          if (lacks.length === 0) return seen;
          await this.#carryNews(lacks, told, signal);
          return undefined;
        }),
      () => lacks,
    );
  }

  /**
   * A node that meets one it knows already sends it its state at once; gossip would take seconds. It also costs that pair about
   * 0.2 s of handshake, so only those meet of whom the other lacks news, and not again before it could have arrived.
   */
  async #carryNews(lacks: readonly ClusterLack[], told: Map<string, number>, signal: AbortSignal): Promise<void> {
    const now = performance.now();
    const calls = new Map<string, Set<string>>();
    const unsure = new Set(
      lacks.flatMap(lack =>
        (lack.code === 'role' || lack.code === 'slots') && lack.node === lack.by ? [lack.node] : [],
      ),
    );
    for (const lack of lacks) {
      const [from, to] =
        lack.code === 'pair'
          ? [lack.from, lack.to]
          : lack.code === 'role' || lack.code === 'slots'
            ? [lack.node, lack.by]
            : ['', ''];
      if (from === to || unsure.has(from)) continue;
      const key = `${from} ${to}`;
      const last = told.get(key) ?? (lack.code === 'pair' ? now : -Infinity);
      if (!told.has(key)) told.set(key, last);
      if (now - last < (lack.code === 'pair' ? 1500 : 400)) continue;
      told.set(key, now);
      calls.set(from, (calls.get(from) ?? new Set()).add(to));
    }
    await Promise.all(
      [...calls].map(([from, to]) =>
        meet(
          this.#peer(from),
          [...to].map(name => this.#peer(name)),
          signal,
        ),
      ),
    );
  }

  /** A wait that ran out of time is explained: by the pairs that can't talk, else by what is lacking. */
  async #bounded<T>(work: () => Promise<T>, lacks: () => readonly ClusterLack[] = () => []): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isDeadline(error)) throw error;
      const seen = await Promise.all(this.#watchers.map(watcher => watcher.look(this.#signal)));
      const pairs = deafPairs(this.wanted.nodes, seen);
      if (pairs.length > 0) {
        throw new HumanError<JoinFault>(
          {
            code: 'cluster-cannot-talk',
            pairs: pairs.map(({ from, to }) => ({
              from,
              to,
              host: this.#peer(to).announced.host,
              port: this.#peer(to).busPort ?? this.#peer(to).announced.port + 10000,
            })),
          },
          { cause: error },
        );
      }
      throw new HumanError<JoinFault>({ code: 'cluster-not-whole', lacks: lacks() }, { cause: error });
    }
  }
}

/** The first replica of each shard in the master's place. */
function swapped(wanted: Wanted): Wanted {
  return {
    nodes: wanted.nodes,
    shards: wanted.shards.map(({ master, replicas: [holder = master, ...others], ranges }) => ({
      master: holder,
      replicas: [master, ...others],
      ranges,
    })),
  };
}

async function currentEpoch(connection: RedisConnection, signal: AbortSignal): Promise<number> {
  const [info] = await ask(connection, [['CLUSTER', 'INFO']], signal);
  return Number(readInfo(info).get('cluster_current_epoch') ?? 0);
}

/** Writes a key that lives with the master, reads it back and takes it away. */
export async function proveMaster(
  master: ClusterPeer,
  ranges: readonly SlotRange[],
  signal: AbortSignal,
): Promise<void> {
  let key = '';
  for (let n = 0; !ranges.some(([first, last]) => keySlot(key) >= first && keySlot(key) <= last); n++)
    key = `redis-topology-explorer:check:${n}`;
  const value = String(keySlot(key));
  const [, read] = await ask(
    master.connection,
    [
      ['SET', key, value, 'EX', '60'],
      ['GET', key],
      ['DEL', key],
    ],
    signal,
  );
  if (read !== value)
    throw new HumanError<JoinFault>({ code: 'cluster-key-lost', node: master.name, slot: keySlot(key) });
}
