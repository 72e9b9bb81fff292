import assert from 'node:assert/strict';
import { docker } from '../../support/docker';
import { inOrder } from '../../support/inOrder';
import { liveSentinel } from '../../support/liveDrill';
import type { LiveTopology } from '../../support/liveDrill';
import type { memoryDeps } from '../../support/memoryDeps';
import { plain } from '../../support/plain';
import { testPorts } from '../../support/naming';
import { drillReport } from '../../../src/editor/words/drill';
import { verifyReport } from '../../../src/editor/words/verify';
import type { DrillFault, DrillReport } from '../../../src/topology/drill/report';
import { runDrill } from '../../../src/topology/drill/drill';
import { verifyTopology } from '../../../src/topology/verify/verify';
import { Collector } from '../../../src/topology/diagnose/collector';
import { Diagnoser } from '../../../src/topology/diagnose/diagnoser';
import { readText } from '../../support/handMade';

/** A topology of our own: nothing wrong while it is well; verified as by hand; broken on purpose under load and mended. */
suite('diagnose: a healthy topology, verified and drilled', function () {
  this.timeout(240_000);
  inOrder(this);
  let live: LiveTopology;
  let deps: ReturnType<typeof memoryDeps>;
  const drill = (fault: DrillFault, signal = new AbortController().signal, wait = 0): Promise<DrillReport> => {
    const master = live.topology().nodes.find(({ role }) => role === 'master');
    assert.ok(master);
    return runDrill(
      { ...deps, engine: () => live.engine },
      live.inventory,
      { topologyId: live.topologyId, nodeId: master.id, fault, writers: 4, rate: 100, wait },
      signal,
      () => undefined,
    );
  };

  suiteSetup(async () => {
    live = await liveSentinel({ firstPort: await testPorts(60) });
    deps = live.deps;
    await live.healthy();
    for (const { name } of live.topology().nodes.filter(({ role }) => role === 'sentinel')) {
      const sentinel = await live.connect(name);
      await sentinel.call(['SENTINEL', 'SET', live.topology().masterName ?? '', 'down-after-milliseconds', '1000']); // seconds count
      sentinel.dispose();
    }
  });
  suiteTeardown(async () => live.dispose());

  test('nothing is wrong under load of the looks themselves', async () => {
    const failures: unknown[] = [];
    const collector = new Collector({
      engine: () => live.engine,
      inventory: live.inventory,
      readText,
      now: () => Date.now(),
      onFailure: error => failures.push(error),
    });
    const diagnoser = new Diagnoser(live.inventory, collector, error => failures.push(error));
    const wrong = new Set<string>();
    diagnoser.onDidChange(problems => {
      for (const { what, severity } of problems) if (severity !== 'info') wrong.add(JSON.stringify(what));
    });
    for (let i = 0; i < 4; i++) {
      await diagnoser.look();
      await new Promise(resolve => setTimeout(resolve, 500));
    }
    diagnoser.dispose();
    collector.dispose();
    assert.deepEqual([[...wrong], failures], [[], []]);
  });

  test('verified: every check passes, and nothing stays behind', async () => {
    const report = await verifyTopology(
      deps,
      { topology: live.topology(), rewrite: true },
      new AbortController().signal,
    );
    assert.deepEqual(
      report.items.filter(({ ok }) => !ok),
      [],
    );
    const counts = new Map<string, number>();
    for (const { code } of report.items) counts.set(code, (counts.get(code) ?? 0) + 1);
    assert.deepEqual(Object.fromEntries(counts), {
      reached: 6,
      write: 1,
      'read-back': 2,
      'read-only': 2,
      quorum: 3,
      rewrite: 6,
      survives: 6,
    });
    assert.match(
      verifyReport(plain, report),
      /# Verify inv[\s\S]*READONLY You can't write against a read only replica[\s\S]*OK 3 usable Sentinels/,
    );
    const master = await live.connect(live.topology().nodes.find(({ role }) => role === 'master')?.name ?? '');
    assert.deepEqual(await master.call(['KEYS', 'redis-topology-explorer:*']), []);
    master.dispose();
  });

  for (const fault of ['kill', 'split'] as const) {
    test(`${fault}: promoted, mended, counted`, async () => {
      const before = live
        .topology()
        .nodes.map(({ name }) => name)
        .sort();
      const report = await drill(fault);
      assert.deepEqual([report.unpromoted, report.healed], [false, true], JSON.stringify(report.marks));
      assert.ok(report.acknowledged > 100 && report.gap !== undefined, JSON.stringify({ ...report, bars: [] }));
      assert.deepEqual(
        live
          .topology()
          .nodes.map(({ name }) => name)
          .sort(),
        before,
      );
      assert.ok(report.marks.some(({ what }) => what === 'switch'));
      const text = drillReport(plain, report, [report]);
      assert.match(text, new RegExp(`Lost ${report.lost} of ${report.acknowledged} acknowledged writes in 1 run`));
      assert.doesNotMatch(text, /no data loss/i);
      // clients that stay with a master which the others have replaced lose what they write there
      if (fault === 'split')
        assert.ok(
          report.lost > 0 && report.split?.returned === false && /Split brain/.test(text),
          JSON.stringify({ ...report, bars: [] }),
        );
      await live.healthy();
      const master = await live.connect(live.topology().nodes.find(({ role }) => role === 'master')?.name ?? '');
      assert.deepEqual(await master.call(['KEYS', 'redis-topology-explorer:*']), []);
      master.dispose();
      console.log(
        `      ${fault}: promoted ${report.marks.find(({ what }) => what === 'promoted')?.at ?? '–'} ms, gap ${Math.round(report.gap.to - report.gap.from)} ms, lost ${report.lost} of ${report.acknowledged}`,
      );
    });
  }

  test('a cancel mends what was broken', async () => {
    const controller = new AbortController();
    const name = live.topology().nodes.find(({ role }) => role === 'master')?.instance?.name ?? '';
    const running = drill('pause', controller.signal);
    setTimeout(() => controller.abort(new DOMException('cancelled', 'AbortError')), 2500);
    await assert.rejects(running, { name: 'AbortError' });
    assert.equal(await docker('inspect', '-f', '{{.State.Status}}', name), 'running');
    await live.healthy();
  });
});
