import assert from 'node:assert/strict';
import { readWeights, weightsText } from '../../../src/commands/weights';
import type { ClusterMember } from '../../../src/model/clusterView';

const member = (name: string, role: ClusterMember['role'], state: ClusterMember['state'] = 'ok'): ClusterMember => ({
  id: `id-${name}`,
  name,
  role,
  state,
  address: { host: 'h', port: 1 },
  configEpoch: 1,
  answers: true,
  noFailover: false,
});
const view = {
  members: [
    member('redis-1', 'master'),
    member('10.0.0.2:7000', 'master'),
    member('a=b', 'master'),
    member('redis-4', 'replica'),
    member('redis-5', 'master', 'failed'),
  ],
};

suite('commands/weights', () => {
  test('the field begins with all living masters', () =>
    assert.equal(weightsText(view), 'redis-1=1, 10.0.0.2:7000=1, a=b=1'));
  const cases: readonly [text: string, expected: string][] = [
    ['', 'redis-1=1 10.0.0.2:7000=1 a=b=1'],
    ['redis-1=2', 'redis-1=2 10.0.0.2:7000=1 a=b=1'],
    ['redis-1=0, 10.0.0.2:7000=1.5 a=b=3', 'redis-1=0 10.0.0.2:7000=1.5 a=b=3'],
    ['redis-1=0;10.0.0.2:7000=0;a=b=0', 'none '],
    ['redis-4=1', 'word redis-4=1'],
    ['redis-5=1', 'word redis-5=1'],
    ['redis-1', 'word redis-1'],
    ['redis-1=', 'word redis-1='],
    ['redis-1=-1', 'word redis-1=-1'],
    ['redis-1=two', 'word redis-1=two'],
    ['=1', 'word =1'],
  ];
  for (const [text, expected] of cases) {
    test(`“${text}”`, () => {
      const read = readWeights(view, text);
      assert.equal(
        'problem' in read
          ? `${read.problem} ${read.word}`
          : [...read.weights].map(([id, weight]) => `${id.slice(3)}=${weight}`).join(' '),
        expected,
      );
    });
  }
});
