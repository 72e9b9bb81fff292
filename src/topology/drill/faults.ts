import { delay } from '../../base/abort';
import { HumanError } from '../../base/errors';
import type { EngineKind } from '../../model/instance';
import type { Node, Topology } from '../../model/snapshot';
import { clusterTargetOf } from '../cluster/crew';
import { failoverCluster } from '../cluster/failover';
import type { VerbDeps } from '../deps';
import { failoverRequestOf } from '../failoverPlan';
import { failoverReplication, handoverRequestOf } from '../failoverReplication';
import { failoverSentinel } from '../failoverSentinel';
import { lifecycleRequestOf, runLifecycle } from '../lifecycle';
import { cutOffOf, disconnectNode, reconnectNode } from '../network';
import type { Broken } from './broken';
import type { DrillFault } from './report';

export type DrillActFault =
  /** The server that was broken is not in the engine any more: nothing can be mended. */
  | { readonly code: 'drill-gone'; readonly node: string }
  /** Nobody could take over from it in good order. */
  | { readonly code: 'drill-no-handover'; readonly topology: string };

const TRIES = 4;
const AGAIN_MS = 1000;

/** Which faults there are for a node: containers have networks of their own, and only a master can hand over. */
export function faultsFor(topology: Topology, node: Node): readonly DrillFault[] {
  const contained = node.instance?.engine === 'docker';
  const serves = node.role === 'master' && node.staleMaster === undefined;
  const followed = topology.nodes.some(
    ({ masterId, contact }) => masterId === node.id && contact.state === 'answering',
  );
  return [
    'kill',
    'stop',
    'pause',
    ...(contained ? ['disconnect' as const] : []),
    ...(contained && serves ? ['split' as const] : []),
    ...(serves && followed ? ['failover' as const] : []),
  ];
}

/** Does it. Without the user's signal: what is begun is ended, and mended afterwards. */
export async function breakIt(
  deps: VerbDeps,
  topology: Topology,
  node: Node,
  fault: DrillFault,
  settings: Readonly<Record<string, number>>,
): Promise<void> {
  const own = new AbortController().signal;
  switch (fault) {
    case 'stop':
    case 'kill':
    case 'pause':
      return runLifecycle(deps, lifecycleRequestOf(node, fault), own);
    case 'disconnect':
    case 'split':
      return void (await disconnectNode(deps, node, own, {
        reachable: fault === 'split',
        ...(settings['cluster-node-timeout'] === undefined ? {} : { letGoMs: settings['cluster-node-timeout'] }),
      }));
    case 'failover':
      return handOver(deps, topology, node, own);
  }
}

async function handOver(deps: VerbDeps, topology: Topology, node: Node, signal: AbortSignal): Promise<void> {
  const silent = (): void => undefined;
  if (topology.kind === 'cluster')
    return void (await failoverCluster(
      deps,
      { target: clusterTargetOf(topology), node: node.name, mode: 'safe' },
      signal,
      silent,
    ));
  if (topology.kind === 'sentinel') {
    const request = failoverRequestOf(topology);
    if ('code' in request) throw new HumanError(request);
    return void (await failoverSentinel(deps, request, signal, silent));
  }
  const request = handoverRequestOf(topology);
  if (request === undefined)
    throw new HumanError<DrillActFault>({ code: 'drill-no-handover', topology: topology.name });
  await failoverReplication(deps, request, signal, silent);
}

/**
 * Brings the node back from whatever state the engine says that it is in now, and to the networks it was taken off: what was meant to happen to it
 * may have happened, or not, or have been mended by hand meanwhile. Tried again a few times, as nobody else will.
 */
export async function mend(
  deps: Pick<VerbDeps, 'engine' | 'records'>,
  { name, engine: kind, id }: { readonly name: string; readonly engine: EngineKind; readonly id: string },
): Promise<void> {
  const engine = deps.engine(kind);
  const own = new AbortController().signal;
  for (let tries = 1; ; tries++) {
    try {
      const instance = (await engine.list(own)).find(one => one.id === id);
      if (instance === undefined) throw new HumanError<DrillActFault>({ code: 'drill-gone', node: name });
      const now = { name, instance };
      if (cutOffOf(deps, now) !== undefined) await reconnectNode(deps, now);
      if (instance.state === 'paused') await runLifecycle(deps, lifecycleRequestOf(now, 'unpause'), own);
      else if (instance.state !== 'running' && instance.state !== 'restarting')
        await runLifecycle(deps, lifecycleRequestOf(now, 'start'), own);
      return;
    } catch (error) {
      if (tries >= TRIES || !(error instanceof HumanError) || error.fault.code === 'drill-gone') throw error;
      await delay(AGAIN_MS);
    }
  }
}

/** Whether there is anything to mend: it may have been started or connected by hand meanwhile. An engine that says nothing may hide that there is. */
export async function needsMending(
  deps: Pick<VerbDeps, 'engine' | 'records'>,
  { engine, instanceId }: Pick<Broken, 'engine' | 'instanceId'>,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const instance = (await deps.engine(engine).list(signal)).find(({ id }) => id === instanceId);
    return (
      instance !== undefined &&
      (cutOffOf(deps, { instance }) !== undefined || !['running', 'restarting'].includes(instance.state))
    );
  } catch (error) {
    if (error instanceof HumanError) return true;
    throw error;
  }
}
