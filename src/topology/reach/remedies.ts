import type { Address } from '../../model/address';
import { isLoopback } from '../../model/servers';
import type { Node, Topology } from '../../model/snapshot';
import type { Fix } from '../diagnose/problem';
import type { Reach } from './explain';

/** What can be done about a server that is not reached where clients are told, the best first. */
export type Remedy =
  | { readonly kind: 'fix'; readonly fix: Fix }
  /** Programs get an address map: nothing changes on the servers. */
  | { readonly kind: 'map'; readonly node: string }
  /** The user knows the password. */
  | { readonly kind: 'password'; readonly node: string }
  /** The user knows an address that is good for all who are told it. */
  | { readonly kind: 'announce'; readonly node: string };

/** Pure, so that every finding is a line of a test. */
export function remediesOf(reach: Reach, node: Node, topology: Topology | undefined): readonly Remedy[] {
  const { finding } = reach;
  const fix = (one: Fix): Remedy => ({ kind: 'fix', fix: one });
  const announce = (to?: Address): Remedy =>
    fix({ code: 'announce', node: node.id, ...(to === undefined ? {} : { to: { host: to.host, port: to.port } }) });
  switch (finding.code) {
    case 'reach-fine':
    case 'reach-nowhere':
    case 'reach-engine-only':
      return [];
    case 'reach-not-running':
      return [fix({ code: 'start-node', nodes: [node.id] })];
    case 'reach-paused':
      return [fix({ code: 'unpause-node', nodes: [node.id] })];
    case 'reach-not-published':
      // a swarm opens a port on all addresses of a machine or on none: that is the user's to decide, there
      return node.instance?.host === undefined ? [publish(node, finding.port, finding.port)] : [];
    case 'reach-bound-inside':
      return [fix({ code: 'listen-everywhere', node: node.id })];
    case 'reach-closed-to-us':
      switch (finding.reason) {
        case 'password-required':
        case 'password-wrong':
          return [{ kind: 'password', node: node.id }];
        case 'protected-mode':
          return [fix({ code: 'set-password', nodes: [node.id] }), fix({ code: 'protected-mode-off', node: node.id })];
        default:
          return [];
      }
    case 'reach-elsewhere': {
      const { announced, use, why } = finding;
      const inside = insideOf(node, use);
      const map: Remedy = { kind: 'map', node: node.id };
      const asked: Remedy = { kind: 'announce', node: node.id };
      // An announcement that leads nowhere is no use to anybody; one of its own network is what its peers need.
      if (why === 'nobody-there')
        return [
          ...(startsAgain(node) ? [announce()] : []),
          ...(isAlone(topology) || (!startsAgain(node) && !isLoopback(use.host)) ? [announce(use)] : []),
          map,
          asked,
        ];
      if (why === 'other-port')
        // Among peers, loopback is another server for each of them.
        return [
          ...(isAlone(topology) ? [announce(use)] : inNetwork(node) && startsAgain(node) ? [announce()] : []),
          ...(inside === undefined ? [] : [publish(node, inside, announced.port)]),
          map,
          asked,
        ];
      // Clients of a cluster may be told a name, while the nodes go on by their addresses. The port is the same for both.
      const forClients = node.clusterId !== undefined && isLoopback(use.host) && use.port === announced.port;
      return [...(forClients ? [announce({ host: 'localhost', port: use.port })] : []), map, asked];
    }
  }
}

function publish(node: Node, inside: number, outside: number): Remedy {
  return { kind: 'fix', fix: { code: 'publish-port', node: node.id, inside, outside } };
}

/** Whether nobody else has to reach it at what it announces. */
function isAlone(topology: Topology | undefined): boolean {
  return (topology?.nodes.length ?? 1) < 2;
}

/** A Sentinel takes an announcement back at a start only ({@link announceSteps}), and only what the editor has at hand can be started by it. */
function startsAgain({ role, instance }: Node): boolean {
  return (
    role !== 'sentinel' ||
    (instance !== undefined && (instance.engine === 'docker' || instance.ownership !== undefined))
  );
}

/** Whether it has an address of its own there, that peers reach it by. */
function inNetwork({ instance }: Node): boolean {
  return (instance?.networks ?? []).some(({ address }) => address !== undefined && address !== '');
}

/** The port inside that is published at `address`. */
function insideOf({ instance }: Node, address: Address): number | undefined {
  return instance?.ports.find(({ outside }) => outside.port === address.port)?.inside;
}
