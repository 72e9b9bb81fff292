import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { followPatterns } from '../../../src/redis/subscription';

const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
const confirmed = (pattern: string, count: number): string =>
  `*3\r\n${bulk('psubscribe')}${bulk(pattern)}:${count}\r\n`;
const message = (channel: string, text: string): string =>
  `*4\r\n${bulk('pmessage')}${bulk('*')}${bulk(channel)}${bulk(text)}`;

/** A socket of which the test is the other side. */
class Wire extends Duplex {
  sent = '';
  override _read(): void {
    /* the test pushes */
  }
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.sent += chunk.toString();
    done();
  }
}

interface Heard {
  readonly outcome: string;
  readonly messages: readonly string[];
  readonly broken: string | undefined;
  readonly sent: string;
}

async function follow(chunks: readonly Buffer[], patterns: readonly string[] = ['*'], close = true): Promise<Heard> {
  const wire = new Wire();
  const messages: string[] = [];
  let broken: string | undefined;
  const outcome = followPatterns(
    wire,
    patterns,
    (channel, text) => messages.push(`${channel}: ${text}`),
    error => (broken = error.message),
  ).then(
    () => 'subscribed',
    (error: unknown) => String(error),
  );
  for (const chunk of chunks) wire.push(chunk);
  await new Promise(resolve => setImmediate(resolve));
  if (close) wire.destroy();
  return { outcome: await outcome, messages, broken, sent: wire.sent };
}

suite('redis/subscription', () => {
  const good = Buffer.from(
    confirmed('*', 1) + message('+switch-master', 'orders 10.0.0.2 6379') + message('é', '') + message('x', '😀\r\n'),
  );

  test('what is published is heard', async () =>
    assert.deepEqual(await follow([good]), {
      outcome: 'subscribed',
      messages: ['+switch-master: orders 10.0.0.2 6379', 'é: ', 'x: 😀\r\n'],
      broken: undefined,
      sent: `*2\r\n${bulk('PSUBSCRIBE')}${bulk('*')}`,
    }));

  test('cut at any byte it is the same', async () => {
    const { messages } = await follow([good]);
    for (let cut = 1; cut < good.length; cut++)
      assert.deepEqual((await follow([good.subarray(0, cut), good.subarray(cut)])).messages, messages, `at ${cut}`);
  });

  test('all patterns must be confirmed', async () => {
    assert.equal((await follow([Buffer.from(confirmed('a', 1))], ['a', 'b'])).outcome, 'Error: Connection is closed.');
    assert.equal(
      (await follow([Buffer.from(confirmed('a', 1) + confirmed('b', 2))], ['a', 'b'])).outcome,
      'subscribed',
    );
  });

  test('the connection ends first', async () => assert.match((await follow([])).outcome, /closed/));
  test('refused: the words of the server, and nothing is broken', async () =>
    assert.deepEqual(
      await follow([Buffer.from('-NOPERM no channels\r\n')]).then(({ outcome, broken }) => [outcome, broken]),
      ['ReplyError: NOPERM no channels', undefined],
    ));

  const wrong: readonly (readonly [string, string])[] = [
    ['a null', '$-1\r\n'],
    ['a null array', '*-1\r\n'],
    ['a number', ':7\r\n'],
    ['an array of numbers', '*2\r\n:7\r\n:8\r\n'],
    ['a message with a null', `*4\r\n${bulk('pmessage')}$-1\r\n$-1\r\n$-1\r\n`],
    ['another protocol', 'HTTP/1.1 200 OK\r\n\r\n'],
    ['no number where one must be', '*x\r\n'],
    ['more than memory holds', '$99999999999\r\n'],
    ['arrays without end', '*1\r\n'.repeat(50)],
  ];
  for (const [what, bytes] of wrong) {
    test(`${what}: said, before and after the confirmation`, async () => {
      const before = await follow([Buffer.from(bytes)], ['*'], false);
      assert.match(before.outcome, /RESP type|protocol error/);
      assert.match(before.broken ?? '', /RESP type|protocol error/);
      const after = await follow([Buffer.from(confirmed('*', 1) + bytes + message('x', 'not heard'))], ['*'], false);
      assert.equal(after.outcome, 'subscribed');
      assert.match(after.broken ?? '', /RESP type|protocol error/);
      assert.deepEqual(after.messages, []);
    });
  }

  test('bytes by chance never throw out of the socket', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), fc.nat(good.length), async (bytes, at) => {
        const heard = await follow([good.subarray(0, at), Buffer.from(bytes), good.subarray(at)]);
        assert.ok(heard.messages.every(text => typeof text === 'string'));
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 300), seed: 20261122 },
    )).timeout(60_000);
});
