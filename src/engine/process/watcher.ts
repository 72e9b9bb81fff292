import type { Disposable } from '../../base/disposable';
import { toDisposable } from '../../base/disposable';
import { Emitter } from '../../base/emitter';
import type { EngineSignal, Instance, Watching } from '../engine';

/** An end that the system tells us of comes at once; this is for processes of an earlier run of the editor, or of another window. */
const defaultPace = { running: 1000, idle: 3000 } as const;

/** Tells of changes: those that our own acts make at once, all others by comparing two looks. Looks only while somebody listens and does not rest. */
export class Watcher implements Disposable {
  readonly #emitter = new Emitter<EngineSignal>();
  readonly #attentive = new Set<object>();
  #listeners = 0;
  #timer: NodeJS.Timeout | undefined;
  #last: ReadonlyMap<string, string> | undefined;
  /** Rises when the watching ends, so that a look that is under way then is forgotten. */
  #round = 0;

  /** @param pace milliseconds between two looks: while something runs, and else */
  constructor(
    private readonly look: () => Promise<readonly Instance[]>,
    private readonly pace: { readonly running: number; readonly idle: number } = defaultPace,
  ) {}

  listen(listener: (signal: EngineSignal) => void): Watching {
    const held = this.#emitter.event(listener);
    queueMicrotask(() => listener({ type: 'connected' }));
    this.#listeners++;
    let ended = false;
    const rest = (resting: boolean): void => {
      const looked = this.#attentive.size > 0;
      if (resting || ended) this.#attentive.delete(held);
      else this.#attentive.add(held);
      if (looked === this.#attentive.size > 0) return;
      if (looked) this.#pause();
      else this.#next(0, this.#round);
    };
    rest(false);
    const end = toDisposable(() => {
      ended = true;
      held.dispose();
      rest(true);
      if (--this.#listeners === 0) this.#last = undefined;
    });
    return { rest, dispose: () => end.dispose() };
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
    this.#pause();
    this.#attentive.clear();
    this.#last = undefined;
    this.#emitter.dispose();
  }

  #pause(): void {
    this.#round++;
    clearTimeout(this.#timer);
  }

  #next(ms: number, round: number): void {
    this.#timer = setTimeout(() => {
      this.#compare(round)
        .catch(() => undefined)
        .finally(() => {
          if (round === this.#round)
            this.#next(
              [...(this.#last?.values() ?? [])].some(state => /running|paused/.test(state))
                ? this.pace.running
                : this.pace.idle,
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
