// A topology of a long run: made by our own verbs in this process, seen by another one, and judged by the witness of `truth.ts`.
import { join } from 'node:path';
import { createDockerEngine } from '../../src/engine/docker';
import { createProcessEngine } from '../../src/engine/process';
import type { Engine } from '../../src/engine/engine';
import type { Disposable } from '../../src/base/disposable';
import type { Address } from '../../src/model/address';
import type { EngineKind, TopologyKind } from '../../src/model/instance';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import { removeTopology } from '../../src/topology/removeTopology';
import type { AnyReport } from '../../src/topology/unfinished';
import { create } from './creations';
import { faults, faultsOf, follower, leader, takenOver } from './drillList';
import type { Fault } from './drillList';
import type { Stage } from './drills';
import { cutOff, say, sayAll, witnessesOf } from './drills';
import type { MemoryDeps } from './memoryDeps';
import { memoryDeps } from './memoryDeps';
import { newPrefix } from './naming';
import { noSignal, silent } from './topologies';
import type { Rows } from './truth';
import { truthOf } from './truth';

/** What an operator does on purpose. What was a master leads again, or somebody else does: both are whole. */
const planned: readonly Fault[] = [
  {
    name: 'planned failover',
    on: ['replication', 'sentinel', 'cluster'],
    over: takenOver,
    strike: async stage => {
      const [from, to] = [leader(stage), follower(stage)];
      if (stage.kind === 'cluster') await stage.cli(to, 'CLUSTER', 'FAILOVER');
      else if (stage.kind === 'replication') {
        const { host, port } = stage.announced(to) ?? { host: '', port: 0 };
        await stage.cli(from, 'FAILOVER', 'TO', host, String(port)); // alone it would choose one by itself, and the healing below point at another
      } else {
        const [, master = ''] = (await stage.cli('sentinel-1', 'SENTINEL', 'MASTERS')).split('\n');
        await stage.cli('sentinel-1', 'SENTINEL', 'FAILOVER', master);
      }
      return {
        victims: [from, to],
        heal: async () => {
          if (stage.kind !== 'replication') return; // there nobody else points the other replicas to the new master, or writes it down
          const { host, port } = stage.announced(to) ?? { host: '', port: 0 };
          for (const { name } of stage.nodes) {
            if (name !== to && name !== from) await stage.cli(name, 'REPLICAOF', host, String(port));
            await stage.cli(name, 'CONFIG', 'REWRITE');
          }
        },
      };
    },
  },
];

export class SoakStage implements Stage {
  #rows: Rows = [];

  private constructor(
    readonly kind: TopologyKind,
    readonly engineKind: EngineKind,
    readonly name: string,
    readonly topologyId: string,
    readonly password: string,
    private readonly report: AnyReport,
    private readonly engine: Engine & Disposable,
    private readonly deps: MemoryDeps,
    private readonly home: string,
    private readonly again: () => Promise<void>,
  ) {}

  /** @param again asks the process that watches to look again, as the user does */
  static async make(
    kind: TopologyKind,
    engineKind: EngineKind,
    { home, owner, firstPort }: { readonly home: string; readonly owner: string; readonly firstPort: number },
    again: () => Promise<void>,
  ): Promise<SoakStage> {
    const engine = engineKind === 'docker' ? createDockerEngine({ owner }) : createProcessEngine({ owner, home });
    const deps = { ...memoryDeps(engine, new IoredisConnector()), owner };
    const name = newPrefix();
    const report = await create(deps, { name, kind, engine: engineKind, firstPort });
    const password = (await deps.secrets.get(report.topologyId)) ?? '';
    const stage = new SoakStage(kind, engineKind, name, report.topologyId, password, report, engine, deps, home, again);
    await stage.truth();
    return stage;
  }

  get nodes(): readonly { readonly name: string; readonly id: string; readonly port: number }[] {
    return this.report.nodes.map(({ name, instanceId, reachable }) => ({ name, id: instanceId, port: reachable.port }));
  }

  /** Those faults that apply here, planned failovers among them. */
  get faults(): readonly Fault[] {
    const names = faultsOf(this.kind, this.engineKind);
    return [...faults.filter(({ name }) => names.includes(name)), ...planned];
  }

  async truth(): Promise<Rows> {
    this.#rows = await truthOf(
      witnessesOf(this.engineKind, this.nodes, join(this.home, 'data', this.name)),
      this.password,
    );
    return this.#rows;
  }

  /** What the witness last said: what is shown is what is tried here, so faults are not chosen by it. */
  shown(): Rows {
    return this.#rows;
  }

  named(role: 'master' | 'replica'): readonly string[] {
    return this.#rows.flatMap(row => new RegExp(`^(\\S+): running, ${role}\\b`).exec(row)?.[1] ?? []);
  }

  announced(name: string): Address | undefined {
    return this.report.nodes.find(node => node.name === name)?.announced;
  }

  act(name: string, what: 'kill' | 'pause' | 'unpause' | 'start' | 'stop'): Promise<void> {
    const expect = { topologyId: this.topologyId };
    return what === 'stop' ? this.engine.stop(this.#id(name), expect, 15) : this.engine[what](this.#id(name), expect);
  }

  disconnect(name: string): () => void {
    return cutOff(this.#id(name));
  }

  cli(name: string, ...words: string[]): Promise<string> {
    return say(this, name, words);
  }

  async script(name: string, commands: readonly string[], password = this.password): Promise<void> {
    sayAll(this, name, commands, password);
    await Promise.resolve();
  }

  lookAgain(): Promise<void> {
    return this.again();
  }

  async dispose(): Promise<void> {
    const { topologyId } = this;
    for (const { id } of this.nodes) await this.engine.unpause(id, { topologyId }).catch(() => undefined); // most are not paused
    await removeTopology(
      this.deps,
      { topologyId, name: this.name, kind: this.kind, engine: this.engineKind, data: true },
      noSignal,
      silent,
    );
    this.engine.dispose();
  }

  #id(name: string): string {
    const found = this.nodes.find(node => node.name === name);
    if (found === undefined) throw new Error(`no ${name}`);
    return found.id;
  }
}
