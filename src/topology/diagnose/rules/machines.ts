import type { Node } from '../../../model/snapshot';
import type { Rule } from '../scope';

/**
 * A server and a copy of it on one machine, where several are there: lost together, though the point of the copy is that they are not. Said only if a
 * machine can be had that holds neither the master nor another of its replicas.
 */
export const machines: Rule = scope =>
  scope.nodes.flatMap(node => {
    const host = node.instance?.host;
    const master = node.role === 'replica' && node.masterId !== undefined ? scope.world.node(node.masterId) : undefined;
    if (host === undefined || master?.instance?.host?.id !== host.id) return [];
    const shard = scope.nodes.filter(({ id, masterId }) => id === master.id || masterId === master.id);
    const used = new Set(shard.flatMap(({ instance }) => instance?.host?.id ?? []));
    const free = [...scope.facts.hosts, ...hostsOf(scope.world.nodes)].find(({ id }) => !used.has(id));
    return free === undefined
      ? []
      : [
          scope.problem(
            'warning',
            { code: 'same-machine', node: node.name, master: master.name, machine: host.name, free: free.name },
            [node, master],
            {
              evidence: [
                { from: 'engine', who: node.name, text: host.name },
                { from: 'engine', who: master.name, text: host.name },
              ],
            },
          ),
        ];
  });

function hostsOf(nodes: readonly Node[]): readonly { readonly id: string; readonly name: string }[] {
  return nodes.flatMap(({ instance }) =>
    instance?.host !== undefined && instance.state === 'running' ? [instance.host] : [],
  );
}
