import type { Instance } from '../../src/model/instance';
import type { WatchedEngine } from '../../src/topology/inventoryEngine';

/** The engine as if it held nothing but what `mine` lets through: tests share a daemon and look at their own containers only. */
export function only(engine: WatchedEngine, mine: (instance: Instance) => boolean): WatchedEngine {
  return {
    kind: engine.kind,
    describe: signal => engine.describe(signal),
    ...(engine.glance === undefined
      ? {}
      : { glance: async (signal?: AbortSignal) => ((await engine.glance?.(signal)) ?? []).filter(mine) }),
    list: async signal => (await engine.list(signal)).filter(mine),
    watch: listener => engine.watch(listener),
  };
}
