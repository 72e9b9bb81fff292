import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { decodeBytes } from '../../../src/conf/bytes';
import { parseDocument } from '../../../src/conf/document';
import type { ConfDocument } from '../../../src/conf/document';
import { glob } from '../../../src/conf/glob';
import { resolvePath } from '../../../src/conf/posix';
import { parseTarget } from '../../../src/conf/target';
import type { Files } from '../../../src/conf/types';
import { validate } from '../../../src/conf/validate';

/** A small file and what redis-server 7.0.15 did with it in a full start: up, or out, with the line when it named one. */
interface Probe {
  readonly name: string;
  readonly mode: 'redis' | 'sentinel';
  readonly accepted: boolean;
  readonly line: number | null;
  readonly text?: string;
  readonly base64?: string;
  readonly files?: Readonly<Record<string, string>>;
  /** It depends on the machine, so we must not claim an error (docs/conf-agreement.md). */
  readonly env?: true;
}

const { probes } = JSON.parse(readFileSync('test/fixtures/conf-probes.json', 'utf8')) as { probes: readonly Probe[] };

/** A folder in memory beside /bin of any Unix. */
function folderOf(documents: ReadonlyMap<string, ConfDocument>): Files {
  const isFolder = (path: string): boolean => path === '/w' || path === '/tmp' || path === '/' || [...documents.keys()].some(name => name.startsWith(`${path}/`));
  const stat: Files['stat'] = path => ({ kind: documents.has(path) ? 'file' : path === '/bin/true' ? 'file' : isFolder(path) ? 'directory' : 'missing', runnable: path === '/bin/true' });
  const list = (path: string): string[] => [...new Set([...documents.keys()].filter(name => name.startsWith(`${path}/`)).map(name => name.slice(path.length + 1).split('/')[0] ?? ''))];
  return { resolve: resolvePath, stat, open: path => documents.get(path) ?? (isFolder(path) ? 'directory' : 'missing'), glob: (folder, pattern) => glob(folder, pattern, list, path => stat(path).kind !== 'missing') };
}

suite('small files that a real server was started with', () => {
  const target = parseTarget('redis-7.0');
  assert.ok(target);
  for (const [index, probe] of probes.entries()) {
    test(`${String(index)} ${probe.name}`, () => {
      const text = probe.text ?? decodeBytes(Buffer.from(probe.base64 ?? '', 'base64'));
      const main = parseDocument(text, '/w/c.conf');
      const documents = new Map([['/w/c.conf', main], ...Object.entries(probe.files ?? {}).map(([name, content]) => [`/w/${name}`, parseDocument(content, `/w/${name}`)] as const)]);
      const { findings, firstRefusal } = validate(main, { target, mode: probe.mode, workingDirectory: '/w', files: folderOf(documents) });
      const errors = findings.filter(one => one.severity === 'error').map(one => one.code);
      if (probe.accepted || probe.env === true) {
        assert.deepEqual(errors, []);
        return;
      }
      assert.ok(errors.length > 0, 'the server refuses it');
      // The server counts the lines of an included text from 1 again, and through all files of a pattern.
      const document = documents.get(firstRefusal?.uri ?? '');
      if (probe.line !== null && firstRefusal !== undefined && (document === main || !/[*?[]/.test(text))) {
        assert.equal((document?.positionAt(firstRefusal.start).line ?? -1) + 1, probe.line);
      }
    });
  }
});
