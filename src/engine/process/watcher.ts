import type { Disposable } from '../../base/disposable';
import { toDisposable } from '../../base/disposable';
import { Emitter } from '../../base/emitter';
import type { EngineSignal, Instance } from '../engine';

/** An end that the system tells us of comes at once; this is for processes of an earlier run of the editor, or of another window. */
const POLL_MS = 1000;
const IDLE_MS = 3000;

/** Tells of changes: those that our own acts make at once, all others by comparing two looks. Looks only while somebody listens. */
export class Watcher implements Disposable {
  readonly #emitter = new Emitter<EngineSignal>();
  #listeners = 0;
  #timer: NodeJS.Timeout | undefined;
  #last: ReadonlyMap<string, string> | undefined;
  /** Rises when the watching ends, so that a look that is under way then is forgotten. */
  #round = 0;

  constructor(private readonly look: () => Promise<readonly Instance[]>) {}

  listen(listener: (signal: EngineSignal) => void): Disposable {
    const held = this.#emitter.event(listener);
    queueMicrotask(() => listener({ type: 'connected' }));
    if (this.#listeners++ === 0) this.#next(0, this.#round);
    return toDisposable(() => {
      held.dispose();
      if (--this.#listeners === 0) this.#end();
    });
  }

  tell(id: string, action: string, exitCode?: number): void {
    // What is told now need not be found again by the next look.
    this.#last = undefined;
    this.#emitter.fire({
      type: 'instance',
      id,
      action,
      at: Date.now(),
      ...(exitCode === undefined ? {} : { exitCode }),
    });
  }

  dispose(): void {
    this.#end();
    this.#emitter.dispose();
  }

  #end(): void {
    this.#round++;
    clearTimeout(this.#timer);
    this.#last = undefined;
  }

  #next(ms: number, round: number): void {
    this.#timer = setTimeout(() => {
      this.#compare(round)
        .catch(() => undefined)
        .finally(() => {
          if (round === this.#round)
            this.#next(
              [...(this.#last?.values() ?? [])].some(state => /running|paused/.test(state)) ? POLL_MS : IDLE_MS,
              round,
            );
        })
        .catch(() => undefined);
    }, ms);
    this.#timer.unref();
  }

  async #compare(round: number): Promise<void> {
    const before = this.#last;
    const instances = await this.look();
    if (round !== this.#round) return;
    const now = new Map(instances.map(instance => [instance.id, `${instance.state} ${instance.startedAt ?? ''}`]));
    // An act told of something meanwhile: its listeners look for themselves.
    const untold = before === this.#last ? before : undefined;
    this.#last = now;
    if (!untold) return;
    for (const { id, state, exit } of instances)
      if (untold.get(id) !== now.get(id))
        this.#emitter.fire({
          type: 'instance',
          id,
          action: WORDS[state],
          at: Date.now(),
          ...(exit ? { exitCode: exit.code } : {}),
        });
    for (const id of untold.keys())
      if (!now.has(id)) this.#emitter.fire({ type: 'instance', id, action: 'destroy', at: Date.now() });
  }
}

const WORDS: Readonly<Record<Instance['state'], string>> = {
  created: 'create',
  running: 'start',
  paused: 'pause',
  restarting: 'start',
  exited: 'die',
  dead: 'die',
};
