import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileRecords } from '../../src/topology/fileRecords';
import type { Secrets } from '../../src/topology/ports';

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

/** The records of the product. `around` is told before (`false`) and after (`true`) each write. */
export class ToldRecords extends FileRecords {
  constructor(
    folder: string,
    private readonly around: (safe: boolean) => void = () => undefined,
  ) {
    super(join(folder, 'records'));
  }
  override async set(key: string, value: unknown): Promise<void> {
    this.around(false);
    await super.set(key, value);
    this.around(true);
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
