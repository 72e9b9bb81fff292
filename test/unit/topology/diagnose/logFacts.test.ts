import assert from 'node:assert/strict';
import { lastLife, messageOf, readLog } from '../../../../src/topology/diagnose/logFacts';
import type { LogFact } from '../../../../src/topology/diagnose/logFacts';

/** Lines as servers printed them: the seed's (6.2.6) and those of Redis 7.0, 8.0 and Valkey 8.1 in Docker. */
suite('diagnose: what the lines of a log say', () => {
  const told: readonly (readonly [line: string, fact: LogFact | undefined])[] = [
    [
      '1:M 20 Jan 2022 15:25:40.244 # Warning: Could not create server TCP listening socket ::1:6379: bind: Cannot assign requested address',
      { code: 'bind-failed', address: '::1', port: 6379, reason: 'Cannot assign requested address' },
    ],
    [
      '1:M 22 Nov 2026 16:00:32.382 # Warning: Could not create server TCP listening socket *:6379: bind: Address already in use',
      { code: 'bind-failed', address: '*', port: 6379, reason: 'Address already in use' },
    ],
    ['1:M 20 Jan 2022 15:25:40.244 # Failed listening on port 6379 (TCP), aborting.', undefined],
    [
      "1:S 22 Jan 2022 08:49:41.381 # Error reply to PING from master: '-DENIED Redis is running in protected mode because protected mode is enabled, no bind address was specified, no authentication password is requested to clients. In this mode connections are only accepted from the loopback interface. If you want to connect'",
      { code: 'denied-by-master' },
    ],
    [
      "1:S 22 Nov 2026 16:00:32.382 # Error reply to PING from primary: '-DENIED Running in protected mode because protected mode is enabled",
      { code: 'denied-by-master' },
    ],
    [
      '1:S 22 Nov 2026 16:00:32.382 * (Non critical) Master does not understand REPLCONF listening-port: -NOAUTH Authentication required.',
      { code: 'auth-missing' },
    ],
    [
      '1:S 22 Nov 2026 16:00:32.382 # Unable to AUTH to MASTER: -WRONGPASS invalid username-password pair or user is disabled.',
      { code: 'auth-wrong' },
    ],
    [
      '1:S 22 Nov 2026 16:00:32.382 # Unable to AUTH to PRIMARY: -WRONGPASS invalid username-password pair or user is disabled.',
      { code: 'auth-wrong' },
    ],
    [
      '1:S 22 Jan 2022 13:39:32.968 * Connecting to MASTER 172.17.0.2:6379',
      { code: 'connecting', address: '172.17.0.2:6379' },
    ],
    [
      '1:S 22 Nov 2026 13:39:32.968 * Connecting to PRIMARY 172.17.0.2:6379',
      { code: 'connecting', address: '172.17.0.2:6379' },
    ],
    ['1:S 22 Jan 2022 13:39:32.968 * MASTER <-> REPLICA sync started', undefined],
    [
      '1:S 22 Jan 2022 13:39:35.103 # Error condition on socket for SYNC: No route to host',
      { code: 'socket-error', reason: 'No route to host' },
    ],
    [
      '1:S 23 Jan 2022 13:57:07.570 * MASTER <-> REPLICA sync: Master accepted a Partial Resynchronization.',
      { code: 'link-up' },
    ],
    ['1:S 22 Nov 2026 13:57:07.570 * PRIMARY <-> REPLICA sync: Finished with success', { code: 'link-up' }],
    [
      '1:M 22 Jan 2022 15:17:55.734 # Could not create tmp config file (Permission denied)',
      { code: 'rewrite-failed', reason: 'Permission denied' },
    ],
    [
      '1:M 22 Jan 2022 15:17:55.734 # CONFIG REWRITE failed: Permission denied',
      { code: 'rewrite-failed', reason: 'Permission denied' },
    ],
    [
      '1:M 22 Nov 2026 15:17:55.734 # Could not rename tmp config file (Device or resource busy)',
      { code: 'rewrite-failed', reason: 'Device or resource busy' },
    ],
    [
      '1:X 22 Nov 2026 15:17:55.734 # WARNING: Sentinel was not able to save the new configuration on disk!!!: Device or resource busy',
      { code: 'rewrite-failed', reason: 'Device or resource busy' },
    ],
    [
      '1:X 22 Nov 2026 15:17:55.734 # Sentinel config file /etc/redis/sentinel.conf is not writable: Permission denied. Exiting...',
      { code: 'conf-not-writable', reason: 'Permission denied' },
    ],
    [
      "1:S 22 Nov 2026 15:17:55.727 * REPLICAOF 172.17.0.3:6380 enabled (user request from 'id=8 addr=172.17.0.3:47858 laddr=172.17.0.3:6380 fd=9 name=sentinel-8d992c54-cmd age=300')",
      { code: 'told-to-follow', address: '172.17.0.3:6380', by: 'sentinel-8d992c54-cmd' },
    ],
    [
      "1:S 22 Nov 2026 15:17:55.727 * SLAVEOF 172.17.0.3:6380 enabled (user request from 'id=8 addr=172.17.0.3:47858 name= age=300')",
      { code: 'told-to-follow', address: '172.17.0.3:6380', by: '172.17.0.3:47858' },
    ],
    [
      '1:C 22 Nov 2026 15:17:55.727 # WARNING overcommit_memory is set to 0! Background save may fail',
      { code: 'overcommit' },
    ],
    [
      '1:C 22 Nov 2026 15:17:55.727 # WARNING Memory overcommit must be enabled! Without it, a background save or replication may fail',
      { code: 'overcommit' },
    ],
    [
      "1:M 22 Nov 2026 15:17:55.727 # Can't handle RDB format version 12",
      { code: 'data-unreadable', text: "Can't handle RDB format version 12" },
    ],
    [
      '1:M 22 Nov 2026 23:20:32.618 # Internal error in RDB reading offset 0, function at rdb.c:3249 -> Unexpected EOF reading RDB file',
      {
        code: 'data-unreadable',
        text: 'Internal error in RDB reading offset 0, function at rdb.c:3249 -> Unexpected EOF reading RDB file',
      },
    ],
    [
      '1:M 22 Nov 2026 15:17:55.727 # Background saving error',
      { code: 'save-failed', text: 'Background saving error' },
    ],
    [
      'pid=1 role=replica timestamp="22 Nov 2026 16:00:35.716" level=notice message="Connecting to PRIMARY 10.0.0.2:6379"',
      { code: 'connecting', address: '10.0.0.2:6379' },
    ],
    ['1:M 22 Jan 2022 15:17:55.901 * Replica 172.17.0.4:6379 asks for synchronization', undefined],
    [
      '1:M 22 Jan 2022 15:17:55.902 * Partial resynchronization request from 172.17.0.4:6379 accepted. Sending 158 bytes of backlog starting from offset 57996.',
      undefined,
    ],
  ];
  for (const [line, fact] of told)
    test(messageOf(line).slice(0, 90), () =>
      assert.deepEqual(
        readLog([line]).map(one => one.fact),
        fact === undefined ? [] : [fact],
      ),
    );

  const conf: readonly (readonly [server: string, lines: readonly string[], fact: LogFact])[] = [
    [
      'Redis 7.0.15',
      [
        '',
        '*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***',
        'Reading the configuration file, at line 504',
        '>>> \'dir "/Users/kimmking/logs/redis0"\'',
        'No such file or directory',
      ],
      {
        code: 'conf-error',
        line: 504,
        directive: 'dir "/Users/kimmking/logs/redis0"',
        reason: 'No such file or directory',
      },
    ],
    [
      'Valkey 8.1.1',
      ['', '*** FATAL CONFIG FILE ERROR (Version 8.1.1) ***', 'replicaof directive not allowed in cluster mode'],
      { code: 'conf-error', directive: '', reason: 'replicaof directive not allowed in cluster mode' },
    ],
    [
      '6.2',
      [
        '*** FATAL CONFIG FILE ERROR (Redis 6.2.6) ***',
        'Reading the configuration file, at line 3',
        ">>> 'replicaof 172.17.0.5 6379'",
        'replicaof directive not allowed in cluster mode',
      ],
      {
        code: 'conf-error',
        line: 3,
        directive: 'replicaof 172.17.0.5 6379',
        reason: 'replicaof directive not allowed in cluster mode',
      },
    ],
  ];
  for (const [server, lines, fact] of conf)
    test(`a conf that ${server} refuses`, () => assert.deepEqual(readLog(lines)[0]?.fact, fact));

  test('what was said before the last start is another life', () => {
    const before = '1:S 22 Jan 2022 13:39:32.968 * Connecting to MASTER 172.17.0.2:6379';
    for (const start of [
      '1:C 22 Nov 2026 16:00:32.381 # oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo',
      '1:M 22 Nov 2026 16:00:35.716 * oO0OoO0OoO0Oo Valkey is starting oO0OoO0OoO0Oo',
    ])
      assert.deepEqual(readLog(lastLife([before, start])), []);
    const fatal = ['*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***', 'bad'];
    assert.equal(readLog(lastLife([...fatal, ...fatal])).length, 1, 'two starts that failed the same way');
  });
});
