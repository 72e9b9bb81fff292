import { formatAddress } from '../../../model/address';
import type { Node } from '../../../model/snapshot';
import type { Rule } from '../scope';
import { answers, runs } from '../scope';
import { addressesOf } from './links';

/** Which slots nobody serves, and who would have to come back for them. */
export const clusters: Rule = scope => {
  const { topology } = scope;
  const { cluster } = topology ?? {};
  if (topology === undefined || cluster === undefined) return [];
  const says = scope.nodes
    .filter(answers)
    .slice(0, 2)
    .flatMap(node =>
      node.contact.state === 'answering' && node.contact.report.cluster !== undefined
        ? [{ from: 'cluster' as const, who: node.name, text: `cluster_state:${node.contact.report.cluster.state}` }]
        : [],
    );
  const nodeOf = (id: string): Node | undefined => scope.world.node(id);
  const problems = topology.health.reasons.flatMap(reason => {
    switch (reason.code) {
      case 'slots-master-failed': {
        const node = nodeOf(reason.node);
        const shard = cluster.shards.find(
          ({ masterId }) =>
            cluster.members.find(({ id }) => id === masterId)?.node === reason.node || masterId === reason.node,
        );
        const replicas =
          shard?.replicaIds.filter(id => cluster.members.find(member => member.id === id)?.answers === true).length ??
          0;
        const state =
          node === undefined
            ? undefined
            : node.instance?.state === 'paused'
              ? ('paused' as const)
              : runs(node)
                ? ('silent' as const)
                : ('stopped' as const);
        return [
          scope.problem(
            'error',
            {
              code: 'slots-down',
              ranges: reason.ranges,
              replicas,
              ...(node === undefined ? {} : { node: node.name }),
              ...(state === undefined ? {} : { state }),
            },
            node === undefined ? [] : [node],
            {
              evidence: says,
              fixes: [
                node !== undefined && state === 'stopped'
                  ? { code: 'start-node', nodes: [node.id] }
                  : node !== undefined && state === 'paused'
                    ? { code: 'unpause-node', nodes: [node.id] }
                    : undefined,
                node !== undefined && replicas === 0 ? { code: 'add-replica', node: node.id } : undefined,
              ],
            },
          ),
        ];
      }
      case 'stale-claim': {
        const node = nodeOf(reason.node);
        // one that has heard that it is out refuses by itself
        const serves =
          node?.contact.state === 'answering' &&
          node.contact.report.cluster?.state === 'ok' &&
          scope.facts.lasting.has(`claim ${reason.node}`);
        if (node === undefined || !serves) return [];
        return [
          scope.problem(
            'error',
            {
              code: 'slots-claimed-twice',
              node: node.name,
              owner: nodeOf(reason.owner)?.name ?? reason.owner,
              ranges: reason.ranges,
            },
            [node],
            { evidence: [{ from: 'cluster', who: node.name, text: `cluster_state:ok` }, ...says] },
          ),
        ];
      }
      case 'slots-uncovered':
        return [
          scope.problem('error', { code: 'slots-unowned', ranges: reason.ranges }, [], {
            evidence: says,
            fixes: [{ code: 'assign-slots' }],
          }),
        ];
      case 'majority-unreachable': {
        const gone = scope.nodes.filter(node => node.role === 'master' && node.instance !== undefined && !runs(node));
        return [
          scope.problem('error', { code: 'cluster-majority', majority: reason.majority, usable: reason.usable }, gone, {
            evidence: says,
            fixes: [gone.length > 0 ? { code: 'start-node', nodes: gone.map(({ id }) => id) } : undefined],
          }),
        ];
      }
      case 'node-failing':
      case 'bus-link-down': {
        const node = nodeOf(reason.node);
        // one that is stopped or frozen is told by itself
        if (node === undefined || !answers(node) || !runs(node)) return [];
        const member = cluster.members.find(({ node: id }) => id === reason.node);
        const moved =
          member !== undefined &&
          addressesOf(node).length > 0 &&
          !addressesOf(node).includes(member.address.host) &&
          node.instance?.engine === 'docker';
        // for a moment after a start or a failover the others still suspect it
        if (!moved && reason.code === 'node-failing' && !reason.agreed) return [];
        return [
          scope.problem(
            moved ? 'error' : 'warning',
            { code: 'bus-unreachable', node: node.name, by: reason.by.map(id => nodeOf(id)?.name ?? id), moved },
            [node],
            {
              evidence: [
                member && {
                  from: 'cluster',
                  who: nodeOf(reason.by[0] ?? '')?.name ?? '',
                  text: `${member.id} ${formatAddress(member.address)}`,
                },
                { from: 'engine', who: node.name, text: addressesOf(node).join(', ') },
              ],
              fixes: [moved ? { code: 'repair-addresses' } : undefined],
            },
          ),
        ];
      }
      default:
        return [];
    }
  });
  const seen = new Set<string>();
  return problems.filter(({ id }) => !seen.has(id) && seen.add(id));
};
