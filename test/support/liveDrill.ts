import { randomUUID } from 'node:crypto';
import { until } from '../../src/base/abort';
import type { Disposable } from '../../src/base/disposable';
import { createDockerEngine } from '../../src/engine/docker';
import type { Engine } from '../../src/engine/engine';
import type { Node, Topology } from '../../src/model/snapshot';
import type { RedisConnection } from '../../src/redis/client';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import { createSentinel, prepareSentinel } from '../../src/topology/createSentinel';
import { Inventory } from '../../src/topology/inventory';
import { removeTopology } from '../../src/topology/removeTopology';
import type { MemoryDeps } from './memoryDeps';
import { memoryDeps } from './memoryDeps';
import { only } from './someContainers';

/** A Sentinel topology on the real daemon, made by the product's own verb, with an inventory that watches it. */
export interface LiveTopology {
  readonly engine: Engine;
  readonly inventory: Inventory;
  readonly topologyId: string;
  readonly deps: MemoryDeps;
  topology(): Topology;
  node(name: string): Node;
  healthy(deadlineMs?: number): Promise<void>;
  /** A connection of the witness's own, to the node as the inventory reaches it. */
  connect(name: string): Promise<RedisConnection>;
  /** Milliseconds from the first look to a snapshot with all nodes answering. */
  readonly firstLookMs: number;
  dispose(): Promise<void>;
}

export interface LiveOptions {
  readonly firstPort: number;
  readonly replicas?: number;
  readonly sentinels?: number;
}

export async function liveSentinel({ firstPort, replicas = 2, sentinels = 3 }: LiveOptions): Promise<LiveTopology> {
  const name = `inv-live-${randomUUID().slice(0, 6)}`;
  const engine = createDockerEngine({ owner: 'inventory-live' });
  const connector = new IoredisConnector();
  const deps = memoryDeps(engine, connector);
  const signal = new AbortController().signal;
  const plan = await prepareSentinel(
    deps,
    {
      name,
      engine: 'docker',
      image: 'redis:7.0',
      replicas,
      sentinels,
      quorum: Math.floor(sentinels / 2) + 1,
      firstPort,
      firstSentinelPort: firstPort + 50,
      storage: { kind: 'volume' },
    },
    signal,
  );
  const { topologyId } = await createSentinel(deps, { plan }, signal, () => undefined);
  const inventory = new Inventory({
    engines: [only(engine, instance => instance.ownership?.topologyId === topologyId)],
    connector,
    secrets: deps.secrets,
  });
  const started = performance.now();
  await inventory.refresh();
  const firstLookMs = performance.now() - started;
  inventory.setVisible(true);
  const topology = (): Topology => {
    const found = inventory.snapshot.topologies.find(one => one.id === topologyId);
    if (found === undefined) throw new Error('the topology is not in the snapshot');
    return found;
  };
  const node = (nodeName: string): Node => {
    const found = topology().nodes.find(one => one.name === nodeName);
    if (found === undefined) throw new Error(`no node ${nodeName}`);
    return found;
  };
  return {
    engine,
    inventory,
    topologyId,
    deps,
    topology,
    node,
    firstLookMs,
    async healthy(deadlineMs = 60_000) {
      await until('healthy', { everyMs: 20, deadlineMs }, () =>
        Promise.resolve(topology().health.level === 'healthy' || undefined),
      ).catch((error: unknown) => {
        throw new Error(`not healthy: ${JSON.stringify(topology().health)}`, { cause: error });
      });
    },
    connect: async nodeName => inventory.connectionTo(node(nodeName).id),
    async dispose() {
      inventory.dispose();
      await removeTopology(
        deps,
        { topologyId, name, kind: 'sentinel', engine: 'docker', data: true },
        signal,
        () => undefined,
      );
      engine.dispose();
    },
  };
}

export interface SwitchTimes {
  /** All since the container was told to stop, in milliseconds. */
  readonly shownDown: number;
  readonly newMaster: number;
  /** Earliest `+switch-master` on any Sentinel, heard by connections of the witness's own. */
  readonly switchMaster: number;
  /** From the closing of the witness's socket to the old master. */
  readonly shownAfterSocket: number;
}

/** Stops the master's container (kill or stop), and takes the times of what follows. The old master is started again at the end. */
export async function masterDrill(live: LiveTopology, how: 'stop' | 'kill'): Promise<SwitchTimes> {
  const old = live.topology().nodes.find(one => one.role === 'master') as Node;
  const witnesses = await Promise.all(
    live
      .topology()
      .nodes.filter(one => one.role === 'sentinel')
      .map(one => live.connect(one.name)),
  );
  let switchMaster = 0;
  await Promise.all(
    witnesses.map(witness =>
      witness.subscribe(['+switch-master'], () => {
        switchMaster ||= performance.now();
      }),
    ),
  );
  const beside = await live.connect(old.name);
  let socket = 0;
  beside.onClose(() => {
    socket ||= performance.now();
  });
  let shownDown = 0;
  let newMaster = 0;
  const shown: string[] = [];
  const listening: Disposable = live.inventory.onDidChange(() => {
    const nodes = live.topology().nodes;
    shown.push(
      `${(performance.now() - started).toFixed(0).padStart(6)} shown: ${nodes.map(one => `${one.name} ${one.role}${one.staleMaster === undefined ? '' : ' (stale)'} ${one.contact.state}`).join(', ')}`,
    );
    if (nodes.some(one => one.id === old.id && one.contact.state !== 'answering')) shownDown ||= performance.now();
    if (
      nodes.some(
        one =>
          one.id !== old.id &&
          one.role === 'master' &&
          one.staleMaster === undefined &&
          one.contact.state === 'answering',
      )
    )
      newMaster ||= performance.now();
  });
  const started = performance.now();
  const expect = { topologyId: live.topologyId };
  const acting = how === 'kill' ? live.engine.kill(old.id, expect) : live.engine.stop(old.id, expect, 15);
  try {
    await until('switch', { everyMs: 5, deadlineMs: 60_000 }, () =>
      Promise.resolve((switchMaster > 0 && newMaster > 0) || undefined),
    );
  } finally {
    listening.dispose();
    for (const witness of [...witnesses, beside]) witness.dispose();
    await acting;
  }
  if (newMaster > switchMaster) {
    const { entries } = live.inventory.timeline;
    const { incident } = entries[entries.length - 1] ?? {};
    console.log('      late; the timeline:');
    for (const { sinceFirst, what } of entries.filter(entry => entry.incident === incident))
      console.log(`      ${String(sinceFirst).padStart(6)} ${JSON.stringify(what)}`);
    for (const line of shown) console.log(`      ${line}`);
  }
  await live.engine.start(old.id, expect);
  await live.healthy();
  return {
    shownDown: shownDown - started,
    newMaster: newMaster - started,
    switchMaster: switchMaster - started,
    shownAfterSocket: shownDown - socket,
  };
}

/** Kills one container; milliseconds from the daemon's event or the closing of the witness's socket, whichever came first, to its being shown. */
export async function killDrill(
  live: LiveTopology,
  name: string,
): Promise<{ readonly shownMs: number; readonly first: 'event' | 'socket' }> {
  const victim = live.node(name);
  const witness = await live.connect(name);
  let event = Infinity;
  let socket = Infinity;
  let shown = Infinity;
  const held: Disposable[] = [
    witness.onClose(() => {
      socket = Math.min(socket, performance.now());
    }),
    live.engine.watch(signal => {
      if (signal.type === 'instance' && signal.id === victim.id && signal.action === 'die')
        event = Math.min(event, performance.now());
    }),
    live.inventory.onDidChange(() => {
      if (live.node(name).contact.state !== 'answering') shown = Math.min(shown, performance.now());
    }),
  ];
  try {
    await live.engine.kill(victim.id, { topologyId: live.topologyId });
    await until('shown', { everyMs: 2, deadlineMs: 30_000 }, () =>
      Promise.resolve((shown < Infinity && Math.min(event, socket) < Infinity) || undefined),
    );
  } finally {
    for (const one of held) one.dispose();
    witness.dispose();
  }
  await live.engine.start(victim.id, { topologyId: live.topologyId });
  await live.healthy();
  return { shownMs: shown - Math.min(event, socket), first: event < socket ? 'event' : 'socket' };
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? NaN;
}
