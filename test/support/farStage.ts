// A topology on engines elsewhere, made, seen and acted on by the product's own verbs, as the measured claims do it; every line is told with its time.
import assert from 'node:assert/strict';
import { createDockerEngine } from '../../src/engine/docker';
import type { Storage } from '../../src/engine/engine';
import type { TopologyKind } from '../../src/model/instance';
import type { Node, Topology } from '../../src/model/snapshot';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import { clusterTargetOf } from '../../src/topology/cluster/crew';
import { failoverCluster } from '../../src/topology/cluster/failover';
import { failoverRequestOf } from '../../src/topology/failoverPlan';
import { failoverReplication, handoverRequestOf } from '../../src/topology/failoverReplication';
import { failoverSentinel } from '../../src/topology/failoverSentinel';
import { Inventory } from '../../src/topology/inventory';
import type { LifecycleAct } from '../../src/topology/lifecycle';
import { lifecycleRequestOf, runLifecycle } from '../../src/topology/lifecycle';
import { removeTopology } from '../../src/topology/removeTopology';
import type { StepTime } from '../../src/topology/steps';
import type { AnyReport } from '../../src/topology/unfinished';
import { create } from './creations';
import { docker } from './docker';
import { memoryDeps } from './memoryDeps';
import type { MemoryDeps } from './memoryDeps';
import { newPrefix, until } from './naming';
import type { SecondEngine } from './secondEngine';
import { noSignal, silent } from './topologies';

/** One that was made. */
export interface Made {
  readonly kind: TopologyKind;
  readonly name: string;
  readonly report: AnyReport;
}

const PATIENCE_MS = 120_000;
/** A wait that is worth a line. */
const LONG_MS = 3000;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Names of what an engine has, each with its kind before it. */
export async function objectsOf(
  { docker }: Pick<SecondEngine, 'docker'>,
  ...kinds: readonly ('container' | 'network' | 'volume' | 'service' | 'config' | 'secret')[]
): Promise<readonly string[]> {
  const lists = await Promise.all(
    kinds.map(kind =>
      docker(
        kind,
        'ls',
        ...(kind === 'container' ? ['-a'] : []),
        '--format',
        `${kind} {{.${kind === 'container' ? 'Names' : 'Name'}}}`,
      ),
    ),
  );
  return lists.flatMap(text => text.split('\n')).filter(line => line !== '');
}

/** The planned failover of a topology's kind, as its command does it; which steps took how long. */
async function failOver(deps: MemoryDeps, topology: Topology): Promise<readonly StepTime<string>[]> {
  switch (topology.kind) {
    case 'cluster': {
      const node = topology.nodes.find(({ role }) => role === 'master')?.name ?? '';
      const target = clusterTargetOf(topology);
      return (await failoverCluster(deps, { target, node, mode: 'safe' }, noSignal, silent)).steps;
    }
    case 'sentinel': {
      const request = failoverRequestOf(topology);
      if ('code' in request) throw new Error(request.code);
      return (await failoverSentinel(deps, request, noSignal, silent)).steps;
    }
    case 'replication': {
      const request = handoverRequestOf(topology);
      assert.ok(request);
      return (await failoverReplication(deps, request, noSignal, silent)).steps;
    }
  }
}

export class FarStage {
  readonly prefix = newPrefix();
  readonly engine: ReturnType<typeof createDockerEngine>;
  readonly deps: MemoryDeps;
  readonly inventory: Inventory;
  readonly #began = performance.now();

  /** @param owner whose the topologies are */
  constructor(
    { config }: Pick<SecondEngine, 'config'>,
    owner: string,
    private readonly storage: () => Promise<Storage>,
  ) {
    process.env['DOCKER_CONFIG'] = config;
    const engine = createDockerEngine({ owner, context: () => 'far' });
    const connector = new IoredisConnector((address, signal) =>
      engine.containers.dial(address.via ?? '', address, signal),
    );
    this.engine = engine;
    this.deps = memoryDeps(engine, connector);
    this.inventory = new Inventory({ engines: [engine], connector, secrets: this.deps.secrets });
  }

  say(text: string): void {
    console.log(`${((performance.now() - this.#began) / 1000).toFixed(1).padStart(6)} s  ${text}`);
  }

  async make(kind: TopologyKind, shape?: 'small'): Promise<Made> {
    const name = `${this.prefix}-${kind}`;
    const report = await create(this.deps, {
      name,
      kind,
      engine: 'docker',
      firstPort: 23_900,
      storage: await this.storage(),
      ...(shape === undefined ? {} : { shape }),
    });
    return { kind, name, report };
  }

  topology({ name }: Made): Topology | undefined {
    return this.inventory.snapshot.topologies.find(one => one.name === name);
  }

  /** What the tree shows, once it shows it. */
  seen<T>(what: string, look: () => T | undefined | false): Promise<T> {
    return until(what, () => look(), PATIENCE_MS);
  }

  /** All that was made is there, answers, and nothing is wrong with it but what its shape cannot bear. Says what it had to wait for, when that was long. */
  async whole(made: Made): Promise<Topology> {
    const began = performance.now();
    let lacks = '';
    try {
      return await this.seen(`${made.name} is whole`, () => {
        const found = this.topology(made);
        const missing = this.#lacks(found, made.report.nodes.length).join(', ');
        if (missing === '' && lacks !== '' && performance.now() - began > LONG_MS)
          this.say(`(waited ${seconds(performance.now() - began)} for the end of: ${lacks})`);
        lacks = missing;
        return missing === '' && found;
      });
    } catch (error) {
      throw new Error(lacks, { cause: error });
    }
  }

  #lacks(found: Topology | undefined, count: number): readonly string[] {
    if (found?.nodes.length !== count) return [`${count - (found?.nodes.length ?? 0)} not seen`];
    const silent = found.nodes.filter(({ contact }) => contact.state !== 'answering');
    const wrong = found.health.reasons.filter(({ code }) => code !== 'failover-would-fail');
    return [...silent.map(({ name, contact }) => `${name} ${contact.state}`), ...wrong.map(one => JSON.stringify(one))];
  }

  /** A node that plays `role` and answers, other than those of `not`. */
  role(made: Made, role: Node['role'], not: readonly Node[] = []): Promise<Node> {
    return this.seen(`a ${role} of ${made.name}`, () =>
      this.topology(made)?.nodes.find(
        one => one.role === role && one.contact.state === 'answering' && !not.some(({ id }) => id === one.id),
      ),
    );
  }

  /** One act on a node after the other; gives how long each took. */
  async act(node: Node, ...acts: readonly LifecycleAct[]): Promise<string> {
    const took: string[] = [];
    for (const act of acts) {
      const began = performance.now();
      await runLifecycle(this.deps, lifecycleRequestOf(node, act), noSignal);
      took.push(`${act} ${seconds(performance.now() - began)}`);
    }
    await this.inventory.refresh();
    return took.join(', ');
  }

  /** The planned failover of its kind, which loses nothing; told when another one is master in the tree and all is whole. */
  async failOver(made: Made): Promise<void> {
    const before = await this.whole(made);
    const master = await this.role(made, 'master');
    const began = performance.now();
    const steps = await failOver(this.deps, before);
    const verb = performance.now() - began;
    const heir = await this.seen('another master', () =>
      this.topology(made)?.nodes.find(
        ({ id, role }) => role === 'master' && before.nodes.find(one => one.id === id)?.role === 'replica',
      ),
    );
    await this.whole(made);
    this.say(
      `${made.kind} failed over from ${master.name} to ${heir.name} in ${seconds(verb)} (${steps.map(({ step, ms }) => `${step} ${ms.toFixed(0)}`).join(', ')} ms), whole in the tree after ${seconds(performance.now() - began)}`,
    );
  }

  async remove({ kind, name, report }: Made): Promise<void> {
    const { ms } = await removeTopology(
      this.deps,
      { topologyId: report.topologyId, kind, name, engine: 'docker', data: true },
      noSignal,
      silent,
    );
    this.say(`${kind} removed in ${seconds(ms)}`);
  }

  /** Nothing of ours is on the engine of this machine. */
  async leavesThisMachineAlone(): Promise<void> {
    const here = await objectsOf({ docker: (...args) => docker(...args) }, 'container', 'network', 'volume');
    assert.deepEqual(
      here.filter(name => name.includes(this.prefix)),
      [],
      'left on the engine of this machine',
    );
  }

  end(): void {
    this.inventory.dispose();
    this.engine.dispose();
  }
}
