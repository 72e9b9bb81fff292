import { delay } from '../../base/abort';
import { isFault } from '../../base/errors';
import type { Expectation } from '../engine';
import type { InstanceState } from '../../model/instance';
import type { Calls } from './calls';
import { fail } from './faults';
import { stateOf } from './instances';
import { ownershipOf } from './labels';
import { isRecord, record, text, textMap } from './read';
import type { Raw } from './read';

/** Ids as the engine gives them. A name would do for the API, and is refused: names are reused. */
const ID = /^[0-9a-f]{64}$/;
const BUSY_TRIES = 40;
const BUSY_MS = 50;
/** How long the effect of an act whose answer was lost is looked for. */
const LOST_MS = 10_000;

/** The acts on one container, each checked against its labels right before. */
export class Acts {
  constructor(private readonly calls: Calls) {}

  /** The container as it is now. `gone` when there is none of this id, `not-ours` when it lacks the label that `expect` names. */
  async inspect(id: string, expect: Expectation, signal: AbortSignal | undefined): Promise<Raw> {
    if (!ID.test(id)) return fail({ code: 'gone', id });
    const raw = await this.calls.json('GET', `/containers/${id}/json`, { signal, about: { id } }, value => {
      if (!isRecord(value) || text(value['Id']) === undefined || !isRecord(value['State']))
        throw new Error('a container without Id or State');
      return value;
    });
    if (text(raw['Id']) !== id) return fail({ code: 'gone', id });
    if (expect !== 'foreign' && ownershipOf(textMap(record(raw['Config'])['Labels']))?.topologyId !== expect.topologyId)
      return fail({ code: 'not-ours', id });
    return raw;
  }

  async start(id: string, expect: Expectation, signal: AbortSignal | undefined): Promise<void> {
    const raw = await this.inspect(id, expect, signal);
    const address = Object.values(record(record(raw['NetworkSettings'])['Networks'])).flatMap(
      network => text(record(record(network)['IPAMConfig'])['IPv4Address']) ?? [],
    )[0];
    await this.#act(
      id,
      expect,
      'start',
      { ms: 40_000, wanted: ['running'], ...(address === undefined ? {} : { address }) },
      signal,
    );
  }

  /** The daemon waits for `graceSeconds` before it kills; our limit lies beyond that. */
  stop(id: string, expect: Expectation, graceSeconds: number, signal: AbortSignal | undefined): Promise<void> {
    return this.#checked(
      id,
      expect,
      'stop',
      { ms: graceSeconds * 1000 + 20_000, wanted: ['exited', 'created', 'dead'], query: { t: graceSeconds } },
      signal,
    );
  }

  kill(id: string, expect: Expectation, signal: AbortSignal | undefined): Promise<void> {
    return this.#checked(id, expect, 'kill', { ms: 20_000, wanted: ['exited', 'dead'] }, signal);
  }

  pause(id: string, expect: Expectation, signal: AbortSignal | undefined): Promise<void> {
    return this.#checked(
      id,
      expect,
      'pause',
      { ms: 20_000, wanted: ['paused'], patientIn: ['running', 'restarting'] },
      signal,
    );
  }

  unpause(id: string, expect: Expectation, signal: AbortSignal | undefined): Promise<void> {
    return this.#checked(id, expect, 'unpause', { ms: 20_000, wanted: ['running'], patientIn: ['paused'] }, signal);
  }

  /** Gone already is done. Anonymous volumes go with it (`v`), named ones stay. */
  async remove(id: string, expect: Expectation, signal: AbortSignal | undefined): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await this.inspect(id, expect, signal);
        return await this.calls.act('DELETE', `/containers/${id}`, {
          query: { force: 1, v: 1 },
          ms: 30_000,
          signal,
          done: [404],
          about: { id },
        });
      } catch (error) {
        if (isFault(error, 'gone')) return;
        // 409: another removal is under way. A lost connection: it may be done, which the next look tells.
        if (
          !isFault(error, 'conflict', 'engine-lost') ||
          attempt >= BUSY_TRIES ||
          (isFault(error, 'engine-lost') && attempt > 0)
        )
          throw error;
        await delay(BUSY_MS, signal);
      }
    }
  }

  async #checked(
    id: string,
    expect: Expectation,
    verb: string,
    options: ActOptions,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    await this.inspect(id, expect, signal);
    await this.#act(id, expect, verb, options, signal);
  }

  /**
   * 304 means that it is so already. After a lost connection, or a 409 that comes of doing things in quick succession, the state
   * decides: reached is done; the daemon carries out what it has received, so a lost act is watched for a while; a refused one
   * is repeated where it may only be too early (`patientIn`).
   */
  async #act(
    id: string,
    expect: Expectation,
    verb: string,
    options: ActOptions,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const about = { id, ...(options.address === undefined ? {} : { address: options.address }) };
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.calls.act('POST', `/containers/${id}/${verb}`, {
          query: options.query ?? {},
          ms: options.ms,
          signal,
          done: [304],
          about,
        });
      } catch (error) {
        const lost = isFault(error, 'engine-lost');
        if (!lost && !isFault(error, 'conflict')) throw error;
        const until = Date.now() + (lost ? this.calls.limit(LOST_MS) : 0);
        const state = await this.#stateBy(until, id, expect, options.wanted, signal);
        if (options.wanted.includes(state)) return;
        if (lost || !options.patientIn?.includes(state) || attempt >= BUSY_TRIES) throw error;
        await delay(BUSY_MS, signal);
      }
    }
  }

  /** The state, as soon as it is a wanted one, at the latest at `until`. */
  async #stateBy(
    until: number,
    id: string,
    expect: Expectation,
    wanted: readonly InstanceState[],
    signal: AbortSignal | undefined,
  ): Promise<InstanceState> {
    for (;;) {
      const state = stateOf(record((await this.inspect(id, expect, signal))['State'])['Status']);
      if (wanted.includes(state) || Date.now() >= until) return state;
      await delay(BUSY_MS, signal);
    }
  }
}

interface ActOptions {
  readonly ms: number;
  readonly wanted: readonly InstanceState[];
  readonly patientIn?: readonly InstanceState[];
  readonly query?: Readonly<Record<string, number>>;
  readonly address?: string;
}
