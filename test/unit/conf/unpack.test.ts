import assert from 'node:assert/strict';
import table from '../../../scripts/conf-facts/table.json';
import packed from '../../../src/conf/data/directives.json';
import { unpackRows } from '../../../src/conf/unpack';

test('the packed table of directives holds every measured fact (node scripts/packConfFacts.mjs writes both)', () => {
  const asText = (_: string, value: unknown): unknown => (typeof value === 'number' ? String(value) : value);
  const plain = (rows: unknown): unknown => JSON.parse(JSON.stringify(rows, asText)) as unknown;
  assert.equal(packed.rows.length, table.length);
  assert.deepEqual(plain(unpackRows(packed)), plain(table));
});
