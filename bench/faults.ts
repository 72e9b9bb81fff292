/**
 * A creation of which one call is spoiled: every command it sends to servers in sixteen ways (plain processes), every call it makes to the Docker
 * daemon in ten. It ends in time, done as planned or failed with a fault and nothing left; other people's servers are untouched.
 * needs: docker images redis-server
 * `npm run bench -- faults [resp|docker] [replication|sentinel|cluster] [words of a call or fault …]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { deadline, isCancellation, mapLimit } from '../src/base/abort';
import { HumanError } from '../src/base/errors';
import { createDockerEngine } from '../src/engine/docker';
import { createProcessEngine } from '../src/engine/process';
import type { EngineKind, TopologyKind } from '../src/model/instance';
import { IoredisConnector } from '../src/redis/ioredisClient';
import { removeTopology } from '../src/topology/removeTopology';
import { ProcessDecoys } from '../test/support/byHand';
import { CHECKS, clearAway, create } from '../test/support/creations';
import type { Creating, Homed } from '../test/support/creations';
import type { Untouched } from '../test/support/crash';
import { Decoys } from '../test/support/dockerWorld';
import { assertDiscreet, assertNothingLeft, Strays } from '../test/support/invariants';
import { memoryDeps } from '../test/support/memoryDeps';
import { newPrefix, testPorts } from '../test/support/naming';
import { RespWorld, respFaults } from '../test/support/respProxy';
import type { RespFault } from '../test/support/respProxy';
import { proxyFaults, SocketProxy } from '../test/support/socketProxy';
import type { ProxyFault } from '../test/support/socketProxy';
import { noSignal, silent } from '../test/support/topologies';

const kinds = ['replication', 'sentinel', 'cluster'] as const;
/** No creation may take longer, whatever befalls it: its own limits add up to less. */
const LIMIT_MS = 180_000;
const AT_ONCE = 3;
/** The run had no need of that call, or not so often: it depends on how fast servers are. */
const NOT_MET = 'the call did not come';

/** First ports of runs of ten that nobody uses now: a creation that is over has left its own. */
const free: number[] = [];

/** What spoils one call of one run. */
interface Spoiler {
  readonly what: string;
  /** Whether the call was made. */
  met(): boolean;
}

interface Outcome {
  readonly what: string;
  readonly ended: string;
  readonly ms: number;
  readonly failed?: string;
}

/** One creation on an engine behind what spoils; `seen` gathers its calls. */
async function once(
  kind: TopologyKind,
  engine: EngineKind,
  decoys: Untouched,
  world: RespWorld | SocketProxy,
  spoiler: Spoiler,
): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'faults-'));
  const creating: Creating = { name: newPrefix(), kind, engine, firstPort: free.pop() ?? NaN, shape: 'small' };
  const where: Homed = { ...creating, folder };
  const docker = world instanceof SocketProxy;
  const running = docker
    ? createDockerEngine({ owner: 'faults', endpoint: () => world.endpoint, patience: 0.5 })
    : createProcessEngine({ owner: 'faults', home: join(folder, 'home') });
  // What takes it away again goes by a road that nothing spoils.
  const healthy = docker ? createDockerEngine({ owner: 'faults' }) : running;
  const deps = memoryDeps(running, docker ? new IoredisConnector() : world.connector(new IoredisConnector()));
  const began = Date.now();
  try {
    let ended = 'done';
    try {
      const report = await deadline('creation', LIMIT_MS, undefined, signal => create(deps, creating, signal));
      if (report.checks.length !== CHECKS.small[kind]) throw new Error(`done with ${report.checks.length} checks`);
      assertDiscreet(where, deps.secrets.kept.get(report.topologyId) ?? 'no password');
      await removeTopology(
        { ...deps, engine: () => healthy },
        { topologyId: report.topologyId, name: creating.name, kind, engine, data: true },
        noSignal,
        silent,
      );
    } catch (error) {
      if (!(error instanceof HumanError) || isCancellation(error) || error.fault.code === 'deadline') throw error;
      ended = error.fault.code;
      // The daemon is as spoiled for the undo as for the rest: what it could not take back it says, and it can be taken back later.
      if (ended === 'undo-incomplete' && docker) {
        clearAway(where);
        for (const key of deps.records.keys()) await deps.records.delete(key);
        deps.secrets.kept.clear();
      }
    }
    const ms = Date.now() - began;
    await assertNothingLeft(where, deps, decoys);
    return { what: spoiler.what, ended: spoiler.met() ? ended : NOT_MET, ms };
  } catch (error) {
    clearAway(where);
    return {
      what: spoiler.what,
      ended: 'FAILED',
      ms: Date.now() - began,
      failed: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  } finally {
    running.dispose();
    if (healthy !== running) healthy.dispose();
    rmSync(folder, { recursive: true, force: true });
    free.push(creating.firstPort);
  }
}

const tell = ({ what, ended, ms, failed }: Outcome): void =>
  console.log(`${what.padEnd(64)}${ended.padEnd(26)}${ms} ms${failed === undefined ? '' : `\n${failed}`}`);

async function resp(kind: TopologyKind, wanted: (what: string) => boolean): Promise<readonly Outcome[]> {
  const decoys = await ProcessDecoys.start();
  try {
    const plain = new RespWorld();
    const { failed } = await once(kind, 'process', decoys, plain, { what: 'nothing spoiled', met: () => true });
    await plain.close();
    if (failed !== undefined) throw new Error(failed);
    const cases = [...plain.counts].flatMap(([command, count]) =>
      // the first and the last of its kind meet different states
      [...new Set([1, count])].flatMap(nth =>
        (Object.keys(respFaults) as RespFault[]).map(fault => ({
          command,
          nth,
          fault,
          what: `${kind}: ${command} (${nth} of ${count}) meets ${fault}`,
        })),
      ),
    );
    return await mapLimit(
      cases.filter(({ what }) => wanted(what)),
      AT_ONCE,
      async ({ command, nth, fault, what }) => {
        const world = new RespWorld({ command, nth, fault });
        const outcome = await once(kind, 'process', decoys, world, { what, met: () => world.met > 0 });
        await world.close();
        tell(outcome);
        return outcome;
      },
    );
  } finally {
    await decoys.remove();
  }
}

/** `POST /containers/{}/start`: the call, whatever it is about. */
const callOf = (seen: string): string =>
  seen
    .replace(/[0-9a-f]{64}/g, '{}')
    .replace(/^(GET \/images\/).+(\/json)$/, '$1{}$2')
    .replace(/^((?:DELETE|GET) \/(?:volumes|networks)\/)[^/]+$/, '$1{}');

async function dockerCalls(kind: TopologyKind, wanted: (what: string) => boolean): Promise<readonly Outcome[]> {
  const decoys = new Decoys(newPrefix());
  try {
    const plain = new SocketProxy();
    await plain.listen();
    const { failed } = await once(kind, 'docker', decoys, plain, { what: 'nothing spoiled', met: () => true });
    const calls = [...new Set(plain.seen.map(callOf))].filter(call => !call.startsWith('GET /events'));
    await plain.close();
    if (failed !== undefined) throw new Error(failed);
    const cases = calls.flatMap(call =>
      (Object.keys(proxyFaults) as ProxyFault[]).map(fault => ({
        call,
        fault,
        what: `${kind}: ${call} meets ${fault}`,
      })),
    );
    return await mapLimit(
      cases.filter(({ what }) => wanted(what)),
      2,
      async ({ call, fault, what }) => {
        const world = new SocketProxy();
        await world.listen();
        const [method = ''] = call.split(' ');
        const path = new RegExp(
          `^${call
            .slice(method.length + 1)
            .replace(/[.]/g, '\\.')
            .replaceAll('{}', '.+')}$`,
        );
        world.rule = { method, path, fault, times: 1 };
        const outcome = await once(kind, 'docker', decoys, world, { what, met: () => world.met > 0 });
        await world.close();
        tell(outcome);
        return outcome;
      },
    );
  } finally {
    decoys.remove();
  }
}

async function main(words: readonly string[]): Promise<void> {
  const roads = [resp, dockerCalls].filter(road =>
    !words.includes('resp') && !words.includes('docker') ? true : words.includes(road === resp ? 'resp' : 'docker'),
  );
  const rest = words.filter(word => !['resp', 'docker', ...kinds].includes(word));
  const wanted = (what: string): boolean => rest.every(word => what.includes(word));
  const outcomes: Outcome[] = [];
  for (let ready = 0; ready < AT_ONCE; ready++) free.push(await testPorts(10));
  const strays = new Strays();
  for (const road of roads)
    for (const kind of kinds.filter(
      one => !words.some(word => (kinds as readonly string[]).includes(word)) || words.includes(one),
    ))
      outcomes.push(...(await road(kind, wanted)));
  const failed = outcomes.filter(one => one.failed !== undefined);
  const done = outcomes.filter(({ ended }) => ended === 'done').length;
  const notMet = outcomes.filter(({ ended }) => ended === NOT_MET).length;
  for (const one of failed) tell(one);
  console.log(
    `${outcomes.length - notMet} creations with one call spoiled (${notMet} more in which it did not come): ${done} done all the same, ${outcomes.length - notMet - done - failed.length} failed with a fault and left nothing, ${failed.length} broke a rule; longest ${Math.max(0, ...outcomes.map(({ ms }) => ms))} ms; load ${loadavg()[0]?.toFixed(1)}`,
  );
  await new Promise(resolve => setTimeout(resolve, 1000));
  strays.assertNone();
  if (failed.length > 0) process.exitCode = 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
