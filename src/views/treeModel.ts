import type { Target } from '../editor/target';
import type { Translate } from '../editor/translate';
import type { Node, Snapshot, Topology } from '../model/snapshot';
import type { NodePlace } from './describeNode';
import { describeNode } from './describeNode';
import { describeTopology } from './describeTopology';
import type { Row } from './row';

/** One row with what stands below it. `key` is stable over refreshes, so that selection and expansion survive. */
export interface Branch {
  readonly key: string;
  readonly target: Target;
  readonly row: Row;
  readonly children: readonly Branch[];
}

/** The whole tree of a snapshot: topology → masters, their replicas under them → what follows nobody → sentinels. */
export function growTree(t: Translate, snapshot: Snapshot): readonly Branch[] {
  const topologies = snapshot.topologies.map(topology => topologyBranch(t, topology));
  return snapshot.others.length === 0 ? topologies : [...topologies, othersBranch(t, snapshot.others)];
}

function topologyBranch(t: Translate, topology: Topology): Branch {
  const here = new Map(topology.nodes.map(node => [node.id, node]));
  const replicasOf = (master: Node): readonly Node[] => topology.nodes.filter(node => node.role === 'replica' && node.masterId === master.id);
  const leaf = (node: Node, children: readonly Branch[] = []): Branch => {
    const masterName = node.masterId === undefined ? undefined : here.get(node.masterId)?.name;
    const slots = topology.shards?.find(shard => shard.nodes[0] === node.id)?.slots;
    const place: NodePlace = {
      kind: topology.kind, topology: topology.name, owned: topology.owned, replicas: replicasOf(node).length,
      ...(masterName === undefined ? {} : { masterName }),
      ...(slots === undefined ? {} : { slots }),
    };
    return { key: `${topology.id}/${node.id}`, target: { kind: 'node', node: node.id, topology: topology.id }, row: describeNode(t, node, place), children };
  };
  const shown = new Set<string>();
  const withReplicas = (node: Node): Branch => {
    shown.add(node.id);
    return leaf(node, replicasOf(node).filter(replica => !shown.has(replica.id)).map(withReplicas)); // a replica may feed replicas of its own
  };
  const masters = topology.nodes.filter(node => node.role === 'master').map(withReplicas);
  const loose = topology.nodes.filter(node => node.role !== 'sentinel' && !shown.has(node.id)).sort((a, b) => Number(followsOther(a, here)) - Number(followsOther(b, here)));
  const adrift = loose.flatMap(node => shown.has(node.id) ? [] : [withReplicas(node)]);
  const sentinels = topology.nodes.filter(node => node.role === 'sentinel').map(node => leaf(node));
  return { key: topology.id, target: { kind: 'topology', topology: topology.id }, row: describeTopology(t, topology), children: [...masters, ...adrift, ...sentinels] };
}

/** Roots of a chain come first, so that a replica of a replica is not shown beside it. */
function followsOther(node: Node, here: ReadonlyMap<string, Node>): boolean {
  return node.masterId !== undefined && here.has(node.masterId);
}

function othersBranch(t: Translate, others: readonly Node[]): Branch {
  const label = t('Other Redis containers');
  return {
    key: 'others',
    target: { kind: 'others' },
    row: {
      label,
      description: String(others.length),
      icon: { id: 'archive' },
      tooltip: t('Redis servers on this machine that belong to no topology. They are only looked at, except where you click.'),
      contextValue: 'others',
      spoken: t('{0}: {1} servers.', label, others.length),
    },
    children: others.map(node => ({ key: `others/${node.id}`, target: { kind: 'node', node: node.id }, row: describeNode(t, node, { kind: 'alone', owned: false, replicas: 0 }), children: [] })),
  };
}

/**
 * What has to be redrawn to get from `before` to `after`: `'all'` when top-level rows came or went, or a row moved to another
 * parent (VS Code then forgets what the row stands for, unless it begins anew), else the branches whose own row or list of
 * children changed, none of which lies inside another.
 */
export function changedBranches(before: readonly Branch[], after: readonly Branch[]): 'all' | readonly Branch[] {
  if (!sameKeys(before, after) || hasMoved(before, after)) return 'all';
  const changed: Branch[] = [];
  const visit = (old: Branch, now: Branch): void => {
    if (!sameKeys(old.children, now.children) || JSON.stringify(old.row) !== JSON.stringify(now.row)) changed.push(now);
    else now.children.forEach((child, index) => visit(old.children[index] as Branch, child));
  };
  after.forEach((branch, index) => visit(before[index] as Branch, branch));
  return changed;
}

function hasMoved(before: readonly Branch[], after: readonly Branch[]): boolean {
  const old = indexTree(before);
  return [...indexTree(after)].some(([key, { parent }]) => old.has(key) && old.get(key)?.parent !== parent);
}

function sameKeys(a: readonly Branch[], b: readonly Branch[]): boolean {
  return a.length === b.length && a.every((branch, index) => branch.key === b[index]?.key);
}

/**
 * Branches that stood there without children and have some now. VS Code shows such a row collapsed, whatever its item says, so
 * that the replicas of a newly promoted master would be hidden.
 */
export function newParents(before: readonly Branch[], after: readonly Branch[]): readonly Branch[] {
  const old = indexTree(before);
  return [...indexTree(after).values()].map(({ branch }) => branch).filter(branch => branch.children.length > 0 && old.get(branch.key)?.branch.children.length === 0);
}

/** Every branch of the tree by its key, and the key of its parent. */
export function indexTree(roots: readonly Branch[]): ReadonlyMap<string, { readonly branch: Branch; readonly parent?: string }> {
  const index = new Map<string, { readonly branch: Branch; readonly parent?: string }>();
  const visit = (branch: Branch, parent: string | undefined): void => {
    index.set(branch.key, parent === undefined ? { branch } : { branch, parent });
    for (const child of branch.children) visit(child, branch.key);
  };
  for (const root of roots) visit(root, undefined);
  return index;
}
