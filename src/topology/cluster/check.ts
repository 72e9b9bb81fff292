import type { ClusterMember, ClusterView } from '../../model/clusterView';
import { eachSlot } from '../../model/slots';
import type { SlotRange } from '../../model/slots';
import type { VerbDeps } from '../deps';
import { withCrew } from './crew';
import type { ClusterTarget, CrewMember } from './crew';
import { ask } from './wire';

/** All that can be known of a cluster by asking every node of it: redis-cli's check, and what that leaves out. Plain data. */
export interface ClusterCheck {
  readonly name: string;
  readonly view: ClusterView;
  /** Masters in slot order, with what they hold. */
  readonly shards: readonly CheckedShard[];
  /** Keys of all masters together. */
  readonly keys: number;
  /** What each answering node says of the whole. */
  readonly opinions: readonly {
    readonly node: string;
    readonly state: 'ok' | 'fail';
    readonly epoch: number;
    readonly knows: number;
    readonly role: 'master' | 'replica';
  }[];
  readonly silent: readonly { readonly node: string; readonly text: string }[];
  /** Nodes that hold keys of slots that are not theirs, where no client finds them. */
  readonly strays: readonly { readonly node: string; readonly keys: number }[];
}

export interface CheckedShard {
  readonly master: ClusterMember;
  readonly ranges: readonly SlotRange[];
  readonly slots: number;
  /** Undefined when the master doesn't answer. */
  readonly keys: number | undefined;
  readonly replicas: readonly ClusterMember[];
}

const BATCH = 2000;

/** Looks, changes nothing. */
export function checkCluster(
  deps: Pick<VerbDeps, 'connector' | 'secrets'>,
  target: ClusterTarget,
  signal: AbortSignal,
): Promise<ClusterCheck> {
  return withCrew(deps, target, signal, async crew => {
    const { seen, view } = await crew.look(signal);
    const byId = new Map(view.members.map(member => [member.id, member]));
    const masters = view.members.filter(member => member.role === 'master');
    const held = new Map(
      await Promise.all(
        masters
          .flatMap(({ id }) => crew.find(id) ?? [])
          .map(async member => [member.id, await keysOf(member, view, signal)] as const),
      ),
    );
    const shards = masters.map((master): CheckedShard => {
      const shard = view.shards.find(({ masterId }) => masterId === master.id);
      return {
        master,
        ranges: shard?.ranges ?? [],
        slots: shard?.slots ?? 0,
        keys: held.get(master.id)?.all,
        replicas: (shard?.replicaIds ?? []).flatMap(id => byId.get(id) ?? []),
      };
    });
    return {
      name: target.name,
      view,
      shards,
      keys: [...held.values()].reduce((sum, { all }) => sum + all, 0),
      opinions: seen.map(({ name, report, role }) => ({
        node: name,
        state: report.state,
        epoch: report.currentEpoch,
        knows: report.nodes.length,
        role,
      })),
      silent: crew.silent.map(({ seat, text }) => ({ node: seat.name, text })),
      strays: [...held]
        .filter(([, { all, own }]) => all > own)
        .map(([id, { all, own }]) => ({ node: byId.get(id)?.name ?? id, keys: all - own })),
    };
  });
}

/** How many keys a master holds, and how many of them in slots of its own. */
async function keysOf(
  { id, connection }: CrewMember,
  view: ClusterView,
  signal: AbortSignal,
): Promise<{ readonly all: number; readonly own: number }> {
  const slots = [...eachSlot(view.shards.find(shard => shard.masterId === id)?.ranges ?? [])];
  // Asked first: a key that is written meanwhile must not look like a stray; at worst it hides one.
  const [all] = await ask(connection, [['DBSIZE']], signal, 10_000);
  let own = 0;
  for (let at = 0; at < slots.length; at += BATCH) {
    const counts = await ask(
      connection,
      slots.slice(at, at + BATCH).map(slot => ['CLUSTER', 'COUNTKEYSINSLOT', String(slot)]),
      signal,
      10_000,
    );
    own += counts.reduce<number>((sum, count) => sum + (typeof count === 'number' ? count : 0), 0);
  }
  return { all: typeof all === 'number' ? all : 0, own };
}
