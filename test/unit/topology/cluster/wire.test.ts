import assert from 'node:assert/strict';
import type { RedisConnection, Reply } from '../../../../src/redis/client';
import type { ClusterPeer } from '../../../../src/topology/cluster/wire';
import { meet, meetAll } from '../../../../src/topology/cluster/wire';

/** A node that says at which address it was reached, and keeps what it is told. */
class Node implements ClusterPeer {
  readonly told: string[] = [];
  readonly announced: { readonly host: string; readonly port: number };
  readonly connection: RedisConnection;
  readonly busPort?: number;

  constructor(
    readonly name: string,
    host: string,
    about: string,
    busPort?: number,
  ) {
    if (busPort !== undefined) this.busPort = busPort;
    this.announced = { host, port: 7000 };
    const pipeline = (commands: readonly (readonly string[])[]): Promise<readonly Reply[]> => {
      this.told.push(...commands.map(command => command.join(' ')));
      return Promise.resolve(commands.map(([verb]) => (verb === 'CLIENT' ? about : 'OK')));
    };
    this.connection = { pipeline } as unknown as RedisConnection;
  }
}

const about = (laddr: string): string => `id=3 addr=127.0.0.1:40000 laddr=${laddr} fd=8 name= age=0`;

suite('cluster: greeting a node', () => {
  for (const [what, peer, expected] of [
    ['at its address', new Node('a', '10.0.0.1', 'nobody asks'), 'CLUSTER MEET 10.0.0.1 7000'],
    [
      'known by a name: where it was reached just now',
      new Node('a', 'shop-redis-1', about('10.0.3.7:7000')),
      'CLUSTER MEET 10.0.3.7 7000',
    ],
    ['at an address of six', new Node('a', 'fd00::1', 'nobody asks'), 'CLUSTER MEET fd00::1 7000'],
    ['reached at an address of six', new Node('a', 'shop-redis-1', about('fd00::7:7000')), 'CLUSTER MEET fd00::7 7000'],
    [
      'a server that does not say: by its name, and the server has the word',
      new Node('a', 'shop-redis-1', 'id=3 addr=1.2.3.4:5'),
      'CLUSTER MEET shop-redis-1 7000',
    ],
    ['with a bus port of its own', new Node('a', '10.0.0.1', '', 9000), 'CLUSTER MEET 10.0.0.1 7000 9000'],
  ] as const)
    test(what, async () => {
      const speaker = new Node('b', '10.0.0.2', '');
      await meet(speaker, [peer]);
      assert.deepEqual(speaker.told, [expected]);
      assert.equal(peer.told.length, peer.announced.host.startsWith('shop') ? 1 : 0);
    });

  test('all meet all others', async () => {
    const nodes = [1, 2, 3].map(
      number => new Node(`n${number}`, `shop-redis-${number}`, about(`10.0.3.${number}:7000`)),
    );
    await meetAll(nodes, new AbortController().signal);
    assert.deepEqual(
      nodes.map(({ told }) => told.filter(line => line.startsWith('CLUSTER'))),
      [
        ['CLUSTER MEET 10.0.3.2 7000', 'CLUSTER MEET 10.0.3.3 7000'],
        ['CLUSTER MEET 10.0.3.1 7000', 'CLUSTER MEET 10.0.3.3 7000'],
        ['CLUSTER MEET 10.0.3.1 7000', 'CLUSTER MEET 10.0.3.2 7000'],
      ],
    );
  });
});
