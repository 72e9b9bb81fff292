import { deadline, delay, isDeadline, until } from '../base/abort';
import { HumanError, textOf } from '../base/errors';
import { sameAddress } from '../model/address';
import { readInfo } from '../model/info';
import type { RedisConnection, Reply } from '../redis/client';
import { ReplyError } from '../redis/client';
import type { VerbDeps } from './deps';
import { failoverTalk, look } from './failoverCheck';
import type { Answering, FailoverSight } from './failoverCheck';
import { FAILOVER_STEPS } from './failoverPlan';
import type {
  FailoverFault,
  FailoverProgress,
  FailoverReport,
  FailoverRequest,
  FailoverStepCode,
} from './failoverPlan';
import type { OnProgress } from './ports';
import { flatMap } from './replies';
import { followsText, roleOf } from './roles';
import { masterSeenBy } from './sentinelSteps';
import { Steps } from './steps';
import type { Seat, Talk } from './talk';

/** The pause ends by itself after this, should we die; it is renewed while the Sentinel is at work. */
const PAUSE_MS = 8000;
const RENEW_MS = 2000;
const CATCH_UP_MS = 4000;
/** The Sentinel shows the failover in its flags at once; without it and without a new master it has given up. */
const GIVEN_UP_MS = 1500;
const SWITCH_MS = 60_000;
const SETTLE_MS = 45_000;

/**
 * The planned failover that loses no acknowledged write: writes are held at the old master until the replicas have everything, and are let go
 * only when it is a replica itself. Plain `SENTINEL FAILOVER` leaves the old master writable for about 9 s. Verified by the roles that the
 * nodes and all Sentinels report, never by a reply. Whatever fails before the switch ends with writes going on at the old master.
 */
export async function failoverSentinel(
  deps: Pick<VerbDeps, 'connector' | 'secrets' | 'now'>,
  request: FailoverRequest,
  signal: AbortSignal,
  onProgress: OnProgress<FailoverProgress>,
): Promise<FailoverReport> {
  const talk = failoverTalk(deps, request);
  const steps = new Steps(FAILOVER_STEPS, () => deps.now(), onProgress);
  try {
    const sight = await steps.run('check', () => look(talk, request, signal));
    const [refusal] = sight.refusals;
    if (refusal !== undefined || sight.master === undefined)
      throw refused(refusal ?? { code: 'failover-master-silent', node: request.master.name, text: '' });
    return await new SafeFailover(deps, request, talk, sight, sight.master, steps).run(signal);
  } finally {
    talk.dispose();
  }
}

class SafeFailover {
  constructor(
    private readonly deps: Pick<VerbDeps, 'now'>,
    private readonly request: FailoverRequest,
    private readonly talk: Talk,
    private readonly sight: FailoverSight,
    private readonly old: RedisConnection,
    private readonly steps: Steps<FailoverStepCode>,
  ) {}

  async run(signal: AbortSignal): Promise<FailoverReport> {
    const { request, steps } = this;
    const paused = this.deps.now();
    let chosen: Answering;
    try {
      await steps.run('pause', () => this.#pause(signal));
      await steps.run('catch-up', () => this.#catchUp(signal));
      signal.throwIfAborted();
      // The order can't be recalled, so from here on the user's cancel is not listened to.
      chosen = await steps.run('switch', () => this.#switch());
    } catch (error) {
      await this.#unpause(error);
      throw error;
    }
    const stumble = await steps.run('redirect', () => this.#redirect(chosen.seat));
    const writePauseMs = this.deps.now() - paused;
    await steps.run('verify', () => this.#verify(chosen.seat, stumble));
    const notKept = await this.#keep();
    return {
      from: request.master.announced,
      to: chosen.seat.announced,
      node: chosen.seat.name,
      writePauseMs,
      notKept,
      steps: steps.times,
      totalMs: steps.totalMs,
    };
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const reply = await pauseWrites(this.old, signal);
    if (reply instanceof ReplyError) throw refused({ code: 'failover-pause-unsupported', text: reply.text });
  }

  /** Asked of the replicas themselves: the master hears of it only with their acknowledgement, once a second. */
  async #catchUp(signal: AbortSignal): Promise<void> {
    const target = Number(readInfo(await this.old.call(['INFO', 'replication'], { signal })).get('master_repl_offset'));
    let behind: readonly { readonly node: string; readonly behindBytes: number }[] = [];
    try {
      await until('catch-up', { everyMs: 10, deadlineMs: CATCH_UP_MS, signal }, async signal => {
        const offsets = await Promise.all(
          this.sight.eligible.map(async ({ seat, connection }) => ({
            node: seat.name,
            behindBytes:
              target -
              Number(readInfo(await connection.call(['INFO', 'replication'], { signal })).get('slave_repl_offset')),
          })),
        );
        behind = offsets.filter(({ behindBytes }) => !(behindBytes <= 0));
        return behind.length === 0 ? true : undefined;
      });
    } catch (error) {
      if (isDeadline(error)) throw refused({ code: 'failover-no-catch-up', nodes: behind, ms: CATCH_UP_MS }, error);
      throw error;
    }
  }

  /** Orders the failover and waits until a replica says it is master **and** the Sentinel hands out its address. */
  async #switch(): Promise<Answering> {
    const { masterName } = this.request;
    const leader = this.sight.sentinelsAnswering[0] as Answering;
    // An order whose answer is lost may have been heard: then it is waited for like any other.
    const reply = await leader.connection.pipeline([['SENTINEL', 'FAILOVER', masterName]]).then(
      ([first]) => first,
      () => undefined,
    );
    if (reply instanceof ReplyError) throw refused(orderRefused(masterName, reply));
    const began = this.deps.now();
    let renewed = began;
    for (;;) {
      // Nothing in this loop may throw before it is known how the failover ends: letting writes go on too early would lose them.
      // First whether it is still at work, then the roles: the other way round, one that ends in between looks like one that was given up.
      const inProgress = await this.#answer(leader.seat, connection => this.#inProgress(connection));
      const roles = await Promise.all(this.sight.eligible.map(({ seat }) => this.#answer(seat, roleOf)));
      const promoted = this.sight.eligible[roles.indexOf('master')];
      if (promoted !== undefined && (await this.#isNamed(promoted.seat))) return promoted;
      const now = this.deps.now();
      const hopeless = now - began > GIVEN_UP_MS && inProgress === false && roles.every(role => role === 'slave');
      if (hopeless || now - began > SWITCH_MS) throw refused({ code: 'failover-no-switch', ms: now - began });
      if (now - renewed > RENEW_MS) {
        await this.#answer(this.request.master, connection => pauseWrites(connection));
        renewed = now;
      }
      await delay(15);
    }
  }

  /** Whether any Sentinel hands out this address: the one that leads the failover is the first to. */
  async #isNamed(seat: Seat): Promise<boolean> {
    const named = await Promise.all(
      this.sight.sentinelsAnswering.map(sentinel =>
        this.#answer(sentinel.seat, connection => masterSeenBy(connection, this.request.masterName)),
      ),
    );
    return named.some(address => address !== undefined && sameAddress(address, seat.announced));
  }

  async #inProgress(connection: RedisConnection): Promise<boolean> {
    const fields = flatMap(await connection.call(['SENTINEL', 'MASTER', this.request.masterName]));
    return (fields.get('flags') ?? '').split(',').includes('failover_in_progress');
  }

  /** What the node says, or undefined while it is silent: a promotion cuts all connections to the new master, so the next ask opens a new one. */
  async #answer<T>(seat: Seat, ask: (connection: RedisConnection) => Promise<T>): Promise<T | undefined> {
    return deadline('answer', 1000, undefined, async signal =>
      ask(await this.talk.to(seat, { everyMs: 20, deadlineMs: 500, signal })),
    ).catch(() => undefined);
  }

  /**
   * The old master becomes a replica first and only then are the waiting writes let go: they get READONLY instead of being lost. Its clients
   * are cut, so that they ask who is master. Returns what went wrong: the switch has happened, verifying will tell whether it matters.
   */
  async #redirect(chosen: Seat): Promise<unknown> {
    const { host, port } = chosen.announced;
    try {
      await this.old.call(['REPLICAOF', host, String(port)], { timeoutMs: 3000 });
      await this.old.call(['CLIENT', 'UNPAUSE']);
      await this.old.call(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes']);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  async #verify(chosen: Seat, stumble: unknown): Promise<void> {
    const { request } = this;
    const others = [request.master, ...this.sight.eligible.map(({ seat }) => seat)].filter(seat => seat !== chosen);
    let lacks: readonly { readonly node: string; readonly text: string }[] = [];
    try {
      await until('roles', { everyMs: 50, deadlineMs: SETTLE_MS }, async signal => {
        const found = await Promise.all([
          this.#ask(chosen, signal, async connection =>
            (await roleOf(connection)) === 'master' ? undefined : 'not master',
          ),
          ...others.map(seat => this.#ask(seat, signal, connection => followsText(connection, chosen))),
          ...this.sight.sentinelsAnswering.map(({ seat }) =>
            this.#ask(seat, signal, connection => this.#sentinelText(connection, chosen)),
          ),
        ]);
        lacks = found.filter(lack => lack !== undefined);
        return lacks.length === 0 ? true : undefined;
      });
    } catch (error) {
      if (isDeadline(error)) throw refused({ code: 'failover-not-settled', lacks }, stumble ?? error);
      throw error;
    }
  }

  /** What a Sentinel turns into a replica writes that down; it finds nothing to turn here. Else the old master would call itself one at its next start. */
  async #keep(): Promise<FailoverReport['notKept']> {
    const { master } = this.request;
    try {
      const connection = await this.talk.to(master, {
        everyMs: 50,
        deadlineMs: 2000,
        signal: new AbortController().signal,
      });
      await connection.call(['CONFIG', 'REWRITE'], { timeoutMs: 5000 });
      return [];
    } catch (error) {
      return [{ node: master.name, text: textOf(error) }];
    }
  }

  /** Connections may have been cut by the switch, so each ask may open a new one; a silent node is something lacking, not a failure yet. */
  async #ask(
    seat: Seat,
    signal: AbortSignal,
    ask: (connection: RedisConnection) => Promise<string | undefined>,
  ): Promise<{ readonly node: string; readonly text: string } | undefined> {
    try {
      const text = await ask(await this.talk.to(seat, { everyMs: 50, deadlineMs: 2000, signal }));
      return text === undefined ? undefined : { node: seat.name, text };
    } catch (error) {
      if (signal.aborted) throw error;
      return { node: seat.name, text: textOf(error) };
    }
  }

  async #sentinelText(connection: RedisConnection, chosen: Seat): Promise<string | undefined> {
    const fields = flatMap(await connection.call(['SENTINEL', 'MASTER', this.request.masterName]));
    const right =
      fields.get('ip') === chosen.announced.host &&
      fields.get('port') === String(chosen.announced.port) &&
      fields.get('flags') === 'master';
    return right ? undefined : `${fields.get('ip')}:${fields.get('port')} ${fields.get('flags')}`;
  }

  /** Lets writes go on. When even that fails the pause ends by itself within seconds; the first failure is the one to tell. */
  async #unpause(because: unknown): Promise<void> {
    try {
      await this.old.call(['CLIENT', 'UNPAUSE']);
    } catch (error) {
      throw because instanceof HumanError ? new HumanError(because.fault, { cause: error }) : because;
    }
  }
}

async function pauseWrites(connection: RedisConnection, signal?: AbortSignal): Promise<Reply | ReplyError | undefined> {
  return (await connection.pipeline([['CLIENT', 'PAUSE', String(PAUSE_MS), 'WRITE']], { signal }))[0];
}

function orderRefused(masterName: string, reply: ReplyError): FailoverFault {
  if (reply.prefix === 'NOGOODSLAVE') return { code: 'failover-no-good-replica', masterName, text: reply.text };
  if (reply.prefix === 'INPROG') return { code: 'failover-in-progress', masterName };
  return { code: 'failover-refused', masterName, text: reply.text };
}

function refused(fault: FailoverFault, cause?: unknown): HumanError<FailoverFault> {
  return new HumanError(fault, cause === undefined ? undefined : { cause });
}
