// A cluster in Docker that is written to while its slots move: for benches and tests of moving.
import { execFileSync } from 'node:child_process';
import { until } from '../../src/base/abort';
import { ReplyError } from '../../src/redis/client';
import { eachSlot, formatRanges, keySlot } from '../../src/model/slots';
import type { SlotRange } from '../../src/model/slots';
import { createCluster, prepareCluster } from '../../src/topology/cluster/createCluster';
import { withCrew } from '../../src/topology/cluster/crew';
import type { ClusterSight, ClusterTarget } from '../../src/topology/cluster/crew';
import type { VerbDeps } from '../../src/topology/deps';
import { removeTopology } from '../../src/topology/removeTopology';
import { connectTo } from './clusterServers';
import { acknowledgedOf, keyIn } from './clusterLoad';
import type { ClusterLoadOrder, ClusterLoadResult } from './clusterLoad';
import { testPorts } from './naming';
import { clusterRequest, noSignal, silent } from './topologies';

const ids = (name: string): string[] =>
  execFileSync('docker', ['ps', '-a', '--filter', `name=${name}`, '--format', '{{.Names}}'], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);

/** One cluster, 3 masters and a replica each, in Docker. */
export class DrillCluster {
  private constructor(
    readonly deps: VerbDeps,
    readonly name: string,
    readonly target: ClusterTarget,
    readonly password: string | undefined,
  ) {}

  static async open(deps: VerbDeps, name: string, image = 'redis:7.0'): Promise<DrillCluster> {
    const plan = await prepareCluster(deps, clusterRequest(name, await testPorts(6), { image }), noSignal);
    const report = await createCluster(deps, { plan }, noSignal, silent);
    const seats = report.nodes.map(({ name: node, announced, reachable }) => ({ name: node, announced, reachable }));
    return new DrillCluster(
      deps,
      name,
      { topologyId: report.topologyId, name, seats },
      await deps.secrets.get(report.topologyId),
    );
  }

  async remove(): Promise<void> {
    await removeTopology(
      this.deps,
      { topologyId: this.target.topologyId, name: this.name, kind: 'cluster', engine: 'docker', data: true },
      noSignal,
      silent,
    );
  }

  look(): Promise<ClusterSight> {
    return withCrew(this.deps, this.target, noSignal, crew => crew.look(noSignal));
  }

  /** `docker kill`, `start`, `pause`, `unpause` of a node. */
  docker(verb: 'kill' | 'start' | 'pause' | 'unpause', node: string): void {
    const container = ids(this.name).find(name => name.endsWith(node));
    if (container === undefined) throw new Error(`no container of ${node}`);
    execFileSync('docker', [verb, container], { stdio: 'ignore' });
  }

  /** Cluster ids of the masters: the owner of `slot`, and another. */
  async ends(
    slot: number,
  ): Promise<{ readonly from: string; readonly to: string; readonly view: ClusterSight['view'] }> {
    const { view } = await this.look();
    const from = view.shards.find(shard =>
      shard.ranges.some(([first, last]) => first <= slot && slot <= last),
    )?.masterId;
    const to = view.shards.find(shard => shard.masterId !== from && shard.slots > 0)?.masterId;
    if (from === undefined || to === undefined) throw new Error('no two masters');
    return { from, to, view };
  }

  /** `each` keys in every slot of `ranges`, written at their owner. */
  async fill(ranges: readonly SlotRange[], each: number, bytes: number): Promise<void> {
    await withCrew(this.deps, this.target, noSignal, async crew => {
      const { view } = await crew.look(noSignal);
      for (const { masterId, ranges: owned } of view.shards) {
        const mine = [...eachSlot(ranges)].filter(slot => owned.some(([first, last]) => first <= slot && slot <= last));
        const connection = crew.find(masterId)?.connection;
        for (let at = 0; at < mine.length; at += 20) {
          const commands = mine
            .slice(at, at + 20)
            .flatMap(slot =>
              Array.from({ length: each }, (_, n) => ['SET', keyIn(slot, `base:${n}`), `${n}`.padEnd(bytes, '.')]),
            );
          const replies = (await connection?.pipeline(commands, { timeoutMs: 20_000 })) ?? [];
          const bad = replies.find(reply => reply instanceof ReplyError);
          if (bad instanceof ReplyError) throw new Error(bad.text);
        }
        if (mine.length > 0) await connection?.pipeline([['WAIT', '1', '10000']], { timeoutMs: 20_000 });
      }
    });
  }

  /** How many of the base keys and of the acknowledged writes are not where their slot's owner is, with their value. */
  async lost(
    ranges: readonly SlotRange[],
    each: number,
    bytes: number,
    order: ClusterLoadOrder,
    result: ClusterLoadResult,
  ): Promise<number> {
    function* wanted(): Generator<readonly [string, string]> {
      for (const slot of eachSlot(ranges))
        for (let n = 0; n < each; n++) yield [keyIn(slot, `base:${n}`), `${n}`.padEnd(bytes, '.')];
      yield* acknowledgedOf(order, result);
    }
    return withCrew(this.deps, this.target, noSignal, async crew => {
      const { view } = await crew.look(noSignal);
      const owners = new Map(
        view.shards.flatMap(shard => [...eachSlot(shard.ranges)].map(slot => [slot, shard.masterId] as const)),
      );
      const batches = new Map<string, (readonly [string, string])[]>();
      let lost = 0;
      const ask = async (owner: string): Promise<void> => {
        const batch = batches.get(owner) ?? [];
        batches.delete(owner);
        const values =
          (await crew.find(owner)?.connection.pipeline(
            batch.map(([key]) => ['GET', key]),
            { timeoutMs: 20_000 },
          )) ?? [];
        batch.forEach(([, value], index) => {
          if (values[index] !== value) lost++;
        });
      };
      for (const pair of wanted()) {
        const owner = owners.get(keySlot(pair[0])) ?? '';
        const batch = batches.get(owner) ?? [];
        batches.set(owner, batch);
        if (batch.push(pair) >= 1000) await ask(owner);
      }
      for (const owner of [...batches.keys()]) await ask(owner);
      return lost;
    });
  }

  /** Until every node answers, sees the same, nothing is open, every master has a replica and every replica is linked. Throws what is left. */
  async agreed(deadlineMs = 60_000): Promise<void> {
    let text = '';
    await until('agreement', { everyMs: 100, deadlineMs }, async () => {
      const { seen, view } = await this.look();
      text = JSON.stringify({
        seen: seen.length,
        open: view.open,
        disputes: view.disputes,
        uncovered: formatRanges(view.uncovered),
        findings: view.findings.map(({ code }) => code),
        shards: view.shards.map(shard => [shard.masterId.slice(0, 4), shard.slots, shard.replicaIds.length]),
        links: seen.map(
          ({ name, role, linkUp, report }) =>
            `${name} ${report.myId.slice(0, 4)} ${role} ${linkUp} ${report.nodes.map(line => `${line.id.slice(0, 4)}:${line.configEpoch}`).join(' ')}`,
        ),
      });
      const linked =
        seen.every(({ role, linkUp }) => role === 'master' || linkUp) &&
        view.shards.every(shard => shard.slots === 0 || shard.replicaIds.length > 0);
      return linked &&
        seen.length === this.target.seats.length &&
        view.open.length + view.disputes.length + view.uncovered.length === 0 &&
        seen.every(({ report }) => report.state === 'ok') &&
        view.members.every(member => member.state === 'ok')
        ? true
        : undefined;
    }).catch((error: unknown) => {
      throw new Error(`not whole: ${text}`, { cause: error });
    });
  }
}

/** How long each node keeps one from waiting for a PONG: the longest of each, in milliseconds. */
export class Pulse {
  readonly worst = new Map<string, number>();
  #ended = false;
  readonly #all: Promise<unknown>;

  constructor(seats: ClusterTarget['seats'], password: string | undefined) {
    this.#all = Promise.all(
      seats.map(async ({ name, reachable }) => {
        let connection: Awaited<ReturnType<typeof connectTo>> | undefined;
        while (!this.#ended) {
          const began = performance.now();
          try {
            connection ??= await connectTo(reachable.port, password);
            await connection.call(['PING'], { timeoutMs: 30_000 });
          } catch {
            connection?.dispose();
            connection = undefined; // dead, or not back yet: that counts as waiting, too
          }
          this.worst.set(name, Math.max(this.worst.get(name) ?? 0, Math.round(performance.now() - began)));
          await new Promise(resolve => setTimeout(resolve, 20));
        }
        connection?.dispose();
      }),
    );
  }

  async end(): Promise<ReadonlyMap<string, number>> {
    this.#ended = true;
    await this.#all;
    return this.worst;
  }
}
