import type { Instance, Ownership } from '../../../model/instance';
import type { Expectation } from '../../engine';
import type { Calls } from '../calls';
import type { Connection } from '../connection';
import type { Listed } from '../instances';
import { ownFilter, ownershipOf } from '../labels';
import { list, record, textMap } from '../read';
import type { Raw } from '../read';
import type { Swarm } from './swarm';

/** Ids of services, as a swarm gives them; a container's has 64 digits. */
const SERVICE = /^[0-9a-z]{25}$/;
export const isService = (id: string): boolean => SERVICE.test(id);

/** What an engine answers that manages no swarm: 503, or what it says to a path that it does not know. */
const NO_MANAGER = [400, 404, 405, 406, 501, 503];

/** The way to what runs as services of a swarm. As long as there is nothing, it costs one short question a connection, and nothing is loaded. */
export class SwarmDoor {
  #without: Connection | undefined;
  #swarm: Promise<Swarm> | undefined;

  constructor(
    private readonly calls: Calls,
    private readonly load: () => Promise<Swarm>,
  ) {}

  open(): Promise<Swarm> {
    return (this.#swarm ??= this.load());
  }

  /** Asked anew, since a swarm may have been begun meanwhile. */
  async isManager(signal: AbortSignal | undefined): Promise<boolean> {
    this.#without = undefined;
    await this.services(undefined, signal);
    return this.#without === undefined;
  }

  /** Services of ours, as the engine tells them. */
  async services(topologyId: string | undefined, signal: AbortSignal | undefined): Promise<readonly Raw[]> {
    const connection = await this.calls.connection(signal);
    if (connection === this.#without) return [];
    return this.calls.json(
      'GET',
      '/services',
      { query: { filters: ownFilter(topologyId) }, signal, done: NO_MANAGER },
      value => {
        if (!Array.isArray(value)) this.#without = connection;
        return list(value)
          .map(record)
          .filter(one => ownershipOf(textMap(record(one['Spec'])['Labels'])) !== undefined);
      },
    );
  }

  /** @param listed containers of the engine itself: those of a task tell more of it than the swarm does */
  async instances(
    services: readonly Raw[],
    listed: readonly Listed[],
    signal: AbortSignal | undefined,
  ): Promise<readonly Instance[]> {
    return services.length === 0 ? [] : (await this.open()).instances(services, listed, signal);
  }

  /** Names of secrets and confs that the topology has in the swarm. */
  async loose(topologyId: string, signal: AbortSignal | undefined): Promise<readonly string[]> {
    return (await this.#isThere(signal)) ? (await this.open()).loose(topologyId, signal) : [];
  }

  async ownerships(signal: AbortSignal | undefined): Promise<readonly Ownership[]> {
    return (await this.services(undefined, signal)).flatMap(
      one => ownershipOf(textMap(record(one['Spec'])['Labels'])) ?? [],
    );
  }

  /** Removes what the topology (or one node of it) has in the swarm besides services and volumes; without a node, its networks as well. */
  async clear(topologyId: string, node: string | undefined, signal: AbortSignal | undefined): Promise<void> {
    if (await this.#isThere(signal)) await (await this.open()).clear(topologyId, node, signal);
  }

  /** Where an act on `id` is to be carried out: of a service, the container of its task on this engine's machine, with `user` as whom the server runs there. */
  async seat(
    id: string,
    expect: Expectation,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly id: string; readonly expect: Expectation; readonly user?: string }> {
    return isService(id) ? (await this.open()).seat(id, expect, signal) : { id, expect };
  }

  async #isThere(signal: AbortSignal | undefined): Promise<boolean> {
    const connection = await this.calls.connection(signal);
    return connection !== this.#without && (await this.isManager(signal));
  }
}
