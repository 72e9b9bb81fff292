import type { Disk } from './disk';
import { slashes } from './paths';

export type Stat = ReturnType<Disk['stat']> & { readonly size?: number };
type Content = { readonly stamp: string; readonly bytes: Uint8Array } | 'unreadable';

/** Where files are fetched from, with waiting. Nothing of it rejects: what cannot be had is undefined, or of kind `unknown`. */
export interface Source<Uri> {
  pathOf(uri: Uri): string;
  uriOf(path: string): Uri;
  /** Whether there is any use in asking for a path. */
  isInReach(path: string): boolean;
  stat(path: string): Promise<Stat>;
  read(path: string): Promise<Uint8Array | undefined>;
  list(path: string): Promise<readonly string[] | undefined>;
}

/**
 * Files that only `workspace.fs` reaches, and so only with waiting: those of vscode.dev, of a repository that is nowhere checked out.
 * Asked for something for the first time, it says `unknown` and notes it; `loaded` fetches what was noted. So exactly what a
 * configuration names is fetched, in as many rounds as includes stand in each other, and never a whole repository.
 *
 * Only what lies in a folder of the workspace is looked at: outside of it a provider has nothing, and that says nothing about the
 * machine on which the server will run.
 */
export class FetchedDisk<Uri> implements Disk<Uri> {
  readonly paths = slashes;
  readonly #stats = new Map<string, Stat>();
  readonly #contents = new Map<string, Content>();
  readonly #lists = new Map<string, readonly string[] | undefined>();
  readonly #wanted = new Map<string, () => Promise<unknown>>();
  #fetching: Promise<unknown> = Promise.resolve();
  #generation = 0;
  /** Counts what was forgotten: an answer that was on its way meanwhile may be an old one. */
  #epoch = 0;

  constructor(private readonly source: Source<Uri>) {}

  get generation(): number {
    return this.#generation;
  }

  pathOf(uri: Uri): string {
    return this.source.pathOf(uri);
  }

  uriOf(path: string): Uri {
    return this.source.uriOf(path);
  }

  stat(path: string): Stat {
    if (!this.source.isInReach(path)) return { kind: 'unknown' };
    const known = this.#stats.get(path);
    if (known === undefined) this.#want(`stat ${path}`, () => this.#fetchStat(path));
    return known ?? { kind: 'unknown' };
  }

  open(path: string, atMost: number): ReturnType<Disk['open']> {
    if (!this.source.isInReach(path)) return 'unknown';
    const stat = this.#stats.get(path);
    const content = this.#contents.get(path);
    if (stat === undefined || (stat.kind === 'file' && content === undefined && (stat.size ?? 0) <= atMost)) {
      this.#want(`open ${path}`, async () => {
        const found = await this.#fetchStat(path);
        if (found?.kind === 'file' && (found.size ?? 0) <= atMost) await this.#fetchContent(path);
      });
      return 'unknown';
    }
    if (stat.kind === 'directory' || stat.kind === 'missing' || stat.kind === 'unknown') return stat.kind;
    return content === undefined || content === 'unreadable'
      ? 'unreadable'
      : { stamp: content.stamp, read: () => content.bytes };
  }

  list(path: string): readonly string[] | 'unknown' | undefined {
    if (!this.source.isInReach(path)) return 'unknown';
    if (this.#lists.has(path)) return this.#lists.get(path);
    this.#want(`list ${path}`, async () => {
      const epoch = this.#epoch;
      const names = await this.source.list(path);
      if (epoch === this.#epoch) this.#lists.set(path, names);
    });
    return 'unknown';
  }

  async loaded(): Promise<void> {
    if (this.#wanted.size > 0) {
      const works = [...this.#wanted.values()];
      this.#wanted.clear();
      const before = this.#fetching;
      this.#fetching = Promise.all([before, ...works.map(work => work())]).then(() => this.#generation++);
    }
    await this.#fetching;
  }

  /** Something changed at or below a path. */
  forget(path: string): void {
    this.#epoch++;
    for (const known of [this.#stats, this.#contents, this.#lists])
      for (const key of known.keys()) if (key === path || key.startsWith(`${path}/`)) known.delete(key);
    this.#lists.delete(slashes.dirname(path));
  }

  forgetAll(): void {
    this.#epoch++;
    for (const known of [this.#stats, this.#contents, this.#lists]) known.clear();
  }

  #want(key: string, work: () => Promise<unknown>): void {
    if (!this.#wanted.has(key)) this.#wanted.set(key, work);
  }

  async #fetchStat(path: string): Promise<Stat | undefined> {
    const epoch = this.#epoch;
    const stat = await this.source.stat(path);
    if (epoch !== this.#epoch) return undefined; // it is asked for again
    this.#stats.set(path, stat);
    return stat;
  }

  async #fetchContent(path: string): Promise<void> {
    const epoch = this.#epoch;
    const stamp = `${String(this.#epoch)} ${String(this.#generation)}`;
    const bytes = await this.source.read(path);
    const content: Content = bytes === undefined ? 'unreadable' : { stamp, bytes };
    if (epoch === this.#epoch) this.#contents.set(path, content);
  }
}
