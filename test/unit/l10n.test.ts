import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { bundlePath, collectSentences } from '../../scripts/l10n.mjs';

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
});
