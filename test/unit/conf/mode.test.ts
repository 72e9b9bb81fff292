import assert from 'node:assert/strict';
import { parseDocument } from '../../../src/conf/document';
import { guessMode } from '../../../src/conf/mode';

const monitor = 'sentinel monitor m 10.0.0.1 6379 2\n';

suite("mode: whether a file is a server's or a sentinel's", () => {
  const cases: readonly (readonly [name: string, text: string, mode: 'redis' | 'sentinel'])[] = [
    ['redis.conf', 'port 6379\n', 'redis'],
    ['x.conf', '', 'redis'],
    ['/etc/redis/sentinel.conf', '', 'sentinel'],
    ['C:\\redis\\My-Sentinel.conf', 'port 26379\n', 'sentinel'],
    ['/sentinel/redis.conf', 'port 6379\n', 'redis'],
    ['x.conf', `port 26379\n${monitor}`, 'sentinel'],
    ['x.conf', 'sentinel down-after-milliseconds m 5000\n', 'sentinel'],
    ['redis-26379.conf', `port 26379\n${monitor}`, 'sentinel'],
    ['redis.conf', 'sentinel down-after-milliseconds m 5000\n', 'redis'],
    ['redis.conf', `appendonly yes\n${monitor}`, 'redis'],
    ['x.conf', `${monitor}save 900 1\n`, 'redis'],
    ['sentinel.conf', `${monitor}replicaof 10.0.0.1 6379\n`, 'sentinel'],
    ['x.conf', 'sentinel\n', 'redis'],
    ['sentinel.conf', '# redis-conf: mode=redis\n', 'redis'],
    ['redis.conf', '# redis-conf: mode=sentinel\nsave 900 1\n', 'sentinel'],
    ['redis.conf', '# redis-conf: mode=other\n', 'redis'],
  ];
  for (const [name, text, mode] of cases)
    test(`${name}: ${JSON.stringify(text)}`, () => assert.equal(guessMode(parseDocument(text, name)), mode));
});
