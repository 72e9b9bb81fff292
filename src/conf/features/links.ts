/** Files that a configuration names, as links. Relative paths start in the working directory, which `dir` moves while the file is read. */
import type { Context } from './context';
import { sentinelStatement } from './statements';

export interface PathLink {
  readonly start: number;
  readonly end: number;
  /** As the server would open it: absolute, or relative to the working directory that it was started in. */
  readonly path: string;
  readonly kind: 'include' | 'file';
}

/** Settings whose file is opened relative to where `dir` stands at that line. */
const atOnce: ReadonlySet<string> = new Set(['logfile', 'include']);
/** Settings whose file is opened after the whole file was read, so in the last `dir`. */
const later: ReadonlySet<string> = new Set([
  'aclfile',
  'loadmodule',
  'pidfile',
  'cluster-config-file',
  'dbfilename',
  'tls-cert-file',
  'tls-key-file',
  'tls-client-cert-file',
  'tls-client-key-file',
  'tls-ca-cert-file',
  'tls-dh-params-file',
]);

export function pathLinks(context: Context): PathLink[] {
  const steps = pathLinksInSteps(context, Infinity);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Looks at some statements per `next()`, for very long files in an editor. */
export function* pathLinksInSteps(context: Context, perStep = 2000): Generator<void, PathLink[]> {
  const links: PathLink[] = [];
  let directory = '';
  const late: { start: number; end: number; path: string }[] = [];
  let left = perStep;
  for (const statement of context.document.statements) {
    if (--left === 0) {
      left = perStep;
      yield;
    }
    const value = statement.words[1];
    if (value === undefined || statement.fault !== undefined) continue;
    const place = { start: value.start, end: value.end };
    if (statement.name === 'dir') directory = join(directory, value.value);
    else if (value.value === '') continue;
    else if (statement.name === 'include') {
      if (!/[*?[]/.test(value.value)) links.push({ ...place, path: join(directory, value.value), kind: 'include' });
    } else if (atOnce.has(statement.name)) links.push({ ...place, path: join(directory, value.value), kind: 'file' });
    else if (later.has(statement.name)) late.push({ ...place, path: value.value });
    else if (statement.name === 'sentinel') {
      const index = sentinelStatement(value.value)?.words.indexOf('path') ?? -1;
      const word = statement.words[index + 2];
      if (index >= 0 && word !== undefined) late.push({ start: word.start, end: word.end, path: word.value });
    }
  }
  for (const one of late) links.push({ ...one, path: join(directory, one.path), kind: 'file' });
  return links.sort((a, b) => a.start - b.start);
}

/** `path` seen from `directory`; the empty directory is where the server was started. */
function join(directory: string, path: string): string {
  if (/^(?:[/\\]|[A-Za-z]:[/\\])/.test(path) || directory === '') return path;
  return `${directory.replace(/[/\\]+$/, '')}/${path}`;
}
