// Clusters of any size and in any trouble, from texts of CLUSTER NODES: what the slot map is shown in tests and benches.
import { clusterHealth } from '../../src/model/clusterFindings';
import { ClusterNodesReader, readCluster } from '../../src/model/clusterNodes';
import { clusterView } from '../../src/model/clusterView';
import type { ClusterView } from '../../src/model/clusterView';
import type { Topology } from '../../src/model/snapshot';
import { reasonInWords } from '../../src/editor/words/health';
import { assignColours, mapStateOf, shardsOf } from '../../src/webviews/slotMapState';
import type { MapState } from '../../src/webviews/slotMapProtocol';
import { plain } from './plain';

const id = (index: number): string => (index + 1).toString(16).padStart(40, '0');

/** `masters` masters with equal ranges and one replica each, as node 0 prints them. `scatter`: every slot to the next master, so that nothing is in one piece. */
export function nodesText(masters: number, scatter = false): string {
  return Array.from({ length: masters * 2 }, (_, index) => {
    const address = `10.${index >> 8}.${index & 255}.7:6379@16379`;
    if (index >= masters)
      return `${id(index)} ${address} slave ${id(index - masters)} 0 1700000000000 ${index - masters + 1} connected`;
    const first = Math.floor((index * 16384) / masters);
    const last = Math.floor(((index + 1) * 16384) / masters) - 1;
    const slots = scatter
      ? Array.from({ length: Math.ceil((16384 - index) / masters) }, (__, n) => String(index + n * masters)).join(' ')
      : `${first}-${last}`;
    return `${id(index)} ${address} ${index === 0 ? 'myself,' : ''}master - 0 1700000000000 ${index + 1} connected ${slots}`;
  }).join('\n');
}

/** The views of several nodes: each text is what that node prints, its own line flagged `myself`. */
export function viewOf(texts: readonly string[]): ClusterView {
  return clusterView(opinionsOf(texts));
}

function opinionsOf(texts: readonly string[]) {
  return texts.map((text, index) => ({
    node: `node-${index}`,
    name: nameOf(index),
    report: readCluster('cluster_state:ok\r\ncluster_current_epoch:9', new ClusterNodesReader().read(text)),
  }));
}

const nameOf = (index: number): string => `redis-${index + 1}`;

/** What the extension would send for these views. Nodes are called redis-1 … in the order of their ids; keys and memory are made up. */
export function stateOf(texts: readonly string[], name = 'orders'): MapState {
  const opinions = opinionsOf(texts);
  const named = clusterView(
    opinions.map(opinion => ({
      ...opinion,
      node: `node-${Number.parseInt(opinion.report.myId, 16) - 1}`,
      name: nameOf(Number.parseInt(opinion.report.myId, 16) - 1),
    })),
    known => ({ node: `node-${Number.parseInt(known, 16) - 1}`, name: nameOf(Number.parseInt(known, 16) - 1) }),
  );
  const nodes = named.members.map(member => ({
    id: member.node ?? member.id,
    name: member.name,
    role: member.role === 'replica' ? ('replica' as const) : ('master' as const),
    kind: 'server' as const,
    container: undefined,
    contact: {
      state: 'answering' as const,
      report: {
        keys: 12_000 + Number.parseInt(member.id, 16) * 37,
        usedMemoryBytes: 9_000_000 + Number.parseInt(member.id, 16) * 1e5,
      },
    },
  }));
  const topology = {
    id: 't',
    name,
    kind: 'cluster',
    nodes,
    health: clusterHealth(named, opinions),
    cluster: named,
  } as unknown as Topology;
  return mapStateOf(
    topology,
    named,
    assignColours(new Map(), shardsOf(named)),
    topology.health.reasons.map(reason => reasonInWords(plain, topology, reason)),
  );
}

/** Puts another line in the place of the node's, in one node's text. */
export function withLine(text: string, node: number, change: (line: string) => string): string {
  return text
    .split('\n')
    .map(line => (line.startsWith(id(node)) ? change(line) : line))
    .join('\n');
}

/** The same as another node prints it. */
export function seenBy(text: string, node: number): string {
  return withLine(text.replace('myself,', ''), node, line => line.replace(/ (master|slave) /, ' myself,$1 '));
}

export const nodeId = id;

/** The owner of each slot, from the runs of a state. */
export function ownersIn({ owners }: Pick<MapState, 'owners'>): Uint16Array {
  const map = new Uint16Array(16384);
  for (let i = 0; i + 2 < owners.length; i += 3)
    map.fill(owners[i + 2] as number, owners[i], (owners[i + 1] as number) + 1);
  return map;
}
