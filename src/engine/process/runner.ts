import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { constants as os } from 'node:os';
import { delay } from '../../base/abort';
import { HumanError, textOf } from '../../base/errors';
import type { EngineFault, Expectation } from '../engine';
import { isFree } from '../loopbackPorts';
import { isNews, isRecorded } from './identity';
import type { AskIdentity } from './identity';
import type { Held, Manifests } from './manifests';
import { foldersOf, logOf } from './manifests';
import type { ProcessTable, SeenProcess } from './processTable';

const POLL_MS = 10;
/** A process that was killed is gone as soon as the kernel has taken it apart. */
const KILLED_MS = 10_000;
/** What of our environment a server may see: nothing of the editor's, which may hold secrets. */
const ENVIRONMENT = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];

export interface Ended {
  readonly id: string;
  readonly code: number;
  readonly at: number;
}

function fail(fault: EngineFault, cause?: unknown): never {
  throw new HumanError<EngineFault>(fault, { cause });
}

/** Distance of a node's cluster bus port, unless its conf says otherwise. */
export const BUS = 10_000;

/**
 * Starts server processes and signals them. A signal is only ever sent to the process that the manifest knows: by number *and* start
 * time, and by the run id of the server at its port, when one answers there.
 */
export class Runner {
  /** Instances that are being removed: how they ended is no longer written down, or the record would come back. */
  readonly #forgotten = new Set<string>();

  constructor(
    private readonly manifests: Manifests,
    private readonly table: ProcessTable,
    private readonly ask: AskIdentity,
    private readonly onEnd: (ended: Ended) => void,
  ) {}

  /** Called before the instance's record is removed. */
  forget(id: string): void {
    this.#forgotten.add(id);
  }

  /** The instance, if it is there and is what `expect` says. */
  async held(id: string, expect: Expectation): Promise<Held> {
    const held = await this.manifests.find(id);
    if (!held) return fail({ code: 'gone', id });
    if (expect !== 'foreign' && held.ownership.topologyId !== expect.topologyId) return fail({ code: 'not-ours', id });
    return held;
  }

  /** The process of the instance as it is now; `undefined` when it has ended, also when its number has gone to another. */
  async look({ process }: Held): Promise<SeenProcess | undefined> {
    if (!process) return undefined;
    const seen = (await this.table.look([process.pid])).get(process.pid);
    return seen?.start === process.start && seen.state !== 'ended' ? seen : undefined;
  }

  /** Done when it runs already. The process gets a session of its own, its output goes into a file: it outlives the editor. */
  async start(id: string, expect: Expectation): Promise<void> {
    const held = await this.held(id, expect);
    if (await this.look(held)) return;
    await stat(held.binary).catch(error => fail({ code: 'image-missing', reference: held.binary }, error));
    await stat(held.conf).catch(error => fail({ code: 'conflict', id, text: textOf(error) }, error));
    const ports =
      held.ownership.topologyKind === 'cluster' && held.program === 'redis' && held.port + BUS <= 65535
        ? [held.port, held.port + BUS]
        : [held.port];
    for (const port of ports) if (!(await isFree(port))) return fail({ code: 'port-taken', port });
    const child = this.#spawn(held);
    const ended = new Promise<Ended>(resolve => {
      child.once('exit', (code, signal) =>
        resolve({ id, code: code ?? 128 + (signal === null ? 0 : os.signals[signal]), at: Date.now() }),
      );
    });
    const failed = new Promise<Error | undefined>(resolve => {
      child.once('spawn', () => resolve(undefined));
      child.once('error', resolve);
    });
    const { pid } = child;
    if (pid !== undefined) {
      const { exit: _, root, ...manifest } = held;
      // 'unseen' is no start time: a process that ended before we could look is never taken for another.
      this.manifests.writeNow(root, {
        ...manifest,
        process: { pid, start: this.table.lookNow(pid)?.start ?? 'unseen', startedAt: Date.now() },
      });
    }
    const error = await failed;
    if (error || pid === undefined) return fail({ code: 'conflict', id, text: textOf(error) }, error);
    child.on('error', () => undefined); // later ones are about signals, which we send by ourselves
    child.unref();
    void ended
      .then(async end => {
        await this.#noteEnd(held, pid, end);
        this.onEnd(end);
      })
      .catch((reason: unknown) =>
        queueMicrotask(() => {
          throw reason;
        }),
      );
  }

  /** Asks by SIGTERM, which Redis takes as SHUTDOWN (it saves where it is told to), and kills what is still there after `graceSeconds`. */
  async stop(id: string, expect: Expectation, graceSeconds: number, signal: AbortSignal | undefined): Promise<void> {
    const held = await this.held(id, expect);
    await this.#send(held, 'SIGTERM');
    // A paused process would hear of it only when it goes on.
    if ((await this.look(held))?.state === 'paused') await this.#send(held, 'SIGCONT');
    if (await this.#gone(held, graceSeconds * 1000, signal)) return;
    await this.kill(id, expect, signal);
  }

  async kill(id: string, expect: Expectation, signal: AbortSignal | undefined): Promise<void> {
    const held = await this.held(id, expect);
    await this.#send(held, 'SIGKILL');
    if (!(await this.#gone(held, KILLED_MS, signal)))
      return fail({ code: 'conflict', id, text: `process ${held.process?.pid} does not end` });
  }

  async pause(id: string, expect: Expectation, signal: AbortSignal | undefined): Promise<void> {
    await this.#freeze(id, expect, 'SIGSTOP', 'paused', signal);
  }

  async unpause(id: string, expect: Expectation, signal: AbortSignal | undefined): Promise<void> {
    await this.#freeze(id, expect, 'SIGCONT', 'running', signal);
  }

  async #freeze(
    id: string,
    expect: Expectation,
    name: 'SIGSTOP' | 'SIGCONT',
    wanted: SeenProcess['state'],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const held = await this.held(id, expect);
    if (!(await this.#send(held, name))) return fail({ code: 'conflict', id, text: 'the process is not running' });
    for (const end = Date.now() + 2000; Date.now() < end; await delay(POLL_MS, signal)) {
      const seen = await this.look(held);
      if (seen?.state === wanted) return;
      if (!seen) return fail({ code: 'conflict', id, text: 'the process ended' });
    }
    return fail({ code: 'conflict', id, text: `the process is not ${wanted}` });
  }

  /** Whether the signal was sent: not to a process that has ended, and never to another that got its number. */
  async #send(held: Held, name: NodeJS.Signals): Promise<boolean> {
    const seen = await this.look(held);
    if (!held.process || !seen) return false;
    if (seen.state === 'running') await this.#confirm(held, held.process);
    const { pid, start } = held.process;
    // Looked at once more, without giving way before the signal: meanwhile it may have ended, and its number gone to another.
    const now = this.table.lookNow(pid);
    if (now?.start !== start || now.state === 'ended') return false;
    try {
      process.kill(pid, name);
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
      return fail({ code: 'conflict', id: held.id, text: textOf(error) }, error);
    }
  }

  /** Throws `not-ours` when another server answers at the node's port than the one that was started. Keeps its run id when it is new. */
  async #confirm(held: Held, recorded: NonNullable<Held['process']>): Promise<void> {
    const said = await this.ask(held.ownership.topologyId, held.port);
    if (!said) return; // frozen, still loading its conf, or not talking to us: number and start time must do
    if (!isRecorded(recorded, said)) return fail({ code: 'not-ours', id: held.id });
    if (!isNews(recorded, said)) return;
    const now = await this.manifests.find(held.id);
    if (now?.process?.pid === recorded.pid && now.process.start === recorded.start && !this.#forgotten.has(held.id))
      this.manifests.writeNow(now.root, { ...now, process: { ...now.process, runId: said.runId } });
  }

  async #gone(held: Held, ms: number, signal: AbortSignal | undefined): Promise<boolean> {
    for (const end = Date.now() + ms; await this.look(held); await delay(POLL_MS, signal))
      if (Date.now() >= end) return false;
    return true;
  }

  #spawn(held: Held): ChildProcess {
    const log = openSync(logOf(held), 'a', 0o600);
    try {
      return spawn(held.binary, [held.conf, ...(held.program === 'sentinel' ? ['--sentinel'] : [])], {
        cwd: foldersOf(held).data,
        detached: true,
        stdio: ['ignore', log, log],
        env: Object.fromEntries(
          ENVIRONMENT.flatMap(name => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
        ),
      });
    } finally {
      closeSync(log);
    }
  }

  async #noteEnd(held: Held, pid: number, { code, at }: Ended): Promise<void> {
    const now = await this.manifests.find(held.id);
    // Gone when it was removed meanwhile; another process when it was started again. Written at once: a removal must not come between.
    if (now?.process?.pid === pid && !this.#forgotten.has(held.id))
      this.manifests.writeNow(now.root, { ...now, exit: { code, at } });
  }
}

/** How a process ended that nobody watched: 0 when its log closes with Redis' farewell, else unknown (-1). */
export async function unseenExit(held: Held): Promise<number> {
  const file = await open(logOf(held)).catch(() => undefined);
  if (!file) return -1;
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(400), 0, 400, Math.max(0, size - 400));
    return /now ready to exit, bye bye\.\.\.\s*$/i.test(buffer.toString('utf8', 0, bytesRead)) ? 0 : -1;
  } finally {
    await file.close();
  }
}
