import type { Address } from './address';
import { formatAddress } from './address';
import { clusterFindings } from './clusterFindings';
import type { ClusterFinding } from './clusterFindings';
import { compareNames } from './names';
import type { ClusterNodeLine, ClusterReport } from './report';
import { countSlots, paintOwners, rangesWhere, SLOT_COUNT } from './slots';
import type { SlotRange } from './slots';

/** What one answering node says. `node` is its id in the snapshot, `name` how people know it. */
export interface ClusterOpinion {
  readonly node: string;
  readonly name: string;
  readonly report: ClusterReport;
}

/** A cluster as all of its nodes see it together. Plain data: two equal clusters compare equal by content. */
export interface ClusterView {
  /** Masters in the order of their first slot, each followed by its replicas, then whatever is left. */
  readonly members: readonly ClusterMember[];
  /** One per master that owns slots or has replicas. */
  readonly shards: readonly ClusterShard[];
  /** Slots that nobody owns. */
  readonly uncovered: readonly SlotRange[];
  /** Slots about which the answering nodes differ, as ranges with the same claims. */
  readonly disputes: readonly SlotDispute[];
  /** Slots being moved, or left half moved. */
  readonly open: readonly OpenSlot[];
  readonly findings: readonly ClusterFinding[];
}

export interface ClusterMember {
  /** The cluster's own id of the node, 40 hex characters. */
  readonly id: string;
  /** Its id in the snapshot, when it has one. */
  readonly node?: string;
  /** Its name when it answered or is known otherwise, else its address. */
  readonly name: string;
  readonly address: Address;
  readonly role: 'master' | 'replica' | 'unknown';
  /** Of a replica: cluster id of its master. */
  readonly masterId?: string;
  /** Its own word if it answers, else the highest that others tell. Of a replica: its master's. */
  readonly configEpoch: number;
  /** Whether it gave its own view. */
  readonly answers: boolean;
  /** Worst that any answering node says of it. */
  readonly state: 'ok' | 'handshake' | 'noaddr' | 'suspected' | 'failed';
  /** It will not take over from its master (`cluster-replica-no-failover`). */
  readonly noFailover: boolean;
}

export interface ClusterShard {
  readonly masterId: string;
  readonly replicaIds: readonly string[];
  readonly ranges: readonly SlotRange[];
  readonly slots: number;
}

export interface SlotDispute {
  readonly ranges: readonly SlotRange[];
  /** Who says what: `owner` is a cluster id, or undefined for "nobody"; `by` are node ids of the snapshot. */
  readonly claims: readonly { readonly owner?: string; readonly by: readonly string[] }[];
}

export interface OpenSlot {
  readonly slot: number;
  /** Where it stands: ids of the node that says MIGRATING and of the one that says IMPORTING; one of them can be missing. */
  readonly migratingAt?: string;
  readonly importingAt?: string;
  /** What that node names as the other end. */
  readonly to?: string;
  readonly from?: string;
}

export type Known = (id: string, address: Address) => { readonly node: string; readonly name: string } | undefined;

/**
 * Puts the opinions of all answering nodes together. Owner of a slot, when opinions differ: whom the owner's own view confirms
 * (or who doesn't answer) with the highest config epoch, as the servers themselves will settle it; then whom most believe.
 * @param known the snapshot's id and name of a node that gave no opinion (a stopped container, say)
 */
export function clusterView(opinions: readonly ClusterOpinion[], known: Known = () => undefined): ClusterView {
  const lines = new Map<string, { line: ClusterNodeLine; by: ClusterOpinion }[]>();
  for (const by of opinions) {
    for (const line of by.report.nodes) {
      const told = lines.get(line.id);
      if (told) told.push({ line, by });
      else lines.set(line.id, [{ line, by }]);
    }
  }
  const own = new Map(opinions.map(opinion => [opinion.report.myId, opinion]));
  const unordered = [...lines].map(([id, told]) =>
    memberOf(
      id,
      told.map(({ line }) => line),
      own.get(id),
      known,
    ),
  );
  const { owned, disputes } = agree(opinions, new Map(unordered.map(member => [member.id, member])));
  const first = (id: string): number => owned.get(id)?.[0]?.[0] ?? SLOT_COUNT;
  const masters = unordered
    .filter(member => member.role !== 'replica')
    .sort((a, b) => first(a.id) - first(b.id) || compareNames(a.name, b.name));
  const replicas = unordered.filter(member => member.role === 'replica').sort((a, b) => compareNames(a.name, b.name));
  const followers = new Map<string, ClusterMember[]>(masters.map(master => [master.id, []]));
  const left = replicas.filter(replica => followers.get(replica.masterId ?? '')?.push(replica) === undefined);
  const members = [...masters.flatMap(master => [master, ...(followers.get(master.id) ?? [])]), ...left];
  const shards = masters.flatMap((master): ClusterShard[] => {
    const ranges = owned.get(master.id) ?? [];
    const replicaIds = (followers.get(master.id) ?? []).map(replica => replica.id);
    return ranges.length + replicaIds.length === 0
      ? []
      : [{ masterId: master.id, replicaIds, ranges, slots: countSlots(ranges) }];
  });
  const uncovered = rangesWhere(paintOwners(shards.map(shard => shard.ranges)), 0);
  const facts = { members, shards, uncovered, disputes, open: openSlots(opinions) };
  return { ...facts, findings: clusterFindings(facts, opinions) };
}

/** One number a slot: 0 = nobody, n = the n-th shard of the view. */
export function ownerMap(view: Pick<ClusterView, 'shards'>): Uint16Array {
  return paintOwners(view.shards.map(shard => shard.ranges));
}

function memberOf(
  id: string,
  told: readonly ClusterNodeLine[],
  self: ClusterOpinion | undefined,
  known: Known,
): ClusterMember {
  const own = self?.report.nodes.find(line => line.id === id);
  const best = own ?? told.reduce((a, b) => (b.configEpoch > a.configEpoch ? b : a));
  // A node's own line may lack the host (it learns its address from the first peer), so an address comes from whoever has one.
  const address =
    [best, ...told].find(line => line.address.host !== '' && line.address.port > 0)?.address ?? best.address;
  const has = (flag: string): boolean => told.some(line => line.flags.includes(flag));
  const role = best.flags.includes('master') ? 'master' : best.flags.includes('slave') ? 'replica' : 'unknown';
  const identity = self ?? known(id, address);
  return {
    id,
    address,
    role,
    configEpoch: best.configEpoch,
    answers: self !== undefined,
    ...(identity ? { node: identity.node } : {}),
    name: identity?.name ?? (address.host === '' ? id.slice(0, 8) : formatAddress(address)),
    ...(role === 'replica' && best.masterId !== undefined ? { masterId: best.masterId } : {}),
    state: has('fail')
      ? 'failed'
      : has('fail?')
        ? 'suspected'
        : has('noaddr')
          ? 'noaddr'
          : has('handshake')
            ? 'handshake'
            : 'ok',
    noFailover: has('nofailover'),
  };
}

/** Views with the same slot table are one claim, so a healthy cluster of a thousand nodes costs one pass over the slots. */
function agree(
  opinions: readonly ClusterOpinion[],
  members: ReadonlyMap<string, ClusterMember>,
): { owned: Map<string, readonly SlotRange[]>; disputes: SlotDispute[] } {
  const tables = new Map<string, { owners: { id: string; ranges: readonly SlotRange[] }[]; by: string[] }>();
  for (const { node, report } of opinions) {
    const owners = report.nodes
      .filter(line => line.slots.length > 0)
      .map(line => ({ id: line.id, ranges: line.slots }))
      .sort((a, b) => compareNames(a.id, b.id));
    const key = owners.map(owner => `${owner.id}:${owner.ranges.join(' ')}`).join('\n');
    const table = tables.get(key);
    if (table) table.by.push(node);
    else tables.set(key, { owners, by: [node] });
  }
  const claims = [...tables.values()];
  if (claims.length <= 1)
    return { owned: new Map(claims[0]?.owners.map(owner => [owner.id, owner.ranges])), disputes: [] };

  const ids = [...new Set(claims.flatMap(claim => claim.owners.map(owner => owner.id)))];
  const maps = claims.map(claim =>
    paintOwners(ids.map(id => claim.owners.find(owner => owner.id === id)?.ranges ?? [])),
  );
  const selfMap = ids.map(id => {
    const self = opinions.find(opinion => opinion.report.myId === id);
    return self && maps[claims.findIndex(claim => claim.by.includes(self.node))];
  });
  const settled = new Uint16Array(SLOT_COUNT);
  const disputed = new Map<string, number[]>();
  for (let slot = 0; slot < SLOT_COUNT; slot++) {
    const says = maps.map(map => map[slot] as number);
    if (says.every(owner => owner === says[0])) {
      settled[slot] = says[0] as number;
      continue;
    }
    let winner = 0;
    let best: readonly [number, number] = [-1, -1];
    for (const owner of new Set(says)) {
      if (owner === 0) continue;
      const self = selfMap[owner - 1];
      if (self !== undefined && self[slot] !== owner) continue; // its own view denies it
      const votes = claims.reduce((sum, claim, index) => sum + (says[index] === owner ? claim.by.length : 0), 0);
      const rank = [members.get(ids[owner - 1] as string)?.configEpoch ?? 0, votes] as const;
      if (rank[0] > best[0] || (rank[0] === best[0] && rank[1] > best[1])) [winner, best] = [owner, rank];
    }
    settled[slot] = winner;
    const key = says.join();
    const slots = disputed.get(key);
    if (slots) slots.push(slot);
    else disputed.set(key, [slot]);
  }
  const disputes = [...disputed].map(([key, slots]): SlotDispute => {
    const says = key.split(',').map(Number);
    const marks = new Uint8Array(SLOT_COUNT);
    for (const slot of slots) marks[slot] = 1;
    return {
      ranges: rangesWhere(marks, 1),
      claims: [...new Set(says)].map(owner => ({
        ...(owner === 0 ? {} : { owner: ids[owner - 1] as string }),
        by: claims.flatMap((claim, index) => (says[index] === owner ? claim.by : [])).sort(compareNames),
      })),
    };
  });
  return { owned: new Map(ids.map((id, index) => [id, rangesWhere(settled, index + 1)])), disputes };
}

/** Only what each node says of itself: CLUSTER NODES shows open slots on the `myself` line alone. */
function openSlots(opinions: readonly ClusterOpinion[]): OpenSlot[] {
  const selves = opinions.map(({ report }) => ({
    id: report.myId,
    line: report.nodes.find(line => line.id === report.myId),
  }));
  const importing = new Set(
    selves.flatMap(({ id, line }) =>
      (line?.importing ?? []).map(({ slot, from }) => ({ slot, importingAt: id, from })),
    ),
  );
  const open: OpenSlot[] = [];
  for (const { id, line } of selves) {
    for (const { slot, to } of line?.migrating ?? []) {
      const other = [...importing].find(half => half.slot === slot && half.importingAt === to && half.from === id);
      if (other) importing.delete(other);
      open.push({ slot, migratingAt: id, to, ...other });
    }
  }
  return [...open, ...importing].sort((a, b) => a.slot - b.slot);
}
