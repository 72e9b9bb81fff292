import assert from 'node:assert/strict';
import { isFault } from '../../../../src/base/errors';
import { clusterView } from '../../../../src/model/clusterView';
import type { ClusterOpinion } from '../../../../src/model/clusterView';
import {
  additionRequestOf,
  masterFor,
  nextName,
  planAddition,
  storageOf,
} from '../../../../src/topology/cluster/addPlan';
import { lacksOfNewcomer } from '../../../../src/topology/cluster/newcomer';
import { planNodeRemoval } from '../../../../src/topology/cluster/removeNode';
import type { NodeRemovalFault } from '../../../../src/topology/cluster/removeNode';
import { all, says, six, without } from '../../../support/clusterOpinions';
import { instance, node, sentinelTopology } from '../../../support/snapshots';

const viewOf = (opinions: readonly ClusterOpinion[]) => clusterView(opinions);

suite('topology/cluster/addPlan', () => {
  const masters: readonly [
    title: string,
    opinions: readonly ClusterOpinion[],
    asked: string | undefined,
    expected: string,
  ][] = [
    ['all have one: the first by name', all(), undefined, 'Node a'],
    ['one has lost its replica', all([['e', 'slave,fail', 'b', 2]]), undefined, 'Node b'],
    ['the one asked for, by name', all(), 'Node c', 'Node c'],
    ['by the row of a replica', all(), 'node-f', 'Node c'],
  ];
  for (const [title, opinions, asked, expected] of masters)
    test(`master for a new replica: ${title}`, () =>
      assert.equal(masterFor(viewOf(opinions), asked, 'orders').name, expected));
  test('a failed master is refused', () =>
    assert.throws(
      () => masterFor(viewOf(all([['a', 'master,fail', '-', 1, '0-5460']], 'fail', without('a'))), 'a', 'orders'),
      error => isFault(error, 'addition-not-a-master'),
    ));

  test('the row that was clicked is named as the cluster knows it, not by its id in the tree', () => {
    const ours = (name: string, clusterId?: string) =>
      node(name, 'master', {
        id: `container-of-${name}`,
        ...(clusterId === undefined ? {} : { clusterId }),
        instance: instance('running', {
          ownership: {
            topologyId: 't1',
            topologyName: 'orders',
            topologyKind: 'cluster',
            node: name,
            owner: 'o',
            session: 's',
            schema: 1,
          },
        }),
      });
    const topology = sentinelTopology({ kind: 'cluster', nodes: [ours('redis-1', 'a'), ours('redis-2')] });
    const of = (row?: string) => additionRequestOf(topology, 'replica', row).of;
    assert.deepEqual(
      [of('container-of-redis-1'), of('container-of-redis-2'), of(), of('gone')],
      ['a', 'redis-2', undefined, undefined],
    );
    assert.throws(
      () => additionRequestOf({ ...topology, id: 'other' }, 'replica'),
      error => isFault(error, 'addition-no-sibling'),
    );
  });

  test('names: the next after the highest, whatever else stands there', () => {
    assert.deepEqual(
      [nextName([]), nextName(['redis-1', 'redis-10', 'redis-9', 'sentinel-12', 'other']), nextName(['redis-2'])],
      ['redis-1', 'redis-11', 'redis-3'],
    );
  });

  test('storage is read from the mounts of a sibling', () => {
    const ownership = {
      topologyId: 't',
      topologyName: 'orders',
      topologyKind: 'cluster' as const,
      node: 'redis-1',
      owner: 'o',
      session: 's',
      schema: 1,
    };
    const mounts = (source: string, kind: 'folder' | 'volume') => ({
      ownership,
      mounts: [{ source, target: '/conf', kind, writable: true }],
    });
    assert.deepEqual(storageOf(mounts('/home/me/shop/redis/orders/redis-1/conf', 'folder')), {
      kind: 'folder',
      root: '/home/me/shop/redis/orders',
    });
    assert.deepEqual(storageOf(mounts('C:\\work\\orders\\redis-1\\conf', 'folder')), {
      kind: 'folder',
      root: 'C:\\work\\orders',
    });
    assert.deepEqual(storageOf(mounts('orders-redis-1-conf', 'volume')), { kind: 'volume' });
  });

  test('settings that siblings were given by hand go along; the password stands as a placeholder only', () => {
    const plan = planAddition({
      request: {
        target: { topologyId: 't', name: 'orders', seats: [] },
        sibling: { name: 'Node a', instance: instance('running') },
        role: 'replica',
      },
      view: viewOf(all()),
      settings: [
        ['maxmemory', '1000000'],
        ['save', ''],
        ['notify-keyspace-events', 'KEA'],
      ],
      nodeTimeoutMs: 1500,
      silent: ['Node f'],
      name: 'redis-7',
      port: 7006,
      storage: { kind: 'volume' },
      inside: () => ({ conf: '/conf', data: '/data' }),
      withPassword: true,
    });
    const text = plan.nodes[0]?.files[0]?.content ?? '';
    assert.match(
      text,
      /requirepass <password>\nmasterauth <password>\ncluster-enabled yes\n[^]*cluster-node-timeout 1500\ncluster-announce-ip <redis-7>\nmaxmemory 1000000\nsave ""\nnotify-keyspace-events KEA\n$/,
    );
    assert.deepEqual(
      [plan.of?.name, plan.steps.includes('functions'), plan.notes[0]],
      ['Node a', false, { code: 'addition-silent', nodes: ['Node f'] }],
    );
  });
});

suite('topology/cluster/newcomer', () => {
  const seven = [...six, 'g'];
  const sight = (opinions: readonly ClusterOpinion[]) => ({
    view: clusterView(opinions),
    seen: opinions.map(({ name, report }) => ({
      name,
      report,
      role: report.nodes.some(line => line.id === report.myId && line.flags.includes('slave'))
        ? ('replica' as const)
        : ('master' as const),
      linkUp: true,
      offset: 0,
    })),
  });
  const whole = (flags: string, master: string) => seven.map(id => says(id, [['g', flags, master, 4]]));
  const shown = (opinions: readonly ClusterOpinion[], masterId?: string) =>
    lacksOfNewcomer(sight(opinions), 'Node g', 'g', masterId).map(lack => Object.values(lack).join(' '));

  test('nothing is lacking', () =>
    assert.deepEqual([shown(whole('master', '-')), shown(whole('slave', 'a'), 'a')], [[], []]));
  test('one does not know it', () =>
    assert.deepEqual(shown([says('a'), ...whole('master', '-').slice(1)]), ['pair Node a Node g']));
  test('one sees it in another role', () =>
    assert.deepEqual(shown([says('a', [['g', 'master', '-', 4]]), ...whole('slave', 'b').slice(1)], 'b'), [
      'role Node g Node a',
    ]));
  test('it lacks slots, and the master of another', () => {
    const own = says('g', [
      ['g', 'master', '-', 4],
      ['b', 'master', '-', 2],
      ['d', 'master', '-', 0],
    ]);
    assert.deepEqual(shown([...whole('master', '-').slice(0, 6), own]), ['role Node d Node g', 'slots Node g Node b']);
  });
  test('what was wrong before is not its lack', () => {
    const dead = seven
      .filter(id => id !== 'e')
      .map(id =>
        says(
          id,
          [
            ['g', 'slave', 'a', 4],
            ['e', 'slave,fail', 'b', 2],
          ],
          'fail',
        ),
      );
    assert.deepEqual(shown(dead, 'a'), []);
  });
});

suite('topology/cluster/removeNode', () => {
  const plan = (opinions: readonly ClusterOpinion[], node: string, silent: readonly string[] = []) =>
    planNodeRemoval(viewOf(opinions), node, silent);
  test('a replica of several goes without a word', () =>
    assert.deepEqual(
      plan(
        [...six, 'g'].map(id => says(id, [['g', 'slave', 'a', 1]])),
        'Node g',
      ).notes,
      [],
    ));
  test('the last replica, and nodes that do not hear of it', () => {
    assert.deepEqual(plan(all([], 'ok', without('e')), 'Node d', ['Node e']).notes, [
      { code: 'removal-last-replica', node: 'Node d', master: 'Node a' },
      { code: 'removal-silent', nodes: ['Node e'] },
    ]);
  });
  test('replicas of an empty master go to those with fewest', () => {
    const rows = [
      ['a', 'master', '-', 1],
      ['b', 'master', '-', 2, '0-10922'],
      ['g', 'slave', 'a', 1],
    ] as const;
    const { moved, notes } = plan(
      [...six, 'g'].map(id => says(id, rows)),
      'Node a',
    );
    assert.deepEqual(
      moved.map(({ name, to }) => `${name}>${to.name}`),
      ['Node d>Node b', 'Node g>Node c'],
    );
    assert.deepEqual(notes, [{ code: 'removal-few-masters', masters: 2 }]);
  });
  const refused: readonly [title: string, code: NodeRemovalFault['code'], opinions: readonly ClusterOpinion[]][] = [
    ['slots', 'removal-has-slots', all()],
    [
      'slots that died with it',
      'removal-dead-with-slots',
      all([['a', 'master,fail', '-', 1, '0-5460']], 'fail', without('a')),
    ],
  ];
  for (const [title, code, opinions] of refused)
    test(title, () =>
      assert.throws(
        () => plan(opinions, 'a'),
        error => isFault(error, code),
      ),
    );
});
