import { HumanError } from '../../base/errors';
import { SLOT_COUNT } from '../../model/slots';
import type { SlotRange } from '../../model/slots';

/** A server that is to join. `host` is what fails with it: a machine. Nodes of one host are kept out of one shard where possible. */
export interface PlanNode {
  readonly name: string;
  readonly host: string;
}

/** Who will be what. Pure result of {@link planCluster}; the preview shows it and the creation carries it out. */
export interface ClusterPlan {
  readonly masters: readonly { readonly name: string; readonly ranges: readonly SlotRange[] }[];
  /** In the order of assignment; `extra` are those beyond what was asked for each master. */
  readonly replicas: readonly { readonly name: string; readonly of: string; readonly extra: boolean }[];
  readonly notes: readonly ClusterNote[];
}

/** What the plan survives and what it doesn't. */
export type ClusterNote =
  /** Any single node may be lost. `masters` more of them only if no two are masters of the majority. */
  | { readonly code: 'survives-node'; readonly masters: number; readonly mastersAtOnce: number }
  /** The loss of one of these takes its slots down. */
  | { readonly code: 'no-replicas'; readonly masters: readonly string[] }
  /** One machine: survives a container or process, not the machine. */
  | { readonly code: 'one-machine' }
  /** The loss of this machine takes slots down or the majority of masters. */
  | { readonly code: 'host-holds-shard'; readonly host: string; readonly masters: readonly string[] }
  | { readonly code: 'host-holds-majority'; readonly host: string; readonly masters: number; readonly of: number }
  /** An even number of masters survives no more than one less. */
  | { readonly code: 'even-masters'; readonly masters: number };

/** The cluster needs at least three masters: two can't form a majority when one is lost, and redis-cli refuses it too. */
export interface ClusterPlanFault {
  readonly code: 'cluster-too-few-nodes';
  readonly nodes: number;
  readonly needed: number;
}

/**
 * Splits the slots and gives replicas to masters as `redis-cli --cluster create` does, given nodes in this order and asked for
 * `replicas` for each master: nodes of different hosts in turn become masters; spare nodes become extra replicas.
 * Unlike redis-cli nothing is left to chance: when a replica can't be kept off its master's host by a swap, it stays.
 * @param count masters; redis-cli makes as many as there are nodes for
 */
export function planCluster(
  nodes: readonly PlanNode[],
  replicas: number,
  count: number = Math.floor(nodes.length / (replicas + 1)),
): ClusterPlan {
  if (count < 3 || nodes.length < count * (replicas + 1))
    throw new HumanError<ClusterPlanFault>({
      code: 'cluster-too-few-nodes',
      nodes: nodes.length,
      needed: Math.max(3, count) * (replicas + 1),
    });
  const ordered = interleave(nodes);
  const masters = ordered.slice(0, count);
  const [head, ...tail] = ordered.slice(count);
  const free = head ? [...tail, head] : [];
  const assigned: { node: PlanNode; master: PlanNode; extra: boolean }[] = [];
  function assign(master: PlanNode, extra: boolean): void {
    const elsewhere = free.findIndex(node => node.host !== master.host);
    const [node] = free.splice(Math.max(elsewhere, 0), 1);
    if (node) assigned.push({ node, master, extra });
  }
  for (const master of masters) for (let i = 0; i < replicas; i++) assign(master, false);
  while (free.length > 0) for (const master of masters) assign(master, true);
  swapForDistance(assigned);
  const split = splitSlots(count);
  const plan = {
    masters: masters.map((master, index) => ({ name: master.name, ranges: [split[index] as SlotRange] })),
    replicas: assigned.map(({ node, master, extra }) => ({ name: node.name, of: master.name, extra })),
  };
  return { ...plan, notes: notesOn(nodes, plan) };
}

/** One range a master, by redis-cli's arithmetic (single precision, halves away from zero). */
export function splitSlots(masters: number): SlotRange[] {
  const share = Math.fround(SLOT_COUNT / masters);
  const ranges: SlotRange[] = [];
  let cursor = 0;
  for (let index = 0, first = 0; index < masters; index++) {
    const last =
      index === masters - 1
        ? SLOT_COUNT - 1
        : Math.max(first, Math.round(Math.fround(Math.fround(cursor + share) - 1)));
    ranges.push([first, last]);
    first = last + 1;
    cursor = Math.fround(cursor + share);
  }
  return ranges;
}

/** One node of each host in turn, hosts and their nodes in the order given. */
function interleave(nodes: readonly PlanNode[]): PlanNode[] {
  const hosts = [...new Set(nodes.map(node => node.host))].map(host => nodes.filter(node => node.host === host));
  return Array.from({ length: Math.max(0, ...hosts.map(host => host.length)) }, (_, turn) =>
    hosts.flatMap(host => host[turn] ?? []),
  ).flat();
}

/** Swaps the masters of two replicas while that lowers redis-cli's score: 10000 a replica beside its master, 1 beside a sibling. */
function swapForDistance(assigned: { node: PlanNode; master: PlanNode; extra: boolean }[]): void {
  const score = (): number =>
    assigned.reduce(
      (sum, one, index) =>
        sum +
        (one.node.host === one.master.host ? 10000 : 0) +
        assigned.slice(0, index).filter(other => other.master === one.master && other.node.host === one.node.host)
          .length,
      0,
    );
  let best = score();
  for (let improved = best > 0; improved && best > 0;) {
    improved = false;
    for (const a of assigned) {
      for (const b of assigned) {
        if (a.master === b.master || a.node.host === b.node.host) continue;
        [a.node, b.node] = [b.node, a.node];
        const now = score();
        if (now < best) [best, improved] = [now, true];
        else [a.node, b.node] = [b.node, a.node];
      }
    }
  }
}

function notesOn(nodes: readonly PlanNode[], { masters, replicas }: Omit<ClusterPlan, 'notes'>): ClusterNote[] {
  const notes: ClusterNote[] = [];
  const majority = Math.floor(masters.length / 2) + 1;
  const bare = masters
    .filter(master => !replicas.some(replica => replica.of === master.name))
    .map(master => master.name);
  if (bare.length > 0) notes.push({ code: 'no-replicas', masters: bare });
  else notes.push({ code: 'survives-node', masters: masters.length, mastersAtOnce: masters.length - majority });
  const hostOf = new Map(nodes.map(node => [node.name, node.host]));
  const hosts = [...new Set(nodes.map(node => node.host))];
  if (hosts.length === 1) notes.push({ code: 'one-machine' });
  else {
    for (const host of hosts) {
      const lost = masters.filter(master => hostOf.get(master.name) === host);
      const alone = lost
        .filter(master => replicas.every(replica => replica.of !== master.name || hostOf.get(replica.name) === host))
        .filter(master => !bare.includes(master.name));
      if (alone.length > 0) notes.push({ code: 'host-holds-shard', host, masters: alone.map(master => master.name) });
      if (masters.length - lost.length < majority)
        notes.push({ code: 'host-holds-majority', host, masters: lost.length, of: masters.length });
    }
  }
  if (masters.length % 2 === 0) notes.push({ code: 'even-masters', masters: masters.length });
  return notes;
}
