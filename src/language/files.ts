import * as vscode from 'vscode';
import { decodeBytes } from '../conf/bytes';
import { parseDocument } from '../conf/document';
import type { ConfDocument } from '../conf/document';
import { glob } from '../conf/glob';
import type { Files } from '../conf/types';
import type { Disk, Disks } from './disk/disk';
import { slashes } from './disk/paths';
import type { Mount, RunningServer } from './runningServer';

/** What the process engine keeps in a node's folder; its servers see this machine's own paths. */
const processRecord = 'instance.json';

/** Larger than any configuration: such a file is not read just because a line names it. */
const tooLarge = 4 * 1024 * 1024;

/** Deeper than anybody's includes stand in each other; somebody who changes files all the time does not hold up a verdict for ever. */
const mostRounds = 50;

interface Cached {
  readonly stamp: string;
  readonly document: ConfDocument;
}

/**
 * The files around a document as conf/ asks for them. Unsaved text of open editors counts. Files of topologies that the
 * extension made run in containers, where `/conf` and `/data` are folders beside the file; nothing is claimed about
 * other absolute paths there.
 */
export class WorkspaceFiles {
  readonly #cache = new Map<string, Cached>();

  constructor(private readonly disks: Pick<Disks, 'of'>) {}

  /**
   * What relative paths of `uri` start from, and the files around it; undefined where nobody can look.
   * @param server the server that reads the file, when it is known: it sees this machine's folders under other names
   */
  around(
    uri: vscode.Uri,
    workingDirectory: string,
    server?: Pick<RunningServer, 'engine' | 'mounts'>,
  ): { readonly workingDirectory: string; readonly files: Files } | undefined {
    const disk = this.disks.of(uri);
    if (disk === undefined) return undefined;
    const { paths } = disk;
    const file = disk.pathOf(uri);
    const node = nodeFolder(disk, file);
    if (server?.engine === 'docker') return { workingDirectory: '/data', files: this.#mapped(disk, server.mounts) };
    if (node !== undefined && disk.stat(paths.join(node, processRecord)).kind !== 'file') {
      return {
        workingDirectory: '/data',
        files: this.#mapped(
          disk,
          ['conf', 'data'].map(name => ({ source: paths.join(node, name), target: `/${name}` })),
        ),
      };
    }
    const folder = node === undefined ? paths.dirname(file) : paths.join(node, 'data');
    const root = vscode.workspace.getWorkspaceFolder(uri);
    const start =
      workingDirectory === ''
        ? folder
        : paths.resolve(root === undefined ? folder : disk.pathOf(root.uri), workingDirectory);
    return { workingDirectory: start, files: this.#plain(disk) };
  }

  /** The folder of a topology that the extension made, when the file is `<root>/<node>/conf/…` in it. */
  topologyRoot(uri: vscode.Uri): vscode.Uri | undefined {
    const disk = this.disks.of(uri);
    const node = disk === undefined ? undefined : nodeFolder(disk, disk.pathOf(uri));
    return disk === undefined || node === undefined ? undefined : disk.uriOf(disk.paths.dirname(node));
  }

  /**
   * What `run` comes to once it has been told of every file that it asks for: where files can only be fetched with waiting, it runs again
   * after each fetch.
   */
  async settled<T>(uri: vscode.Uri, run: () => Promise<T>): Promise<T> {
    const disk = this.disks.of(uri);
    for (let round = 1; ; round++) {
      const generation = disk?.generation;
      const made = await run();
      await disk?.loaded();
      if (disk?.generation === generation || round === mostRounds) return made;
    }
  }

  #plain(disk: Disk): Files {
    return {
      resolve: (directory, name) => disk.paths.resolve(directory, name),
      open: name => this.#open(disk, name),
      stat: name => disk.stat(name),
      glob: (directory, pattern) => expand(disk, directory, pattern),
    };
  }

  #mapped(disk: Disk, mounts: readonly Mount[]): Files {
    const nearest = (name: string, side: keyof Mount): Mount | undefined =>
      mounts
        .filter(one => name === one[side] || name.startsWith(`${one[side]}/`))
        .sort((a, b) => b[side].length - a[side].length)[0];
    const local = (inside: string): string | undefined => {
      const mount = nearest(inside, 'target');
      return mount === undefined ? undefined : disk.paths.normalize(mount.source + inside.slice(mount.target.length));
    };
    const inside = (name: string): string => {
      const plain = name.split(disk.paths.sep).join('/');
      const mount = nearest(plain, 'source');
      return mount === undefined ? plain : mount.target + plain.slice(mount.source.length);
    };
    return {
      resolve: (directory, name) => slashes.resolve(directory, name),
      open: name => {
        const at = local(name);
        return at === undefined ? 'unknown' : this.#open(disk, at);
      },
      stat: name => {
        const at = local(name);
        return at === undefined ? { kind: 'unknown' } : disk.stat(at);
      },
      glob: (directory, pattern) => {
        const at = local(slashes.resolve(directory, pattern));
        return at === undefined ? undefined : expand(disk, '/', at)?.map(inside);
      },
    };
  }

  #open(disk: Disk, name: string): ReturnType<Files['open']> {
    const uri = disk.uriOf(name);
    const found = disk.open(name, tooLarge);
    if (typeof found === 'string') return found;
    const open = vscode.workspace.textDocuments.find(
      document =>
        document.uri.scheme === uri.scheme &&
        document.uri.authority === uri.authority &&
        document.uri.fsPath === uri.fsPath,
    );
    const stamp = open === undefined ? found.stamp : `version ${String(open.version)}`;
    const cached = this.#cache.get(uri.toString());
    if (cached?.stamp === stamp) return cached.document;
    let text: string;
    try {
      text = open === undefined ? decodeBytes(found.read()) : open.getText();
    } catch {
      return 'unreadable'; // there, and not for us
    }
    const document = parseDocument(text, uri.toString(), { byteOrderMark: open?.encoding === 'utf8bom' });
    this.#cache.set(uri.toString(), { stamp, document });
    return document;
  }
}

/** undefined when a part of the way cannot be looked at. */
function expand(disk: Disk, directory: string, pattern: string): string[] | undefined {
  let blind = false;
  const found = glob(
    directory.replaceAll('\\', '/'),
    pattern,
    folder => {
      const names = disk.list(folder);
      if (names !== 'unknown') return names;
      blind = true;
      return undefined;
    },
    name => disk.stat(name).kind !== 'missing',
  );
  return blind ? undefined : found;
}

/** `<root>/<node>` when the file is `<root>/<node>/conf/…` of a topology whose folder the extension made. */
function nodeFolder(disk: Disk, file: string): string | undefined {
  const { paths } = disk;
  const conf = paths.dirname(file);
  const node = paths.dirname(conf);
  if (paths.basename(conf) !== 'conf') return undefined;
  return disk.stat(paths.join(paths.dirname(node), '.redis-topology.json')).kind === 'file' ? node : undefined;
}
