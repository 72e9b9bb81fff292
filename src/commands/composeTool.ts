import { execFile } from 'node:child_process';

/** Newest first: the plugin of Docker's command line, the program that came before it (which some systems still pack alone), Podman's. */
const TOOLS = ['docker compose', 'docker-compose', 'podman compose'] as const;
export type ComposeTool = (typeof TOOLS)[number];

/** A program that has to think longer about its version is not there. Milliseconds. */
const PATIENCE_MS = 10_000;

/** Whether the command ends well. */
export type Runs = (program: string, args: readonly string[]) => Promise<boolean>;

/**
 * What Compose is called on this machine; undefined where there is none. `docker` alone does not tell: without its plugin it takes `compose` for
 * a command that it does not know.
 */
export async function findCompose(runs: Runs = onPath): Promise<ComposeTool | undefined> {
  const there = await Promise.all(
    TOOLS.map(tool => {
      const [program = '', ...args] = tool.split(' ');
      return runs(program, [...args, 'version']);
    }),
  );
  return TOOLS.find((_, index) => there[index]);
}

const onPath: Runs = (program, args) =>
  new Promise(resolve => {
    execFile(program, args, { timeout: PATIENCE_MS, windowsHide: true }, error => resolve(error === null));
  });
