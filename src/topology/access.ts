import type { Address } from '../model/address';
import { distinctAddresses, sameAddress } from '../model/address';
import type { Node, Topology } from '../model/snapshot';

/** Where the program runs that wants to connect: on this machine, or in a container of the topology's own network. */
export type Standpoint = 'here' | 'network';

/** What a program needs to know to use a topology, or one server of it; without any secret. */
export interface Access {
  readonly kind: 'standalone' | 'sentinel' | 'cluster';
  /** Of kind `sentinel`: the name that the Sentinels know the master by. */
  readonly masterName?: string;
  /** Whom to ask first: the server itself, the Sentinels, or the nodes of the cluster, masters first. */
  readonly seeds: readonly Address[];
  /** Addresses that servers tell their clients but that do not lead there from where the program runs, with those that do. */
  readonly map: readonly AddressPair[];
  /** Of a standalone server: those that may take its place as master, without anybody telling the program. */
  readonly successors: readonly Address[];
}

export interface AddressPair {
  readonly announced: Address;
  readonly reachable: Address;
}

/** `nobody`: no server that the program has to ask first is reachable, or none tells an address of its own. */
export type AccessProblem = { readonly code: 'nobody' };

/** How a program uses the whole topology: through its Sentinels, through its cluster nodes, or the master of a plain replication. */
export function accessOfTopology(topology: Topology, from: Standpoint): Access | AccessProblem {
  const servers = topology.nodes.filter(({ role }) => role !== 'sentinel');
  switch (topology.kind) {
    case 'sentinel':
      return access(
        'sentinel',
        topology.nodes.filter(({ role }) => role === 'sentinel'),
        topology.nodes,
        from,
        { masterName: topology.masterName ?? topology.name },
      );
    case 'cluster':
      return access('cluster', servers, servers, from, {});
    case 'replication': {
      const masters = servers.filter(({ role }) => role === 'master');
      return access('standalone', masters.slice(0, 1), [], from, {
        successors: addressesOf(
          servers.filter(server => server !== masters[0]),
          from,
        ),
      });
    }
  }
}

/** How a program uses just this server. */
export function accessOfNode(node: Node, from: Standpoint): Access | AccessProblem {
  return access('standalone', [node], [], from, {});
}

/** Whether it matters where the program runs: some server is reached from here at another address than it tells. */
export function needsStandpoint(nodes: readonly Node[]): boolean {
  return pairsOf(nodes).length > 0;
}

function access(
  kind: Access['kind'],
  first: readonly Node[],
  mapped: readonly Node[],
  from: Standpoint,
  more: Partial<Access>,
): Access | AccessProblem {
  const seeds = addressesOf(first, from);
  if (seeds.length === 0) return { code: 'nobody' };
  return { kind, seeds, map: from === 'here' ? pairsOf(mapped) : [], successors: [], ...more };
}

function addressesOf(nodes: readonly Node[], from: Standpoint): readonly Address[] {
  return distinctAddresses(
    nodes.flatMap(node => {
      const address = from === 'here' ? node.reachable : node.announced;
      return address && address.via === undefined ? [address] : []; // a way through the engine is the editor's alone
    }),
  );
}

function pairsOf(nodes: readonly Node[]): readonly AddressPair[] {
  return nodes.flatMap(({ announced, reachable }) =>
    announced && reachable && reachable.via === undefined && !sameAddress(announced, reachable)
      ? [{ announced, reachable }]
      : [],
  );
}
