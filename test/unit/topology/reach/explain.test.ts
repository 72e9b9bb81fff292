import assert from 'node:assert/strict';
import type { Address } from '../../../../src/model/address';
import { formatAddress } from '../../../../src/model/address';
import type { Instance } from '../../../../src/model/instance';
import type { Node } from '../../../../src/model/snapshot';
import type { Attempt } from '../../../../src/topology/reach/explain';
import { addressesToTry, explainReach } from '../../../../src/topology/reach/explain';
import { instance, node } from '../../../support/snapshots';

const inside: Address = { host: '172.18.0.2', port: 6379 };
const published: Address = { host: '127.0.0.1', port: 6379 };
const elsewhere: Address = { host: '127.0.0.1', port: 16379 };

/** A container in the network `shop`. */
function container(ports: Instance['ports'], state: Instance['state'] = 'running'): Instance {
  return instance(state, { networks: [{ id: 'n', name: 'shop', address: '172.18.0.2' }], ports });
}

/** Without what a case leaves out. */
function server(has: Pick<Node, 'instance'> | Pick<Node, 'instance' | 'announced'>): Node {
  const { announced: _, reachable: _r, instance: _i, ...rest } = node('redis-1', 'master');
  return { ...rest, ...has };
}

const said = (...pairs: readonly (readonly [Address, Attempt['outcome']])[]): readonly Attempt[] =>
  pairs.map(([address, outcome]) => ({ address, outcome }));

suite('topology/reach: who reaches a server, and why not', () => {
  const cases: readonly [
    title: string,
    node: Node,
    attempts: readonly Attempt[],
    finding: object,
    within: readonly string[],
  ][] = [
    [
      'what is announced answers',
      server({ announced: inside, instance: container([]) }),
      said([inside, 'answers']),
      { code: 'reach-fine' },
      ['shop'],
    ],
    [
      'the container network is not routed',
      server({ announced: inside, instance: container([{ inside: 6379, outside: published }]) }),
      said([inside, 'timeout'], [published, 'answers']),
      { code: 'reach-elsewhere', announced: inside, use: published, why: 'not-routable' },
      ['shop'],
    ],
    [
      'published under another number, announced as inside on this machine',
      server({ announced: published, instance: container([{ inside: 6379, outside: elsewhere }]) }),
      said([published, 'refused'], [elsewhere, 'answers']),
      { code: 'reach-elsewhere', announced: published, use: elsewhere, why: 'other-port' },
      [],
    ],
    [
      'announces somebody else',
      server({
        announced: { host: '10.9.9.9', port: 6379 },
        instance: container([{ inside: 6379, outside: published }]),
      }),
      said([{ host: '10.9.9.9', port: 6379 }, 'refused'], [published, 'answers']),
      { code: 'reach-elsewhere', announced: { host: '10.9.9.9', port: 6379 }, use: published, why: 'nobody-there' },
      [],
    ],
    [
      'nothing is published',
      server({ announced: inside, instance: container([]) }),
      said([inside, 'timeout']),
      { code: 'reach-not-published', port: 6379 },
      ['shop'],
    ],
    [
      'published, and nobody takes the connection inside',
      server({ announced: inside, instance: container([{ inside: 6379, outside: published }]) }),
      said([inside, 'refused'], [published, 'closed']),
      { code: 'reach-bound-inside', address: published, port: 6379 },
      ['shop'],
    ],
    [
      'behind a password: the way is open',
      server({ announced: inside, instance: container([{ inside: 6379, outside: published }]) }),
      said([inside, 'timeout'], [published, 'password-required']),
      { code: 'reach-closed-to-us', address: published, reason: 'password-required' },
      ['shop'],
    ],
    [
      'in protected mode',
      server({ announced: inside, instance: container([]) }),
      said([inside, 'protected-mode']),
      { code: 'reach-closed-to-us', address: inside, reason: 'protected-mode' },
      ['shop'],
    ],
    [
      'speaks TLS',
      server({ announced: inside, instance: container([]) }),
      said([inside, 'tls']),
      { code: 'reach-closed-to-us', address: inside, reason: 'tls' },
      ['shop'],
    ],
    [
      'a firewall drops everything',
      server({ announced: { host: '10.1.2.3', port: 6379 } } as Pick<Node, 'instance' | 'announced'>),
      said([{ host: '10.1.2.3', port: 6379 }, 'timeout']),
      { code: 'reach-closed-to-us', address: { host: '10.1.2.3', port: 6379 }, reason: 'timeout' },
      [],
    ],
    [
      'stopped',
      server({ announced: inside, instance: container([], 'exited') }),
      [],
      { code: 'reach-not-running' },
      ['shop'],
    ],
    [
      'paused',
      server({ announced: inside, instance: container([], 'paused') }),
      said([inside, 'timeout']),
      { code: 'reach-paused' },
      ['shop'],
    ],
    ['nothing is known at all', server({} as Pick<Node, 'instance'>), [], { code: 'reach-nowhere' }, []],
    [
      'reached, and announces nothing',
      server({ instance: container([{ inside: 6379, outside: published }]) }),
      said([published, 'answers']),
      { code: 'reach-fine' },
      [],
    ],
  ];
  for (const [title, of, attempts, finding, within] of cases) {
    test(title, () => {
      const reach = explainReach(of, attempts);
      assert.deepEqual(reach.finding, finding);
      assert.deepEqual(reach.within, within);
    });
  }

  test('every address is tried once, that of all interfaces on loopback', () => {
    const tried = addressesToTry({
      ...server({
        announced: inside,
        instance: container([
          { inside: 6379, outside: { host: '0.0.0.0', port: 6379 } },
          { inside: 16379, outside: { host: '0.0.0.0', port: 16379 } },
        ]),
      }),
      reachable: published,
    });
    assert.deepEqual(tried.map(formatAddress), ['172.18.0.2:6379', '127.0.0.1:6379']);
  });
});
