import assert from 'node:assert/strict';
import type { Answers } from '../../../src/commands/createSentinel/answers';
import { freeName } from '../../../src/commands/create/freeName';
import { firstSentinelPort, requestOf } from '../../../src/commands/createSentinel/answers';
import { previewOf } from '../../../src/commands/createSentinel/preview';
import { reportOf } from '../../../src/commands/create/report';
import { planSentinel } from '../../../src/topology/sentinelPlan';
import { plain } from '../../support/plain';

const enterEnterEnter: Answers = {
  name: 'orders',
  engine: 'docker',
  image: 'redis:7.0',
  fetch: false,
  replicas: 2,
  sentinels: 3,
  firstPort: 6379,
  storage: { kind: 'volume' },
};
const preview = (answers: Answers): string => {
  const request = requestOf(answers);
  const ports = Array.from({ length: request.replicas + 1 + request.sentinels }, (_, index) => 6379 + index);
  return previewOf(
    plain,
    planSentinel(request, ports, () => ({ conf: '/conf', data: '/data' })),
    request,
    answers.fetch,
  );
};

suite('answers of the wizard', () => {
  const ports: readonly (readonly [firstPort: number, servers: number, sentinels: number, expected: number])[] = [
    [6379, 3, 3, 26379],
    [12_000, 3, 3, 32_000],
    [12_766, 3, 3, 12_769],
    [40_000, 3, 3, 40_003],
  ];
  for (const [first, servers, sentinels, expected] of ports)
    test(`sentinels of ${first}`, () => assert.equal(firstSentinelPort(first, servers, sentinels), expected));
  const names: readonly (readonly [wanted: string, taken: readonly string[], free: string])[] = [
    ['a', [], 'a'],
    ['a', ['a'], 'a-2'],
    ['a', ['a', 'a-2'], 'a-3'],
  ];
  for (const [wanted, taken, free] of names) test(`name ${free}`, () => assert.equal(freeName(wanted, taken), free));
  test('the quorum is the majority', () =>
    assert.deepEqual(
      [1, 2, 3, 4, 5].map(sentinels => requestOf({ ...enterEnterEnter, sentinels }).quorum),
      [1, 2, 2, 3, 3],
    ));
});

suite('preview', () => {
  const cases: readonly (readonly [what: string, answers: Answers, shows: readonly RegExp[]])[] = [
    [
      'every server with its ports',
      enterEnterEnter,
      [/`redis-1` \| master/, /`redis-3` \| replica .*`127\.0\.0\.1:6381` \| `redis-1`/, /`sentinel-3`/],
    ],
    [
      'what it survives',
      enterEnterEnter,
      [/2 of 3 sentinels must agree/, /\*\*1\*\* of the sentinels may be lost/, /\*\*2\*\* masters may be lost/],
    ],
    [
      'a trap',
      { ...enterEnterEnter, sentinels: 2 },
      [/⚠ When any sentinel is lost/, /\*\*No\*\* sentinel may be lost/],
    ],
    ['no password', { ...enterEnterEnter, password: '' }, [/There is \*\*no\*\* password/]],
    [
      'a folder',
      { ...enterEnterEnter, storage: { kind: 'folder', root: '/w/redis/orders' } },
      [/`\/w\/redis\/orders`/],
    ],
    [
      'plain processes',
      { ...enterEnterEnter, engine: 'process', image: '/usr/bin/redis-server' },
      [/`127\.0\.0\.1:6380` \| `127\.0\.0\.1:6380`/, /as plain processes/, /own folder/],
    ],
    ['an image to fetch', { ...enterEnterEnter, fetch: true }, [/fetched first/]],
    [
      'the conf files',
      enterEnterEnter,
      [/### `redis-1\/conf\/redis\.conf`/, /requirepass <password>/, /sentinel announce-ip <sentinel-1>/],
    ],
  ];
  for (const [what, answers, shows] of cases) {
    test(what, () => {
      const text = preview(answers);
      for (const pattern of shows) assert.match(text, pattern);
    });
  }
  test('a given password is not shown', () =>
    assert.ok(!preview({ ...enterEnterEnter, password: 'hunter2hunter2' }).includes('hunter2')));
});

suite('report', () => {
  const text = reportOf(plain, {
    topologyId: 't',
    name: 'orders',
    totalMs: 1640,
    nodes: [
      {
        name: 'redis-1',
        role: 'master',
        instanceId: 'i',
        announced: { host: '10.0.0.2', port: 6379 },
        reachable: { host: '127.0.0.1', port: 6379 },
      },
    ],
    steps: [{ step: 'place', beganMs: 3, ms: 120.4 }],
    checks: [{ code: 'link-up', node: 'redis-2' }],
  });
  for (const shown of [
    /1 servers in 1\.6 s/,
    /`10\.0\.0\.2:6379`/,
    /redis&#45;2 is linked/,
    /Make the network \| 3 ms \| 120 ms/,
  ])
    test(String(shown), () => assert.match(text, shown));
});
