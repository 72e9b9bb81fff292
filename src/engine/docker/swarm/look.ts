import type { Host } from '../../../model/instance';
import type { Calls } from '../calls';
import { ownFilter, ownershipOf } from '../labels';
import { isRecord, list, record, text, textMap } from '../read';
import type { Raw } from '../read';
import { readNode, readTask } from './read';
import type { SwarmNode, Task } from './read';

/** On the container of a task: whose. */
export const SERVICE_LABEL = 'com.docker.swarm.service.id';

/** The questions that a manager answers, as values. */
export class SwarmLook {
  constructor(private readonly calls: Calls) {}

  async nodes(signal: AbortSignal | undefined): Promise<readonly SwarmNode[]> {
    const all = await this.calls.json('GET', '/nodes', { signal }, value =>
      list(value).flatMap(one => readNode(one) ?? []),
    );
    return [...all].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : 1));
  }

  /** Machines that take tasks, this engine's own first: with a server here, the others are reached through it. */
  async hosts(signal: AbortSignal | undefined): Promise<readonly Host[]> {
    const [nodes, own] = await Promise.all([
      this.nodes(signal),
      this.calls.json('GET', '/info', { signal }, value => text(record(record(value)['Swarm'])['NodeID'])),
    ]);
    const usable = nodes.filter(({ usable }) => usable).map(({ id, name }) => ({ id, name }));
    return [...usable.filter(({ id }) => id === own), ...usable.filter(({ id }) => id !== own)];
  }

  async services(
    topologyId: string,
    signal: AbortSignal | undefined,
  ): Promise<readonly { readonly id: string; readonly node: string; readonly raw: Raw }[]> {
    return this.calls.json('GET', '/services', { query: { filters: ownFilter(topologyId) }, signal }, value =>
      list(value)
        .map(record)
        .flatMap(raw => {
          const id = text(raw['ID']);
          const ownership = ownershipOf(labelsIn(raw));
          return id !== undefined && ownership?.topologyId === topologyId ? [{ id, node: ownership.node, raw }] : [];
        }),
    );
  }

  async serviceOf(topologyId: string, node: string): Promise<{ readonly id: string } | undefined> {
    return (await this.services(topologyId, undefined)).find(one => one.node === node);
  }

  /** Networks of ours that span the swarm. */
  async networks(
    topologyId: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<readonly { readonly id: string; readonly name: string }[]> {
    return this.calls.json('GET', '/networks', { query: { filters: ownFilter(topologyId) }, signal }, value =>
      list(value)
        .map(record)
        .flatMap(raw => {
          const id = text(raw['Id']);
          const ownership = ownershipOf(textMap(raw['Labels']));
          return id !== undefined &&
            raw['Driver'] === 'overlay' &&
            ownership !== undefined &&
            (topologyId === undefined || ownership.topologyId === topologyId)
            ? [{ id, name: text(raw['Name']) ?? id }]
            : [];
        }),
    );
  }

  /** @param service without it also of services that are gone: asked for by its id, such a service is unknown */
  tasks(service: string | undefined, signal: AbortSignal | undefined): Promise<readonly Task[]> {
    const filters = service === undefined ? {} : { service: [service] };
    return this.calls.json(
      'GET',
      '/tasks',
      { query: { filters }, signal, ...(service === undefined ? {} : { about: { id: service } }) },
      readTasks,
    );
  }

  containers(
    filters: Readonly<Record<string, readonly string[]>>,
    signal: AbortSignal | undefined,
  ): Promise<readonly { readonly id: string; readonly name: string; readonly service: string | undefined }[]> {
    return this.calls.json('GET', '/containers/json', { query: { filters }, signal }, value =>
      list(value).flatMap(one => {
        const raw = record(one);
        const id = text(raw['Id']);
        return id === undefined
          ? []
          : [{ id, name: text(list(raw['Names'])[0]) ?? id, service: textMap(raw['Labels'])[SERVICE_LABEL] }];
      }),
    );
  }
}

function readTasks(value: unknown): readonly Task[] {
  return list(value).flatMap(one => readTask(one) ?? []);
}

export function labelsIn(raw: Raw): Readonly<Record<string, string>> {
  return textMap(record(raw['Spec'])['Labels']);
}

export function idOf(value: unknown, key: 'ID' | 'Id'): string {
  const id = isRecord(value) ? text(value[key]) : undefined;
  if (id === undefined) throw new Error('no id');
  return id;
}
