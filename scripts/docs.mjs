// `npm run docs`: what of the pages is written by machine (settings), then whether all that the pages point to is there. Rule pages: scripts/ruleDocs.mjs.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deadEnds, pagesOf } from './docs/links.mjs';
import { settingsPage } from './docs/settings.mjs';
import { root } from './setup/paths.mjs';

/** @param {string} name */
const json = name => JSON.parse(readFileSync(join(root, name), 'utf8'));
writeFileSync(join(root, 'docs', 'settings.md'), settingsPage(json('package.json'), json('package.nls.json')));
const dead = pagesOf(root).flatMap(page => deadEnds(root, page, readFileSync(join(root, page), 'utf8')));
if (dead.length > 0) {
  console.error(`these lead nowhere:\n${dead.join('\n')}`);
  process.exitCode = 1;
}
