import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProcessEngine } from '../../src/engine/process';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import type { VerbDeps } from '../../src/topology/deps';
import { removeTopology } from '../../src/topology/removeTopology';
import { findUnfinished } from '../../src/topology/findUnfinished';
import { finishCreation, removeUnfinished } from '../../src/topology/unfinished';
import { CHECKS, clearAway, create, standing } from './creations';
import type { Creating } from './creations';
import { ToldRecords, FileSecrets } from './fileDeps';
import { memoryDeps } from './memoryDeps';
import { StrayVolumes } from './strayVolumes';
import { dockerDeps, noSignal, silent } from './topologies';

/** Where a creation is killed: at its `write`th journal write (from 1), just before or just after that is safe. */
export interface KillPoint {
  readonly write: number;
  readonly when: 'before' | 'after';
}

/** Somebody else's things, which nobody may touch. */
export interface Untouched {
  /** What is not as it was; empty when untouched. */
  changes(): string | Promise<string>;
}

interface ChildOrder extends KillPoint, Creating {
  readonly folder: string;
}

/** What both processes say who they are: what one made, the other must be able to tell. */
const OWNER = 'verbs-test';
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
  const records = new ToldRecords(folder, safe => {
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
  if (engine === 'docker') return { ...dockerDeps(), owner: OWNER };
  const processes = createProcessEngine({ owner: OWNER, home: join(folder, 'home') });
  return { ...memoryDeps(processes, new IoredisConnector()), owner: OWNER, dispose: () => processes.dispose() };
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
  crashing: Creating,
  point: KillPoint,
  then: 'remove' | 'finish',
  decoys: Untouched,
): Promise<CrashResult> {
  const folder = mkdtempSync(join(tmpdir(), 'crash-'));
  const order: ChildOrder = { ...crashing, ...point, folder };
  const { name, kind, engine, shape } = crashing;
  const volumes = engine === 'docker' ? await StrayVolumes.watch(name) : undefined;
  const real = depsOf(order);
  try {
    const child = fork(file, [], {
      env: { ...process.env, [ORDER]: JSON.stringify(order) },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>(resolve =>
      child.once('exit', (...end) => resolve(end)),
    );
    const deps = { ...real, records: new ToldRecords(folder), secrets: new FileSecrets(folder) };
    const stood = standing(order).length;
    assert.deepEqual(volumes?.mounted() ?? [], [], 'a node has a volume that we did not name');
    const found = findUnfinished(deps);
    const remove = (topologyId: string): Promise<unknown> =>
      removeTopology(deps, { topologyId, name, kind, engine, data: true }, noSignal, silent);
    if (signal !== 'SIGKILL') {
      assert.equal(code, 0, 'the creation failed by itself');
      const made = (await deps.engine(engine).ownedTopologies()).filter(one => one.topologyName === name);
      assert.equal(made.length, 1);
      await remove(made[0]?.topologyId ?? '');
    }
    const at = lastEntry(deps.records);
    const began = Date.now();
    if (signal === 'SIGKILL' && found.length === 0) assert.equal(stood, 0, 'something stands that no journal knows of');
    for (const one of found) {
      assert.equal(one.canFinish, true);
      if (then === 'remove') await removeUnfinished(deps, one.topologyId, noSignal);
      else {
        const report = await finishCreation(deps, one.topologyId, noSignal, silent);
        assert.equal(report.checks.length, CHECKS[shape ?? 'full'][kind]);
        assert.deepEqual(volumes?.mounted() ?? [], [], 'a node has a volume that we did not name');
        await remove(one.topologyId);
      }
    }
    assert.deepEqual(standing(order), [], 'left behind');
    assert.deepEqual((await volumes?.left()) ?? [], [], 'anonymous volumes left behind');
    assert.deepEqual(deps.records.keys(), []);
    assert.equal(deps.secrets.count(), 0, 'a secret stayed');
    assert.equal(await decoys.changes(), '');
    return { killed: signal === 'SIGKILL', at, stood, ms: Date.now() - began };
  } catch (error) {
    clearAway(order);
    throw error;
  } finally {
    volumes?.dispose();
    real.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

function lastEntry(records: ToldRecords): string {
  const entries = records
    .keys()
    .flatMap(key => (records.get(key) as { entries: readonly { step: string; state: string }[] }).entries);
  const last = entries.at(-1);
  return last === undefined ? 'begin' : `${last.step} ${last.state}`;
}
