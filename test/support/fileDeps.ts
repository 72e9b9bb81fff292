import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Records, Secrets } from '../../src/topology/ports';

/** Text by key, one file each, replaced by renaming: what a killed process wrote is there or isn't. */
class Files {
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }
  keys(): readonly string[] {
    return readdirSync(this.folder)
      .filter(name => !name.endsWith('.new'))
      .map(decodeURIComponent);
  }
  get(key: string): string | undefined {
    return this.keys().includes(key) ? readFileSync(this.#path(key), 'utf8') : undefined;
  }
  set(key: string, text: string): void {
    writeFileSync(`${this.#path(key)}.new`, text);
    renameSync(`${this.#path(key)}.new`, this.#path(key));
  }
  delete(key: string): void {
    rmSync(this.#path(key), { force: true });
  }
  #path(key: string): string {
    return join(this.folder, encodeURIComponent(key));
  }
}

/** Records that outlive their process. `around` is told before (`false`) and after (`true`) each write. */
export class FileRecords implements Records {
  readonly #files: Files;
  constructor(
    folder: string,
    private readonly around: (safe: boolean) => void = () => undefined,
  ) {
    this.#files = new Files(join(folder, 'records'));
  }
  keys(): readonly string[] {
    return this.#files.keys();
  }
  get(key: string): unknown {
    const text = this.#files.get(key);
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  }
  async set(key: string, value: unknown): Promise<void> {
    await Promise.resolve();
    this.around(false);
    this.#files.set(key, JSON.stringify(value));
    this.around(true);
  }
  async delete(key: string): Promise<void> {
    await Promise.resolve();
    this.#files.delete(key);
  }
}

export class FileSecrets implements Secrets {
  readonly #files: Files;
  constructor(folder: string) {
    this.#files = new Files(join(folder, 'secrets'));
  }
  count(): number {
    return this.#files.keys().length;
  }
  get(topologyId: string): Promise<string | undefined> {
    return Promise.resolve(this.#files.get(topologyId));
  }
  set(topologyId: string, password: string): Promise<void> {
    this.#files.set(topologyId, password);
    return Promise.resolve();
  }
  delete(topologyId: string): Promise<void> {
    this.#files.delete(topologyId);
    return Promise.resolve();
  }
}
