import assert from 'node:assert/strict';
import { ClusterNodesReader, readCluster } from '../../../src/model/clusterNodes';
import { readClusterShards } from '../../../src/model/clusterShards';
import { readInfo } from '../../../src/model/info';
import { readReplication, readRole } from '../../../src/model/replication';
import { readServer } from '../../../src/model/serverReport';
import {
  readHello,
  readQuorumCheck,
  readSentinelMasters,
  readSentinelPeers,
  readSentinelReplicas,
  readSwitchMaster,
} from '../../../src/model/sentinelReplies';
import { isFault } from '../../../src/base/errors';
import { infoTexts } from './texts';

const id = (letter: string): string => letter.repeat(40);
const isUnreadable = (error: unknown): boolean => isFault(error, 'unreadable-reply');

suite('model/info and serverReport', () => {
  const rows: [keyof typeof infoTexts, object][] = [
    [
      'redis62Master',
      {
        product: 'redis',
        version: '6.2.6',
        mode: 'standalone',
        tcpPort: 6379,
        keys: 5,
        loading: false,
        role: 'master',
        replicas: 1,
      },
    ],
    [
      'redis70Replica',
      {
        product: 'redis',
        version: '7.0.15',
        mode: 'standalone',
        tcpPort: 6380,
        keys: 0,
        loading: false,
        role: 'replica',
        replicas: 0,
      },
    ],
    [
      'redis70Loading',
      {
        product: 'redis',
        version: '7.0.15',
        mode: 'standalone',
        tcpPort: 6379,
        keys: 0,
        loading: true,
        role: 'master',
        replicas: 0,
      },
    ],
    [
      'redis80Cluster',
      {
        product: 'redis',
        version: '8.0.2',
        mode: 'cluster',
        tcpPort: 7000,
        keys: 12,
        loading: false,
        role: 'master',
        replicas: 0,
      },
    ],
    [
      'valkey81',
      {
        product: 'valkey',
        version: '8.1.1',
        mode: 'standalone',
        tcpPort: 6379,
        keys: 0,
        loading: false,
        role: 'master',
        replicas: 2,
      },
    ],
    [
      'redis70Sentinel',
      {
        product: 'redis',
        version: '7.0.15',
        mode: 'sentinel',
        tcpPort: 26379,
        keys: undefined,
        loading: false,
        role: undefined,
        replicas: undefined,
      },
    ],
  ];
  for (const [name, expected] of rows) {
    test(name, () => {
      const { product, version, mode, tcpPort, keys, loading, replication } = readServer(readInfo(infoTexts[name]));
      assert.deepEqual(
        {
          product,
          version,
          mode,
          tcpPort,
          keys,
          loading,
          role: replication?.role,
          replicas: replication?.replicas.length,
        },
        expected,
      );
    });
  }

  test('LF, CRLF, empty lines, values with colons, lines without any', () => {
    const fields = readInfo('# A\n\nx:1\r\nconfig_file:/c:/d.conf\r\nnonsense\n:empty key\nlast:');
    assert.deepEqual(
      [...fields],
      [
        ['x', '1'],
        ['config_file', '/c:/d.conf'],
        ['last', ''],
      ],
    );
  });

  test('what is not INFO is said to be unreadable', () => {
    for (const text of ['', 'PONG', '# only\r\n# headings', null, 7, []])
      assert.throws(() => readInfo(text), isUnreadable);
    assert.throws(() => readServer(readInfo('role:master')), isUnreadable);
  });
});

suite('model/replication', () => {
  const replica = (lines: string): ReturnType<typeof readReplication> =>
    readReplication(readInfo(`role:slave\r\nmaster_host:10.0.0.2\r\nmaster_port:6379\r\n${lines}`));
  const rows: [string, string, object][] = [
    [
      'in step',
      'master_link_status:up\r\nmaster_last_io_seconds_ago:1\r\nmaster_sync_in_progress:0',
      { link: 'up', syncInProgress: false, lastIoSecondsAgo: 1 },
    ],
    [
      'never connected',
      'master_link_status:down\r\nmaster_last_io_seconds_ago:-1\r\nmaster_sync_in_progress:0\r\nmaster_link_down_since_seconds:-1',
      { link: 'down', syncInProgress: false, lastIoSecondsAgo: -1, linkDownSeconds: -1 },
    ],
    [
      'copying',
      'master_link_status:down\r\nmaster_sync_in_progress:1\r\nmaster_link_down_since_seconds:3',
      { link: 'down', syncInProgress: true, lastIoSecondsAgo: -1, linkDownSeconds: 3 },
    ],
  ];
  for (const [name, lines, expected] of rows)
    test(name, () =>
      assert.deepEqual(replica(lines)?.master, { address: { host: '10.0.0.2', port: 6379 }, ...expected }),
    );

  test('replicas of a master: IPv6, host names, gaps in the numbers, later fields', () => {
    const report = readReplication(
      readInfo(
        [
          'role:master',
          'connected_slaves:3',
          'slave0:ip=10.0.0.3,port=6380,state=online,offset=14,lag=0',
          'slave2:ip=fd00::3,port=6381,state=wait_bgsave,offset=0,lag=1,type=replica',
          'slave3:ip=redis-3,port=6379,state=online,offset=12,lag=0',
          'slave4:nothing',
          'master_repl_offset:20',
        ].join('\r\n'),
      ),
    );
    assert.deepEqual(
      report?.replicas.map(({ address, state, offset, lagSeconds }) => [
        address.host,
        address.port,
        state,
        offset,
        lagSeconds,
      ]),
      [
        ['10.0.0.3', 6380, 'online', 14, 0],
        ['fd00::3', 6381, 'wait_bgsave', 0, 1],
        ['redis-3', 6379, 'online', 12, 0],
      ],
    );
    assert.equal(report?.offset, 20);
  });

  test('ROLE', () => {
    assert.deepEqual(
      readRole([
        'master',
        3129659,
        [
          ['127.0.0.1', '9001', '3129242'],
          ['127.0.0.1', '9002', '3129543'],
        ],
      ]),
      {
        role: 'master',
        offset: 3129659,
        replicas: [
          { address: { host: '127.0.0.1', port: 9001 }, offset: 3129242 },
          { address: { host: '127.0.0.1', port: 9002 }, offset: 3129543 },
        ],
      },
    );
    assert.deepEqual(readRole(['slave', '10.0.0.2', 6379, 'connected', 14]), {
      role: 'replica',
      master: { host: '10.0.0.2', port: 6379 },
      link: 'connected',
      offset: 14,
    });
    assert.deepEqual(readRole(['sentinel', ['mymaster', 'other']]), {
      role: 'sentinel',
      masters: ['mymaster', 'other'],
    });
    for (const reply of [null, 'master', [], ['slave'], ['what', 1]])
      assert.throws(() => readRole(reply), isUnreadable);
  });
});

suite('model/clusterNodes', () => {
  const read = (line: string): object | undefined => new ClusterNodesReader().read(line)[0];
  const [A, B, C] = [id('a'), id('b'), id('c')];
  const base = {
    id: A,
    busPort: 17000,
    flags: ['master'],
    configEpoch: 1,
    connected: true,
    slots: [],
    migrating: [],
    importing: [],
  };
  const rows: [string, string, object][] = [
    [
      '7.0 with slots',
      `${A} 10.0.0.2:7000@17000 myself,master - 0 1700000000000 1 connected 0-5460 6000`,
      {
        ...base,
        address: { host: '10.0.0.2', port: 7000 },
        flags: ['myself', 'master'],
        slots: [
          [0, 5460],
          [6000, 6000],
        ],
      },
    ],
    [
      '3.0 without bus port',
      `${A} 10.0.0.2:7000 master - 0 0 1 connected`,
      { ...base, address: { host: '10.0.0.2', port: 7000 } },
    ],
    [
      '7.0 with host name',
      `${A} 10.0.0.2:7000@17000,redis-1 master - 0 0 1 connected`,
      { ...base, address: { host: '10.0.0.2', port: 7000 }, hostname: 'redis-1' },
    ],
    [
      '7.2 with extras',
      `${A} 10.0.0.2:7000@17000,,tls-port=0,shard-id=${C} master - 0 0 1 connected`,
      { ...base, address: { host: '10.0.0.2', port: 7000 }, shardId: C },
    ],
    [
      'replica',
      `${A} 10.0.0.2:7000@17000 slave ${B} 0 0 1 connected`,
      { ...base, address: { host: '10.0.0.2', port: 7000 }, flags: ['slave'], masterId: B },
    ],
    [
      'address unknown to itself',
      `${A} :7000@17000 myself,master - 0 0 1 connected 0`,
      { ...base, address: { host: '', port: 7000 }, flags: ['myself', 'master'], slots: [[0, 0]] },
    ],
    [
      ':0@0 noaddr',
      `${A} :0@0 master,noaddr - 1 1 1 disconnected`,
      { ...base, address: { host: '', port: 0 }, busPort: 0, flags: ['master', 'noaddr'], connected: false },
    ],
    [
      'handshake',
      `${A} 10.0.0.2:7000@17000 handshake - 1 0 0 disconnected`,
      { ...base, address: { host: '10.0.0.2', port: 7000 }, flags: ['handshake'], configEpoch: 0, connected: false },
    ],
    [
      'fail?',
      `${A} 10.0.0.2:7000@17000 slave,fail? ${B} 1 1 1 connected`,
      { ...base, address: { host: '10.0.0.2', port: 7000 }, flags: ['slave', 'fail?'], masterId: B },
    ],
    [
      'noflags',
      `${A} 10.0.0.2:7000@17000 noflags - 0 0 1 connected`,
      { ...base, address: { host: '10.0.0.2', port: 7000 }, flags: [] },
    ],
    [
      'open slots',
      `${A} 10.0.0.2:7000@17000 myself,master - 0 0 1 connected 0-9 [93-<-${B}] [77->-${C}]`,
      {
        ...base,
        address: { host: '10.0.0.2', port: 7000 },
        flags: ['myself', 'master'],
        slots: [[0, 9]],
        importing: [{ slot: 93, from: B }],
        migrating: [{ slot: 77, to: C }],
      },
    ],
    ['IPv6', `${A} fd00::2:7000@17000 master - 0 0 1 connected`, { ...base, address: { host: 'fd00::2', port: 7000 } }],
    ['no address yet', `${A} ?:7000@17000 master - 0 0 1 connected`, { ...base, address: { host: '?', port: 7000 } }],
  ];
  for (const [name, line, expected] of rows) test(name, () => assert.deepEqual(read(`${line}\n`), expected));

  test('what is none of its lines is said to be unreadable', () => {
    for (const text of [
      'x',
      `${A} 10.0.0.2:7000@17000 master`,
      `${A} nowhere master - 0 0 1 connected`,
      `ABC 10.0.0.2:7000@17000 master - 0 0 1 connected`,
      `${A} 1.1.1.1:1@2 master - 0 0 1 connected 16384`,
      `${A} 1.1.1.1:1@2 master - 0 0 1 connected 9-3`,
      `${A} 1.1.1.1:1@2 master - 0 0 1 connected [5]`,
      null,
    ])
      assert.throws(() => new ClusterNodesReader().read(text), isUnreadable, String(text));
  });

  test('other ping times give the same objects; a changed line gives a new one beside the old', () => {
    const reader = new ClusterNodesReader();
    const text = (pong: number, flags: string): string =>
      `${A} 1.1.1.1:1@2 myself,master - 0 ${pong} 1 connected 0-5\n${B} 1.1.1.2:1@2 ${flags} ${A} ${pong} ${pong} 1 connected\n`;
    const first = reader.read(text(1, 'slave'));
    assert.equal(reader.read(text(1700000000000, 'slave')), first);
    const second = reader.read(text(2, 'slave,fail?'));
    assert.notEqual(second, first);
    assert.equal(second[0], first[0]);
    assert.deepEqual(second[1]?.flags, ['slave', 'fail?']);
    assert.equal(reader.read(text(3, 'slave,fail?').split('\n').slice(0, 1).join()).length, 1);
  });

  test('CLUSTER INFO', () => {
    const nodes = new ClusterNodesReader().read(`${A} 1.1.1.1:1@2 myself,master - 0 0 1 connected`);
    assert.deepEqual(readCluster('cluster_state:fail\r\ncluster_current_epoch:6\r\n', nodes), {
      state: 'fail',
      currentEpoch: 6,
      myId: A,
      nodes,
    });
    assert.throws(() => readCluster('cluster_enabled:1', nodes), isUnreadable);
  });
});

suite('model/clusterShards', () => {
  const node = (...more: unknown[]): unknown[] => [
    'id',
    id('a'),
    'port',
    7000,
    'ip',
    '10.0.0.2',
    'endpoint',
    '10.0.0.2',
    'role',
    'master',
    'replication-offset',
    14,
    'health',
    'online',
    ...more,
  ];
  test('7.0, host names, fail, an empty shard', () => {
    const failed = [
      'id',
      id('b'),
      'tls-port',
      7001,
      'ip',
      '?',
      'endpoint',
      'redis-2',
      'hostname',
      'redis-2',
      'role',
      'replica',
      'replication-offset',
      0,
      'health',
      'fail',
    ];
    assert.deepEqual(
      readClusterShards([
        ['slots', [0, 10, 20, 20], 'nodes', [node(), failed]],
        ['slots', [], 'nodes', []],
      ]),
      [
        {
          slots: [
            [0, 10],
            [20, 20],
          ],
          nodes: [
            { id: id('a'), address: { host: '10.0.0.2', port: 7000 }, role: 'master', offset: 14, health: 'online' },
            {
              id: id('b'),
              address: { host: 'redis-2', port: 7001 },
              hostname: 'redis-2',
              role: 'replica',
              offset: 0,
              health: 'failed',
            },
          ],
        },
        { slots: [], nodes: [] },
      ],
    );
  });
  test('unreadable', () => {
    for (const reply of [
      null,
      'x',
      [1],
      [['slots']],
      [['slots', [1], 'nodes', []]],
      [['slots', [5, 3], 'nodes', []]],
      [['nodes', [['ip', 'x']]]],
    ])
      assert.throws(() => readClusterShards(reply), isUnreadable);
  });
});

suite('model/sentinelReplies', () => {
  const master = [
    'name',
    'mymaster',
    'ip',
    '10.0.0.2',
    'port',
    '6379',
    'runid',
    id('a'),
    'flags',
    's_down,o_down,master,failover_in_progress',
    'config-epoch',
    '3',
    'num-slaves',
    '2',
    'quorum',
    '2',
    'failover-timeout',
    '180000',
    'down-after-milliseconds',
    '5000',
    'failover-state',
    'wait_start',
    'some-later-field',
    'x',
  ];
  test('masters', () =>
    assert.deepEqual(readSentinelMasters([master]), [
      {
        name: 'mymaster',
        address: { host: '10.0.0.2', port: 6379 },
        flags: ['s_down', 'o_down', 'master', 'failover_in_progress'],
        quorum: 2,
        configEpoch: 3,
        downAfterMs: 5000,
        failoverTimeoutMs: 180000,
        failoverState: 'wait_start',
      },
    ]));
  test('a RESP3 map reads the same', () => {
    const object = Object.fromEntries(
      Array.from({ length: master.length / 2 }, (_, index) => [master[2 * index], master[2 * index + 1]]),
    );
    assert.deepEqual(readSentinelMasters([object]), readSentinelMasters([master]));
  });
  test('replicas', () =>
    assert.deepEqual(
      readSentinelReplicas([
        [
          'name',
          '10.0.0.3:6379',
          'ip',
          '10.0.0.3',
          'port',
          '6379',
          'runid',
          id('b'),
          'flags',
          'slave',
          'master-link-status',
          'ok',
          'slave-priority',
          '100',
        ],
        [
          'name',
          '10.0.0.4:6379',
          'ip',
          '10.0.0.4',
          'port',
          '6379',
          'runid',
          '',
          'flags',
          's_down,slave,disconnected',
          'master-link-status',
          'err',
          'slave-priority',
          '0',
        ],
      ]),
      [
        { address: { host: '10.0.0.3', port: 6379 }, runId: id('b'), flags: ['slave'], link: 'up', priority: 100 },
        {
          address: { host: '10.0.0.4', port: 6379 },
          runId: '',
          flags: ['s_down', 'slave', 'disconnected'],
          link: 'down',
          priority: 0,
        },
      ],
    ));
  test('the other sentinels', () =>
    assert.deepEqual(
      readSentinelPeers([
        [
          'name',
          id('c'),
          'ip',
          'sentinel-2',
          'port',
          '26379',
          'runid',
          id('c'),
          'flags',
          'sentinel',
          'voted-leader',
          '?',
        ],
      ]),
      [{ address: { host: 'sentinel-2', port: 26379 }, runId: id('c'), flags: ['sentinel'] }],
    ));
  test('CKQUORUM', () => {
    assert.deepEqual(readQuorumCheck('OK 3 usable Sentinels. Quorum and failover authorization can be reached'), {
      ok: true,
      text: 'OK 3 usable Sentinels. Quorum and failover authorization can be reached',
    });
    assert.deepEqual(readQuorumCheck({ text: 'NOQUORUM 1 usable Sentinels.' }), {
      ok: false,
      text: 'NOQUORUM 1 usable Sentinels.',
    });
    assert.throws(() => readQuorumCheck(7), isUnreadable);
  });
  test('unreadable', () => {
    for (const reply of [null, 'x', [7], [['name']], [['ip', '1']], [[1, 2]]])
      assert.throws(() => readSentinelMasters(reply), isUnreadable);
    for (const read of [readSentinelReplicas, readSentinelPeers]) assert.throws(() => read('x'), isUnreadable);
  });
  test('hello and +switch-master', () => {
    assert.deepEqual(readHello(`172.17.0.3,26380,${id('d')},0,mymaster,172.17.0.2,6379,0`), {
      sentinel: { host: '172.17.0.3', port: 26380 },
      id: id('d'),
      masterName: 'mymaster',
      master: { host: '172.17.0.2', port: 6379 },
    });
    for (const text of ['', 'a,b', '1.1.1.1,x,id,0,m,h,1,0', ',1,id,0,m,h,1,0'])
      assert.equal(readHello(text), undefined);
    assert.deepEqual(readSwitchMaster('mymaster 10.0.0.2 6379 10.0.0.3 6380'), {
      name: 'mymaster',
      from: { host: '10.0.0.2', port: 6379 },
      to: { host: '10.0.0.3', port: 6380 },
    });
    assert.equal(readSwitchMaster('mymaster'), undefined);
  });
});
