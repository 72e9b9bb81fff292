import assert from 'node:assert/strict';
import type { DrillLoad } from '../../../../src/topology/drill/load';
import { loadText, readLoad, usualLoads } from '../../../../src/topology/drill/load';
import { faultsFor } from '../../../../src/topology/drill/faults';
import { drillsOf, keepDrill } from '../../../../src/topology/drill/history';
import { standingOf } from '../../../../src/topology/drill/recorder';
import { standingIn } from '../../../../src/topology/drill/route';
import { readSettings, waitOf } from '../../../../src/topology/drill/settings';
import { drillRun } from '../../../support/drillRuns';
import { MemoryRecords } from '../../../support/memoryDeps';
import { instance, node, sentinelTopology } from '../../../support/snapshots';

suite('topology/drill: load as it is typed', () => {
  const cases: readonly (readonly [text: string, load: DrillLoad | undefined])[] = [
    ['8 x 50', { writers: 8, rate: 50, wait: 0 }],
    ['8×50/s, WAIT 1', { writers: 8, rate: 50, wait: 1 }],
    [' 1*1000 wait 5 ', { writers: 1, rate: 1000, wait: 5 }],
    ['65 x 50', undefined],
    ['8 x 1001', undefined],
    ['0 x 50', undefined],
    ['8 x 0', undefined],
    ['8 x 50 wait 6', undefined],
    ['8', undefined],
    ['', undefined],
  ];
  for (const [text, load] of cases) test(text === '' ? 'nothing' : text, () => assert.deepEqual(readLoad(text), load));
  test('what is offered can be typed', () => assert.deepEqual(usualLoads.map(loadText).map(readLoad), usualLoads));
});

suite('topology/drill: which faults there are', () => {
  const topology = sentinelTopology();
  const [master, replica] = topology.nodes;
  assert.ok(master && replica);
  test('a master in a container', () =>
    assert.deepEqual(faultsFor(topology, master), ['kill', 'stop', 'pause', 'disconnect', 'split', 'failover']));
  test('a replica can neither hand over nor be one of two masters', () =>
    assert.deepEqual(faultsFor(topology, replica), ['kill', 'stop', 'pause', 'disconnect']));
  test('a process has no network of its own', () =>
    assert.deepEqual(faultsFor(topology, { ...master, instance: instance('running', { engine: 'process' }) }), [
      'kill',
      'stop',
      'pause',
      'failover',
    ]));
  test('nobody to hand over to', () =>
    assert.ok(!faultsFor({ ...topology, nodes: [master] }, master).includes('failover')));
});

suite('topology/drill: how a server stands', () => {
  const topology = sentinelTopology();
  const address = { host: '10.0.0.2', port: 6379 };
  test('as its role says', () =>
    assert.deepEqual(
      topology.nodes.slice(0, 2).map(one => standingOf(topology, one)),
      ['master', 'replica'],
    ));
  test('gone', () =>
    assert.equal(standingOf(topology, node('redis-1', 'master', { contact: { state: 'not-running' } })), 'gone'));
  test('overruled by the Sentinels', () =>
    assert.equal(standingOf(topology, node('redis-1', 'master', { staleMaster: { actual: address } })), 'stale'));
  test('overruled by a later epoch of the cluster', () => {
    const view = {
      members: [],
      shards: [],
      uncovered: [],
      disputes: [],
      open: [],
      findings: [{ code: 'stale-claim' as const, node: 'redis-1', owner: 'redis-4', ranges: [] }],
    };
    const cluster = { ...topology, kind: 'cluster' as const, cluster: view };
    assert.deepEqual(
      [standingOf(cluster, node('redis-1', 'master')), standingOf(cluster, node('redis-2', 'master'))],
      ['stale', 'master'],
    );
  });
});

suite('topology/drill: whom of a cluster to believe', () => {
  test('whoever holds it for up, and has seen the latest epoch', () =>
    assert.deepEqual(
      [
        'cluster_state:fail\r\ncluster_current_epoch:9\r\n',
        'cluster_enabled:1\r\ncluster_state:ok\r\ncluster_current_epoch:12',
        '',
      ].map(standingIn),
      [
        { ok: false, epoch: 9 },
        { ok: true, epoch: 12 },
        { ok: false, epoch: 0 },
      ],
    ));
});

suite('topology/drill: settings that decide', () => {
  const topology = sentinelTopology();
  const [master] = topology.nodes;
  assert.ok(master);
  const replies: Readonly<Record<string, string>> = {
    'cluster-node-timeout': '2000',
    'min-replicas-to-write': '1',
    'min-replicas-max-lag': '10',
  };
  const ask = (_: unknown, [, , name = '']: readonly string[]): Promise<unknown> =>
    Promise.resolve([name, replies[name]]);
  const mute = (): Promise<unknown> => Promise.resolve(undefined);
  test('of a cluster, and of the master itself', async () =>
    assert.deepEqual(await readSettings({ ...topology, kind: 'cluster' }, master, ask), {
      'cluster-node-timeout': 2000,
      'min-replicas-to-write': 1,
      'min-replicas-max-lag': 10,
    }));
  test('a timeout of a cluster is none elsewhere', async () =>
    assert.deepEqual(Object.keys(await readSettings(topology, master, ask)), [
      'min-replicas-to-write',
      'min-replicas-max-lag',
    ]));
  test('a server that does not say', async () =>
    assert.deepEqual(await readSettings({ ...topology, kind: 'cluster' }, master, mute), {}));
  test('patience grows with them', () => {
    assert.ok(waitOf({ kind: 'sentinel' }, { 'down-after-milliseconds': 30_000 }) > 60_000);
    assert.ok(waitOf({ kind: 'replication' }, {}) < 5000);
  });
});

suite('topology/drill: what is kept', () => {
  test('the latest first, twenty of them, and nothing that is no run', async () => {
    const records = new MemoryRecords();
    await records.set('drills:t1', [{ at: 'yesterday' }, null, { ...drillRun(), writes: undefined }]);
    assert.deepEqual(drillsOf(records, 't1'), []);
    for (let at = 1; at <= 22; at++) await keepDrill(records, drillRun({ at }));
    const kept = drillsOf(records, 't1').map(({ at }) => at);
    assert.deepEqual([kept.length, kept[0], kept.at(-1)], [20, 22, 3]);
    assert.deepEqual(drillsOf(records, 't2'), []);
  });
});
