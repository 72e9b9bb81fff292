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

  async #askCluster(topology: Topology): Promise<void> {
    for (const node of topology.nodes.filter(({ contact }) => contact.state === 'answering')) {
      const reply = await this.ask(node, ['CLUSTER', 'SLOTS']);
      if (!Array.isArray(reply) || reply.length === 0) continue;
      this.#owners = (reply as readonly unknown[]).flatMap(line => {
        const [from, to, master] = Array.isArray(line) ? (line as readonly unknown[]) : [];
        const owner = Array.isArray(master) ? this.at({ host: String(master[0]), port: Number(master[1]) }) : undefined;
        return owner === undefined ? [] : [{ from: Number(from), to: Number(to), node: owner }];
      });
      return;
    }
  }
}
