import assert from 'node:assert/strict';
import { beginBeyond, beyondQuick } from '../../support/beyond';
import type { Told } from '../../support/beyondServers';
import { HandMade } from '../../support/handMade';
import { inOrder } from '../../support/inOrder';

/** What can be brought about in seconds; the loop of whole copies, the partition and the cluster are in bench/diagnose. */
suite('diagnose: beyond the notes, made by hand', function () {
  this.timeout(120_000);
  inOrder(this);
  let hand: HandMade;
  const told: Told[] = [];
  suiteSetup(async () => {
    hand = new HandMade();
    await beginBeyond(hand);
  });
  suiteTeardown(async () => {
    console.log(`      found after: ${told.map(({ code, ms }) => `${code} ${ms} ms`).join(', ')}`);
    await hand.dispose();
  });

  for (const one of beyondQuick) test(one.name, async () => void told.push(...(await one.run(hand))));

  test('nothing unexpected happened on the way', () => assert.deepEqual(hand.failures, []));
});
