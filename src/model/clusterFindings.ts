import type { ClusterMember, ClusterOpinion, ClusterView } from './clusterView';
import type { ClusterNodeLine } from './report';
import type { Health } from './snapshot';
import { countSlots, SLOT_COUNT } from './slots';
import type { SlotRange } from './slots';

/**
 * What is wrong, or would hurt, in a cluster. A node is named by its id in the snapshot, or by the cluster's own id when only
 * hearsay knows it (look it up in `ClusterView.members`); `by` are the nodes that say so.
 */
export type ClusterFinding =
  | { readonly code: 'slots-uncovered'; readonly count: number; readonly ranges: readonly SlotRange[] }
  /** The master of these slots is marked failed. */
  | {
      readonly code: 'slots-master-failed';
      readonly node: string;
      readonly count: number;
      readonly ranges: readonly SlotRange[];
    }
  /** Nodes that say `cluster_state:fail`, each its own opinion. */
  | { readonly code: 'cluster-says-down'; readonly nodes: readonly string[] }
  /** Of the masters that own slots too few are alive: nothing can be failed over. */
  | { readonly code: 'majority-unreachable'; readonly majority: number; readonly usable: number }
  /** `node` still claims slots that a higher epoch gave to `owner`. */
  | {
      readonly code: 'stale-claim';
      readonly node: string;
      readonly owner: string;
      readonly ranges: readonly SlotRange[];
    }
  /** `nodes` are those in the minority. */
  | { readonly code: 'views-differ'; readonly nodes: readonly string[] }
  /** `nodes` are the ends that are open. */
  | { readonly code: 'slots-open'; readonly count: number; readonly nodes: readonly string[] }
  | { readonly code: 'epochs-equal'; readonly nodes: readonly string[]; readonly epoch: number }
  /** `agreed`: marked `fail` by the cluster; else `fail?`, only suspected by some. */
  | { readonly code: 'node-failing'; readonly node: string; readonly agreed: boolean; readonly by: readonly string[] }
  | {
      readonly code: 'node-not-joined';
      readonly node: string;
      readonly state: 'handshake' | 'noaddr';
      readonly by: readonly string[];
    }
  /** `by` don't list a node that others do. */
  | { readonly code: 'node-unknown'; readonly node: string; readonly by: readonly string[] }
  /** No bus link from `by` to the node. */
  | { readonly code: 'bus-link-down'; readonly node: string; readonly by: readonly string[] }
  /** Its master is no master. */
  | { readonly code: 'replica-of-nobody'; readonly node: string }
  /** A master with slots and without a living replica. */
  | { readonly code: 'no-replica'; readonly node: string }
  /** It will not take over (`cluster-replica-no-failover yes`). */
  | { readonly code: 'replica-no-failover'; readonly node: string };

/** Flags of CLUSTER NODES that tell of trouble, the worst first. */
const flagged = ['fail', 'fail?', 'noaddr', 'handshake'] as const;

function flagFinding(flag: (typeof flagged)[number], node: string, by: readonly string[]): ClusterFinding {
  return flag === 'noaddr' || flag === 'handshake'
    ? { code: 'node-not-joined', node, state: flag, by }
    : { code: 'node-failing', node, agreed: flag === 'fail', by };
}

type Facts = Omit<ClusterView, 'findings'>;

/** Worst first. */
export function clusterFindings(
  { members, shards, uncovered, disputes, open }: Facts,
  opinions: readonly ClusterOpinion[],
): ClusterFinding[] {
  const findings: ClusterFinding[] = [];
  const byId = new Map(members.map(member => [member.id, member]));
  const nodeOf = (id: string): string => byId.get(id)?.node ?? id;

  if (uncovered.length > 0 && opinions.length > 0)
    findings.push({ code: 'slots-uncovered', count: countSlots(uncovered), ranges: uncovered });
  const owners = shards.filter(shard => shard.slots > 0);
  for (const shard of owners) {
    if (byId.get(shard.masterId)?.state === 'failed')
      findings.push({
        code: 'slots-master-failed',
        node: nodeOf(shard.masterId),
        count: shard.slots,
        ranges: shard.ranges,
      });
  }
  const failing = opinions.filter(opinion => opinion.report.state === 'fail').map(opinion => opinion.node);
  if (failing.length > 0) findings.push({ code: 'cluster-says-down', nodes: failing });
  const alive = owners.filter(shard => isAlive(byId.get(shard.masterId))).length;
  const majority = Math.floor(owners.length / 2) + 1;
  if (owners.length > 0 && alive < majority) findings.push({ code: 'majority-unreachable', majority, usable: alive });

  findings.push(...staleClaims(opinions, owners, byId, nodeOf));
  const differ = new Set(
    disputes.flatMap(dispute =>
      [...dispute.claims]
        .sort((a, b) => b.by.length - a.by.length)
        .slice(1)
        .flatMap(claim => claim.by),
    ),
  );
  if (differ.size > 0) findings.push({ code: 'views-differ', nodes: [...differ] });
  if (open.length > 0)
    findings.push({
      code: 'slots-open',
      count: open.length,
      nodes: [
        ...new Set(open.flatMap(slot => [slot.migratingAt, slot.importingAt]).filter(id => id !== undefined)),
      ].map(nodeOf),
    });

  const masters = members.filter(member => member.role === 'master');
  for (const epoch of new Set(masters.map(master => master.configEpoch))) {
    const same = masters.filter(master => master.answers && master.configEpoch === epoch);
    if (same.length > 1) findings.push({ code: 'epochs-equal', nodes: same.map(member => nodeOf(member.id)), epoch });
  }

  const views = opinions.map(({ node, report }) => ({
    node,
    myId: report.myId,
    lines: new Map(report.nodes.map(line => [line.id, line])),
  }));
  for (const member of members) {
    const node = nodeOf(member.id);
    const told = views.map(view => ({
      node: view.node,
      self: view.myId === member.id,
      line: view.lines.get(member.id),
    }));
    const by = (test: (told: { self: boolean; line: ClusterNodeLine | undefined }) => boolean): string[] =>
      told.filter(test).map(view => view.node);
    for (const flag of flagged) {
      const sayers = by(({ line }) => line?.flags.includes(flag) ?? false);
      if (sayers.length === 0) continue;
      findings.push(flagFinding(flag, node, sayers));
      break;
    }
    // A node in handshake bears a passing id that only one node knows, so the others' silence about it means nothing.
    const ignorant = member.state === 'handshake' ? [] : by(({ line }) => line === undefined);
    if (ignorant.length > 0) findings.push({ code: 'node-unknown', node, by: ignorant });
    const cut = member.state === 'ok' ? by(({ self, line }) => !self && line?.connected === false) : [];
    if (cut.length > 0) findings.push({ code: 'bus-link-down', node, by: cut });
    if (member.role === 'replica' && byId.get(member.masterId ?? '')?.role !== 'master')
      findings.push({ code: 'replica-of-nobody', node });
  }
  for (const shard of owners) {
    const living = shard.replicaIds.filter(id => isAlive(byId.get(id)));
    if (living.length === 0) findings.push({ code: 'no-replica', node: nodeOf(shard.masterId) });
  }
  for (const member of members)
    if (member.noFailover && member.role === 'replica')
      findings.push({ code: 'replica-no-failover', node: nodeOf(member.id) });
  return findings;
}

function isAlive(member: ClusterMember | undefined): boolean {
  return member !== undefined && member.state !== 'failed' && member.state !== 'suspected';
}

/** A node that still claims slots in its own view although a higher epoch has them: a master that came back and wasn't told yet. */
function staleClaims(
  opinions: readonly ClusterOpinion[],
  owners: Facts['shards'],
  byId: ReadonlyMap<string, ClusterMember>,
  nodeOf: (id: string) => string,
): ClusterFinding[] {
  return opinions.flatMap(({ node, report }) => {
    const own = report.nodes.find(line => line.id === report.myId);
    if (!own || own.slots.length === 0) return [];
    return owners.flatMap((owner): ClusterFinding[] => {
      if (owner.masterId === own.id || (byId.get(owner.masterId)?.configEpoch ?? 0) <= own.configEpoch) return [];
      const claimed = intersect(own.slots, owner.ranges);
      return claimed.length === 0
        ? []
        : [{ code: 'stale-claim', node, owner: nodeOf(owner.masterId), ranges: claimed }];
    });
  });
}

function intersect(a: readonly SlotRange[], b: readonly SlotRange[]): SlotRange[] {
  return a.flatMap(x =>
    b.flatMap((y): SlotRange[] => {
      const range: SlotRange = [Math.max(x[0], y[0]), Math.min(x[1], y[1])];
      return range[0] <= range[1] ? [range] : [];
    }),
  );
}

const down: ReadonlySet<ClusterFinding['code']> = new Set([
  'slots-uncovered',
  'slots-master-failed',
  'majority-unreachable',
]);

/**
 * Health in one word with its reasons. `down` = a part of the key space has no living master, or every answering node
 * refuses; one node's `cluster_state:fail` alone is only that node's opinion.
 */
export function clusterHealth(view: ClusterView, opinions: readonly ClusterOpinion[]): Health {
  if (opinions.length === 0) return { level: 'unknown', reasons: [] };
  const refused = opinions.every(opinion => opinion.report.state === 'fail');
  const level =
    refused || view.findings.some(finding => down.has(finding.code))
      ? 'down'
      : view.findings.length > 0
        ? 'degraded'
        : 'healthy';
  return { level, reasons: view.findings };
}

/** Share of the key space with an owner, 0..1. */
export function coverage(view: Pick<ClusterView, 'uncovered'>): number {
  return 1 - countSlots(view.uncovered) / SLOT_COUNT;
}
