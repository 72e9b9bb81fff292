import assert from 'node:assert/strict';
import type { Topology } from '../../../../src/model/snapshot';
import { splitCostInWords } from '../../../../src/editor/words/drill';
import { splitCostOf } from '../../../../src/topology/drill/splitCost';
import { plain } from '../../../support/plain';
import { sentinelTopology } from '../../../support/snapshots';

suite('topology/drill: what a split costs', () => {
  const topology = sentinelTopology();
  const [master] = topology.nodes;
  assert.ok(master);
  const cases: readonly (readonly [what: string, topology: Topology, says: RegExp])[] = [
    [
      'somebody is promoted: its clients write on, and lose it',
      topology,
      /its clients do not: it goes on taking writes\. In about [\d.]+ s the sentinels promote redis-2.*is lost/,
    ],
    [
      'nobody watches it',
      { ...topology, kind: 'replication' },
      /nobody takes over, and the replicas copy what they missed/,
    ],
    [
      'nobody could be promoted',
      { ...topology, nodes: topology.nodes.filter(({ role }) => role !== 'replica') },
      /nobody takes over/,
    ],
  ];
  for (const [what, one, says] of cases)
    test(what, () => {
      const cost = splitCostOf(one, master);
      assert.ok(cost);
      const words = splitCostInWords(plain, cost);
      assert.match(words, says);
      assert.doesNotMatch(words, /writes fail/i);
    });
});
