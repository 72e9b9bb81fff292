import type { Address } from '../../model/address';
import { formatAddress, sameAddress } from '../../model/address';
import type { ClusterNodeLine } from '../../model/report';

/** One server as it was found: `address` is where its peers reach it now, told by the engine, whatever the servers themselves believe. */
export type RepairNode = RepairServer | RepairSentinel | RepairMember;

interface Placed {
  readonly name: string;
  readonly address: Address;
}
export interface RepairServer extends Placed {
  readonly kind: 'server';
  readonly role: 'master' | 'replica';
  /** Whom it tries to follow. */
  readonly follows?: Address;
  readonly linkUp: boolean;
  readonly keys: number;
  readonly offset: number;
}
export interface RepairSentinel extends Placed {
  readonly kind: 'sentinel';
  readonly watches: readonly WatchedMaster[];
}
export interface WatchedMaster {
  readonly name: string;
  readonly address: Address;
  readonly quorum: number;
  /** `down-after-milliseconds` and the like, to be set again: re-monitoring forgets them. */
  readonly settings: readonly (readonly [name: string, value: string])[];
  /** Addresses of the replicas and Sentinels that it knows. */
  readonly knows: readonly Address[];
}
export interface RepairMember extends Placed {
  readonly kind: 'member';
  /** Cluster id. */
  readonly id: string;
  readonly lines: readonly ClusterNodeLine[];
}

export type RepairStep =
  /** A replica is made master: nobody says to be one. */
  | { readonly code: 'repair-promote'; readonly node: string }
  /** `loses`: keys of its own, as it was no replica. */
  | {
      readonly code: 'repair-follow';
      readonly node: string;
      readonly master: string;
      readonly address: Address;
      readonly was?: Address;
      readonly loses: number;
    }
  /** The Sentinel watches the master at its new address; whatever replicas and Sentinels it knew by old ones it learns anew. */
  | {
      readonly code: 'repair-watch';
      readonly node: string;
      readonly watched: string;
      readonly master: string;
      readonly address: Address;
      readonly was: Address;
      readonly quorum: number;
    }
  /** `node` meets `to` at its new address. */
  | {
      readonly code: 'repair-meet';
      readonly node: string;
      readonly to: string;
      readonly address: Address;
      readonly was?: Address;
    };

export type RepairLeft =
  /** Several say to be master: the user says which one has the data that count. */
  | {
      readonly code: 'repair-which-master';
      readonly masters: readonly { readonly name: string; readonly keys: number; readonly offset: number }[];
    }
  | { readonly code: 'repair-no-server' }
  /** A node that others know, at an address where nothing that is known here lives. */
  | { readonly code: 'repair-missing'; readonly by: string; readonly address: Address };

export interface RepairPlan {
  readonly steps: readonly RepairStep[];
  readonly left: readonly RepairLeft[];
  /** Of replication and Sentinels: whom all follow in the end. */
  readonly master?: string;
}

/** Pure. @param chosen the master's name, where the servers don't agree on one */
export function planRepair(nodes: readonly RepairNode[], chosen?: string): RepairPlan {
  const members = nodes.filter(node => node.kind === 'member');
  return members.length > 0 ? planMembers(members) : planReplicas(nodes, chosen);
}

/** Each node meets each other whom it looks for at a place where that one isn't. The cluster's own ids say who is who. */
function planMembers(members: readonly RepairMember[]): RepairPlan {
  const byId = new Map(members.map(member => [member.id, member]));
  const steps: RepairStep[] = [];
  const missing = new Map<string, RepairLeft>();
  for (const member of members) {
    for (const { id, name, address } of members) {
      if (id === member.id) continue;
      const line = member.lines.find(one => one.id === id);
      if (line && sameAddress(line.address, address) && line.connected && !line.flags.includes('noaddr')) continue;
      // Right address, no link: it is being called already, and meeting again does no harm.
      steps.push({
        code: 'repair-meet',
        node: member.name,
        to: name,
        address,
        ...(line && !sameAddress(line.address, address) ? { was: line.address } : {}),
      });
    }
    for (const line of member.lines) {
      if (!byId.has(line.id) && !line.flags.includes('handshake'))
        missing.set(line.id, { code: 'repair-missing', by: member.name, address: line.address });
    }
  }
  return { steps, left: [...missing.values()] };
}

function planReplicas(nodes: readonly RepairNode[], chosen: string | undefined): RepairPlan {
  const servers = nodes.filter(node => node.kind === 'server');
  const sentinels = nodes.filter(node => node.kind === 'sentinel');
  const masters = servers.filter(({ role }) => role === 'master');
  if (servers.length === 0) return { steps: [], left: [{ code: 'repair-no-server' }] };
  const candidates = masters.length > 0 ? masters : servers;
  const named = chosen === undefined ? undefined : servers.find(({ name }) => name === chosen);
  const master = named ?? (candidates.length === 1 ? candidates[0] : undefined);
  if (!master) {
    const ranked = [...candidates].sort((a, b) => b.offset - a.offset || b.keys - a.keys);
    return {
      steps: [],
      left: [
        { code: 'repair-which-master', masters: ranked.map(({ name, keys, offset }) => ({ name, keys, offset })) },
      ],
    };
  }
  const steps: RepairStep[] = [];
  if (master.role !== 'master') steps.push({ code: 'repair-promote', node: master.name });
  // The Sentinels before the replicas: one that watches a stranger at the old address would give orders of its own meanwhile.
  const here = new Set(nodes.map(({ address }) => formatAddress(address)));
  for (const sentinel of sentinels) {
    for (const watched of sentinel.watches) {
      const stale = watched.knows.some(address => !here.has(formatAddress(address)));
      if (sameAddress(watched.address, master.address) && !stale) continue;
      steps.push({
        code: 'repair-watch',
        node: sentinel.name,
        watched: watched.name,
        master: master.name,
        address: master.address,
        was: watched.address,
        quorum: watched.quorum,
      });
    }
  }
  for (const server of servers) {
    if (
      server === master ||
      (server.role === 'replica' && server.follows && sameAddress(server.follows, master.address))
    )
      continue;
    steps.push({
      code: 'repair-follow',
      node: server.name,
      master: master.name,
      address: master.address,
      ...(server.follows ? { was: server.follows } : {}),
      loses: server.role === 'master' ? server.keys : 0,
    });
  }
  return { steps, left: [], master: master.name };
}
