/**
 * `text` so that Markdown shows it as it is. Names, images and replies come from others: none of it may become a link,
 * an image, HTML or a command.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\r\n]+/g, ' ')
    .replace(/[\\`*_{}[\]()#+\-.!|<>~&$:"'=@/]/g, character => `&#${character.charCodeAt(0)};`);
}

/**
 * The same for text that is also read as it stands, in a file or before a comment is sent: only what would act is escaped, `redis-1 (10.0.0.2:6379)`
 * stays. Not for the start of a line, where a dash or a number would begin a list.
 */
export function escapeReadably(text: string): string {
  const entity = (character: string): string => `&#${character.charCodeAt(0)};`;
  return text
    .replace(/[\r\n]+/g, ' ')
    .replace(/[&@]/g, entity) // characters by their number, and people that would be told
    .replace(/:(?=\/\/)|(?<=www)\./gi, entity) // links that need no brackets
    .replace(/[\\`*_[\]<>|~!$]|#(?!\d+;)/g, '\\$&');
}

/** A table of two columns without a head, both columns escaped. */
export function factsTable(rows: readonly (readonly [name: string, value: string | undefined])[]): string {
  const shown = rows.filter((row): row is readonly [string, string] => row[1] !== undefined && row[1] !== '');
  return [
    '| | |',
    '|:--|:--|',
    ...shown.map(([name, value]) => `| ${escapeMarkdown(name)} | ${escapeMarkdown(value)} |`),
  ].join('\n');
}

/** A table with a head; its cells are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => ':--')), ...rows.map(line)].join('\n');
}

/** `text` in the code font, whatever it contains; line breaks and cell borders are taken out. */
export function code(text: string): string {
  const inner = text.replace(/[\r\n|]+/g, ' ');
  const longest = Math.max(0, ...[...inner.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${inner}${fence}` : `${fence} ${inner} ${fence}`;
}
