/**
 * Planned failover in a cluster under load (3+3 in Docker): 8 writers in another process on the slots of the shard that fails over, the acknowledged set read back from
 * whoever is its master then. `CLUSTER FAILOVER` by our verb, then FORCE and TAKEOVER with a living master for contrast, then with a frozen one what a plain order does.
 * `npm run bench -- clusterFailover [runs] [runs of FORCE and TAKEOVER each]`. Fails when a planned one loses a write.
 * needs: docker images
 */
import { loadavg } from 'node:os';
import { delay, until } from '../src/base/abort';
import { isFault } from '../src/base/errors';
import { eachSlot } from '../src/model/slots';
import { createCluster, prepareCluster } from '../src/topology/cluster/createCluster';
import type { ClusterTarget } from '../src/topology/cluster/crew';
import { failoverCluster } from '../src/topology/cluster/failover';
import type { ClusterFailoverMode } from '../src/topology/cluster/failover';
import { removeTopology } from '../src/topology/removeTopology';
import { Talk } from '../src/topology/talk';
import { acknowledgedOf, ClusterLoad, isClusterLoadChild } from '../test/support/clusterLoad';
import { docker } from '../test/support/dockerWorld';
import { median } from '../test/support/measured';
import { testPorts } from '../test/support/naming';
import { clusterRequest, dockerDeps, noSignal, silent } from '../test/support/topologies';

const patience = { everyMs: 20, deadlineMs: 20_000, signal: noSignal };

async function main(runs: number, harder: number): Promise<void> {
  const deps = dockerDeps();
  const name = 'bench-cluster-failover';
  const plan = await prepareCluster(deps, clusterRequest(name, await testPorts(6)), noSignal);
  const created = await createCluster(deps, { plan }, noSignal, silent);
  const target: ClusterTarget = { topologyId: created.topologyId, name, seats: created.nodes };
  const password = await deps.secrets.get(created.topologyId);
  const talk = new Talk(deps.connector, password);
  const connectionTo = (node: string) =>
    talk.to(
      target.seats.find(seat => seat.name === node)!,
      patience,
    );
  const isMaster = async (node: string): Promise<boolean> =>
    ((await (await connectionTo(node)).call(['ROLE'])) as readonly unknown[])[0] === 'master';

  /** One failover of the n-th shard under load. Returns acknowledged and lost writes, and the longest that one write took. */
  async function once(
    run: number,
    mode: ClusterFailoverMode,
  ): Promise<{ acknowledged: number; lost: number; pauseMs: number; switchMs: number }> {
    const shard = plan.cluster.masters[run % 3]!;
    const pair = [
      shard.name,
      ...plan.cluster.replicas.filter(({ of }) => of === shard.name).map(replica => replica.name),
    ];
    const [master, replica] = (await isMaster(pair[0]!)) ? pair : [...pair].reverse();
    await (await connectionTo(master!)).call(['FLUSHALL'], { timeoutMs: 10_000 });
    const slots = [...eachSlot(shard.ranges)].filter(slot => slot % 20 === 0);
    const load = new ClusterLoad(__filename, {
      prefix: `run${run}${mode}`,
      writers: 8,
      password,
      seats: target.seats,
      slots,
      paceMs: 0,
    });
    try {
      await load.running;
      await delay(700);
      const report = await failoverCluster(deps, { target, node: replica!, mode }, noSignal, silent);
      await delay(700);
      const result = await load.stop();
      const connection = await connectionTo(report.to);
      let lost = 0;
      let batch: (readonly [string, string])[] = [];
      const look = async (): Promise<void> => {
        const values = await connection.pipeline(
          batch.map(([key]) => ['GET', key]),
          { timeoutMs: 20_000 },
        );
        batch.forEach(([, value], index) => {
          if (values[index] !== value) lost++;
        });
        batch = [];
      };
      for (const one of acknowledgedOf(load.order, result)) if (batch.push(one) === 1000) await look();
      await look();
      return {
        acknowledged: result.acknowledged,
        lost,
        pauseMs: result.slowestMs,
        switchMs: Math.round(report.switchMs),
      };
    } finally {
      load.kill();
    }
  }

  async function series(mode: ClusterFailoverMode, count: number): Promise<number> {
    const pauses: number[] = [];
    let [lost, acknowledged, refused] = [0, 0, 0];
    for (let run = 0; run < count; run++) {
      try {
        const one = await once(run, mode);
        lost += one.lost;
        acknowledged += one.acknowledged;
        pauses.push(one.pauseMs);
        console.log(
          `${mode} ${run + 1}: lost ${one.lost} of ${one.acknowledged} acknowledged, slowest write ${one.pauseMs} ms, promoted after ${one.switchMs} ms, load ${loadavg()[0]!.toFixed(1)}`,
        );
      } catch (error) {
        // The server gave it up by itself (a master too busy to hand over in 5 s): nothing has changed, its turn comes again.
        if (!isFault(error, 'cluster-failover-without-effect', 'cluster-replica-not-linked') || ++refused > 5)
          throw error;
        console.log(`${mode} ${run + 1}: ${error.message}`);
        run--;
      }
    }
    if (count > 0)
      console.log(
        `${mode}: ${lost} lost of ${acknowledged} in ${count} runs (${refused} without effect); slowest write ${Math.min(...pauses)}-${Math.max(...pauses)} ms, median ${median(pauses)} ms`,
      );
    return lost;
  }

  try {
    const lost = await series('safe', runs);
    await series('force', harder);
    await series('takeover', harder);
    if (harder > 0) await frozen();
    if (lost > 0) process.exitCode = 1;
  } finally {
    talk.dispose();
    await removeTopology(
      deps,
      { topologyId: created.topologyId, name, kind: 'cluster', engine: 'docker', data: true },
      noSignal,
      silent,
    );
    deps.dispose();
  }

  /** What the field's own order says with a frozen master: OK, and nothing happens. Ours refuses it and says what would work. */
  async function frozen(): Promise<void> {
    const shard = plan.cluster.masters[0]!.name;
    const other = plan.cluster.replicas.find(({ of }) => of === shard)!.name;
    const [master, replica] = (await isMaster(shard)) ? [shard, other] : [other, shard];
    const container = created.nodes.find(node => node.name === master)!.instanceId;
    const connection = await connectionTo(replica);
    docker('pause', container);
    try {
      const reply = await connection.call(['CLUSTER', 'FAILOVER']);
      await delay(2000);
      console.log(
        `frozen master: plain CLUSTER FAILOVER answers ${String(reply)}, and 2 s later the replica is ${String(((await connection.call(['ROLE'])) as readonly unknown[])[0])}`,
      );
      const ours = await failoverCluster(deps, { target, node: replica, mode: 'safe' }, noSignal, silent).then(
        () => 'done',
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      console.log(`frozen master: ours says ${ours.slice(0, 120)}`);
    } finally {
      docker('unpause', container);
    }
    await until('healed', { everyMs: 100, deadlineMs: 60_000 }, async () =>
      String(await (await connectionTo(master)).call(['CLUSTER', 'INFO'])).includes('cluster_state:ok')
        ? true
        : undefined,
    );
  }
}

if (!isClusterLoadChild()) void main(Number(process.argv[2] ?? 20), Number(process.argv[3] ?? 2));
