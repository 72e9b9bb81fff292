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

/** What only a data node has a use for: a file with one of these is hardly a sentinel's, unless it is called so. */
const dataNode = new Set([
  'save',
  'appendonly',
  'appendfsync',
  'maxmemory',
  'maxmemory-policy',
  'dbfilename',
  'replicaof',
  'slaveof',
  'cluster-enabled',
  'databases',
  'masterauth',
  'primaryauth',
  'replica-read-only',
  'slave-read-only',
  'min-replicas-to-write',
  'client-output-buffer-limit',
  'rdbcompression',
  'stop-writes-on-bgsave-error',
]);

/**
 * The mode of a file: its own comment (`# redis-conf: mode=sentinel`), else its name (`sentinel` in it), else its content.
 * `sentinel …` lines make it a sentinel's, unless the file sets up a data node as well: then the lines are the fault. A file
 * that is called redis or valkey needs a `sentinel monitor` line to be taken for a sentinel's.
 */
export function guessMode(document: ConfDocument): Mode {
  for (const pragma of document.pragmas) {
    if (pragma.kind === 'settings' && (pragma.mode === 'sentinel' || pragma.mode === 'redis')) return pragma.mode;
  }
  const name = document.uri
    .slice(Math.max(document.uri.lastIndexOf('/'), document.uri.lastIndexOf('\\')) + 1)
    .toLowerCase();
  if (name.includes('sentinel')) return 'sentinel';
  let mayBe = false;
  const called = /(?:^|[^a-z])(?:redis|valkey)/.test(name);
  for (const { name: directive, words } of document.statements) {
    if (directive === 'sentinel' && words.length > 1) mayBe ||= !called || words[1]?.value.toLowerCase() === 'monitor';
    else if (dataNode.has(directive)) return 'redis';
  }
  return mayBe ? 'sentinel' : 'redis';
}
