/** Whether a file is for a server or for a sentinel, and what the file itself says about its reader. */
import type { ConfDocument } from './document';
import { parseTarget } from './target';
import type { Target } from './target';
import type { Mode } from './types';

/** The target that the file's own comment asks for (`# redis-conf: target=redis-7.0`), if it does and is understood. */
export function targetOf(document: ConfDocument): Target | undefined {
  for (const pragma of document.pragmas) {
    if (pragma.kind !== 'settings' || pragma.target === undefined) continue;
    const target = parseTarget(pragma.target);
    if (target !== undefined) return target;
  }
  return undefined;
}

/** What only a data node has a use for: a file with one of these is hardly a sentinel's. */
const dataNode = new Set(['save', 'appendonly', 'maxmemory', 'maxmemory-policy', 'dbfilename', 'replicaof', 'slaveof', 'cluster-enabled', 'databases', 'masterauth', 'primaryauth']);

/**
 * The mode of a file: its own comment (`# redis-conf: mode=sentinel`), else its name (`sentinel` in it), else its content.
 * A `sentinel monitor` line makes it a sentinel's unless it is called redis or valkey; other `sentinel …` lines do so unless
 * the file sets up a data node as well. Then the lines are the fault.
 */
export function guessMode(document: ConfDocument): Mode {
  for (const pragma of document.pragmas) {
    if (pragma.kind === 'settings' && (pragma.mode === 'sentinel' || pragma.mode === 'redis')) return pragma.mode;
  }
  const name = document.uri.slice(Math.max(document.uri.lastIndexOf('/'), document.uri.lastIndexOf('\\')) + 1).toLowerCase();
  if (name.includes('sentinel')) return 'sentinel';
  const lines = document.statements.filter(statement => statement.name === 'sentinel' && statement.words.length > 1);
  if (lines.length === 0 || /(?:^|[^a-z])(?:redis|valkey)/.test(name)) return 'redis';
  if (lines.some(statement => statement.words[1]?.value.toLowerCase() === 'monitor')) return 'sentinel';
  return document.statements.some(statement => dataNode.has(statement.name)) ? 'redis' : 'sentinel';
}
