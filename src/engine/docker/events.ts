import { delay, isCancellation } from '../../base/abort';
import type { Disposable } from '../../base/disposable';
import { toDisposable } from '../../base/disposable';
import { Emitter } from '../../base/emitter';
import { HumanError, isFault, textOf } from '../../base/errors';
import type { EngineFault, EngineSignal } from '../engine';
import type { Calls } from './calls';
import { isRecord, number, record, text, textMap } from './read';
import { Lines } from '../text';
import { consume } from './streams';

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
/** A daemon that hangs, or a network that is gone without a word, sends no event and no end: it is asked now and then. */
const PING_MS = 15_000;
/** Happen at every exec and copy and change nothing that is shown. */
const NOISE = /^(exec_|attach|detach|resize|top$|archive-path$|extract-to-dir$|copy$|export$|commit$)/;

/**
 * Follows the daemon's events for all listeners together: one stream, opened with the first listener and ended with the last.
 * Events only wake; whatever was missed in a gap is found by listing after `connected`.
 */
export class EventFeed implements Disposable {
  readonly #emitter = new Emitter<EngineSignal>();
  #running: AbortController | undefined;
  #listeners = 0;
  #live = false;
  readonly #expected = new Set<string>();

  /** @param onSignal hears every signal before the listeners do */
  constructor(
    private readonly calls: Calls,
    private readonly onSignal: (signal: EngineSignal) => void,
  ) {}

  /** Whether the stream is open: what was learnt since then and not spoken of is still so. */
  get live(): boolean {
    return this.#live;
  }

  listen(listener: (signal: EngineSignal) => void): Disposable {
    const held = this.#emitter.event(listener);
    if (this.#listeners++ === 0) this.#start();
    else if (this.#live)
      queueMicrotask(() => {
        if (this.#live) listener({ type: 'connected' });
      });
    return toDisposable(() => {
      held.dispose();
      if (--this.#listeners === 0) this.#stop();
    });
  }

  /** Wakes the listeners once more after a while: `id` is on its way to another state, of which no event will tell. */
  expect(id: string, ms: number): void {
    const { signal } = this.#running ?? {};
    if (signal === undefined || this.#expected.has(id)) return;
    this.#expected.add(id);
    delay(ms, signal).then(
      () => this.#expected.delete(id) && this.#fire({ type: 'instance', id, action: 'update', at: Date.now() }),
      () => this.#expected.delete(id),
    );
  }

  dispose(): void {
    this.#stop();
    this.#emitter.dispose();
  }

  #start(): void {
    const running = (this.#running = new AbortController());
    this.#follow(running.signal).catch((error: unknown) => {
      // `#follow` ends with its signal only; anything else is a mistake in it and must not pass unseen.
      if (!running.signal.aborted)
        queueMicrotask(() => {
          throw error;
        });
    });
  }

  #stop(): void {
    this.#live = false;
    this.#running?.abort();
    this.#running = undefined;
  }

  #fire(signal: EngineSignal): void {
    this.onSignal(signal);
    this.#emitter.fire(signal);
  }

  async #follow(signal: AbortSignal): Promise<void> {
    let wait = FIRST_WAIT_MS;
    let told: string | undefined;
    while (!signal.aborted) {
      try {
        const connected = (): void => {
          this.#live = true;
          told = undefined;
          wait = FIRST_WAIT_MS;
          this.#fire({ type: 'connected' });
        };
        await this.#stream(signal, connected);
      } catch (error) {
        if (signal.aborted) return;
        this.#live = false;
        const fault = faultOf(error);
        const text = JSON.stringify(fault);
        if (text !== told) this.#fire({ type: 'lost', fault });
        told = text;
        await delay(wait, signal).catch(() => undefined);
        wait = Math.min(wait * 2, LONGEST_WAIT_MS);
      }
    }
  }

  /** One stream from its opening to its end, which is always a failure: the daemon never ends it while it lives. */
  async #stream(outer: AbortSignal, connected: () => void): Promise<never> {
    const own = new AbortController();
    const onOuter = (): void => own.abort(outer.reason);
    outer.addEventListener('abort', onOuter, { once: true });
    let pings: NodeJS.Timeout | undefined;
    try {
      const opened = await this.calls.connection(own.signal);
      const reply = await this.calls.stream('GET', '/events', {
        query: { filters: { type: ['container', 'network', ...(opened.product === 'Docker' ? OF_SWARMS : [])] } },
        signal: own.signal,
      });
      connected();
      let dead: unknown;
      pings = setInterval(() => {
        this.calls
          .act('GET', '/_ping', { ms: 5000, signal: own.signal })
          .then(async () => {
            // The user may have switched to another Docker context: then this stream tells of the wrong daemon.
            if ((await this.calls.connection(own.signal)).endpoint.text !== opened.endpoint.text)
              own.abort(new Error('the endpoint changed'));
          })
          .catch((error: unknown) => {
            dead = error;
            own.abort(error);
          });
      }, PING_MS);
      pings.unref();
      const lines = new Lines(line => {
        const read = readEvent(line);
        if (read) this.#fire(read);
      });
      await consume(reply, chunk => lines.feed(chunk), own.signal);
      throw (
        dead ??
        new HumanError<EngineFault>({
          code: 'engine-lost',
          endpoint: opened.endpoint.text,
          text: 'the event stream ended',
        })
      );
    } finally {
      clearInterval(pings);
      outer.removeEventListener('abort', onOuter);
      own.abort();
    }
  }
}

/** What happens on other machines of a swarm shows in these alone: tasks have no events of their own. Podman has no swarm, and knows no such types. */
const OF_SWARMS = ['service', 'node'];

/** One line of the stream; `undefined` for noise and for what can't be read (the next list tells the truth anyway). */
export function readEvent(line: string): EngineSignal | undefined {
  let raw: unknown;
  try {
    raw = JSON.parse(line);
  } catch {
    return { type: 'other', at: Date.now() }; // cut or garbled: something did happen, so look
  }
  if (!isRecord(raw)) return { type: 'other', at: Date.now() };
  const nanos = number(raw['timeNano']);
  const seconds = number(raw['time']);
  const said = nanos !== undefined ? Math.floor(nanos / 1e6) : (seconds ?? NaN) * 1000;
  const at = Number.isFinite(said) ? said : Date.now(); // 1e308 seconds are a number, and their milliseconds are none
  const actor = record(raw['Actor']);
  const attributes = textMap(actor['Attributes']);
  const type = text(raw['Type']) ?? 'container';
  // `health_status: healthy`, `exec_start: redis-cli …`: the word before the colon is the action.
  const action = (text(raw['Action']) ?? text(raw['status']) ?? '').split(':')[0]!.trim();
  const id =
    type === 'container' || type === 'service'
      ? (text(actor['ID']) ?? text(raw['id']))
      : type === 'network'
        ? attributes['container']
        : undefined;
  if (type === 'container' && NOISE.test(action)) return undefined;
  if (id === undefined || action === '') return { type: 'other', at };
  const exit = attributes['exitCode'] ?? attributes['containerExitCode'];
  return {
    type: 'instance',
    id,
    action,
    at,
    ...(exit !== undefined && /^-?\d+$/.test(exit) ? { exitCode: Number(exit) } : {}),
  };
}

function faultOf(error: unknown): EngineFault {
  if (error instanceof HumanError && !isCancellation(error) && !isFault(error, 'deadline'))
    return error.fault as EngineFault;
  return { code: 'engine-lost', endpoint: '', text: textOf(error) };
}
