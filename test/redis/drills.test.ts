// What the tree says after a fault is what is so: a slice of `npm run bench -- drills`, which does them all on both engines.
import { DrillWorld } from '../support/drills';
import { runDrills } from '../support/drillList';

suite('after a fault the tree says what redis-cli says', function () {
  this.timeout(240_000);
  const slices: readonly (readonly [
    kind: 'replication' | 'sentinel' | 'cluster',
    firstPort: number,
    faults: readonly string[],
  ])[] = [
    ['replication', 24_300, ['pause replica', 'kill master', 'wrong master', 'wrong password', 'second master']],
    ['sentinel', 24_400, ['kill master']],
    ['cluster', 21_400, ['two masters frozen']],
  ];
  for (const [kind, firstPort, faults] of slices) {
    test(`${kind}: ${faults.join(', ')}, each done and healed`, async () => {
      const world = await DrillWorld.make(kind, 'process', firstPort);
      try {
        await runDrills(world, () => undefined, faults);
      } finally {
        await world.dispose();
      }
    });
  }
});
