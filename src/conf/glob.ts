/** Patterns as `glob(3)` expands them without flags: what `include` does since 7.0. */

/** Names in a folder; undefined when it cannot be listed. */
export type ListFolder = (path: string) => readonly string[] | undefined;

/** The paths that match, sorted by bytes, as absolute paths. `exists` is asked for path parts without a pattern. */
export function glob(
  workingDirectory: string,
  pattern: string,
  list: ListFolder,
  exists: (path: string) => boolean,
): string[] {
  const absolute = pattern.startsWith('/');
  let found = [absolute ? '' : workingDirectory.replace(/\/$/, '')];
  const parts = pattern.split('/').filter((part, index) => part !== '' || (index === 0 && !absolute));
  for (const part of parts) {
    const next: string[] = [];
    const test = /[*?[]/.test(part) ? matcher(part) : undefined;
    for (const folder of found) {
      if (test === undefined) {
        const path = `${folder}/${part.replace(/\\(.)/g, '$1')}`;
        if (exists(path)) next.push(path);
        continue;
      }
      for (const name of list(folder === '' ? '/' : folder) ?? []) if (test(name)) next.push(`${folder}/${name}`);
    }
    found = next;
  }
  return found.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Whether a name matches one part of a pattern: `*`, `?`, `[a-z]`, `[!a]`, `\c`; a leading dot must be named. */
export function matcher(part: string): (name: string) => boolean {
  let source = '';
  for (let i = 0; i < part.length; i++) {
    const char = part.charAt(i);
    const close = char === '[' ? endOfSet(part, i) : -1;
    if (char === '*') source += '.*';
    else if (char === '?') source += '.';
    else if (close > 0) {
      const set = part
        .slice(i + 1, close)
        .replace(/^[!^]/, '^')
        .replace(/[\\\]]/g, '\\$&')
        .replace(/\[:([a-z]+):\\\]/g, (whole, name: string) => classes[name] ?? whole);
      source += `[${set.replace(/\[/g, '\\[')}]`;
      i = close;
    } else if (char === '\\' && i + 1 < part.length) {
      i++;
      source += literal(part.charAt(i));
    } else source += literal(char);
  }
  let pattern: RegExp;
  try {
    pattern = new RegExp(`^${source}$`, 'su');
  } catch {
    return () => false; // a range that runs backwards matches nothing
  }
  return name => (name.startsWith('.') ? part.startsWith('.') && pattern.test(name) : pattern.test(name));
}

/** POSIX classes inside of `[…]`, in the C locale. */
const classes: Readonly<Record<string, string | undefined>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\x5b-`{-~',
  space: '\\s',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
};

/** Where a set that starts at `open` ends: behind its first character, and not inside of `[:class:]`. */
function endOfSet(part: string, open: number): number {
  let at = open + 1;
  if (part.charAt(at) === '!' || part.charAt(at) === '^') at++;
  for (let first = true; at < part.length; first = false) {
    if (part.charAt(at) === ']' && !first) return at;
    const end = part.startsWith('[:', at) ? part.indexOf(':]', at + 2) : -1;
    at = end < 0 ? at + 1 : end + 2;
  }
  return -1;
}

const literal = (char: string): string => char.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
