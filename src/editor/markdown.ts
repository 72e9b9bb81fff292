/**
 * `text` so that Markdown shows it as it is. Names, images and replies come from others: none of it may become a link,
 * an image, HTML or a command.
 */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[\\`*_{}[\]()#+\-.!|<>~&$:"'=@/]/g, character => `&#${character.charCodeAt(0)};`);
}

/** A table of two columns without a head, both columns escaped. */
export function factsTable(rows: readonly (readonly [name: string, value: string | undefined])[]): string {
  const shown = rows.filter((row): row is readonly [string, string] => row[1] !== undefined && row[1] !== '');
  return ['| | |', '|:--|:--|', ...shown.map(([name, value]) => `| ${escapeMarkdown(name)} | ${escapeMarkdown(value)} |`)].join('\n');
}
