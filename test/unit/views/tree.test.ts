import assert from 'node:assert/strict';
import { growTree } from '../../../src/views/growTree';
import type { Branch } from '../../../src/views/treeShape';
import { changedBranches, indexTree } from '../../../src/views/treeShape';
import type { Node, Snapshot, Topology } from '../../../src/model/snapshot';
import { plain } from '../../support/plain';
import { instance, node, sentinelTopology, snapshotOf } from '../../support/snapshots';

/** The tree as indented labels. */
function drawn(branches: readonly Branch[], depth = 0): string {
  return branches
    .map(branch => `${' '.repeat(depth)}${branch.row.label}\n${drawn(branch.children, depth + 1)}`)
    .join('');
}
const grow = (...topologies: readonly Topology[]): readonly Branch[] => growTree(plain, snapshotOf(...topologies));
const changeNode = (topology: Topology, id: string, rest: Partial<Node>): Topology => ({
  ...topology,
  nodes: topology.nodes.map(it => (it.id === id ? { ...it, ...rest } : it)),
});

suite('tree of a snapshot', () => {
  const whole = sentinelTopology();
  const chain = sentinelTopology({
    nodes: [node('a', 'master'), node('b', 'replica', { masterId: 'a' }), node('c', 'replica', { masterId: 'b' })],
  });
  const lost = sentinelTopology({
    nodes: [node('b', 'replica', { masterId: 'gone' }), node('c', 'replica', { masterId: 'b' }), node('s', 'sentinel')],
  });
  const ring = sentinelTopology({
    nodes: [node('a', 'replica', { masterId: 'b' }), node('b', 'replica', { masterId: 'a' })],
  });
  const others: Snapshot = { engines: [], topologies: [], others: [node('lonely', 'master')] };
  const cases: readonly (readonly [what: string, tree: readonly Branch[], picture: string])[] = [
    [
      'master, its replicas under it, then sentinels',
      grow(whole),
      'orders\n redis-1\n  redis-2\n  redis-3\n sentinel-1\n sentinel-2\n sentinel-3\n',
    ],
    ['a replica of a replica stands under that one', grow(chain), 'orders\n a\n  b\n   c\n'],
    ['without a master the replicas still show', grow(lost), 'orders\n b\n  c\n s\n'],
    ['replicas that follow each other show once each', grow(ring), 'orders\n a\n  b\n'],
    ['others have their own group', growTree(plain, others), 'Other Redis containers\n lonely\n'],
    ['nothing', grow(), ''],
  ];
  for (const [what, tree, picture] of cases) test(what, () => assert.equal(drawn(tree), picture));

  test('every key is unique and knows its parent', () => {
    const index = indexTree(grow(whole));
    assert.equal(index.size, 7);
    assert.equal(index.get('t1/redis-1+/redis-2')?.parent, 't1/redis-1+');
    assert.equal(index.get('t1')?.parent, undefined);
  });
});

suite('keys', () => {
  test('differ for a row under another parent, and for one that becomes a parent', () => {
    const before = new Set(indexTree(grow(sentinelTopology())).keys());
    const after = sentinelTopology({
      nodes: [
        node('redis-2', 'master'),
        node('redis-1', 'replica', { masterId: 'redis-2' }),
        node('sentinel-1', 'sentinel'),
      ],
    });
    assert.deepEqual(
      [...indexTree(grow(after)).keys()].filter(key => before.has(key)),
      ['t1', 't1/sentinel-1'],
    );
  });
});

suite('what is redrawn', () => {
  const before = sentinelTopology();
  const keys = (after: Topology): string | readonly string[] => {
    const changed = changedBranches(grow(before), grow(after));
    return changed === 'all' ? changed : changed.map(({ key }) => key);
  };
  const promoted = changeNode(changeNode(before, 'redis-1', { role: 'replica', masterId: 'redis-2' }), 'redis-2', {
    role: 'master',
  });
  const cases: readonly (readonly [what: string, after: Topology, expected: 'all' | readonly string[]])[] = [
    ['nothing when nothing changed', sentinelTopology(), []],
    [
      'nothing when only a figure of the tooltip changed',
      changeNode(before, 'redis-3', { lag: { bytes: 17, seconds: 0 } }),
      [],
    ],
    [
      'one node when it fell behind',
      changeNode(before, 'redis-3', { lag: { bytes: 9, seconds: 1 }, contact: { state: 'silent', reason: 'timeout' } }),
      ['t1/redis-1+/redis-3'],
    ],
    [
      'the sentinel that stopped',
      changeNode(before, 'sentinel-2', { instance: instance('exited') }),
      ['t1/sentinel-2'],
    ],
    ['the topology when rows moved to another parent', promoted, ['t1']],
    ['the topology when a node came', { ...before, nodes: [...before.nodes, node('sentinel-4', 'sentinel')] }, ['t1']],
    [
      'the topology when its health changed',
      { ...before, health: { level: 'down', reasons: [{ code: 'no-master' }] } },
      ['t1'],
    ],
    ['everything when another topology came', { ...before, id: 't2' }, 'all'],
  ];
  for (const [what, after, expected] of cases) test(what, () => assert.deepEqual(keys(after), expected));
});
