import type { Address } from '../../../model/address';
import { formatAddress } from '../../../model/address';
import type { Node } from '../../../model/snapshot';
import type { Fix, Problem } from '../problem';
import type { Rule, Scope } from '../scope';
import { answers, logEvidence, replicationOf, runs } from '../scope';
import { splitAddress } from './contact';

/** A replica and whom it follows: the address, the password, the road there. */
export const links: Rule = scope =>
  scope.nodes.flatMap(node => {
    if (node.role === 'sentinel') return watched(scope, node);
    const master = replicationOf(node)?.master;
    const isReplica = answers(node) && master !== undefined;
    // a replica that will not talk to us tells in its log whom it calls
    const address = isReplica ? master.address : silentReplica(scope, node);
    if (address === undefined || !runs(node) || clustered(node)) return [];
    const moved = movedAway(scope, node, address);
    if (moved !== undefined) return [moved];
    const up = isReplica && master.link === 'up';
    return up ? mayMove(scope, node, address) : broken(scope, node, address);
  });

const clustered = (node: Node): boolean =>
  answers(node) && node.contact.state === 'answering' && node.contact.report.mode === 'cluster';

function silentReplica(scope: Scope, node: Node): Address | undefined {
  if (node.contact.state !== 'silent') return undefined;
  const tried = scope.logged(node, 'connecting');
  if (tried === undefined) return undefined;
  const [host, port] = splitAddress(tried.fact.address);
  return host === '' ? undefined : { host, port };
}

/** The address is another's now, or nobody's while the node that was meant runs elsewhere. */
function movedAway(scope: Scope, node: Node, address: Address): Problem | undefined {
  const text = formatAddress(address);
  const holder = scope.world.holderOf(address, node);
  const before = scope.facts.followed.get(node.id);
  const meant = before?.address === text ? scope.world.node(before.master) : undefined;
  const self = holder?.instance !== undefined && holder.id === node.id;
  const elsewhere =
    meant !== undefined &&
    holder !== meant &&
    runs(meant) &&
    addressesOf(meant).length > 0 &&
    !addressesOf(meant).includes(address.host);
  if (!self && !elsewhere) return undefined;
  const other =
    meant ?? (self ? scope.nodes.find(one => one.role === 'master' && one !== node && answers(one)) : undefined);
  const line = scope.confLine(node, 'replicaof', 'slaveof');
  return scope.problem(
    'error',
    {
      code: 'address-moved',
      node: node.name,
      address: text,
      ...(holder === undefined ? {} : { holder: holder.name }),
      ...(other === undefined ? {} : { meant: other.name }),
    },
    [node],
    {
      evidence: [
        { from: 'reply', who: node.name, text: `master_host:${address.host} master_port:${String(address.port)}` },
        holder?.instance && { from: 'engine', who: holder.name, text: addressesOf(holder).join(', ') },
        other?.instance && { from: 'engine', who: other.name, text: addressesOf(other).join(', ') },
        line && { from: 'conf', who: node.name, text: line.text },
      ],
      at: line && { node, line: line.line },
      fixes: [other && { code: 'repoint', node: node.id, master: other.id }],
    },
  );
}

export function addressesOf(node: Node): readonly string[] {
  return (
    node.instance?.networks.flatMap(({ address }) => (address === undefined || address === '' ? [] : [address])) ?? []
  );
}

/** Works now, and will not when containers start in another order: the default bridge hands its addresses out anew. */
function mayMove(scope: Scope, node: Node, address: Address): readonly Problem[] {
  const master = scope.world.holderOf(address, node);
  if (master?.instance?.engine !== 'docker' || master.instance.ownership !== undefined) return [];
  const passing = master.instance.networks.some(
    network => network.name === 'bridge' && network.address === address.host,
  );
  return passing
    ? [
        scope.problem('info', { code: 'address-may-move', node: node.name, address: formatAddress(address) }, [node], {
          evidence: [{ from: 'engine', who: master.name, text: `bridge ${address.host}` }],
        }),
      ]
    : [];
}

function broken(scope: Scope, node: Node, address: Address): readonly Problem[] {
  const reply = scope.logged(node, 'denied-by-master', 'auth-missing', 'auth-wrong', 'socket-error', 'link-up');
  const master = scope.world.holderOf(address, node);
  const name = master?.name ?? formatAddress(address);
  switch (reply?.fact.code) {
    case 'auth-missing':
    case 'auth-wrong':
      return [
        scope.problem(
          'error',
          { code: 'master-auth', node: node.name, master: name, missing: reply.fact.code === 'auth-missing' },
          [node],
          {
            evidence: [logEvidence(node, reply.text)],
            fixes: [master && { code: 'set-masterauth', node: node.id, master: master.id }],
          },
        ),
      ];
    case 'socket-error': {
      // a master that does not run is told by itself: then this only explains what the replica's log is full of
      const gone = master ?? scope.world.node(scope.facts.followed.get(node.id)?.master ?? '');
      const other = scope.nodes.find(
        one => one.role === 'master' && one.id !== gone?.id && answers(one) && one.staleMaster === undefined,
      );
      return [
        scope.problem(
          gone !== undefined && !runs(gone) ? 'info' : 'warning',
          {
            code: 'master-unreachable',
            node: node.name,
            address: formatAddress(address),
            reason: reply.fact.reason,
            ...(gone === undefined ? {} : { master: gone.name }),
          },
          [node],
          {
            evidence: [logEvidence(node, reply.text)],
            fixes: [
              gone !== undefined && !runs(gone) && gone.instance ? { code: 'start-node', nodes: [gone.id] } : undefined,
              other && scope.topology?.kind === 'replication'
                ? { code: 'repoint', node: node.id, master: other.id }
                : undefined,
            ],
          },
        ),
      ];
    }
    default:
      return [];
  }
}

/** A Sentinel that watches an address at which its master is no more. */
function watched(scope: Scope, node: Node): readonly Problem[] {
  if (node.contact.state !== 'answering') return [];
  return (node.contact.report.sentinel?.masters ?? []).flatMap(({ name, address, flags }) => {
    if (scope.topology?.masterName !== undefined && name !== scope.topology.masterName) return [];
    const holder = scope.world.holderOf(address, node);
    if (holder?.contact.state === 'answering' && holder.contact.report.mode === 'cluster') {
      return [
        scope.problem('error', { code: 'sentinel-watches-cluster', node: node.name, master: holder.name }, [node], {
          evidence: [{ from: 'sentinel', who: node.name, text: `${name} ${formatAddress(address)}` }],
          fixes: [
            { code: 'convert-to-cluster', sentinels: watchersOf(scope, name), master: name },
            outOfCluster(scope, holder),
          ],
        }),
      ];
    }
    if (!flags.includes('s_down') && !flags.includes('o_down')) return [];
    const master = scope.nodes.find(
      one =>
        one.role !== 'sentinel' &&
        answers(one) &&
        one !== holder &&
        replicationOf(one)?.role === 'master' &&
        !addressesOf(one).includes(address.host),
    );
    const isServer =
      holder !== undefined && holder.role !== 'sentinel' && (!runs(holder) || holder.contact.state === 'silent');
    if (isServer || master === undefined || holder?.id === master.id || stillOwns(scope, address)) return [];
    return [
      scope.problem(
        'error',
        {
          code: 'address-moved',
          node: node.name,
          address: formatAddress(address),
          ...(holder === undefined ? {} : { holder: holder.name }),
          meant: master.name,
        },
        [node],
        {
          evidence: [
            { from: 'sentinel', who: node.name, text: `${name} ${formatAddress(address)} ${flags.join(',')}` },
            { from: 'engine', who: master.name, text: addressesOf(master).join(', ') },
          ],
          fixes: [scope.topology === undefined ? undefined : { code: 'repair-addresses' }],
        },
      ),
    ];
  });
}

/** All Sentinels that watch a master of that name: each would tell the others of it again. */
function watchersOf(scope: Scope, master: string): readonly string[] {
  return scope.world.nodes
    .filter(
      ({ contact }) =>
        contact.state === 'answering' && contact.report.sentinel?.masters.some(({ name }) => name === master) === true,
    )
    .map(({ id }) => id);
}

/** What makes a server a node of a Cluster, commented out in its file and in those of the other nodes that hang together with it. */
function outOfCluster(scope: Scope, holder: Node): Fix | undefined {
  const peers = scope.world.nodes.filter(
    node =>
      node === holder || (holder.topologyId !== undefined && node.topologyId === holder.topologyId && clustered(node)),
  );
  const files = peers.flatMap(node => {
    const conf = scope.conf(node);
    const lines = conf?.document.statements.filter(({ name }) => name.startsWith('cluster-')) ?? [];
    if (conf === undefined || lines.length === 0) return [];
    const edits = lines.map(({ line }) => {
      const was = conf.document.lineText(line).replace(/\r$/, '');
      return { line: line + 1, was, now: `# ${was}` };
    });
    return [{ node: node.id, path: conf.path, edits }];
  });
  return files.length === 0 ? undefined : { code: 'convert-to-sentinel', files };
}

/** A stopped container of ours keeps its fixed address: the Sentinels mean the right one, which is merely down. */
function stillOwns(scope: Scope, address: Address): boolean {
  return scope.nodes.some(
    node =>
      node.role !== 'sentinel' &&
      !runs(node) &&
      (addressesOf(node).includes(address.host) || addressesOf(node).length === 0),
  );
}
