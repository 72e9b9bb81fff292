import assert from 'node:assert/strict';
import { clusterView } from '../../../../src/model/clusterView';
import type { ClusterOpinion } from '../../../../src/model/clusterView';
import { countSlots, formatRanges } from '../../../../src/model/slots';
import { planFix } from '../../../../src/topology/cluster/fixPlan';
import type { FixFacts, FixScope, FixStep } from '../../../../src/topology/cluster/fixPlan';
import { all, says, six, without } from '../../../support/clusterOpinions';

const nodeName = (text: string): string => text.replace('Node ', '');
function shown(step: FixStep): string {
  switch (step.code) {
    case 'fix-meet':
      return `${nodeName(step.from.name)} meets ${nodeName(step.to.name)}`;
    case 'fix-forget':
      return `forget ${step.node.id}${step.givenUp ? ', given up' : ''}`;
    case 'fix-promote':
      return `${step.mode} ${nodeName(step.node.name)} for ${step.master.id}`;
    case 'fix-replicate':
      return `${nodeName(step.node.name)} follows ${nodeName(step.master.name)}`;
    case 'fix-bump-epoch':
      return `epoch of ${nodeName(step.node.name)}`;
    case 'fix-finish-move':
      return `finish ${step.slot} ${nodeName(step.from.name)}>${nodeName(step.to.name)}`;
    case 'fix-close':
      return `close ${step.slot} at ${nodeName(step.node.name)}`;
    case 'fix-bring-home':
      return `home ${step.slot} ${nodeName(step.from.name)}>${nodeName(step.to.name)}`;
    case 'fix-assign':
      return `${nodeName(step.to.name)} gets ${formatRanges(step.ranges)}${step.was === undefined ? '' : ` of ${step.was}`}${step.keys > 0 ? ` with ${step.keys}` : ''}`;
  }
}

/** What is known beside the views: keys as `a 100`: 2. */
type Known = {
  readonly keys?: Readonly<Record<string, number>>;
  readonly standing?: readonly string[];
  readonly givenUp?: readonly string[];
  readonly scope?: FixScope;
};
function plan(
  opinions: readonly ClusterOpinion[],
  { keys = {}, standing = [], givenUp = [], scope = 'all' }: Known = {},
): { readonly steps: string; readonly left: string } {
  const facts: FixFacts = {
    keys: new Map(Object.entries(keys)),
    standing: new Set(standing),
    givenUp: new Set(givenUp),
  };
  const { steps, left } = planFix(clusterView(opinions), facts, scope);
  return { steps: steps.map(shown).join('; '), left: left.map(({ code }) => code).join() };
}
const open = (id: string, which: 'migrating' | 'importing', slot: number, other: string): ClusterOpinion => {
  const [flags, epoch, slots] = (
    { a: ['master', 1, '0-5460'], b: ['master', 2, '5461-10922'], c: ['master', 3, '10923-16383'] } as const
  )[id as 'a' | 'b' | 'c'];
  return says(id, [
    [
      id,
      flags,
      '-',
      epoch,
      slots,
      which === 'migrating' ? { migrating: [{ slot, to: other }] } : { importing: [{ slot, from: other }] },
    ],
  ]);
};
const withOpen = (...opinions: readonly ClusterOpinion[]): ClusterOpinion[] =>
  six.map(id => opinions.find(one => one.report.myId === id) ?? says(id));
const dead = (...ids: readonly string[]): string[] => six.filter(id => !ids.includes(id));

suite('topology/cluster/fixPlan', () => {
  const cases: readonly [
    title: string,
    opinions: readonly ClusterOpinion[],
    known: Known,
    steps: string,
    left: string,
  ][] = [
    ['nothing', all(), {}, '', ''],
    [
      'both ends open: gone on with',
      withOpen(open('a', 'migrating', 100, 'b'), open('b', 'importing', 100, 'a')),
      { keys: { 'a 100': 2 } },
      'finish 100 a>b',
      '',
    ],
    [
      'only the source open, nothing there yet: closed',
      withOpen(open('a', 'migrating', 100, 'b')),
      { keys: { 'a 100': 2 } },
      'close 100 at a',
      '',
    ],
    [
      'only the source open, keys are there: gone on with',
      withOpen(open('a', 'migrating', 100, 'b')),
      { keys: { 'a 100': 2, 'b 100': 1 } },
      'finish 100 a>b',
      '',
    ],
    [
      'only the target open, no keys: closed',
      withOpen(open('b', 'importing', 100, 'a')),
      { keys: { 'a 100': 2 } },
      'close 100 at b',
      '',
    ],
    [
      'only the target open, keys there: they go home',
      withOpen(open('b', 'importing', 100, 'a')),
      { keys: { 'b 100': 2 } },
      'home 100 b>a',
      '',
    ],
    [
      'two targets of one slot',
      withOpen(open('b', 'importing', 100, 'a'), open('c', 'importing', 100, 'a')),
      { keys: { 'c 100': 1 } },
      'close 100 at b; home 100 c>a',
      '',
    ],
    [
      'the target died in the move, and its server stands',
      [
        open('a', 'migrating', 100, 'b'),
        ...dead('a', 'b').map(id => says(id, [['b', 'master,fail', '-', 2, '5461-10922']])),
      ],
      { standing: ['b'], scope: 'open' },
      '',
      'left-open',
    ],
    [
      'a hole, no keys: to whoever has least',
      all([['c', 'master', '-', 3, '10923-16382']], 'fail'),
      {},
      'c gets 16383',
      '',
    ],
    [
      'a hole, keys at one: it owns them',
      all([['c', 'master', '-', 3, '10923-16382']], 'fail'),
      { keys: { 'b 16383': 4 } },
      'b gets 16383 with 4',
      '',
    ],
    [
      "a hole, keys at two: most owns, the others' go there",
      all([['c', 'master', '-', 3, '10923-16382']], 'fail'),
      { keys: { 'b 16383': 4, 'a 16383': 1 } },
      'b gets 16383 with 4; home 16383 a>b',
      '',
    ],
    [
      'a big hole is shared out',
      all([['c', 'master', '-', 3, '16383']], 'fail'),
      { scope: 'uncovered' },
      'a gets 10923-12742; b gets 12743-14562; c gets 14563-16382',
      '',
    ],
    [
      'DELSLOTS on the owner: the others say whose they were',
      [says('a', [['a', 'master', '-', 1, '0-99 101-5460']], 'fail'), ...all([], 'ok', without('a'))],
      {},
      'a gets 100',
      '',
    ],
    [
      'an old master came back and claims its slots',
      [says('a'), ...all([['d', 'master', '-', 4, '0-5460']], 'ok', without('a'))],
      {},
      'd meets a',
      'left-no-replica',
    ],
    ['forgotten by one', [says('a', [['f', '', '-', 0]]), ...all([], 'ok', without('a'))], {}, 'a meets f', ''],
    ['equal epochs', all([['b', 'master', '-', 1, '5461-10922']]), {}, 'epoch of b', ''],
    ['a replica of a replica', all([['e', 'slave', 'd', 2]]), {}, 'e follows b', 'left-no-replica'],
    [
      'a dead replica whose server stands',
      all([['d', 'slave,fail', 'a', 1]], 'ok', without('d')),
      { standing: ['d'] },
      '',
      'left-stopped,left-no-replica',
    ],
    [
      'a dead replica without a server',
      all([['d', 'slave,fail', 'a', 1]], 'ok', without('d')),
      {},
      'forget d',
      'left-no-replica',
    ],
    [
      'a dead master with a replica that answers',
      all([['a', 'master,fail', '-', 1, '0-5460']], 'fail', without('a')),
      {},
      'force d for a',
      '',
    ],
    [
      'two dead masters: no vote',
      all(
        [
          ['a', 'master,fail', '-', 1, '0-5460'],
          ['b', 'master,fail', '-', 2, '5461-10922'],
        ],
        'fail',
        dead('a', 'b'),
      ),
      {},
      'takeover d for a; takeover e for b',
      '',
    ],
    [
      'a dead master without a replica',
      all(
        [
          ['c', 'master,fail', '-', 3, '10923-16383'],
          ['f', 'slave,fail', 'c', 3],
        ],
        'fail',
        dead('c', 'f'),
      ),
      { standing: ['f'] },
      '',
      'left-dead-master,left-stopped',
    ],
    [
      '... given up',
      all(
        [
          ['c', 'master,fail', '-', 3, '10923-16383'],
          ['f', 'slave,fail', 'c', 3],
        ],
        'fail',
        dead('c', 'f'),
      ),
      { givenUp: ['c'] },
      'forget c, given up; forget f; a gets 10923-13653 of 10.0.0.1:7099; b gets 13654-16383 of 10.0.0.1:7099',
      '',
    ],
    [
      'a handshake with nobody',
      [says('a', [['9', 'handshake', '-', 0]]), ...all([], 'ok', without('a'))],
      {},
      'forget 9',
      '',
    ],
  ];
  for (const [title, opinions, known, steps, left] of cases)
    test(title, () => assert.deepEqual(plan(opinions, known), { steps, left }));

  test('whatever is given to whom: every slot of the hole once', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const hole: readonly [number, number] = [10923 + ((seed * 37) % 5000), 16383];
      const keys = Object.fromEntries(
        Array.from({ length: seed % 7 }, (_, n) => [`${'abc'[(seed + n) % 3]} ${hole[0] + n * 3}`, n + 1]),
      );
      const { steps } = planFix(
        clusterView(
          all([['c', 'master', '-', 3, `10923-${hole[0] - 1}`].slice(0, hole[0] > 10923 ? 5 : 4) as never], 'fail'),
        ),
        { keys: new Map(Object.entries(keys)), standing: new Set(), givenUp: new Set() },
        'uncovered',
      );
      const given = steps.flatMap(step => (step.code === 'fix-assign' ? step.ranges : []));
      assert.equal(countSlots(given), hole[1] - hole[0] + 1);
      assert.deepEqual([...given].sort((a, b) => a[0] - b[0]).map(([first]) => first)[0], hole[0]);
    }
  });
});
