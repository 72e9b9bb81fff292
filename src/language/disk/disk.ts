import type * as vscode from 'vscode';
import type { Files } from '../../conf/types';

/** Paths as one disk writes them: those of this machine's system, or with slashes in a page. */
export interface Paths {
  readonly sep: string;
  resolve(...parts: readonly string[]): string;
  join(...parts: readonly string[]): string;
  normalize(path: string): string;
  dirname(path: string): string;
  basename(path: string): string;
  relative(from: string, to: string): string;
}

/** A file that may be read; `stamp` is another one when the content may be. */
export interface FileOnDisk {
  readonly stamp: string;
  read(): Uint8Array;
}

/**
 * Where files lie, asked by absolute path and answered at once: a judgement runs from its first line to its last without waiting.
 * A disk that can only be read with waiting answers `unknown` to what it has not fetched yet, fetches it in {@link loaded}, and is
 * asked again (`Contexts.settled`); what it cannot look at stays unknown, and nothing is claimed about it.
 */
export interface Disk<Uri = vscode.Uri> {
  readonly paths: Paths;
  pathOf(uri: Uri): string;
  uriOf(path: string): Uri;
  stat(path: string): ReturnType<Files['stat']>;
  /** @param atMost bytes; a larger file is unreadable */
  open(path: string, atMost: number): FileOnDisk | Exclude<ReturnType<Files['open']>, object>;
  /** Names in a folder; undefined when it cannot be listed. */
  list(path: string): readonly string[] | 'unknown' | undefined;
  /** Another number when what was unknown may be known now. */
  readonly generation: number;
  /** Resolves when everything that was asked for is fetched. */
  loaded(): Promise<void>;
}

/** The disk on which a file lies; undefined where nobody can look around it (a new file, one of a version control's history). */
export interface Disks extends vscode.Disposable {
  of(uri: vscode.Uri): Disk | undefined;
}
