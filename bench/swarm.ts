/**
 * needs: docker, openssl
 * Claim: a topology is spread over a Docker swarm and used as if it were here. Engines of their own on this machine, each with a network, mounts and a
 * host name of its own, joined to a swarm; spoken to is the manager alone. All three kinds are made (masters and their replicas on different machines),
 * seen, failed over by hand and by themselves, stopped (no task), started, and removed; a machine is lost and comes back; afterwards nothing is left on
 * the manager, and on the others the volumes alone. `npm run bench -- swarm [machines] [kinds]`, three machines and all kinds by default.
 */
import assert from 'node:assert/strict';
import type { TopologyKind } from '../src/model/instance';
import type { Topology } from '../src/model/snapshot';
import { lifecycleRequestOf, runLifecycle } from '../src/topology/lifecycle';
import { FarStage, objectsOf } from '../test/support/farStage';
import type { Made } from '../test/support/farStage';
import { until } from '../test/support/naming';
import type { SecondEngine } from '../test/support/secondEngine';
import { startSwarm } from '../test/support/swarm';
import type { TestSwarm } from '../test/support/swarm';
import { noSignal } from '../test/support/topologies';

const since = (began: number): string => `${((performance.now() - began) / 1000).toFixed(1)} s`;
const inSwarm = (engine: SecondEngine): Promise<readonly string[]> => objectsOf(engine, 'service', 'config', 'secret');
const onMachine = (engine: SecondEngine): Promise<readonly string[]> => objectsOf(engine, 'container', 'network');

class Bench {
  constructor(
    private readonly swarm: TestSwarm,
    private readonly manager: SecondEngine,
    private readonly stage: FarStage,
  ) {}

  /** Makes one, seen whole, with each replica on another machine than its master. */
  async #make(kind: TopologyKind, shape?: 'small'): Promise<Made> {
    const made = await this.stage.make(kind, shape);
    const { nodes } = await this.stage.whole(made);
    const at = (id: string | undefined): string => nodes.find(node => node.id === id)?.instance?.host?.name ?? '';
    if (this.swarm.engines.length > 1)
      for (const { name, id, role, masterId } of nodes)
        if (role === 'replica') assert.notEqual(at(id), at(masterId), `${name} is beside its master`);
    this.stage.say(
      `${kind} made in ${made.report.totalMs.toFixed(0)} ms: ${nodes.map(({ name, id, role }) => `${name} ${role} ${at(id)}`).join(', ')}`,
    );
    return made;
  }

  /** Its master stops: another one leads; started again, at another address, it follows. */
  async #takeOver(made: Made): Promise<void> {
    const master = await this.stage.role(made, 'master');
    await this.stage.act(master, 'stop');
    const stopped = performance.now();
    const heir = await this.stage.seen('another master', () =>
      this.#masterOf(this.stage.topology(made), master.id, made.kind),
    );
    const led = since(stopped);
    await this.stage.act(master, 'start');
    await this.stage.whole(made);
    this.stage.say(`${master.name} stopped: ${heir} is master ${led} later; started, it is whole again`);
  }

  /** Who took over from `id`. In a cluster the other masters are masters anyway. */
  #masterOf(topology: Topology | undefined, id: string, kind: TopologyKind): string | undefined {
    const masters = topology?.nodes.filter(
      one => one.role === 'master' && one.contact.state === 'answering' && one.id !== id,
    );
    return masters !== undefined && masters.length === (kind === 'cluster' ? 3 : 1) ? masters[0]?.name : undefined;
  }

  async sentinel(): Promise<void> {
    const { stage, manager } = this;
    const made = await this.#make('sentinel');
    assert.deepEqual(
      (await inSwarm(manager)).map(line => line.split(' ')[0]),
      ['service', 'config', 'secret'].flatMap(word => Array<string>(6).fill(word)),
    );
    const shown = await manager.docker('service', 'inspect', ...made.report.nodes.map(node => node.instanceId));
    const password = await stage.deps.secrets.get(made.report.topologyId);
    assert.ok(password !== undefined && !shown.includes(password), 'the password is in a spec');
    await stage.failOver(made);
    const replica = await stage.role(made, 'replica');
    const down = await stage.act(replica, 'stop');
    assert.match(
      await manager.docker('service', 'ls', '--filter', `id=${replica.id}`, '--format', '{{.Replicas}}'),
      /^0\/0/,
    );
    const up = await stage.act(replica, 'start');
    const started = performance.now();
    await stage.whole(made);
    stage.say(`${replica.name}: ${down} (no task), ${up}, whole ${since(started)} later`);
    await this.#takeOver(made);
    await stage.act(await stage.role(made, 'replica'), 'restart');
    await stage.whole(made);
    if (this.swarm.engines.length > 2) return this.#loseMachine(made);
    await stage.remove(made);
  }

  /** The machine of the master is cut off, with a Sentinel on it; it is back; cut off again, all is removed while it is away. */
  async #loseMachine(made: Made): Promise<void> {
    const { stage } = this;
    for (let tries = 0; ; tries++) {
      const { instance } = await stage.role(made, 'master');
      if (instance?.host?.name !== (await this.manager.docker('info', '--format', '{{.Name}}'))) break;
      assert.ok(tries < 3, 'the master stays on the manager');
      await stage.failOver(made);
    }
    const master = await stage.role(made, 'master');
    const machine = Number(/\d+$/.exec(master.instance?.host?.name ?? '')?.[0]);
    await this.#without(machine, async cut => {
      const heir = await stage.seen('another master', () => this.#masterOf(stage.topology(made), master.id, made.kind));
      stage.say(`machine ${machine} lost with ${master.name} on it: ${heir} is master ${since(cut)} later`);
    });
    const back = performance.now();
    await stage.whole(made);
    stage.say(`machine ${machine} is back: whole ${since(back)} later`);
    await this.#without(machine, async cut => {
      await stage.seen('the swarm gives the machine up', () =>
        stage.topology(made)?.nodes.some(({ instance }) => instance?.state === 'dead'),
      );
      stage.say(`machine ${machine} lost again: its servers are shown as dead ${since(cut)} later`);
      await stage.remove(made);
    });
  }

  async #without(machine: number, act: (cut: number) => Promise<void>): Promise<void> {
    await this.swarm.cable(machine, false);
    try {
      await act(performance.now());
    } finally {
      await this.swarm.cable(machine, true);
    }
  }

  async replication(): Promise<void> {
    const { stage } = this;
    const made = await this.#make('replication', 'small');
    await stage.failOver(made);
    await stage.act(await stage.role(made, 'master'), 'restart');
    await stage.whole(made);
    stage.say('its master restarted: the replica found it at its new address, by its name');
    await stage.remove(made);
  }

  async cluster(): Promise<void> {
    const { stage } = this;
    const made = await this.#make('cluster');
    await stage.failOver(made);
    await this.#takeOver(made);
    const { nodes } = await stage.whole(made);
    for (const act of ['stop', 'start'] as const)
      await Promise.all(nodes.map(node => runLifecycle(stage.deps, lifecycleRequestOf(node, act), noSignal)));
    await stage.inventory.refresh();
    await stage.whole(made);
    stage.say('all six stopped and started: every address is another one, the cluster is whole');
    await stage.remove(made);
  }
}

async function main(machines: number, kinds: readonly string[]): Promise<void> {
  const swarm = await startSwarm('rtesw', 81, machines);
  const [manager, ...others] = swarm.engines;
  assert.ok(manager);
  const stage = new FarStage(manager, 'swarm', async () => ({
    kind: 'swarm',
    hosts: (await stage.engine.hosts?.()) ?? [],
  }));
  try {
    const nodes = await manager.docker('node', 'ls', '--format', '{{.Hostname}} {{.Status}}');
    stage.say(`a swarm of ${machines}: ${nodes.split('\n').join(', ')}`);
    for (const one of swarm.engines) await one.copyImage('redis:7.0');
    const before = await Promise.all(swarm.engines.map(onMachine));
    assert.equal((await stage.engine.hosts?.())?.length, machines);
    stage.inventory.setVisible(true);
    await stage.inventory.refresh();

    const bench = new Bench(swarm, manager, stage);
    for (const kind of ['sentinel', 'replication', 'cluster'] as const)
      if (kinds.length === 0 || kinds.includes(kind)) await bench[kind]();

    assert.deepEqual(await inSwarm(manager), [], 'left in the swarm');
    assert.deepEqual(await onMachine(manager), before[0], 'left on the manager');
    assert.deepEqual(await objectsOf(manager, 'volume'), [], 'volumes left on the manager');
    const removed = performance.now();
    for (const [index, one] of others.entries())
      await until(`nothing is left on machine ${index + 2}`, async () => {
        assert.deepEqual(await onMachine(one), before[index + 1]);
        return true;
      });
    const left = await Promise.all(others.map(one => objectsOf(one, 'volume')));
    stage.say(
      `nothing left after ${since(removed)} but ${left.flat().length} volumes on machines that the manager cannot ask`,
    );
    await stage.leavesThisMachineAlone();
  } finally {
    stage.end();
    await swarm.stop();
    stage.say('the swarm ended');
  }
}

main(Number(process.argv[2] ?? 3), process.argv.slice(3)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
