import { nodesOf } from '../model/diff';
import { reportOf } from '../model/servers';
import type { Node, SnapshotChange } from '../model/snapshot';
import type { Happening } from './timeline';

/** What the difference of two snapshots means as events. What was not known before is no event. */
export function happenings({
  previous,
  snapshot,
}: Pick<SnapshotChange, 'previous' | 'snapshot'>): readonly Happening[] {
  const before = new Map(nodesOf(previous).map(node => [node.id, node]));
  return nodesOf(snapshot).flatMap(node => {
    const old = before.get(node.id);
    return old === undefined || old === node ? [] : ofNode(old, node);
  });
}

function ofNode(old: Node, node: Node): Happening[] {
  const who = { node: node.id, name: node.name };
  const events: Happening[] = [];
  const [from, to] = [contactWord(old), contactWord(node)];
  if (from !== to && old.contact.state !== 'unknown') {
    events.push({
      code: 'contact-changed',
      ...who,
      from,
      to,
      ...(node.contact.state === 'silent' ? { reason: node.contact.reason } : {}),
    });
  }
  if (old.role !== node.role && old.role !== 'unknown')
    events.push({ code: 'role-changed', ...who, from: old.role, to: node.role });
  if ((old.staleMaster === undefined) !== (node.staleMaster === undefined))
    events.push({ code: 'stale-master', ...who, stale: node.staleMaster !== undefined });
  const [oldLink, link] = [linkOf(old), linkOf(node)];
  if (oldLink !== undefined && link !== undefined && oldLink !== link && node.contact.state === 'answering')
    events.push({ code: 'link-changed', ...who, link });
  return events;
}

function contactWord({ contact }: Node): string {
  return contact.state;
}

function linkOf({ contact }: Node): 'up' | 'down' | undefined {
  return reportOf(contact)?.replication?.master?.link;
}
