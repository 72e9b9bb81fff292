// Names that no other test run has, and free ports.
import { randomBytes } from 'node:crypto';
import { freePort } from '../../scripts/setup/server.mjs';

/** The label that everything carries which a test makes by itself; its value is the run's prefix. */
export const testLabel = 'redis-topology-test';

/**
 * A prefix for names of containers, networks, volumes and topologies of one test: `rtt-3f9a1c`.
 * `app`: one that stands first in the tree, above whatever other tests of this machine make meanwhile, and so in sight.
 */
export function newPrefix(word: 'rtt' | 'app' = 'rtt'): string {
  return `${word}-${randomBytes(3).toString('hex')}`;
}

// Bus ports of clusters stand 10,000 above: from here they, too, stay below the range that the kernel hands out to outgoing connections.
let next = 12_000 + (process.pid % 500) * 16;

/** A free port below the kernel's own range; never the same one twice in one process. */
export async function testPort(): Promise<number> {
  const port = await freePort(next);
  next = port + 1;
  return port;
}

/** `count` free ports in a row: the first of them. */
export async function testPorts(count: number): Promise<number> {
  for (;;) {
    const first = await testPort();
    let last = first;
    while (last < first + count - 1) {
      const port = await testPort();
      if (port !== last + 1) break;
      last = port;
    }
    if (last === first + count - 1) return first;
  }
}

/** Asks `check` until it gives something else than undefined or false. Fails with `what` and the last answer after `within` ms. */
export async function until<T>(
  what: string,
  check: () => Promise<T | undefined | false> | T | undefined | false,
  within = 20_000,
): Promise<T> {
  const end = Date.now() + within;
  let last: unknown;
  for (;;) {
    try {
      const value = await check();
      if (value !== undefined && value !== false) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end)
      throw new Error(
        `${what}: not within ${within} ms; the last answer was ${last instanceof Error ? last.message : String(last)}`,
      );
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}
