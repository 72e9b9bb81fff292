import * as vscode from 'vscode';
import type { Disk, Disks } from './disk';
import { FetchedDisk } from './fetchedDisk';
import type { Source, Stat } from './fetchedDisk';

/** A disk for each provider of the workspace's folders, kept fresh by what the provider tells. */
export class FetchedDisks implements Disks {
  readonly #disks = new Map<string, FetchedDisk<vscode.Uri>>();
  #watching: vscode.Disposable | undefined;

  of(uri: vscode.Uri): Disk | undefined {
    if (vscode.workspace.getWorkspaceFolder(uri) === undefined) return undefined;
    this.#watching ??= this.#watch();
    const key = `${uri.scheme}://${uri.authority}`;
    const known = this.#disks.get(key) ?? new FetchedDisk(sourceAt(uri.with({ path: '/', query: '', fragment: '' })));
    this.#disks.set(key, known);
    return known;
  }

  #watch(): vscode.Disposable {
    const files = vscode.workspace.createFileSystemWatcher('**/*');
    const forget = (uri: vscode.Uri): void => this.#disks.get(`${uri.scheme}://${uri.authority}`)?.forget(uri.path);
    return vscode.Disposable.from(
      files,
      ...[files.onDidCreate, files.onDidChange, files.onDidDelete].map(event => event(forget)),
      // A provider need not tell: what it did not is seen when a person comes back to the file.
      vscode.window.onDidChangeActiveTextEditor(() => this.#disks.forEach(disk => disk.forgetAll())),
    );
  }

  dispose(): void {
    this.#watching?.dispose();
    this.#disks.clear();
  }
}

/** What `workspace.fs` has where a folder lies. */
function sourceAt(root: vscode.Uri): Source<vscode.Uri> {
  const { fs } = vscode.workspace;
  const uriOf = (path: string): vscode.Uri => root.with({ path });
  return {
    pathOf: uri => uri.path, // not fsPath, which has backslashes in a page on Windows
    uriOf,
    isInReach: path =>
      (vscode.workspace.workspaceFolders ?? []).some(
        ({ uri }) => isOn(uri, root) && `${path}/`.startsWith(uri.path.endsWith('/') ? uri.path : `${uri.path}/`),
      ),
    stat: async path => {
      try {
        const { type, size } = await fs.stat(uriOf(path));
        return { kind: kindOf(type), size };
      } catch (error) {
        return { kind: isMissing(error) ? 'missing' : 'unknown' };
      }
    },
    read: async path => fs.readFile(uriOf(path)).then(undefined, () => undefined),
    list: async path =>
      fs.readDirectory(uriOf(path)).then(
        entries => entries.map(([name]) => name),
        () => undefined, // what cannot be listed matches nothing, as for the server
      ),
  };
}

/** A link to either counts as that. */
function kindOf(type: vscode.FileType): Stat['kind'] {
  if ((type & vscode.FileType.File) !== 0) return 'file';
  return (type & vscode.FileType.Directory) !== 0 ? 'directory' : 'other';
}

const isOn = (a: vscode.Uri, b: vscode.Uri): boolean => a.scheme === b.scheme && a.authority === b.authority;

const isMissing = (error: unknown): boolean =>
  error instanceof vscode.FileSystemError && (error.code === 'FileNotFound' || error.code === 'FileNotADirectory');
