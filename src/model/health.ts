import { formatAddress } from './address';
import type { SentinelOpinion } from './sentinelOpinion';
import type { Directory } from './servers';
import { canFailOver } from './quorum';
import type { Health, HealthReason, Node, SilenceReason } from './snapshot';

/** Whether a replica's reason to worry is worth a row: bigger numbers first. */
const weight: Partial<Record<HealthReason['code'], number>> = {
  'no-master': 100,
  'master-down': 99,
  'several-masters': 98,
  'stale-master': 90,
  'failover-in-progress': 85,
  'majority-unreachable': 80,
  'quorum-unreachable': 79,
  'sentinels-differ': 70,
  'wrong-master': 65,
  'node-not-running': 60,
  'node-paused': 60,
  'node-silent': 60,
  'node-loading': 50,
  'link-down': 50,
  syncing: 40,
  'no-replica': 30,
  'failover-would-fail': 20,
};

/** What each node's own state says, of any kind of topology. */
export function nodeReasons(nodes: readonly Node[]): HealthReason[] {
  const reasons: HealthReason[] = [];
  for (const { id, contact, instance, role } of nodes) {
    switch (contact.state) {
      case 'not-running':
        reasons.push(
          instance?.state === 'paused' ? { code: 'node-paused', node: id } : { code: 'node-not-running', node: id },
        );
        break;
      case 'silent':
        reasons.push(
          contact.reason === 'paused'
            ? { code: 'node-paused', node: id }
            : { code: 'node-silent', node: id, reason: contact.reason },
        );
        break;
      case 'answering': {
        const master = contact.report.replication?.master;
        if (contact.report.loading) reasons.push({ code: 'node-loading', node: id });
        else if (role === 'replica' && master?.syncInProgress) reasons.push({ code: 'syncing', node: id });
        else if (role === 'replica' && master?.link === 'down') reasons.push({ code: 'link-down', node: id });
        break;
      }
      case 'unknown':
        break;
    }
  }
  return reasons;
}

/** The server lives but will not talk to us: what we cannot see may be perfectly well. */
const lockedOut: ReadonlySet<SilenceReason> = new Set([
  'password-required',
  'password-wrong',
  'no-permission',
  'protected-mode',
  'tls',
]);

export function isLockedOut({ contact }: Pick<Node, 'contact'>): boolean {
  return contact.state === 'silent' && lockedOut.has(contact.reason);
}

/** Health of a replication or Sentinel topology. */
export function replicationHealth(
  nodes: readonly Node[],
  sentinels: SentinelOpinion | undefined,
  directory: Directory,
): Health {
  if (nodes.every(node => node.contact.state === 'unknown')) return { level: 'unknown', reasons: [] };
  const reasons = nodeReasons(nodes);
  const masters = nodes.filter(node => node.role === 'master');
  const living = masters.filter(node => node.contact.state === 'answering' && node.staleMaster === undefined);
  const stale = masters.filter(node => node.staleMaster !== undefined);
  const [fallen] = masters.filter(node => node.contact.state !== 'answering');
  // who was not asked yet, or does not let us in, may be the master
  const unseen =
    living.length === 0 &&
    nodes.some(node => node.role !== 'sentinel' && (node.contact.state === 'unknown' || isLockedOut(node)));
  if (living.length === 0 && !unseen)
    reasons.push(fallen === undefined ? { code: 'no-master' } : { code: 'master-down', node: fallen.id });
  // without Sentinels two unlinked masters cannot be in one group, unless the labels are ours or a chain broke
  if (living.length > 1) reasons.push({ code: 'several-masters', nodes: living.map(node => node.id) });
  for (const node of stale)
    if (node.staleMaster !== undefined)
      reasons.push({ code: 'stale-master', node: node.id, actual: formatAddress(node.staleMaster.actual) });
  const [master] = living;
  const replicas = nodes.filter(node => node.role === 'replica');
  if (master !== undefined && !replicas.some(node => node.contact.state === 'answering'))
    reasons.push({ code: 'no-replica', node: master.id });
  if (sentinels !== undefined)
    reasons.push(
      ...sentinelReasons(
        nodes,
        sentinels,
        directory,
        living.map(node => node.id),
      ),
    );
  reasons.sort((a, b) => (weight[b.code] ?? 0) - (weight[a.code] ?? 0));
  return {
    level: unseen ? 'unknown' : living.length === 0 ? 'down' : reasons.length > 0 ? 'degraded' : 'healthy',
    reasons,
  };
}

function sentinelReasons(
  nodes: readonly Node[],
  opinion: SentinelOpinion,
  directory: Directory,
  living: readonly string[],
): HealthReason[] {
  const reasons: HealthReason[] = [];
  const { required, known, usable, majority } = opinion.quorum;
  if (opinion.failingOver) reasons.push({ code: 'failover-in-progress' });
  if (usable < required) reasons.push({ code: 'quorum-unreachable', required, usable });
  if (usable < majority) reasons.push({ code: 'majority-unreachable', majority, usable });
  if (opinion.dissenters.length > 0)
    reasons.push({ code: 'sentinels-differ', nodes: opinion.dissenters.map(({ id }) => id) });
  const agreed = directory.find(opinion.agreed, opinion.rows[0]?.by);
  for (const node of nodes) {
    if (node.role !== 'replica' || node.contact.state !== 'answering' || agreed === undefined) continue;
    const follows = node.contact.report.replication?.master?.address;
    // during a failover each follows whom it was last told
    if (opinion.failingOver) continue;
    if (follows !== undefined && node.masterId !== agreed.id && !living.includes(node.masterId ?? '')) {
      reasons.push({
        code: 'wrong-master',
        node: node.id,
        follows: formatAddress(follows),
        expected: formatAddress(opinion.agreed),
      });
    }
  }
  if (canFailOver(known, required, usable) && opinion.fatalPlaces.length > 0) {
    const losing = nodes.filter(({ role, id }) => role === 'sentinel' && opinion.fatal.has(id)).map(({ id }) => id);
    reasons.push({
      code: 'failover-would-fail',
      losing,
      needed: opinion.needed,
      left: Math.min(...opinion.fatalPlaces.map(({ left }) => left)),
    });
  }
  return reasons;
}
