import assert from 'node:assert/strict';
import type { Node } from '../../../../src/model/snapshot';
import { announceSteps } from '../../../../src/topology/diagnose/fixes/announce';
import type { ReachFinding } from '../../../../src/topology/reach/explain';
import type { Remedy } from '../../../../src/topology/reach/remedies';
import { remediesOf } from '../../../../src/topology/reach/remedies';
import { instance, node, sentinelTopology } from '../../../support/snapshots';

const away = { host: '10.9.9.9', port: 6379 };
const inside = { host: '172.18.0.2', port: 6379 };
const here = { host: '127.0.0.1', port: 6379 };
const other = { host: '127.0.0.1', port: 16379 };
const server: Node = {
  ...node('redis-1', 'master'),
  instance: instance('running', { ports: [{ inside: 6379, outside: other }] }),
};
const pair = sentinelTopology({ nodes: [server, node('redis-2', 'replica')] });

/** A remedy in a word or two. */
function briefly(remedy: Remedy): string {
  if (remedy.kind !== 'fix') return remedy.kind;
  const { fix } = remedy;
  if (fix.code === 'announce') return fix.to ? `announce ${fix.to.host}:${fix.to.port}` : 'announce itself';
  return fix.code === 'publish-port' ? `publish ${fix.inside} as ${fix.outside}` : fix.code;
}

suite('topology/reach: what can be done', () => {
  const cases: readonly (readonly [
    title: string,
    finding: ReachFinding,
    alone: readonly string[],
    amongPeers: readonly string[],
  ])[] = [
    ['nothing to do', { code: 'reach-fine' }, [], []],
    [
      'published on nothing',
      { code: 'reach-not-published', port: 6379 },
      ['publish 6379 as 6379'],
      ['publish 6379 as 6379'],
    ],
    ['stopped', { code: 'reach-not-running' }, ['start-node'], ['start-node']],
    ['frozen', { code: 'reach-paused' }, ['unpause-node'], ['unpause-node']],
    [
      'on loopback inside',
      { code: 'reach-bound-inside', address: other, port: 6379 },
      ['listen-everywhere'],
      ['listen-everywhere'],
    ],
    [
      'behind a password',
      { code: 'reach-closed-to-us', address: here, reason: 'password-required' },
      ['password'],
      ['password'],
    ],
    [
      'in protected mode',
      { code: 'reach-closed-to-us', address: here, reason: 'protected-mode' },
      ['set-password', 'protected-mode-off'],
      ['set-password', 'protected-mode-off'],
    ],
    ['a firewall', { code: 'reach-closed-to-us', address: here, reason: 'timeout' }, [], []],
    [
      'announces where nobody lives: among peers never an address of this machine',
      { code: 'reach-elsewhere', announced: away, use: here, why: 'nobody-there' },
      ['announce itself', 'announce 127.0.0.1:6379', 'map', 'announce'],
      ['announce itself', 'map', 'announce'],
    ],
    [
      'published under another number',
      { code: 'reach-elsewhere', announced: here, use: other, why: 'other-port' },
      ['announce 127.0.0.1:16379', 'publish 6379 as 6379', 'map', 'announce'],
      ['publish 6379 as 6379', 'map', 'announce'],
    ],
    [
      'an address of containers',
      { code: 'reach-elsewhere', announced: inside, use: here, why: 'not-routable' },
      ['map', 'announce'],
      ['map', 'announce'],
    ],
  ];
  for (const [title, finding, alone, amongPeers] of cases) {
    test(title, () => {
      const reach = { node: 'redis-1', here: [], within: [], attempts: [], finding };
      assert.deepEqual(remediesOf(reach, server, undefined).map(briefly), alone);
      assert.deepEqual(remediesOf(reach, server, pair).map(briefly), amongPeers);
    });
  }

  test('among peers, one with an address in its network tells that instead of a loopback', () => {
    const finding: ReachFinding = { code: 'reach-elsewhere', announced: here, use: other, why: 'other-port' };
    const reach = { node: 'redis-1', here: [], within: [], attempts: [], finding };
    const placed = { ...server.instance!, networks: [{ id: 'n', name: 'net', address: '10.0.0.1' }] };
    assert.deepEqual(remediesOf(reach, { ...server, instance: placed }, pair).map(briefly), [
      'announce itself',
      'publish 6379 as 6379',
      'map',
      'announce',
    ]);
  });

  test('a Sentinel that cannot be started from here is told an address', () => {
    const finding: ReachFinding = { code: 'reach-elsewhere', announced: away, use: inside, why: 'nobody-there' };
    const reach = { node: 'sentinel-1', here: [], within: [], attempts: [], finding };
    const { instance: docker, ...bare } = node('sentinel-1', 'sentinel');
    const told = ['announce 172.18.0.2:6379', 'map', 'announce'];
    assert.deepEqual(remediesOf(reach, bare, pair).map(briefly), told);
    assert.deepEqual(
      remediesOf(reach, { ...bare, instance: instance('running', { engine: 'process' }) }, pair).map(briefly),
      told,
    );
    assert.equal(docker?.engine, 'docker');
    assert.deepEqual(
      remediesOf(reach, { ...bare, instance: instance('running') }, pair)
        .map(briefly)
        .slice(0, 1),
      ['announce itself'],
    );
  });

  test('clients of a cluster may be told a name while the nodes go on by addresses', () => {
    const finding: ReachFinding = { code: 'reach-elsewhere', announced: inside, use: here, why: 'not-routable' };
    const reach = { node: 'redis-1', here: [here], within: [], attempts: [], finding };
    assert.deepEqual(remediesOf(reach, { ...server, clusterId: 'a' }, pair).map(briefly), [
      'announce localhost:6379',
      'map',
      'announce',
    ]);
  });
});

suite('topology/diagnose: the steps of an announcement', () => {
  const sentinel = node('sentinel-1', 'sentinel');
  const all = sentinelTopology({ nodes: [server, sentinel] });
  const steps = (of: Node, to?: { readonly host: string; readonly port: number }): readonly string[] =>
    announceSteps(all, of, to).map(step => {
      if (step.act === 'keep') return `keep ${step.settings.length}`;
      if (step.act === 'link-again' || step.act === 'restart-sentinel') return step.act;
      assert.ok(step.act === 'config-set' || step.act === 'sentinel-config');
      return `${step.node === of.id ? '' : 'elsewhere: '}${step.setting}=${step.value}${'ifKnown' in step && step.ifKnown ? ' if known' : ''}`;
    });
  const member: Node = { ...server, clusterId: 'a' };
  const cases: readonly (readonly [
    title: string,
    node: Node,
    to: { readonly host: string; readonly port: number } | undefined,
    expected: readonly string[],
  ])[] = [
    ['a server, an address', server, away, ['replica-announce-ip=10.9.9.9', 'replica-announce-port=6379', 'keep 2']],
    [
      'a replica, itself: its master hears it when the link begins',
      { ...server, role: 'replica' },
      undefined,
      ['replica-announce-ip=', 'replica-announce-port=0', 'keep 2', 'link-again'],
    ],
    ['a server, itself', server, undefined, ['replica-announce-ip=', 'replica-announce-port=0', 'keep 2']],
    [
      'a server, a name: its Sentinels resolve names first',
      server,
      { host: 'db1', port: 6379 },
      [
        'elsewhere: resolve-hostnames=yes',
        'elsewhere: announce-hostnames=yes',
        'replica-announce-ip=db1',
        'replica-announce-port=6379',
        'keep 2',
      ],
    ],
    [
      'a Sentinel, itself: only at a start an empty address is its own',
      sentinel,
      undefined,
      ['announce-ip=', 'announce-port=0', 'restart-sentinel'],
    ],
    ['a Sentinel, an address', sentinel, away, ['announce-ip=10.9.9.9', 'announce-port=6379']],
    [
      'a Sentinel, a name',
      sentinel,
      { host: 'db1', port: 26379 },
      ['resolve-hostnames=yes', 'announce-hostnames=yes', 'announce-ip=db1', 'announce-port=26379'],
    ],
    [
      'a cluster node, an address for all',
      member,
      away,
      ['cluster-announce-ip=10.9.9.9', 'cluster-announce-port=6379', 'keep 2'],
    ],
    [
      'a cluster node, loopback: for clients alone',
      member,
      here,
      [
        'cluster-announce-hostname=127.0.0.1',
        'cluster-preferred-endpoint-type=hostname',
        'cluster-announce-port=6379',
        'keep 3',
      ],
    ],
    [
      'a cluster node, itself',
      member,
      undefined,
      [
        'cluster-announce-ip=',
        'cluster-announce-port=0',
        'cluster-announce-bus-port=0',
        'cluster-preferred-endpoint-type=ip if known',
        'cluster-announce-hostname= if known',
        'keep 5',
      ],
    ],
  ];
  for (const [title, of, to, expected] of cases) test(title, () => assert.deepEqual(steps(of, to), expected));
});
