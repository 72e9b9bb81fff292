import type { Translate } from '../editor/translate';
import type { Node, Snapshot, Topology } from '../model/snapshot';
import { belongingOf } from './contextValue';
import type { NodePlace } from './describeNode';
import { describeNode } from './describeNode';
import { describeTopology } from './describeTopology';
import type { ProblemLine } from './problemLines';
import { problemBranches } from './problemLines';
import type { Branch } from './treeShape';

/** The whole tree of a snapshot: topology → masters, their replicas under them → what follows nobody → sentinels. */
export function growTree(t: Translate, snapshot: Snapshot, problems: readonly ProblemLine[] = []): readonly Branch[] {
  const topologies = snapshot.topologies.map(topology =>
    topologyBranch(
      t,
      topology,
      problems.filter(line => line.topology === topology.id),
    ),
  );
  return snapshot.others.length === 0
    ? topologies
    : [
        ...topologies,
        othersBranch(
          t,
          snapshot.others,
          problems.filter(line => line.topology === undefined),
        ),
      ];
}

function topologyBranch(t: Translate, topology: Topology, problems: readonly ProblemLine[]): Branch {
  const here = new Map(topology.nodes.map(node => [node.id, node]));
  const replicasOf = (master: Node): readonly Node[] =>
    topology.nodes.filter(node => node.role === 'replica' && node.masterId === master.id);
  const leaf = (node: Node, parent: string, childrenOf: (key: string) => readonly Branch[] = () => []): Branch => {
    const masterName = node.masterId === undefined ? undefined : here.get(node.masterId)?.name;
    const slots = topology.shards?.find(shard => shard.nodes[0] === node.id)?.slots;
    const place: NodePlace = {
      kind: topology.kind,
      topology: topology.name,
      belonging: belongingOf(topology),
      replicas: replicasOf(node).length,
      ...(masterName === undefined ? {} : { masterName }),
      ...(slots === undefined ? {} : { slots }),
    };
    const below = keyOf(node, parent, true);
    const children = [
      ...problemBranches(
        problems.filter(line => line.node === node.id),
        below,
        node.name,
      ),
      ...childrenOf(below),
    ];
    return {
      key: keyOf(node, parent, children.length > 0),
      target: { kind: 'node', node: node.id, topology: topology.id },
      row: describeNode(t, node, place),
      children,
    };
  };
  const shown = new Set<string>();
  const withReplicas = (node: Node, parent: string): Branch => {
    shown.add(node.id);
    return leaf(node, parent, key =>
      replicasOf(node)
        .filter(replica => !shown.has(replica.id))
        .map(replica => withReplicas(replica, key)),
    ); // a replica may feed replicas of its own
  };
  const masters = topology.nodes.filter(node => node.role === 'master').map(node => withReplicas(node, topology.id));
  const loose = topology.nodes
    .filter(node => node.role !== 'sentinel' && !shown.has(node.id))
    .sort((a, b) => Number(followsOther(a, here)) - Number(followsOther(b, here)));
  const adrift = loose.flatMap(node => (shown.has(node.id) ? [] : [withReplicas(node, topology.id)]));
  const sentinels = topology.nodes.filter(node => node.role === 'sentinel').map(node => leaf(node, topology.id));
  return {
    key: topology.id,
    target: { kind: 'topology', topology: topology.id },
    row: describeTopology(
      t,
      topology,
      problems.map(({ text }) => text),
    ),
    children: [
      ...problemBranches(
        problems.filter(line => line.node === undefined || !here.has(line.node)),
        topology.id,
      ),
      ...masters,
      ...adrift,
      ...sentinels,
    ],
  };
}

/**
 * A row's key holds its way from the top, and whether it has rows below it. VS Code mixes rows up that change parents under one
 * key (menu commands are then called without their row), and keeps a row closed that becomes a parent.
 */
function keyOf(node: Node, parent: string, isParent: boolean): string {
  return `${parent}/${node.id}${isParent ? '+' : ''}`;
}

/** Roots of a chain come first, so that a replica of a replica is not shown beside it. */
function followsOther(node: Node, here: ReadonlyMap<string, Node>): boolean {
  return node.masterId !== undefined && here.has(node.masterId);
}

function othersBranch(t: Translate, others: readonly Node[], problems: readonly ProblemLine[]): Branch {
  const label = t('Other Redis containers');
  return {
    key: 'others',
    target: { kind: 'others' },
    row: {
      label,
      description: String(others.length),
      icon: { id: 'archive' },
      tooltip: t(
        'Redis servers on this machine that belong to no topology. They are only looked at, except where you click.',
      ),
      contextValue: 'others',
      spoken: t('{0}: {1} servers.', label, others.length),
    },
    children: others.map(node => {
      const own = problems.filter(line => line.node === node.id && line.inRow !== true);
      const key = keyOf(node, 'others', own.length > 0);
      return {
        key,
        target: { kind: 'node', node: node.id },
        row: describeNode(t, node, { kind: 'alone', belonging: 'found', replicas: 0 }),
        children: problemBranches(own, key, node.name),
      };
    }),
  };
}
