import { mapLimit } from '../base/abort';
import { HumanError, isFault } from '../base/errors';
import type { EngineKind, TopologyKind } from '../model/instance';
import type { VerbDeps } from './deps';
import { forgetBroken } from './drill/broken';
import { forgetDrills } from './drill/history';
import { Journal } from './journal';
import type { OnProgress } from './ports';

export interface RemoveRequest {
  readonly topologyId: string;
  readonly name: string;
  readonly kind: TopologyKind;
  readonly engine: EngineKind;
  /** `true`: conf and data go too (and the password). `false`: folders or volumes stay, and with them the password in the secret store. */
  readonly data: boolean;
}

export type RemoveProgress =
  | { readonly step: 'node'; readonly node: string; readonly done: number; readonly total: number }
  | { readonly step: 'place' };

export interface RemoveReport {
  readonly nodes: readonly string[];
  readonly networks: readonly string[];
  /** Volumes or folders removed; empty when the data were kept. */
  readonly data: readonly string[];
  readonly keptData: readonly string[];
  readonly ms: number;
}

export type RemoveFault = {
  readonly code: 'remove-incomplete';
  readonly name: string;
  readonly left: readonly string[];
};

/** What would be removed, for the confirmation. */
export async function planRemoval(
  deps: Pick<VerbDeps, 'engine'>,
  request: Pick<RemoveRequest, 'topologyId' | 'engine'>,
  signal: AbortSignal,
): Promise<{
  readonly nodes: readonly string[];
  readonly networks: readonly string[];
  readonly data: readonly string[];
}> {
  const owned = await deps.engine(request.engine).findOwned(request.topologyId, signal);
  return { nodes: owned.instances.map(instance => instance.name), networks: owned.networks, data: owned.data };
}

/**
 * Removes exactly what carries the topology's label, by id, each checked again by the engine before the act. May be run again: what is
 * gone is gone. Replicas and Sentinels aren't stopped in order first; nothing of it shall live on.
 */
export async function removeTopology(
  deps: VerbDeps,
  request: RemoveRequest,
  signal: AbortSignal,
  onProgress: OnProgress<RemoveProgress>,
): Promise<RemoveReport> {
  const { topologyId, name, data } = request;
  const engine = deps.engine(request.engine);
  const began = deps.now();
  const owned = await engine.findOwned(topologyId, signal);
  signal.throwIfAborted();
  const journal = await Journal.begin(deps, {
    verb: 'remove',
    topologyId,
    session: deps.uuid(),
    name,
    kind: request.kind,
    engine: request.engine,
    plan: { data },
  });
  await forgetDrills(deps.records, topologyId);
  await forgetBroken(deps.records, topologyId);
  let done = 0;
  const total = owned.instances.length;
  try {
    await mapLimit(owned.instances, 3, async instance => {
      signal.throwIfAborted();
      try {
        await engine.remove(instance.id, { topologyId });
      } catch (error) {
        if (!isFault(error, 'gone')) throw error;
      }
      onProgress({ step: 'node', node: instance.ownership?.node ?? instance.name, done: ++done, total });
    });
    onProgress({ step: 'place' });
    await engine.removePlace(topologyId, { data });
    if (data) await deps.secrets.delete(topologyId);
    const left = await engine.findOwned(topologyId);
    const standing = [...left.instances.map(instance => instance.name), ...left.networks, ...(data ? left.data : [])];
    if (standing.length > 0) throw new HumanError<RemoveFault>({ code: 'remove-incomplete', name, left: standing });
    await journal.close();
    return {
      nodes: owned.instances.map(instance => instance.ownership?.node ?? instance.name),
      networks: owned.networks,
      data: data ? owned.data : [],
      keptData: data ? [] : left.data,
      ms: deps.now() - began,
    };
  } catch (error) {
    // The removal isn't taken back; the journal stays so that it is offered again.
    await journal.abandon();
    throw error;
  }
}
