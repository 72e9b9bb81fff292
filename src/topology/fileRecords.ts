import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeWholeNow } from '../engine/wholeFile';
import type { Records } from './ports';

/**
 * Records as files of one folder, written by renaming. Not in the editor's own store: a page keeps what it is given there for up to five seconds before
 * it is safe (VS Code's flush interval in browsers), and a window that is loaded anew meanwhile would forget what it had begun.
 */
export class FileRecords implements Records {
  constructor(private readonly folder: string) {}

  keys(): readonly string[] {
    return namesIn(this.folder)
      .filter(name => name.endsWith(KIND))
      .map(name => decodeURIComponent(name.slice(0, -KIND.length)));
  }

  get(key: string): unknown {
    try {
      return JSON.parse(readFileSync(this.#path(key), 'utf8'));
    } catch {
      return undefined; // never written, or damaged by hand: nothing that could be gone by
    }
  }

  set(key: string, value: unknown): Promise<void> {
    return atOnce(() => {
      mkdirSync(this.folder, { recursive: true });
      writeWholeNow(this.#path(key), JSON.stringify(value));
    });
  }

  delete(key: string): Promise<void> {
    return atOnce(() => rmSync(this.#path(key), { force: true }));
  }

  #path(key: string): string {
    return join(this.folder, `${encodeURIComponent(key)}${KIND}`);
  }
}

const KIND = '.json';

/** Done before anything else may happen; what fails is a rejection all the same. */
function atOnce(work: () => void): Promise<void> {
  try {
    work();
    return Promise.resolve();
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // nothing was written yet
  }
}
