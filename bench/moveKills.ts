/**
 * A move of slots under load that is cut off in the middle: our process killed, the giver killed, the taker killed, the taker frozen; then gone on with or taken
 * back. All nodes must agree, no acknowledged write and no key may be lost, and no node but the victim may be silent for its node time-out.
 *
 * What counts as lost: replication is asynchronous, so a master that dies loses what it alone had, move or no move. A write therefore counts as acknowledged
 * only when a replica confirmed it (WAIT 1), and the keys that were there before have been with the replicas for seconds. Each cut is done twice: as a
 * **control**, the same node cut off in the same way while nothing moves, and in the middle of a move. A control that loses would say that the set-up, not the
 * move, loses; it fails the bench, too. In turn: the victim's replica takes over and the victim comes back before or after the rest is done, or (each fifth
 * run) the victim comes back from its append-only file before the others miss it, and nobody takes over.
 * `npm run bench -- moveKills [runs of each] [slots] [us|giver|taker|freeze …]`.
 * needs: docker images
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { delay, until } from '../src/base/abort';
import { textOf } from '../src/base/errors';
import { IoredisConnector } from '../src/redis/ioredisClient';
import { planMove } from '../src/topology/cluster/movePlan';
import type { MovePlan } from '../src/topology/cluster/movePlan';
import { recordedMove } from '../src/topology/cluster/moveRecord';
import { goOn, moveSlots, takeBack } from '../src/topology/cluster/moveSlots';
import { NODE_TIMEOUT_MS } from '../src/topology/cluster/request';
import type { ClusterTarget } from '../src/topology/cluster/crew';
import { DrillCluster, Pulse } from '../test/support/clusterDrill';
import { ClusterLoad, isClusterLoadChild } from '../test/support/clusterLoad';
import { ToldRecords, FileSecrets } from '../test/support/fileDeps';
import { newPrefix } from '../test/support/naming';
import { dockerDeps, noSignal, silent } from '../test/support/topologies';

const KEYS = 100;
const BYTES = 100;
const cuts = ['us', 'giver', 'taker', 'freeze'] as const;
type Cut = (typeof cuts)[number];

const ORDER = 'REDIS_TOPOLOGY_MOVE';
interface MoveOrder {
  readonly folder: string;
  readonly target: ClusterTarget;
  readonly plan: MovePlan;
}

const depsOf = (folder: string) => ({
  connector: new IoredisConnector(),
  secrets: new FileSecrets(folder),
  records: new ToldRecords(folder),
  now: () => Date.now(),
});

/** The process that moves: tells how far it is, and is killed or fails. */
function isMoveChild(): boolean {
  const text = process.env[ORDER];
  if (text === undefined) return false;
  const { folder, target, plan } = JSON.parse(text) as MoveOrder;
  process.on('disconnect', () => process.exit(0));
  moveSlots(depsOf(folder), { target, plan }, noSignal, ({ done }) => process.send?.(done)).then(
    () => process.exit(0),
    (error: unknown) => process.send?.(textOf(error), () => process.exit(1)),
  );
  return true;
}

/** Starts the move, does `cut` at slot `at`, and gives back why the process ended. */
function moveUntil(order: MoveOrder, at: number, cut: (kill: () => void) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = fork(__filename, [], {
      env: { ...process.env, [ORDER]: JSON.stringify(order) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let text = '';
    let isCut = false;
    child.on('message', message => {
      if (typeof message === 'string') text = message;
      else if (!isCut && (message as number) >= at) {
        isCut = true;
        cut(() => child.kill('SIGKILL'));
      }
    });
    child.once('exit', code =>
      isCut ? resolve(text === '' ? `ended with ${code}` : text) : reject(new Error(`never came to the cut: ${text}`)),
    );
  });
}

/** How the victim comes back, and what is then done with the move, in turn. */
const turns = [
  { back: 'before', then: goOn },
  { back: 'before', then: takeBack },
  { back: 'after', then: goOn },
  { back: 'after', then: takeBack },
  // before anybody misses it: it is a master still, with what its append-only file holds
  { back: 'at once', then: goOn },
] as const;

/** A frozen taker is thawed again after so long: a MIGRATE has given up by then, the others have not. */
const SHORT_MS = 2500;
const depart = { kill: 'kill', freeze: 'pause' } as const;
const arrive = { kill: 'start', freeze: 'unpause' } as const;

interface Outcome {
  readonly lost: number;
  readonly acknowledged: number;
  /** The longest that a node was silent which nobody had cut off. */
  readonly silence: number;
  readonly text: string;
}

/** @param moving without it nothing moves: what is lost then is lost by the kill alone */
async function once(cluster: DrillCluster, cut: Cut, run: number, slots: number, moving: boolean): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'move-'));
  const deps = depsOf(folder);
  if (cluster.password !== undefined) await deps.secrets.set(cluster.target.topologyId, cluster.password);
  const ranges = [[0, slots - 1]] as const;
  const { from, to, view } = await cluster.ends(0);
  const id = cut === 'giver' ? from : to;
  const victim = cut === 'us' ? undefined : (view.members.find(member => member.id === id)?.name ?? id);
  const how = cut === 'freeze' ? 'freeze' : 'kill';
  const { back, then } = turns[(run - 1) % turns.length] as (typeof turns)[number];
  const order = {
    prefix: `${cut}${run}${moving ? 'm' : 'c'}`,
    writers: 8,
    password: cluster.password,
    seats: cluster.target.seats,
    slots: Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? (i * 7) % slots : (i * 16) % 16384)),
    paceMs: 4,
    confirmed: true,
  };
  const load = new ClusterLoad(__filename, order);
  const pulse = new Pulse(cluster.target.seats, cluster.password);
  try {
    await load.running;
    const began = performance.now();
    const at = Math.round(slots * (0.2 + 0.12 * run));
    let why = 'nothing moved';
    if (moving) {
      why = await moveUntil({ folder, target: cluster.target, plan: planMove(view, ranges, to) }, at, kill => {
        if (victim === undefined) kill();
        else cluster.docker(depart[how], victim);
        if (victim !== undefined && back === 'at once')
          setTimeout(() => cluster.docker(arrive[how], victim), how === 'freeze' ? SHORT_MS : 0);
      });
    } else if (victim !== undefined) {
      await delay(1000 + 300 * run);
      cluster.docker(depart[how], victim);
      if (back === 'at once') {
        if (how === 'freeze') await delay(SHORT_MS);
        cluster.docker(arrive[how], victim);
      }
    }
    const left = await cluster.look().then(({ view: now }) => now.open.length);
    if (victim !== undefined && back === 'at once') {
      await until('the victim as it was', { everyMs: 200, deadlineMs: 60_000 }, async () => {
        const { seen } = await cluster.look();
        return seen.length === cluster.target.seats.length && seen.every(({ report }) => report.state === 'ok')
          ? true
          : undefined;
      });
    } else if (victim !== undefined) {
      // What follows begins when the rest of the cluster has got over it: the replica has taken the victim's place.
      let told = '';
      await until('failover', { everyMs: 200, deadlineMs: 60_000 }, async () => {
        const { seen } = await cluster.look();
        told = JSON.stringify(
          seen.map(({ name: who, report }) => [
            who,
            report.state,
            report.nodes.map(line => `${line.id.slice(0, 4)} ${line.flags.join()} ${line.slots.join(' ')}`),
          ]),
        );
        // a taker whose slot is open keeps to the dead giver for that slot, and calls the cluster down, until somebody ends the move
        return seen.length >= 5 &&
          seen.filter(
            ({ report }) =>
              report.state === 'ok' &&
              report.nodes.some(line => line.id === id && line.flags.includes('fail') && line.slots.length === 0),
          ).length >= 4
          ? true
          : undefined;
      }).catch((error: unknown) => {
        throw new Error(`no failover: ${told}`, { cause: error });
      });
      if (back === 'before') {
        cluster.docker(arrive[how], victim);
        await until('the victim as a replica', { everyMs: 200, deadlineMs: 60_000 }, async () =>
          (await cluster.look()).seen.some(one => one.name === victim && one.role === 'replica') ? true : undefined,
        );
      }
    }
    if (moving) {
      const record = recordedMove(deps, cluster.target.topologyId);
      if (!record) throw new Error('no record');
      await then(deps, cluster.target, record, noSignal, silent);
    }
    if (victim !== undefined && back === 'after') cluster.docker(arrive[how], victim);
    await cluster.agreed();
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const result = await load.stop();
    const silence = Math.max(...[...(await pulse.end())].filter(([node]) => node !== victim).map(([, ms]) => ms));
    const lost = await cluster.lost(ranges, KEYS, BYTES, order, result);
    const text = moving
      ? `cut at slot ${at}, ${left} open [${why.slice(0, 60)}]; ${victim === undefined ? '' : `victim back ${back}, `}${then === goOn ? 'gone on' : 'taken back'}, whole after ${seconds} s`
      : `nothing moved, victim back ${back}, whole after ${seconds} s`;
    return { lost, silence, acknowledged: result.acknowledged, text };
  } finally {
    load.kill();
    await pulse.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(runs: number, slots: number, only: readonly string[]): Promise<void> {
  const docker = dockerDeps();
  const cluster = await DrillCluster.open(docker, newPrefix());
  const failed: string[] = [];
  const sums = { moved: [0, 0, 0], control: [0, 0, 0] };
  try {
    for (const cut of cuts.filter(one => only.length === 0 || only.includes(one))) {
      for (let run = 1; run <= runs; run++) {
        for (const kind of cut === 'us' ? (['moved'] as const) : (['control', 'moved'] as const)) {
          try {
            await cluster.agreed();
            await cluster.fill([[0, slots - 1]], KEYS, BYTES);
            const { lost, acknowledged, silence, text } = await once(cluster, cut, run, slots, kind === 'moved');
            const good = lost === 0 && (kind === 'control' || silence < NODE_TIMEOUT_MS);
            if (!good) failed.push(`${cut} ${run} ${kind}`);
            const sum = sums[kind];
            [sum[0], sum[1], sum[2]] = [(sum[0] ?? 0) + 1, (sum[1] ?? 0) + acknowledged, (sum[2] ?? 0) + lost];
            console.log(
              `${cut} ${run} ${kind}: ${text}; ${acknowledged} acknowledged, lost ${lost}; longest silence of another node ${silence} ms${good ? '' : '  FAILED'}`,
            );
          } catch (error) {
            failed.push(`${cut} ${run} ${kind}`);
            console.log(`${cut} ${run} ${kind} FAILED`, error);
            await delay(3000);
          }
        }
      }
    }
  } finally {
    await cluster.remove();
    docker.dispose();
  }
  for (const [kind, [count, acknowledged, lost]] of Object.entries(sums))
    console.log(`${kind}: ${count} runs, ${acknowledged} acknowledged, ${lost} lost`);
  console.log(
    `failed: ${failed.join(', ') || 'none'}; node time-out ${NODE_TIMEOUT_MS} ms; load ${loadavg()[0]?.toFixed(1)}`,
  );
  if (failed.length > 0) process.exitCode = 1;
}

if (!isClusterLoadChild() && !isMoveChild())
  void main(Number(process.argv[2] ?? 5), Number(process.argv[3] ?? 200), process.argv.slice(4));
