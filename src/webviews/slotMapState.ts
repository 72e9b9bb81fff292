import type { ClusterView } from '../model/clusterView';
import type { SlotRange } from '../model/slots';
import { formatRanges, paintOwners, SLOT_COUNT } from '../model/slots';
import type { Topology } from '../model/snapshot';
import type { Head, HostMessage, MapNode, MapShard, MapState, Runs } from './slotMapProtocol';

/** Which colour each member of the cluster last had: a shard keeps its colour when it fails over or when slots move. */
export type Colours = ReadonlyMap<string, number>;

/** Gives each shard the colour that one of its members had, master first; new shards the lowest free one. */
export function assignColours(previous: Colours, shards: ClusterView['shards']): Colours {
  const taken = new Set<number>();
  const chosen = new Map<ClusterView['shards'][number], number>();
  for (const shard of shards) {
    const known = [shard.masterId, ...shard.replicaIds]
      .map(id => previous.get(id))
      .find(colour => colour !== undefined && !taken.has(colour));
    if (known === undefined) continue;
    chosen.set(shard, known);
    taken.add(known);
  }
  const colours = new Map<string, number>();
  for (const shard of shards) {
    let colour = chosen.get(shard) ?? 0;
    if (!chosen.has(shard)) while (taken.has(colour)) colour++;
    taken.add(colour);
    for (const id of [shard.masterId, ...shard.replicaIds]) colours.set(id, colour);
  }
  return colours;
}

/** The shards of the view, and masters that have neither slots nor replicas yet: they may be given some. */
export function shardsOf(view: Pick<ClusterView, 'shards' | 'members'>): ClusterView['shards'] {
  const known = new Set(view.shards.map(({ masterId }) => masterId));
  return [
    ...view.shards,
    ...view.members
      .filter(({ id, role, state }) => role === 'master' && state === 'ok' && !known.has(id))
      .map(({ id }) => ({ masterId: id, replicaIds: [], ranges: [], slots: 0 })),
  ];
}

/** The owner of each slot as the page numbers them: 0 = nobody, n = the shard of colour n - 1. */
export function ownersOf(view: ClusterView, colours: Colours): Uint16Array {
  const byColour: SlotRange[][] = [];
  for (const shard of view.shards) byColour[colours.get(shard.masterId) ?? 0] = [...shard.ranges];
  return paintOwners(Array.from(byColour, ranges => ranges ?? []));
}

/** @param reasons what is wrong, in words */
export function mapStateOf(
  topology: Pick<Topology, 'name' | 'health' | 'nodes'>,
  view: ClusterView,
  colours: Colours,
  reasons: readonly string[],
): MapState {
  const members = new Map(view.members.map(member => [member.id, member]));
  const node = (id: string): MapNode => {
    const member = members.get(id);
    return {
      name: member?.name ?? id.slice(0, 8),
      state: member?.state ?? 'noaddr',
      ...(member?.node === undefined ? {} : { node: member.node }),
    };
  };
  const owner = (id: string | undefined): number => (id === undefined ? 0 : (colours.get(id) ?? -1) + 1);
  return {
    title: topology.name,
    level: topology.health.level,
    reasons,
    shards: shardsOf(view)
      .map((shard): MapShard => {
        const report = topology.nodes.find(one => one.id === members.get(shard.masterId)?.node)?.contact;
        const said = report?.state === 'answering' ? report.report : undefined;
        return {
          colour: colours.get(shard.masterId) ?? 0,
          master: node(shard.masterId),
          replicas: shard.replicaIds.map(node),
          slots: shard.slots,
          ranges: formatRanges(shard.ranges, ', '),
          ...(said?.keys === undefined ? {} : { keys: said.keys }),
          ...(said?.usedMemoryBytes === undefined ? {} : { bytes: said.usedMemoryBytes }),
        };
      })
      .sort((a, b) => a.colour - b.colour),
    owners: runsOf(ownersOf(view, colours)),
    disputes: view.disputes.map(({ ranges, claims }) => ({
      ranges: ranges.flat(),
      claims: claims.map(({ owner: id, by }) => ({
        owner: owner(id),
        name: id === undefined ? '' : node(id).name,
        by: by.map(who => topology.nodes.find(one => one.id === who)?.name ?? who),
      })),
    })),
    open: view.open.map(({ slot, migratingAt, importingAt, from, to }) => {
      const source = migratingAt ?? from;
      const target = importingAt ?? to;
      return {
        slot,
        ...(source === undefined ? {} : { from: node(source).name }),
        ...(target === undefined ? {} : { to: node(target).name }),
      };
    }),
  };
}

export function runsOf(map: Uint16Array): Runs {
  return changedRuns(undefined, map);
}

/** Runs of equal owners where `next` differs from `previous` (everywhere without one). */
export function changedRuns(previous: Uint16Array | undefined, next: Uint16Array): Runs {
  const runs: number[] = [];
  for (let slot = 0; slot < SLOT_COUNT;) {
    if (previous !== undefined && previous[slot] === next[slot]) {
      slot++;
      continue;
    }
    const owner = next[slot] as number;
    let last = slot;
    while (
      last + 1 < SLOT_COUNT &&
      next[last + 1] === owner &&
      (previous === undefined || previous[last + 1] !== owner)
    )
      last++;
    runs.push(slot, last, owner);
    slot = last + 1;
  }
  return runs;
}

/** What to tell a page that shows `before`, or nothing. */
export function changeOf(
  before: MapState,
  ownersBefore: Uint16Array,
  after: MapState,
  owners: Uint16Array,
): HostMessage | undefined {
  const texts = new Map(before.shards.map(shard => [shard.colour, JSON.stringify(shard)]));
  const runs = changedRuns(ownersBefore, owners);
  const shards = after.shards.filter(shard => texts.get(shard.colour) !== JSON.stringify(shard));
  const gone = before.shards
    .filter(({ colour }) => !after.shards.some(shard => shard.colour === colour))
    .map(({ colour }) => colour);
  const changed = (['title', 'level', 'reasons', 'disputes', 'open'] as const).filter(
    key => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  );
  if (runs.length + shards.length + gone.length + changed.length === 0) return undefined;
  return {
    type: 'change',
    runs,
    shards,
    gone,
    ...(Object.fromEntries(changed.map(key => [key, after[key]])) as Partial<Head>),
  };
}
