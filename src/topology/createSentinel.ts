import { whenAborted } from '../base/abort';
import { HumanError } from '../base/errors';
import { sameAddress } from '../model/address';
import type { Address } from '../model/address';
import { explainSilence, keepSecret, makePlace, nodesOf, startNodes } from './bringUp';
import type { RunningNode } from './bringUp';
import type { VerbDeps } from './deps';
import { Journal } from './journal';
import { linkReplica, linkUp, proveReplication, readHz, rewriteConf, setHz } from './linkSteps';
import type { ReplicationCheck } from './linkSteps';
import type { OnProgress } from './ports';
import { planSentinel } from './sentinelPlan';
import type { CreateStepCode, SentinelPlan } from './sentinelPlan';
import type { RequestField, RequestProblem, SentinelRequest } from './sentinelRequest';
import { validateSentinelRequest } from './sentinelRequest';
import { allAgree, flushSentinel, hurry, masterSeenBy, monitor, readPeriods, setPeriods } from './sentinelSteps';
import type { Periods } from './sentinelSteps';
import { Steps } from './steps';
import type { StepProgress, StepTime } from './steps';
import { Talk } from './talk';
import { together } from './together';
import { undoAll } from './undo';

export type CreateFault =
  | { readonly code: 'request-invalid'; readonly field: RequestField; readonly problem: RequestProblem };

/** The confirmed preview is the request: what was shown is what is made. `password` only when the user gave one. */
export interface CreateSentinelRequest {
  readonly plan: SentinelPlan;
  readonly password?: string;
}

export type CreateProgress = StepProgress<CreateStepCode>;

export interface CreationReport {
  readonly topologyId: string;
  readonly name: string;
  readonly nodes: readonly CreatedNode[];
  readonly steps: readonly StepTime<CreateStepCode>[];
  readonly totalMs: number;
  readonly checks: readonly CreationCheck[];
}

export interface CreatedNode {
  readonly name: string;
  readonly role: 'master' | 'replica' | 'sentinel';
  readonly instanceId: string;
  readonly announced: Address;
  readonly reachable: Address;
}

/** What was seen to be true, line by line, for the report. */
export type CreationCheck =
  | { readonly code: 'link-up'; readonly node: string }
  /** `text` is the reply of CKQUORUM; this Sentinel knows `replicas` linked replicas and, with itself, `sentinels` Sentinels. */
  | { readonly code: 'quorum'; readonly node: string; readonly text: string; readonly replicas: number; readonly sentinels: number }
  | ReplicationCheck;

/** Plans with ports that are free now. Throws `request-invalid` or an EngineFault. */
export async function prepareSentinel(deps: Pick<VerbDeps, 'engine'>, request: SentinelRequest, signal: AbortSignal): Promise<SentinelPlan> {
  const [wrong] = validateSentinelRequest(request);
  if (wrong !== undefined) throw new HumanError<CreateFault>({ code: 'request-invalid', ...wrong });
  const engine = deps.engine(request.engine);
  const servers = await engine.freePorts(request.firstPort, request.replicas + 1, signal);
  const sentinels = await engine.freePorts(request.firstSentinelPort, request.sentinels, signal);
  return planSentinel(request, [...servers, ...sentinels], node => engine.insidePaths(request.storage, node));
}

/** Creates what the plan says, or leaves nothing: on failure and on cancel everything made is taken back before this throws. */
export async function createSentinel(deps: VerbDeps, request: CreateSentinelRequest, signal: AbortSignal, onProgress: OnProgress<CreateProgress>): Promise<CreationReport> {
  const { plan } = request;
  signal.throwIfAborted();
  const journal = await Journal.begin(deps, {
    verb: 'create', topologyId: deps.uuid(), session: deps.uuid(), name: plan.name, kind: plan.kind, engine: plan.engine, plan,
  });
  let report: CreationReport;
  try {
    report = await runSentinel(deps, journal, plan, request.password, signal, onProgress);
  } catch (error) {
    await undoAll(deps, journal);
    throw error;
  }
  await journal.close();
  return report;
}

const PATIENCE = { everyMs: 10, deadlineMs: 30_000 } as const;

/** Runs the steps; those that an earlier run did are found done. Undoing is the caller's. */
export async function runSentinel(deps: VerbDeps, journal: Journal, plan: SentinelPlan, given: string | undefined, signal: AbortSignal, onProgress: OnProgress<CreateProgress>): Promise<CreationReport> {
  const steps = new Steps(plan.steps, () => deps.now(), onProgress);
  const password = await steps.run('secret', () => keepSecret(deps, journal, plan, given));
  const place = await steps.run('place', () => makePlace(deps, journal, plan, signal));
  const nodes = nodesOf(plan, place);
  const talk = new Talk(deps.connector, password);
  try {
    const checks = await new Formation(deps, journal, plan, nodes, password, talk, steps).run(signal, () => startNodes(deps, journal, plan, place, nodes, password, signal));
    return {
      topologyId: journal.record.topologyId, name: plan.name, steps: steps.times, totalMs: steps.totalMs, checks,
      nodes: nodes.map(({ planned, seat, instanceId }) => ({ name: seat.name, role: planned.role, instanceId, announced: seat.announced, reachable: seat.reachable })),
    };
  } catch (error) {
    throw await explainSilence(deps, plan, nodes, password, error);
  } finally {
    talk.dispose();
  }
}

/** From started servers to a Sentinel topology: who follows whom, who watches whom, and the proof. */
class Formation {
  readonly #servers: readonly RunningNode[];
  readonly #sentinels: readonly RunningNode[];
  #master: RunningNode;

  constructor(
    private readonly deps: VerbDeps, private readonly journal: Journal, private readonly plan: SentinelPlan, nodes: readonly RunningNode[],
    private readonly password: string | undefined, private readonly talk: Talk, private readonly steps: Steps<CreateStepCode>,
  ) {
    this.#servers = nodes.filter(({ planned }) => planned.program === 'redis');
    this.#sentinels = nodes.filter(({ planned }) => planned.program === 'sentinel');
    this.#master = this.#servers[0] as RunningNode;
  }

  async run(signal: AbortSignal, start: () => Promise<void>): Promise<readonly CreationCheck[]> {
    await together(signal,
      () => this.steps.run('nodes', start),
      signal => this.steps.run('link', () => this.#link(signal)),
      signal => Promise.all(this.#sentinels.map(node => this.#hurry(node, signal))),
    );
    await this.steps.run('monitor', () => this.#act('monitor', () => this.#monitor(signal)));
    await this.steps.run('agree', () => this.#agree(signal));
    await this.steps.run('settle', () => this.#act('settle', () => this.#settle(signal)));
    return this.steps.run('verify', () => this.#verify(signal));
  }

  /** Replicas before Sentinels: what a Sentinel's first INFO doesn't show, it learns 10 s later. */
  async #link(signal: AbortSignal): Promise<void> {
    this.#master = await this.#actualMaster(signal);
    await this.#act('link', async () => {
      const ready = this.#hurry(this.#master, signal);
      await Promise.all([ready, ...this.#replicas().map(async node => {
        await Promise.all([ready, this.#hurry(node, signal)]);
        await linkReplica(await this.#to(node, signal), node.seat, this.#master.seat, { ...PATIENCE, signal });
      })]);
    });
  }

  /** When Sentinels of an earlier run watch already, they may have failed over since: they know the master. */
  async #actualMaster(signal: AbortSignal): Promise<RunningNode> {
    if (this.journal.entry('monitor') === undefined) return this.#master;
    for (const node of this.#sentinels) {
      const seen = await masterSeenBy(await this.#to(node, signal), this.plan.name, signal);
      const master = this.#servers.find(({ seat }) => seen !== undefined && sameAddress(seat.announced, seen));
      if (master !== undefined) return master;
    }
    return this.#master;
  }

  /**
   * Makes one server or Sentinel look around more often while the whole comes together. What its periods were is in the journal before they are
   * changed, so that a later run can put them back; they live in the process only, a restart forgets them too.
   */
  async #hurry(node: RunningNode, signal: AbortSignal): Promise<void> {
    const step = `periods ${node.seat.name}`;
    const connection = await this.#to(node, signal);
    const isServer = node.planned.program === 'redis';
    if (this.journal.entry(step)?.state !== 'done') {
      await this.#act(step, async () => (isServer ? await readHz(connection, signal) : await readPeriods(connection, signal)) ?? null);
    }
    const before = this.#before(node);
    if (before === null) return;
    if (typeof before === 'number') await setHz(connection, 'hurried', signal);
    else await hurry(connection, before, signal);
  }

  async #calm(node: RunningNode, signal: AbortSignal): Promise<void> {
    const before = this.#before(node);
    if (before === null) return;
    const connection = await this.#to(node, signal);
    if (typeof before === 'number') await setHz(connection, before, signal);
    else await setPeriods(connection, before, signal);
  }

  #before(node: RunningNode): Periods | number | null {
    return (this.journal.entry(`periods ${node.seat.name}`)?.data ?? null) as Periods | number | null;
  }

  async #monitor(signal: AbortSignal): Promise<void> {
    const { name: masterName, quorum, downAfterMs, failoverTimeoutMs } = this.plan;
    const order = { masterName, master: this.#master.seat.announced, quorum, downAfterMs, failoverTimeoutMs, password: this.password };
    await this.#eachSentinel((node, connection) => monitor(connection, node.seat, order, signal), signal);
  }

  async #agree(signal: AbortSignal): Promise<readonly { readonly node: string; readonly text: string }[]> {
    const sentinels = await Promise.all(this.#sentinels.map(async node => ({ seat: node.seat, connection: await this.#to(node, signal) })));
    const whole = { masterName: this.plan.name, master: this.#master.seat.announced, replicas: this.#servers.length - 1, sentinels: sentinels.length };
    return allAgree(sentinels, whole, { ...PATIENCE, signal });
  }

  /** Restart-proof: each server and each Sentinel writes what it became into its own file, and the periods are what they were. */
  async #settle(signal: AbortSignal): Promise<void> {
    await Promise.all([
      ...this.#servers.map(async node => {
        await this.#calm(node, signal);
        await rewriteConf(await this.#to(node, signal), node.seat, signal);
      }),
      ...this.#sentinels.map(async node => {
        await this.#calm(node, signal);
        await flushSentinel(await this.#to(node, signal), signal);
      }),
    ]);
  }

  async #verify(signal: AbortSignal): Promise<readonly CreationCheck[]> {
    const replicas = await Promise.all(this.#replicas().map(async node => ({ seat: node.seat, connection: await this.#to(node, signal) })));
    const master = await this.#to(this.#master, signal);
    const key = `redis-topology-explorer:check:${this.journal.record.session}`;
    const [, agreed, proof] = await Promise.all([
      Promise.all(replicas.map(({ seat, connection }) => linkUp(connection, seat, this.#master.seat, { ...PATIENCE, signal }))),
      this.#agree(signal),
      proveReplication(master, replicas, key, { ...PATIENCE, signal }, () => this.deps.now()),
    ]);
    return [
      ...replicas.map(({ seat }) => ({ code: 'link-up' as const, node: seat.name })),
      ...agreed.map(({ node, text }) => ({ code: 'quorum' as const, node, text, replicas: replicas.length, sentinels: this.#sentinels.length })),
      ...proof,
    ];
  }

  #replicas(): readonly RunningNode[] {
    return this.#servers.filter(node => node !== this.#master);
  }

  async #eachSentinel(work: (node: RunningNode, connection: Awaited<ReturnType<Talk['to']>>) => Promise<void>, signal: AbortSignal): Promise<void> {
    await Promise.all(this.#sentinels.map(async node => work(node, await this.#to(node, signal))));
  }

  async #to(node: RunningNode, signal: AbortSignal): ReturnType<Talk['to']> {
    await startedOf(node, signal);
    return this.talk.to(node.seat, { ...PATIENCE, signal });
  }

  #act<T>(step: string, work: () => Promise<T>): Promise<T> {
    return this.journal.act(step, { act: 'nothing' }, work);
  }
}

/** `node.started`, or the cancellation: the start of a node whose creation failed never comes. */
function startedOf(node: RunningNode, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason instanceof Error ? signal.reason : new DOMException('cancelled', 'AbortError'));
    if (signal.aborted) return stop();
    const forget = whenAborted(signal, stop);
    void node.started.then(() => {
      forget();
      resolve();
    });
  });
}
