import { formatRanges, normalizeRanges } from '../../model/slots';
import type { ClusterLack } from './agreement';
import { isMeshed } from './agreement';
import type { ClusterSight } from './crew';

/**
 * What is still missing before a node that joined is seen by all answering nodes as what it shall be, and sees the cluster as they do. What was wrong
 * with the cluster before is no lack of the newcomer's: dead nodes, open slots, a cluster that is down.
 * @param masterId of a replica: whom it follows
 */
export function lacksOfNewcomer(
  { seen, view }: ClusterSight,
  name: string,
  id: string,
  masterId: string | undefined,
): ClusterLack[] {
  const own = seen.find(one => one.report.myId === id);
  if (!own) return [{ code: 'state', node: name }];
  const lacks: ClusterLack[] = [];
  const lines = new Map(own.report.nodes.map(line => [line.id, line]));
  for (const { name: other, report } of seen) {
    const line = report.nodes.find(line => line.id === id);
    if (!line || (report.myId !== id && !isMeshed(line))) {
      lacks.push({ code: 'pair', from: other, to: name });
      continue;
    }
    if (report.myId !== id) {
      const theirs = lines.get(report.myId);
      const self = report.nodes.find(one => one.id === report.myId);
      if (!theirs || !isMeshed(theirs)) lacks.push({ code: 'pair', from: name, to: other });
      else if (theirs.masterId !== self?.masterId || theirs.flags.includes('master') !== self?.flags.includes('master'))
        lacks.push({ code: 'role', node: other, by: name });
    }
    const right =
      masterId === undefined
        ? line.flags.includes('master')
        : line.flags.includes('slave') && line.masterId === masterId;
    if (!right) lacks.push({ code: 'role', node: name, by: other });
    const bad = ['fail', 'fail?', 'noaddr'].find(flag => line.flags.includes(flag));
    if (bad !== undefined) lacks.push({ code: 'flag', node: name, by: other, flag: bad });
  }
  for (const shard of view.shards) {
    const told = lines.get(shard.masterId);
    if (formatRanges(normalizeRanges(told?.slots ?? [])) !== formatRanges(normalizeRanges(shard.ranges)))
      lacks.push({
        code: 'slots',
        by: name,
        node: view.members.find(member => member.id === shard.masterId)?.name ?? shard.masterId,
      });
  }
  const others = seen.filter(one => one !== own);
  if (own.report.state !== 'ok' && others.length > 0 && others.every(one => one.report.state === 'ok'))
    lacks.push({ code: 'state', node: name });
  if (masterId !== undefined && (own.role !== 'replica' || !own.linkUp)) lacks.push({ code: 'link', node: name });
  return lacks;
}
