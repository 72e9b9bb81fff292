import assert from 'node:assert/strict';
import { assemble } from '../../../src/model/assemble';
import { diff } from '../../../src/model/diff';
import type { ServerState } from '../../../src/model/servers';
import { emptySnapshot } from '../../../src/model/snapshot';
import type { Snapshot, Topology } from '../../../src/model/snapshot';
import {
  at,
  clusterNode,
  container,
  master,
  owned,
  replica,
  sentinel,
  server,
  silent,
  stopped,
} from '../../support/servers';
import type { Believes } from '../../support/servers';

const build = (servers: readonly ServerState[], before: Snapshot = emptySnapshot): Snapshot =>
  assemble({ engines: [], servers }, before);
/** `r1 master`, `r2 replica<r1`, `s1 sentinel`; `!` = stale. */
const rows = ({ nodes }: Pick<Topology, 'nodes'>): string[] =>
  nodes.map(
    node =>
      `${node.name} ${node.role}${node.staleMaster === undefined ? '' : '!'}${node.masterId === undefined ? '' : `<${node.masterId}`}`,
  );
const tree = (snapshot: Snapshot): unknown[] => [
  ...snapshot.topologies.map(topology => [topology.kind, topology.name, ...rows(topology)]),
  ...snapshot.others.map(node => `${node.name} ${node.role}`),
];
const healthOf = (snapshot: Snapshot): string => {
  const { level, reasons } = (snapshot.topologies[0] as Topology).health;
  return [level, ...reasons.map(reason => reason.code)].join(' ');
};

const all = ['s1', 's2', 's3'];
const belief: Believes = { master: 'r1', replicas: ['r2', 'r3'], sentinels: all };
/** On a machine, where an engine has several. */
const on = (machine: string, one: ServerState): ServerState =>
  one.instance === undefined ? one : { ...one, instance: { ...one.instance, host: { id: machine, name: machine } } };
const sentinels = (change: Partial<Believes> = {}): ServerState[] =>
  all.map(name => server(name, sentinel(name, { ...belief, ...change }), owned(name)));
const healthy = [
  server('r1', master('r1', ['r2', 'r3']), owned('r1')),
  server('r2', replica('r2', 'r1'), owned('r2')),
  server('r3', replica('r3', 'r1'), owned('r3')),
  ...sentinels(),
];

suite('model/assemble: grouping', () => {
  const cases: [string, ServerState[], unknown[]][] = [
    ['nothing', [], []],
    ['a lone server is no topology', [server('r1', master('r1'))], ['r1 master']],
    [
      'ours, by labels',
      healthy,
      [
        [
          'sentinel',
          'orders',
          'r1 master',
          'r2 replica<r1',
          'r3 replica<r1',
          's1 sentinel',
          's2 sentinel',
          's3 sentinel',
        ],
      ],
    ],
    [
      'ours although nothing answers yet',
      [server('r1', undefined, owned('r1')), server('s1', undefined, owned('s1'))],
      [['sentinel', 'orders', 'r1 unknown', 's1 sentinel']],
    ],
    [
      'found by replication links',
      [server('r1', master('r1', ['r2'])), server('r2', replica('r2', 'r1'))],
      [['replication', 'r1', 'r1 master', 'r2 replica<r1']],
    ],
    [
      'a chain',
      [server('r1', master('r1')), server('r3', replica('r3', 'r2')), server('r2', replica('r2', 'r1'))],
      [['replication', 'r1', 'r1 master', 'r2 replica<r1', 'r3 replica<r2']],
    ],
    ['a replica whose master nobody sees', [server('r2', replica('r2', 'r9'))], [['replication', 'r2', 'r2 replica']]],
    [
      'two replicas of a master that nobody sees',
      [server('r2', replica('r2', 'r9')), server('r3', replica('r3', 'r9'))],
      [['replication', 'r2', 'r2 replica', 'r3 replica']],
    ],
    [
      'two pairs stay apart',
      [
        server('r1', master('r1')),
        server('r2', replica('r2', 'r1')),
        server('r5', master('r5')),
        server('r6', replica('r6', 'r5')),
      ],
      [
        ['replication', 'r1', 'r1 master', 'r2 replica<r1'],
        ['replication', 'r5', 'r5 master', 'r6 replica<r5'],
      ],
    ],
    [
      "found by Sentinels' tables",
      [
        server('r1', master('r1')),
        server('r2', replica('r2', 'r1')),
        server('s1', sentinel('s1', { master: 'r1', replicas: ['r2'], quorum: 1 })),
      ],
      [['sentinel', 'orders', 'r1 master', 'r2 replica<r1', 's1 sentinel']],
    ],
    [
      'a Sentinel that watches nothing',
      [server('s1', { ...sentinel('s1', belief), sentinel: { id: 'x', tilt: false, masters: [] } })],
      ['s1 sentinel'],
    ],
    ['a locked server', [silent('r1', 'password-required')], ['r1 unknown']],
    [
      'something that never was Redis',
      [server('r1', undefined, { image: 'nginx', command: ['nginx'] }, { state: 'silent', reason: 'not-redis' })],
      [],
    ],
    ['a stopped container of a Redis image', [stopped('r1')], ['r1 unknown']],
    [
      'ours of two topologies never merge',
      [
        server('r1', master('r1', ['r2']), owned('r1', 'A', 'replication')),
        server('r2', replica('r2', 'r1'), owned('r2', 'B', 'replication')),
      ],
      [
        ['replication', 'orders', 'r1 master'],
        ['replication', 'orders', 'r2 replica<r1'],
      ],
    ],
    [
      'a foreign replica of ours joins ours',
      [server('r1', master('r1'), owned('r1', 'A', 'replication')), server('r2', replica('r2', 'r1'))],
      [['replication', 'orders', 'r1 master', 'r2 replica<r1']],
    ],
    [
      "by Compose's project",
      [
        server('r1', master('r1'), { compose: { project: 'shop', service: 'a' } }),
        server('r2', replica('r2', 'r1'), { compose: { project: 'shop', service: 'b' } }),
      ],
      [['replication', 'shop', 'r1 master', 'r2 replica<r1']],
    ],
    [
      'by service name as host',
      [
        server('r1', master('r1'), { compose: { project: 'shop', service: 'cache' } }),
        server('r2', replica('r2', { host: 'cache', port: 6379 }), { compose: { project: 'shop', service: 'b' } }),
      ],
      [['replication', 'shop', 'r1 master', 'r2 replica<r1']],
    ],
    [
      'a Sentinel inside a Redis container, by loopback',
      [
        server('r1', master('r1')),
        {
          id: 'r1:26379',
          instance: container('r1'),
          port: 26379,
          contact: {
            state: 'answering',
            report: {
              ...sentinel('r1', belief),
              sentinel: {
                id: 'x',
                tilt: false,
                masters: [
                  {
                    ...(sentinel('r1', { master: 'r1' }).sentinel?.masters[0] as never as object),
                    address: { host: '127.0.0.1', port: 6379 },
                  } as never,
                ],
              },
            },
          },
        },
      ],
      [['sentinel', 'orders', 'r1 master', 'r1:26379 sentinel']],
    ],
  ];
  for (const [name, servers, expected] of cases) test(name, () => assert.deepEqual(tree(build(servers)), expected));

  const named: readonly [names: readonly [string, string], topology: string][] = [
    [['redis6379', 'redis6380'], 'redis'],
    [['redis-6379', 'redis-6380'], 'redis'],
    [['shop-32-one', 'shop-32-two'], 'shop-32'],
    [['cache_1', 'cache_10'], 'cache'],
    [['a1', 'b2'], 'a1'],
  ];
  for (const [[first, second], name] of named) {
    test(`${first} and ${second} are called ${name}`, () => {
      const [topology] = build([
        server(first, master(first, [second])),
        server(second, replica(second, { host: first, port: 6379 })),
      ]).topologies;
      assert.equal(topology?.name, name);
    });
  }

  test('one host name in two networks means the neighbour', () => {
    const inNet = (net: string, service: string): object => ({
      networks: [{ id: net, name: net, address: `10.${net}.0.${service.length}` }],
      compose: { project: net, service },
    });
    const snapshot = build([
      server('r1', master('r1'), inNet('1', 'db')),
      server('r2', replica('r2', { host: 'db', port: 6379 }), inNet('1', 'copy')),
      server('r3', master('r3'), inNet('2', 'db')),
      server('r4', replica('r4', { host: 'db', port: 6379 }), inNet('2', 'copy')),
    ]);
    assert.deepEqual(snapshot.topologies.map(rows), [
      ['r1 master', 'r2 replica<r1'],
      ['r3 master', 'r4 replica<r3'],
    ]);
  });
});

suite('model/assemble: Sentinel, roles and health', () => {
  const dead = (name: string, last = master(name, ['r2', 'r3'])): ServerState => stopped(name, last, owned(name));
  const [r1, r2, r3] = healthy as [ServerState, ServerState, ServerState];
  const promoted = server('r2', master('r2', ['r3']), owned('r2'));
  const cases: [string, ServerState[], string[], string][] = [
    ['all well', healthy, ['r1 master', 'r2 replica<r1', 'r3 replica<r1'], 'healthy'],
    [
      'master stopped',
      [dead('r1'), r2, r3, ...sentinels()],
      ['r1 master', 'r2 replica<r1', 'r3 replica<r1'],
      'down master-down node-not-running',
    ],
    [
      'promoted before the Sentinels tell',
      [dead('r1'), promoted, r3, ...sentinels({ flags: ['master', 's_down', 'o_down', 'failover_in_progress'] })],
      ['r2 master', 'r1 replica<r2', 'r3 replica<r1'],
      'degraded failover-in-progress node-not-running',
    ],
    [
      'switched',
      [
        dead('r1'),
        promoted,
        server('r3', replica('r3', 'r2'), owned('r3')),
        ...sentinels({ master: 'r2', replicas: ['r1', 'r3'], epoch: 1 }),
      ],
      ['r2 master', 'r1 replica<r2', 'r3 replica<r2'],
      'degraded node-not-running',
    ],
    [
      'old master is back, a false master',
      [
        server('r1', master('r1'), owned('r1')),
        promoted,
        server('r3', replica('r3', 'r2'), owned('r3')),
        ...sentinels({ master: 'r2', replicas: ['r1', 'r3'], epoch: 1 }),
      ],
      ['r2 master', 'r3 replica<r2', 'r1 master!'],
      'degraded stale-master',
    ],
    [
      'a replica follows the wrong one',
      [r1, r2, server('r3', replica('r3', 'r2'), owned('r3')), ...sentinels()],
      ['r1 master', 'r2 replica<r1', 'r3 replica<r2'],
      'degraded wrong-master',
    ],
    [
      'link down',
      [r1, server('r2', replica('r2', 'r1', { link: 'down' }), owned('r2')), r3, ...sentinels()],
      ['r1 master', 'r2 replica<r1', 'r3 replica<r1'],
      'degraded link-down',
    ],
    [
      'copying',
      [r1, server('r2', replica('r2', 'r1', { link: 'down', syncInProgress: true }), owned('r2')), r3, ...sentinels()],
      ['r1 master', 'r2 replica<r1', 'r3 replica<r1'],
      'degraded syncing',
    ],
    [
      'paused replica',
      [r1, silent('r2', 'paused', replica('r2', 'r1'), { ...owned('r2'), state: 'paused' }), r3, ...sentinels()],
      ['r1 master', 'r2 replica<r1', 'r3 replica<r1'],
      'degraded node-paused',
    ],
    [
      'running without answer',
      [r1, silent('r2', 'timeout', replica('r2', 'r1'), owned('r2')), r3, ...sentinels()],
      ['r1 master', 'r2 replica<r1', 'r3 replica<r1'],
      'degraded node-silent',
    ],
    [
      'a password that we do not have',
      [
        silent('r1', 'password-required', undefined, owned('r1')),
        silent('r2', 'password-required', undefined, owned('r2')),
      ],
      ['r1 unknown', 'r2 unknown'],
      'unknown node-silent node-silent',
    ],
    [
      'one was not asked yet, the other is stopped',
      [server('r1', undefined, owned('r1')), stopped('r2', replica('r2', 'r1'), owned('r2'))],
      ['r2 replica<r1', 'r1 unknown'],
      'unknown node-not-running',
    ],
    ['nothing was asked yet', [server('r1', undefined, owned('r1'))], ['r1 unknown'], 'unknown'],
    [
      'all stopped',
      [dead('r1'), stopped('r2', replica('r2', 'r1'), owned('r2'))],
      ['r1 master', 'r2 replica<r1'],
      'down master-down node-not-running node-not-running',
    ],
    [
      'loading',
      [server('r1', { ...master('r1', ['r2', 'r3']), loading: true }, owned('r1')), r2, r3, ...sentinels()],
      ['r1 master', 'r2 replica<r1', 'r3 replica<r1'],
      'degraded node-loading',
    ],
    [
      'one Sentinel down',
      [r1, r2, r3, ...sentinels().slice(0, 2), stopped('s3', sentinel('s3', belief), owned('s3'))],
      ['r1 master', 'r2 replica<r1', 'r3 replica<r1'],
      'degraded node-not-running failover-would-fail',
    ],
    [
      'two Sentinels down',
      [
        r1,
        r2,
        r3,
        ...sentinels().slice(0, 1),
        ...['s2', 's3'].map(name => stopped(name, sentinel(name, belief), owned(name))),
      ],
      ['r1 master', 'r2 replica<r1', 'r3 replica<r1'],
      'degraded majority-unreachable quorum-unreachable node-not-running node-not-running',
    ],
    [
      'quorum 3 of 3',
      [r1, r2, r3, ...sentinels({ quorum: 3 })],
      ['r1 master', 'r2 replica<r1', 'r3 replica<r1'],
      'degraded failover-would-fail',
    ],
    [
      'two Sentinels on one of two machines: they are lost together',
      [on('a', r1), on('b', r2), r3, ...sentinels().map((one, index) => on(index === 0 ? 'b' : 'a', one))],
      ['r1 master', 'r2 replica<r1', 'r3 replica<r1'],
      'degraded failover-would-fail',
    ],
    [
      'all on one machine: as if there were none',
      [r1, r2, r3, ...sentinels()].map(one => on('a', one)),
      ['r1 master', 'r2 replica<r1', 'r3 replica<r1'],
      'healthy',
    ],
    [
      'three Sentinels on three machines',
      [
        on('a', r1),
        on('b', r2),
        on('c', r3),
        ...sentinels().map((one, index) => on(['a', 'b', 'c'][index] ?? '', one)),
      ],
      ['r1 master', 'r2 replica<r1', 'r3 replica<r1'],
      'healthy',
    ],
    [
      'one Sentinel believes another master',
      [
        r1,
        r2,
        r3,
        ...sentinels().slice(0, 2),
        server('s3', sentinel('s3', { ...belief, master: 'r2', replicas: ['r1', 'r3'] }), owned('s3')),
      ],
      ['r1 master', 'r2 replica<r1', 'r3 replica<r1'],
      'degraded sentinels-differ',
    ],
    [
      'no replica',
      [server('r1', master('r1'), owned('r1')), ...sentinels({ replicas: [] })],
      ['r1 master'],
      'degraded no-replica',
    ],
  ];
  const before = build(healthy);
  for (const [name, servers, nodes, health] of cases) {
    test(name, () => {
      const snapshot = build(servers, before);
      assert.deepEqual(
        rows(snapshot.topologies[0] as Topology).filter(row => !row.includes('sentinel')),
        nodes,
      );
      assert.equal(healthOf(snapshot), health);
    });
  }

  test('quorum', () =>
    assert.deepEqual(build(healthy).topologies[0]?.quorum, { required: 2, known: 3, usable: 3, majority: 2 }));
  test('a restarted old master is stale also when the new one has just died', () => {
    const backAndStale = build(
      [
        server('r1', master('r1', [], { runId: 'new life' }), owned('r1')),
        promoted,
        r3,
        ...sentinels({ master: 'r2', replicas: ['r1', 'r3'], epoch: 1 }),
      ],
      before,
    );
    const newOneDies = build(
      [
        server('r1', master('r1', [], { runId: 'new life' }), owned('r1')),
        dead('r2'),
        r3,
        ...sentinels({ master: 'r2', replicas: ['r1', 'r3'], epoch: 1, flags: ['master', 's_down'] }),
      ],
      backAndStale,
    );
    assert.equal(
      newOneDies.topologies[0]?.nodes.find(node => node.id === 'r1')?.staleMaster?.actual.host,
      at('r2').host,
    );
    assert.equal(newOneDies.topologies[0]?.health.level, 'down');
  });
  const lags: readonly (readonly [title: string, own: number, link: 'up' | 'down', expected: number])[] = [
    ['as both count it', 990, 'up', 10],
    ['what was not acknowledged yet, but taken', 999, 'up', 1],
    ['asked a little later than its master', 1200, 'up', 0],
    ['asked earlier: the master counts better', 500, 'up', 10],
    ['by the master alone, where the link is down', 1000, 'down', 10],
  ];
  for (const [title, offset, link, bytes] of lags)
    test(`lag: ${title}`, () => {
      const own = replica('r2', 'r1', { link });
      const r2 = server(
        'r2',
        { ...own, ...(own.replication && { replication: { ...own.replication, offset } }) },
        owned('r2'),
      );
      const snapshot = build(healthy.map(one => (one.id === 'r2' ? r2 : one)));
      assert.deepEqual(snapshot.topologies[0]?.nodes.find(({ id }) => id === 'r2')?.lag, { bytes, seconds: 1 });
    });
  test('Sentinels that ask a master by another of its addresses agree all the same', () => {
    const published = { ...owned('r1'), ports: [{ inside: 6379, outside: { host: '192.168.1.5', port: 6379 } }] };
    const other = sentinel('s3', belief);
    const row = other.sentinel?.masters[0];
    assert.ok(row !== undefined);
    const snapshot = build([
      server('r1', master('r1', ['r2', 'r3']), published),
      r2,
      r3,
      ...sentinels().slice(0, 2),
      server(
        's3',
        {
          ...other,
          sentinel: { id: 'id', tilt: false, masters: [{ ...row, address: { host: '192.168.1.5', port: 6379 } }] },
        },
        owned('s3'),
      ),
    ]);
    assert.equal(healthOf(snapshot), 'healthy');
  });
});

suite('model/assemble: cluster', () => {
  const ids = ['a', 'b', 'c', 'd'].map(letter => letter.repeat(40)) as [string, string, string, string];
  const nodes = [
    { id: ids[0], name: 'r1', flags: ['master'], slots: [[0, 5460]] },
    { id: ids[1], name: 'r2', flags: ['master'], slots: [[5461, 10922]] },
    { id: ids[2], name: 'r3', flags: ['master'], slots: [[10923, 16383]] },
    { id: ids[3], name: 'r4', flags: ['slave'], of: ids[0] },
  ] as const;
  const up = nodes.map((node, index) => server(node.name, clusterNode(node.name, ids[index] as string, nodes)));

  test('found by ids, shards with their nodes, health from all views', () => {
    const [topology] = build(up).topologies;
    assert.deepEqual(rows(topology as Topology), ['r1 master', 'r4 replica<r1', 'r2 master', 'r3 master']);
    assert.deepEqual(
      topology?.shards?.map(({ slots, nodes: inside, keys }) => [slots, inside, keys]),
      [
        [[[0, 5460]], ['r1', 'r4'], 7],
        [[[5461, 10922]], ['r2'], 7],
        [[[10923, 16383]], ['r3'], 7],
      ],
    );
    assert.equal(topology?.health.level, 'degraded');
    assert.ok(topology?.health.reasons.every(reason => reason.code === 'no-replica'));
    assert.ok(topology?.cluster !== undefined);
  });

  test('a stopped master without replica is down and named', () => {
    const failed = nodes.map(node => (node.name === 'r2' ? { ...node, flags: ['master', 'fail'] } : node));
    const servers = nodes.map((node, index) =>
      node.name === 'r2'
        ? stopped('r2', clusterNode('r2', ids[1], nodes))
        : server(node.name, clusterNode(node.name, ids[index] as string, failed, 'fail')),
    );
    const snapshot = build(servers, build(up));
    assert.equal(snapshot.topologies[0]?.health.level, 'down');
    assert.ok(
      snapshot.topologies[0]?.health.reasons.some(
        reason => reason.code === 'slots-master-failed' && reason.node === 'r2',
      ),
    );
    assert.ok(
      snapshot.topologies[0]?.health.reasons.some(reason => reason.code === 'node-not-running' && reason.node === 'r2'),
    );
  });

  test('a failed master whose slots were taken is no master any more, and the shard keeps its id', () => {
    const after = nodes.map(node =>
      node.name === 'r1'
        ? { ...node, flags: ['master', 'fail'], slots: [] }
        : node.name === 'r4'
          ? { id: node.id, name: 'r4', flags: ['master'], slots: [[0, 5460]] as const }
          : node,
    );
    const before = build(up);
    const snapshot = build(
      nodes.map((node, index) =>
        node.name === 'r1'
          ? stopped('r1', clusterNode('r1', ids[0], nodes))
          : server(node.name, clusterNode(node.name, ids[index] as string, after)),
      ),
      before,
    );
    assert.deepEqual(rows(snapshot.topologies[0] as Topology), ['r2 master', 'r3 master', 'r4 master', 'r1 unknown']);
    assert.deepEqual(
      snapshot.topologies[0]?.shards?.map(shard => shard.id),
      before.topologies[0]?.shards?.map(shard => shard.id),
    );
  });

  test('nodes that want a password stand where the one that talks says they stand', () => {
    const [, ...others] = nodes;
    const locked = build([
      up[0] as (typeof up)[number],
      ...others.map(({ name }) => silent(name, 'password-required')),
    ]);
    assert.deepEqual(rows(locked.topologies[0] as Topology), ['r1 master', 'r4 replica<r1', 'r2 master', 'r3 master']);
    const lockedMaster = build(
      nodes.map((node, index) =>
        node.name === 'r3' ? (up[index] as (typeof up)[number]) : silent(node.name, 'password-required'),
      ),
    );
    assert.deepEqual(rows(lockedMaster.topologies[0] as Topology).slice(0, 2), ['r1 master', 'r4 replica<r1']);
  });

  test('a cluster node that knows nobody is an other', () =>
    assert.deepEqual(
      tree(build([server('r1', clusterNode('r1', ids[0], [{ id: ids[0], name: 'r1', flags: ['master'] }]))])),
      ['r1 master'],
    ));
});

suite('model/assemble: identity and difference', () => {
  test('the same again is the same object; figures change no row', () => {
    const first = build(healthy);
    assert.equal(build(structuredClone(healthy), first), first);
    const busier = healthy.map(one =>
      one.id === 'r1'
        ? server('r1', { ...master('r1', ['r2', 'r3']), usedMemoryBytes: 5, uptimeSeconds: 99 }, owned('r1'))
        : one,
    );
    const second = build(busier, first);
    assert.notEqual(second, first);
    assert.equal(second.topologies[0]?.nodes[1], first.topologies[0]?.nodes[1]);
    assert.equal(diff(first, second), undefined);
  });

  test('a change names what a view must redraw', () => {
    const first = build(healthy);
    const second = build(
      healthy.map(one => (one.id === 'r3' ? stopped('r3', replica('r3', 'r1'), owned('r3')) : one)),
      first,
    );
    const change = diff(first, second);
    assert.deepEqual([change?.structure, change?.topologies, change?.nodes], [false, ['T'], ['r3']]);
    const third = build(healthy.slice(0, 5), second);
    assert.deepEqual([diff(second, third)?.structure, diff(second, third)?.nodes], [true, ['r3']]);
  });

  test('a found topology keeps its id while nodes come and go', () => {
    const first = build([server('r2', master('r2')), server('r3', replica('r3', 'r2'))]);
    const second = build(
      [server('r2', master('r2')), server('r3', replica('r3', 'r2')), server('r1', replica('r1', 'r2'))],
      first,
    );
    assert.equal(second.topologies[0]?.id, first.topologies[0]?.id);
    assert.equal(
      build([server('r3', master('r3')), server('r1', replica('r1', 'r3'))], second).topologies[0]?.id,
      first.topologies[0]?.id,
    );
  });
});
