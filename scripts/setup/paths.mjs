// Where things lie. The cache is shared by all clones of one user and never inside git.
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The project's folder. Tests, which are bundled to another place, are told it. */
export const root = process.env['REDIS_TOPOLOGY_ROOT'] ?? join(import.meta.dirname, '..', '..');

/** `$REDIS_TOPOLOGY_CACHE`, else the user's cache folder. */
export const cache =
  process.env['REDIS_TOPOLOGY_CACHE'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'redis-topology-explorer');

/**
 * A folder inside the cache, made on first use.
 * @param {string[]} names
 */
export function cacheFolder(...names) {
  const folder = join(cache, ...names);
  mkdirSync(folder, { recursive: true });
  return folder;
}
