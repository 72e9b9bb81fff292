import assert from 'node:assert/strict';
import type { Node, Topology } from '../../../src/model/snapshot';
import { formatAddress } from '../../../src/model/address';
import type { Standpoint } from '../../../src/topology/access';
import { accessOfNode, accessOfTopology, needsStandpoint } from '../../../src/topology/access';
import { node, sentinelTopology } from '../../support/snapshots';

/** A server that announces 10.0.0.<n>:<port> and is reached on 127.0.0.1:<port>. */
function server(name: string, role: Node['role'], n: number, rest: Partial<Node> = {}): Node {
  return node(name, role, {
    announced: { host: `10.0.0.${n}`, port: 6370 + n },
    reachable: { host: '127.0.0.1', port: 6370 + n },
    ...rest,
  });
}

const sentinels = [
  server('s1', 'sentinel', 4),
  server('s2', 'sentinel', 5, { reachable: { host: '10.0.0.5', port: 6375 } }),
];
const servers = [server('r1', 'master', 1), server('r2', 'replica', 2)];
const topology = (kind: Topology['kind'], nodes: readonly Node[]): Topology => ({ ...sentinelTopology(), kind, nodes });

/** An absent field of the fixture, not one with the value `undefined`. */
function without(from: Node, field: 'reachable' | 'announced'): Node {
  return Object.fromEntries(Object.entries(from).filter(([name]) => name !== field)) as unknown as Node;
}

function told(kind: Topology['kind'], nodes: readonly Node[], from: Standpoint): string {
  const access = accessOfTopology(topology(kind, nodes), from);
  if ('code' in access) return access.code;
  return [
    access.kind,
    access.masterName,
    access.seeds.map(formatAddress).join(' '),
    access.map.map(({ announced, reachable }) => `${formatAddress(announced)}=${formatAddress(reachable)}`).join(' '),
    access.successors.length > 0 ? `then ${access.successors.map(formatAddress).join(' ')}` : undefined,
  ]
    .filter(Boolean)
    .join(' | ');
}

suite('topology/access: what a program needs to connect', () => {
  const cases: readonly [
    title: string,
    kind: Topology['kind'],
    nodes: readonly Node[],
    from: Standpoint,
    expected: string,
  ][] = [
    [
      'Sentinels first, all addresses mapped that differ',
      'sentinel',
      [...servers, ...sentinels],
      'here',
      'sentinel | orders | 127.0.0.1:6374 10.0.0.5:6375 | 10.0.0.1:6371=127.0.0.1:6371 10.0.0.2:6372=127.0.0.1:6372 10.0.0.4:6374=127.0.0.1:6374',
    ],
    [
      'in the network nothing is mapped',
      'sentinel',
      [...servers, ...sentinels],
      'network',
      'sentinel | orders | 10.0.0.4:6374 10.0.0.5:6375',
    ],
    [
      'a Sentinel that cannot be reached is left out',
      'sentinel',
      [...servers, without(sentinels[0]!, 'reachable'), sentinels[1]!],
      'here',
      'sentinel | orders | 10.0.0.5:6375 | 10.0.0.1:6371=127.0.0.1:6371 10.0.0.2:6372=127.0.0.1:6372',
    ],
    ['no Sentinel can be reached', 'sentinel', [...servers, without(sentinels[0]!, 'reachable')], 'here', 'nobody'],
    [
      'a cluster: all its nodes',
      'cluster',
      servers,
      'here',
      'cluster | 127.0.0.1:6371 127.0.0.1:6372 | 10.0.0.1:6371=127.0.0.1:6371 10.0.0.2:6372=127.0.0.1:6372',
    ],
    ['a cluster, from its network', 'cluster', servers, 'network', 'cluster | 10.0.0.1:6371 10.0.0.2:6372'],
    [
      'plain replication: the master alone',
      'replication',
      servers,
      'here',
      'standalone | 127.0.0.1:6371 | then 127.0.0.1:6372',
    ],
    [
      'a master without replicas is not replaced',
      'replication',
      servers.slice(0, 1),
      'here',
      'standalone | 127.0.0.1:6371',
    ],
    ['replication without a master', 'replication', servers.slice(1), 'here', 'nobody'],
    [
      'two nodes behind the same address are one seed',
      'cluster',
      [servers[0]!, servers[0]!],
      'network',
      'cluster | 10.0.0.1:6371',
    ],
  ];
  for (const [title, kind, nodes, from, expected] of cases)
    test(title, () => assert.equal(told(kind, nodes, from), expected));

  test('one server, whatever its role', () => {
    assert.deepEqual(accessOfNode(servers[1]!, 'here'), {
      kind: 'standalone',
      seeds: [{ host: '127.0.0.1', port: 6372 }],
      map: [],
      successors: [],
    });
    assert.deepEqual(accessOfNode(without(servers[1]!, 'announced'), 'network'), { code: 'nobody' });
  });

  test('where the program runs matters only when an address differs', () => {
    assert.equal(needsStandpoint(servers), true);
    assert.equal(needsStandpoint([server('r', 'master', 1, { reachable: { host: '10.0.0.1', port: 6371 } })]), false);
  });
});
