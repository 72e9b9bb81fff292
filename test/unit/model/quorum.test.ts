import assert from 'node:assert/strict';
import { canFailOver, majorityOf, quorumTraps, survivalOf, votesNeeded } from '../../../src/model/quorum';

suite('model/quorum', () => {
  // Sentinels / quorum / killed with the master → whether a replica was promoted, as measured on Redis 7.0.15
  const measured: [number, number, number, boolean][] = [
    [2, 2, 1, false],
    [2, 1, 1, false],
    [3, 3, 1, false],
    [3, 2, 1, true],
    [3, 1, 2, false],
    [5, 2, 2, true],
    [1, 1, 0, true],
  ];
  for (const [known, quorum, killed, promoted] of measured) {
    test(`${known} sentinels, quorum ${quorum}, ${killed} lost: ${promoted ? 'fails over' : 'never'}`, () =>
      assert.equal(canFailOver(known, quorum, known - killed), promoted));
  }

  test('the seed notes: three sentinels, each in a Redis container, quorum 3', () => {
    assert.deepEqual(survivalOf({ quorum: 3, places: ['6379', '6380', '6381'] }), {
      needed: 3,
      sentinelsThatMayFail: 0,
      fatalPlaces: [
        { place: '6379', left: 2 },
        { place: '6380', left: 2 },
        { place: '6381', left: 2 },
      ],
    });
    assert.deepEqual(survivalOf({ quorum: 2, places: ['6379', '6380', '6381'] }).fatalPlaces, []);
  });

  test('all sentinels on one place hang on it', () =>
    assert.deepEqual(survivalOf({ quorum: 2, places: ['host', 'host', 'host'] }).fatalPlaces, [
      { place: 'host', left: 0 },
    ]));

  test('one sentinel down already counts', () => {
    const { sentinelsThatMayFail, fatalPlaces } = survivalOf({ quorum: 2, places: ['a', 'b', 'c'] }, new Set([0]));
    assert.equal(sentinelsThatMayFail, 0);
    assert.deepEqual(
      fatalPlaces.map(({ place }) => place),
      ['b', 'c'],
    );
  });

  const traps: [string, number, string[], string[]][] = [
    ['three apart, majority', 2, ['a', 'b', 'c'], []],
    ['five apart, quorum 2', 2, ['a', 'b', 'c', 'd', 'e'], []],
    ['quorum 0', 0, ['a'], ['quorum-zero']],
    ['quorum above', 4, ['a', 'b', 'c'], ['quorum-above-sentinels']],
    ['quorum = n', 3, ['a', 'b', 'c'], ['no-loss-survived']],
    ['two', 1, ['a', 'b'], ['no-loss-survived', 'even-number']],
    ['one', 1, ['a'], ['no-loss-survived']],
    ['two of three on one host', 2, ['a', 'a', 'b'], ['place-decides']],
    ['four', 3, ['a', 'b', 'c', 'd'], ['even-number']],
  ];
  for (const [name, quorum, places, codes] of traps)
    test(`traps: ${name}`, () =>
      assert.deepEqual(
        quorumTraps({ quorum, places }).map(({ code }) => code),
        codes,
      ));

  test('oracle: every n ≤ 7, quorum and placement, recounted by brute force', () => {
    let cases = 0;
    for (let n = 1; n <= 7; n++) {
      for (let quorum = 1; quorum <= n; quorum++) {
        for (const places of placements(n)) {
          const fatal = [...new Set(places)].filter(lost => {
            const alive = places.filter(place => place !== lost).length;
            return alive < quorum || alive <= n / 2; // agreement, then more than half of all known
          });
          assert.deepEqual(
            new Set(survivalOf({ quorum, places }).fatalPlaces.map(({ place }) => place)),
            new Set(fatal),
            `${n}/${quorum} ${places.join()}`,
          );
          cases++;
        }
      }
      assert.equal(votesNeeded(n, 1), majorityOf(n));
    }
    assert.ok(cases > 2000, String(cases));
  });
});

/** All ways to put n sentinels on places, up to the places' names. */
function placements(n: number): string[][] {
  let all: string[][] = [['0']];
  for (let index = 1; index < n; index++)
    all = all.flatMap(places =>
      Array.from({ length: Math.max(...places.map(Number)) + 2 }, (_, place) => [...places, String(place)]),
    );
  return all;
}
