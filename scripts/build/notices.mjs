// Which packages' code is in the bundle, by esbuild's own account of it, and their licences as a text that ships.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/paths.mjs';

/** The file that ships, in the project's folder. */
export const noticesFile = 'THIRD-PARTY-NOTICES.md';

/** What esbuild writes down about each build: extension, the one in a page, command line, pages of webviews. */
export const metaFiles = ['extension', 'web', 'programs', 'pages'].map(name => join(root, 'out', `${name}.meta.json`));

/** @typedef {{ name: string, version: string, license: string, author: string, homepage: string, text: string | undefined }} Package */

/** Names of the packages of which at least one byte is in what was built, in order of the alphabet. @returns {string[]} */
export function shippedPackages() {
  /** @type {Set<string>} */
  const names = new Set();
  for (const file of metaFiles) {
    const meta = /** @type {import('./sizes.mjs').Metafile} */ (JSON.parse(readFileSync(file, 'utf8')));
    for (const { inputs } of Object.values(meta.outputs))
      for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
        // The last one counts: a package may lie inside another's folder.
        const name = [...path.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].at(-1)?.[1];
        if (name !== undefined && bytesInOutput > 0) names.add(name);
      }
  }
  return [...names].sort();
}

/** @param {string} name @returns {Package} */
function read(name) {
  const folder = join(root, 'node_modules', name);
  const { version, license, author, homepage, repository } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  if (typeof license !== 'string') throw new Error(`${name} does not say in its package.json what its licence is`);
  const file = readdirSync(folder).find(one => /^(?:licen[cs]e|copying)(?:\.(?:md|txt))?$/i.test(one));
  const notice = join(folder, 'NOTICE');
  const texts = [...(file === undefined ? [] : [join(folder, file)]), ...(existsSync(notice) ? [notice] : [])];
  return {
    name,
    version,
    license,
    author: (typeof author === 'string' ? author : (author?.name ?? '')).replace(/\s*[<(].*/, ''),
    homepage: homepage ?? (typeof repository === 'string' ? repository : (repository?.url ?? '')),
    text:
      texts.length === 0
        ? undefined
        : texts.map(one => readFileSync(one, 'utf8').replaceAll('\r\n', '\n').trim()).join('\n\n'),
  };
}

/** For packages that name a licence and bring no text of it. @type {Readonly<Record<string, (author: string) => string>>} */
const standardTexts = {
  ISC: author => `Copyright (c) ${author}

Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that the above
copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR
IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.`,
};

/** @param {Package} one */
function textOf({ name, license, author, text }) {
  if (text !== undefined) return text;
  const standard = standardTexts[license];
  if (standard === undefined) throw new Error(`${name} brings no text of its licence (${license})`);
  return `(The package brings no text of its licence; this is the usual one.)\n\n${standard(author)}`;
}

/** The text of the file. Packages under the very same text stand together, so that long ones are read once. @param {readonly string[]} names */
export function notices(names) {
  const packages = names.map(read);
  /** @type {Map<string, Package[]>} */
  const byText = new Map();
  for (const one of packages) byText.set(textOf(one), [...(byText.get(textOf(one)) ?? []), one]);
  const list = packages.map(
    ({ name, version, license, homepage }) =>
      `| ${name} | ${version} | ${license} | ${homepage.replace(/^git\+|\.git$/g, '')} |`,
  );
  const texts = [...byText].map(
    ([text, those]) =>
      `## ${those.map(({ name, version }) => `${name} ${version}`).join(', ')}\n\n\`\`\`\n${text}\n\`\`\``,
  );
  return `# Third-party notices

Code of these packages is in the extension, of most of them a part (\`scripts/build/libraries.mjs\` says what is left out). Written by
\`npm run notices\` from what esbuild put into the bundle; \`npm run test:package\` fails when it is out of date.

| package | version | licence | from |
|---|---|---|---|
${list.join('\n')}

${texts.join('\n\n')}
`;
}
