// Faults done to a topology that our own verbs made, while an inventory watches: after each, what is shown must be what is so.
import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Disposable } from '../../src/base/disposable';
import { createDockerEngine } from '../../src/engine/docker';
import type { Engine } from '../../src/engine/engine';
import { createProcessEngine } from '../../src/engine/process';
import type { Address } from '../../src/model/address';
import type { EngineKind, TopologyKind } from '../../src/model/instance';
import { reportOf } from '../../src/model/servers';
import type { Node, Topology } from '../../src/model/snapshot';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import { createCluster, prepareCluster } from '../../src/topology/cluster/createCluster';
import { createReplication, prepareReplication } from '../../src/topology/createReplication';
import { createSentinel, prepareSentinel } from '../../src/topology/createSentinel';
import { Inventory } from '../../src/topology/inventory';
import { removeTopology } from '../../src/topology/removeTopology';
import type { MemoryDeps } from './memoryDeps';
import { memoryDeps } from './memoryDeps';
import { only } from './someContainers';
import type { Rows, Witnessed } from './truth';
import { truthOf } from './truth';

const run = promisify(execFile);
const volume = { kind: 'volume' } as const;

/** What the faults of `drillList` are done to. */
export interface Stage {
  readonly kind: TopologyKind;
  readonly password: string;
  readonly nodes: readonly { readonly name: string; readonly port: number }[];
  /** How it is now, as rows of the witness's form. */
  shown(): Rows;
  named(role: 'master' | 'replica'): readonly string[];
  announced(name: string): Address | undefined;
  act(name: string, what: 'kill' | 'pause' | 'unpause' | 'start' | 'stop'): Promise<void>;
  disconnect(name: string): () => void;
  cli(name: string, ...words: string[]): Promise<string>;
  script(name: string, commands: readonly string[], password?: string): Promise<void>;
  /** As the user asks for it: passwords are tried again. */
  lookAgain(): Promise<void>;
}

/** A topology to do faults to. Names as the product gives them: `redis-1` is the master at first, of clusters `redis-1` to `-3`. */
export class DrillWorld implements Stage {
  private constructor(
    readonly kind: TopologyKind,
    readonly engineKind: EngineKind,
    readonly engine: Engine & Disposable,
    readonly inventory: Inventory,
    readonly deps: MemoryDeps,
    readonly topologyId: string,
    readonly nodes: readonly { readonly name: string; readonly id: string; readonly port: number }[],
    readonly password: string,
    private readonly witnessed: readonly Witnessed[],
    private readonly end: () => Promise<void>,
  ) {}

  static async make(
    kind: TopologyKind,
    engineKind: EngineKind,
    firstPort: number,
    image = engineKind === 'docker' ? 'redis:7.0' : 'redis-server',
  ): Promise<DrillWorld> {
    const home = mkdtempSync(join(tmpdir(), 'drills-'));
    const engine =
      engineKind === 'docker'
        ? createDockerEngine({ owner: 'drills' })
        : createProcessEngine({ owner: 'drills', home });
    const connector = new IoredisConnector();
    const deps = memoryDeps(engine, connector);
    const signal = new AbortController().signal;
    const name = `drill-${randomUUID().slice(0, 6)}`;
    const common = { name, engine: engineKind, image, firstPort, storage: volume };
    const report =
      kind === 'replication'
        ? await createReplication(
            deps,
            { plan: await prepareReplication(deps, { ...common, replicas: 2 }, signal) },
            signal,
            () => undefined,
          )
        : kind === 'sentinel'
          ? await createSentinel(
              deps,
              {
                plan: await prepareSentinel(
                  deps,
                  { ...common, replicas: 2, sentinels: 3, quorum: 2, firstSentinelPort: firstPort + 50 },
                  signal,
                ),
              },
              signal,
              () => undefined,
            )
          : await createCluster(
              deps,
              { plan: await prepareCluster(deps, { ...common, masters: 3, replicas: 1, extra: 0 }, signal) },
              signal,
              () => undefined,
            );
    const { topologyId } = report;
    const nodes = report.nodes.map(node => ({ name: node.name, id: node.instanceId, port: node.reachable.port }));
    const inventory = new Inventory({
      engines: [only(engine, instance => instance.ownership?.topologyId === topologyId)],
      connector,
      secrets: deps.secrets,
    });
    await inventory.refresh();
    inventory.setVisible(true);
    const witnessed = witnessesOf(engineKind, nodes, join(home, 'data', name));
    return new DrillWorld(
      kind,
      engineKind,
      engine,
      inventory,
      deps,
      topologyId,
      nodes,
      (await deps.secrets.get(topologyId)) ?? '',
      witnessed,
      async () => {
        inventory.dispose();
        for (const { id } of nodes) await engine.unpause(id, { topologyId }).catch(() => undefined); // most are not paused
        await removeTopology(deps, { topologyId, name, kind, engine: engineKind, data: true }, signal, () => undefined);
        engine.dispose();
        rmSync(home, { recursive: true, force: true });
      },
    );
  }

  id(name: string): string {
    const found = this.nodes.find(node => node.name === name);
    if (found === undefined) throw new Error(`no ${name}`);
    return found.id;
  }

  get topology(): Topology | undefined {
    return this.inventory.snapshot.topologies.find(one => one.id === this.topologyId);
  }

  /** The names in a role, as the inventory says: after a failover it is another's turn. */
  named(role: Node['role']): readonly string[] {
    return (this.topology?.nodes ?? [])
      .filter(node => node.role === role && node.contact.state === 'answering')
      .map(node => node.name);
  }

  truth(): Promise<Rows> {
    return truthOf(this.witnessed, this.password);
  }

  /** The same rows, from the snapshot. */
  shown(): Rows {
    return shownRows(this.topology);
  }

  /** The address at which the others know it. */
  announced(name: string): Address | undefined {
    return this.topology?.nodes.find(node => node.name === name)?.announced;
  }

  async lookAgain(): Promise<void> {
    await this.inventory.refresh();
  }

  cli(name: string, ...words: string[]): Promise<string> {
    return say(this, name, words);
  }

  /** Several commands on one connection, which log in with `password`. */
  async script(name: string, commands: readonly string[], password = this.password): Promise<void> {
    sayAll(this, name, commands, password);
    await Promise.resolve();
  }

  act(name: string, what: 'kill' | 'pause' | 'unpause' | 'start' | 'stop'): Promise<void> {
    const expect = { topologyId: this.topologyId };
    return what === 'stop' ? this.engine.stop(this.id(name), expect, 15) : this.engine[what](this.id(name), expect);
  }

  /** Cuts a container off its network, and gives it its address back. */
  disconnect(name: string): () => void {
    return cutOff(this.id(name));
  }

  dispose(): Promise<void> {
    return this.end();
  }
}

const portOf = ({ nodes }: Pick<Stage, 'nodes'>, name: string): string =>
  String(nodes.find(node => node.name === name)?.port);

/** One command, by redis-cli; the password goes through the environment. */
export async function say(
  stage: Pick<Stage, 'nodes' | 'password'>,
  name: string,
  words: readonly string[],
): Promise<string> {
  return (
    await run('redis-cli', ['-p', portOf(stage, name), ...words], {
      timeout: 5000,
      env: { ...process.env, REDISCLI_AUTH: stage.password },
    })
  ).stdout.trim();
}

/** Several commands on one connection. */
export function sayAll(stage: Pick<Stage, 'nodes'>, name: string, commands: readonly string[], password: string): void {
  execFileSync('redis-cli', ['-p', portOf(stage, name)], {
    input: `${commands.join('\n')}\n`,
    timeout: 5000,
    env: { ...process.env, REDISCLI_AUTH: password },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Cuts a container off its network; what it returns gives it its address back. */
export function cutOff(id: string): () => void {
  const inspect = (format: string): string =>
    execFileSync('docker', ['inspect', '--format', format, id], { encoding: 'utf8' }).trim();
  const network = inspect('{{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}');
  const address = inspect('{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}');
  execFileSync('docker', ['network', 'disconnect', network, id]);
  return () => void execFileSync('docker', ['network', 'connect', '--ip', address, network, id]);
}

/** How a witness finds the servers of a topology; `data` is the folder in which the process engine keeps it. */
export function witnessesOf(
  engine: EngineKind,
  nodes: readonly { readonly name: string; readonly id: string; readonly port: number }[],
  data: string,
): readonly Witnessed[] {
  const pidOf = (node: string): number | undefined => {
    const record = join(data, node, 'instance.json');
    return existsSync(record)
      ? (JSON.parse(readFileSync(record, 'utf8')) as { process?: { pid: number } }).process?.pid
      : undefined;
  };
  return nodes.map(({ name, id, port }) => ({
    name,
    port,
    place: engine === 'docker' ? { container: id } : { pid: () => pidOf(name) },
  }));
}

/** The witness's rows, from the snapshot. */
export function shownRows(topology: Topology | undefined): Rows {
  return topology === undefined ? [] : topology.nodes.map(node => `${node.name}: ${shownOf(node, topology)}`).sort();
}

function shownOf(node: Node, topology: Topology): string {
  const state = node.instance?.state ?? 'unknown';
  if (state !== 'running') return state;
  const { contact } = node;
  if (contact.state === 'silent')
    return contact.reason === 'password-wrong' || contact.reason === 'password-required'
      ? 'running, wants another password'
      : 'running, silent';
  if (contact.state !== 'answering') return `running, ${contact.state}`;
  const { cluster } = contact.report;
  const opinion = cluster === undefined ? '' : `, cluster ${cluster.state}`;
  const name = (id: string | undefined): string => topology.nodes.find(one => one.id === id)?.name ?? String(id);
  switch (node.role) {
    case 'sentinel': {
      const { port } = contact.report.sentinel?.masters[0]?.address ?? { port: 0 };
      return `running, sentinel of ${topology.nodes.find(one => reportOf(one.contact)?.tcpPort === port)?.name ?? port}`;
    }
    case 'master': {
      const slots = topology.shards
        ?.find(shard => shard.nodes[0] === node.id)
        ?.slots.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`))
        .join(' ');
      return `running, master${topology.kind === 'cluster' ? `, slots ${slots === undefined || slots === '' ? 'none' : slots}` : ''}${opinion}`;
    }
    case 'replica':
      return `running, replica of ${name(node.masterId)}, link ${contact.report.replication?.master?.link}${opinion}`;
    case 'unknown':
      return 'running, unknown';
  }
}

export interface DrillResult {
  readonly name: string;
  /** From the fault to the last change of what is so, milliseconds. */
  readonly restedMs: number;
  /** From the last change of what is so (as the witness noticed it) to its being shown for good; 0 when it was shown first. */
  readonly shownLateMs: number;
  /** From the fault to the first change that was shown. */
  readonly firstShownMs: number;
  readonly health: string;
  readonly rows: Rows;
}

/**
 * Does the fault and watches both sides until what is so has not changed for `restMs` and `over` holds of it, and what is shown equals it.
 * Throws with both when they still differ after `deadlineMs`.
 */
export async function drill(
  world: DrillWorld,
  name: string,
  fault: () => Promise<unknown>,
  over: (rows: Rows) => boolean = () => true,
  { restMs = 3000, deadlineMs = 90_000 } = {},
): Promise<DrillResult> {
  const before = world.shown().join('\n');
  let firstShown = 0;
  let equalSince = 0;
  let shownText = before;
  let truthText = '';
  let truthSince = performance.now();
  const note = (): void => {
    const now = performance.now();
    shownText = world.shown().join('\n');
    if (shownText !== before) firstShown ||= now;
    equalSince = shownText === truthText ? equalSince || now : 0;
  };
  const listening = world.inventory.onDidChange(note);
  const began = performance.now();
  try {
    await fault();
    for (;;) {
      const truth = await world.truth();
      const now = performance.now();
      if (truth.join('\n') !== truthText) {
        truthText = truth.join('\n');
        truthSince = now;
        equalSince = 0;
      }
      note();
      if (equalSince > 0 && now - truthSince > restMs && now - equalSince > restMs / 2 && over(truth)) {
        return {
          name,
          restedMs: truthSince - began,
          shownLateMs: Math.max(0, equalSince - truthSince),
          firstShownMs: firstShown === 0 ? 0 : firstShown - began,
          health: healthOf(world),
          rows: truth,
        };
      }
      if (now - began > deadlineMs)
        throw new Error(
          `${world.kind} on ${world.engineKind}, ${name}: so is\n${truthText}\nshown is\n${shownText}\n${over(truth) ? '' : '(and what was waited for did not come)\n'}${JSON.stringify(world.topology?.health)}`,
        );
      await new Promise(resolve => {
        setTimeout(resolve, 100);
      });
    }
  } finally {
    listening.dispose();
  }
}

function healthOf({ topology }: DrillWorld): string {
  return `${topology?.health.level}: ${topology?.health.reasons.map(({ code }) => code).join(' ')}`;
}
