import assert from 'node:assert/strict';
import {
  countSlots,
  eachSlot,
  formatRanges,
  hashTag,
  keySlot,
  normalizeRanges,
  paintOwners,
  parseRanges,
  rangesOf,
  rangesWhere,
  SLOT_COUNT,
  tagOfSlot,
} from '../../../src/model/slots';

suite('model/slots', () => {
  // Slots as redis-server 7.0.15 answers CLUSTER KEYSLOT.
  const keys: readonly [key: string, slot: number, tag?: string][] = [
    ['page', 144],
    ['foo', 12182],
    ['', 0],
    ['123456789', 12739],
    ['kk', 2589],
    ['clé-ü-键', 2473],
    ['{user1000}.following', 3443, 'user1000'],
    ['{user1000}.followers', 3443, 'user1000'],
    ['foo{}{bar}', 8363],
    ['foo{{bar}}zap', 4015, '{bar'],
    ['foo{bar}{zap}', 5061, 'bar'],
    ['{page', 12777],
    ['a}{page}', 144, 'page'],
  ];
  for (const [key, slot, tag] of keys) {
    test(`${JSON.stringify(key)} lives in ${slot}`, () => {
      assert.equal(keySlot(key), slot);
      const counts = hashTag(key);
      assert.equal(counts && key.slice(counts.start, counts.end), tag);
    });
  }

  test('a tag is found for any slot', () => {
    for (const slot of [0, 1, 144, 5460, 8191, 10923, 16383]) assert.equal(keySlot(`{${tagOfSlot(slot)}}.x`), slot);
  });

  const texts: readonly [text: string, ranges: string | undefined][] = [
    ['0-5460', '0-5460'],
    ['5, 4 3', '3-5'],
    ['', ''],
    ['10-20,15-30', '10-30'],
    ['16383', '16383'],
    ['16384', undefined],
    ['5-3', undefined],
    ['a', undefined],
    ['1-', undefined],
    ['-1', undefined],
  ];
  for (const [text, expected] of texts) {
    test(`ranges ${JSON.stringify(text)}`, () => {
      const ranges = parseRanges(text);
      assert.equal(ranges && formatRanges(ranges), expected);
    });
  }

  test('slots to ranges and back', () => {
    const ranges = rangesOf([0, 1, 2, 7, 9, 10]);
    assert.deepEqual(ranges, [
      [0, 2],
      [7, 7],
      [9, 10],
    ]);
    assert.deepEqual([...eachSlot(ranges)], [0, 1, 2, 7, 9, 10]);
    assert.equal(countSlots(ranges), 6);
    assert.deepEqual(
      normalizeRanges([
        [9, 10],
        [0, 1],
        [2, 4],
      ]),
      [
        [0, 4],
        [9, 10],
      ],
    );
  });

  test('owners painted and found again', () => {
    const owners = [
      [[0, 5460]],
      [
        [5461, 10922],
        [16383, 16383],
      ],
    ] as const;
    const map = paintOwners(owners);
    assert.equal(map.length, SLOT_COUNT);
    assert.deepEqual(rangesWhere(map, 1), owners[0]);
    assert.deepEqual(rangesWhere(map, 2), owners[1]);
    assert.deepEqual(rangesWhere(map, 0), [[10923, 16382]]);
  });
});
