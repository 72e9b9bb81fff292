import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import packed from '../../../../scripts/conf-facts/table.json';
import { pseudoDirectives } from '../../../../src/conf/features/context';
import { sentinelStatements } from '../../../../src/conf/features/statements';

interface Descriptions {
  readonly pages: Readonly<Record<string, readonly [string, string]>>;
  readonly directives: Readonly<Record<string, readonly [page: string, text: string]>>;
  readonly sentinel: Readonly<Record<string, readonly [page: string, text: string]>>;
  readonly values: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
const directives: readonly {
  readonly name: string;
  readonly facts: readonly { readonly type: string; readonly values?: string }[];
}[] = packed;
const descriptions = JSON.parse(readFileSync('data/descriptions.json', 'utf8')) as Descriptions;

suite('data/descriptions.json', () => {
  test('every directive and no other', () => {
    assert.deepEqual(
      Object.keys(descriptions.directives).sort(),
      [...directives.map(one => one.name), ...pseudoDirectives].sort(),
    );
  });

  test('every sentinel statement and no other', () => {
    assert.deepEqual(Object.keys(descriptions.sentinel).sort(), sentinelStatements.map(one => one.name).sort());
  });

  test('every text is a sentence or a few, on a page that exists', () => {
    for (const [name, [page, text]] of [
      ...Object.entries(descriptions.directives),
      ...Object.entries(descriptions.sentinel),
    ]) {
      assert.match(text, /^[A-Z`].{8,420}[.:`]$/s, name);
      assert.equal(descriptions.pages[page]?.length, 2, `${name}: ${page}`);
    }
  });

  test('values belong to directives, and every enum value that is explained exists', () => {
    for (const [name, values] of Object.entries(descriptions.values)) {
      if (name === 'user') continue;
      const directive = directives.find(one => one.name === name);
      assert.ok(directive, name);
      const known = new Set(directive.facts.flatMap(one => one.values?.split(' ') ?? []));
      if (known.size > 0)
        assert.deepEqual(
          Object.keys(values).filter(one => !known.has(one) && !one.endsWith('-lrm')),
          [],
          name,
        );
      assert.deepEqual(
        [...known].filter(one => values[one] === undefined),
        [],
        name,
      );
    }
  });
});
