import assert from 'node:assert/strict';
import { completeAt } from '../../../../src/conf/features/complete';
import type { Mode } from '../../../../src/conf/types';
import { applyEdits } from '../../../../src/conf/features/format';
import { caret } from './support';

const vocabulary = { commands: ['config', 'config|get', 'get', 'set'], categories: ['admin', 'read'] };
const labels = (text: string, target?: string, mode?: Mode): string[] => {
  const { context, offset } = caret(text, target, mode);
  return completeAt(context, offset, vocabulary).map(one => one.label);
};

suite('conf/features/complete', () => {
  const has: readonly (readonly [
    text: string,
    yes: readonly string[],
    no?: readonly string[],
    target?: string,
    mode?: Mode,
  ])[] = [
    [
      '¦',
      ['port', 'bind', 'include', 'user', 'slaveof'],
      ['sentinel', 'sentinel monitor', 'dual-channel-replication-enabled'],
    ],
    ['port 1\nsave 1 1\n¦', ['save', 'bind'], ['port']],
    ['slaveof a 1\n¦', ['port'], ['replicaof', 'slaveof']],
    ['po¦ 6379', ['port']],
    ['¦', ['dual-channel-replication-enabled', 'primaryauth'], [], 'valkey-8.1'],
    ['¦', [], ['cluster-port'], 'redis-6.2'],
    ['appendonly ¦', ['yes', 'no']],
    ['appendonly yes ¦', [], ['yes']],
    ['maxmemory-policy ¦', ['allkeys-lru', 'noeviction']],
    ['shutdown-on-sigterm save ¦', ['now'], ['save']],
    ['maxmemory ¦', ['256mb'], ['5%']],
    ['maxmemory-clients ¦', ['5%']],
    ['client-output-buffer-limit ¦', ['replica', 'pubsub'], ['slave']],
    ['client-output-buffer-limit replica 0 0 0 ¦', ['normal']],
    ['notify-keyspace-events K¦', ['KE', 'Kx'], ['KK']],
    ['replicaof ¦', ['no one']],
    ['rename-command ¦', ['CONFIG', 'GET'], ['CONFIG|GET']],
    ['user ¦', ['default']],
    ['user a ¦', ['on', 'nopass', '+@all']],
    ['user a on ¦', ['nopass'], ['on']],
    ['user a +¦', ['+@all', '+@read', '+config|get'], ['on']],
    ['user a (-@r¦', ['(-@read']],
    ['sentinel ¦', [], ['monitor']],
    ['¦', ['sentinel', 'sentinel monitor', 'port'], [], 'redis-7.0', 'sentinel'],
    [
      'sentinel ¦',
      ['monitor', 'auth-pass', 'resolve-hostnames'],
      ['known-replica', 'primary-reboot-down-after-period'],
      'redis-7.0',
      'sentinel',
    ],
    ['sentinel ¦', ['monitor'], ['resolve-hostnames'], 'redis-6.0', 'sentinel'],
    [
      'sentinel monitor a 1.1.1.1 1 1\nsentinel monitor b 1.1.1.1 2 1\nsentinel auth-pass ¦',
      ['a', 'b'],
      [],
      'redis-7.0',
      'sentinel',
    ],
    ['sentinel resolve-hostnames ¦', ['yes', 'no'], [], 'redis-7.0', 'sentinel'],
    ['# redis-conf-disable-next-line ¦', ['wrong-arity', 'unknown-directive']],
    ['# redis-conf: target=¦', ['redis-7.0', 'valkey-8.1']],
    ['# ¦', ['redis-conf-disable']],
    ['# some words ¦', [], ['redis-conf-disable']],
  ];
  for (const [text, yes, no = [], target, mode] of has) {
    test(`${text.replaceAll('\n', '⏎')} ${target ?? ''}`, () => {
      const seen = labels(text, target, mode);
      assert.deepEqual(
        yes.filter(one => !seen.includes(one)),
        [],
        'missing',
      );
      assert.deepEqual(
        no.filter(one => seen.includes(one)),
        [],
        'not wanted',
      );
    });
  }

  const inserted: readonly (readonly [text: string, label: string, after: string, mode?: Mode])[] = [
    ['appe¦ndonly yes', 'appendonly', 'appendonly ${1|yes,no|} yes'],
    [
      'maxmemory-pol¦',
      'maxmemory-policy',
      'maxmemory-policy ${1|volatile-lru,volatile-lfu,volatile-random,volatile-ttl,allkeys-lru,allkeys-lfu,allkeys-random,noeviction|}',
    ],
    ['notify-keyspace-events K¦E', 'Kx', 'notify-keyspace-events Kx'],
    ['port ¦', '6379', 'port 6379'],
    [
      'sentinel monitor a 1.1.1.1 1 1\nsentinel au¦',
      'auth-pass',
      'sentinel monitor a 1.1.1.1 1 1\nsentinel auth-pass ${1:a} ${2:password}',
      'sentinel',
    ],
  ];
  for (const [text, label, after, mode] of inserted) {
    test(`${text.replaceAll('\n', '⏎')} → ${label}`, () => {
      const { context, offset } = caret(text, 'redis-7.0', mode);
      const chosen = completeAt(context, offset, vocabulary).find(one => one.label === label);
      assert.ok(chosen);
      assert.equal(
        applyEdits(context.document.text, [{ start: chosen.start, end: chosen.end, text: chosen.insert }]),
        after,
      );
    });
  }

  test('the default of a setting is marked', () => {
    const { context, offset } = caret('appendonly ¦');
    assert.deepEqual(
      completeAt(context, offset, vocabulary)
        .filter(one => one.isDefault)
        .map(one => one.label),
      ['no'],
    );
  });
});
