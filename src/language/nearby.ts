import * as vscode from 'vscode';
import { slashes } from './disk/paths';

/** More files or folders than this in one place are no topology. */
export const mostFiles = 200;

export const isConfName = (name: string): boolean => /(?:redis|valkey|sentinel).*\.conf$/i.test(name);

export const folderOf = (uri: vscode.Uri): vscode.Uri => uri.with({ path: slashes.dirname(uri.path) });

/** Conf files of a folder, of its folders and of `conf` in those: few listings, never a walk through everything below. */
export async function confFiles(folder: vscode.Uri, depth: number): Promise<vscode.Uri[]> {
  const found: vscode.Uri[] = [];
  const entries = await vscode.workspace.fs.readDirectory(folder);
  for (const [name, type] of entries.slice(0, mostFiles)) {
    const uri = vscode.Uri.joinPath(folder, name);
    if ((type & vscode.FileType.File) !== 0 && isConfName(name)) found.push(uri);
    else if (
      type === vscode.FileType.Directory &&
      depth > 0 &&
      !name.startsWith('.') &&
      name !== 'node_modules' &&
      (depth === 2 || name === 'conf')
    )
      found.push(...(await confFiles(uri, depth - 1)));
  }
  return found.slice(0, mostFiles);
}
