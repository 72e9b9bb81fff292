import { delay } from '../base/abort';
import { HumanError } from '../base/errors';
import type { ContainerActs, Expectation } from '../engine/engine';
import type { Node } from '../model/snapshot';
import type { VerbDeps } from './deps';

/** A container that was taken off its networks, and what puts it back as it was. Plain data: it outlives the editor. */
export interface CutOff {
  readonly instanceId: string;
  readonly name: string;
  readonly topologyId?: string;
  readonly networks: readonly {
    readonly id: string;
    readonly name: string;
    readonly address?: string;
    readonly aliases: readonly string[];
  }[];
  /** A network that it was put to meanwhile, so that its published ports go on. */
  readonly meanwhile?: string;
  /** How long it stays without any network before it is put back (see {@link disconnectNode}). */
  readonly letGoMs?: number;
}

export type NetworkFault =
  /** A plain process has no network of its own, and the host's cannot be left. */
  | { readonly code: 'network-not-its-own'; readonly node: string }
  | { readonly code: 'network-nothing-to-undo'; readonly node: string };

const KEY = 'cut-off:';
/** Networks that every container may have and none can be put back to in the same way. */
const shared: ReadonlySet<string> = new Set(['host', 'none']);
/** The engine's own network: nobody of a topology that we made is in it. */
const APART = 'bridge';
/** Beyond this, a few seconds of suspicion are the lesser evil. */
const LET_GO_MOST_MS = 20_000;
/** A cluster's node looks after its links ten times a second. */
const A_CRON_MS = 300;

type Deps = Pick<VerbDeps, 'engine' | 'records'>;

/**
 * Takes the node's container off all its networks: others and clients lose it, its process goes on. What it takes to put it back is recorded first.
 * `reachable`: its published ports go on, by way of the engine's default network, so that only the others lose it and its clients do not.
 *
 * `letGoMs`, of a cluster's node its cluster-node-timeout: what it tries to connect from that other network comes from an address which it has no more
 * once it is back. Such a connection is tried for up to two minutes, and Redis keeps it as long as it hears the other one, so that both suspect
 * each other all that time (CLUSTER LINKS: a link `to` without events; Redis 7.0.15). Without any network it gives them up after its
 * timeout, and what it tries then fails at once.
 */
export async function disconnectNode(
  deps: Deps,
  node: Node,
  signal: AbortSignal,
  { reachable = false, letGoMs = 0 } = {},
): Promise<CutOff> {
  const { containers, expect, id } = actsOn(deps, node);
  const networks = (node.instance?.networks ?? []).filter(({ name }) => !shared.has(name));
  if (networks.length === 0 || (reachable && networks.some(({ name }) => name === APART)))
    throw new HumanError<NetworkFault>({ code: 'network-not-its-own', node: node.name });
  const ends = await Promise.all(
    networks.map(async network => ({
      id: network.id,
      name: network.name,
      ...(await containers.endpointOf(id, network.id, signal)),
    })),
  );
  const cut: CutOff = {
    instanceId: id,
    name: node.name,
    ...(node.instance?.ownership === undefined ? {} : { topologyId: node.instance.ownership.topologyId }),
    networks: ends,
    ...(reachable ? { meanwhile: APART, ...(letGoMs > 0 ? { letGoMs } : {}) } : {}),
  };
  await deps.records.set(KEY + id, cut);
  if (reachable) await containers.connect(id, expect, APART, { aliases: [] }, signal);
  for (const network of ends) await containers.disconnect(id, expect, network.id, signal);
  return cut;
}

/** Whether this node was cut off by us and not put back since. */
export function cutOffOf(deps: Pick<VerbDeps, 'records'>, node: Pick<Node, 'instance'>): CutOff | undefined {
  return node.instance === undefined ? undefined : (deps.records.get(KEY + node.instance.id) as CutOff | undefined);
}

/** Puts it back to every network that it was taken off, at the same address and under the same names. Without a signal: a cancel would leave it half cut. */
export async function reconnectNode(deps: Deps, node: Pick<Node, 'name' | 'instance'>): Promise<void> {
  const { containers, expect, id } = actsOn(deps, node);
  const cut = cutOffOf(deps, node);
  if (cut === undefined) throw new HumanError<NetworkFault>({ code: 'network-nothing-to-undo', node: node.name });
  const there = new Set(
    node.instance?.networks.filter(({ address }) => address !== undefined && address !== '').map(network => network.id),
  );
  const leave = async (): Promise<void> => {
    if (cut.meanwhile !== undefined && node.instance?.networks.some(({ name }) => name === cut.meanwhile) !== false)
      await containers.disconnect(id, expect, cut.meanwhile);
  };
  if (cut.letGoMs !== undefined) {
    await leave();
    await delay(Math.min(cut.letGoMs, LET_GO_MOST_MS) + A_CRON_MS);
  }
  for (const network of cut.networks) {
    if (there.has(network.id)) continue;
    // the default bridge takes neither fixed addresses nor names
    await containers.connect(
      id,
      expect,
      network.id,
      network.name === 'bridge'
        ? { aliases: [] }
        : { aliases: network.aliases, ...(network.address === undefined ? {} : { address: network.address }) },
    );
  }
  if (cut.letGoMs === undefined) await leave();
  await deps.records.delete(KEY + id);
}

function actsOn(
  deps: Deps,
  node: Pick<Node, 'name' | 'instance'>,
): { readonly containers: ContainerActs; readonly expect: Expectation; readonly id: string } {
  const { instance } = node;
  const containers = instance === undefined ? undefined : deps.engine(instance.engine).containers;
  if (instance === undefined || containers === undefined)
    throw new HumanError<NetworkFault>({ code: 'network-not-its-own', node: node.name });
  return {
    containers,
    id: instance.id,
    expect: instance.ownership === undefined ? 'foreign' : { topologyId: instance.ownership.topologyId },
  };
}
