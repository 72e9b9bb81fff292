/**
 * What a set of Sentinels can still decide. To agree that a master is down takes `quorum` of them; to promote a replica takes the
 * votes of max(quorum, majority of all Sentinels **ever known**, alive or not) (`sentinelGetLeader` of Redis). CKQUORUM answers OK
 * for every trap while all are up, so survival is computed from where each Sentinel lives.
 */
export interface SentinelSet {
  readonly quorum: number;
  /** Where each Sentinel lives: a container, a process, a host; whatever is lost as one. One entry a Sentinel. */
  readonly places: readonly string[];
}

/** Votes that a majority of `known` Sentinels takes. */
export function majorityOf(known: number): number {
  return Math.floor(known / 2) + 1;
}

/** Votes that a failover takes: agreement and leader both. */
export function votesNeeded(known: number, quorum: number): number {
  return Math.max(quorum, majorityOf(known));
}

/** Whether a failover can be decided when only `alive` of `known` Sentinels are left. */
export function canFailOver(known: number, quorum: number, alive: number): boolean {
  return quorum >= 1 && alive >= votesNeeded(known, quorum);
}

export interface Survival {
  /** Votes that a failover takes. */
  readonly needed: number;
  /** How many Sentinels may be lost, one by one, before no failover can be decided. */
  readonly sentinelsThatMayFail: number;
  /** Places whose loss alone ends failover, with the Sentinels then left. Worst first. */
  readonly fatalPlaces: readonly { readonly place: string; readonly left: number }[];
}

/**
 * What the set survives by placement.
 * @param alsoLost Sentinels that are down already, by index into `places`
 */
export function survivalOf({ quorum, places }: SentinelSet, alsoLost: ReadonlySet<number> = new Set()): Survival {
  const needed = votesNeeded(places.length, quorum);
  const alive = places.filter((_, index) => !alsoLost.has(index));
  const perPlace = new Map<string, number>();
  for (const place of alive) perPlace.set(place, (perPlace.get(place) ?? 0) + 1);
  const fatalPlaces = [...perPlace]
    .map(([place, count]) => ({ place, left: alive.length - count }))
    .filter(({ left }) => left < needed)
    .sort((a, b) => a.left - b.left || (a.place < b.place ? -1 : 1));
  return { needed, sentinelsThatMayFail: Math.max(0, alive.length - needed), fatalPlaces };
}

/** Quorum that agrees with the majority: what the wizard proposes. */
export const proposedQuorum = majorityOf;

/** Why a planned set is a trap; none when every single loss is survived. */
export type QuorumTrap =
  | { readonly code: 'quorum-zero' }
  /** Can never be met, even with all up. */
  | { readonly code: 'quorum-above-sentinels'; readonly quorum: number; readonly sentinels: number }
  /** Needs every Sentinel: the loss of any one ends failover. */
  | { readonly code: 'no-loss-survived'; readonly needed: number; readonly sentinels: number }
  /** Losing this place (with the master, if that lives there) leaves too few votes. */
  | { readonly code: 'place-decides'; readonly place: string; readonly left: number; readonly needed: number }
  /** One more Sentinel than the next lower odd number survives nothing more. */
  | { readonly code: 'even-number'; readonly sentinels: number };

export function quorumTraps(set: SentinelSet): readonly QuorumTrap[] {
  const sentinels = set.places.length;
  if (set.quorum < 1) return [{ code: 'quorum-zero' }];
  if (set.quorum > sentinels) return [{ code: 'quorum-above-sentinels', quorum: set.quorum, sentinels }];
  const survival = survivalOf(set);
  const traps: QuorumTrap[] = [];
  if (survival.sentinelsThatMayFail === 0) traps.push({ code: 'no-loss-survived', needed: survival.needed, sentinels });
  else
    for (const { place, left } of survival.fatalPlaces)
      traps.push({ code: 'place-decides', place, left, needed: survival.needed });
  if (sentinels % 2 === 0) traps.push({ code: 'even-number', sentinels });
  return traps;
}
