/**
 * Comments that speak to this linter, not to the server. They start with `redis-conf` behind the `#`:
 *
 * - `# redis-conf: target=redis-7.0` or `# redis-conf: target=valkey-8.1 mode=sentinel`: which server reads the file
 * - `# redis-conf-disable-next-line CODE…`: the named rules (all, when none is named) are silent for the next line
 * - `# redis-conf-disable CODE…`: the named rules (all, when none is named) are silent for the whole file
 *
 * Text behind ` -- ` is the reason and is not read. Documented for users in docs/conf-language.md.
 */
export type Pragma =
  | {
      readonly kind: 'settings';
      readonly line: number;
      readonly start: number;
      readonly end: number;
      readonly target?: string;
      readonly mode?: string;
    }
  | {
      readonly kind: 'disable' | 'disable-next-line';
      readonly line: number;
      readonly start: number;
      readonly end: number;
      readonly codes: readonly string[];
    };

/** The pragma in the comment at `text[from, end)`, which starts with `#`. */
export function readPragma(text: string, from: number, end: number, line: number): Pragma | undefined {
  const match = /^#+[ \t]*redis-conf(-disable-next-line|-disable|:)(.*)$/s.exec(text.slice(from, end).trimEnd());
  if (match === null) return undefined;
  const kind = match[1];
  const rest = (match[2] ?? '').split(/\s--(?:\s|$)/)[0] ?? '';
  if (kind === ':') {
    const target = /(?:^|[\s,;])target\s*=\s*(\S+?)(?=$|[\s,;])/.exec(rest)?.[1];
    const mode = /(?:^|[\s,;])mode\s*=\s*(\S+?)(?=$|[\s,;])/.exec(rest)?.[1];
    if (target === undefined && mode === undefined) return undefined;
    return {
      kind: 'settings',
      line,
      start: from,
      end,
      ...(target !== undefined && { target }),
      ...(mode !== undefined && { mode }),
    };
  }
  if (rest !== '' && !/^[\s:]/.test(rest)) return undefined;
  const codes = rest
    .replace(/^:/, '')
    .split(/[\s,]+/)
    .filter(code => code !== '');
  return { kind: kind === '-disable' ? 'disable' : 'disable-next-line', line, start: from, end, codes };
}
