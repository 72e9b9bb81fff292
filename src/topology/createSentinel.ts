import { HumanError } from '../base/errors';
import { sameAddress } from '../model/address';
import type { RunningNode } from './bringUp';
import { createOrUndo } from './creation';
import type { Creation } from './creation';
import { PATIENCE, runCreation } from './crew';
import type { Crew, LinkCheck } from './crew';
import type { VerbDeps } from './deps';
import type { Journal } from './journal';
import { placed } from './plan';
import type { OnProgress } from './ports';
import { planSentinel } from './sentinelPlan';
import type { CreateStepCode, SentinelPlan } from './sentinelPlan';
import type { RequestField, RequestProblem, SentinelRequest } from './sentinelRequest';
import { validateSentinelRequest } from './sentinelRequest';
import { allAgree, flushSentinel, masterSeenBy, monitor } from './sentinelSteps';
import type { StepProgress, Steps } from './steps';
import { together } from './together';

export type CreateFault = {
  readonly code: 'request-invalid';
  readonly field: RequestField;
  readonly problem: RequestProblem;
};

/** The confirmed preview is the request: what was shown is what is made. `password` only when the user gave one. */
export interface CreateSentinelRequest {
  readonly plan: SentinelPlan;
  readonly password?: string;
}

export type CreateProgress = StepProgress<CreateStepCode>;
export type CreationReport = Creation<CreateStepCode, CreationCheck>;

/** What was seen to be true, line by line, for the report. */
export type CreationCheck =
  | LinkCheck
  /** `text` is the reply of CKQUORUM; this Sentinel knows `replicas` linked replicas and, with itself, `sentinels` Sentinels. */
  | {
      readonly code: 'quorum';
      readonly node: string;
      readonly text: string;
      readonly replicas: number;
      readonly sentinels: number;
    };

/** Plans with ports that are free now. Throws `request-invalid` or an EngineFault. */
export async function prepareSentinel(
  deps: Pick<VerbDeps, 'engine'>,
  request: SentinelRequest,
  signal: AbortSignal,
): Promise<SentinelPlan> {
  const [wrong] = validateSentinelRequest(request);
  if (wrong !== undefined) throw new HumanError<CreateFault>({ code: 'request-invalid', ...wrong });
  const engine = deps.engine(request.engine);
  const servers = await engine.freePorts(request.firstPort, request.replicas + 1, signal);
  const sentinels = await engine.freePorts(request.firstSentinelPort, request.sentinels, signal);
  return placed(planSentinel(request, [...servers, ...sentinels], node => engine.insidePaths(request.storage, node)));
}

/** Creates what the plan says, or leaves nothing: on failure and on cancel everything made is taken back before this throws. */
export function createSentinel(
  deps: VerbDeps,
  { plan, password }: CreateSentinelRequest,
  signal: AbortSignal,
  onProgress: OnProgress<CreateProgress>,
): Promise<CreationReport> {
  return createOrUndo(deps, plan, signal, journal => runSentinel(deps, journal, plan, password, signal, onProgress));
}

/** Runs the steps; those that an earlier run did are found done. Undoing is the caller's. */
export function runSentinel(
  deps: VerbDeps,
  journal: Journal,
  plan: SentinelPlan,
  given: string | undefined,
  signal: AbortSignal,
  onProgress: OnProgress<CreateProgress>,
): Promise<CreationReport> {
  return runCreation<CreateStepCode, CreationCheck>(
    deps,
    journal,
    plan,
    given,
    signal,
    onProgress,
    (crew, steps, start) => new Formation(crew, plan, steps).run(signal, start),
  );
}

/** From started servers to a Sentinel topology: who follows whom, who watches whom, and the proof. */
class Formation {
  #master: RunningNode;

  constructor(
    private readonly crew: Crew,
    private readonly plan: SentinelPlan,
    private readonly steps: Steps<CreateStepCode>,
  ) {
    this.#master = crew.servers[0] as RunningNode;
  }

  async run(signal: AbortSignal, start: () => Promise<void>): Promise<readonly CreationCheck[]> {
    const { crew, steps } = this;
    await together(
      signal,
      () => steps.run('nodes', start),
      signal => steps.run('link', () => this.#link(signal)),
      signal => Promise.all(crew.sentinels.map(node => crew.hurry(node, signal))),
    );
    await steps.run('monitor', () => crew.act('monitor', () => this.#monitor(signal)));
    await steps.run('agree', () => this.#agree(signal));
    await steps.run('settle', () => crew.act('settle', () => this.#settle(signal)));
    return steps.run('verify', () => this.#verify(signal));
  }

  /** Replicas before Sentinels: what a Sentinel's first INFO doesn't show, it learns 10 s later. */
  async #link(signal: AbortSignal): Promise<void> {
    this.#master = await this.#actualMaster(signal);
    await this.crew.act('link', () => this.crew.link(this.#parentOf, signal));
  }

  /** When Sentinels of an earlier run watch already, they may have failed over since: they know the master. */
  async #actualMaster(signal: AbortSignal): Promise<RunningNode> {
    const { crew } = this;
    if (crew.journal.entry('monitor') === undefined) return this.#master;
    for (const node of crew.sentinels) {
      const seen = await masterSeenBy(await crew.to(node, signal), this.plan.name, signal);
      const master = crew.servers.find(({ seat }) => seen !== undefined && sameAddress(seat.announced, seen));
      if (master !== undefined) return master;
    }
    return this.#master;
  }

  readonly #parentOf = (node: RunningNode): RunningNode | undefined =>
    node === this.#master ? undefined : this.#master;

  async #monitor(signal: AbortSignal): Promise<void> {
    const { name: masterName, quorum, downAfterMs, failoverTimeoutMs } = this.plan;
    const order = {
      masterName,
      master: this.#master.seat.announced,
      quorum,
      downAfterMs,
      failoverTimeoutMs,
      password: this.crew.password,
    };
    await Promise.all(
      this.crew.sentinels.map(async node => monitor(await this.crew.to(node, signal), node.seat, order, signal)),
    );
  }

  async #agree(signal: AbortSignal): Promise<readonly { readonly node: string; readonly text: string }[]> {
    const { crew } = this;
    const sentinels = await Promise.all(
      crew.sentinels.map(async node => ({ seat: node.seat, connection: await crew.to(node, signal) })),
    );
    const whole = {
      masterName: this.plan.name,
      master: this.#master.seat.announced,
      replicas: crew.servers.length - 1,
      sentinels: sentinels.length,
    };
    return allAgree(sentinels, whole, { ...PATIENCE, signal });
  }

  async #settle(signal: AbortSignal): Promise<void> {
    const { crew } = this;
    await Promise.all([
      ...crew.servers.map(node => crew.settleServer(node, signal)),
      ...crew.sentinels.map(async node => {
        await crew.calm(node, signal);
        await flushSentinel(await crew.to(node, signal), signal);
      }),
    ]);
  }

  async #verify(signal: AbortSignal): Promise<readonly CreationCheck[]> {
    const { crew } = this;
    const [links, agreed] = await Promise.all([crew.prove(this.#master, this.#parentOf, signal), this.#agree(signal)]);
    return [
      ...links,
      ...agreed.map(({ node, text }) => ({
        code: 'quorum' as const,
        node,
        text,
        replicas: crew.servers.length - 1,
        sentinels: crew.sentinels.length,
      })),
    ];
  }
}
