import assert from 'node:assert/strict';
import { parseDocument } from '../../../../src/conf/document';
import type { ServerReport } from '../../../../src/model/report';
import type { Node, Snapshot, Topology } from '../../../../src/model/snapshot';
import { diagnose } from '../../../../src/topology/diagnose/diagnose';
import { noFacts } from '../../../../src/topology/diagnose/facts';
import type { Facts } from '../../../../src/topology/diagnose/facts';
import type { Problem, What } from '../../../../src/topology/diagnose/problem';
import { answering, instance, node, report, sentinelTopology, snapshotOf } from '../../../support/snapshots';

const alone = (...others: readonly Node[]): Snapshot => ({ ...snapshotOf(), others });
const withNodes = (change: (node: Node) => Node, rest: Partial<Topology> = {}): Snapshot => {
  const topology = sentinelTopology(rest);
  return snapshotOf({ ...topology, nodes: topology.nodes.map(change) });
};
const one =
  (name: string, change: (node: Node) => Partial<Node>) =>
  (node: Node): Node =>
    node.name === name ? { ...node, ...change(node) } : node;
/** Each node on its machine, by name. */
const placed =
  (machines: Readonly<Record<string, string>>) =>
  (node: Node): Node => {
    const name = machines[node.name];
    return name === undefined
      ? node
      : { ...node, instance: instance('running', { id: node.id, host: { id: name, name } }) };
  };
const facts = (given: Partial<Facts>): Facts => ({ ...noFacts, ...given });
const sentinelReport = (
  id: string,
  rest: Partial<NonNullable<ServerReport['sentinel']>['masters'][number]> = {},
  tilt = false,
): ServerReport => ({
  ...report('sentinel'),
  runId: id.repeat(40).slice(0, 40),
  sentinel: {
    id,
    tilt,
    masters: [
      {
        name: 'orders',
        address: { host: '10.0.0.1', port: 6379 },
        flags: ['master'],
        quorum: 2,
        configEpoch: 1,
        downAfterMs: 1000,
        failoverTimeoutMs: 5000,
        replicas: [],
        sentinels: [],
        quorumCheck: { ok: true, text: 'OK 3 usable Sentinels.' },
        ...rest,
      },
    ],
  },
});
const exited = (code: number, more: Partial<NonNullable<ReturnType<typeof instance>['exit']>> = {}): Partial<Node> => ({
  id: 'c0ffee',
  instance: instance('exited', { exit: { code, outOfMemory: false, ...more } }),
  contact: { state: 'not-running' },
});

suite('diagnose: one rule, one wrong thing', () => {
  const cases: readonly (readonly [
    title: string,
    snapshot: Snapshot,
    facts: Partial<Facts>,
    what: Partial<What> & { readonly code: What['code'] },
    severity: Problem['severity'],
    fixes: readonly string[],
  ])[] = [
    [
      'killed by the kernel',
      alone(node('a', 'unknown', exited(137, { outOfMemory: true }))),
      {},
      { code: 'killed', outOfMemory: true },
      'error',
      ['start-node'],
    ],
    [
      'killed',
      withNodes(one('redis-2', () => exited(137))),
      {},
      { code: 'killed', outOfMemory: false },
      'error',
      ['start-node'],
    ],
    [
      'stopped in good order',
      withNodes(one('redis-2', () => exited(0))),
      {},
      { code: 'stopped', node: 'redis-2' },
      'warning',
      ['start-node'],
    ],
    [
      'a crash without a word that is known',
      alone(node('a', 'unknown', exited(139))),
      { logs: new Map([['c0ffee', ['=== REDIS BUG REPORT START', 'so long']]]) },
      { code: 'died', exitCode: 139, text: 'so long' },
      'error',
      ['start-node'],
    ],
    [
      'data of a newer version',
      alone(node('a', 'unknown', exited(1))),
      { logs: new Map([['c0ffee', ["1:M 22 Nov 2026 15:17:55.727 # Can't handle RDB format version 12"]]]) },
      { code: 'data-unreadable' },
      'error',
      [],
    ],
    [
      'a port that is taken has no fix in the conf',
      alone(node('a', 'unknown', exited(1))),
      {
        logs: new Map([
          [
            'c0ffee',
            [
              '1:M 22 Nov 2026 16:00:32.382 # Warning: Could not create server TCP listening socket *:6379: bind: Address already in use',
            ],
          ],
        ]),
        confs: new Map([
          ['c0ffee', { inside: '/c', path: '/h/c', mounted: 'folder', document: parseDocument('bind *\n') }],
        ]),
      },
      { code: 'bind-refused', reason: 'Address already in use' },
      'error',
      [],
    ],
    [
      'paused',
      withNodes(
        one('redis-2', () => ({
          id: 'c0ffee',
          instance: instance('paused'),
          contact: { state: 'silent', reason: 'paused' },
        })),
      ),
      {},
      { code: 'paused', node: 'redis-2' },
      'error',
      ['unpause-node'],
    ],
    [
      'protected mode',
      alone(node('a', 'unknown', { id: 'c0ffee', contact: { state: 'silent', reason: 'protected-mode' } })),
      {},
      { code: 'protected-mode', node: 'a' },
      'error',
      ['set-password', 'protected-mode-off'],
    ],
    [
      'one myid twice',
      withNodes(node =>
        node.role === 'sentinel'
          ? { ...node, contact: answering({ ...sentinelReport('ab'), runId: node.name }) }
          : node,
      ),
      {},
      { code: 'myid-twice', nodes: ['sentinel-1', 'sentinel-2', 'sentinel-3'] },
      'error',
      ['new-myid', 'new-myid'],
    ],
    [
      'SET on one sentinel only',
      withNodes(node =>
        node.role === 'sentinel'
          ? {
              ...node,
              contact: answering(
                sentinelReport(node.name.slice(-1), { downAfterMs: node.name === 'sentinel-2' ? 5000 : 1000 }),
              ),
            }
          : node,
      ),
      {},
      { code: 'sentinel-drift', setting: 'down-after-milliseconds' },
      'warning',
      ['align-sentinels'],
    ],
    [
      'TILT',
      withNodes(node =>
        node.name === 'sentinel-1' ? { ...node, contact: answering(sentinelReport('1', {}, true)) } : node,
      ),
      {},
      { code: 'tilt', node: 'sentinel-1' },
      'warning',
      [],
    ],
    [
      'quorum 3 of 3',
      withNodes(node => node, {
        quorum: { required: 3, known: 3, usable: 3, majority: 2 },
        health: {
          level: 'degraded',
          reasons: [{ code: 'failover-would-fail', losing: ['sentinel-1'], needed: 3, left: 2 }],
        },
      }),
      {},
      { code: 'quorum-trap', required: 3 },
      'warning',
      ['set-quorum'],
    ],
    [
      'quorum cannot be met',
      withNodes(node => node, { quorum: { required: 3, known: 3, usable: 2, majority: 2 } }),
      {},
      { code: 'quorum-unmet', required: 3, usable: 2 },
      'error',
      ['set-quorum'],
    ],
    [
      'no majority: a lower quorum would not help',
      withNodes(
        one('sentinel-1', () => exited(0)),
        { quorum: { required: 2, known: 3, usable: 1, majority: 2 } },
      ),
      {},
      { code: 'majority-unmet', usable: 1 },
      'error',
      [],
    ],
    [
      'a stale master without clients',
      withNodes(
        one('redis-2', node => ({
          role: 'master',
          staleMaster: { actual: { host: '10.0.0.1', port: 6379 } },
          contact: node.contact,
        })),
      ),
      {},
      { code: 'stale-master', node: 'redis-2' },
      'warning',
      [],
    ],
    [
      'a stale master with clients',
      withNodes(one('redis-2', () => ({ role: 'master', staleMaster: { actual: { host: '10.0.0.1', port: 6379 } } }))),
      { clients: new Map([['redis-2', 4]]) },
      { code: 'clients-on-stale-master', clients: 4 },
      'error',
      [],
    ],
    [
      'too few replicas in step',
      withNodes(node => node),
      {
        settings: new Map([['redis-1', new Map([['min-replicas-to-write', '2']])]]),
        figures: new Map([['redis-1', new Map([['min_slaves_good_slaves', '1']])]]),
      },
      { code: 'replicas-too-few', needed: 2, good: 1 },
      'error',
      [],
    ],
    [
      'cannot save',
      withNodes(node => node),
      { figures: new Map([['redis-1', new Map([['rdb_last_bgsave_status', 'err']])]]) },
      { code: 'cannot-save', refusesWrites: true },
      'error',
      [],
    ],
    [
      'full, and nothing may go',
      withNodes(node => node),
      {
        figures: new Map([
          [
            'redis-1',
            new Map([
              ['maxmemory', '100'],
              ['used_memory', '99'],
              ['maxmemory_policy', 'noeviction'],
            ]),
          ],
        ]),
      },
      { code: 'memory-full', used: 99, limit: 100 },
      'error',
      [],
    ],
    [
      'nothing is written to disk',
      withNodes(node => node),
      {
        settings: new Map([
          [
            'redis-1',
            new Map([
              ['save', ''],
              ['appendonly', 'no'],
            ]),
          ],
        ]),
      },
      { code: 'master-forgets', replicas: 2 },
      'info',
      [],
    ],
    [
      'a copy beside its master, and a machine without any',
      withNodes(placed({ 'redis-1': 'a', 'redis-2': 'a', 'redis-3': 'b' })),
      { hosts: ['a', 'b', 'c'].map(name => ({ id: name, name })) },
      { code: 'same-machine', node: 'redis-2', master: 'redis-1', machine: 'a', free: 'c' },
      'warning',
      [],
    ],
    [
      'far behind',
      withNodes(one('redis-2', () => ({ lag: { bytes: 64 * 1024 * 1024, seconds: 3 } }))),
      {},
      { code: 'lagging', node: 'redis-2' },
      'warning',
      [],
    ],
    [
      'a ring of replicas',
      withNodes(node =>
        node.name.startsWith('redis')
          ? {
              ...node,
              role: 'replica',
              masterId: { 'redis-1': 'redis-3', 'redis-2': 'redis-1', 'redis-3': 'redis-2' }[node.name] ?? '',
              contact: answering(report('replica')),
            }
          : node,
      ),
      {},
      { code: 'replica-ring', nodes: ['redis-1', 'redis-3', 'redis-2'] },
      'error',
      ['promote'],
    ],
    [
      'somebody writes to a replica',
      withNodes(node => node),
      {
        refused: new Map([
          ['redis-2', 3],
          ['redis-3', 1],
        ]),
      },
      { code: 'writes-to-replica', node: 'redis-2', times: 3, master: 'redis-1' },
      'info',
      ['go-to-master'],
    ],
    [
      'copies again and again, as the master hangs up on what waits for it',
      withNodes(one('redis-2', () => ({ id: 'c0ffee', contact: answering(report('replica', { link: 'down' })) }))),
      {
        logs: new Map([
          ['c0ffee', Array.from({ length: 3 }, () => '1:S 22 Nov 2026 16:00:32.382 * Full resync from master: 1234:0')],
        ]),
        settings: new Map([
          [
            'redis-1',
            new Map([
              ['repl-backlog-size', '1048576'],
              ['client-output-buffer-limit', 'normal 0 0 0 slave 1048576 65536 1 pubsub 33554432 8388608 60'],
            ]),
          ],
        ]),
      },
      { code: 'resync-loop', times: 3, buffer: 65536 },
      'warning',
      ['raise-backlog'],
    ],
    [
      'copies again and again',
      withNodes(one('redis-2', () => ({ id: 'c0ffee', contact: answering(report('replica', { link: 'down' })) }))),
      {
        logs: new Map([
          ['c0ffee', Array.from({ length: 4 }, () => '1:S 22 Nov 2026 16:00:32.382 * Full resync from master: 1234:0')],
        ]),
        settings: new Map([
          [
            'redis-1',
            new Map([
              ['repl-backlog-size', '1048576'],
              ['client-output-buffer-limit', 'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60'],
            ]),
          ],
        ]),
      },
      { code: 'resync-loop', times: 4, backlog: 1048576 },
      'warning',
      ['raise-backlog'],
    ],
    [
      'nobody may be promoted',
      withNodes(node =>
        node.role === 'replica'
          ? {
              ...node,
              contact: answering({
                ...report('replica'),
                replication: {
                  ...(report('replica').replication as NonNullable<ServerReport['replication']>),
                  priority: 0,
                },
              }),
            }
          : node,
      ),
      {},
      { code: 'no-candidate', node: 'redis-1' },
      'warning',
      [],
    ],
    [
      'a replica without a conf',
      withNodes(one('redis-2', () => ({ contact: answering({ ...report('replica'), configFile: '' }) }))),
      {},
      { code: 'role-not-kept', why: 'no-conf' },
      'warning',
      [],
    ],
    [
      'a password that the master does not take',
      withNodes(one('redis-2', () => ({ id: 'c0ffee', contact: answering(report('replica', { link: 'down' })) }))),
      {
        logs: new Map([
          [
            'c0ffee',
            [
              '1:S 22 Nov 2026 16:00:32.382 # Unable to AUTH to MASTER: -WRONGPASS invalid username-password pair or user is disabled.',
            ],
          ],
        ]),
      },
      { code: 'master-auth', missing: false },
      'error',
      [],
    ],
    [
      'memory overcommit is harmless here',
      withNodes(one('redis-2', () => ({ id: 'c0ffee' }))),
      { logs: new Map([['c0ffee', ['1:C 22 Nov 2026 15:17:55.727 # WARNING Memory overcommit must be enabled!']]]) },
      { code: 'overcommit' },
      'info',
      [],
    ],
  ];
  for (const [title, snapshot, given, what, severity, fixes] of cases) {
    test(title, () => {
      const all = diagnose(snapshot, facts(given));
      const found = all.find(problem => problem.what.code === what.code);
      assert.ok(found, `not found among ${all.map(problem => problem.what.code).join(', ')}`);
      for (const [key, value] of Object.entries(what))
        assert.deepEqual((found.what as unknown as Record<string, unknown>)[key], value, key);
      assert.deepEqual(
        [found.severity, found.fixes.map(({ code }) => code).filter(code => fixes.length > 0 || code !== 'start-node')],
        [severity, fixes],
      );
    });
  }

  test('a healthy topology has none', () =>
    assert.deepEqual(
      diagnose(
        withNodes(node => node),
        noFacts,
      ).filter(({ severity }) => severity !== 'info'),
      [],
    ));
  for (const [title, machines, hosts] of [
    ['each copy on a machine of its own', { 'redis-1': 'a', 'redis-2': 'b', 'redis-3': 'c' }, ['a', 'b', 'c', 'd']],
    ['no machine is left for it', { 'redis-1': 'a', 'redis-2': 'a', 'redis-3': 'b' }, ['a', 'b']],
    ['one machine only', { 'redis-1': 'a', 'redis-2': 'a', 'redis-3': 'a' }, ['a']],
  ] as const)
    test(`nothing to say of machines: ${title}`, () =>
      assert.deepEqual(
        diagnose(withNodes(placed(machines)), facts({ hosts: hosts.map(name => ({ id: name, name })) })).filter(
          ({ what }) => what.code === 'same-machine',
        ),
        [],
      ));
  test('a server that was put away on purpose has none', () =>
    assert.deepEqual(
      diagnose(alone(node('a', 'unknown', exited(0)), node('b', 'unknown', { ...exited(137), id: 'b' })), noFacts),
      [],
    ));
  test('the worst come first, each once', () => {
    const all = diagnose(
      withNodes(
        one('redis-2', () => exited(137)),
        { quorum: { required: 3, known: 3, usable: 2, majority: 2 } },
      ),
      facts({
        settings: new Map([
          [
            'redis-1',
            new Map([
              ['save', ''],
              ['appendonly', 'no'],
            ]),
          ],
        ]),
      }),
    );
    assert.deepEqual(
      all.map(({ severity }) => severity).filter((severity, index, list) => severity !== list[index - 1]),
      ['error', 'info'],
    );
    assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
  });
});
