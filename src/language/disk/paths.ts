import type { Paths } from './disk';

const parts = (path: string): string[] => path.split('/').filter(part => part !== '' && part !== '.');

/** `..` in front of an absolute path leads nowhere, in front of a relative one it stays. */
function tidy(path: string): string {
  const absolute = path.startsWith('/');
  const kept: string[] = [];
  for (const part of parts(path)) {
    if (part !== '..' || (!absolute && (kept.length === 0 || kept.at(-1) === '..'))) kept.push(part);
    else kept.pop();
  }
  const plain = kept.join('/');
  const end = path.endsWith('/') && plain !== '' ? '/' : '';
  return absolute ? `/${plain}${end}` : plain === '' ? '.' + (path.endsWith('/') ? '/' : '') : plain + end;
}

const withoutEnd = (path: string): string => (path.length > 1 ? path.replace(/\/+$/, '') || '/' : path);

/**
 * Paths with slashes, as URIs have them, without Node: the same answers as `path.posix`, of absolute paths wherever it would ask for the
 * process's folder (a unit test holds both together).
 */
export const slashes: Paths = {
  sep: '/',
  resolve: (...all) => {
    const from = all.findLastIndex(part => part.startsWith('/'));
    return withoutEnd(tidy(`/${all.slice(Math.max(from, 0)).join('/')}`));
  },
  join: (...all) => tidy(all.filter(part => part !== '').join('/')),
  normalize: tidy,
  dirname: path => {
    const plain = withoutEnd(path);
    const at = plain.lastIndexOf('/');
    return at < 0 ? '.' : withoutEnd(plain.slice(0, at) || '/');
  },
  basename: path => withoutEnd(path).split('/').at(-1) ?? '',
  relative: (from, to) => {
    const [a, b] = [parts(slashes.resolve(from)), parts(slashes.resolve(to))];
    let same = 0;
    while (same < a.length && same < b.length && a[same] === b[same]) same++;
    return [...a.slice(same).map(() => '..'), ...b.slice(same)].join('/');
  },
};
