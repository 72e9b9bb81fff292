import assert from 'node:assert/strict';
import { Emitter } from '../../../../src/base/emitter';
import type { Node, Snapshot, SnapshotChange } from '../../../../src/model/snapshot';
import { Collector } from '../../../../src/topology/diagnose/collector';
import { Diagnoser } from '../../../../src/topology/diagnose/diagnoser';
import { noFacts } from '../../../../src/topology/diagnose/facts';
import { answering, instance, report, sentinelTopology, snapshotOf } from '../../../support/snapshots';

const before = snapshotOf(sentinelTopology());
/** redis-2 was promoted; redis-1, cut off, goes on as a master, 3 s old. */
const after = (runId: string): Snapshot => {
  const topology = sentinelTopology();
  return snapshotOf({
    ...topology,
    nodes: topology.nodes.map(node =>
      node.name === 'redis-1'
        ? {
            ...node,
            staleMaster: { actual: { host: '10.0.0.2', port: 6379 } },
            contact: answering({ ...report('master'), runId, uptimeSeconds: 3 }),
          }
        : node.name === 'redis-2'
          ? { ...node, role: 'master', contact: answering(report('master')) }
          : node,
    ),
  });
};

/** It asks servers that are never reached. */
const collectorOf = (failures: unknown[]): Collector =>
  new Collector({
    engine: () => ({
      logs: () => Promise.resolve(),
      describe: () => Promise.resolve({ title: '', version: '', sharesFiles: false }) as never,
    }),
    inventory: { connectionTo: () => Promise.reject(new DOMException('none', 'AbortError')) },
    readText: () => Promise.resolve(undefined),
    now: () => Date.now(),
    onFailure: error => failures.push(error),
  });

/** Servers that are never reached: what is told comes from snapshots and the clock. */
async function told(runId: string): Promise<{ readonly codes: readonly string[]; readonly ms: number }> {
  const changed = new Emitter<SnapshotChange>();
  const inventory = { snapshot: before, attended: true, onDidChange: changed.event };
  const failures: unknown[] = [];
  const collector = collectorOf(failures);
  const diagnoser = new Diagnoser(inventory, collector, error => failures.push(error));
  await diagnoser.look();
  const began = Date.now();
  let ms = 0;
  diagnoser.onDidChange(problems => {
    if (ms === 0 && problems.some(({ what }) => what.code === 'split-brain')) ms = Date.now() - began;
  });
  inventory.snapshot = after(runId);
  changed.fire({ snapshot: inventory.snapshot, added: [], removed: [], changed: [] } as never);
  while (Date.now() - began < 4000 && ms === 0) await new Promise(resolve => setTimeout(resolve, 20));
  const codes = diagnoser.problems.map(({ what }) => what.code);
  diagnoser.dispose();
  collector.dispose();
  assert.deepEqual(failures, []);
  return { codes, ms };
}

suite('diagnose/diagnoser: what lasts is told when it has lasted', () => {
  test('two masters, though the one is young: it was the master in this very life', async () => {
    const { codes, ms } = await told(report('master').runId);
    assert.ok(codes.includes('split-brain') && ms >= 900, `${codes.join()} after ${ms} ms`);
  });
});

suite('diagnose/diagnoser: what no snapshot tells', () => {
  for (const attended of [true, false])
    test(
      attended ? 'is asked for each second while somebody looks' : 'is not asked for while nobody does',
      async () => {
        let asked = 0;
        const collector = {
          collect: () => {
            asked++;
            return Promise.resolve(noFacts);
          },
          facts: noFacts,
          note: () => undefined,
          lastsAt: undefined,
          isUrgent: false,
        };
        const inventory = { snapshot: before, attended, onDidChange: new Emitter<SnapshotChange>().event };
        const diagnoser = new Diagnoser(inventory, collector, error => assert.fail(String(error)));
        const began = Date.now();
        while (asked < 2 && Date.now() - began < (attended ? 10_000 : 1300))
          await new Promise(resolve => setTimeout(resolve, 20));
        diagnoser.dispose();
        assert.equal(asked, attended ? 2 : 1);
      },
    );
});

suite('diagnose/collector: when a log may tell more any moment', () => {
  const cases: readonly (readonly [title: string, change: (node: Node) => Node, expected: boolean])[] = [
    ['all is well', node => node, false],
    ['one is silent', node => ({ ...node, contact: { state: 'silent', reason: 'refused' } }), true],
    [
      'one waits for a password, for days',
      node => ({ ...node, contact: { state: 'silent', reason: 'password-required' } }),
      false,
    ],
    ['a link is down', node => ({ ...node, contact: answering(report('replica', { link: 'down' })) }), true],
    ['one was stopped', node => ({ ...node, instance: instance('exited'), contact: { state: 'not-running' } }), false],
    ['one begins again and again', node => ({ ...node, instance: instance('restarting') }), true],
  ];
  for (const [title, change, expected] of cases)
    test(title, async () => {
      const failures: unknown[] = [];
      const collector = collectorOf(failures);
      const topology = sentinelTopology();
      const snapshot = (times: number): Snapshot =>
        snapshotOf({
          ...topology,
          nodes: Array.from({ length: times }, () => topology.nodes)
            .flat()
            .map((node, at) => (at === 1 ? change(node) : node)),
        });
      await collector.collect(snapshot(1));
      assert.equal(collector.isUrgent, expected);
      await collector.collect(snapshot(10));
      assert.equal(collector.isUrgent, false, 'many servers are looked at in their turn');
      collector.dispose();
      assert.deepEqual(failures, []);
    });
});
