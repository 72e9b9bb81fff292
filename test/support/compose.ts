import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const [program, prefix] =
  spawnSync('docker', ['compose', 'version']).status === 0
    ? (['docker', ['compose']] as const)
    : (['docker-compose', []] as const);

/** The Compose that is here, version 1 or 2, on a project's folder. @param project its name, if it is not to be the folder's */
export function compose(folder: string, project: string | undefined, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(
    program,
    [
      ...prefix,
      ...(project === undefined ? [] : ['-p', project]),
      '--file',
      join(folder, 'compose.yaml'),
      '--project-directory',
      folder,
      ...args,
    ],
    { encoding: 'utf8', cwd: folder },
  );
  assert.equal(status, 0, `${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}
