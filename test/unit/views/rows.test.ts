import assert from 'node:assert/strict';
import { describeNode } from '../../../src/views/describeNode';
import { describeTopology } from '../../../src/views/describeTopology';
import type { Node, Topology } from '../../../src/model/snapshot';
import { plain } from '../../support/plain';
import { answering, instance, node, report, sentinelTopology } from '../../support/snapshots';

const within = { kind: 'sentinel', belonging: 'owned', replicas: 2 } as const;
const row = (it: Node): ReturnType<typeof describeNode> => describeNode(plain, it, within);

suite('row of a node', () => {
  const master = node('redis-1', 'master');
  const replica = node('redis-2', 'replica');
  const link = (state: 'up' | 'down', syncInProgress = false): Partial<Node> => ({
    contact: answering(report('replica', { link: state, syncInProgress })),
  });
  const cases: readonly (readonly [
    what: string,
    node: Node,
    description: string,
    icon: string,
    badge: string | undefined,
    contextValue: string,
  ])[] = [
    ['master', master, 'master · 10.0.0.1 ⇄ :6379', 'database', 'M', 'node.master.running.owned.sentinel'],
    [
      'replica in sync',
      { ...replica, ...link('up'), lag: { bytes: 0, seconds: 0 } },
      'replica · in sync · 10.0.0.1 ⇄ :6379',
      'database',
      'R',
      'node.replica.running.owned.sentinel',
    ],
    [
      'replica behind',
      { ...replica, ...link('up'), lag: { bytes: 70_000, seconds: 1 } },
      'replica · 68.4 KiB behind · 10.0.0.1 ⇄ :6379',
      'database',
      'R',
      'node.replica.running.owned.sentinel',
    ],
    [
      'replica copying',
      { ...replica, ...link('down', true) },
      'replica · copying from its master · 10.0.0.1 ⇄ :6379',
      'database',
      'R',
      'node.replica.running.owned.sentinel',
    ],
    [
      'replica cut off',
      { ...replica, ...link('down') },
      'replica · link down · 10.0.0.1 ⇄ :6379',
      'database',
      'R',
      'node.replica.running.owned.sentinel',
    ],
    [
      'sentinel',
      node('sentinel-1', 'sentinel'),
      'sentinel · 10.0.0.1 ⇄ :6379',
      'eye',
      'S',
      'node.sentinel.running.owned.sentinel',
    ],
    [
      'stopped',
      {
        ...master,
        instance: instance('exited', { exit: { code: 0, outOfMemory: false } }),
        contact: { state: 'not-running' },
      },
      'master · stopped · 10.0.0.1 ⇄ :6379',
      'circle-slash',
      'M',
      'node.master.stopped.owned.sentinel',
    ],
    [
      'crashed',
      {
        ...master,
        instance: instance('exited', { exit: { code: 1, outOfMemory: false } }),
        contact: { state: 'not-running' },
      },
      'master · stopped (exit 1) · 10.0.0.1 ⇄ :6379',
      'circle-slash',
      'M',
      'node.master.stopped.owned.sentinel',
    ],
    [
      'out of memory',
      {
        ...master,
        instance: instance('exited', { exit: { code: 137, outOfMemory: true } }),
        contact: { state: 'not-running' },
      },
      'master · killed: out of memory · 10.0.0.1 ⇄ :6379',
      'circle-slash',
      'M',
      'node.master.stopped.owned.sentinel',
    ],
    [
      'paused',
      { ...replica, instance: instance('paused'), contact: { state: 'silent', reason: 'paused' } },
      'replica · paused · 10.0.0.1 ⇄ :6379',
      'debug-pause',
      'R',
      'node.replica.paused.owned.sentinel',
    ],
    [
      'runs without an answer',
      { ...replica, contact: { state: 'silent', reason: 'timeout' } },
      'replica · running, does not answer · 10.0.0.1 ⇄ :6379',
      'warning',
      'R',
      'node.replica.running.owned.sentinel',
    ],
    [
      'stale master',
      { ...master, staleMaster: { actual: { host: '10.0.0.9', port: 6380 } } },
      'stale master: sentinels say 10.0.0.9:6380 · 10.0.0.1 ⇄ :6379',
      'warning',
      'M?',
      'node.master.running.owned.sentinel',
    ],
    [
      'role not known',
      { ...node('who', 'unknown'), contact: { state: 'unknown' } },
      'role unknown · 10.0.0.1 ⇄ :6379',
      'sync',
      undefined,
      'node.unknown.running.owned.sentinel',
    ],
    [
      'another port outside',
      { ...master, reachable: { host: '127.0.0.1', port: 7000 } },
      'master · 10.0.0.1:6379 ⇄ :7000',
      'database',
      'M',
      'node.master.running.owned.sentinel',
    ],
    [
      'another machine',
      { ...master, reachable: { host: '192.0.2.7', port: 6379 } },
      'master · 10.0.0.1 ⇄ 192.0.2.7:6379',
      'database',
      'M',
      'node.master.running.owned.sentinel',
    ],
    [
      'same inside and outside',
      { ...master, reachable: { host: '10.0.0.1', port: 6379 } },
      'master · 10.0.0.1:6379',
      'database',
      'M',
      'node.master.running.owned.sentinel',
    ],
  ];
  for (const [what, it, description, icon, badge, contextValue] of cases) {
    test(what, () => {
      const { description: said, icon: drawn, badge: worn, contextValue: context } = row(it);
      assert.deepEqual([said, drawn.id, worn?.letters, context], [description, icon, badge, contextValue]);
    });
  }

  test('a master that should have replicas and has none says so', () => {
    assert.match(describeNode(plain, master, { ...within, replicas: 0 }).description, /no replica/);
    assert.doesNotMatch(
      describeNode(plain, master, { ...within, kind: 'alone', replicas: 0 }).description,
      /no replica/,
    );
  });

  test('what others wrote does not become Markdown', () => {
    const { tooltip } = row({ ...master, name: '[x](command:evil) <b>|`$(zap)`' });
    for (const forbidden of ['](', '<b>', '`', '$(', 'command:'])
      assert.ok(!tooltip.includes(forbidden), `${forbidden} in ${tooltip}`);
  });

  test('a row is read as a sentence', () => {
    assert.equal(
      describeNode(
        plain,
        { ...replica, ...link('up'), lag: { bytes: 0, seconds: 0 } },
        { ...within, topology: 'orders', masterName: 'redis-1' },
      ).spoken,
      'redis-2 of orders, replica. Follows redis-1. Running. In sync. Reachable at 127.0.0.1:6379.',
    );
  });

  test('what is stopped is not called reachable, although its port is published', () => {
    const stopped = { ...master, instance: instance('exited', { exit: { code: 0, outOfMemory: false } }) };
    assert.equal(
      describeNode(plain, stopped, { ...within, topology: 'orders' }).spoken,
      'redis-1 of orders, master. Stopped.',
    );
  });
});

suite('row of a topology', () => {
  const healthy = sentinelTopology();
  const cases: readonly (readonly [
    what: string,
    topology: Topology,
    description: string,
    icon: string,
    contextValue: string,
  ])[] = [
    ['healthy', healthy, 'healthy · Sentinel · quorum 3/2', 'pass', 'topology.sentinel.owned.healthy'],
    [
      'degraded',
      { ...healthy, health: { level: 'degraded', reasons: [{ code: 'node-not-running', node: 'redis-2' }] } },
      'degraded: redis-2 is stopped · Sentinel · quorum 3/2',
      'warning',
      'topology.sentinel.owned.degraded',
    ],
    [
      'down',
      { ...healthy, health: { level: 'down', reasons: [{ code: 'no-master' }] } },
      'down: There is no master · Sentinel · quorum 3/2',
      'error',
      'topology.sentinel.owned.down',
    ],
    [
      'found',
      { ...healthy, owned: false },
      'healthy · Sentinel · quorum 3/2',
      'pass',
      'topology.sentinel.found.healthy',
    ],
  ];
  for (const [what, topology, description, icon, contextValue] of cases) {
    test(what, () => {
      const said = describeTopology(plain, topology);
      assert.deepEqual([said.description, said.icon.id, said.contextValue], [description, icon, contextValue]);
    });
  }

  test('its tooltip names each reason in words', () => {
    const { tooltip } = describeTopology(plain, {
      ...healthy,
      health: { level: 'degraded', reasons: [{ code: 'node-not-running', node: 'redis-2' }] },
    });
    assert.match(tooltip, /redis&#45;2 is stopped/);
  });
});
