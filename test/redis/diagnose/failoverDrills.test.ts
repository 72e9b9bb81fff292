import assert from 'node:assert/strict';
import { inOrder } from '../../support/inOrder';
import { until } from '../../support/naming';
import { testPorts } from '../../support/naming';
import { DrillWorld } from '../../support/drills';
import { drillOn, hasten, stateOf } from '../../support/failoverDrills';

const whole = (world: DrillWorld): Promise<unknown> =>
  until('healthy', () => world.topology?.health.level === 'healthy', 60_000);

/** Drills where there are neither containers nor Sentinels; those with both stand beside, in drill.test.ts. */
suite('drill: a cluster of processes', function () {
  this.timeout(180_000);
  inOrder(this);
  let world: DrillWorld;
  let before: string;
  suiteSetup(async () => {
    world = await DrillWorld.make('cluster', 'process', await testPorts(6));
    await whole(world);
    await hasten(world);
    before = await stateOf(world);
  });
  suiteTeardown(() => world.dispose());

  test('killed: a replica takes over, only its slots wait, and all is as before', async () => {
    const report = await drillOn(world, 'kill');
    assert.deepEqual(
      [report.unpromoted, report.healed, report.settings],
      [false, true, { 'cluster-node-timeout': 2000 }],
      JSON.stringify(report.marks),
    );
    const counted = report.writes.counts.reduce((sum, one) => sum + one, 0);
    // the other masters' slots are written all the time
    assert.ok(
      report.gap !== undefined && report.gap.to - report.gap.from > 1000 && report.acknowledged > counted * 1.5,
      JSON.stringify({ ...report, bars: [], writes: counted }),
    );
    await whole(world);
    assert.equal(await stateOf(world), before);
  });

  test('handed over in good order: none of the acknowledged writes is lost, and nothing is broken', async () => {
    const report = await drillOn(world, 'failover');
    assert.deepEqual([report.lost, report.healed, report.unpromoted], [0, true, false], JSON.stringify(report.marks));
    assert.ok(!report.marks.some(({ what }) => what === 'healing' || what === 'detected'));
    await whole(world);
    assert.equal(await stateOf(world), before);
  });
});

suite('drill: a replication of processes', function () {
  this.timeout(180_000);
  inOrder(this);
  let world: DrillWorld;
  let before: string;
  suiteSetup(async () => {
    world = await DrillWorld.make('replication', 'process', await testPorts(3));
    await whole(world);
    before = await stateOf(world);
  });
  suiteTeardown(() => world.dispose());

  test('paused: nobody takes over, and writes wait until it is mended', async () => {
    const report = await drillOn(world, 'pause');
    assert.deepEqual([report.unpromoted, report.healed, report.lost], [true, true, 0], JSON.stringify(report.marks));
    const healing = report.marks.find(({ what }) => what === 'healing')?.at ?? NaN;
    assert.ok(
      report.gap !== undefined && report.gap.from < 1000 && report.gap.to >= healing,
      JSON.stringify({ ...report, bars: [] }),
    );
    assert.equal(await stateOf(world), before);
  });

  test('cancelled right after the kill: started again', async () => {
    const cancel = new AbortController();
    await assert.rejects(
      drillOn(world, 'kill', {
        signal: cancel.signal,
        onPhase: phase => {
          if (phase === 'waiting') setTimeout(() => cancel.abort(new DOMException('cancelled', 'AbortError')), 200);
        },
      }),
      { name: 'AbortError' },
    );
    await whole(world);
    assert.equal((await stateOf(world)).replace(/keys \d+/, ''), before.replace(/keys \d+/, '')); // what was written expires by itself
  });
});
