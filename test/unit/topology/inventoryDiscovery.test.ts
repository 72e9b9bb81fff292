import assert from 'node:assert/strict';
import { expectedPorts } from '../../../src/model/servers';
import { mergeSameProcess } from '../../../src/model/servers';
import { AddressBook, candidates } from '../../../src/redis/addressBook';
import { discover, seedsOf } from '../../../src/topology/inventoryDiscovery';
import { at, clusterNode, container, master, replica, sentinel, server } from '../../support/servers';
import { formatAddress } from '../../../src/model/address';
import type { Instance } from '../../../src/model/instance';
import type { ServerReport } from '../../../src/model/report';
import type { ServerState } from '../../../src/model/servers';
import type { ExistingEntry } from '../../../src/topology/existing/existingList';

const publish = (inside: number, outside: number, host = '127.0.0.1'): Instance['ports'][number] => ({
  inside,
  outside: { host, port: outside },
});

suite('where a server is to be expected and reached', () => {
  const ports: [string, Partial<Instance>, number[]][] = [
    ['nothing known', {}, [6379]],
    ['published', { ports: [publish(6380, 6380)] }, [6380, 6379]],
    ['published under another number', { ports: [publish(6379, 6400)] }, [6379]],
    ['--port goes first', { command: ['redis-server', '--port', '7000'], ports: [publish(6379, 6379)] }, [7000, 6379]],
    ['a bus port is no client port', { ports: [publish(17000, 17000), publish(7000, 7000)] }, [7000, 6379]],
    ['several servers in one container', { ports: [publish(7001, 7001), publish(7000, 7000)] }, [7000, 7001, 6379]],
    ['a Sentinel', { command: ['redis-server', '/conf/s.conf', '--sentinel'] }, [26379]],
    ['a Sentinel of a shell', { command: ['sh', '-c', 'redis-sentinel /conf/s.conf'] }, [26379]],
    ['nonsense', { command: ['redis-server', '--port', 'x'] }, [6379]],
  ];
  for (const [name, more, expected] of ports)
    test(`expected ports: ${name}`, () => assert.deepEqual(expectedPorts(container('r1', more)), expected));

  const places: [string, Partial<Instance>, number, string[]][] = [
    [
      'published first, then its own address',
      { ports: [publish(6379, 6400)] },
      6379,
      ['127.0.0.1:6400', '10.0.0.1:6379', '10.0.0.1:6379 through r1'],
    ],
    [
      'published on all addresses',
      { ports: [publish(6379, 6400, '0.0.0.0')] },
      6379,
      ['127.0.0.1:6400', '10.0.0.1:6379', '10.0.0.1:6379 through r1'],
    ],
    [
      'published on one address',
      { ports: [publish(6379, 6400, '192.168.1.2')] },
      6379,
      ['192.168.1.2:6400', '10.0.0.1:6379', '10.0.0.1:6379 through r1'],
    ],
    [
      'another port than the published one',
      { ports: [publish(6379, 6400)] },
      26379,
      ['10.0.0.1:26379', '10.0.0.1:26379 through r1'],
    ],
    ['host network', { networks: [{ id: 'h', name: 'host' }] }, 6379, ['127.0.0.1:6379', '127.0.0.1:6379 through r1']],
    ['a process', { engine: 'process', networks: [] }, 6379, ['127.0.0.1:6379']],
    ['nowhere', { networks: [] }, 6379, []],
  ];
  for (const [name, more, port, expected] of places)
    test(`candidates: ${name}`, () =>
      assert.deepEqual(
        candidates(container('r1', more), port).map(
          ({ host, port: number, via }) => `${host}:${number}${via === undefined ? '' : ' through r1'}`,
        ),
        expected,
      ));

  test('the address that answered goes first while it is one of them', () => {
    const book = new AddressBook();
    const [a, b] = [at('r1'), at('r2')];
    assert.deepEqual(book.order('x', [a, b]), [a, b]);
    book.answered('x', b);
    assert.deepEqual(book.order('x', [a, b]), [b, a]);
    assert.deepEqual(book.order('x', [a]), [a]);
    book.forget('x');
    assert.deepEqual(book.order('x', [a, b]), [a, b]);
  });
});

suite('topology/inventoryDiscovery', () => {
  const ids = (servers: Parameters<typeof discover>[0], heard: Parameters<typeof discover>[2] = []): string[] =>
    discover(
      servers,
      servers.flatMap(one => one.instance ?? []),
      heard,
    ).map(target => target.id);
  test('nothing new in what is known', () =>
    assert.deepEqual(ids([server('r1', master('r1', ['r2'])), server('r2', replica('r2', 'r1'))]), []));
  test('a peer that no engine lists stands by itself', () =>
    assert.deepEqual(ids([server('r1', master('r1', ['r9']))]), ['10.0.0.9:6379']));
  test('another port of a known container is a further server inside it', () =>
    assert.deepEqual(ids([server('r1', master('r1'))], [{ host: '10.0.0.1', port: 26379 }]), ['r1:26379']));
  test("loopback means the speaker's own container", () => {
    const report = sentinel('s1', { master: 'r1' });
    const row = report.sentinel?.masters[0];
    assert.ok(row !== undefined);
    const speaker = server('s1', {
      ...report,
      sentinel: { id: 'x', tilt: false, masters: [{ ...row, address: { host: '127.0.0.1', port: 6379 } }] },
    });
    assert.deepEqual(ids([speaker]), ['s1:6379']);
  });
  test('no address, no server; a stopped container has none inside', () => {
    assert.deepEqual(
      ids([server('r1', replica('r1', { host: '', port: 0 })), server('r2', replica('r2', { host: '?', port: 6379 }))]),
      [],
    );
    assert.deepEqual(
      ids([server('r1', replica('r1', at('r2', 7777))), server('r2', undefined, { state: 'exited' })]),
      [],
    );
  });

  suite('from an address that the user added', () => {
    const bare = (name: string, report?: ServerReport): ServerState => ({
      id: formatAddress(at(name)),
      port: at(name).port,
      reachable: at(name),
      contact: report === undefined ? { state: 'unknown' } : { state: 'answering', report },
    });
    const entry = (name: string, sentinels = false): ExistingEntry => ({
      id: 'existing:1',
      name: 'shop',
      kind: 'replication',
      changes: false,
      sentinels,
      seeds: [at(name)],
    });
    const found = (
      servers: readonly ServerState[],
      entries: readonly ExistingEntry[],
      heard: Parameters<typeof discover>[2] = [],
    ): string[] =>
      discover(servers, [], heard, new Map(seedsOf(entries).map(seed => [seed.id, seed]))).map(
        ({ id, existing, instead }) =>
          [
            id,
            existing && 'of the entry',
            existing?.sentinel && 'sentinel',
            instead && `or ${formatAddress(instead.address)}`,
          ]
            .filter(Boolean)
            .join(' '),
      );
    const pair = [bare('r1', master('r1', ['r2'])), bare('r2', replica('r2', 'r1'))];

    test('peers are found and belong to it', () =>
      assert.deepEqual(found(pair.slice(0, 1), [entry('r1')]), ['10.0.0.2:6379 of the entry']));
    test('from the last link of a chain, in a circle, without end', () =>
      assert.deepEqual(
        found(
          [bare('r1', master('r1', ['r2'])), bare('r2', replica('r2', 'r1', {}, {})), bare('r3', replica('r3', 'r2'))],
          [entry('r3')],
        ),
        ['10.0.0.2:6379 of the entry', '10.0.0.1:6379 of the entry'],
      ));
    test('without it, servers that only speak of each other are forgotten', () =>
      assert.deepEqual(found(pair, []), []));
    test('also those that greet each other', () =>
      assert.deepEqual(
        found([bare('s1', sentinel('s1', { master: 'r1' }))], [], [{ ...at('s2'), by: formatAddress(at('s1')) }]),
        [],
      ));
    test('a greeting counts when its speaker was reached, be it by another greeting', () => {
      const heard = [
        { ...at('s2'), by: formatAddress(at('s1')) },
        { ...at('s1'), by: formatAddress(at('r1')) },
      ];
      assert.deepEqual(
        found([bare('r1', master('r1')), bare('s1', sentinel('s1', { master: 'r1' }))], [entry('r1')], heard),
        ['10.0.1.1:26379 of the entry sentinel', '10.0.1.2:26379 of the entry sentinel'],
      );
    });
    test('Sentinels are told from data nodes: they may want another password', () => {
      assert.deepEqual(found([bare('s1', sentinel('s1', { master: 'r1', sentinels: ['s2'] }))], [entry('s1', true)]), [
        '10.0.0.1:6379 of the entry',
        '10.0.1.2:26379 of the entry sentinel or 10.0.1.1:26379',
      ]);
    });
    test('a peer with a known identity is also looked for behind the host that speaks of it', () => {
      const speaker = {
        ...bare(
          'r1',
          clusterNode('r1', 'n1', [
            { id: 'n1', name: 'r1', flags: ['master'] },
            { id: 'n2', name: 'r2', flags: ['master'] },
          ]),
        ),
        reachable: { host: '127.0.0.1', port: 6379 },
      };
      assert.deepEqual(found([speaker], [entry('r1')]), ['10.0.0.2:6379 of the entry or 127.0.0.1:6379']);
    });
    test('one that was added at another address than it announces is not looked for twice', () => {
      const nodes = [
        { id: 'n1', name: 'r1', flags: ['master'] },
        { id: 'n2', name: 'r2', flags: ['master'] },
      ];
      assert.deepEqual(
        found(
          [bare('r1', clusterNode('r1', 'n1', nodes)), bare('r7', clusterNode('r2', 'n2', nodes))],
          [{ ...entry('r1'), seeds: [at('r1'), at('r7')] }],
        ),
        [],
      );
    });
    test('loopback, said on another machine, is that machine', () => {
      assert.deepEqual(found([bare('r1', replica('r1', { host: '127.0.0.1', port: 7000 }))], [entry('r1')]), [
        '10.0.0.1:7000 of the entry',
      ]);
    });
  });

  test('one process found twice is one server that has both addresses', () => {
    const inside = server('r1', master('r1'));
    const seen = { id: '172.17.0.1:6379', port: 6379, contact: inside.contact };
    const merged = mergeSameProcess([seen, inside]);
    assert.deepEqual(
      merged.map(one => one.id),
      ['r1'],
    );
    assert.deepEqual(merged[0]?.aliases, [{ host: '172.17.0.1', port: 6379 }]);
    const others = [inside, server('r2', master('r2'))];
    assert.equal(mergeSameProcess(others), others);
  });
});
