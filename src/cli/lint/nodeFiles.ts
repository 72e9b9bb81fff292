/** The files of this machine for the core: read and parsed once, looked at without changing anything. */
import { accessSync, constants, readFileSync, readdirSync, statSync } from 'node:fs';
import { decodeBytes } from '../../conf/bytes';
import { parseDocument } from '../../conf/document';
import type { ConfDocument } from '../../conf/document';
import { glob } from '../../conf/glob';
import { resolvePath } from '../../conf/posix';
import type { Files } from '../../conf/types';

type Opened = ReturnType<Files['open']>;

/** One run's view: a file that is included twice is read once. */
export function nodeFiles(): Files {
  const cache = new Map<string, Opened>();
  const stat: Files['stat'] = path => {
    try {
      const found = statSync(path);
      if (found.isDirectory()) return { kind: 'directory' };
      return found.isFile() ? { kind: 'file', runnable: isRunnable(path) } : { kind: 'other' };
    } catch (error) {
      return { kind: isMissing(error) ? 'missing' : 'unknown' };
    }
  };
  const list = (folder: string): readonly string[] | undefined => {
    try {
      return readdirSync(folder);
    } catch {
      return undefined; // a folder that cannot be listed matches nothing, as for the server
    }
  };
  return {
    resolve: resolvePath,
    stat,
    glob: (folder, pattern) => glob(folder, pattern, list, path => stat(path).kind !== 'missing'),
    open(path) {
      const ready = cache.get(path);
      if (ready !== undefined) return ready;
      // A pipe or a device that a line names may never end; /dev/null is what people do name.
      const opened = stat(path).kind === 'other' && path !== '/dev/null' ? 'unreadable' : openFile(path);
      cache.set(path, opened);
      return opened;
    },
  };
}

/** Reads a file that the user named: a pipe is fine (`<(envsubst < redis.conf)`). */
export function openFile(path: string): ConfDocument | 'missing' | 'unreadable' | 'directory' {
  try {
    return parseDocument(decodeBytes(readFileSync(path)), path);
  } catch (error) {
    return isMissing(error) ? 'missing' : hasCode(error, 'EISDIR') ? 'directory' : 'unreadable';
  }
}

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // the answer itself
  }
}

const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));
const isMissing = (error: unknown): boolean => hasCode(error, 'ENOENT', 'ENOTDIR');
