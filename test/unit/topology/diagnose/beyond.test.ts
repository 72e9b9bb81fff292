import assert from 'node:assert/strict';
import { fixInWords, stepInWords, warningInWords } from '../../../../src/editor/words/fixes';
import { causeInWords } from '../../../../src/editor/words/problems';
import { parseDocument } from '../../../../src/conf/document';
import type { ClusterReport, ServerReport } from '../../../../src/model/report';
import type { Node, Snapshot, Topology } from '../../../../src/model/snapshot';
import { readAccess } from '../../../../src/topology/diagnose/accessFacts';
import { diagnose } from '../../../../src/topology/diagnose/diagnose';
import { noFacts } from '../../../../src/topology/diagnose/facts';
import type { Facts } from '../../../../src/topology/diagnose/facts';
import { isDelegated, planFix } from '../../../../src/topology/diagnose/fixes/plan';
import type { Problem, What } from '../../../../src/topology/diagnose/problem';
import { ReplyError } from '../../../../src/redis/client';
import { answering, instance, node, report, sentinelTopology, snapshotOf } from '../../../support/snapshots';
import { plain } from '../../../support/plain';

const found = <Code extends What['code']>(code: Code, snapshot: Snapshot, facts: Partial<Facts> = {}) =>
  diagnose(snapshot, { ...noFacts, ...facts }).find(({ what }) => what.code === code) as
    (Problem & { readonly what: Extract<What, { code: Code }> }) | undefined;

const changed = (change: (node: Node) => Node, rest: Partial<Topology> = {}): Snapshot => {
  const topology = sentinelTopology(rest);
  return snapshotOf({ ...topology, nodes: topology.nodes.map(change) });
};

/** redis-2 became the master; redis-1 goes on as one, `uptime` seconds old. */
const cutOff = (uptime: number): Snapshot =>
  changed(one => {
    if (one.name === 'redis-1')
      return {
        ...one,
        staleMaster: { actual: { host: '10.0.0.2', port: 6379 } },
        contact: answering({ ...report('master'), uptimeSeconds: uptime }),
      };
    return one.name === 'redis-2' ? { ...one, role: 'master', contact: answering(report('master')) } : one;
  });
const lasting = new Set(['stale redis-1']);

suite('diagnose: two masters at once', () => {
  test('a master that was never away and goes on beside the one that the sentinels name', () => {
    const problem = found('split-brain', cutOff(600), { lasting });
    assert.equal(problem?.severity, 'error');
    assert.deepEqual(
      problem.what.masters.map(({ address }) => address),
      ['10.0.0.2:6379', '10.0.0.1:6379'],
    );
    assert.match(causeInWords(plain, problem.what), /^Two masters at once: /);
  });
  test('not one that has just come back: it is turned into a replica in a moment', () =>
    assert.equal(found('split-brain', cutOff(8), { lasting }), undefined));
  test('one that is young, and has been the master in this very life', () => {
    const { runId } = report('master');
    assert.equal(found('split-brain', cutOff(8), { lasting, ruled: new Map([['redis-1', runId]]) })?.severity, 'error');
    assert.equal(found('split-brain', cutOff(8), { lasting, ruled: new Map([['redis-1', 'before']]) }), undefined);
  });
  test('not while roles are moving', () => assert.equal(found('split-brain', cutOff(600)), undefined));
});

const clusterOf = (state: 'ok' | 'fail'): ServerReport => ({
  ...report('master'),
  mode: 'cluster',
  cluster: { state, currentEpoch: 1, myId: 'm', nodes: [] } satisfies ClusterReport,
});
const cluster = (state: 'ok' | 'fail', flags: readonly string[] = ['myself', 'slave']): Snapshot => {
  const [first, second] = sentinelTopology().nodes as readonly [Node, Node];
  const lines = [
    {
      id: 'm',
      address: { host: '10.0.0.1', port: 6379 },
      busPort: 16379,
      flags,
      configEpoch: 1,
      connected: true,
      slots: [],
      migrating: [],
      importing: [],
    },
  ] as const;
  const contact = answering({ ...clusterOf(state), cluster: { state, currentEpoch: 1, myId: 'm', nodes: lines } });
  return snapshotOf({
    ...sentinelTopology(),
    kind: 'cluster',
    nodes: [
      { ...first, contact },
      { ...second, role: 'master', contact: answering(clusterOf('ok')) },
    ],
    cluster: { shards: [], members: [], disputes: [], open: [], uncovered: [] } as never,
    health: {
      level: 'degraded',
      reasons: [{ code: 'stale-claim', node: first.id, owner: second.id, ranges: [[0, 99]] }],
    },
  });
};

suite('diagnose: what two nodes of a cluster claim', () => {
  const held = { lasting: new Set(['claim redis-1']) };
  test('one that still serves what was given to another', () =>
    assert.deepEqual(found('slots-claimed-twice', cluster('ok'), held)?.what, {
      code: 'slots-claimed-twice',
      node: 'redis-1',
      owner: 'redis-2',
      ranges: [[0, 99]],
    }));
  test('one that says itself that it is out of the cluster refuses', () =>
    assert.equal(found('slots-claimed-twice', cluster('fail'), held), undefined));
  test('a replica that will not take over (nofailover)', () => {
    const snapshot = cluster('ok', ['myself', 'slave', 'nofailover']);
    const [topology] = snapshot.topologies as readonly [Topology];
    const asReplica = topology.nodes.map(one =>
      one.contact.state === 'answering' && one.name === 'redis-1'
        ? { ...one, contact: answering({ ...one.contact.report, replication: report('replica').replication as never }) }
        : one,
    );
    const problem = found('never-promoted', snapshotOf({ ...topology, nodes: asReplica }));
    assert.deepEqual([problem?.what.why, problem?.severity], ['cluster', 'info']);
  });
});

test('diagnose: a replica of priority 0', () => {
  const snapshot = changed(one =>
    one.name === 'redis-3'
      ? {
          ...one,
          contact: answering({
            ...report('replica'),
            replication: {
              ...(report('replica').replication as NonNullable<ServerReport['replication']>),
              priority: 0,
            },
          }),
        }
      : one,
  );
  assert.deepEqual(found('never-promoted', snapshot)?.what, {
    code: 'never-promoted',
    node: 'redis-3',
    why: 'priority',
  });
});

suite('diagnose: access rules', () => {
  /** As Redis 7.0 answers ACL LOG over RESP2. */
  const entry = (
    object: string,
    age: string,
    client = 'id=7 addr=10.0.0.3:51234 name= cmd=psync user=repl',
    reason = 'command',
  ) => [
    'count',
    3,
    'reason',
    reason,
    'context',
    'toplevel',
    'object',
    object,
    'username',
    'repl',
    'age-seconds',
    age,
    'client-info',
    client,
  ];
  const user = (flags: readonly string[], commands: string) => [
    'flags',
    flags,
    'passwords',
    ['5e884898'],
    'commands',
    commands,
    'keys',
    '~*',
  ];

  test('read: who was refused what a moment ago, and no hash of a password', () => {
    const read = readAccess(user(['on', 'nopass'], '+@all'), [
      entry('psync', '0.4'),
      entry('psync', '3600'),
      entry('get', '1', 'id=8 addr=10.0.0.9:1 name=app'),
      entry('ping', '1', 'id=9 addr=10.0.0.5:2 name=sentinel-ab12-cmd'),
      entry('default', '1', undefined, 'auth'),
    ]);
    assert.deepEqual(
      [read.open, read.refused.map(({ whom, command }) => `${whom} ${command}`)],
      [true, ['replica psync', 'other get', 'sentinel ping']],
    );
    assert.doesNotMatch(JSON.stringify(read), /5e884898/);
  });
  test('a server that does not tell', () =>
    assert.deepEqual(readAccess(new ReplyError('NOPERM'), new ReplyError('NOPERM')), { open: false, refused: [] }));
  test('a default user that may not do everything is not open', () =>
    assert.equal(readAccess(user(['on', 'nopass'], '+@read -@all'), []).open, false));

  const refused = { user: 'repl', command: 'psync', whom: 'replica', text: 'NOPERM repl psync' } as const;
  test('a replica is refused: explained, and allowed what it needs', () => {
    const problem = found('acl-denies', snapshotOf(sentinelTopology()), {
      access: new Map([['redis-1', { open: false, refused: [refused, { ...refused, command: 'replconf' }] }]]),
    });
    assert.equal(
      causeInWords(plain, problem?.what as What),
      'redis-1 refuses its replicas: the user “repl” may not psync, replconf (ACL).',
    );
    const [fix] = problem?.fixes ?? [];
    assert.ok(fix !== undefined && !isDelegated(fix));
    const plan = planFix(snapshotOf(sentinelTopology()), 't1', fix);
    assert.deepEqual(
      plan.steps.map(step => stepInWords(plain, step, id => id)),
      [
        'On redis-1: ACL SETUSER repl +psync +replconf +ping',
        'On redis-1: ACL SAVE, or CONFIG REWRITE where users are kept in the conf',
      ],
    );
    assert.equal(plan.undoable, true);
  });
  test('what an application may not do is its own affair', () =>
    assert.equal(
      found('acl-denies', snapshotOf(sentinelTopology()), {
        access: new Map([['redis-1', { open: false, refused: [{ ...refused, whom: 'other' as const }] }]]),
      }),
      undefined,
    ));

  const published = (host: string): Snapshot => ({
    ...snapshotOf(),
    others: [
      node('a', 'master', {
        id: 'c0ffee',
        instance: instance('running', { ports: [{ inside: 6379, outside: { host, port: 6379 } }] as never }),
      }),
    ],
  });
  const open = {
    access: new Map([['c0ffee', { open: true, refused: [] }]]),
    settings: new Map([['c0ffee', new Map([['protected-mode', 'no']])]]),
  };
  test('open to everybody who reaches the machine', () =>
    assert.deepEqual(
      [
        found('open-to-network', published('0.0.0.0'), open)?.what,
        found('open-to-network', published('127.0.0.1'), open),
      ],
      [{ code: 'open-to-network', node: 'a', address: '0.0.0.0:6379' }, undefined],
    ));
});

suite('diagnose: Sentinel and Cluster in one plan (pitfall 12)', () => {
  const conf = parseDocument(
    'port 6379\ncluster-enabled yes\ncluster-node-timeout 2000\nappendonly yes\n',
    '/w/redis.conf',
  );
  const address = { host: '10.0.0.1', port: 6379 };
  const snapshot = changed(one => {
    if (one.name === 'redis-1')
      return {
        ...one,
        instance: instance('running', { id: 'redis-1', networks: [{ name: 'net', address: address.host }] as never }),
        contact: answering({ ...report('master'), mode: 'cluster' as const }),
      };
    if (one.role !== 'sentinel') return one;
    const watched = {
      name: 'orders',
      address,
      flags: ['master'],
      quorum: 2,
      configEpoch: 1,
      downAfterMs: 1000,
      failoverTimeoutMs: 5000,
      replicas: [],
      sentinels: [],
      quorumCheck: { ok: true, text: 'OK' },
    };
    return {
      ...one,
      contact: answering({ ...report('sentinel'), sentinel: { id: one.name, tilt: false, masters: [watched] } }),
    };
  });
  const confs = new Map([
    ['redis-1', { inside: '/etc/redis.conf', path: '/w/redis.conf', mounted: 'folder' as const, document: conf }],
  ]);
  const problem = found('sentinel-watches-cluster', snapshot, { confs });

  test('both ways are offered', () =>
    assert.deepEqual(
      problem?.fixes.map(fix => fixInWords(plain, fix, id => id)),
      [
        'It is a Cluster: let the sentinels forget “orders”',
        'It is not: take the cluster lines out of the conf of redis-1',
      ],
    ));
  test('to a Cluster: all sentinels that watch it forget it, and can be told again', () => {
    const fix = problem?.fixes[0];
    assert.ok(fix !== undefined && !isDelegated(fix));
    const { steps, undoable } = planFix(snapshot, 't1', fix);
    assert.deepEqual(
      [steps.map(step => ('node' in step ? `${step.act} ${step.node}` : step.act)), undoable],
      [['sentinel-remove sentinel-1', 'sentinel-remove sentinel-2', 'sentinel-remove sentinel-3'], true],
    );
  });
  test('to Sentinel: the lines are commented out, the servers started anew, and what that means is said', () => {
    const fix = problem?.fixes[1];
    assert.ok(fix !== undefined && !isDelegated(fix));
    const { steps, warnings } = planFix(snapshot, 't1', fix);
    assert.deepEqual(steps, [
      {
        act: 'edit-file',
        path: '/w/redis.conf',
        edits: [
          { line: 2, was: 'cluster-enabled yes', now: '# cluster-enabled yes' },
          { line: 3, was: 'cluster-node-timeout 2000', now: '# cluster-node-timeout 2000' },
        ],
      },
      { act: 'restart', node: 'redis-1' },
    ]);
    assert.match(warnings.map(one => warningInWords(plain, one)).join(), /each keeps the keys/);
  });
});
