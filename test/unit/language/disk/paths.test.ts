import assert from 'node:assert/strict';
import { posix } from 'node:path';
import fc from 'fast-check';
import { slashes } from '../../../../src/language/disk/paths';

const part = fc.constantFrom('a', 'b.conf', '.', '..', '', '*', ' ', '..c', 'é');
const path = fc
  .tuple(fc.boolean(), fc.array(part, { maxLength: 6 }), fc.boolean())
  .map(([absolute, parts, end]) => `${absolute ? '/' : ''}${parts.join('/')}${end ? '/' : ''}`);
const absolute = path.map(one => `/${one}`);

suite('language/disk/paths', () => {
  const held: readonly (readonly [name: string, check: fc.IRawProperty<unknown>])[] = [
    ['normalize', fc.property(path, one => assert.equal(slashes.normalize(one), posix.normalize(one)))],
    ['dirname', fc.property(path.map(posix.normalize), one => assert.equal(slashes.dirname(one), posix.dirname(one)))],
    ['basename', fc.property(path, one => assert.equal(slashes.basename(one), posix.basename(one)))],
    ['join', fc.property(path, path, (a, b) => assert.equal(slashes.join(a, b), posix.join(a, b)))],
    [
      'resolve',
      fc.property(absolute, path, path, (a, b, c) => assert.equal(slashes.resolve(a, b, c), posix.resolve(a, b, c))),
    ],
    ['relative', fc.property(absolute, absolute, (a, b) => assert.equal(slashes.relative(a, b), posix.relative(a, b)))],
  ];
  for (const [name, check] of held) test(`${name}: as Node's`, () => fc.assert(check, { numRuns: 2000 }));
});
