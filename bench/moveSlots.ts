/**
 * Moving 1000 slots with 100,000 keys in a 3+3 cluster in Docker while 8 writers write: acknowledged writes that are lost, the longest that any node was kept
 * from answering, and the time beside `redis-cli --cluster reshard` of the same slots in the same run. `npm run bench -- moveSlots [runs] [slots]`.
 * needs: docker images redis-server
 */
import { execFile } from 'node:child_process';
import { loadavg } from 'node:os';
import { promisify } from 'node:util';
import { formatRanges } from '../src/model/slots';
import { planMove } from '../src/topology/cluster/movePlan';
import { moveSlots } from '../src/topology/cluster/moveSlots';
import { NODE_TIMEOUT_MS } from '../src/topology/cluster/request';
import { DrillCluster, Pulse } from '../test/support/clusterDrill';
import { ClusterLoad, isClusterLoadChild } from '../test/support/clusterLoad';
import { newPrefix } from '../test/support/naming';
import { dockerDeps, noSignal, silent } from '../test/support/topologies';

const KEYS = 100;
const BYTES = 100;
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

async function main(runs: number, slots: number): Promise<void> {
  const deps = dockerDeps();
  const cluster = await DrillCluster.open(deps, newPrefix());
  const ranges = [[0, slots - 1]] as const;
  const times = { ours: [] as number[], cli: [] as number[] };
  let [lostRuns, worst] = [0, 0];
  try {
    await cluster.fill(ranges, KEYS, BYTES);
    for (let run = 1; run <= runs; run++) {
      const { from, to } = await cluster.ends(0);
      const move = async (target: string): Promise<number> => {
        const began = performance.now();
        await moveSlots(
          deps,
          { target: cluster.target, plan: planMove((await cluster.look()).view, ranges, target) },
          noSignal,
          silent,
        );
        return performance.now() - began;
      };
      // Every other write goes to the slots that move.
      const order = {
        prefix: `run${run}`,
        writers: 8,
        password: cluster.password,
        seats: cluster.target.seats,
        slots: Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? (i * 7) % slots : (i * 16) % 16384)),
        paceMs: 4,
      };
      const load = new ClusterLoad(__filename, order);
      try {
        await load.running;
        const pulse = new Pulse(cluster.target.seats, cluster.password);
        times.ours.push(await move(to));
        const longest = Math.max(...(await pulse.end()).values());
        await move(from);
        const began = performance.now();
        await promisify(execFile)(
          'redis-cli',
          [
            '--cluster',
            'reshard',
            `127.0.0.1:${cluster.target.seats[0]?.reachable.port}`,
            '--cluster-from',
            from,
            '--cluster-to',
            to,
            '--cluster-slots',
            String(slots),
            '--cluster-yes',
          ],
          { env: { ...process.env, REDISCLI_AUTH: cluster.password ?? '' }, maxBuffer: 1 << 28 },
        );
        times.cli.push(performance.now() - began);
        const moved = (await cluster.look()).view.shards.find(({ masterId }) => masterId === to)?.ranges ?? [];
        if (!moved.some(([first, last]) => first <= 0 && last >= slots - 1))
          throw new Error(`redis-cli moved other slots: ${formatRanges(moved)}`);
        await move(from);
        const result = await load.stop();
        await cluster.agreed();
        const lost = await cluster.lost(ranges, KEYS, BYTES, order, result);
        if (lost > 0) lostRuns++;
        worst = Math.max(worst, longest);
        console.log(
          `run ${run}: ours ${Math.round(times.ours.at(-1) ?? 0)} ms, redis-cli ${Math.round(times.cli.at(-1) ?? 0)} ms; ${result.acknowledged} acknowledged, ${result.redirected} redirected, slowest ${result.slowestMs} ms; lost ${lost}; longest silence of a node ${longest} ms`,
        );
      } finally {
        load.kill();
      }
    }
  } finally {
    await cluster.remove();
    deps.dispose();
  }
  const ratio = median(times.ours) / median(times.cli);
  console.log(
    `${slots} slots with ${slots * KEYS} keys: ours ${Math.round(median(times.ours))} ms, redis-cli ${Math.round(median(times.cli))} ms, ratio ${ratio.toFixed(2)}; runs with a loss: ${lostRuns} of ${runs}; longest silence ${worst} ms (node time-out ${NODE_TIMEOUT_MS}); load ${loadavg()[0]?.toFixed(1)}`,
  );
  if (lostRuns > 0 || worst >= NODE_TIMEOUT_MS || ratio >= 1) process.exitCode = 1;
}

if (!isClusterLoadChild()) void main(Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 1000));
