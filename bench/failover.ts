/**
 * Planned failover under load: 8 writers in another process, the acknowledged set read back from the survivors. Ours, then plain
 * `SENTINEL FAILOVER` for contrast. `npm run bench -- failover [runs] [plain runs]`.
 * needs: docker images
 */
import { loadavg } from 'node:os';
import { delay } from '../src/base/abort';
import { createSentinel } from '../src/topology/createSentinel';
import type { CreationReport } from '../src/topology/createSentinel';
import { failoverSentinel } from '../src/topology/failoverSentinel';
import { removeTopology } from '../src/topology/removeTopology';
import { masterSeenBy } from '../src/topology/sentinelSteps';
import { Talk } from '../src/topology/talk';
import { isLoadChild, Load, lostOn } from '../test/support/load';
import { dockerDeps, failoverOf, noSignal, planOf, silent } from '../test/support/topologies';

const patience = { everyMs: 20, deadlineMs: 20_000, signal: noSignal };
const deps = dockerDeps();

interface Outcome {
  readonly acknowledged: number;
  readonly lost: number;
  readonly pauseMs: number;
  readonly heldMs: number;
  readonly text: string;
}

async function masterOf(report: CreationReport, talk: Talk): Promise<string> {
  const seen = await masterSeenBy(
    await talk.to(
      report.nodes.find(({ role }) => role === 'sentinel')!,
      patience,
    ),
    report.name,
  );
  return report.nodes.find(({ announced }) => announced.host === seen?.host && announced.port === seen.port)!.name;
}

/** One run: load on, a second later the failover, a second after its end load off; then every server is asked for every acknowledged key. */
async function once(report: CreationReport, run: number, plain: boolean): Promise<Outcome> {
  const password = await deps.secrets.get(report.topologyId);
  const talk = new Talk(deps.connector, password);
  let load: Load | undefined;
  try {
    const request = failoverOf(report, await masterOf(report, talk));
    const servers = [request.master, ...request.replicas];
    await (await talk.to(request.master, patience)).call(['FLUSHALL'], { timeoutMs: 10_000 });
    const running = new Load(__filename, {
      prefix: `run${run}`,
      writers: 8,
      password,
      masterName: report.name,
      servers,
      sentinels: request.sentinels,
    });
    load = running;
    await running.running;
    await delay(1000);
    let text: string;
    let heldMs = 0;
    if (plain) {
      const leader = await talk.to(request.sentinels[0]!, patience);
      await leader.call(['SENTINEL', 'FAILOVER', report.name]);
      await delay(15_000); // until the old master has become a replica: only then are its own writes thrown away
      text = 'plain SENTINEL FAILOVER';
    } else {
      const done = await failoverSentinel(deps, request, noSignal, silent);
      heldMs = done.writePauseMs;
      text = `${request.master.name} → ${done.node} ${done.steps.map(({ step, ms }) => `${step} ${ms}`).join(' ')}`;
      await delay(1000);
    }
    const result = await running.stop();
    const losses = await Promise.all(
      servers.map(async seat => lostOn(await talk.to(seat, patience), running.order, result)),
    );
    return {
      acknowledged: result.acknowledged,
      lost: Math.max(...losses),
      pauseMs: result.longestPauseMs,
      heldMs,
      text,
    };
  } finally {
    talk.dispose();
    load?.kill();
  }
}

async function main(runs: number, plainRuns: number): Promise<void> {
  const name = 'bench-failover';
  const report = await createSentinel(deps, { plan: await planOf(deps, name) }, noSignal, silent);
  const outcomes: Outcome[] = [];
  let refused = 0;
  try {
    for (let run = 1; run <= runs + plainRuns; run++) {
      const plain = run > runs;
      let outcome: Outcome;
      try {
        outcome = await once(report, run, plain);
      } catch (error) {
        // A refusal changes nothing: told, and tried again.
        console.log(`run ${run}: ${error instanceof Error ? error.message : String(error)}`);
        if (++refused > 5) throw error;
        await delay(5000);
        run--;
        continue;
      }
      if (!plain) outcomes.push(outcome);
      console.log(
        `run ${run}: lost ${outcome.lost} of ${outcome.acknowledged} acknowledged, longest pause for a client ${outcome.pauseMs} ms (held ${outcome.heldMs} ms), load ${loadavg()[0]!.toFixed(1)} | ${outcome.text}`,
      );
      await delay(plain ? 3000 : 500);
    }
  } finally {
    await removeTopology(
      deps,
      { topologyId: report.topologyId, name, kind: 'sentinel', engine: 'docker', data: true },
      noSignal,
      silent,
    );
    deps.dispose();
  }
  const total = (of: (outcome: Outcome) => number): number => outcomes.reduce((sum, outcome) => sum + of(outcome), 0);
  const pauses = outcomes.map(({ pauseMs }) => pauseMs).sort((a, b) => a - b);
  console.log(
    `safe failover: ${total(({ lost }) => lost)} lost of ${total(({ acknowledged }) => acknowledged)} in ${outcomes.length} runs (${refused} refused before anything was done); pause ${pauses[0]}-${pauses.at(-1)} ms, median ${pauses[Math.floor(pauses.length / 2)]} ms`,
  );
  if (total(({ lost }) => lost) > 0) process.exitCode = 1;
}

if (!isLoadChild()) void main(Number(process.argv[2] ?? 20), Number(process.argv[3] ?? 2));
