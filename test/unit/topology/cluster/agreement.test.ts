import assert from 'node:assert/strict';
import type { ClusterNodeLine } from '../../../../src/model/report';
import { parseRanges } from '../../../../src/model/slots';
import { deafPairs, lacksOf } from '../../../../src/topology/cluster/agreement';
import type { Wanted } from '../../../../src/topology/cluster/agreement';
import type { Observation } from '../../../../src/topology/cluster/wire';

const names = ['a', 'b', 'c', 'd'];
const address = (name: string) => ({ host: '10.0.0.1', port: 7000 + name.charCodeAt(0) });
const wanted: Wanted = {
  nodes: names.map(name => ({ name, id: `id-${name}`, announced: address(name) })),
  shards: [
    { master: 'a', replicas: ['d'], ranges: [[0, 5460]] },
    { master: 'b', replicas: [], ranges: [[5461, 10922]] },
    { master: 'c', replicas: [], ranges: [[10923, 16383]] },
  ],
};
const slots: Record<string, string> = { a: '0-5460', b: '5461-10922', c: '10923-16383' };

function line(name: string, change: Partial<ClusterNodeLine> = {}): ClusterNodeLine {
  return {
    id: `id-${name}`,
    address: address(name),
    busPort: 17000,
    flags: [name === 'd' ? 'slave' : 'master'],
    ...(name === 'd' ? { masterId: 'id-a' } : {}),
    configEpoch: name.charCodeAt(0) % 96,
    connected: true,
    slots: parseRanges(slots[name] ?? '') ?? [],
    migrating: [],
    importing: [],
    ...change,
  };
}

/** How `by` sees all; `changes` by node, null = not listed. */
function sees(
  by: string,
  changes: Record<string, Partial<ClusterNodeLine> | null> = {},
  own: Partial<Observation> = {},
  state: 'ok' | 'fail' = 'ok',
): Observation {
  const nodes = [...names, 'x'].flatMap(name => {
    const change = changes[name];
    return change === null || (name === 'x' && !change) ? [] : [line(name, change)];
  });
  return {
    name: by,
    report: { state, currentEpoch: 4, myId: `id-${by}`, nodes },
    role: by === 'd' ? 'replica' : 'master',
    linkUp: by === 'd',
    offset: 0,
    ...own,
  };
}
const all = (...changed: Observation[]) => names.map(name => changed.find(one => one.name === name) ?? sees(name));

suite('topology/cluster/agreement', () => {
  const cases: readonly [title: string, seen: Observation[], lacks: readonly object[]][] = [
    ['whole', all(), []],
    ['one does not know another', all(sees('b', { c: null })), [{ code: 'pair', from: 'b', to: 'c' }]],
    ['a handshake is no link', all(sees('b', { c: { flags: ['handshake'] } })), [{ code: 'pair', from: 'b', to: 'c' }]],
    ['a closed link', all(sees('b', { c: { connected: false } })), [{ code: 'pair', from: 'b', to: 'c' }]],
    ['the own line needs no link', all(sees('b', { b: { connected: false } })), []],
    ['state fail is one node’s word, and enough', all(sees('d', {}, {}, 'fail')), [{ code: 'state', node: 'd' }]],
    [
      'a replica still taken for a master',
      all(sees('b', { d: { flags: ['master'] } })),
      [{ code: 'role', node: 'd', by: 'b' }],
    ],
    ['a replica of another', all(sees('b', { d: { masterId: 'id-c' } })), [{ code: 'role', node: 'd', by: 'b' }]],
    [
      'a slot table that differs',
      all(sees('c', { a: { slots: [[0, 5459]] } })),
      [{ code: 'slots', by: 'c', node: 'a' }],
    ],
    ['slots on a replica', all(sees('c', { d: { slots: [[1, 1]] } })), [{ code: 'slots', by: 'c', node: 'd' }]],
    [
      'split ranges are the same slots',
      all(
        sees('c', {
          a: {
            slots: [
              [0, 9],
              [10, 5460],
            ],
          },
        }),
      ),
      [],
    ],
    [
      'an open slot',
      all(sees('a', { a: { migrating: [{ slot: 1, to: 'id-b' }] } })),
      [{ code: 'open-slots', node: 'a' }],
    ],
    [
      'suspected',
      all(sees('a', { b: { flags: ['master', 'fail?'] } })),
      [{ code: 'flag', node: 'b', by: 'a', flag: 'fail?' }],
    ],
    ['a stranger', all(sees('a', { x: {} })), [{ code: 'stranger', by: 'a', id: 'id-x' }]],
    ['a replica that is not linked', all(sees('d', {}, { linkUp: false })), [{ code: 'link', node: 'd' }]],
    [
      'equal epochs, by their own word',
      all(sees('b', { b: { configEpoch: 1 } })),
      [{ code: 'epochs', nodes: ['a', 'b'] }],
    ],
    ['equal epochs by hearsay only', all(sees('a', { b: { configEpoch: 1 } })), []],
  ];
  for (const [title, seen, lacks] of cases) test(title, () => assert.deepEqual(lacksOf(wanted, seen), lacks));

  test('pairs without a link, one way each', () => {
    assert.deepEqual(
      deafPairs(
        wanted.nodes,
        all(
          sees('a', { c: null }),
          sees('b', { c: { id: 'passing', flags: ['handshake'] } }),
          sees('d', { a: { connected: false } }),
        ),
      ),
      [
        { from: 'a', to: 'c' },
        { from: 'b', to: 'c' },
        { from: 'd', to: 'a' },
      ],
    );
  });
});
