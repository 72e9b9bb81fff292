import type { Address } from './address';
import { formatAddress } from './address';
import type { SentinelMaster, SentinelPeer } from './report';
import type { Directory, ServerState } from './servers';
import { isAnswering, reportOf } from './servers';
import { majorityOf, survivalOf } from './quorum';
import type { Topology } from './snapshot';

/** What the Sentinels of one group believe together. */
export interface SentinelOpinion {
  readonly masterName: string;
  /** Where they believe the master is: the row of the highest config epoch, then what most say. */
  readonly agreed: Address;
  /** Answering Sentinels that believe in another master. */
  readonly dissenters: readonly ServerState[];
  readonly failingOver: boolean;
  /** Whether the agreed master is held for down, by one or by enough. */
  readonly agreedIsDown: boolean;
  /** Each Sentinel's row, of those that answer; of the silent ones their last. */
  readonly rows: readonly { readonly by: ServerState; readonly master: SentinelMaster; readonly answering: boolean }[];
  readonly quorum: NonNullable<Topology['quorum']>;
  /** Places (instances, hosts) whose loss ends failover although all is up now. */
  readonly fatalPlaces: readonly { readonly place: string; readonly left: number }[];
  /** Ids of the Sentinels that live there. */
  readonly fatal: ReadonlySet<string>;
  readonly needed: number;
}

/** @param members servers of the group; @param all every server, because a Sentinel of several masters lives in one group only */
export function sentinelOpinion(
  members: readonly ServerState[],
  all: readonly ServerState[],
  directory: Directory,
): SentinelOpinion | undefined {
  const inside = new Set(members);
  const candidates = all.flatMap(by =>
    (reportOf(by.contact)?.sentinel?.masters ?? []).map(master => ({ by, master, answering: isAnswering(by) })),
  );
  const watching = candidates.filter(({ by, master }) => {
    const found = directory.find(master.address, by);
    return found === undefined ? inside.has(by) : inside.has(found);
  });
  // the name most of them use; one group has one master, so another name is a leftover or a mistake
  const masterName = mostFrequent(watching.map(({ master }) => master.name));
  if (masterName === undefined) return undefined;
  const rows = watching.filter(({ master }) => master.name === masterName);
  const speaking = rows.some(({ answering }) => answering) ? rows.filter(({ answering }) => answering) : rows;
  const highest = Math.max(...speaking.map(({ master }) => master.configEpoch));
  const votes = speaking
    .filter(({ master }) => master.configEpoch === highest)
    .map(({ by, master }) => place(master.address, by, directory));
  const winner = mostFrequent(votes.map(({ key }) => key)) as string;
  const agreed = (votes.find(({ key }) => key === winner) as { address: Address }).address;
  const believers = speaking.filter(({ by, master }) => place(master.address, by, directory).key === winner);

  const flags = new Set(speaking.flatMap(({ master }) => master.flags));
  // Where all share one machine, its loss is the end of everything; what counts is then what is lost one by one.
  const spread = new Set(members.map(({ instance }) => instance?.host?.id)).size > 1;
  const places = sentinelPlaces(rows, directory, spread);
  const usable = rows.filter(({ answering }) => answering).length;
  const required = Math.max(...speaking.map(({ master }) => master.quorum));
  const down = new Set(
    places.flatMap(({ server }, index) => (server !== undefined && isAnswering(server) ? [] : [index])),
  );
  const survival = survivalOf({ quorum: required, places: places.map(({ place: name }) => name) }, down);
  return {
    masterName,
    agreed,
    rows,
    dissenters: speaking.filter(row => row.answering && !believers.includes(row)).map(({ by }) => by),
    failingOver: flags.has('failover_in_progress'),
    agreedIsDown: believers.some(({ master }) => master.flags.includes('o_down') || master.flags.includes('s_down')),
    quorum: { required, known: places.length, usable, majority: majorityOf(places.length) },
    fatalPlaces: survival.fatalPlaces,
    fatal: new Set(
      places.flatMap(({ place, server }) =>
        server !== undefined && survival.fatalPlaces.some(one => one.place === place) ? [server.id] : [],
      ),
    ),
    needed: survival.needed,
  };
}

/** All Sentinels ever known: those that told, and those in their tables, each once. */
function sentinelPlaces(
  rows: SentinelOpinion['rows'],
  directory: Directory,
  spread: boolean,
): readonly { readonly place: string; readonly server: ServerState | undefined }[] {
  const known = new Map<string, { place: string; server: ServerState | undefined }>();
  for (const { by } of rows) known.set(by.id, { place: placeOf(by, spread), server: by });
  for (const { by, master } of rows) {
    for (const peer of master.sentinels) {
      const server = directory.find(peer.address, by);
      const key = server?.id ?? formatAddress(peer.address);
      if (!known.has(key))
        known.set(key, { place: server === undefined ? peer.address.host : placeOf(server, spread), server });
    }
  }
  return [...known.values()];
}

/** What is lost as one with the server: its machine, where there are several. */
function placeOf(server: ServerState, spread: boolean): string {
  return (spread ? server.instance?.host?.id : undefined) ?? server.instance?.id ?? server.id;
}

/** Two addresses of one server are one place: Sentinels may know it by different ones. */
function place(
  address: Address,
  by: ServerState,
  directory: Directory,
): { readonly key: string; readonly address: Address } {
  return { key: directory.find(address, by)?.id ?? formatAddress(address), address };
}

/** What the Sentinels' tables say of a server that is not heard itself. */
export function tableRole(
  server: ServerState,
  opinion: SentinelOpinion,
  directory: Directory,
): 'master' | 'replica' | 'sentinel' | undefined {
  if (opinion.rows.some(({ by }) => by === server)) return 'sentinel';
  if (directory.find(opinion.agreed, opinion.rows[0]?.by) === server) return 'master';
  const listed = (list: (master: SentinelMaster) => readonly SentinelPeer[]): boolean =>
    opinion.rows.some(({ by, master }) => list(master).some(({ address }) => directory.find(address, by) === server));
  if (listed(master => master.sentinels)) return 'sentinel';
  return listed(master => master.replicas) ? 'replica' : undefined;
}

function mostFrequent(items: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0];
}
