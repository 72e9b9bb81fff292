// Whether what the pages point to is there: links to files and headings, and paths of the project in backticks.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

/** All pages that are written for people: the Markdown files at the top, and all below docs/. @param {string} root @returns {string[]} */
export function pagesOf(root) {
  const top = readdirSync(root).filter(name => name.endsWith('.md'));
  const below = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.md'))
    .map(name => join('docs', name));
  return [...top, ...below].sort();
}

/** A text without its code blocks. @param {string} text */
const withoutBlocks = text => text.replace(/^(```|~~~)[^\n]*\n[\s\S]*?^\1[^\n]*$/gm, '');

/** The anchors of a page's headings, as they are made of the words: lower case, without marks, `-` for a space. @param {string} text @returns {Set<string>} */
export function anchorsOf(text) {
  /** @type {Set<string>} */
  const anchors = new Set();
  for (const [, heading = ''] of withoutBlocks(text).matchAll(/^#{1,6} +(.*?) *$/gm)) {
    const plain = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    let anchor = plain;
    for (let next = 1; anchors.has(anchor); next++) anchor = `${plain}-${next}`;
    anchors.add(anchor);
  }
  return anchors;
}

/**
 * What a page points to and is not there: `page: target`.
 * @param {string} root
 * @param {string} page
 * @param {string} text
 * @returns {string[]}
 */
export function deadEnds(root, page, text) {
  /** @type {string[]} */
  const dead = [];
  const plain = withoutBlocks(text);
  const prose = plain.replace(/`[^`\n]*`/g, '');
  const links = [...prose.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|\b(?:src|href)="([^"]+)"/g)].map(
    match => match[1] ?? match[2] ?? '',
  );
  for (const link of links) {
    if (/^[a-z][\w+.-]*:/i.test(link)) continue; // another place: not looked at, these tests need no network
    const [path = '', anchor] = link.split('#');
    const file = path === '' ? page : normalize(join(dirname(page), decodeURIComponent(path)));
    const outside = relative(root, join(root, file)).startsWith('..');
    if (outside || (file !== page && !existsSync(join(root, file)))) dead.push(`${page}: ${link}`);
    else if (anchor !== undefined && file.endsWith('.md')) {
      const target = file === page ? text : readFileSync(join(root, file), 'utf8');
      if (!anchorsOf(target).has(anchor)) dead.push(`${page}: ${link}`);
    }
  }
  // `src/conf/words.ts`, `test/redis`: as they stand in the project. Patterns and placeholders are none.
  for (const [, path = ''] of plain.matchAll(
    /`((?:src|test|scripts|bench|media|docs|data|l10n|snippets|syntaxes)\/[\w./-]*)`/g,
  ))
    if (!existsSync(join(root, path)) && !existsSync(join(root, `${path}.ts`))) dead.push(`${page}: ${path}`);
  return dead;
}
