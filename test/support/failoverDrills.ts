// Failover drills of the product on a topology that our own verbs made; a witness of redis-cli and docker says whether it was healed to the same state.
import { execFileSync } from 'node:child_process';
import type { Node } from '../../src/model/snapshot';
import { runDrill } from '../../src/topology/drill/drill';
import type { DrillPhase } from '../../src/topology/drill/drill';
import type { DrillFault, DrillReport } from '../../src/topology/drill/report';
import type { DrillWorld } from './drills';

export interface DrillOptions {
  readonly writers?: number;
  readonly rate?: number;
  readonly wait?: number;
  readonly role?: Node['role'];
  readonly signal?: AbortSignal;
  readonly onPhase?: (phase: DrillPhase) => void;
}

/** Runs one drill on whoever is (the first) master now, or has another role. */
export function drillOn(world: DrillWorld, fault: DrillFault, options: DrillOptions = {}): Promise<DrillReport> {
  const { writers = 4, rate = 50, wait = 0, role = 'master', signal = new AbortController().signal } = options;
  const victim = world.topology?.nodes.find(node => node.role === role && node.staleMaster === undefined);
  if (victim === undefined) throw new Error(`nobody is ${role}`);
  const request = { topologyId: world.topologyId, nodeId: victim.id, fault, writers, rate, wait };
  return runDrill(world.deps, world.inventory, request, signal, phase => options.onPhase?.(phase));
}

/** What a drill must leave as it was: the engine's view of each server, how many of each role, and no key of ours. Roles may have moved. */
export async function stateOf(world: DrillWorld): Promise<string> {
  const places = world.nodes.map(({ name, id }) =>
    world.engineKind === 'docker'
      ? `${name} ${execFileSync('docker', ['inspect', '-f', '{{.State.Status}}{{range $net, $end := .NetworkSettings.Networks}} {{$net}} {{$end.IPAddress}} {{$end.IPAMConfig.IPv4Address}}{{end}}', id], { encoding: 'utf8' }).trim()}`
      : name,
  );
  const truth = (await world.truth()).map(row =>
    row.replace(/^[^:]*: /, '').replace(/ of redis-\d|, slots .*?(?=,|$)/g, ''),
  );
  const keys = (await Promise.all(world.named('master').map(name => world.cli(name, 'DBSIZE')))).map(Number);
  return [...places, ...truth.sort(), `keys ${String(keys.reduce((sum, one) => sum + one, 0))}`].join('\n');
}

/** Lets Sentinels notice after a second, and a cluster's nodes after two: seconds count in a test. */
export async function hasten(world: DrillWorld, ms = world.kind === 'cluster' ? 2000 : 1000): Promise<void> {
  const { masterName } = world.topology ?? {};
  for (const node of world.topology?.nodes ?? []) {
    if (world.kind === 'cluster') await world.cli(node.name, 'CONFIG', 'SET', 'cluster-node-timeout', String(ms));
    else if (node.role === 'sentinel')
      await world.cli(node.name, 'SENTINEL', 'SET', masterName ?? '', 'down-after-milliseconds', String(ms));
  }
  await world.inventory.refresh();
}
