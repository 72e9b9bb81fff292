import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProcessEngine } from '../../src/engine/process';
import type { EngineKind, TopologyKind } from '../../src/model/instance';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import { createCluster, prepareCluster } from '../../src/topology/cluster/createCluster';
import { createReplication, prepareReplication } from '../../src/topology/createReplication';
import { createSentinel } from '../../src/topology/createSentinel';
import type { VerbDeps } from '../../src/topology/deps';
import { removeTopology } from '../../src/topology/removeTopology';
import { findUnfinished } from '../../src/topology/findUnfinished';
import { finishCreation, removeUnfinished } from '../../src/topology/unfinished';
import { leftovers, strays } from './dockerWorld';
import { FileRecords, FileSecrets } from './fileDeps';
import { memoryDeps } from './memoryDeps';
import { dockerDeps, noSignal, planOf, silent, volume } from './topologies';

/** Where a creation is killed: at its `write`th journal write (from 1), just before or just after that is safe. */
export interface KillPoint {
  readonly write: number;
  readonly when: 'before' | 'after';
}

/** What is created, and where. */
export interface Crashing {
  readonly name: string;
  readonly kind: TopologyKind;
  readonly engine: EngineKind;
  /** The first of ten ports. */
  readonly firstPort: number;
}

/** Somebody else's things, which nobody may touch. */
export interface Untouched {
  /** What is not as it was; empty when untouched. */
  changes(): string | Promise<string>;
}

interface ChildOrder extends KillPoint, Crashing {
  readonly folder: string;
}

/** Lines that a finished creation reports as seen to be true. */
const CHECKS: Readonly<Record<TopologyKind, number>> = { sentinel: 9, replication: 6, cluster: 4 };

const ORDER = 'REDIS_TOPOLOGY_CRASH';

/**
 * The body of the process that gets killed: the file that calls this is run again with an order in its environment. Returns whether
 * this process is such a one (then it must do nothing else).
 */
export function isCrashChild(): boolean {
  const text = process.env[ORDER];
  if (text === undefined) return false;
  const order = JSON.parse(text) as ChildOrder;
  const { folder, write, when } = order;
  let writes = 0;
  const records = new FileRecords(folder, safe => {
    if (!safe) writes++;
    if (writes === write && safe === (when === 'after')) process.kill(process.pid, 'SIGKILL');
  });
  const deps = { ...depsOf(order), records, secrets: new FileSecrets(folder) };
  create(deps, order).then(
    () => process.exit(0),
    error => {
      console.error(error);
      process.exit(1);
    },
  );
  return true;
}

function depsOf({ engine, folder }: Pick<ChildOrder, 'engine' | 'folder'>): VerbDeps & { dispose(): void } {
  if (engine === 'docker') return dockerDeps();
  const processes = createProcessEngine({ owner: 'verbs-test', home: join(folder, 'home') });
  return { ...memoryDeps(processes, new IoredisConnector()), dispose: () => processes.dispose() };
}

async function create(deps: VerbDeps, { name, kind, engine, firstPort }: Crashing): Promise<unknown> {
  const image =
    engine === 'docker' ? 'redis:7.0' : ((await deps.engine(engine).images())[0]?.reference ?? 'redis-server');
  switch (kind) {
    case 'sentinel':
      return createSentinel(
        deps,
        { plan: await planOf(deps, name, { engine, image, firstPort, firstSentinelPort: firstPort + 4 }) },
        noSignal,
        silent,
      );
    case 'replication':
      return createReplication(
        deps,
        {
          plan: await prepareReplication(
            deps,
            { name, engine, image, replicas: 2, firstPort, storage: volume },
            noSignal,
          ),
        },
        noSignal,
        silent,
      );
    case 'cluster':
      return createCluster(
        deps,
        {
          plan: await prepareCluster(
            deps,
            { name, engine, image, masters: 3, replicas: 1, extra: 0, firstPort, storage: volume },
            noSignal,
          ),
        },
        noSignal,
        silent,
      );
  }
}

/** What of ours stands: containers, networks and volumes with our labels, or processes that run in our folder. */
function standing({ engine, name, folder }: Pick<ChildOrder, 'engine' | 'name' | 'folder'>): readonly string[] {
  if (engine === 'docker') return leftovers(name);
  const processes = readdirSync('/proc')
    .filter(pid => /^\d+$/.test(pid))
    .filter(pid => {
      try {
        return (
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder) &&
          !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
        );
      } catch {
        return false; // it ended meanwhile
      }
    });
  const entries = (at: string): readonly string[] => {
    try {
      return readdirSync(join(folder, 'home', at));
    } catch {
      return []; // never made
    }
  };
  return [...processes.map(pid => `process ${pid}`), ...entries('topologies'), ...entries('data')];
}

export interface CrashResult {
  /** `false`: the creation has fewer writes, it went through (and was removed). */
  readonly killed: boolean;
  /** The last entry of the journal that was found. */
  readonly at: string;
  /** Objects of ours that stood when the process was dead. */
  readonly stood: number;
  readonly ms: number;
}

/** Kills a creation at `point`, then takes it back or finishes it in this process, and asserts that nothing but what should be there is. */
export async function crashAndRecover(
  file: string,
  crashing: Crashing,
  point: KillPoint,
  then: 'remove' | 'finish',
  decoys: Untouched,
): Promise<CrashResult> {
  const folder = mkdtempSync(join(tmpdir(), 'crash-'));
  const straysBefore = strays();
  const order: ChildOrder = { ...crashing, ...point, folder };
  const { name, kind, engine } = crashing;
  const real = depsOf(order);
  try {
    const child = fork(file, [], {
      env: { ...process.env, [ORDER]: JSON.stringify(order) },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>(resolve =>
      child.once('exit', (...end) => resolve(end)),
    );
    const deps = { ...real, records: new FileRecords(folder), secrets: new FileSecrets(folder) };
    const stood = standing(order).length;
    const found = findUnfinished(deps);
    const remove = (topologyId: string): Promise<unknown> =>
      removeTopology(deps, { topologyId, name, kind, engine, data: true }, noSignal, silent);
    if (signal !== 'SIGKILL') {
      assert.equal(code, 0, 'the creation failed by itself');
      const [made] = (await deps.engine(engine).ownedTopologies()).filter(one => one.topologyName === name);
      await remove(made?.topologyId ?? '');
      return { killed: false, at: '', stood, ms: 0 };
    }
    const at = lastEntry(deps.records);
    const began = Date.now();
    if (found.length === 0) assert.equal(stood, 0, 'something stands that no journal knows of');
    for (const one of found) {
      assert.equal(one.canFinish, true);
      if (then === 'remove') await removeUnfinished(deps, one.topologyId, noSignal);
      else {
        const report = await finishCreation(deps, one.topologyId, noSignal, silent);
        assert.equal(report.checks.length, CHECKS[kind]);
        await remove(one.topologyId);
      }
    }
    assert.deepEqual(standing(order), [], 'left behind');
    assert.deepEqual(
      strays().filter(volume => !straysBefore.includes(volume)),
      [],
      'anonymous volumes left behind',
    );
    assert.deepEqual(deps.records.keys(), []);
    assert.equal(deps.secrets.count(), 0, 'a secret stayed');
    assert.equal(await decoys.changes(), '');
    return { killed: true, at, stood, ms: Date.now() - began };
  } finally {
    real.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

function lastEntry(records: FileRecords): string {
  const entries = records
    .keys()
    .flatMap(key => (records.get(key) as { entries: readonly { step: string; state: string }[] }).entries);
  const last = entries.at(-1);
  return last === undefined ? 'begin' : `${last.step} ${last.state}`;
}
