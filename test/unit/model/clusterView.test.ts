import assert from 'node:assert/strict';
import { clusterHealth } from '../../../src/model/clusterFindings';
import { clusterView, ownerMap } from '../../../src/model/clusterView';
import type { ClusterOpinion } from '../../../src/model/clusterView';
import { formatRanges } from '../../../src/model/slots';
import type { Row } from '../../support/clusterOpinions';
import { all, says, six, without } from '../../support/clusterOpinions';

suite('model/clusterView', () => {
  const cases: readonly [title: string, opinions: ClusterOpinion[], level: string, findings: readonly object[]][] = [
    ['all agree', all(), 'healthy', []],
    ['nobody answers', [], 'unknown', []],
    ['one view is enough to draw, and the silent are no finding of themselves', [says('a')], 'healthy', []],
    [
      'a hole that all see',
      all([['c', 'master', '-', 3, '10923-16000']], 'fail'),
      'down',
      [
        { code: 'slots-uncovered', count: 383, ranges: [[16001, 16383]] },
        { code: 'cluster-says-down', nodes: six.map(id => `node-${id}`) },
      ],
    ],
    [
      'DELSLOTS on the owner: five say ok, and are wrong',
      [says('a', [['a', 'master', '-', 1, '0-99 101-5460']], 'fail'), ...all([], 'ok', without('a'))],
      'down',
      [
        { code: 'slots-uncovered', count: 1, ranges: [[100, 100]] },
        { code: 'cluster-says-down', nodes: ['node-a'] },
        { code: 'views-differ', nodes: ['node-a'] },
      ],
    ],
    [
      'one node lags behind a failover',
      [
        ...all(
          [
            ['a', 'slave', 'd', 4],
            ['d', 'master', '-', 4, '0-5460'],
          ],
          'ok',
          without('f'),
        ),
        says('f'),
      ],
      'degraded',
      [{ code: 'views-differ', nodes: ['node-f'] }],
    ],
    [
      'an old master came back and claims its slots',
      [says('a'), ...all([['d', 'master', '-', 4, '0-5460']], 'ok', without('a'))],
      'degraded',
      [
        { code: 'stale-claim', node: 'node-a', owner: 'node-d', ranges: [[0, 5460]] },
        { code: 'views-differ', nodes: ['node-a'] },
        { code: 'no-replica', node: 'node-d' },
      ],
    ],
    [
      'master gone, replica not yet promoted',
      all([['a', 'master,fail', '-', 1, '0-5460']], 'fail', without('a')),
      'down',
      [
        { code: 'slots-master-failed', node: 'a', count: 5461, ranges: [[0, 5460]] },
        { code: 'cluster-says-down', nodes: ['node-b', 'node-c', 'node-d', 'node-e', 'node-f'] },
        { code: 'node-failing', node: 'a', agreed: true, by: ['node-b', 'node-c', 'node-d', 'node-e', 'node-f'] },
      ],
    ],
    [
      'two of three masters frozen: no majority',
      all(
        [
          ['a', 'master,fail?', '-', 1, '0-5460'],
          ['b', 'master,fail?', '-', 2, '5461-10922'],
        ],
        'fail',
        ['c', 'd'],
      ),
      'down',
      [
        { code: 'cluster-says-down', nodes: ['node-c', 'node-d'] },
        { code: 'majority-unreachable', majority: 2, usable: 1 },
        { code: 'node-failing', node: 'a', agreed: false, by: ['node-c', 'node-d'] },
        { code: 'node-failing', node: 'b', agreed: false, by: ['node-c', 'node-d'] },
      ],
    ],
    [
      'a master whose replica failed',
      all([['d', 'slave,fail', 'a', 1]], 'ok', without('d')),
      'degraded',
      [
        { code: 'node-failing', node: 'd', agreed: true, by: ['node-a', 'node-b', 'node-c', 'node-e', 'node-f'] },
        { code: 'no-replica', node: 'node-a' },
      ],
    ],
    [
      'a replica that will not take over',
      all([['e', 'slave,nofailover', 'b', 2]]),
      'degraded',
      [{ code: 'replica-no-failover', node: 'node-e' }],
    ],
    [
      'equal epochs',
      all([['b', 'master', '-', 1, '5461-10922']]),
      'degraded',
      [{ code: 'epochs-equal', nodes: ['node-a', 'node-b'], epoch: 1 }],
    ],
    [
      'not fully meshed',
      [says('a', [['f', '', '-', 0]]), ...all([], 'ok', without('a'))],
      'degraded',
      [{ code: 'node-unknown', node: 'node-f', by: ['node-a'] }],
    ],
    [
      'a one-way link',
      [says('a', [['b', 'master', '-', 2, '5461-10922', { connected: false }]]), ...all([], 'ok', without('a'))],
      'degraded',
      [{ code: 'bus-link-down', node: 'node-b', by: ['node-a'] }],
    ],
    [
      'a handshake that only one sees',
      [says('a', [['x', 'handshake', '-', 0]]), ...all([], 'ok', without('a'))],
      'degraded',
      [{ code: 'node-not-joined', node: 'x', state: 'handshake', by: ['node-a'] }],
    ],
    [
      'a node that lost its address',
      all([['f', 'slave,noaddr', 'c', 3]], 'ok', without('f')),
      'degraded',
      [{ code: 'node-not-joined', node: 'f', state: 'noaddr', by: ['node-a', 'node-b', 'node-c', 'node-d', 'node-e'] }],
    ],
    [
      'a replica of a replica',
      all([['e', 'slave', 'd', 1]]),
      'degraded',
      [
        { code: 'replica-of-nobody', node: 'node-e' },
        { code: 'no-replica', node: 'node-b' },
      ],
    ],
  ];
  for (const [title, opinions, level, findings] of cases) {
    test(title, () => {
      const view = clusterView(opinions);
      assert.deepEqual(view.findings, findings);
      assert.equal(clusterHealth(view, opinions).level, level);
    });
  }

  test('members stand by slots, replicas after their master', () => {
    const view = clusterView(
      all([
        ['a', 'slave', 'd', 4],
        ['d', 'master', '-', 4, '0-5460'],
      ]),
    );
    assert.deepEqual(
      view.members.map(member => member.id),
      ['d', 'a', 'b', 'e', 'c', 'f'],
    );
    assert.deepEqual(
      view.shards.map(shard => [shard.masterId, shard.replicaIds.join(), formatRanges(shard.ranges), shard.slots]),
      [
        ['d', 'a', '0-5460', 5461],
        ['b', 'e', '5461-10922', 5462],
        ['c', 'f', '10923-16383', 5461],
      ],
    );
    assert.deepEqual(
      [0, 5460, 5461, 16383].map(slot => ownerMap(view)[slot]),
      [1, 1, 2, 3],
    );
  });

  test('a dispute names who says what, and the higher epoch wins', () => {
    const view = clusterView([says('a'), ...all([['d', 'master', '-', 4, '0-5460']], 'ok', without('a'))]);
    assert.deepEqual(view.disputes, [
      {
        ranges: [[0, 5460]],
        claims: [
          { owner: 'a', by: ['node-a'] },
          { owner: 'd', by: ['node-b', 'node-c', 'node-d', 'node-e', 'node-f'] },
        ],
      },
    ]);
    assert.equal(view.shards[0]?.masterId, 'd');
  });

  const migrating: Row = ['a', 'master', '-', 1, '0-5460', { migrating: [{ slot: 7, to: 'b' }] }];
  const importing: Row = ['b', 'master', '-', 2, '5461-10922', { importing: [{ slot: 7, from: 'a' }] }];
  const both = { slot: 7, migratingAt: 'a', to: 'b', importingAt: 'b', from: 'a' };
  const opens: readonly [string, ClusterOpinion[], readonly object[], readonly string[]][] = [
    ['both ends', [says('a', [migrating]), says('b', [importing])], [both], ['node-a', 'node-b']],
    [
      'both ends, the importing one asked first',
      [says('b', [importing]), says('a', [migrating])],
      [both],
      ['node-a', 'node-b'],
    ],
    ['only the source', [says('a', [migrating]), says('b')], [{ slot: 7, migratingAt: 'a', to: 'b' }], ['node-a']],
    ['only the target', [says('a'), says('b', [importing])], [{ slot: 7, importingAt: 'b', from: 'a' }], ['node-b']],
  ];
  for (const [title, opinions, open, nodes] of opens) {
    test(`open slot: ${title}`, () => {
      const view = clusterView(opinions);
      assert.deepEqual(view.open, open);
      assert.deepEqual(view.findings, [{ code: 'slots-open', count: 1, nodes }]);
    });
  }

  test('names come from the one who knows when the node itself is silent', () => {
    const view = clusterView([says('a')], id => (id === 'b' ? { node: 'n2', name: 'orders-2' } : undefined));
    assert.deepEqual(
      view.members.map(member => member.name),
      ['Node a', '10.0.0.1:7100', 'orders-2', '10.0.0.1:7101', '10.0.0.1:7099', '10.0.0.1:7102'],
    );
  });
});
