import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { bundlePath, collectSentences, languages, translationPath } from '../../scripts/l10n.mjs';

suite('l10n', function () {
  this.timeout(60_000); // it parses every source
  const bundle = JSON.parse(readFileSync(bundlePath, 'utf8')) as Readonly<Record<string, string>>;
  test('the bundle holds every sentence of the sources, and no other (npm run l10n writes it)', () =>
    assert.deepEqual(Object.keys(bundle), collectSentences()));
  test('the bundle is English: every sentence is its own key', () =>
    assert.deepEqual(
      Object.entries(bundle).filter(([key, text]) => key !== text),
      [],
    ));
  test('holes are numbered from 0 without a gap', () => {
    const gaps = Object.keys(bundle).filter(sentence => {
      const holes = new Set([...sentence.matchAll(/\{(\d+)\}/g)].map(match => Number(match[1])));
      return [...holes].some(hole => hole >= holes.size);
    });
    assert.deepEqual(gaps, []);
  });

  const read = (path: string): Readonly<Record<string, string>> =>
    JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, string>>;
  const holesOf = (text: string): string => [...new Set(text.match(/\{[\w-]+\}/g))].sort().join(' ');
  /** What a menu or a link does must be the same in every language. */
  const linksOf = (text: string): string => (text.match(/\((?:command|https):[^)]*\)/g) ?? []).join(' ');

  for (const language of languages) {
    const manifest = read('package.nls.json');
    const files: readonly (readonly [path: string, english: Readonly<Record<string, string>>])[] = [
      [translationPath(language), bundle],
      [`package.nls.${language}.json`, manifest],
    ];
    for (const [path, english] of files) {
      const translated = read(path);
      test(`${path}: every text is translated`, () =>
        assert.deepEqual(
          Object.keys(english).filter(key => (translated[key] ?? '').trim() === ''),
          [],
        ));
      test(`${path}: none is translated that nobody says`, () =>
        assert.deepEqual(
          Object.keys(translated).filter(key => english[key] === undefined),
          [],
        ));
      test(`${path}: holes and links are those of the English text`, () =>
        assert.deepEqual(
          Object.entries(translated).filter(
            ([key, text]) =>
              holesOf(text) !== holesOf(english[key] ?? '') || linksOf(text) !== linksOf(english[key] ?? ''),
          ),
          [],
        ));
      test(`${path}: what reads like a sentence was not left in English`, () =>
        assert.deepEqual(
          Object.entries(translated).filter(
            ([key, text]) =>
              text === english[key] && /[a-z]+ [a-z]+ [a-z]+/.test(text.replace(/`[^`]*`|“[^”]*”|"[^"]*"/g, '')),
          ),
          [],
        ));
    }
  }
});
