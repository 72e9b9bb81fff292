import assert from 'node:assert/strict';
import type { Snapshot, Topology } from '../../../src/model/snapshot';
import { engineWord } from '../../../src/views/engineWord';
import { bytesInWords, spanInWords } from '../../../src/editor/words/figures';
import { summarize } from '../../../src/views/summary';
import { plain } from '../../support/plain';
import { sentinelTopology, snapshotOf } from '../../support/snapshots';

suite('status bar', () => {
  const healthy = sentinelTopology();
  const down: Topology = {
    ...healthy,
    id: 't2',
    name: 'carts',
    health: { level: 'down', reasons: [{ code: 'no-master' }] },
  };
  const cases: readonly (readonly [what: string, snapshot: Snapshot, text: string | undefined])[] = [
    ['nothing', snapshotOf(), undefined],
    ['one', snapshotOf(healthy), '$(pass) Redis: orders healthy'],
    ['the worst is named', snapshotOf(healthy, down), '$(error) Redis: carts down'],
    ['several alike are counted', snapshotOf(healthy, { ...healthy, id: 't3' }), '$(pass) Redis: 2 topologies healthy'],
    ['a name is no icon', snapshotOf({ ...healthy, name: '$(x)' }), '$(pass) Redis: $ (x) healthy'],
  ];
  for (const [what, snapshot, text] of cases) test(what, () => assert.equal(summarize(plain, snapshot)?.text, text));
  test('its tooltip gives the reasons', () =>
    assert.match(summarize(plain, snapshotOf(down))?.tooltip ?? '', /carts: down\n {2}There is no master/));
});

suite('which welcome is shown', () => {
  const cases: readonly (readonly [engines: Snapshot['engines'], word: string])[] = [
    [[], 'connecting'],
    [[{ kind: 'docker', state: 'connecting' }], 'connecting'],
    [[{ kind: 'docker', state: 'answering', title: '', version: '' }], 'answering'],
    [[{ kind: 'docker', state: 'unavailable', fault: { code: 'engine-forbidden' } }], 'engine-forbidden'],
    [
      [
        { kind: 'docker', state: 'unavailable', fault: { code: 'engine-missing' } },
        { kind: 'process', state: 'answering', title: '', version: '' },
      ],
      'answering',
    ],
  ];
  for (const [engines, word] of cases)
    test(word, () => assert.equal(engineWord({ engines, topologies: [], others: [] }), word));
});

suite('figures', () => {
  const bytes: readonly (readonly [number, string])[] = [
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [200 * 1024, '200 KiB'],
    [5 * 1024 ** 3, '5 GiB'],
    [-3, '0 B'],
  ];
  for (const [value, text] of bytes) test(text, () => assert.equal(bytesInWords(value), text));
  const spans: readonly (readonly [number, string])[] = [
    [4.4, '4 s'],
    [300, '5 min'],
    [7300, '2 h'],
    [864_000, '10 d'],
  ];
  for (const [value, text] of spans) test(text, () => assert.equal(spanInWords(plain, value), text));
});
