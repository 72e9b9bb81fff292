import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const freshName = (path: string): string => `${path}.${process.pid}.new`;

/** Writes by rename: a reader finds the old or the new file, never half of one. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const fresh = freshName(path);
  await writeFile(fresh, text, { mode: 0o644 });
  await rename(fresh, path);
}

/** As {@link writeWhole}, without giving way. */
export function writeWholeNow(path: string, text: string): void {
  const fresh = freshName(path);
  writeFileSync(fresh, text, { mode: 0o644 });
  renameSync(fresh, path);
}

/** Removes what a process that was ended in the middle of {@link writeWhole} left beside the file. */
export async function removeHalves(path: string): Promise<void> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []); // no folder, no halves
  for (const name of names) {
    const rest = name.startsWith(basename(path)) ? name.slice(basename(path).length) : '';
    if (/^\.\d+\.new$/.test(rest)) await rm(join(folder, name), { force: true });
  }
}
