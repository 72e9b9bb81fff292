import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSentinel } from '../../src/topology/createSentinel';
import { removeTopology } from '../../src/topology/removeTopology';
import { findUnfinished, finishCreation, removeUnfinished } from '../../src/topology/unfinished';
import type { Decoys } from './dockerWorld';
import { docker, leftovers, strays } from './dockerWorld';
import { FileRecords, FileSecrets } from './fileDeps';
import { dockerDeps, noSignal, planOf, silent } from './topologies';

/** Where a creation is killed: at its `write`th journal write (from 1), just before or just after that is safe. */
export interface KillPoint {
  readonly write: number;
  readonly when: 'before' | 'after';
}

interface ChildOrder extends KillPoint {
  readonly name: string;
  readonly folder: string;
}

const ORDER = 'REDIS_TOPOLOGY_CRASH';

/**
 * The body of the process that gets killed: the file that calls this is run again with an order in its environment. Returns whether
 * this process is such a one (then it must do nothing else).
 */
export function isCrashChild(): boolean {
  const text = process.env[ORDER];
  if (text === undefined) return false;
  const { name, folder, write, when } = JSON.parse(text) as ChildOrder;
  let writes = 0;
  const records = new FileRecords(folder, safe => {
    if (!safe) writes++;
    if (writes === write && safe === (when === 'after')) process.kill(process.pid, 'SIGKILL');
  });
  const deps = { ...dockerDeps(), records, secrets: new FileSecrets(folder) };
  planOf(deps, name).then(plan => createSentinel(deps, { plan }, noSignal, silent)).then(() => process.exit(0), error => {
    console.error(error);
    process.exit(1);
  });
  return true;
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
export async function crashAndRecover(file: string, name: string, point: KillPoint, then: 'remove' | 'finish', decoys: Decoys): Promise<CrashResult> {
  const folder = mkdtempSync(join(tmpdir(), 'crash-'));
  const straysBefore = strays();
  const order: ChildOrder = { ...point, name, folder };
  const real = dockerDeps();
  try {
    const child = fork(file, [], { env: { ...process.env, [ORDER]: JSON.stringify(order) }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>(resolve => child.once('exit', (...end) => resolve(end)));
    const deps = { ...real, records: new FileRecords(folder), secrets: new FileSecrets(folder) };
    const stood = leftovers(name).length;
    const found = findUnfinished(deps);
    if (signal !== 'SIGKILL') {
      assert.equal(code, 0, 'the creation failed by itself');
      const id = docker('ps', '-a', '--filter', `label=redis-topology.name=${name}`, '--format', '{{.Label "redis-topology.topology"}}').split('\n')[0] ?? '';
      await removeTopology(deps, { topologyId: id, name, kind: 'sentinel', engine: 'docker', data: true }, noSignal, silent);
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
        assert.equal(report.checks.length, 9);
        await removeTopology(deps, { topologyId: one.topologyId, name, kind: 'sentinel', engine: 'docker', data: true }, noSignal, silent);
      }
    }
    assert.deepEqual(leftovers(name), [], 'left behind');
    assert.deepEqual(strays().filter(volume => !straysBefore.includes(volume)), [], 'anonymous volumes left behind');
    assert.deepEqual(deps.records.keys(), []);
    assert.equal(deps.secrets.count(), 0, 'a secret stayed');
    assert.equal(decoys.changes(), '');
    return { killed: true, at, stood, ms: Date.now() - began };
  } finally {
    real.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

function lastEntry(records: FileRecords): string {
  const entries = records.keys().flatMap(key => (records.get(key) as { entries: readonly { step: string; state: string }[] }).entries);
  const last = entries.at(-1);
  return last === undefined ? 'begin' : `${last.step} ${last.state}`;
}
