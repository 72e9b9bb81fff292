import type { Address } from '../../model/address';
import { sameAddress } from '../../model/address';
import type { ClusterNodeLine } from '../../model/report';
import { formatRanges, normalizeRanges } from '../../model/slots';
import type { SlotRange } from '../../model/slots';
import type { Observation } from './wire';

/** What a cluster shall be, by names; `ids` are the cluster's own ids of the nodes. */
export interface Wanted {
  readonly nodes: readonly { readonly name: string; readonly id: string; readonly announced: Address }[];
  readonly shards: readonly {
    readonly master: string;
    readonly replicas: readonly string[];
    readonly ranges: readonly SlotRange[];
  }[];
}

/** What is still missing before a cluster is whole; every node is named as people know it. */
export type ClusterLack =
  /** `from` has no working bus link to `to`. */
  | { readonly code: 'pair'; readonly from: string; readonly to: string }
  | { readonly code: 'state'; readonly node: string }
  /** `by` doesn't see `node` in its wanted role. */
  | { readonly code: 'role'; readonly node: string; readonly by: string }
  | { readonly code: 'slots'; readonly by: string; readonly node: string }
  | { readonly code: 'open-slots'; readonly node: string }
  | { readonly code: 'flag'; readonly node: string; readonly by: string; readonly flag: string }
  | { readonly code: 'stranger'; readonly by: string; readonly id: string }
  | { readonly code: 'link'; readonly node: string }
  | { readonly code: 'epochs'; readonly nodes: readonly string[] };

/**
 * All that keeps the cluster from being whole, as told by **every** node: all known to all with links connected and no
 * handshake, noaddr or fail; equal slot tables; no open slot; each replica with its master and linked; unique epochs of masters
 * (their own word: what others tell of epochs settles seconds later and decides nothing); state ok everywhere.
 */
export function lacksOf(wanted: Wanted, seen: readonly Observation[]): ClusterLack[] {
  const lacks: ClusterLack[] = [];
  const masterOf = new Map(
    wanted.shards.flatMap(shard => shard.replicas.map(replica => [replica, shard.master] as const)),
  );
  const rangesOf = new Map(wanted.shards.map(shard => [shard.master, formatRanges(normalizeRanges(shard.ranges))]));
  const idOf = new Map(wanted.nodes.map(node => [node.name, node.id]));
  for (const { name: by, report, role, linkUp } of seen) {
    const lines = new Map(report.nodes.map(line => [line.id, line]));
    for (const { name: node, id } of wanted.nodes) {
      const line = lines.get(id);
      if (!line || (node !== by && !isMeshed(line))) {
        lacks.push({ code: 'pair', from: by, to: node });
        continue;
      }
      const bad = ['fail', 'fail?', 'noaddr'].find(flag => line.flags.includes(flag));
      if (bad !== undefined) lacks.push({ code: 'flag', node, by, flag: bad });
      const master = masterOf.get(node);
      const right =
        master === undefined
          ? line.flags.includes('master')
          : line.flags.includes('slave') && line.masterId === idOf.get(master);
      if (!right) lacks.push({ code: 'role', node, by });
      if (formatRanges(normalizeRanges(line.slots)) !== (rangesOf.get(node) ?? ''))
        lacks.push({ code: 'slots', by, node });
      if (line.migrating.length + line.importing.length > 0) lacks.push({ code: 'open-slots', node });
    }
    for (const line of report.nodes) {
      if (wanted.nodes.some(node => node.id === line.id)) continue;
      // A handshake that was doubled by meeting both ways fades by itself, but "whole" means without it.
      lacks.push({ code: 'stranger', by, id: line.id });
    }
    if (report.state !== 'ok') lacks.push({ code: 'state', node: by });
    if (masterOf.has(by) && (role !== 'replica' || !linkUp)) lacks.push({ code: 'link', node: by });
  }
  const epochs = new Map<number, string[]>();
  for (const { master } of wanted.shards) {
    const own = seen.find(one => one.name === master)?.report;
    const epoch = own?.nodes.find(line => line.id === own.myId)?.configEpoch;
    if (epoch !== undefined) epochs.set(epoch, [...(epochs.get(epoch) ?? []), master]);
  }
  for (const nodes of epochs.values()) if (nodes.length > 1) lacks.push({ code: 'epochs', nodes });
  return lacks;
}

/** Known and linked: the bus works from the teller to this node. */
export function isMeshed(line: ClusterNodeLine): boolean {
  return line.connected && !line.flags.includes('handshake') && !line.flags.includes('noaddr');
}

/** Which pairs have no working link, one way each. */
export function deafPairs(nodes: Wanted['nodes'], seen: readonly Observation[]): { from: string; to: string }[] {
  return seen.flatMap(({ name: from, report }) =>
    nodes
      .filter(to => {
        if (to.name === from) return false;
        const line =
          report.nodes.find(line => line.id === to.id) ??
          report.nodes.find(line => sameAddress(line.address, to.announced));
        return !line || line.id !== to.id || !isMeshed(line);
      })
      .map(to => ({ from, to: to.name })),
  );
}
