import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { decodeBytes } from '../conf/bytes';
import { parseDocument } from '../conf/document';
import type { ConfDocument } from '../conf/document';
import { glob } from '../conf/glob';
import type { Files } from '../conf/types';
import type { Mount, RunningServer } from './runningServer';

/** What the process engine keeps in a node's folder; its servers see this machine's own paths. */
const processRecord = 'instance.json';

/** Larger than any configuration: such a file is not read just because a line names it. */
const tooLarge = 4 * 1024 * 1024;

interface Cached {
  readonly stamp: string;
  readonly document: ConfDocument;
}

/**
 * The files of this machine as conf/ asks for them. Unsaved text of open editors counts. Files of topologies that the
 * extension made run in containers, where `/conf` and `/data` are folders beside the file; nothing is claimed about
 * other absolute paths there.
 */
export class WorkspaceFiles {
  readonly #cache = new Map<string, Cached>();

  /**
   * What relative paths of `uri` start from, and the files around it; undefined where this machine cannot look.
   * @param server the server that reads the file, when it is known: it sees this machine's folders under other names
   */
  around(
    uri: vscode.Uri,
    workingDirectory: string,
    server?: Pick<RunningServer, 'engine' | 'mounts'>,
  ): { readonly workingDirectory: string; readonly files: Files } | undefined {
    if (uri.scheme !== 'file') return undefined;
    const node = nodeFolder(uri.fsPath);
    if (server?.engine === 'docker') return { workingDirectory: '/data', files: this.#mapped(server.mounts) };
    if (node !== undefined && stat(path.join(node, processRecord)).kind !== 'file') {
      return {
        workingDirectory: '/data',
        files: this.#mapped(['conf', 'data'].map(name => ({ source: path.join(node, name), target: `/${name}` }))),
      };
    }
    const folder = node === undefined ? path.dirname(uri.fsPath) : path.join(node, 'data');
    const start =
      workingDirectory === ''
        ? folder
        : path.resolve(vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath ?? folder, workingDirectory);
    return { workingDirectory: start, files: this.#plain };
  }

  readonly #plain: Files = {
    resolve: (directory, name) => path.resolve(directory, name),
    open: name => this.#open(name),
    stat: name => stat(name),
    glob: (directory, pattern) => expand(directory, pattern),
  };

  #mapped(mounts: readonly Mount[]): Files {
    const nearest = (name: string, side: keyof Mount): Mount | undefined =>
      mounts
        .filter(one => name === one[side] || name.startsWith(`${one[side]}/`))
        .sort((a, b) => b[side].length - a[side].length)[0];
    const local = (inside: string): string | undefined => {
      const mount = nearest(inside, 'target');
      return mount === undefined ? undefined : path.normalize(mount.source + inside.slice(mount.target.length));
    };
    const inside = (name: string): string => {
      const plain = name.split(path.sep).join('/');
      const mount = nearest(plain, 'source');
      return mount === undefined ? plain : mount.target + plain.slice(mount.source.length);
    };
    return {
      resolve: (directory, name) => path.posix.resolve(directory, name),
      open: name => {
        const at = local(name);
        return at === undefined ? 'unknown' : this.#open(at);
      },
      stat: name => {
        const at = local(name);
        return at === undefined ? { kind: 'unknown' } : stat(at);
      },
      glob: (directory, pattern) => {
        const at = local(path.posix.resolve(directory, pattern));
        return at === undefined ? undefined : expand('/', at).map(inside);
      },
    };
  }

  #open(name: string): ConfDocument | 'missing' | 'unreadable' | 'directory' {
    const uri = vscode.Uri.file(name);
    const open = vscode.workspace.textDocuments.find(
      document => document.uri.scheme === 'file' && document.uri.fsPath === uri.fsPath,
    );
    try {
      const stats = statSync(name);
      if (stats.isDirectory()) return 'directory';
      if (!stats.isFile() || stats.size > tooLarge) return 'unreadable';
      const stamp =
        open === undefined ? `${String(stats.mtimeMs)} ${String(stats.size)}` : `version ${String(open.version)}`;
      const cached = this.#cache.get(name);
      if (cached?.stamp === stamp) return cached.document;
      const text = open === undefined ? decodeBytes(readFileSync(name)) : open.getText();
      const document = parseDocument(text, uri.toString(), { byteOrderMark: open?.encoding === 'utf8bom' });
      this.#cache.set(name, { stamp, document });
      return document;
    } catch (error) {
      return isMissing(error) ? 'missing' : 'unreadable';
    }
  }
}

const expand = (directory: string, pattern: string): string[] =>
  glob(directory.replaceAll('\\', '/'), pattern, namesIn, name => stat(name).kind !== 'missing');

/** The folder of a topology that the extension made, when the file is `<root>/<node>/conf/…` in it. */
export function topologyRoot(file: string): string | undefined {
  const node = nodeFolder(file);
  return node === undefined ? undefined : path.dirname(node);
}

/** `<root>/<node>` when the file is `<root>/<node>/conf/…` of a topology whose folder the extension made. */
function nodeFolder(file: string): string | undefined {
  const conf = path.dirname(file);
  const node = path.dirname(conf);
  if (path.basename(conf) !== 'conf') return undefined;
  return stat(path.join(path.dirname(node), '.redis-topology.json')).kind === 'file' ? node : undefined;
}

function stat(name: string): ReturnType<Files['stat']> {
  try {
    const stats = statSync(name);
    if (stats.isDirectory()) return { kind: 'directory' };
    return { kind: stats.isFile() ? 'file' : 'other', runnable: isRunnable(name) };
  } catch (error) {
    return { kind: isMissing(error) ? 'missing' : 'unknown' };
  }
}

function isRunnable(name: string): boolean {
  try {
    accessSync(name, constants.X_OK);
    return true;
  } catch {
    return false; // that is the answer
  }
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function namesIn(folder: string): string[] | undefined {
  try {
    return readdirSync(folder);
  } catch {
    return undefined; // what cannot be listed matches nothing, as for the server
  }
}
