/**
 * Claim: a failover drill ends with the topology in the same state as before, every time, and counts what a load of its own counts, too.
 * needs: docker images redis-server
 * Replication 1+2, Sentinel 1+2+3, Cluster 3+3, unattended: `npm run bench -- failoverDrills docker|process replication|sentinel|cluster [runs] [faults, by commas] [beside]`.
 * `beside`: a load in a process of its own runs at the same time (Sentinel), whose longest pause and loss are printed, too, and to whom it wrote what was lost.
 * `beside 800`: one that waits no longer for an answer than the drill's own writers.
 */
import { loadavg } from 'node:os';
import { delay, until } from '../src/base/abort';
import type { EngineKind, TopologyKind } from '../src/model/instance';
import { faultsFor } from '../src/topology/drill/faults';
import type { DrillFault, DrillReport } from '../src/topology/drill/report';
import { markOf, seriesOf } from '../src/topology/drill/report';
import { seatOf, Talk } from '../src/topology/talk';
import { DrillWorld } from '../test/support/drills';
import { drillOn, hasten, stateOf } from '../test/support/failoverDrills';
import { isLoadChild, Load, lostOn } from '../test/support/load';

const seconds = (ms: number | undefined): string => (ms === undefined ? '–' : (ms / 1000).toFixed(2)).padStart(7);

async function main([
  engine = 'process',
  kind = 'sentinel',
  runs = '10',
  chosen = '',
  beside = '',
  patience = '20000',
]: readonly string[]): Promise<void> {
  const world = await DrillWorld.make(
    kind as TopologyKind,
    engine as EngineKind,
    { replication: 24_200, sentinel: 24_300, cluster: 21_400 }[kind as TopologyKind],
  );
  const reports: DrillReport[] = [];
  let different = 0;
  try {
    await whole(world);
    await hasten(world);
    const before = await stateOf(world);
    const master = world.topology?.nodes.find(({ role }) => role === 'master');
    const faults =
      chosen === '' || chosen === 'all'
        ? faultsFor(world.topology!, master!).filter(fault => fault !== 'failover')
        : (chosen.split(',') as readonly DrillFault[]);
    console.log(
      `${kind} on ${engine}, load ${loadavg()[0]?.toFixed(1)}\n  fault        gone  promoted  no write   whole  two masters   lost / acknowledged  healed`,
    );
    for (let run = 0; run < Number(runs); run++) {
      const fault = faults[run % faults.length] as DrillFault;
      const load = beside === 'beside' ? await begin(world, run, Number(patience)) : undefined;
      const healths: string[] = [];
      const began = Date.now();
      const watching = world.inventory.onDidChange(() => {
        const { level, reasons } = world.topology?.health ?? {};
        const said = `${level ?? 'gone'} ${(reasons ?? []).map(({ code }) => code).join(' ')}`;
        if (healths.at(-1)?.endsWith(said) !== true) healths.push(`${seconds(Date.now() - began)} ${said}`);
      });
      const accused = accusations(world);
      const report = await drillOn(world, fault, {
        onPhase: phase => {
          if (phase === 'healing') accused.begin();
        },
      });
      watching.dispose();
      const slow = await accused.end();
      reports.push(report);
      const other = load === undefined ? '' : await load(report.at);
      await whole(world);
      const after = await stateOf(world);
      // the other load leaves its keys
      const shape = (state: string): string => (other === '' ? state : state.replace(/keys \d+/, ''));
      const same = shape(after) === shape(before) && report.healed;
      if (!same) different++;
      if (process.env['DRILL_DETAIL'] !== undefined) console.log(JSON.stringify({ ...report, healths }, undefined, 1));
      else if (!same || slow.length > 0) console.log([...healths, ...slow].join('\n'));
      const { gap, split } = report;
      const own = (report.losses ?? []).map(
        ({ node, count, late, from, to }) =>
          `\n    drill: ${count} by ${node} from ${seconds(from).trim()} to ${seconds(to).trim()} s, ${late} after the promotion`,
      );
      console.log(
        `  ${fault.padEnd(10)}${seconds(markOf(report, 'detected'))}   ${seconds(markOf(report, 'promoted'))}   ${seconds(gap && gap.to - gap.from)} ${seconds(markOf(report, 'whole'))}      ${seconds(split && split.to - split.from)}   ${`${report.lost} / ${report.acknowledged}`.padStart(18)}  ${same ? 'as before' : `DIFFERENT\n${before}\n--\n${after}`}${own.join('')}${other}`,
      );
    }
  } finally {
    await world.dispose();
  }
  for (const series of seriesOf(reports))
    console.log(
      `${series.runs[0]?.request.fault}: lost ${series.lost} of ${series.acknowledged} acknowledged writes in ${series.runs.length} runs; no write for ${seconds(series.gap?.median).trim()} s [${seconds(series.gap?.least).trim()}–${seconds(series.gap?.most).trim()}]`,
    );
  console.log(
    `${reports.length} drills, ${reports.length - different} healed to the same state; load ${loadavg()[0]?.toFixed(1)}`,
  );
  if (different > 0) throw new Error(`${different} ended differently`);
}

/** A node that was mended this long ago is well again in most runs. */
const SLOW_MS = 8000;

/** Who in a cluster still holds whom for failing, and over which links, from some seconds after the mending on: to understand what takes long to heal. */
function accusations(world: DrillWorld): { begin(): void; end(): Promise<readonly string[]> } {
  const lines: string[] = [];
  const ended = new AbortController();
  let running: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    const began = Date.now();
    await delay(SLOW_MS, ended.signal);
    for (; !ended.signal.aborted; await delay(2000, ended.signal))
      for (const { name } of world.nodes) {
        const rows = (await world.cli(name, 'CLUSTER', 'NODES')).split('\n');
        const accused = rows.filter(row => /fail|handshake|noaddr|disconnected/.test(row));
        if (accused.length === 0) continue;
        const ids = accused.map(row => row.slice(0, 40));
        const links = (await world.cli(name, 'CLUSTER', 'LINKS')).split('\n').join(' ');
        lines.push(
          `${seconds(Date.now() - began)} after mending, ${name} (now ${Date.now()}):`,
          ...accused.map(row => `    ${row}`),
          ...links
            .split(/(?=direction)/)
            .filter(link => ids.some(id => link.includes(id)))
            .map(link => `    ${link}`),
        );
      }
  };
  return {
    begin: () => {
      if (world.kind === 'cluster')
        running = look().catch((error: unknown) => void (ended.signal.aborted || lines.push(String(error))));
    },
    end: async () => {
      ended.abort();
      await running;
      return lines;
    },
  };
}

/** At rest, as the inventory says. */
async function whole(world: DrillWorld): Promise<void> {
  await until('healthy', { everyMs: 100, deadlineMs: 60_000 }, () =>
    Promise.resolve(world.topology?.health.level === 'healthy' || undefined),
  );
}

/** The load of the failover bench, beside the drill's own; gives what it saw, given when the fault happened. */
async function begin(world: DrillWorld, run: number, patienceMs: number): Promise<(at: number) => Promise<string>> {
  const seats = (sentinels: boolean) =>
    (world.topology?.nodes ?? [])
      .filter(({ role }) => (role === 'sentinel') === sentinels)
      .map(node => seatOf(node))
      .filter(seat => seat !== undefined);
  const load = new Load(__filename, {
    prefix: `beside${run}`,
    writers: 2,
    password: world.password,
    masterName: world.topology?.masterName ?? '',
    servers: seats(false),
    sentinels: seats(true),
    patienceMs,
  });
  await load.running;
  return async at => {
    const talk = new Talk(world.deps.connector, world.password);
    try {
      const result = await load.stop();
      const master = seatOf(world.topology!.nodes.find(({ role }) => role === 'master')!);
      const patience = { everyMs: 50, deadlineMs: 10_000, signal: new AbortController().signal };
      const byPort = new Map<number, number>();
      const lost = await lostOn(await talk.to(master!, patience), load.order, result, (writer, n) => {
        const stay = result.writers[writer]?.stays.findLast(({ first }) => first <= n);
        byPort.set(stay?.port ?? 0, (byPort.get(stay?.port ?? 0) ?? 0) + 1);
      });
      const nameOf = (port: number): string => world.nodes.find(node => node.port === port)?.name ?? String(port);
      const stays = result.writers.map(({ stays: own }) =>
        own.map(({ port, to }) => `${nameOf(port)} until ${seconds(to - at).trim()}`).join(', '),
      );
      return [
        `\n    beside: no write for ${seconds(result.longestPauseMs).trim()} s, lost ${lost} of ${result.acknowledged}`,
        ...[...byPort].map(([port, count]) => `${count} by ${nameOf(port)}`),
        `wrote to ${stays.join(' | ')}`,
      ].join('; ');
    } finally {
      talk.dispose();
      load.kill();
    }
  };
}

if (!isLoadChild())
  main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
