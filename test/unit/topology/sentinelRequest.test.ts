import assert from 'node:assert/strict';
import {
  validateName,
  validatePassword,
  validatePort,
  validateQuorum,
  validateSentinelRequest,
  warningsOf,
} from '../../../src/topology/sentinelRequest';
import type { RequestProblem, SentinelRequest } from '../../../src/topology/sentinelRequest';

const request: SentinelRequest = {
  name: 'orders',
  engine: 'docker',
  image: 'redis:7.0',
  replicas: 2,
  sentinels: 3,
  quorum: 2,
  firstPort: 6379,
  firstSentinelPort: 26379,
  storage: { kind: 'volume' },
};
type Code = RequestProblem['code'] | undefined;

suite('topology/sentinelRequest', () => {
  const names: readonly (readonly [string, Code])[] = [
    ['orders', undefined],
    ['0-a_b.c', undefined],
    ['', 'name-empty'],
    ['-a', 'name-characters'],
    ['Orders', 'name-characters'],
    ['a b', 'name-characters'],
    ['订单', 'name-characters'],
    ['a'.repeat(40), undefined],
    ['a'.repeat(41), 'name-too-long'],
    ['taken', 'name-in-use'],
  ];
  for (const [name, code] of names)
    test(`name ${JSON.stringify(name)} → ${code ?? 'fine'}`, () =>
      assert.equal(validateName(name, ['taken'])?.code, code));

  const ports: readonly (readonly [number, number, Code])[] = [
    [6379, 3, undefined],
    [1024, 1, undefined],
    [1023, 1, 'port-range'],
    [65535, 1, undefined],
    [65535, 2, 'port-range'],
    [6379.5, 1, 'not-a-number'],
    [NaN, 1, 'not-a-number'],
  ];
  for (const [first, count, code] of ports)
    test(`${count} port(s) from ${first} → ${code ?? 'fine'}`, () =>
      assert.equal(validatePort(first, count)?.code, code));

  const quorums: readonly (readonly [number, number, Code])[] = [
    [2, 3, undefined],
    [3, 3, undefined],
    [4, 3, 'quorum-above-sentinels'],
    [0, 3, 'out-of-range'],
    [1.5, 3, 'not-a-number'],
  ];
  for (const [quorum, sentinels, code] of quorums)
    test(`quorum ${quorum} of ${sentinels} → ${code ?? 'fine'}`, () =>
      assert.equal(validateQuorum(quorum, sentinels)?.code, code));

  const passwords: readonly (readonly [string, Code])[] = [
    ['', undefined],
    ['s3cret-_~!$%', undefined],
    ['a#b', undefined],
    ['#ab', 'password-characters'],
    ['a b', 'password-characters'],
    ['a"b', 'password-characters'],
    ["a'b", 'password-characters'],
    ['a\\b', 'password-characters'],
    ['pässwort', 'password-characters'],
    ['a\n', 'password-characters'],
    ['x'.repeat(513), 'password-too-long'],
  ];
  for (const [password, code] of passwords)
    test(`password ${JSON.stringify(password.slice(0, 12))} → ${code ?? 'fine'}`, () =>
      assert.equal(validatePassword(password)?.code, code));

  const whole: readonly (readonly [Partial<SentinelRequest>, readonly string[]])[] = [
    [{}, []],
    [{ replicas: 16 }, ['replicas out-of-range']],
    [{ sentinels: 0 }, ['sentinels out-of-range', 'quorum quorum-above-sentinels']],
    [{ firstSentinelPort: 6381 }, ['firstSentinelPort ports-overlap']],
    [{ firstSentinelPort: 6377 }, ['firstSentinelPort ports-overlap']],
    [{ firstSentinelPort: 6376 }, []],
    [{ firstSentinelPort: 6382 }, []],
    [{ name: '', password: ' ' }, ['name name-empty', 'password password-characters']],
  ];
  for (const [change, problems] of whole) {
    test(`${JSON.stringify(change)} → ${problems.join(', ') || 'fine'}`, () =>
      assert.deepEqual(
        validateSentinelRequest({ ...request, ...change }).map(({ field, problem }) => `${field} ${problem.code}`),
        problems,
      ));
  }

  const warnings: readonly (readonly [Partial<SentinelRequest>, readonly string[]])[] = [
    [{}, []],
    [{ sentinels: 2, quorum: 2 }, ['no-loss-survived', 'even-number']],
    [{ quorum: 3 }, ['no-loss-survived']],
    [{ sentinels: 5, quorum: 2 }, ['quorum-below-majority']],
    [{ sentinels: 1, quorum: 1 }, ['no-loss-survived']],
    [{ replicas: 0, password: '' }, ['no-replica', 'no-password']],
  ];
  for (const [change, codes] of warnings)
    test(`${JSON.stringify(change)} warns ${codes.join(', ') || 'of nothing'}`, () =>
      assert.deepEqual(
        warningsOf({ ...request, ...change }).map(({ code }) => code),
        codes,
      ));
});
