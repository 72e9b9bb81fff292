/** Our verdict on a small file with what lies beside it, as a server in its container would see it. */
import { decodeBytes } from '../../src/conf/bytes';
import { parseDocument } from '../../src/conf/document';
import type { ConfDocument } from '../../src/conf/document';
import { glob } from '../../src/conf/glob';
import { resolvePath } from '../../src/conf/posix';
import { parseTarget } from '../../src/conf/target';
import type { Files, Finding } from '../../src/conf/types';
import { validate } from '../../src/conf/validate';
import { bytesOf } from './confStart';
import type { Probe } from './confStart';

/** A folder in memory beside /bin and /dev of any Unix. */
function folderOf(
  documents: ReadonlyMap<string, ConfDocument>,
  folders: ReadonlySet<string>,
  runnable: readonly string[],
): Files {
  const isFolder = (path: string): boolean =>
    ['/w', '/tmp', '/dev', '/'].includes(path) ||
    folders.has(path) ||
    [...documents.keys()].some(name => name.startsWith(`${path}/`));
  const isFile = (path: string): boolean => documents.has(path) || path.startsWith('/bin/') || path === '/dev/stdout';
  const stat: Files['stat'] = path => ({
    kind: isFolder(path) ? 'directory' : isFile(path) && !path.includes(' ') ? 'file' : 'missing',
    runnable: path.startsWith('/bin/') || runnable.includes(path),
  });
  const list = (path: string): string[] => {
    const below = `${resolvePath('/', path)}/`.replace('//', '/');
    return [
      ...new Set(
        [...documents.keys(), ...folders]
          .filter(name => name.startsWith(below))
          .map(name => name.slice(below.length).split('/')[0] ?? ''),
      ),
    ];
  };
  return {
    resolve: resolvePath,
    stat,
    open: path => documents.get(path) ?? (isFolder(path) ? 'directory' : 'missing'),
    glob: (folder, pattern) => glob(folder, pattern, list, path => stat(resolvePath('/', path)).kind !== 'missing'),
  };
}

const at = (path: string): string => resolvePath('/w', path);

/** `line` of the first refusal in the file itself, in the server's order (0: none), and all findings of all files. */
export interface Ours {
  readonly line: number;
  readonly errors: readonly string[];
  readonly findings: readonly Finding[];
}

export function judgeProbe(probe: Probe, target: string): Ours {
  const main = parseDocument(decodeBytes(bytesOf(probe)), '/w/c.conf');
  const beside = Object.entries(probe.files ?? {});
  const documents = new Map([
    ['/w/c.conf', main],
    ...beside
      .filter(([name]) => !name.endsWith('/'))
      .map(([name, content]) => [at(name), parseDocument(content, at(name))] as const),
  ]);
  const parsed = parseTarget(target);
  if (parsed === undefined) throw new Error(target);
  const folders = new Set(beside.filter(([name]) => name.endsWith('/')).map(([name]) => at(name.slice(0, -1))));
  const { findings } = validate(main, {
    target: parsed,
    mode: probe.mode,
    workingDirectory: '/w',
    files: folderOf(documents, folders, (probe.runnable ?? []).map(at)),
  });
  const errors = findings.filter(one => one.severity === 'error');
  const [first] = errors
    .filter(one => one.uri === main.uri && one.refusal !== undefined)
    .sort((a, b) => (a.refusal?.order ?? 0) - (b.refusal?.order ?? 0));
  return {
    line: first === undefined ? 0 : main.positionAt(first.start).line + 1,
    errors: errors.map(one => one.code),
    findings,
  };
}
