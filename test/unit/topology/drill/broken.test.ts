import assert from 'node:assert/strict';
import type { Broken } from '../../../../src/topology/drill/broken';
import { findBroken, forgetBroken, giveUp, noteBroken } from '../../../../src/topology/drill/broken';
import { mend, needsMending } from '../../../../src/topology/drill/faults';
import type { DrillActFault } from '../../../../src/topology/drill/faults';
import { FakeEngine, decoy } from '../../../support/fakeEngine';
import { MemoryRecords } from '../../../support/memoryDeps';
import { instance, node, sentinelTopology } from '../../../support/snapshots';

const topology = sentinelTopology();
const master = node('redis-1', 'master', { instance: instance('running', { id: 'box' }) });

/** Records with one drill under way, as an hour-old clock of the test says. */
async function noted(now = 1000) {
  const records = new MemoryRecords();
  const deps = { records, now: () => now };
  await noteBroken(deps, topology, master, 'pause');
  return { records, deps };
}

suite('topology/drill: what was left broken', () => {
  const minute = 60_000;
  const cases: readonly (readonly [what: string, later: number, alive: boolean, left: number, running: boolean])[] = [
    ['a drill runs', 2 * minute, true, 0, true],
    ['its process is gone', 0, false, 1, false],
    ['no drill lasts that long: its number is another process by now', 16 * minute, true, 1, false],
  ];
  for (const [what, later, alive, left, running] of cases)
    test(what, async () => {
      const { records } = await noted();
      const found = findBroken({ records, now: () => 1000 + later }, () => alive);
      assert.deepEqual([found.left.length, found.running], [left, running]);
    });

  test('says whom to mend, and in which engine', async () => {
    const { deps } = await noted();
    const [broken] = findBroken(deps, () => false).left;
    const { pid, ...rest } = broken as Broken;
    assert.equal(pid, process.pid);
    assert.deepEqual(rest, {
      schema: 1,
      topologyId: topology.id,
      topology: topology.name,
      node: 'redis-1',
      fault: 'pause',
      engine: 'docker',
      instanceId: 'box',
      at: 1000,
    });
  });
  test('mended: nothing is left', async () => {
    const { records, deps } = await noted();
    await forgetBroken(records, topology.id);
    assert.deepEqual(
      findBroken(deps, () => false),
      { left: [], running: false },
    );
  });
  test('given up: offered again, also by the process that tried', async () => {
    const { records, deps } = await noted();
    await giveUp(records, topology.id);
    assert.equal(findBroken(deps, () => true).left.length, 1);
  });
  test('given up without a note: none is made', async () => {
    const records = new MemoryRecords();
    await giveUp(records, topology.id);
    assert.deepEqual(records.keys(), []);
  });
  test('what another version wrote may be anything', async () => {
    const records = new MemoryRecords();
    for (const [index, value] of [null, 7, { schema: 2, topologyId: 't', instanceId: 'i', node: 'n' }, []].entries())
      await records.set(`broken-by-drill:${index}`, value);
    assert.deepEqual(findBroken({ records, now: () => 0 }), { left: [], running: false });
  });
});

suite('topology/drill: mending after the editor ended', () => {
  const ownership = {
    topologyId: topology.id,
    topologyName: topology.name,
    topologyKind: 'sentinel' as const,
    node: 'redis-1',
    owner: 'here',
    session: 's',
    schema: 1 as const,
  };
  const stage = (state: 'running' | 'paused' | 'exited' | undefined) => {
    const engine = new FakeEngine();
    const made = decoy('box', 'redis-1', ownership);
    if (state !== undefined) engine.made.set('box', { ...made, instance: { ...made.instance, state } });
    return { engine, deps: { engine: () => engine, records: new MemoryRecords() } };
  };
  const broken = { engine: 'docker', instanceId: 'box' } as const;
  const signal = new AbortController().signal;
  const cases: readonly (readonly [
    state: 'running' | 'paused' | 'exited' | undefined,
    needs: boolean,
    acts: readonly string[],
  ])[] = [
    ['running', false, []],
    ['paused', true, ['unpause redis-1']],
    ['exited', true, ['start redis-1']],
  ];
  for (const [state, needs, acts] of cases)
    test(`${String(state)}: ${acts.join() || 'nothing to do'}`, async () => {
      const { engine, deps } = stage(state);
      assert.equal(await needsMending(deps, broken, signal), needs);
      await mend(deps, { name: 'redis-1', engine: 'docker', id: 'box' });
      assert.deepEqual(engine.acts, acts);
      assert.equal(await needsMending(deps, broken, signal), false);
    });
  test('cut off from its network, as is written down', async () => {
    const { deps } = stage('running');
    await deps.records.set('cut-off:box', { instanceId: 'box', name: 'redis-1', networks: [] });
    assert.equal(await needsMending(deps, broken, signal), true);
  });
  test('removed meanwhile: nothing can be mended', async () => {
    const { deps } = stage(undefined);
    assert.equal(await needsMending(deps, broken, signal), false);
    await assert.rejects(
      mend(deps, { name: 'redis-1', engine: 'docker', id: 'box' }),
      (error: { fault?: DrillActFault }) => error.fault?.code === 'drill-gone',
    );
  });
});
