import type { ClusterView } from '../../model/clusterView';
import { countSlots } from '../../model/slots';
import { ReplyError } from '../../redis/client';
import type { Crew } from './crew';
import type { MovePlan } from './movePlan';

const SETTING = 'cluster-allow-replica-migration';

/** Masters that the plan leaves without a slot. */
export function emptiedBy(plan: MovePlan, view: Pick<ClusterView, 'shards'>): readonly string[] {
  const gives = new Map<string, number>();
  for (const { from, to, ranges } of plan.moves) {
    gives.set(from, (gives.get(from) ?? 0) + countSlots(ranges));
    gives.set(to, (gives.get(to) ?? 0) - countSlots(ranges));
  }
  return view.shards
    .filter(shard => shard.slots > 0 && (gives.get(shard.masterId) ?? 0) >= shard.slots)
    .map(shard => shard.masterId);
}

/**
 * With its last slot a master becomes a replica of the taker, and its replicas with it: then nothing could be moved back to it. So this is held off while
 * such a slot goes. Gives back the names of the nodes that were told; a server that refuses (an ACL, a renamed CONFIG) does as it always did.
 */
export async function holdMasters(
  crew: Crew,
  masterIds: readonly string[],
  view: Pick<ClusterView, 'shards'>,
): Promise<readonly string[]> {
  const ids = masterIds.flatMap(id => [id, ...(view.shards.find(shard => shard.masterId === id)?.replicaIds ?? [])]);
  const held = await Promise.all(
    ids.map(async id => {
      const member = crew.find(id);
      const [now] = (await member?.connection.pipeline([['CONFIG', 'GET', SETTING]])) ?? [];
      if (!member || !Array.isArray(now) || now[1] !== 'yes') return [];
      const [reply] = await member.connection.pipeline([['CONFIG', 'SET', SETTING, 'no']]);
      return reply instanceof ReplyError ? [] : [member.name];
    }),
  );
  return held.flat();
}

/** Gives the names of those that did not answer. */
export async function releaseMasters(crew: Crew, names: readonly string[]): Promise<readonly string[]> {
  const left = await Promise.all(
    names.map(async name => {
      const member = crew.find(name);
      const reply = await member?.connection.pipeline([['CONFIG', 'SET', SETTING, 'yes']]).catch(() => undefined); // silent: told at the next run
      return reply === undefined ? [name] : [];
    }),
  );
  return left.flat();
}
