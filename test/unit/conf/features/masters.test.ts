import assert from 'node:assert/strict';
import { parseDocument } from '../../../../src/conf/document';
import { masterNameAt, masterNames, refuseName, sameMaster } from '../../../../src/conf/features/masters';

const file = (uri: string, text: string) => parseDocument(text, uri);
const one = file(
  'one',
  'sentinel auth-pass m x\nsentinel monitor m 10.0.0.1 6379 2\nsentinel monitor M 10.0.0.9 6379 2\nsentinel announce-ip m\n',
);
const two = file('two', 'sentinel monitor m 10.0.0.1 6379 2\nsentinel known-replica m 10.0.0.2 6379\n');
const other = file('other', 'sentinel monitor m 192.168.0.1 6379 2\n');

suite('conf/features/masters', () => {
  test('every place, case-sensitive, none in other statements', () => {
    assert.deepEqual(
      masterNames(one).map(({ name, defines }) => `${name} ${defines ? 'defines' : 'uses'}`),
      ['m uses', 'm defines', 'M defines'],
    );
    assert.deepEqual(
      masterNames(two).map(({ start, end }) => two.text.slice(start, end)),
      ['m', 'm'],
    );
  });

  test('under the caret', () => {
    assert.equal(masterNameAt(one, { line: 0, character: 19 })?.name, 'm');
    assert.equal(masterNameAt(one, { line: 0, character: 3 }), undefined);
  });

  test('other files count when they watch the same address under that name', () => {
    assert.deepEqual(
      sameMaster(one, 'm', [one, two, other]).map(document => document.uri),
      ['one', 'two'],
    );
  });

  const names: readonly (readonly [name: string, refused: string | undefined])[] = [
    ['orders', undefined],
    ['a.b-c_1', undefined],
    ['a b', 'characters'],
    ['', 'characters'],
    ['ä', 'characters'],
    ['M', 'taken'],
  ];
  for (const [name, refused] of names) test(`new name "${name}"`, () => assert.equal(refuseName(name, one), refused));
});
