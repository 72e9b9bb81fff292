import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Disk, Disks } from './disk';
import { FetchedDisks } from './fetched';

/** This machine's disk. Read at once: a few files of a few kilobytes, and what was written a moment ago counts. */
class LocalDisk implements Disk {
  readonly paths = path;
  readonly generation = 0;

  pathOf(uri: vscode.Uri): string {
    return uri.fsPath;
  }

  uriOf(name: string): vscode.Uri {
    return vscode.Uri.file(name);
  }

  stat(name: string): ReturnType<Disk['stat']> {
    try {
      const stats = statSync(name);
      if (stats.isDirectory()) return { kind: 'directory' };
      return { kind: stats.isFile() ? 'file' : 'other', runnable: isRunnable(name) };
    } catch (error) {
      return { kind: isMissing(error) ? 'missing' : 'unknown' };
    }
  }

  open(name: string, atMost: number): ReturnType<Disk['open']> {
    try {
      const stats = statSync(name);
      if (stats.isDirectory()) return 'directory';
      if (!stats.isFile() || stats.size > atMost) return 'unreadable';
      return { stamp: `${String(stats.mtimeMs)} ${String(stats.size)}`, read: () => readFileSync(name) };
    } catch (error) {
      return isMissing(error) ? 'missing' : 'unreadable';
    }
  }

  list(folder: string): readonly string[] | undefined {
    try {
      return readdirSync(folder);
    } catch {
      return undefined; // what cannot be listed matches nothing, as for the server
    }
  }

  loaded(): Promise<void> {
    return Promise.resolve();
  }
}

/** Files of this machine at once; those of a virtual workspace as in a page. */
export class LocalDisks implements Disks {
  readonly #local = new LocalDisk();
  readonly #fetched = new FetchedDisks();

  of(uri: vscode.Uri): Disk | undefined {
    return uri.scheme === 'file' ? this.#local : this.#fetched.of(uri);
  }

  dispose(): void {
    this.#fetched.dispose();
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
