import type { InstanceRequest } from '../../engine';
import { isFault } from '../../../base/errors';
import type { Calls } from '../calls';
import { labelsOf, ownFilter, ownershipOf } from '../labels';
import { makeOnce } from '../once';
import { list, record, text } from '../read';
import { idOf, labelsIn } from './look';
import type { HeldObject } from './spec';

/** What the swarm itself holds for servers: the first text of a conf, and its lines with the password as a secret. */
export class Held {
  constructor(private readonly calls: Calls) {}

  /** Made anew if it is there: what an earlier try left may hold another text. */
  async make(
    kind: 'configs' | 'secrets',
    name: string,
    ownership: InstanceRequest['ownership'],
    content: string,
  ): Promise<HeldObject> {
    const body = { Name: name, Labels: labelsOf(ownership), Data: Buffer.from(content).toString('base64') };
    const make = (): Promise<string> =>
      this.calls.json('POST', `/${kind}/create`, { body, ms: 30_000, about: { name } }, value => idOf(value, 'ID'));
    const earlier = async (): Promise<string | undefined> =>
      (await this.list(ownership.topologyId, undefined)).find(one => one.kind === kind && one.name === name)?.id;
    try {
      return { id: await makeOnce(make, earlier), name };
    } catch (error) {
      const found = isFault(error, 'conflict', 'name-taken') ? await earlier() : undefined;
      if (found === undefined) throw error;
      await this.calls.act('DELETE', `/${kind}/${found}`, { done: [404], about: { id: found } });
      return { id: await make(), name };
    }
  }

  /** Removes what the swarm holds for the topology, or for one node of it. */
  async drop(topologyId: string, node: string | undefined, signal: AbortSignal | undefined): Promise<void> {
    for (const one of await this.list(topologyId, signal))
      if (node === undefined || one.node === node)
        await this.calls.act('DELETE', `/${one.kind}/${one.id}`, { signal, done: [404], about: { id: one.id } });
  }

  async list(
    topologyId: string,
    signal: AbortSignal | undefined,
  ): Promise<readonly (HeldObject & { readonly kind: 'configs' | 'secrets'; readonly node: string })[]> {
    const both = await Promise.all(
      (['configs', 'secrets'] as const).map(kind =>
        this.calls.json('GET', `/${kind}`, { query: { filters: ownFilter(topologyId) }, signal }, value =>
          list(value).flatMap(one => {
            const raw = record(one);
            const id = text(raw['ID']);
            const ownership = ownershipOf(labelsIn(raw));
            return id !== undefined && ownership?.topologyId === topologyId
              ? [{ kind, id, name: text(record(raw['Spec'])['Name']) ?? id, node: ownership.node }]
              : [];
          }),
        ),
      ),
    );
    return both.flat();
  }
}
