/**
 * Planned failover of a replication without Sentinels (`FAILOVER TO`) under load: 8 writers in another process, the acknowledged set read
 * back from every server. `npm run bench -- handover [runs]`.
 * needs: docker images
 */
import { loadavg } from 'node:os';
import { delay } from '../src/base/abort';
import { isFault } from '../src/base/errors';
import { createReplication, prepareReplication } from '../src/topology/createReplication';
import { failoverReplication } from '../src/topology/failoverReplication';
import { removeTopology } from '../src/topology/removeTopology';
import { Talk } from '../src/topology/talk';
import { isLoadChild, Load, lostOn } from '../test/support/load';
import { dockerDeps, noSignal, silent, volume } from '../test/support/topologies';

const patience = { everyMs: 20, deadlineMs: 20_000, signal: noSignal };

async function main(runs: number): Promise<void> {
  const deps = dockerDeps();
  const name = 'bench-handover';
  const request = {
    name,
    engine: 'docker',
    image: 'redis:7.0',
    replicas: 2,
    firstPort: 23_800,
    storage: volume,
  } as const;
  const report = await createReplication(
    deps,
    { plan: await prepareReplication(deps, request, noSignal) },
    noSignal,
    silent,
  );
  const password = await deps.secrets.get(report.topologyId);
  const seats = report.nodes.map(({ name, announced, reachable }) => ({ name, announced, reachable }));
  let lost = 0;
  let acknowledged = 0;
  const pauses: number[] = [];
  let takenBack = 0;
  try {
    for (let run = 1; run <= runs; run++) {
      const talk = new Talk(deps.connector, password);
      const master = seats[(run - 1) % seats.length]!;
      const to = seats[run % seats.length]!;
      await (await talk.to(master, patience)).call(['FLUSHALL'], { timeoutMs: 10_000 });
      const load = new Load(__filename, {
        prefix: `run${run}`,
        writers: 8,
        password,
        masterName: '',
        servers: seats,
        sentinels: [],
      });
      try {
        await load.running;
        await delay(1000);
        // A server that is too busy to hand over takes it back by itself; that run counts for its losses only, and its turn comes again.
        const done = await failoverReplication(
          deps,
          { topologyId: report.topologyId, master, to, replicas: seats.filter(seat => seat !== master) },
          noSignal,
          silent,
        ).catch((error: unknown) => {
          if (!isFault(error, 'handover-timed-out', 'handover-lagging') || ++takenBack > runs) throw error;
          return error;
        });
        await delay(1000);
        const result = await load.stop();
        const losses = await Promise.all(
          seats.map(async seat => lostOn(await talk.to(seat, patience), load.order, result)),
        );
        lost += Math.max(...losses);
        acknowledged += result.acknowledged;
        if (done instanceof Error) {
          console.log(`run ${run}: taken back, lost ${Math.max(...losses)} of ${result.acknowledged}: ${done.message}`);
          run--;
          continue;
        }
        pauses.push(result.longestPauseMs);
        console.log(
          `run ${run}: lost ${Math.max(...losses)} of ${result.acknowledged} acknowledged, longest pause for a client ${result.longestPauseMs} ms (held ${done.writePauseMs} ms), load ${loadavg()[0]!.toFixed(1)}`,
        );
      } finally {
        load.kill();
        talk.dispose();
      }
    }
  } finally {
    await removeTopology(
      deps,
      { topologyId: report.topologyId, name, kind: 'replication', engine: 'docker', data: true },
      noSignal,
      silent,
    );
    deps.dispose();
  }
  pauses.sort((a, b) => a - b);
  console.log(
    `FAILOVER TO: ${lost} lost of ${acknowledged} in ${runs} runs (${takenBack} more taken back by the server); pause ${pauses[0]}-${pauses.at(-1)} ms, median ${pauses[Math.floor(pauses.length / 2)]} ms`,
  );
  if (lost > 0) process.exitCode = 1;
}

if (!isLoadChild()) void main(Number(process.argv[2] ?? 20));
