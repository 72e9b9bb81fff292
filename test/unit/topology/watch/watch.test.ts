import assert from 'node:assert/strict';
import { readClientList, readSlowLog } from '../../../../src/topology/watch/onDemand';
import { pointsOf, Samples } from '../../../../src/topology/watch/samples';
import { exportEvents } from '../../../../src/webviews/watchExport';
import { readFromWatchPage } from '../../../../src/webviews/watchProtocol';
import { watchEventOf, watchSightOf } from '../../../../src/webviews/watchSight';
import type { TimelineEntry } from '../../../../src/topology/timeline';
import { answering, report, sentinelTopology } from '../../../support/snapshots';
import { plain } from '../../../support/plain';

suite('watching: samples', () => {
  const topology = sentinelTopology();
  const [master, replica] = topology.nodes;
  const withOps = (ops: number) => ({
    nodes: topology.nodes.map(node =>
      node === master ? { ...node, contact: answering({ ...report('master'), opsPerSecond: ops }) } : node,
    ),
  });
  test('two minutes are kept, oldest first', () => {
    const samples = new Samples();
    for (let i = 0; i < 200; i++) samples.take(i * 1000, withOps(i));
    const points = pointsOf(samples.of(master?.id ?? ''), 'opsPerSecond');
    assert.deepEqual([points.length, points[0], points.at(-1)], [120, 80, 199]);
  });
  test('who does not answer leaves a hole, and so does a time when nobody looked', () => {
    const samples = new Samples();
    samples.take(0, withOps(5));
    samples.take(1000, {
      nodes: topology.nodes.map(node => ({ ...node, contact: { state: 'not-running' as const } })),
    });
    samples.take(2000, withOps(6));
    samples.take(60_000, withOps(7));
    assert.deepEqual(pointsOf(samples.of(master?.id ?? ''), 'opsPerSecond'), [5, null, 6, null, 7]);
  });
  test('servers that went are forgotten', () => {
    const samples = new Samples();
    samples.take(0, topology);
    samples.take(1000, { nodes: topology.nodes.filter(node => node !== replica) });
    assert.deepEqual(samples.of(replica?.id ?? ''), []);
  });
  test('in words: figures, a line for each replica, what is wrong', () => {
    const samples = new Samples();
    const shown = {
      ...topology,
      nodes: topology.nodes.map(node =>
        node === replica
          ? { ...node, lag: { bytes: 2048, seconds: 3 }, contact: answering(report('replica', { link: 'down' })) }
          : node,
      ),
    };
    samples.take(0, shown);
    const sight = watchSightOf(
      plain,
      shown,
      samples,
      new Map([[replica?.id ?? '', new Date(2026, 0, 1, 8, 5, 3).getTime()]]),
    );
    const row = sight.nodes.find(({ id }) => id === replica?.id);
    assert.deepEqual(
      [row?.lag, row?.state, row?.since, row?.lagLine?.points],
      ['2 KiB, 3 s', 'link down', 'since 08:05:03', [2048]],
    );
    assert.match(row?.lagLine?.spoken ?? '', /now 2 KiB, at most 2 KiB/);
    assert.equal(
      sight.nodes.find(({ role }) => role === 'sentinel')?.ops,
      '',
      'a sentinel runs no commands worth counting',
    );
    assert.match(watchSightOf(plain, undefined, samples, new Map()).empty, /not there/);
  });
});

suite('watching: asked on demand', () => {
  test('the slow log of Redis 7 and Valkey 8', () => {
    const reply = [[14, 1_700_000_000, 15_300, ['KEYS', '*'], '127.0.0.1:5000', ''], ['odd'], 'no'];
    assert.deepEqual(readSlowLog(reply), [
      { id: 14, at: 1_700_000_000_000, microseconds: 15_300, command: ['KEYS', '*'], client: '127.0.0.1:5000' },
    ]);
    assert.deepEqual(readSlowLog('nonsense'), []);
  });
  test('the clients', () => {
    const text =
      'id=3 addr=127.0.0.1:53104 laddr=127.0.0.1:6379 fd=8 name=app age=12 idle=4 flags=N db=0 sub=0 psub=0 argv-mem=10 tot-mem=22298 cmd=client|list user=default\nid=4 addr=10.0.0.3:6379 name= age=9 idle=0 flags=S cmd=psync user=default\nid=5 addr=[::1]:9 flags=P cmd=subscribe\n\n';
    assert.deepEqual(
      readClientList(text).map(({ id, address, name, kind, command, memoryBytes }) => [
        id,
        address,
        name,
        kind,
        command,
        memoryBytes,
      ]),
      [
        ['3', '127.0.0.1:53104', 'app', 'normal', 'client|list', 22298],
        ['4', '10.0.0.3:6379', '', 'replica', 'psync', undefined],
        ['5', '[::1]:9', '', 'subscriber', 'subscribe', undefined],
      ],
    );
  });
});

suite('watching: what the page may ask', () => {
  const cases: readonly (readonly [message: unknown, read: boolean])[] = [
    [{ type: 'ready' }, true],
    [{ type: 'close' }, true],
    [{ type: 'ask', node: 'a', kind: 'slowlog' }, true],
    [{ type: 'ask', node: 'a', kind: 'clients' }, true],
    [{ type: 'ask', node: 'a', kind: 'flushall' }, false],
    [{ type: 'ask', node: 1, kind: 'clients' }, false],
    [{ type: 'reveal', node: 'a' }, true],
    [{ type: 'reveal' }, false],
    [{ type: 'export', events: [0, 5] }, true],
    [{ type: 'export', events: [-1] }, false],
    [{ type: 'export', events: [1.5] }, false],
    [{ type: 'export', events: 'all' }, false],
    [{ type: 'export', events: Array.from({ length: 1001 }, (_, id) => id) }, false],
    [{ type: 'run', command: 'rm' }, false],
    [null, false],
    ['ready', false],
  ];
  for (const [message, read] of cases)
    test(`${JSON.stringify(message)?.slice(0, 60)} is ${read ? 'read' : 'refused'}`, () =>
      assert.equal(readFromWatchPage(message) !== undefined, read));
});

suite('watching: the timeline as a file', () => {
  const at = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
  const entries: readonly TimelineEntry[] = [
    {
      at,
      sinceFirst: 0,
      incident: 1,
      what: { code: 'role-changed', node: 'a', name: 'redis-1', from: 'replica', to: 'master' },
    },
    {
      at: at + 60_000,
      sinceFirst: 0,
      incident: 2,
      what: { code: 'sentinel-message', node: 's', name: '=cmd', channel: '+sdown', message: 'say "hi", now' },
    },
  ];
  test('as CSV: quoted, and nothing that a spreadsheet would run', () =>
    assert.equal(
      exportEvents(plain, 'csv', 'shop', entries),
      'time,incident,since_ms,node,code,text\r\n2026-01-02T03:04:05.006Z,1,0,redis-1,role-changed,"was replica, is master"\r\n2026-01-02T03:05:05.006Z,2,0,\'=cmd,sentinel-message,"\'+sdown say ""hi"", now"\r\n',
    ));
  test('as JSON: codes and data', () => {
    const read = JSON.parse(exportEvents(plain, 'json', 'shop', entries)) as {
      topology: string;
      events: { at: string; what: unknown }[];
    };
    assert.deepEqual(
      [read.topology, read.events[0]?.at, read.events[1]?.what],
      ['shop', '2026-01-02T03:04:05.006Z', entries[1]?.what],
    );
  });
  test('as a log: a blank line parts incidents', () =>
    assert.match(
      exportEvents(plain, 'log', 'shop', entries),
      /^\S+ {2}\+0\.000 s {2}shop\/redis-1 {2}was replica, is master\n\n\S+ {2}\+0\.000 s {2}shop\/=cmd /,
    ));
  test('in words for the page', () =>
    assert.deepEqual(
      entries.map((entry, id) => {
        const { kind, incident, nodeName } = watchEventOf(plain, id, entry);
        return [kind, incident, nodeName];
      }),
      [
        ['role', 1, 'redis-1'],
        ['sentinel', 2, '=cmd'],
      ],
    ));
});
