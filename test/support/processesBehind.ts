import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InsidePaths } from '../../src/engine/engine';
import { FakeEngine } from './fakeEngine';

/** The engine in memory with real `redis-server` processes behind its instances, on loopback: verbs can be tried without containers. */
export class ProcessesBehind extends FakeEngine {
  readonly root = mkdtempSync(join(tmpdir(), 'verbs-'));
  readonly #running = new Map<string, ChildProcess>();
  override addressOf = (): string => '127.0.0.1';

  constructor() {
    super();
    this.onRunning = async ({ instance, files }, running) => {
      const old = this.#running.get(instance.id);
      if (!running) {
        this.#running.delete(instance.id);
        return old === undefined ? undefined : ended(old, 'SIGKILL');
      }
      if (old !== undefined && old.exitCode === null && old.signalCode === null) return; // it runs already
      const node = instance.ownership?.node ?? '';
      const { conf, data } = this.insidePaths(undefined, node);
      mkdirSync(conf, { recursive: true });
      mkdirSync(data, { recursive: true });
      // As with containers: files are laid once; a restart finds what the server wrote.
      for (const file of files)
        if (!existsSync(join(conf, file.name))) writeFileSync(join(conf, file.name), file.content, { mode: 0o600 });
      const first = join(conf, files[0]?.name ?? '');
      this.#running.set(
        instance.id,
        spawn(
          'redis-server',
          [first, ...(first.endsWith('sentinel.conf') ? ['--sentinel'] : []), '--logfile', join(data, 'log')],
          { stdio: 'ignore', cwd: data },
        ),
      );
    };
  }

  override insidePaths(_storage?: unknown, node = ''): InsidePaths {
    return { conf: join(this.root, node, 'conf'), data: join(this.root, node, 'data') };
  }

  override async removeRoom(topologyId: string, node: string): Promise<void> {
    await super.removeRoom(topologyId, node);
    rmSync(join(this.root, node), { recursive: true, force: true });
  }

  process(id: string): ChildProcess | undefined {
    return this.#running.get(id);
  }

  /** Ends every process and removes the folders. */
  async dispose(): Promise<void> {
    await Promise.all([...this.#running.values()].map(child => ended(child, 'SIGKILL')));
    rmSync(this.root, { recursive: true, force: true });
  }
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise(resolve => {
    child.once('exit', () => resolve());
    child.kill('SIGCONT');
    child.kill(signal);
  });
}
