/**
 * A move of slots under load that is cut off in the middle: our process killed, the giver killed, the taker killed, the taker frozen; then gone on with or taken
 * back, in turn. All nodes must agree, no acknowledged write and no key may be lost, and no node but the victim may be silent for its node time-out.
 * `npm run bench -- moveKills [runs of each] [slots]`.
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
import { FileRecords, FileSecrets } from '../test/support/fileDeps';
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
  records: new FileRecords(folder),
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

async function once(cluster: DrillCluster, cut: Cut, run: number, slots: number): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'move-'));
  const deps = depsOf(folder);
  if (cluster.password !== undefined) await deps.secrets.set(cluster.target.topologyId, cluster.password);
  const ranges = [[0, slots - 1]] as const;
  const { from, to, view } = await cluster.ends(0);
  const name = (id: string): string => view.members.find(member => member.id === id)?.name ?? id;
  const victim = cut === 'us' ? undefined : name(cut === 'giver' ? from : to);
  const order = {
    prefix: `${cut}${run}`,
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
    const why = await moveUntil({ folder, target: cluster.target, plan: planMove(view, ranges, to) }, at, kill => {
      if (victim === undefined) kill();
      else cluster.docker(cut === 'freeze' ? 'pause' : 'kill', victim);
    });
    const back = run % 2 === 0;
    const left = await cluster.look().then(({ view: now }) => now.open.length);
    // What follows begins when the rest of the cluster has got over it: the replica has taken the victim's place.
    if (victim !== undefined) {
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
              report.nodes.some(
                line =>
                  line.id === (cut === 'giver' ? from : to) && line.flags.includes('fail') && line.slots.length === 0,
              ),
          ).length >= 4
          ? true
          : undefined;
      }).catch((error: unknown) => {
        throw new Error(`no failover: ${told}`, { cause: error });
      });
      // In turn: the victim comes back before, or after.
      if (run % 4 < 2) cluster.docker(cut === 'freeze' ? 'unpause' : 'start', victim);
      if (run % 4 < 2)
        await until('the victim as a replica', { everyMs: 200, deadlineMs: 60_000 }, async () =>
          (await cluster.look()).seen.some(one => one.name === victim && one.role === 'replica') ? true : undefined,
        );
    }
    const record = recordedMove(deps, cluster.target.topologyId);
    if (!record) throw new Error('no record');
    await (back ? takeBack : goOn)(deps, cluster.target, record, noSignal, silent);
    if (victim !== undefined && run % 4 >= 2) cluster.docker(cut === 'freeze' ? 'unpause' : 'start', victim);
    await cluster.agreed();
    const result = await load.stop();
    const silences = [...(await pulse.end())].filter(([node]) => node !== victim).map(([, ms]) => ms);
    const lost = await cluster.lost(ranges, KEYS, BYTES, order, result);
    const longest = Math.max(...silences);
    const good = lost === 0 && longest < NODE_TIMEOUT_MS;
    console.log(
      `${cut} ${run}${victim === undefined ? '' : ` (${victim})`}: cut at slot ${at}, ${left} open [${why.slice(0, 90)}]; ${back ? 'taken back' : 'gone on'}, whole after ${((performance.now() - began) / 1000).toFixed(1)} s; ${result.acknowledged} acknowledged, lost ${lost}; longest silence of another node ${longest} ms${good ? '' : '  FAILED'}`,
    );
    return good;
  } finally {
    load.kill();
    await pulse.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(runs: number, slots: number, only: readonly string[]): Promise<void> {
  const docker = dockerDeps();
  const cluster = await DrillCluster.open(docker, newPrefix());
  let [all, failed] = [0, 0];
  try {
    for (const cut of cuts.filter(one => only.length === 0 || only.includes(one))) {
      for (let run = 1; run <= runs; run++) {
        all++;
        try {
          await cluster.agreed();
          await cluster.fill([[0, slots - 1]], KEYS, BYTES);
          if (!(await once(cluster, cut, run, slots))) failed++;
        } catch (error) {
          failed++;
          console.log(`${cut} ${run} FAILED`, error);
          await delay(3000);
        }
      }
    }
  } finally {
    await cluster.remove();
    docker.dispose();
  }
  console.log(
    `${all} moves cut off: ${all - failed} ended whole without a loss, ${failed} did not; load ${loadavg()[0]?.toFixed(1)}`,
  );
  if (failed > 0) process.exitCode = 1;
}

if (!isClusterLoadChild() && !isMoveChild())
  void main(Number(process.argv[2] ?? 5), Number(process.argv[3] ?? 200), process.argv.slice(4));
