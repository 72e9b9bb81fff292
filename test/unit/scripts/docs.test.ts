// The pages for people: what is generated is not stale, and what they point to is there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { anchorsOf, deadEnds, pagesOf } from '../../../scripts/docs/links.mjs';
import { settingsPage } from '../../../scripts/docs/settings.mjs';
import { root } from '../../../scripts/setup/paths.mjs';

const read = (name: string): string => readFileSync(join(root, name), 'utf8');

suite('pages', () => {
  test('docs/settings.md is as package.json says (else: npm run docs)', () => {
    const page = settingsPage(
      JSON.parse(read('package.json')) as Parameters<typeof settingsPage>[0],
      JSON.parse(read('package.nls.json')) as Record<string, string>,
    );
    assert.equal(read('docs/settings.md'), page);
    assert.match(page, /\| `redisTopology\.confirm` \| .+ \| boolean \| `true` \|/);
  });

  test('a setting without a sentence is noticed', () => {
    const setting = { type: 'string', default: '', markdownDescription: '%gone%' };
    assert.throws(
      () =>
        settingsPage(
          {
            contributes: { configuration: [{ title: '%title%', properties: { one: setting } }] },
            capabilities: { untrustedWorkspaces: { restrictedConfigurations: [] } },
          },
          { title: 'Title' },
        ),
      /%gone%/,
    );
  });

  test('what the pages point to is there', () => {
    const pages = pagesOf(root);
    assert.ok(pages.length > 150 && pages.includes('README.md') && pages.includes(join('docs', 'architecture.md')));
    assert.deepEqual(
      pages.flatMap(page => deadEnds(root, page, read(page))),
      [],
    );
  });

  const rows: readonly (readonly [text: string, dead: readonly string[]])[] = [
    ['[a](README.md) [b](docs/setup.md) ![c](media/icon.png) [d](https://example.com/none)', []],
    ['[a](docs/none.md)', ['docs/none.md']],
    ['[a](../outside.md)', ['../outside.md']],
    ['# One Two\n[a](#one-two) [b](#three)', ['#three']],
    ['[a](docs/setup.md#npm-start) [b](docs/setup.md#none)', ['docs/setup.md#none']],
    ['<img src="media/none.png" alt="">', ['media/none.png']],
    ['`[a](none.md)`\n```\n[b](none.md)\n```', []],
    ['`src/core.ts` `src/none.ts` `test/redis` `src/<what>.ts`', ['src/none.ts']],
  ];
  for (const [text, dead] of rows)
    test(`dead ends of ${JSON.stringify(text)}`, () => {
      assert.deepEqual(
        deadEnds(root, 'none.md', text),
        dead.map(one => `none.md: ${one}`),
      );
    });

  test('anchors are those of the headings', () => {
    assert.deepEqual(
      [...anchorsOf('# `npm start`\n## Why a "no"?\n## A [link](x.md)\n## A link\n```\n# none\n```\n')],
      ['npm-start', 'why-a-no', 'a-link', 'a-link-1'],
    );
  });
});
