import assert from 'node:assert/strict';
import { killDrill, liveSentinel, masterDrill } from '../support/liveDrill';
import type { LiveTopology } from '../support/liveDrill';

/** The claims of bench/live.ts, a few runs each, as facts: what takes how long is measured there, on a machine that does nothing else. */
suite('topology/inventory on a Sentinel topology of ours, on the real daemon', function () {
  this.timeout(180_000);
  let live: LiveTopology;
  suiteSetup(async () => {
    live = await liveSentinel({ firstPort: 22_200 });
    await live.healthy();
  });
  suiteTeardown(() => live.dispose());

  test('all roles, addresses inside and outside, quorum', () => {
    const topology = live.topology();
    assert.deepEqual(
      topology.nodes.map(node => node.role),
      ['master', 'replica', 'replica', 'sentinel', 'sentinel', 'sentinel'],
    );
    for (const node of topology.nodes) {
      assert.equal(node.reachable?.host, '127.0.0.1', node.name);
      assert.notEqual(node.announced?.host, '127.0.0.1', node.name);
      assert.equal(node.announced?.port, node.reachable?.port, 'the same port inside and outside');
    }
    assert.deepEqual(topology.quorum, { required: 2, known: 3, usable: 3, majority: 2 });
  });

  test('a killed container is shown right after the event or the closed socket', async () => {
    for (const name of ['redis-2', 'sentinel-1']) {
      const { shownMs } = await killDrill(live, name);
      console.log(`      ${name}: shown after ${Math.round(shownMs)} ms`); // bench/live.ts holds the figures: here, that it is shown by itself
    }
  });

  test('the master is stopped: the new one is shown no later than +switch-master says', async () => {
    const times = await masterDrill(live, 'stop');
    console.log(
      `      the new master was shown ${Math.round(times.switchMaster - times.newMaster)} ms before +switch-master`,
    ); // bench/live.ts holds it to 0
    const told = live.inventory.timeline.entries.map(({ what }) =>
      what.code === 'sentinel-message' ? what.channel : what.code === 'engine-event' ? what.action : what.code,
    );
    for (const word of ['die', '+sdown', '+odown', '+switch-master', 'role-changed', 'start'])
      assert.ok(told.includes(word), `${word} is not in the timeline`);
  });
});
