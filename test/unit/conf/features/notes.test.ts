import assert from 'node:assert/strict';
import { inlayNotes } from '../../../../src/conf/features/inlay';
import { duration, grouped, memoryBytes, shortMemory } from '../../../../src/conf/features/quantities';
import { semanticTokens } from '../../../../src/conf/features/semantic';
import type { Mode } from '../../../../src/conf/types';
import { context } from './support';

suite('conf/features: notes and colours', () => {
  const notes: readonly (readonly [text: string, seen: string | undefined, mode?: Mode])[] = [
    ['maxmemory 100mb', 'bytes 104857600'],
    ['maxmemory 100m', 'bytes 100000000'],
    ['maxmemory 0', 'no-limit'],
    ['maxmemory 99999999999999999999gb', undefined],
    ['maxmemory 1.5gb', undefined],
    ['maxmemory 100mb # x', undefined],
    ['repl-backlog-size 0', undefined],
    ['hash-max-listpack-value 64', undefined],
    ['save 900 1', 'save 900/1'],
    ['save 900 1 60 10000', 'save 900/1 60/10000'],
    ['save "900 1"', 'save 900/1'],
    ['save ""', 'no-snapshots'],
    ['save', undefined],
    ['save 900', undefined],
    ['save x y', undefined],
    ['sentinel down-after-milliseconds m 30000', 'milliseconds 30000', 'sentinel'],
    ['sentinel down-after-milliseconds m 30s', undefined, 'sentinel'],
    ['sentinel parallel-syncs m 30000', undefined, 'sentinel'],
  ];
  for (const [text, seen, mode] of notes) {
    test(`note: ${text}`, () => {
      const [note] = inlayNotes(context(text, 'redis-7.0', mode));
      const shown =
        note === undefined
          ? undefined
          : note.kind === 'bytes'
            ? `bytes ${String(note.bytes)}`
            : note.kind === 'save'
              ? `save ${note.points.map(point => `${String(point.seconds)}/${String(point.changes)}`).join(' ')}`
              : note.kind === 'milliseconds'
                ? `milliseconds ${String(note.milliseconds)}`
                : note.kind;
      assert.equal(shown, seen);
    });
  }

  test('only the lines asked for', () => {
    assert.deepEqual(
      inlayNotes(context('maxmemory 1gb\nmaxmemory 2gb\nmaxmemory 3gb'), 1, 1).map(note => note.line),
      [1],
    );
  });

  const tokens: readonly (readonly [text: string, seen: readonly string[], target?: string, mode?: Mode])[] = [
    ['port 1', ['port property']],
    ['databases 1', ['databases property readonly']],
    ['slaveof a 1', ['slaveof property deprecated']],
    ['nosuch 1', ['nosuch variable']],
    ['cluster-port 1', ['cluster-port variable'], 'redis-6.2'],
    ['maxmemory-policy ALLKEYS-LRU', ['maxmemory-policy property', 'ALLKEYS-LRU enumMember']],
    ['maxmemory-policy bogus', ['maxmemory-policy property']],
    ['user a on', ['a class declaration']],
    [
      'sentinel monitor m 1.2.3.4 1 1\nsentinel auth-pass m x\nsentinel auth-pass n x',
      ['m class declaration', 'm class', 'n variable'],
      'redis-7.0',
      'sentinel',
    ],
    ['', []],
  ];
  for (const [text, seen, target, mode] of tokens) {
    test(`colours: ${text.replaceAll('\n', '⏎')} ${target ?? ''}`, () => {
      assert.deepEqual(
        semanticTokens(context(text, target, mode)).map(one =>
          [text.slice(one.start, one.end), one.type, ...one.modifiers].join(' '),
        ),
        seen,
      );
    });
  }

  const quantities: readonly (readonly [seen: unknown, wanted: unknown])[] = [
    [memoryBytes('1kb'), 1024n],
    [memoryBytes('1K'), 1000n],
    [memoryBytes('007'), 7n],
    [memoryBytes('gb'), undefined],
    [memoryBytes('1t'), undefined],
    [grouped(104857600n), '104\u202f857\u202f600'],
    [grouped(12n), '12'],
    [shortMemory(104857600n), '100mb'],
    [shortMemory(1000n), '1000'],
    [shortMemory(1024n), '1kb'],
    [duration(900), { count: 15, unit: 'minute' }],
    [duration(61), { count: 61, unit: 'second' }],
    [duration(86400), { count: 1, unit: 'day' }],
  ];
  quantities.forEach(([seen, wanted], at) => test(`quantity ${String(at)}`, () => assert.deepEqual(seen, wanted)));
});
