import assert from 'node:assert/strict';
import type { Problem } from '../../../src/topology/diagnose/problem';
import { sightOf } from '../../../src/webviews/problemsSight';
import { plain } from '../../support/plain';
import { instance, node, sentinelTopology, snapshotOf } from '../../support/snapshots';

const problem: Problem = {
  id: 't1 stopped redis-1',
  topologyId: 't1',
  nodes: ['redis-1'],
  severity: 'error',
  what: { code: 'stopped', node: 'redis-1', master: true },
  evidence: [{ from: 'engine', who: 'redis-1', text: 'exit 0' }],
  fixes: [{ code: 'start-node', nodes: ['redis-1'] }],
};
const sightIn = (engine: 'docker' | 'process') => {
  const topology = sentinelTopology({ id: 't1' });
  const nodes = topology.nodes.map((one, i) =>
    i === 0 ? node('redis-1', 'master', { instance: instance('exited', { engine }) }) : one,
  );
  return sightOf(plain, snapshotOf({ ...topology, nodes }), [problem], 't1');
};

suite('webviews: what the page of problems shows', () => {
  test('a topology that is gone keeps its name', () => {
    const { title, empty } = sightOf(plain, snapshotOf(), [], 't1', 'Problems of orders');
    assert.deepEqual([title, empty], ['Problems of orders', 'The topology is not there (any more).']);
    assert.equal(sightOf(plain, snapshotOf(sentinelTopology()), [], 't1', 'as before').title, 'Problems of orders');
  });
  for (const [engine, word] of [
    ['docker', 'container'],
    ['process', 'process'],
  ] as const)
    test(`the end of a ${word} is told by the ${word}`, () =>
      assert.deepEqual(
        sightIn(engine).problems.map(({ evidence, fixes }) => [evidence, fixes]),
        [[[{ who: 'redis-1', from: word, text: 'exit 0' }], ['Start redis-1']]],
      ));
});
