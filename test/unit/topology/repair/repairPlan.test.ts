import assert from 'node:assert/strict';
import type { Address } from '../../../../src/model/address';
import type { ClusterNodeLine } from '../../../../src/model/report';
import { planRepair } from '../../../../src/topology/repair/repairPlan';
import type { RepairNode, RepairServer, RepairStep } from '../../../../src/topology/repair/repairPlan';

const at = (last: number, port = 6379): Address => ({ host: `172.17.0.${last}`, port });
const server = (name: string, address: Address, follows?: Address, more: Partial<RepairServer> = {}): RepairNode => ({
  kind: 'server',
  name,
  address,
  role: follows ? 'replica' : 'master',
  ...(follows ? { follows } : {}),
  linkUp: false,
  keys: 3,
  offset: 100,
  ...more,
});
const sentinel = (name: string, address: Address, watches: Address, knows: readonly Address[] = []): RepairNode => ({
  kind: 'sentinel',
  name,
  address,
  watches: [{ name: 'mymaster', address: watches, quorum: 2, settings: [], knows }],
});
const line = (id: string, address: Address, more: Partial<ClusterNodeLine> = {}): ClusterNodeLine => ({
  id,
  address,
  busPort: address.port + 10_000,
  flags: ['master'],
  configEpoch: 1,
  connected: true,
  slots: [],
  migrating: [],
  importing: [],
  ...more,
});
const member = (id: string, address: Address, ...lines: readonly ClusterNodeLine[]): RepairNode => ({
  kind: 'member',
  name: `n${id}`,
  id,
  address,
  lines: [line(id, address), ...lines],
});

function shown(step: RepairStep): string {
  switch (step.code) {
    case 'repair-promote':
      return `${step.node} promoted`;
    case 'repair-follow':
      return `${step.node} follows ${step.master} at ${step.address.host}${step.loses > 0 ? ` and loses ${step.loses}` : ''}`;
    case 'repair-watch':
      return `${step.node} watches ${step.address.host} (${step.quorum})`;
    case 'repair-meet':
      return `${step.node} meets ${step.to} at ${step.address.host}`;
  }
}

suite('topology/repair/repairPlan', () => {
  const cases: readonly [
    title: string,
    nodes: readonly RepairNode[],
    steps: readonly string[],
    left: string,
    chosen?: string,
  ][] = [
    ['all in place', [server('a', at(2)), server('b', at(3), at(2)), sentinel('s', at(4), at(2), [at(3)])], [], ''],
    [
      'addresses have turned round',
      [server('a', at(4)), server('b', at(3), at(2)), server('c', at(2), at(2))],
      ['b follows a at 172.17.0.4', 'c follows a at 172.17.0.4'],
      '',
    ],
    [
      'sentinels before replicas: they would give orders of their own meanwhile',
      [server('a', at(4)), server('b', at(3), at(2)), sentinel('s', at(2, 26379), at(2), [at(3)])],
      ['s watches 172.17.0.4 (2)', 'b follows a at 172.17.0.4'],
      '',
    ],
    [
      'a sentinel whose master is right, but that knows a replica where nobody is',
      [server('a', at(2)), server('b', at(5), at(2), { linkUp: true }), sentinel('s', at(4), at(2), [at(3)])],
      ['s watches 172.17.0.2 (2)'],
      '',
    ],
    [
      'two masters: the user says which',
      [server('a', at(2)), server('b', at(3), undefined, { offset: 900 })],
      [],
      'repair-which-master',
    ],
    [
      '... and says it',
      [server('a', at(2)), server('b', at(3), undefined, { offset: 900, keys: 7 })],
      ['b follows a at 172.17.0.2 and loses 7'],
      '',
      'a',
    ],
    [
      'no master at all, one chosen',
      [server('a', at(2), at(9)), server('b', at(3), at(9))],
      ['b promoted', 'a follows b at 172.17.0.3'],
      '',
      'b',
    ],
    [
      'no master at all, none chosen',
      [server('a', at(2), at(9)), server('b', at(3), at(9))],
      [],
      'repair-which-master',
    ],
    ['nothing but sentinels', [sentinel('s', at(2), at(3))], [], 'repair-no-server'],
    [
      'a cluster: who looks at the wrong place meets; who is right does not',
      [
        member('a', at(4), line('b', at(3)), line('c', at(2))),
        member('b', at(3), line('a', at(2)), line('c', at(2))),
        member('c', at(2), line('a', at(4), { connected: false }), line('b', at(3))),
      ],
      ['nb meets na at 172.17.0.4', 'nc meets na at 172.17.0.4'],
      '',
    ],
    [
      'a cluster: one without an address, one that is none of these',
      [
        member('a', at(2), line('b', at(0), { flags: ['master', 'noaddr'] }), line('z', at(8))),
        member('b', at(3), line('a', at(2))),
      ],
      ['na meets nb at 172.17.0.3'],
      'repair-missing',
    ],
  ];
  for (const [title, nodes, steps, left, chosen] of cases) {
    test(title, () => {
      const plan = planRepair(nodes, chosen);
      assert.deepEqual([plan.steps.map(shown), plan.left.map(({ code }) => code).join()], [steps, left]);
    });
  }

  test('of several masters the one with most comes first', () => {
    const [which] = planRepair([server('a', at(2)), server('b', at(3), undefined, { offset: 900 })]).left;
    assert.deepEqual(which?.code === 'repair-which-master' && which.masters.map(({ name }) => name), ['b', 'a']);
  });
});
