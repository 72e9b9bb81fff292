import assert from 'node:assert/strict';
import type { ClusterMember, ClusterView } from '../../../src/model/clusterView';
import { parseRanges } from '../../../src/model/slots';
import { readPageMessage } from '../../../src/webviews/slotMapProtocol';
import { ShownPlan } from '../../../src/webviews/slotMapPlan';
import {
  assignColours,
  changedRuns,
  changeOf,
  mapStateOf,
  ownersOf,
  runsOf,
  shardsOf,
} from '../../../src/webviews/slotMapState';

/** `a+d 0-5460` : master a, replica d, slots. */
function viewOf(...shards: readonly string[]): ClusterView {
  const parsed = shards.map(text => {
    const [nodes = '', ...ranges] = text.split(' ');
    const [masterId = '', ...replicaIds] = nodes.split('+');
    const list = parseRanges(ranges.join(' ')) ?? [];
    return {
      masterId,
      replicaIds,
      ranges: list,
      slots: list.reduce((sum, [first, last]) => sum + last - first + 1, 0),
    };
  });
  const members = parsed.flatMap(({ masterId, replicaIds }) =>
    [masterId, ...replicaIds].map((id, index): ClusterMember => ({
      id,
      node: `node-${id}`,
      name: `redis-${id}`,
      address: { host: 'h', port: 1 },
      role: index === 0 ? 'master' : 'replica',
      configEpoch: 1,
      answers: true,
      state: 'ok',
      noFailover: false,
    })),
  );
  return { members, shards: parsed, uncovered: [], disputes: [], open: [], findings: [] };
}
const colourText = (colours: ReadonlyMap<string, number>) =>
  [...colours].map(([id, colour]) => `${id}${colour}`).join(' ');

suite('webviews/slotMapState', () => {
  const three = viewOf('a+d 0-5460', 'b+e 5461-10922', 'c+f 10923-16383');
  const first = assignColours(new Map(), three.shards);
  const cases: readonly [title: string, view: ClusterView, colours: string][] = [
    ['again', three, 'a0 d0 b1 e1 c2 f2'],
    ['after a failover', viewOf('d+a 0-5460', 'b+e 5461-10922', 'c+f 10923-16383'), 'd0 a0 b1 e1 c2 f2'],
    [
      'when another takes the first slots',
      viewOf('c+f 0-9 10923-16383', 'a+d 10-5460', 'b+e 5461-10922'),
      'c2 f2 a0 d0 b1 e1',
    ],
    [
      'with one shard more',
      viewOf('x 0-9', 'a+d 10-5460', 'b+e 5461-10922', 'c+f 10923-16383'),
      'x3 a0 d0 b1 e1 c2 f2',
    ],
    ['with one shard less and a new one', viewOf('y 0-5460', 'b+e 5461-10922', 'c+f 10923-16383'), 'y0 b1 e1 c2 f2'],
    [
      'a replica that went to another master does not carry the colour with it',
      viewOf('a 0-5460', 'b+e+d 5461-10922', 'c+f 10923-16383'),
      'a0 b1 e1 d1 c2 f2',
    ],
  ];
  for (const [title, view, colours] of cases)
    test(`colours ${title}`, () => assert.equal(colourText(assignColours(first, view.shards)), colours));

  test('all slots as runs, and what changed as runs', () => {
    const before = ownersOf(three, first);
    assert.deepEqual(runsOf(before), [0, 5460, 1, 5461, 10922, 2, 10923, 16383, 3]);
    const after = ownersOf(viewOf('a+d 0-4999', 'b+e 5461-10922', 'c+f 5000-5460 10923-16382'), first);
    assert.deepEqual(changedRuns(before, after), [5000, 5460, 3, 16383, 16383, 0]);
    assert.deepEqual(changedRuns(after, after), []);
  });

  test('disputes and open slots are told by names', () => {
    const view: ClusterView = {
      ...three,
      disputes: [{ ranges: [[100, 100]], claims: [{ owner: 'a', by: ['node-b', 'node-c'] }, { by: ['node-a'] }] }],
      open: [
        { slot: 7, migratingAt: 'a', to: 'b' },
        { slot: 9, importingAt: 'c', from: 'b' },
      ],
    };
    const nodes = ['a', 'b', 'c'].map(id => ({
      id: `node-${id}`,
      name: `redis-${id}`,
      role: 'master' as const,
      contact: { state: 'unknown' as const },
    }));
    const state = mapStateOf({ name: 'orders', health: { level: 'down', reasons: [] }, nodes }, view, first, ['bad']);
    assert.deepEqual(state.disputes, [
      {
        ranges: [100, 100],
        claims: [
          { owner: 1, name: 'redis-a', by: ['redis-b', 'redis-c'] },
          { owner: 0, name: '', by: ['redis-a'] },
        ],
      },
    ]);
    assert.deepEqual(state.open, [
      { slot: 7, from: 'redis-a', to: 'redis-b' },
      { slot: 9, from: 'redis-b', to: 'redis-c' },
    ]);
    assert.deepEqual(
      state.shards.map(shard => [
        shard.colour,
        shard.master.name,
        shard.replicas.map(replica => replica.name).join(),
        shard.ranges,
      ]),
      [
        [0, 'redis-a', 'redis-d', '0-5460'],
        [1, 'redis-b', 'redis-e', '5461-10922'],
        [2, 'redis-c', 'redis-f', '10923-16383'],
      ],
    );
  });
});

suite('webviews/slotMapPlan', () => {
  const three = viewOf('a+d 0-5460', 'b+e 5461-10922', 'c+f 10923-16383');
  const colours = assignColours(new Map(), three.shards);
  const acts: string[] = [];
  const proposal = {
    title: 'Move?',
    detail: ['d'],
    plan: { moves: [{ from: 'a', to: 'c', ranges: [[0, 9]] as const }], slots: 10 },
    keys: [7],
    acts: [{ id: 'go', label: 'Move' }],
    onAct: (act: string) => acts.push(act),
  };

  test('is told with colours and names; only its own buttons act', () => {
    const plan = new ShownPlan(4, proposal);
    assert.deepEqual(plan.messages(three, colours), [
      {
        type: 'plan',
        plan: {
          id: 4,
          title: 'Move?',
          detail: ['d'],
          acts: proposal.acts,
          running: false,
          moves: [{ from: 1, to: 3, fromName: 'redis-a', toName: 'redis-c', ranges: [0, 9], slots: 10, keys: 7 }],
        },
      },
    ]);
    for (const act of ['go', 'other', 'close']) plan.act(act);
    assert.deepEqual(acts, ['go', 'close']);
  });

  test('what was told before has arrived, in one run where it can; a page that comes later hears it all', () => {
    const plan = new ShownPlan(4, proposal);
    plan.change({ title: 'Moving', detail: [], acts: [], running: true });
    for (const slot of [0, 1, 2]) plan.progress(colours, slot, 10, [[slot, slot]], `slot ${slot}`);
    const last = plan.progress(colours, 3, 10, [[3, 3]], 'slot 3');
    assert.deepEqual(last, { type: 'plan-progress', id: 4, done: 3, total: 10, gone: [0, 2, 3], text: 'slot 3' });
    assert.deepEqual(
      plan.messages(three, colours).map(({ type }) => type),
      ['plan', 'plan-progress'],
    );
  });
});

suite('webviews/slotMapState: differences', () => {
  const nodes = ['a', 'b', 'c', 'd', 'e', 'f'].map(id => ({
    id: `node-${id}`,
    name: `redis-${id}`,
    role: 'master' as const,
    contact: { state: 'unknown' as const },
  }));
  const of = (view: ClusterView, level: 'healthy' | 'down' = 'healthy') => {
    const colours = assignColours(
      new Map([
        ['a', 0],
        ['b', 1],
        ['c', 2],
      ]),
      shardsOf(view),
    );
    return [
      mapStateOf({ name: 'orders', health: { level, reasons: [] }, nodes }, view, colours, []),
      ownersOf(view, colours),
    ] as const;
  };
  const before = of(viewOf('a+d 0-5460', 'b+e 5461-10922', 'c+f 10923-16383'));
  const cases: readonly [title: string, after: ReturnType<typeof of>, expected: string][] = [
    ['nothing', of(viewOf('a+d 0-5460', 'b+e 5461-10922', 'c+f 10923-16383')), 'nothing'],
    [
      'slots that moved, with the two shards that have others now',
      of(viewOf('a+d 10-5460', 'b+e 5461-10922', 'c+f 0-9 10923-16383')),
      'change runs 0,9,3 shards 0,2 gone ',
    ],
    [
      'a shard that came',
      of(viewOf('a+d 0-5460', 'b+e 5461-10922', 'c+f 10923-16383', 'x')),
      'change runs  shards 3 gone ',
    ],
    ['a shard that went', of(viewOf('a+d 0-10922', 'c+f 10923-16383')), 'change runs 5461,10922,1 shards 0 gone 1'],
    [
      'health alone',
      of(viewOf('a+d 0-5460', 'b+e 5461-10922', 'c+f 10923-16383'), 'down'),
      'change runs  shards  gone  level',
    ],
  ];
  for (const [title, [state, owners], expected] of cases) {
    test(title, () => {
      const change = changeOf(before[0], before[1], state, owners);
      const { type, ...rest } = change ?? { type: 'nothing' };
      const {
        runs = [],
        shards = [],
        gone = [],
        ...head
      } = rest as { runs?: readonly number[]; shards?: readonly { colour: number }[]; gone?: readonly number[] };
      assert.equal(
        type === 'nothing'
          ? type
          : [
              type,
              `runs ${runs.join()}`,
              `shards ${shards.map(({ colour }) => colour).join()}`,
              `gone ${gone.join()}`,
              ...Object.keys(head),
            ].join(' '),
        expected,
      );
    });
  }
});

suite('webviews/slotMapProtocol', () => {
  const cases: readonly [message: unknown, read: boolean][] = [
    [{ type: 'ready' }, true],
    [{ type: 'ask-keys', slot: 0 }, true],
    [{ type: 'ask-keys', slot: 16383 }, true],
    [{ type: 'reveal', node: 'x' }, true],
    [{ type: 'heat', kind: 'keys' }, true],
    [{ type: 'heat', kind: 'cpu' }, true],
    [{ type: 'heat' }, true],
    [{ type: 'fix' }, true],
    [{ type: 'plan-act', id: 1, act: 'go' }, true],
    [{ type: 'plan-act', id: '1', act: 'go' }, false],
    [{ type: 'plan-act', id: 1 }, false],
    [{ type: 'move', first: 0, last: 16383 }, true],
    [{ type: 'move', first: 9, last: 8 }, false],
    [{ type: 'move', first: 0 }, false],
    [{ type: 'ask-keys', slot: 16384 }, false],
    [{ type: 'ask-keys', slot: -1 }, false],
    [{ type: 'ask-keys', slot: 1.5 }, false],
    [{ type: 'ask-keys', slot: '1' }, false],
    [{ type: 'ask-keys' }, false],
    [{ type: 'reveal', node: { toString: 1 } }, false],
    [{ type: 'heat', kind: 'weather' }, false],
    [{ type: 'heat', kind: 1 }, false],
    [{ type: 'run', command: 'rm' }, false],
    [null, false],
    ['ready', false],
    [undefined, false],
    [{}, false],
  ];
  for (const [message, read] of cases)
    test(`${JSON.stringify(message)} is ${read ? 'read' : 'refused'}`, () =>
      assert.equal(readPageMessage(message) !== undefined, read));
});
