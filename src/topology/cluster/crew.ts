import { HumanError } from '../../base/errors';
import { sameAddress } from '../../model/address';
import { ClusterNodesReader } from '../../model/clusterNodes';
import { clusterView } from '../../model/clusterView';
import type { ClusterMember, ClusterView } from '../../model/clusterView';
import type { Topology } from '../../model/snapshot';
import type { VerbDeps } from '../deps';
import { saidBy } from '../silence';
import { Talk } from '../talk';
import type { Seat } from '../talk';
import { ask, Watcher } from './wire';
import type { ClusterPeer, Observation } from './wire';
import { secretOf } from '../password';

/** A live cluster as its verbs address it: where each node is reached, and where the password is kept. */
export interface ClusterTarget {
  readonly topologyId: string;
  readonly name: string;
  readonly seats: readonly Seat[];
}

export type CrewFault =
  /** No node of the cluster answers. */
  | { readonly code: 'cluster-silent'; readonly name: string; readonly texts: readonly string[] }
  | { readonly code: 'cluster-node-silent'; readonly node: string; readonly text: string }
  | { readonly code: 'cluster-node-unknown'; readonly node: string };

export function clusterTargetOf(topology: Topology): ClusterTarget {
  const seats = topology.nodes.flatMap(({ id, name, reachable, announced }): Seat[] =>
    reachable === undefined ? [] : [{ name, announced: announced ?? reachable, reachable, secretKey: id }],
  );
  return { topologyId: topology.id, name: topology.name, seats };
}

/** A peer that answered, with the cluster's own id of it. */
export interface CrewMember extends ClusterPeer {
  readonly id: string;
}

/** What all answering nodes say at one moment. */
export interface ClusterSight {
  readonly seen: readonly Observation[];
  readonly view: ClusterView;
}

const ANSWER_MS = 2000;
/** Others go on while one is frozen: that one must not hold up the look at them for longer than a busy machine does. */
const LOOK_MS = 2000;

/** Connections to all nodes of a cluster for as long as a verb runs. Nodes that don't answer are known by name, and skipped. */
export class Crew {
  readonly members: readonly CrewMember[];
  readonly silent: readonly { readonly seat: Seat; readonly text: string }[];
  readonly #target: ClusterTarget;
  readonly #watchers: readonly Watcher[];

  constructor(target: ClusterTarget, members: readonly CrewMember[], silent: Crew['silent']) {
    this.#target = target;
    this.members = members;
    this.silent = silent;
    this.#watchers = members.map(member => new Watcher(member));
  }

  get name(): string {
    return this.#target.name;
  }

  /** Asks every node at once; one that falls silent is left out of the sight. */
  async look(signal: AbortSignal): Promise<ClusterSight> {
    const looks = await Promise.all(
      this.#watchers.map(watcher =>
        watcher.look(signal, LOOK_MS).catch((error: unknown) => {
          if (signal.aborted) throw error;
          return undefined;
        }),
      ),
    );
    const seen = looks.filter(look => look !== undefined);
    const opinions = seen.map(({ name, report }) => ({ node: name, name, report }));
    const nameOf = (address: Seat['announced']): string | undefined =>
      this.#target.seats.find(seat => sameAddress(seat.announced, address))?.name;
    return {
      seen,
      view: clusterView(opinions, (_, address) => {
        const name = nameOf(address);
        return name === undefined ? undefined : { node: name, name };
      }),
    };
  }

  /** One node's own word only: it doesn't wait for others that are frozen. Undefined while it is silent. */
  async observe(name: string, signal: AbortSignal): Promise<Observation | undefined> {
    return this.#watchers
      .find(watcher => watcher.peer.name === name)
      ?.look(signal, LOOK_MS)
      .catch((error: unknown) => {
        if (signal.aborted) throw error;
        return undefined;
      });
  }

  /** By name or cluster id. Throws when it doesn't answer. */
  member(nameOrId: string): CrewMember {
    const member = this.find(nameOrId);
    if (member) return member;
    const silent = this.silent.find(({ seat }) => seat.name === nameOrId);
    throw new HumanError<CrewFault>(
      silent
        ? { code: 'cluster-node-silent', node: nameOrId, text: silent.text }
        : { code: 'cluster-node-unknown', node: nameOrId },
    );
  }

  find(nameOrId: string): CrewMember | undefined {
    return this.members.find(member => member.name === nameOrId || member.id === nameOrId);
  }
}

/** The member of the view that bears this name or id. */
export function memberOf(view: ClusterView, nameOrId: string): ClusterMember {
  const member = view.members.find(member => member.name === nameOrId || member.id === nameOrId);
  if (!member) throw new HumanError<CrewFault>({ code: 'cluster-node-unknown', node: nameOrId });
  return member;
}

/** Connects to all nodes, runs `work`, lets go. Throws `cluster-silent` when none answers. */
export async function withCrew<T>(
  deps: Pick<VerbDeps, 'connector' | 'secrets'>,
  target: ClusterTarget,
  signal: AbortSignal,
  work: (crew: Crew) => Promise<T>,
): Promise<T> {
  const talk = new Talk(deps.connector, seat => secretOf(deps.secrets, target.topologyId, seat));
  try {
    const silent: { seat: Seat; text: string }[] = [];
    const members = await Promise.all(
      target.seats.map(async (seat): Promise<CrewMember[]> => {
        try {
          const connection = await talk.to(seat, { everyMs: 50, deadlineMs: ANSWER_MS, signal });
          const [nodes] = await ask(connection, [['CLUSTER', 'NODES']], signal, ANSWER_MS);
          const own = new ClusterNodesReader().read(nodes).find(line => line.flags.includes('myself'));
          return [
            {
              name: seat.name,
              announced: seat.announced,
              connection,
              id: own?.id ?? '',
              ...(own === undefined || own.busPort === 0 ? {} : { busPort: own.busPort }),
            },
          ];
        } catch (error) {
          if (signal.aborted) throw error;
          silent.push({ seat, text: saidBy(error) });
          return [];
        }
      }),
    );
    const answering = members.flat();
    if (answering.length === 0)
      throw new HumanError<CrewFault>({
        code: 'cluster-silent',
        name: target.name,
        texts: silent.map(({ text }) => text),
      });
    return await work(new Crew(target, answering, silent));
  } finally {
    talk.dispose();
  }
}
