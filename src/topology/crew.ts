import { whenAborted } from '../base/abort';
import type { RedisConnection } from '../redis/client';
import { explainSilence, keepSecret, makePlace, nodesOf, startNodes } from './bringUp';
import type { RunningNode } from './bringUp';
import type { Creation } from './creation';
import type { VerbDeps } from './deps';
import type { Journal } from './journal';
import { linkReplica, linkUp, proveReplication, readHz, rewriteConf, setHz } from './linkSteps';
import type { ReplicationCheck } from './linkSteps';
import type { TopologyPlan } from './plan';
import type { OnProgress } from './ports';
import { hurry, readPeriods, setPeriods } from './sentinelSteps';
import type { Periods } from './sentinelSteps';
import { Steps } from './steps';
import type { StepProgress } from './steps';
import { Talk } from './talk';

export const PATIENCE = { everyMs: 10, deadlineMs: 30_000 } as const;

export type LinkCheck = { readonly code: 'link-up'; readonly node: string } | ReplicationCheck;

/**
 * The frame of a creation of servers (and Sentinels): secret, place, and then `form` with everybody, while `start` starts them. Throws what
 * went wrong, with what the server said last when it fell silent. Undoing is the caller's.
 */
export async function runCreation<Step extends string, Check>(
  deps: VerbDeps,
  journal: Journal,
  plan: TopologyPlan & { readonly steps: readonly (Step | 'secret' | 'place')[] },
  given: string | undefined,
  signal: AbortSignal,
  onProgress: OnProgress<StepProgress<Step | 'secret' | 'place'>>,
  form: (crew: Crew, steps: Steps<Step | 'secret' | 'place'>, start: () => Promise<void>) => Promise<readonly Check[]>,
): Promise<Creation<Step | 'secret' | 'place', Check>> {
  const steps = new Steps(plan.steps, () => deps.now(), onProgress);
  const password = await steps.run('secret', () => keepSecret(deps, journal, plan, given));
  const place = await steps.run('place', () => makePlace(deps, journal, plan, signal));
  const nodes = nodesOf(plan, place);
  const talk = new Talk(deps.connector, password);
  try {
    const checks = await form(new Crew(deps, journal, nodes, talk, password), steps, () =>
      startNodes(deps, journal, plan, place, nodes, password, signal),
    );
    return {
      topologyId: journal.record.topologyId,
      name: plan.name,
      steps: steps.times,
      totalMs: steps.totalMs,
      checks,
      nodes: nodes.map(({ planned, seat, instanceId }) => ({
        name: seat.name,
        role: planned.role,
        instanceId,
        announced: seat.announced,
        reachable: seat.reachable,
      })),
    };
  } catch (error) {
    throw await explainSilence(deps, plan, nodes, password, error);
  } finally {
    talk.dispose();
  }
}

/** The servers and Sentinels of one creation, and what is done with them whatever they are to become. */
export class Crew {
  readonly servers: readonly RunningNode[];
  readonly sentinels: readonly RunningNode[];
  readonly #hurried = new Map<RunningNode, Promise<void>>();

  constructor(
    private readonly deps: Pick<VerbDeps, 'now'>,
    readonly journal: Journal,
    nodes: readonly RunningNode[],
    private readonly talk: Talk,
    readonly password: string | undefined,
  ) {
    this.servers = nodes.filter(({ planned }) => planned.program === 'redis');
    this.sentinels = nodes.filter(({ planned }) => planned.program === 'sentinel');
  }

  /** The connection to a node, as soon as it is started and answers. */
  async to(node: RunningNode, signal: AbortSignal): Promise<RedisConnection> {
    await startedOf(node, signal);
    return this.talk.to(node.seat, { ...PATIENCE, signal });
  }

  /** A step that needs no undo of its own: removing the nodes takes it back. */
  act<T>(step: string, work: () => Promise<T>): Promise<T> {
    return this.journal.act(step, { act: 'nothing' }, work);
  }

  /**
   * Makes one server or Sentinel look around more often while the whole comes together. What its periods were is in the journal before they are
   * changed, so that a later run can put them back; they live in the process only, a restart forgets them too.
   */
  hurry(node: RunningNode, signal: AbortSignal): Promise<void> {
    let hurried = this.#hurried.get(node);
    if (hurried === undefined) {
      hurried = this.#hurry(node, signal);
      this.#hurried.set(node, hurried);
    }
    return hurried;
  }

  /** Every server follows `parentOf` it; one that follows a replica waits until that one is linked itself. The server without a parent is the master. */
  async link(parentOf: (node: RunningNode) => RunningNode | undefined, signal: AbortSignal): Promise<void> {
    const linked = new Map<RunningNode, Promise<void>>();
    const link = (node: RunningNode): Promise<void> => {
      let done = linked.get(node);
      if (done === undefined) {
        done = this.#link(node, parentOf(node), link, signal);
        linked.set(node, done);
      }
      return done;
    };
    await Promise.all(this.servers.map(link));
  }

  /** Restart-proof: the server writes what it became into its own file, and its timers are what they were. */
  async settleServer(node: RunningNode, signal: AbortSignal): Promise<void> {
    await this.calm(node, signal);
    await rewriteConf(await this.to(node, signal), node.seat, signal);
  }

  async calm(node: RunningNode, signal: AbortSignal): Promise<void> {
    const before = this.#before(node);
    if (before === null) return;
    const connection = await this.to(node, signal);
    if (typeof before === 'number') await setHz(connection, before, signal);
    else await setPeriods(connection, before, signal);
  }

  /** All links up, a key of the master read on every other server, and a write refused there. */
  async prove(
    master: RunningNode,
    parentOf: (node: RunningNode) => RunningNode | undefined,
    signal: AbortSignal,
  ): Promise<readonly LinkCheck[]> {
    const replicas = await Promise.all(
      this.servers
        .filter(node => node !== master)
        .map(async node => ({ node, seat: node.seat, connection: await this.to(node, signal) })),
    );
    const key = `redis-topology-explorer:check:${this.journal.record.session}`;
    const [, proof] = await Promise.all([
      Promise.all(
        replicas.map(({ node, seat, connection }) =>
          linkUp(connection, seat, (parentOf(node) ?? master).seat, { ...PATIENCE, signal }),
        ),
      ),
      proveReplication(await this.to(master, signal), replicas, key, { ...PATIENCE, signal }, () => this.deps.now()),
    ]);
    return [...replicas.map(({ seat }) => ({ code: 'link-up' as const, node: seat.name })), ...proof];
  }

  async #link(
    node: RunningNode,
    parent: RunningNode | undefined,
    linked: (node: RunningNode) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    await this.hurry(node, signal);
    if (parent === undefined) return;
    await linked(parent);
    await linkReplica(await this.to(node, signal), node.seat, parent.seat, { ...PATIENCE, signal });
  }

  async #hurry(node: RunningNode, signal: AbortSignal): Promise<void> {
    const step = `periods ${node.seat.name}`;
    const connection = await this.to(node, signal);
    const isServer = node.planned.program === 'redis';
    if (this.journal.entry(step)?.state !== 'done') {
      await this.act(
        step,
        async () => (isServer ? await readHz(connection, signal) : await readPeriods(connection, signal)) ?? null,
      );
    }
    const before = this.#before(node);
    if (before === null) return;
    if (typeof before === 'number') await setHz(connection, 'hurried', signal);
    else await hurry(connection, before, signal);
  }

  #before(node: RunningNode): Periods | number | null {
    return (this.journal.entry(`periods ${node.seat.name}`)?.data ?? null) as Periods | number | null;
  }
}

/** `node.started`, or the cancellation: the start of a node whose creation failed never comes. */
function startedOf(node: RunningNode, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void =>
      reject(signal.reason instanceof Error ? signal.reason : new DOMException('cancelled', 'AbortError'));
    if (signal.aborted) return stop();
    const forget = whenAborted(signal, stop);
    void node.started.then(() => {
      forget();
      resolve();
    });
  });
}
