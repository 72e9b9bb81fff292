import assert from 'node:assert/strict';
import { renderFiles } from '../../../src/topology/plan';
import { planSentinel } from '../../../src/topology/sentinelPlan';
import type { SentinelRequest } from '../../../src/topology/sentinelRequest';

const request: SentinelRequest = {
  name: 'orders',
  engine: 'docker',
  image: 'redis:7.0',
  replicas: 2,
  sentinels: 3,
  quorum: 2,
  firstPort: 6379,
  firstSentinelPort: 26379,
  storage: { kind: 'volume' },
};
const ports = [6379, 6380, 6382, 26379, 26380, 26381];
const inside = (): { conf: string; data: string } => ({ conf: '/conf', data: '/data' });
const planOf = (change: Partial<SentinelRequest> = {}) => planSentinel({ ...request, ...change }, ports, inside);
const linesOf = (plan: ReturnType<typeof planOf>, node: string): readonly string[] =>
  plan.nodes
    .find(({ name }) => name === node)
    ?.files[0]?.content.trimEnd()
    .split('\n') ?? [];

suite('topology/sentinelPlan', () => {
  test('nodes stand master first, replicas, Sentinels, on the given ports', () => {
    assert.deepEqual(
      planOf().nodes.map(({ name, role, port, follows }) => [name, role, port, follows]),
      [
        ['redis-1', 'master', 6379, undefined],
        ['redis-2', 'replica', 6380, 'redis-1'],
        ['redis-3', 'replica', 6382, 'redis-1'],
        ['sentinel-1', 'sentinel', 26379, undefined],
        ['sentinel-2', 'sentinel', 26380, undefined],
        ['sentinel-3', 'sentinel', 26381, undefined],
      ],
    );
  });

  test('every server can be master and can follow: same lines but for port and address', () => {
    const [first, second] = [linesOf(planOf(), 'redis-1'), linesOf(planOf(), 'redis-2')];
    assert.deepEqual(
      first.map(line => line.replace('6379', 'P').replace('redis-1', 'N')),
      second.map(line => line.replace('6380', 'P').replace('redis-2', 'N')),
    );
    for (const line of [
      'masterauth <password>',
      'requirepass <password>',
      'repl-diskless-sync-delay 0',
      'replica-announce-ip <redis-1>',
      'replica-announce-port 6379',
      'dir /data',
      'appendonly yes',
      'protected-mode yes',
    ]) {
      assert.ok(first.includes(line), line);
    }
    assert.ok(!first.some(line => /^(replicaof|slaveof|cluster-enabled)/.test(line)));
  });

  test('a Sentinel announces its fixed address and asks for the password', () => {
    const lines = linesOf(planOf(), 'sentinel-2');
    for (const line of [
      'port 26380',
      'requirepass <password>',
      'sentinel sentinel-pass <password>',
      'sentinel announce-ip <sentinel-2>',
      'sentinel announce-port 26380',
    ])
      assert.ok(lines.includes(line), line);
    assert.ok(!lines.some(line => line.startsWith('sentinel myid') || line.startsWith('sentinel monitor')));
  });

  test('without a password there is none anywhere, and protected mode would shut the peers out', () => {
    const plan = planOf({ password: '' });
    assert.equal(plan.password, 'none');
    for (const node of plan.nodes) {
      const text = node.files.map(({ content }) => content).join('');
      assert.ok(!/pass|masterauth/.test(text), node.name);
      assert.match(text, /^protected-mode no$/m);
    }
  });

  test('the plan holds no password, so it can be shown and kept', () => {
    assert.ok(!JSON.stringify(planOf({ password: 'hunter2hunter2' })).includes('hunter2'));
    assert.equal(planOf({ password: 'hunter2hunter2' }).password, 'given');
    assert.equal(planOf().password, 'generated');
  });

  test('files are rendered with address and password', () => {
    const [node] = planOf().nodes;
    assert.ok(node);
    const [file] = renderFiles(
      node,
      new Map([
        ['redis-1', '10.1.2.3'],
        ['password', 'a$&b<x>'],
      ]),
    );
    assert.match(file?.content ?? '', /^replica-announce-ip 10\.1\.2\.3$/m);
    assert.ok(file?.content.includes('requirepass a$&b<x>\nmasterauth a$&b<x>\n'));
    assert.equal(file?.name, 'redis.conf');
  });

  const survival: readonly (readonly [number, number, number, number])[] = [
    [3, 2, 2, 1],
    [3, 3, 2, 0],
    [2, 2, 1, 0],
    [2, 1, 1, 0],
    [3, 1, 1, 1],
    [5, 2, 0, 2],
    [1, 1, 1, 0],
  ];
  for (const [sentinels, quorum, replicas, losses] of survival) {
    test(`${sentinels} Sentinels with quorum ${quorum} live through the loss of ${losses}`, () => {
      const plan = planSentinel(
        { ...request, sentinels, quorum, replicas },
        Array.from({ length: 10 }, (_, i) => 7000 + i),
        inside,
      );
      assert.equal(plan.survival.sentinelLosses, losses);
      assert.equal(plan.survival.masterLosses, replicas);
    });
  }

  test('processes listen on loopback only', () =>
    assert.ok(linesOf(planOf({ engine: 'process' }), 'redis-1').includes('bind 127.0.0.1')));
  test('too few ports is a mistake of the caller', () =>
    assert.throws(() => planSentinel(request, [1, 2], inside), RangeError));
});
