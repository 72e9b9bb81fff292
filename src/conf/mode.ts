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

/**
 * The mode of a file: its own comment (`# redis-conf: mode=sentinel`), else its content (any `sentinel …` line with a word
 * behind it), else its name. A redis.conf cannot hold sentinel lines, so one is proof enough; a file that is called
 * `redis*.conf` or `valkey*.conf` without `sentinel` in its name and sets up a data node stays one, and the line is the fault.
 */
export function guessMode(document: ConfDocument): Mode {
  for (const pragma of document.pragmas) {
    if (pragma.kind === 'settings' && (pragma.mode === 'sentinel' || pragma.mode === 'redis')) return pragma.mode;
  }
  const name = document.uri.slice(Math.max(document.uri.lastIndexOf('/'), document.uri.lastIndexOf('\\')) + 1).toLowerCase();
  if (name.includes('sentinel')) return 'sentinel';
  const speaksToSentinel = document.statements.some(statement => statement.name === 'sentinel' && statement.words.length > 1);
  return speaksToSentinel && !/^(redis|valkey)/.test(name) ? 'sentinel' : 'redis';
}
