import type { Address } from '../../model/address';
import { keySlot } from '../../model/slots';
import type { Node, Topology } from '../../model/snapshot';
import type { InventoryPort } from '../inventoryPort';
import { World } from '../diagnose/scope';
import { noFacts } from '../diagnose/facts';
import type { Route } from './writers';

/** Asks a Sentinel or a node of the cluster. */
export type Ask = (node: Node, command: readonly string[]) => Promise<unknown>;

/**
 * What a client that follows the topology would know: the Sentinels' answer to `GET-MASTER-ADDR-BY-NAME`, the slots of a cluster, else the one
 * master. Addresses are turned into nodes by the address book of the snapshot.
 */
export class TopologyRoute implements Route {
  #master: Node | undefined;
  #owners: readonly { readonly from: number; readonly to: number; readonly node: Node }[] = [];
  #looking: Promise<void> | undefined;

  constructor(
    private readonly topology: () => Topology | undefined,
    private readonly inventory: Pick<InventoryPort, 'snapshot'>,
    private readonly ask: Ask,
  ) {}

  target(key: string): Node | undefined {
    if (this.topology()?.kind !== 'cluster') return this.#master;
    const slot = keySlot(key);
    return this.#owners.find(({ from, to }) => slot >= from && slot <= to)?.node;
  }

  at(address: Address): Node | undefined {
    const [speaker] = this.topology()?.nodes ?? [];
    return speaker && new World(this.inventory.snapshot, noFacts).holderOf(address, speaker);
  }

  /** One look at a time serves all writers that wait for it. */
  lookAgain(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const topology = this.topology();
    if (topology === undefined) return;
    if (topology.kind === 'sentinel') return this.#askSentinels(topology);
    if (topology.kind === 'cluster') return this.#askCluster(topology);
    this.#master =
      topology.nodes.find(
        ({ role, contact, staleMaster }) =>
          role === 'master' && contact.state === 'answering' && staleMaster === undefined,
      ) ?? this.#master;
  }

  async #askSentinels(topology: Topology): Promise<void> {
    for (const sentinel of topology.nodes.filter(
      ({ role, contact }) => role === 'sentinel' && contact.state === 'answering',
    )) {
      const reply = await this.ask(sentinel, ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', topology.masterName ?? '']);
      if (!Array.isArray(reply)) continue;
      const found = this.at({ host: String(reply[0]), port: Number(reply[1]) });
      if (found === undefined) continue;
      this.#master = found;
      return;
    }
  }

  /** Whoever is cut off from the rest may answer as well, with its old map: the one who has seen the latest epoch and holds the cluster for up is believed. */
  async #askCluster(topology: Topology): Promise<void> {
    const told = await Promise.all(
      topology.nodes
        .filter(({ contact }) => contact.state === 'answering')
        .map(async node => {
          const [info, slots] = await Promise.all([
            this.ask(node, ['CLUSTER', 'INFO']),
            this.ask(node, ['CLUSTER', 'SLOTS']),
          ]);
          return typeof info === 'string' && Array.isArray(slots) && slots.length > 0
            ? [{ info: standingIn(info), slots: slots as readonly unknown[] }]
            : [];
        }),
    );
    const [best] = told.flat().sort((a, b) => Number(b.info.ok) - Number(a.info.ok) || b.info.epoch - a.info.epoch);
    if (best === undefined) return;
    this.#owners = best.slots.flatMap(line => {
      const [from, to, master] = Array.isArray(line) ? (line as readonly unknown[]) : [];
      const owner = Array.isArray(master) ? this.at({ host: String(master[0]), port: Number(master[1]) }) : undefined;
      return owner === undefined ? [] : [{ from: Number(from), to: Number(to), node: owner }];
    });
  }
}

/** Of `CLUSTER INFO`: whether this node holds the cluster for up, and the latest epoch that it has heard of. */
export function standingIn(info: string): { readonly ok: boolean; readonly epoch: number } {
  return { ok: /^cluster_state:ok/m.test(info), epoch: Number(/^cluster_current_epoch:(\d+)/m.exec(info)?.[1] ?? 0) };
}
