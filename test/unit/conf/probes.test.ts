import assert from 'node:assert/strict';
import { decodeBytes } from '../../../src/conf/bytes';
import { parseDocument } from '../../../src/conf/document';
import type { ConfDocument } from '../../../src/conf/document';
import { glob } from '../../../src/conf/glob';
import { resolvePath } from '../../../src/conf/posix';
import { parseTarget } from '../../../src/conf/target';
import type { Files } from '../../../src/conf/types';
import { validate } from '../../../src/conf/validate';
import { bytesOf, readProbes, startServers } from '../../support/confStart';
import type { Probe } from '../../support/confStart';

/** A folder in memory beside /bin and /dev of any Unix. */
function folderOf(documents: ReadonlyMap<string, ConfDocument>, runnable: readonly string[]): Files {
  const isFolder = (path: string): boolean =>
    path === '/w' ||
    path === '/tmp' ||
    path === '/dev' ||
    path === '/' ||
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
        [...documents.keys()]
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

/** Line of the first refusal in the file itself, in the server's order, and the codes of all errors of all files. */
function ours(probe: Probe, target: string): { readonly line: number; readonly errors: readonly string[] } {
  const main = parseDocument(decodeBytes(bytesOf(probe)), '/w/c.conf');
  const documents = new Map([
    ['/w/c.conf', main],
    ...Object.entries(probe.files ?? {}).map(
      ([name, content]) => [at(name), parseDocument(content, at(name))] as const,
    ),
  ]);
  const parsed = parseTarget(target);
  assert.ok(parsed);
  const { findings } = validate(main, {
    target: parsed,
    mode: probe.mode,
    workingDirectory: '/w',
    files: folderOf(documents, (probe.runnable ?? []).map(at)),
  });
  const errors = findings.filter(one => one.severity === 'error');
  const [first] = errors
    .filter(one => one.uri === main.uri && one.refusal !== undefined)
    .sort((a, b) => (a.refusal?.order ?? 0) - (b.refusal?.order ?? 0));
  return { line: first === undefined ? 0 : main.positionAt(first.start).line + 1, errors: errors.map(one => one.code) };
}

suite('small files that real servers were started with (bench/confProbes.ts)', () => {
  for (const [index, probe] of readProbes('test/fixtures/conf-probes.json').entries()) {
    test(`${String(index)} ${probe.name}`, () => {
      for (const [number, { target }] of startServers.entries()) {
        const verdict = probe.verdicts?.[number];
        const { line, errors } = ours(probe, target);
        if (verdict === 0) assert.deepEqual(errors, [], target);
        // What depends on the machine for one server may be an unknown name for another.
        if (verdict === 0 || (probe.env === true && errors.length === 0)) continue;
        assert.ok(line > 0, `${target} refuses it`);
        // The server counts the lines of an included text from 1 again, and those that a NUL melted as one.
        if (verdict !== -1 && probe.files === undefined && !bytesOf(probe).includes(0))
          assert.equal(line, verdict, target);
      }
    });
  }
});
