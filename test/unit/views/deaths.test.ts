import assert from 'node:assert/strict';
import { Emitter } from '../../../src/base/emitter';
import type { Node, Snapshot, SnapshotChange } from '../../../src/model/snapshot';
import type { Problem, What } from '../../../src/topology/diagnose/problem';
import { Deaths } from '../../../src/views/deaths';
import { node, sentinelTopology, snapshotOf } from '../../support/snapshots';

const killed: What = { code: 'killed', node: 'redis-1', outOfMemory: false };
const problem = (what: What, id = 'redis-1'): Problem => ({
  id: `t1 ${what.code} ${id}`,
  topologyId: 't1',
  nodes: [id],
  severity: 'error',
  what,
  evidence: [],
  fixes: [],
});
const gone = (one: Node): Node => node(one.name, one.role, { contact: { state: 'not-running' } });
const topology = sentinelTopology();
const up = snapshotOf(topology);
const down = snapshotOf({ ...topology, nodes: topology.nodes.map((one, i) => (i === 0 ? gone(one) : one)) });

/** What is told of a series of looks; each is a snapshot and its problems. */
async function told(
  looks: readonly (readonly [snapshot: Snapshot, problems: readonly Problem[], settle?: true])[],
  isMeant = false,
): Promise<readonly string[]> {
  const changed = new Emitter<SnapshotChange>();
  const names: string[] = [];
  let snapshot = looks[0]?.[0] ?? up;
  const deaths = new Deaths({
    inventory: {
      get snapshot() {
        return snapshot;
      },
      onDidChange: listener => changed.event(listener),
    },
    isMeant: () => isMeant,
    tell: ({ what }) => names.push(what.code),
    settleMs: 5,
  });
  for (const [now, problems, settle] of looks) {
    snapshot = now;
    changed.fire({ snapshot, topologies: [], nodes: [], structure: false } as unknown as SnapshotChange);
    deaths.hear(problems);
    if (settle) await new Promise(resolve => setTimeout(resolve, 20));
  }
  await new Promise(resolve => setTimeout(resolve, 20));
  deaths.dispose();
  return names;
}

suite('views/deaths: who is told of', () => {
  const reason: What = { code: 'data-unreadable', node: 'redis-1', text: 'Unexpected EOF' };
  const stopped: What = { code: 'stopped', node: 'redis-1', master: true };
  const slow: What = { code: 'lagging', node: 'redis-1', bytes: 1, seconds: 20 };
  const cases: readonly (readonly [string, Parameters<typeof told>[0], readonly string[]])[] = [
    [
      'one that was fine and was killed',
      [
        [up, []],
        [down, [problem(killed)]],
      ],
      ['killed'],
    ],
    [
      'by the reason that is known a moment later',
      [
        [up, []],
        [down, [problem(killed)]],
        [down, [problem(reason)]],
      ],
      ['data-unreadable'],
    ],
    [
      'once, however often it is looked at',
      [
        [up, []],
        [down, [problem(killed)], true],
        [down, [problem(killed)], true],
      ],
      ['killed'],
    ],
    [
      'again, when it came back and died again',
      [
        [up, []],
        [down, [problem(killed)], true],
        [up, []],
        [down, [problem(killed)]],
      ],
      ['killed', 'killed'],
    ],
    ['nobody who was down when the editor came', [[down, [problem(killed)]]], []],
    [
      'nobody who was stopped',
      [
        [up, []],
        [down, [problem(stopped)]],
      ],
      [],
    ],
    [
      'nobody who lives, whatever is wrong with it',
      [
        [up, []],
        [up, [problem(slow)]],
      ],
      [],
    ],
    [
      'nobody who is back before the reason is known',
      [
        [up, []],
        [down, [problem(killed)]],
        [up, []],
      ],
      [],
    ],
  ];
  for (const [what, looks, expected] of cases) test(what, async () => assert.deepEqual(await told(looks), expected));
  test('nobody whose end is meant, as in a drill', async () =>
    assert.deepEqual(
      await told(
        [
          [up, []],
          [down, [problem(killed)]],
        ],
        true,
      ),
      [],
    ));
});
