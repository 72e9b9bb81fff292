import { posix } from 'node:path';
import { parseDocument } from '../../src/conf/document';
import type { ConfDocument } from '../../src/conf/document';
import { glob } from '../../src/conf/glob';
import type { Files } from '../../src/conf/types';

export const folder = '/work';

/** A folder in memory for the linter: `contents` by path below {@link folder}. Everything else is missing. */
export function filesOf(contents: ReadonlyMap<string, string>): Files {
  const documents = new Map<string, ConfDocument>(
    [...contents].map(([name, text]) => [posix.join(folder, name), parseDocument(text, posix.join(folder, name))]),
  );
  const folders = new Set<string>(
    [...documents.keys()]
      .flatMap(name => {
        const above: string[] = [];
        for (let at = posix.dirname(name); !above.includes(at); at = posix.dirname(at)) above.push(at);
        return above;
      })
      .concat(folder, '/', '/tmp'),
  );
  return {
    resolve: (directory, path) => posix.resolve(directory, path),
    open: path => documents.get(path) ?? (folders.has(path) ? 'directory' : 'missing'),
    stat: path =>
      documents.has(path) ? { kind: 'file', runnable: false } : { kind: folders.has(path) ? 'directory' : 'missing' },
    glob: (directory, pattern) =>
      glob(
        directory,
        pattern,
        at =>
          [...documents.keys(), ...folders]
            .filter(name => posix.dirname(name) === at)
            .map(name => posix.basename(name)),
        at => documents.has(at) || folders.has(at),
      ),
  };
}
