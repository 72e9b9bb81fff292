import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from '../../../src/conf/document';
import { innerHoles, innerPhrase, saidInside } from '../../../src/conf/inner';
import { innerWords } from '../../../src/conf/rules/phrases';
import { parseTarget } from '../../../src/conf/target';
import { validate } from '../../../src/conf/validate';

/** Marks what is translated, so that what is left over shows. */
const marked = (template: string): string => `«${template}»`;

suite('conf/inner: phrases inside a sentence', () => {
  const cases: readonly (readonly [
    text: string,
    template: string | undefined,
    data?: Readonly<Record<string, string>>,
  ])[] = [
    [' (did you mean maxmemory?)', ' (did you mean {name}?)', { name: 'maxmemory' }],
    [': "a\nb" is too small', ': "{value}" is too small', { value: 'a\nb' }],
    ['exactly one value', 'exactly one value', {}],
    ['7 values', '{count} values', { count: '7' }],
    ['maxmemory', undefined],
  ];
  for (const [text, template, data] of cases)
    test(JSON.stringify(text), () =>
      assert.deepEqual(innerPhrase(text), template === undefined ? undefined : { template, data }),
    );

  test('a history of two parts is said part by part', () =>
    assert.deepEqual(saidInside({ name: 'x', history: 'gone since redis 7.0; only in valkey since 8.0' }, marked), {
      name: 'x',
      history: '«gone since {product} {version}»; «only in {product} since {version}»',
    }));
  test('what the file says is left as it is, even where it reads like a phrase', () =>
    assert.deepEqual(saidInside({ value: 'nothing', name: 'values' }, marked), { value: 'nothing', name: 'values' }));

  test('whatever is judged about the files of the fixtures, no inner phrase is left in English', () => {
    const folder = join('test', 'fixtures', 'conf-cases');
    const left = new Set<string>();
    const met = new Set<string>();
    for (const file of readdirSync(folder).filter(name => name.endsWith('.conf'))) {
      const text = readFileSync(join(folder, file), 'utf8');
      for (const target of ['redis-6.0', 'redis-7.0', 'redis-8.0', 'valkey-9.0']) {
        for (const mode of ['redis', 'sentinel'] as const) {
          const judged = parseTarget(target);
          assert.ok(judged);
          const { findings } = validate(parseDocument(text, `/w/${file}`), { target: judged, mode });
          for (const { data, fixes } of findings)
            for (const one of [data, ...fixes.map(fix => fix.data)])
              for (const [name, said] of Object.entries(saidInside(one, marked))) {
                if (!innerHoles.has(name) || typeof said !== 'string') continue;
                if (said.startsWith('«')) met.add(said);
                else if (/[a-z]+ [a-z]+/.test(said.replace(/<[^>]*>/g, ''))) left.add(`${name}: ${said}`);
              }
        }
      }
    }
    assert.deepEqual([...left], []);
    assert.ok(met.size > 20, String(met.size));
    assert.ok(Object.keys(innerWords).length >= met.size);
  });
});
