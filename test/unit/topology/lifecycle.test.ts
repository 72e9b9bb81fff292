import assert from 'node:assert/strict';
import { lifecycleRequestOf, runLifecycle } from '../../../src/topology/lifecycle';
import type { LifecycleAct } from '../../../src/topology/lifecycle';
import { FakeEngine } from '../../support/fakeEngine';
import { instance, node } from '../../support/snapshots';

suite('topology/lifecycle: acts', () => {
  const ownership = {
    topologyId: 't1',
    topologyName: 'orders',
    topologyKind: 'sentinel',
    node: 'redis-1',
    owner: 'me',
    session: 's',
    schema: 1,
  } as const;
  const acts: readonly (readonly [LifecycleAct, string])[] = [
    ['start', 'start orders-redis-1'],
    ['stop', 'stop 15 orders-redis-1'],
    ['kill', 'kill orders-redis-1'],
    ['pause', 'pause orders-redis-1'],
    ['unpause', 'unpause orders-redis-1'],
    ['restart', 'stop 15 orders-redis-1,start orders-redis-1'],
  ];
  for (const [act, expected] of acts) {
    test(`${act} → ${expected}`, async () => {
      const engine = new FakeEngine();
      const ours = instance('running', { id: 'box', ownership });
      engine.made.set('box', { instance: ours, files: [] });
      await runLifecycle(
        { engine: () => engine },
        { ...lifecycleRequestOf(node('redis-1', 'master', { instance: ours }), act), graceSeconds: 3 },
        new AbortController().signal,
      );
      assert.equal(engine.acts.join(), expected);
    });
  }

  test("an id that has become somebody else's is not touched", async () => {
    const engine = new FakeEngine();
    engine.made.set('box', {
      instance: instance('running', { id: 'box', ownership: { ...ownership, topologyId: 't2' } }),
      files: [],
    });
    const request = lifecycleRequestOf(
      node('redis-1', 'master', { instance: instance('running', { id: 'box', ownership }) }),
      'stop',
    );
    await assert.rejects(runLifecycle({ engine: () => engine }, request, new AbortController().signal), /not-ours/);
    assert.deepEqual(engine.acts, []);
  });

  test('a node that has only an address cannot be acted on', () => {
    const { instance: _, ...bare } = node('redis-1', 'master');
    assert.throws(() => lifecycleRequestOf(bare, 'stop'), /no-instance/);
  });
});
