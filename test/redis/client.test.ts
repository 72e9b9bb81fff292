import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { isCancellation } from '../../src/base/abort';
import { HumanError } from '../../src/base/errors';
import type { Endpoint, RedisConnection, RedisFault } from '../../src/redis/client';
import { ReplyError } from '../../src/redis/client';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import type { RealRedis } from '../support/realRedis';
import { freePort, startRedis } from '../support/realRedis';
import { answers, faultServer, hangsUp, proxyTo, saysAndCloses, saysNothing } from '../support/respFaults';

const connector = new IoredisConnector();
const at = (port: number, more: Partial<Endpoint> = {}): Endpoint => ({
  address: { host: '127.0.0.1', port },
  ...more,
});

async function faultOf(work: Promise<unknown>): Promise<RedisFault> {
  try {
    await work;
  } catch (error) {
    if (error instanceof HumanError) return error.fault as RedisFault;
    throw error;
  }
  throw new Error('it did not fail');
}

async function reasonOf(work: Promise<unknown>): Promise<string> {
  const fault = await faultOf(work);
  return fault.code === 'redis-silent' ? fault.reason : `${fault.code} ${fault.prefix}`;
}

suite('redis/ioredisClient on a real server', () => {
  let open: RealRedis;
  let locked: RealRedis;
  const connections: RedisConnection[] = [];
  const connect = async (endpoint: Endpoint): Promise<RedisConnection> => {
    const connection = await connector.connect(endpoint);
    connections.push(connection);
    return connection;
  };

  suiteSetup(async () => {
    [open, locked] = await Promise.all([
      startRedis(),
      startRedis({ conf: ['requirepass s3cret', 'user watcher on >w4tch +ping +info'] }),
    ]);
  });
  suiteTeardown(async () => {
    for (const connection of connections) connection.dispose();
    await Promise.all([open.stop(), locked.stop()]);
  });

  test('replies come in RESP2 shapes', async () => {
    const connection = await connect(at(open.port));
    assert.deepEqual(
      await connection.pipeline([
        ['PING'],
        ['SET', 'k', 'v'],
        ['GET', 'k'],
        ['GET', 'none'],
        ['INCR', 'n'],
        ['HSET', 'h', 'a', '1'],
        ['HGETALL', 'h'],
        ['CONFIG', 'GET', 'maxclients'],
      ]),
      ['PONG', 'OK', 'v', null, 1, 1, ['a', '1'], ['maxclients', '10000']],
    );
  });

  test('an error reply throws from call and stands in its place in a pipeline', async () => {
    const connection = await connect(at(open.port));
    assert.deepEqual(
      await faultOf(connection.call(['CONFIG', 'SET', 'nonsense', 'secret'])).then(fault => ({ ...fault, text: '' })),
      {
        code: 'redis-refused',
        address: { host: '127.0.0.1', port: open.port },
        command: 'CONFIG SET',
        prefix: 'ERR',
        text: '',
      },
    );
    const [good, bad] = await connection.pipeline([['PING'], ['NOSUCH']]);
    assert.equal(good, 'PONG');
    assert.ok(bad instanceof ReplyError && bad.prefix === 'ERR');
  });

  const passwords: [string, Partial<Endpoint>, string][] = [
    ['none given', {}, 'password-required'],
    ['a wrong one', { password: 'wrong' }, 'password-wrong'],
    ['an unknown user', { username: 'nobody', password: 's3cret' }, 'password-wrong'],
  ];
  for (const [name, more, reason] of passwords) {
    test(`password: ${name} → ${reason}`, async () =>
      assert.equal(await reasonOf(connector.connect(at(locked.port, more))), reason));
  }

  test('password: the right one, a user of ACL, and one that nobody asked for', async () => {
    assert.equal(await (await connect(at(locked.port, { password: 's3cret' }))).call(['GET', 'x']), null);
    const watcher = await connect(at(locked.port, { username: 'watcher', password: 'w4tch' }));
    assert.equal(await watcher.call(['PING']), 'PONG');
    assert.equal(await reasonOf(watcher.call(['GET', 'x'])), 'redis-refused NOPERM');
    assert.equal(await (await connect(at(open.port, { password: 'unneeded' }))).call(['PING']), 'PONG');
  });

  test('without verification the first command says what is wrong', async () => {
    const connection = await connector.connect(at(locked.port), { verify: false });
    connections.push(connection);
    assert.equal(await reasonOf(connection.pipeline([['INFO']])), 'password-required');
  });

  test('no fault ever holds the password', async () => {
    const error = await connector.connect(at(locked.port, { password: 'hunter2' })).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof HumanError);
    assert.ok(!inspect(error, { depth: 10 }).includes('hunter2'));
  });

  test('a subscription hears', async () => {
    const [listener, speaker] = await Promise.all([connect(at(open.port)), connect(at(open.port))]);
    const heard = new Promise<string>(
      resolve =>
        void listener
          .subscribe(['news.*'], (channel, message) => resolve(`${channel} ${message}`))
          .then(() => speaker.call(['PUBLISH', 'news.today', 'hello'])),
    );
    assert.equal(await heard, 'news.today hello');
  });

  test('a killed server closes the socket at once; later calls say closed', async () => {
    const victim = await startRedis();
    const connection = await connect(at(victim.port));
    const closed = new Promise<void>(resolve => connection.onClose(resolve));
    victim.signal('SIGKILL');
    await closed; // nobody asks it anything: the socket alone tells
    assert.equal(await reasonOf(connection.call(['PING'])), 'closed');
    await victim.stop();
  });

  test('a frozen server: calls and connections end by their deadline', async () => {
    const victim = await startRedis();
    const connection = await connect(at(victim.port));
    victim.signal('SIGSTOP');
    const started = performance.now();
    assert.equal(await reasonOf(connection.call(['PING'], { timeoutMs: 200 })), 'timeout');
    assert.equal(await reasonOf(connector.connect(at(victim.port), { timeoutMs: 200 })), 'timeout');
    assert.ok(performance.now() - started < 20_000);
    await victim.stop();
  });

  test('cancelling ends a call and a connection', async () => {
    const cancel = new AbortController();
    const connection = await connect(at(open.port));
    const call = connection.call(['BLPOP', 'nothing', '0'], { timeoutMs: 10_000, signal: cancel.signal });
    cancel.abort();
    await assert.rejects(call, isCancellation);
    await assert.rejects(connector.connect(at(open.port), { signal: cancel.signal }), isCancellation);
  });

  test('TLS asked of a plain port', async () =>
    assert.equal(
      await reasonOf(connector.connect(at(open.port, { tls: { verify: false } }), { timeoutMs: 2000 })),
      'tls',
    ));
});

suite('redis/ioredisClient on servers that misbehave', () => {
  const denied = '-DENIED Redis is running in protected mode because protected mode is enabled.\r\n';
  const cases: [string, Parameters<typeof faultServer>[0], string][] = [
    ['protected mode', saysAndCloses(denied), 'protected-mode'],
    ['too many clients', saysAndCloses('-ERR max number of clients reached\r\n'), 'refused'],
    ['password asked for', answers('-NOAUTH Authentication required.\r\n'), 'password-required'],
    ['an HTTP server', answers('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'), 'not-redis'],
    ['garbage', answers(Buffer.from([0, 1, 2, 255, 254, 13, 10])), 'not-redis'],
    ['half a line', answers('+PON'), 'timeout'],
    ['nothing', saysNothing, 'timeout'],
    ['a hang-up', hangsUp, 'closed'],
    [
      'a forwarder with nothing behind it',
      socket => {
        socket.end();
      },
      'closed',
    ],
    ['a TLS server', answers(Buffer.from([0x15, 3, 1, 0, 2, 2, 70])), 'tls'],
  ];
  for (const [name, behaviour, reason] of cases) {
    test(`${name} → ${reason}`, async () => {
      const server = await faultServer(behaviour);
      try {
        const started = performance.now();
        assert.equal(
          await reasonOf(connector.connect(at(server.port), { timeoutMs: reason === 'timeout' ? 300 : 5000 })),
          reason,
        );
        assert.ok(performance.now() - started < 20_000, 'has a deadline');
        assert.ok(server.accepted <= 2, `${server.accepted} connections: it must not retry by itself`);
      } finally {
        await server.close();
      }
    });
  }

  test('a hang-up while a password is at hand is no question for a password', async () => {
    // the first connection is cut, as by a server that is just starting; the bare look then meets one that runs
    let connections = 0;
    const server = await faultServer(socket =>
      connections++ === 0 ? hangsUp(socket) : answers('-NOAUTH Authentication required.\r\n')(socket),
    );
    assert.equal(await reasonOf(connector.connect(at(server.port, { password: 'right' }))), 'closed');
    assert.equal(connections, 2);
    await server.close();
  });

  test('nothing listens → refused', async () =>
    assert.equal(await reasonOf(connector.connect(at(await freePort()))), 'refused'));
  test('no such host → no-address', async () =>
    assert.equal(
      await reasonOf(connector.connect({ address: { host: 'no-such-host.invalid', port: 6379 } })),
      'no-address',
    ));

  test('LOADING, MISCONF and the like are signs of life', async () => {
    for (const words of [
      '-LOADING Redis is loading the dataset in memory\r\n',
      '-MISCONF Redis is configured to save RDB snapshots\r\n',
    ]) {
      const server = await faultServer(answers(words));
      const connection = await connector.connect(at(server.port));
      assert.ok((await connection.pipeline([['PING']]))[0] instanceof ReplyError);
      connection.dispose();
      await server.close();
    }
  });

  test('a reply that stops in the middle times out; one that is cut off is closed', async () => {
    const real = await startRedis();
    let cut = false;
    const stalls = await faultServer(proxyTo(real.port, chunk => (chunk.length > 100 ? chunk.subarray(0, 50) : chunk)));
    const cuts = await faultServer(
      proxyTo(real.port, (chunk, socket) => {
        if (chunk.length <= 100 || cut) return chunk;
        cut = true;
        socket.end(chunk.subarray(0, 50));
        return undefined;
      }),
    );
    const stalled = await connector.connect(at(stalls.port));
    assert.equal(await reasonOf(stalled.call(['INFO'], { timeoutMs: 200 })), 'timeout');
    const severed = await connector.connect(at(cuts.port));
    assert.equal(await reasonOf(severed.call(['INFO'], { timeoutMs: 10_000 })), 'closed');
    for (const connection of [stalled, severed]) connection.dispose();
    await Promise.all([stalls.close(), cuts.close(), real.stop()]);
  });
});
