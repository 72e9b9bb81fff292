import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RespReader } from '../../../src/redis/respReader';
import type { RespLimits, RespValue } from '../../../src/redis/respReader';

/** Replies as they come out, and how it ended; errors of the server as `-words`. */
function read(chunks: readonly (string | Buffer)[], limits?: Partial<RespLimits>): readonly unknown[] {
  const heard: unknown[] = [];
  const plain = (value: RespValue): unknown =>
    value instanceof Error ? `-${value.message}` : Array.isArray(value) ? (value as RespValue[]).map(plain) : value;
  const reader = new RespReader(value => heard.push(plain(value)), limits);
  try {
    for (const chunk of chunks) reader.feed(Buffer.from(chunk as string));
  } catch (error) {
    heard.push(String(error));
  }
  return heard;
}

const good: readonly (readonly [bytes: string, value: unknown])[] = [
  ['+OK\r\n', 'OK'],
  ['+\r\n', ''],
  ['-ERR no\r\n', '-ERR no'],
  [':7\r\n', 7],
  [':-7\r\n', -7],
  [':+7\r\n', 7],
  ['$0\r\n\r\n', ''],
  ['$2\r\né\r\n', 'é'],
  ['$4\r\n\r\n\r\n\r\n', '\r\n\r\n'],
  ['$-1\r\n', null],
  ['*-1\r\n', null],
  ['*0\r\n', []],
  ['*2\r\n:1\r\n*2\r\n$1\r\na\r\n*0\r\n', [1, ['a', []]]],
  ['*2\r\n-NOPERM no\r\n$-1\r\n', ['-NOPERM no', null]],
];
const broken: readonly (readonly [what: string, bytes: string, ends: RegExp])[] = [
  ['a page', 'HTTP/1.1 200 OK\r\n\r\n', /Unknown RESP type 72 "H"/],
  ['a push, which nobody asked for', '>1\r\n_\r\n', /Unknown RESP type 62/],
  ['a null of RESP3', '_\r\n', /Unknown RESP type 95/],
  ['a text without its length', '$x\r\n', /a length that is none/],
  ['a negative length', '*-2\r\n', /a length that is none/],
  ['a text longer than it says', '$1\r\nab\r\n', /a text of another length/],
  ['a number that is none', ':1e3\r\n', /a number that is none/],
  ['a text longer than memory', '$9999999999\r\n', /a text too long/],
  ['arrays in arrays', '*1\r\n'.repeat(33), /arrays too deep/],
  ['a line without end', `+${'x'.repeat(70_000)}`, /a line without end/],
  ['a line too long', `+${'x'.repeat(70_000)}\r\n`, /a line without end/],
];

suite('redis/respReader', () => {
  for (const [bytes, value] of good) test(JSON.stringify(bytes), () => assert.deepEqual(read([bytes]), [value]));
  for (const [what, bytes, ends] of broken) {
    test(`${what} ends it, and what was whole before is heard`, () => {
      const heard = read([`+before\r\n${bytes}`, '+after\r\n']);
      assert.equal(heard[0], 'before');
      assert.equal(heard.length, 2);
      assert.match(String(heard[1]), ends);
    });
  }

  test('a reply may take no more than it may, in one text or in many, however it comes', () => {
    const limits = { bytes: 1000 };
    for (const bytes of [`$2000\r\n${'x'.repeat(2000)}\r\n`, `*900\r\n${':1\r\n'.repeat(900)}`]) {
      assert.match(String(read([bytes], limits)[0]), /protocol error/);
      assert.match(String(read(bytes.match(/[^]{1,7}/g) ?? [], limits)[0]), /protocol error/);
    }
    const small = `*200\r\n${':1\r\n'.repeat(200)}`;
    assert.equal(read([small, small, small], limits).length, 3, 'each reply counts for itself');
  });

  test('what a length promises takes no memory', () => {
    const before = process.memoryUsage().heapUsed;
    read(['*30000000\r\n'.repeat(30)]);
    assert.ok(process.memoryUsage().heapUsed - before < 50e6);
  });

  test('after the end nothing is read', () => {
    const heard: RespValue[] = [];
    const reader = new RespReader(value => heard.push(value));
    assert.throws(() => reader.feed(Buffer.from('?')), /line|RESP/);
    reader.feed(Buffer.from('+OK\r\n'));
    assert.deepEqual(heard, []);
  });

  test('what its reader throws comes out, and ends it', () => {
    const reader = new RespReader(() => {
      throw new Error('no');
    });
    assert.throws(() => reader.feed(Buffer.from('+OK\r\n')), /^Error: no$/);
    reader.feed(Buffer.from('+OK\r\n'));
  });

  const all = Buffer.from(good.map(([bytes]) => bytes).join(''));
  test('cut at any byte, and byte by byte, it is the same', () => {
    const whole = good.map(([, value]) => value);
    for (let cut = 0; cut <= all.length; cut++)
      assert.deepEqual(read([all.subarray(0, cut), all.subarray(cut)]), whole, `cut at ${cut}`);
    assert.deepEqual(read([...all].map(byte => Buffer.from([byte]))), whole);
  });

  test('cut anywhere, bytes by chance give what they give in one piece', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.constantFrom('*2\r\n', '$3\r\nabc\r\n', ':1\r\n', '+O', '\r', '\n', '$5\r\n', '-E\r\n', '*-1\r\n'),
            fc.string({ unit: 'binary', maxLength: 3 }),
          ),
          { maxLength: 12 },
        ),
        fc.array(fc.nat(), { maxLength: 5 }),
        (parts, cuts) => {
          const bytes = Buffer.from(parts.join(''), 'latin1');
          const ends = [...new Set([0, ...cuts.map(cut => cut % (bytes.length + 1)), bytes.length])].sort(
            (a, b) => a - b,
          );
          assert.deepEqual(
            read(ends.map((from, index) => bytes.subarray(from, ends[index + 1] ?? from))),
            read([bytes]),
          );
        },
      ),
      { seed: 20261122, numRuns: Number(process.env['FUZZ_RUNS'] ?? 1000) },
    )).timeout(120_000);
});
