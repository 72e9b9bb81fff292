import type { Node, Role, Topology } from '../model/snapshot';
import type { Instance, TopologyKind } from '../model/instance';

/** Whether a node's process runs, as menus need it. `cutoff`: it does, off its networks. `bare`: no engine knows it, so it can be neither started nor stopped. */
export type RunState = 'running' | 'cutoff' | 'paused' | 'stopped' | 'bare';
/** `found` by itself; `added` by its address, to be looked at only; `opened`: the same, with changes allowed. */
export type Belonging = 'owned' | 'found' | 'added' | 'opened';

export function belongingOf({ owned, added }: Pick<Topology, 'owned' | 'added'>): Belonging {
  return owned ? 'owned' : added === undefined ? 'found' : added.changes ? 'opened' : 'added';
}

/**
 * The words that `when` clauses match, dot between them, always all of them and in this order:
 * `node.master.running.owned.sentinel`. A server that wants a password has one more, `locked`, at the end: most acts need one that talks. After that, a process of this machine has `plain`: it has no network of its own. A clause for "runs" is `viewItem =~ /^node\.\w+\.running\./`.
 * The servers of a topology that is only looked at are `watched`, whatever their state: no act is offered for them.
 */
export function nodeContext(
  role: Role,
  state: RunState,
  belonging: Belonging,
  within: TopologyKind | 'alone',
  { locked = false, plain = false } = {},
): string {
  return `node.${role}.${belonging === 'added' ? 'watched' : state}.${belonging}.${within}${locked ? '.locked' : ''}${plain ? '.plain' : ''}`;
}

/** `topology.sentinel.owned.healthy` */
export function topologyContext(topology: Pick<Topology, 'kind' | 'owned' | 'added' | 'health'>): string {
  return `topology.${topology.kind}.${belongingOf(topology)}.${topology.health.level}`;
}

export function runStateOf(node: Pick<Node, 'instance'>): RunState {
  switch (node.instance?.state) {
    case undefined:
      return 'bare';
    case 'running':
    case 'restarting':
      return isCutOff(node.instance) ? 'cutoff' : 'running';
    case 'paused':
      return 'paused';
    case 'created':
    case 'exited':
    case 'dead':
      return 'stopped';
  }
}

/** A container that runs and has been taken off the network that it had. Ours always have one; others may do with that of another container. */
function isCutOff({ engine, networks, formerAddresses = [], ownership }: Instance): boolean {
  return engine === 'docker' && (formerAddresses.length > 0 || (ownership !== undefined && networks.length === 0));
}
