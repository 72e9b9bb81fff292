import type { ClusterMember, ClusterView, OpenSlot } from '../../model/clusterView';
import { compareNames } from '../../model/names';
import { countSlots, eachSlot, rangesOf } from '../../model/slots';
import type { SlotRange } from '../../model/slots';

/** A node of the cluster, as a step names it. */
export interface FixNode {
  readonly id: string;
  readonly name: string;
}

/** What is done to mend a cluster, in the order of the plan. Plain data: shown, confirmed, run. */
export type FixStep =
  /** `from` meets `to`, which carries at once what gossip has not: that it exists, where it is, whose slots are whose. */
  | { readonly code: 'fix-meet'; readonly from: FixNode; readonly to: FixNode }
  /** Nobody lists it any more: it is dead, owns nothing (or was given up), and no server of it stands. */
  | { readonly code: 'fix-forget'; readonly node: FixNode; readonly givenUp: boolean }
  /** The failed master's replica becomes master. `force` by vote, `takeover` where too few masters are left to vote. The last writes may be lost. */
  | {
      readonly code: 'fix-promote';
      readonly node: FixNode;
      readonly master: FixNode;
      readonly ranges: readonly SlotRange[];
      readonly mode: 'force' | 'takeover';
    }
  | { readonly code: 'fix-replicate'; readonly node: FixNode; readonly master: FixNode }
  | { readonly code: 'fix-bump-epoch'; readonly node: FixNode; readonly epoch: number }
  /** The move that was cut off is completed. */
  | {
      readonly code: 'fix-finish-move';
      readonly slot: number;
      readonly from: FixNode;
      readonly to: FixNode;
      readonly keys: number;
    }
  /** The mark is taken off: nothing was moved. */
  | { readonly code: 'fix-close'; readonly slot: number; readonly node: FixNode }
  /** Keys that lie where nobody finds them go to the owner of their slot. */
  | {
      readonly code: 'fix-bring-home';
      readonly slot: number;
      readonly from: FixNode;
      readonly to: FixNode;
      readonly keys: number;
    }
  /** `was`: a master that is given up, whose keys in these slots are gone. */
  | {
      readonly code: 'fix-assign';
      readonly ranges: readonly SlotRange[];
      readonly to: FixNode;
      readonly keys: number;
      readonly was?: string;
    };

/** What no plan can mend, and what would. */
export type FixLeft =
  /** Dead, without a living replica: start it, or give it up. */
  | { readonly code: 'left-dead-master'; readonly node: FixNode; readonly slots: number }
  | { readonly code: 'left-no-replica'; readonly node: FixNode }
  /** It is down, but its server stands: start it. */
  | { readonly code: 'left-stopped'; readonly node: FixNode }
  /** An end of the open slot doesn't answer. */
  | { readonly code: 'left-open'; readonly slot: number; readonly nodes: readonly string[] }
  | { readonly code: 'left-no-failover'; readonly node: FixNode };

export interface FixPlan {
  readonly steps: readonly FixStep[];
  readonly left: readonly FixLeft[];
}

export interface FixFacts {
  /** Keys in a slot at a node, by `<cluster id> <slot>`; only of slots that are open or uncovered. */
  readonly keys: ReadonlyMap<string, number>;
  /** Cluster ids of nodes whose container or process still exists, running or not: they may come back, so they are not forgotten. */
  readonly standing: ReadonlySet<string>;
  /** Cluster ids of dead masters whose data the user gives up. */
  readonly givenUp: ReadonlySet<string>;
}

/** Which kinds of trouble a plan is for: all, or those that have a command of their own. */
export type FixScope = 'all' | 'open' | 'uncovered';

/** Pure: from what all nodes say to what shall be done. */
export function planFix(view: ClusterView, facts: FixFacts, scope: FixScope = 'all'): FixPlan {
  const planner = new Planner(view, facts);
  if (scope === 'all') planner.members();
  if (scope !== 'uncovered') planner.open();
  if (scope !== 'open') planner.uncovered();
  return { steps: planner.steps, left: planner.left };
}

class Planner {
  readonly steps: FixStep[] = [];
  readonly left: FixLeft[] = [];
  readonly #byId: ReadonlyMap<string, ClusterMember>;
  readonly #byNode: ReadonlyMap<string, ClusterMember>;
  readonly #met = new Set<string>();

  constructor(
    private readonly view: ClusterView,
    private readonly facts: FixFacts,
  ) {
    this.#byId = new Map(view.members.map(member => [member.id, member]));
    this.#byNode = new Map(
      view.members.flatMap(member => [
        [member.id, member] as const,
        ...(member.node === undefined ? [] : [[member.node, member] as const]),
      ]),
    );
  }

  /** Who knows whom, who is what. */
  members(): void {
    const { view } = this;
    const majority = !view.findings.some(finding => finding.code === 'majority-unreachable');
    for (const finding of view.findings) {
      switch (finding.code) {
        case 'node-unknown':
        case 'bus-link-down':
          for (const by of finding.by) this.#meet(by, finding.node);
          break;
        case 'node-not-joined':
        case 'node-failing':
          this.#absent(finding.node, finding.code === 'node-not-joined' ? finding.by : []);
          break;
        case 'stale-claim':
          this.#meet(finding.owner, finding.node);
          break;
        case 'views-differ':
          for (const node of finding.nodes) for (const owner of this.#disputedOwners(node)) this.#meet(owner, node);
          break;
        case 'slots-master-failed':
          this.#masterFailed(finding.node, finding.ranges, majority);
          break;
        case 'replica-of-nobody': {
          const master = this.#leastReplicas();
          const node = this.#byNode.get(finding.node);
          if (master && node?.answers)
            this.steps.push({ code: 'fix-replicate', node: named(node), master: named(master) });
          break;
        }
        case 'epochs-equal':
          // All but one get an epoch of their own.
          for (const node of finding.nodes.slice(1))
            this.#with(node, member =>
              this.steps.push({ code: 'fix-bump-epoch', node: named(member), epoch: finding.epoch }),
            );
          break;
        case 'no-replica':
          this.#with(finding.node, member => {
            if (member.answers) this.left.push({ code: 'left-no-replica', node: named(member) });
          });
          break;
        case 'replica-no-failover':
          this.#with(finding.node, member => this.left.push({ code: 'left-no-failover', node: named(member) }));
          break;
        // Those follow from the others, or are slots' (below).
        case 'slots-uncovered':
        case 'cluster-says-down':
        case 'majority-unreachable':
        case 'slots-open':
          break;
      }
    }
  }

  open(): void {
    for (const open of this.view.open) this.#openSlot(open);
  }

  uncovered(): void {
    const masters = this.#healthyMasters();
    if (masters.length === 0) return;
    const homeless = [
      ...[...eachSlot(this.view.uncovered)].map(slot => ({ slot, was: undefined })),
      ...this.view.shards
        .filter(({ masterId }) => this.facts.givenUp.has(masterId))
        .flatMap(shard =>
          [...eachSlot(shard.ranges)].map(slot => ({ slot, was: this.#byId.get(shard.masterId)?.name })),
        ),
    ].sort((a, b) => a.slot - b.slot);
    const given = new Map<string, { to: ClusterMember; was: string | undefined; slots: number[]; keys: number }>();
    const give = (slot: number, to: ClusterMember, was: string | undefined, keys: number): void => {
      const key = `${to.id} ${was ?? ''}`;
      const one = given.get(key) ?? { to, was, slots: [], keys: 0 };
      one.slots.push(slot);
      one.keys += keys;
      given.set(key, one);
    };
    const strays: FixStep[] = [];
    const nobodys: typeof homeless = [];
    for (const one of homeless) {
      // Whoever has the keys has most reason to own them; without keys, whom the others take for the owner.
      const holders = masters
        .map(member => ({ member, keys: this.#keys(member.id, one.slot) }))
        .filter(({ keys }) => keys > 0)
        .sort((a, b) => b.keys - a.keys);
      const [best, ...others] = holders;
      const before = best ? undefined : this.#claimedFor(one.slot, masters);
      if (best) {
        give(one.slot, best.member, one.was, best.keys);
        for (const other of others)
          strays.push({
            code: 'fix-bring-home',
            slot: one.slot,
            from: named(other.member),
            to: named(best.member),
            keys: other.keys,
          });
      } else if (before) give(one.slot, before, one.was, 0);
      else nobodys.push(one);
    }
    // A handful goes to whoever has least; more is shared out in whole stretches.
    const few = nobodys.length < 2 * masters.length;
    const least = [...masters].sort(
      (a, b) => this.#slotsOf(a.id) - this.#slotsOf(b.id) || compareNames(a.name, b.name),
    );
    nobodys.forEach(({ slot, was }, index) => {
      const to = few ? least[0] : masters[Math.floor((index * masters.length) / nobodys.length)];
      if (to) give(slot, to, was, 0);
    });
    for (const { to, was, slots, keys } of given.values())
      this.steps.push({
        code: 'fix-assign',
        ranges: rangesOf(slots),
        to: named(to),
        keys,
        ...(was === undefined ? {} : { was }),
      });
    this.steps.push(...strays);
  }

  #openSlot({ slot, migratingAt, importingAt, to, from }: OpenSlot): void {
    const source = this.#byId.get(migratingAt ?? '');
    const sink = this.#byId.get(importingAt ?? '');
    const owner = this.#byId.get(
      this.view.shards.find(shard => shard.ranges.some(([first, last]) => first <= slot && slot <= last))?.masterId ??
        '',
    );
    if (source) {
      const taker = sink ?? this.#byId.get(to ?? '');
      const ready = taker?.answers === true && taker.role === 'master';
      if (ready && (sink !== undefined || this.#keys(taker.id, slot) > 0)) {
        this.steps.push({
          code: 'fix-finish-move',
          slot,
          from: named(source),
          to: named(taker),
          keys: this.#keys(source.id, slot),
        });
      } else if (
        taker !== undefined &&
        !taker.answers &&
        taker.state !== 'ok' &&
        (this.facts.standing.has(taker.id) || this.#slotsOf(taker.id) > 0)
      ) {
        this.left.push({ code: 'left-open', slot, nodes: [taker.name] }); // keys may have gone there already
      } else {
        this.steps.push({ code: 'fix-close', slot, node: named(source) });
      }
      return;
    }
    if (!sink) return;
    const keys = this.#keys(sink.id, slot);
    if (keys > 0 && owner === undefined) return; // uncovered: it is given to whoever has its keys
    if (keys > 0 && owner && owner.id !== sink.id) {
      const giver = this.#byId.get(from ?? '') ?? owner;
      if (owner.answers) this.steps.push({ code: 'fix-bring-home', slot, from: named(sink), to: named(owner), keys });
      else this.left.push({ code: 'left-open', slot, nodes: [giver.name] });
      return;
    }
    this.steps.push({ code: 'fix-close', slot, node: named(sink) });
  }

  #masterFailed(node: string, ranges: readonly SlotRange[], majority: boolean): void {
    this.#with(node, master => {
      if (this.facts.givenUp.has(master.id)) {
        this.steps.push({ code: 'fix-forget', node: named(master), givenUp: true });
        return;
      }
      const replicas =
        this.view.shards
          .find(shard => shard.masterId === master.id)
          ?.replicaIds.map(id => this.#byId.get(id))
          .filter(member => member?.answers) ?? [];
      const [replica] = replicas;
      if (replica)
        this.steps.push({
          code: 'fix-promote',
          node: named(replica),
          master: named(master),
          ranges,
          mode: majority ? 'force' : 'takeover',
        });
      else this.left.push({ code: 'left-dead-master', node: named(master), slots: countSlots(ranges) });
    });
  }

  /** A node that is marked failed, without an address or still shaking hands. */
  #absent(node: string, by: readonly string[]): void {
    this.#with(node, member => {
      if (member.answers) {
        for (const one of by) this.#meet(one, node);
        return;
      }
      if (this.#slotsOf(member.id) > 0 || this.facts.givenUp.has(member.id)) return; // told as a failed master
      // Its server answers under another id: a join under way, not a ghost.
      if (
        member.state === 'handshake' &&
        this.view.members.some(
          other =>
            other.answers && other.address.host === member.address.host && other.address.port === member.address.port,
        )
      )
        return;
      if (this.facts.standing.has(member.id)) this.left.push({ code: 'left-stopped', node: named(member) });
      else this.steps.push({ code: 'fix-forget', node: named(member), givenUp: false });
    });
  }

  /** Owners of the slots that this node sees elsewhere than the rest. Slots of nobody are assigned, not told of. */
  #disputedOwners(node: string): ReadonlySet<string> {
    const owners = new Set<string>();
    for (const { ranges, claims } of this.view.disputes) {
      if (!claims.some(claim => claim.by.includes(node))) continue;
      for (const shard of this.view.shards) {
        const member = this.#byId.get(shard.masterId);
        if (
          member?.answers &&
          shard.ranges.some(([first, last]) => ranges.some(range => range[0] <= last && first <= range[1]))
        )
          owners.add(member.node ?? member.id);
      }
    }
    return owners;
  }

  #meet(from: string, to: string): void {
    const [a, b] = [this.#byNode.get(from), this.#byNode.get(to)];
    if (!a?.answers || !b?.answers || a === b || this.#met.has(`${a.id} ${b.id}`)) return;
    this.#met.add(`${a.id} ${b.id}`);
    this.steps.push({ code: 'fix-meet', from: named(a), to: named(b) });
  }

  #with(node: string, act: (member: ClusterMember) => void): void {
    const member = this.#byNode.get(node);
    if (member) act(member);
  }

  #keys(id: string, slot: number): number {
    return this.facts.keys.get(`${id} ${slot}`) ?? 0;
  }

  #slotsOf(id: string): number {
    return this.view.shards.find(shard => shard.masterId === id)?.slots ?? 0;
  }

  #healthyMasters(): ClusterMember[] {
    return this.view.members.filter(
      member => member.role === 'master' && member.answers && (member.state === 'ok' || member.state === 'suspected'),
    );
  }

  #leastReplicas(): ClusterMember | undefined {
    const load = (id: string): number => this.view.shards.find(shard => shard.masterId === id)?.replicaIds.length ?? 0;
    return this.#healthyMasters()
      .filter(({ id }) => this.#slotsOf(id) > 0)
      .sort((a, b) => load(a.id) - load(b.id) || compareNames(a.name, b.name))[0];
  }

  #claimedFor(slot: number, masters: readonly ClusterMember[]): ClusterMember | undefined {
    const claims =
      this.view.disputes.find(({ ranges }) => ranges.some(([first, last]) => first <= slot && slot <= last))?.claims ??
      [];
    const [most] = [...claims]
      .sort((a, b) => b.by.length - a.by.length)
      .flatMap(({ owner }) => masters.find(({ id }) => id === owner) ?? []);
    return most;
  }
}

function named({ id, name }: ClusterMember): FixNode {
  return { id, name };
}
