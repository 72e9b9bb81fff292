import type { Node, Role, Topology } from '../model/snapshot';
import type { TopologyKind } from '../model/instance';

/** Whether a node's process runs, as menus need it. `bare`: no engine knows it, so it can be neither started nor stopped. */
export type RunState = 'running' | 'paused' | 'stopped' | 'bare';
export type Belonging = 'owned' | 'found';

/**
 * The words that `when` clauses match, dot between them, always all of them and in this order:
 * `node.master.running.owned.sentinel`. A server that wants a password has one more, `locked`, at the end: most acts need one that talks. A clause for "runs" is `viewItem =~ /^node\.\w+\.running\./`.
 */
export function nodeContext(role: Role, state: RunState, belonging: Belonging, within: TopologyKind | 'alone', locked: boolean): string {
  return `node.${role}.${state}.${belonging}.${within}${locked ? '.locked' : ''}`;
}

/** `topology.sentinel.owned.healthy` */
export function topologyContext({ kind, owned, health }: Pick<Topology, 'kind' | 'owned' | 'health'>): string {
  return `topology.${kind}.${owned ? 'owned' : 'found'}.${health.level}`;
}

export function runStateOf(node: Pick<Node, 'instance'>): RunState {
  switch (node.instance?.state) {
    case undefined: return 'bare';
    case 'running': case 'restarting': return 'running';
    case 'paused': return 'paused';
    case 'created': case 'exited': case 'dead': return 'stopped';
  }
}
