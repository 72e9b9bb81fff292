import { surroundings } from './connection';
import type { DockerContext } from './contexts';
import { currentContext, listContexts } from './contexts';

/** The contexts of this machine, to choose from, and the one that the command line uses now. */
export async function contextsHere(): Promise<{
  readonly current: string;
  readonly contexts: readonly DockerContext[];
}> {
  const around = surroundings(undefined);
  const [current, contexts] = await Promise.all([currentContext(around), listContexts(around)]);
  return { current, contexts };
}
