import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import type { ServerImage } from '../engine';

export const SERVER_NAMES = ['redis-server', 'valkey-server'] as const;
/** Where package managers put programs that an editor started from a desktop doesn't have on its PATH. */
const USUAL_FOLDERS = [
  '/usr/bin',
  '/usr/local/bin',
  '/opt/homebrew/bin',
  '/opt/local/bin',
  '/home/linuxbrew/.linuxbrew/bin',
  '/snap/bin',
];

/** What finding programs depends on; replaced in tests. */
export interface ProgramSources {
  /** The user's setting: paths of server programs. They come first. */
  readonly setting: readonly string[];
  readonly path: string;
  readonly platform: string;
}

/** Finds server programs and asks each for its version, once for as long as its file stays the same. */
export class Binaries {
  readonly #versions = new Map<string, Promise<Omit<ServerImage, 'reference' | 'id'> | undefined>>();

  constructor(private readonly sources: () => ProgramSources) {}

  /** The servers at hand; the setting's first, then as found. The same file found twice counts once. */
  async list(): Promise<readonly ServerImage[]> {
    const { setting, path, platform } = this.sources();
    const folders = [...path.split(delimiter).filter(isAbsolute), ...(platform === 'win32' ? [] : USUAL_FOLDERS)];
    const paths = [
      ...setting,
      ...folders.flatMap(folder => SERVER_NAMES.map(name => join(folder, platform === 'win32' ? `${name}.exe` : name))),
    ];
    const found = new Map<string, ServerImage>();
    for (const reference of paths) {
      const file = await executable(reference);
      if (file === undefined || found.has(file.id)) continue;
      const version = await this.#ask(reference, file);
      if (version) found.set(file.id, { reference, id: file.id, ...version });
    }
    return [...found.values()];
  }

  /** The server program that `reference` names: a path, an id of the list, or a bare name. */
  async find(reference: string): Promise<ServerImage | undefined> {
    const all = await this.list();
    const known =
      all.find(image => image.reference === reference || image.id === reference) ??
      all.find(image => image.reference.endsWith(`/${reference}`));
    if (known || !isAbsolute(reference)) return known;
    const file = await executable(reference);
    const version = file && (await this.#ask(reference, file));
    return file && version && { reference, id: file.id, ...version };
  }

  #ask(
    path: string,
    file: { readonly id: string; readonly mark: string },
  ): Promise<Omit<ServerImage, 'reference' | 'id'> | undefined> {
    const kept = this.#versions.get(file.mark);
    if (kept) return kept;
    const asked = new Promise<Omit<ServerImage, 'reference' | 'id'> | undefined>(resolve => {
      execFile(path, ['--version'], { timeout: 5000 }, (error, stdout) =>
        resolve(error ? undefined : readVersion(stdout)),
      );
    });
    this.#versions.set(file.mark, asked);
    return asked;
  }
}

/** `Redis server v=7.0.15 sha=…`, `Valkey server v=8.1.1 …`; `undefined` for any other program. */
export function readVersion(
  text: string,
): { readonly product: 'redis' | 'valkey'; readonly version: string } | undefined {
  const match = /^(Redis|Valkey) server v=(\d+(?:\.\d+)*)/im.exec(text);
  return match ? { product: match[1]!.toLowerCase() === 'valkey' ? 'valkey' : 'redis', version: match[2]! } : undefined;
}

/** A tool of the same installation: beside the server, else on the PATH. */
export async function findTool(name: string, server: string, path: string): Promise<string | undefined> {
  const real = await realpath(server).catch(() => server);
  for (const folder of [
    dirname(server),
    dirname(real),
    ...path.split(delimiter).filter(isAbsolute),
    ...USUAL_FOLDERS,
  ]) {
    const file = join(folder, name);
    if (await executable(file)) return file;
  }
  return undefined;
}

/** `id` is the real file, `mark` changes when it is replaced. */
async function executable(path: string): Promise<{ readonly id: string; readonly mark: string } | undefined> {
  try {
    await access(path, constants.X_OK);
    const id = await realpath(path);
    const { mtimeMs, size, isFile } = await stat(id).then(found => ({
      mtimeMs: found.mtimeMs,
      size: found.size,
      isFile: found.isFile(),
    }));
    // redis-check-rdb and others may be the same file under another name; the name asked for decides what it does.
    return isFile ? { id, mark: `${path} ${mtimeMs} ${size}` } : undefined;
  } catch {
    return undefined; // not there, or not to be run by us: both mean that it is not at hand
  }
}
