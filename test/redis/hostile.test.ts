import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { HumanError } from '../../src/base/errors';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import { Prober, ProbeRefused } from '../../src/topology/probe';
import { infoTexts } from '../unit/model/texts';

/** What may come out of a socket (here a stream in memory), through the whole client and the probe: a report or a named fault, in time, and nothing thrown where nobody catches it. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 150);
const seed = 20261122;
const FAULTS: ReadonlySet<string> = new Set(['redis-silent', 'redis-refused', 'unreadable-reply', 'deadline']);
const LIMIT_MS = 40;

/** A server in memory: answers the n-th write with the n-th of its chunks, and the last of them ends the connection or not. */
class Hostile extends Duplex {
  readonly #chunks: Buffer[];
  constructor(
    chunks: readonly Buffer[],
    private readonly hangsUp: boolean,
  ) {
    super();
    this.#chunks = [...chunks];
    this.on('error', () => undefined); // a client that leaves in the middle is what is tried here
  }
  override _read(): void {
    /* the chunks are pushed */
  }
  override _write(_chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    done();
    this.say();
  }
  override _final(done: () => void): void {
    done();
    this.push(null);
  }
  /** What was asked may have been asked in one write: the rest follows by itself. */
  say(): void {
    setImmediate(() => {
      if (this.destroyed) return;
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        this.push(chunk);
        this.say();
      } else if (this.hangsUp) this.push(null);
    });
  }
}

const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
const array = (items: readonly string[]): string => `*${items.length}\r\n${items.join('')}`;
const line = `${'a'.repeat(40)} 10.0.0.2:7000@17000 myself,master - 0 1 1 connected 0-5460\n`;
const row = (words: readonly string[]): string => array(words.map(bulk));
const good: readonly string[] = [
  ...Object.values(infoTexts).map(bulk),
  `${bulk('redis_version:7.0.15\r\nredis_mode:cluster\r\n')}${bulk('cluster_state:ok\r\n')}${bulk(line)}`,
  `${bulk('redis_version:7.0.15\r\nredis_mode:sentinel\r\n')}${bulk('f'.repeat(40))}${array([row(['name', 'm', 'ip', '10.0.0.2', 'port', '6379', 'quorum', '2', 'flags', 'master'])])}${array([])}${array([])}+OK 3 usable\r\n`,
  '-LOADING Redis is loading the dataset in memory\r\n',
];

/** Any value of RESP2 or RESP3, whole or with a length that lies. */
const value: fc.Arbitrary<string> = fc.letrec<{ value: string }>(tie => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      '$-1\r\n',
      '*-1\r\n',
      '_\r\n',
      '#t\r\n',
      ':7\r\n',
      ':-99999999999999999999\r\n',
      ',1.5e400\r\n',
      '(123456789012345678901234567890\r\n',
      '+OK\r\n',
      '-ERR no\r\n',
      '-NOAUTH Authentication required.\r\n',
      '!5\r\nERR x\r\n',
      '=6\r\ntxt:ab\r\n',
      '*0\r\n',
      '*x\r\n',
      '$99999999999\r\n',
      '*4294967296\r\n',
      '*-7\r\n',
    ),
    fc.string({ unit: 'binary', maxLength: 12 }).map(bulk),
    fc.array(tie('value'), { maxLength: 4 }).map(array),
    fc.array(tie('value'), { maxLength: 4 }).map(items => `>${items.length}\r\n${items.join('')}`),
    fc.array(tie('value'), { maxLength: 4 }).map(items => `~${items.length}\r\n${items.join('')}`),
    fc
      .array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 })
      .map(items => `%${items.length}\r\n${items.flat().join('')}`),
    fc
      .constantFrom('subscribe', 'psubscribe', 'unsubscribe', 'message', 'pmessage', 'invalidate')
      .chain(kind => tie('value').map(item => `>3\r\n${bulk(kind)}${item}:1\r\n`)),
  ),
})).value;

const bytes: fc.Arbitrary<Buffer> = fc
  .tuple(
    fc.oneof(
      fc.array(value, { minLength: 1, maxLength: 4 }).map(all => all.join('')),
      fc.tuple(fc.constantFrom(...good), value).map(([first, second]) => first + second),
      fc.tuple(fc.constantFrom(...good), fc.nat(), value).map(([text, at, put]) => {
        const where = at % text.length;
        return text.slice(0, where) + put + text.slice(where);
      }),
      fc.tuple(fc.constantFrom(...good), fc.nat()).map(([text, at]) => text.slice(0, at % text.length)),
      fc.string({ unit: 'binary', maxLength: 60 }),
    ),
    fc.nat(),
  )
  .map(([text]) => Buffer.from(text, 'latin1'));

/** Cut into chunks anywhere. */
const chunks = fc.tuple(bytes, fc.array(fc.nat(), { maxLength: 4 })).map(([all, cuts]) =>
  [...new Set([0, ...cuts.map(cut => cut % (all.length + 1)), all.length])]
    .sort((a, b) => a - b)
    .map((from, index, ends) => all.subarray(from, ends[index + 1] ?? from))
    .filter(chunk => chunk.length > 0),
);

async function probed(parts: readonly Buffer[], hangsUp: boolean): Promise<string> {
  const connector = new IoredisConnector(() => Promise.resolve(new Hostile(parts, hangsUp)));
  const address = { host: '10.0.0.2', port: 6379, via: 'c1' };
  try {
    const connection = await connector.connect({ address }, { timeoutMs: LIMIT_MS, verify: false });
    try {
      return (await new Prober().probe(connection, { timeoutMs: LIMIT_MS })).mode;
    } finally {
      connection.dispose();
    }
  } catch (error) {
    if (error instanceof ProbeRefused) return 'refused';
    if (error instanceof HumanError && FAULTS.has((error.fault as { readonly code: string }).code))
      return (error.fault as { readonly code: string }).code;
    throw error;
  }
}

suite('a connection that says whatever it likes', function () {
  this.timeout(60_000 + runs * 200);
  const stray: unknown[] = [];
  const note = (error: unknown): void => void stray.push(error);
  let listeners: readonly NodeJS.UncaughtExceptionListener[] = [];

  suiteSetup(() => {
    // mocha's own listener would blame the test of that moment
    listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', note);
    process.on('unhandledRejection', note);
  });
  suiteTeardown(() => {
    process.off('uncaughtException', note);
    process.off('unhandledRejection', note);
    for (const listener of listeners) process.on('uncaughtException', listener);
  });

  /** Nothing was thrown out of the socket, also not a moment later. */
  async function clean(what: string): Promise<void> {
    await new Promise(resolve => setImmediate(resolve));
    assert.deepEqual(stray.splice(0).map(String), [], what);
  }

  const told: readonly (readonly [what: string, bytes: string])[] = [
    ['a null that nobody asked for', `${bulk(infoTexts.redis62Master)}$-1\r\n$-1\r\n`],
    ['a push that is empty inside', `>1\r\n_\r\n${bulk('x')}`],
    ['a push that says subscribed', `>3\r\n${bulk('psubscribe')}${bulk('*')}:1\r\n*1\r\n$-1\r\n`],
    ['arrays in arrays without end', '*1\r\n'.repeat(100_000)],
    ['arrays that promise millions', '*30000000\r\n'.repeat(40)],
    ['a text that promises more than there is', `$99999999999\r\n${'x'.repeat(1000)}`],
  ];
  for (const [what, text] of told) {
    test(`${what}: a named fault or an answer, and no memory for it`, async () => {
      const before = process.memoryUsage();
      for (const hangsUp of [true, false]) await probed([Buffer.from(text, 'latin1')], hangsUp);
      await clean(what);
      const { rss, external, heapTotal } = process.memoryUsage();
      assert.ok(
        rss - before.rss < 200e6 && external - before.external < 50e6 && heapTotal - before.heapTotal < 200e6,
        `memory: ${(rss - before.rss) / 1e6} MB`,
      );
    });
  }

  test('whatever is sent, cut anywhere: a report or a named fault, nothing else', () =>
    fc.assert(
      fc.asyncProperty(chunks, fc.integer({ min: 0, max: 4 }), async (parts, lasting) => {
        await probed(parts, lasting > 0);
        await clean(JSON.stringify(Buffer.concat(parts).toString('latin1')));
      }),
      { seed, numRuns: runs },
    ));
});
