/** Whether a file's content fits the language it was opened in. */
import type { ConfDocument } from '../document';

/** Lines that only make sense for a server that is no sentinel. */
const serverOnly = new Set([
  'appendonly',
  'save',
  'replicaof',
  'slaveof',
  'cluster-enabled',
  'maxmemory',
  'maxmemory-policy',
  'databases',
  'rdbcompression',
  'masterauth',
  'dbfilename',
  'cluster-config-file',
]);

/**
 * The mode that the content speaks for when it is not `mode`: one `sentinel` statement makes a server refuse the file, so
 * it is surely meant for a sentinel; a file without any that sets what only servers use is not.
 */
export function otherMode(document: ConfDocument, mode: 'redis' | 'sentinel'): 'redis' | 'sentinel' | undefined {
  const sentinel = document.statements.some(one => one.name === 'sentinel' && one.words.length > 1);
  if (mode === 'redis') return sentinel ? 'sentinel' : undefined;
  if (sentinel) return undefined;
  let telling = 0;
  return document.statements.some(one => serverOnly.has(one.name) && ++telling === 2) ? 'redis' : undefined;
}
