import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HumanError, textOf } from '../../base/errors';
import type { ComposeFile } from './model';

export type WriteFault =
  /** Something else lies there: nothing was written. */
  | { readonly code: 'export-folder-not-empty'; readonly path: string }
  | { readonly code: 'export-not-written'; readonly path: string; readonly text: string };

/**
 * Writes a project into `folder`, which is made when it is missing and must be empty otherwise: what lies there is never overwritten.
 * @throws a HumanError with a {@link WriteFault}
 */
export async function writeProject(folder: string, files: readonly ComposeFile[]): Promise<void> {
  let at = folder;
  try {
    await mkdir(folder, { recursive: true });
    if ((await readdir(folder)).length > 0)
      throw new HumanError<WriteFault>({ code: 'export-folder-not-empty', path: folder });
    for (const { path, content, secret, executable } of files) {
      at = join(folder, ...path.split('/'));
      await mkdir(dirname(at), { recursive: true });
      const mode = secret ? 0o600 : executable ? 0o755 : 0o644;
      await writeFile(at, content, { mode });
      await chmod(at, mode); // whatever the process's mask is: containers read these as another user
    }
  } catch (error) {
    if (error instanceof HumanError) throw error;
    throw new HumanError<WriteFault>({ code: 'export-not-written', path: at, text: textOf(error) }, { cause: error });
  }
}
