import assert from 'node:assert/strict';
import { isFault } from '../../../../src/base/errors';
import type { Endpoint, RedisConnection } from '../../../../src/redis/client';
import type { Reached } from '../../../../src/topology/existing/readOnly';
import { existingConnector, onlyLooks } from '../../../../src/topology/existing/readOnly';

suite('topology/existing/readOnly', () => {
  const looks = [
    'PING',
    'info',
    'INFO all',
    'CLUSTER NODES',
    'cluster shards',
    'SENTINEL MASTERS',
    'sentinel ckquorum orders',
    'CONFIG GET maxmemory',
    'ACL WHOAMI',
    'CLIENT LIST',
    'SLOWLOG GET',
    'PSUBSCRIBE *',
  ];
  const acts = [
    'SET a b',
    'DEL a',
    'FLUSHALL',
    'CONFIG SET maxmemory 1',
    'CONFIG REWRITE',
    'REPLICAOF NO ONE',
    'FAILOVER',
    'CLUSTER FAILOVER',
    'CLUSTER FORGET x',
    'CLUSTER',
    'SENTINEL FAILOVER orders',
    'SENTINEL RESET *',
    'ACL SETUSER x',
    'CLIENT KILL ID 1',
    'CLIENT PAUSE 1',
    'SLOWLOG RESET',
    'SHUTDOWN',
    'DEBUG SLEEP 1',
    'EVAL x 0',
    'PUBLISH a b',
    'toString',
    '',
  ];
  for (const command of looks) test(`${command} looks`, () => assert.equal(onlyLooks(command.split(' ')), true));
  for (const command of acts)
    test(`${command || '(empty)'} may act`, () => assert.equal(onlyLooks(command.split(' ')), false));

  const far = { host: '10.0.0.1', port: 6379 };
  const near = { host: '127.0.0.1', port: 6379 };
  function world(): {
    sent: string[];
    endpoints: Endpoint[];
    place: { now: Reached | undefined };
    connect(address: Endpoint['address']): Promise<RedisConnection>;
  } {
    const sent: string[] = [];
    const endpoints: Endpoint[] = [];
    const place: { now: Reached | undefined } = { now: { lookOnly: true, tls: { verify: true, ca: 'CA' } } };
    const connector = existingConnector(
      {
        connect: endpoint => {
          endpoints.push(endpoint);
          return Promise.resolve({
            address: endpoint.address,
            onClose: () => ({ dispose: () => undefined }),
            dispose: () => undefined,
            subscribe: () => Promise.resolve(),
            call: command => {
              sent.push(command.join(' '));
              return Promise.resolve('OK');
            },
            pipeline: commands => {
              sent.push(...commands.map(command => command.join(' ')));
              return Promise.resolve(commands.map(() => 'OK'));
            },
          });
        },
      },
      address => (address.host === far.host ? place.now : undefined),
    );
    return { sent, endpoints, place, connect: address => connector.connect({ address }) };
  }
  const readOnly = (error: unknown): boolean => isFault(error, 'read-only');

  test('to a look-only server only looks are sent, alone or in a pipeline; nothing of a pipeline that holds an act', async () => {
    const { sent, connect } = world();
    const connection = await connect(far);
    await connection.call(['INFO']);
    await assert.rejects(connection.call(['SET', 'a', 'b']), readOnly);
    await assert.rejects(connection.pipeline([['PING'], ['REPLICAOF', 'NO', 'ONE']]), readOnly);
    await connection.pipeline([['PING'], ['ROLE']]);
    assert.deepEqual(sent, ['INFO', 'PING', 'ROLE']);
  });
  test('what the user allows goes through on the same connection, and is held back again afterwards', async () => {
    const { sent, place, connect } = world();
    const connection = await connect(far);
    place.now = { lookOnly: false };
    await connection.call(['SET', 'a', 'b']);
    place.now = { lookOnly: true };
    await assert.rejects(connection.call(['SET', 'a', 'c']), readOnly);
    assert.deepEqual(sent, ['SET a b']);
  });
  test('its TLS is used whoever connects; other servers are not touched', async () => {
    const { sent, endpoints, connect } = world();
    await connect(far);
    await (await connect(near)).call(['FLUSHALL']);
    assert.deepEqual(endpoints, [{ address: far, tls: { verify: true, ca: 'CA' } }, { address: near }]);
    assert.deepEqual(sent, ['FLUSHALL']);
  });
});
