import assert from 'node:assert/strict';
import { hoverAt } from '../../../../src/conf/features/hover';
import type { Mode } from '../../../../src/conf/types';
import { caret } from './support';

suite('conf/features/hover', () => {
  const cases: readonly (readonly [text: string, seen: string | undefined, target?: string, mode?: Mode])[] = [
    ['po¦rt 6379', 'directive port known'],
    ['PORT¦ 6379', 'directive port known'],
    ['slave¦of a 1', 'directive slaveof alias of replicaof'],
    ['masterauth¦ x', 'directive masterauth alias of primaryauth', 'valkey-8.1'],
    ['cluster-port¦ 1', 'directive cluster-port unknown', 'redis-6.2'],
    ['io-threads-do-reads¦ yes', 'directive io-threads-do-reads ignored', 'redis-8.0'],
    ['nosuch¦ 1', undefined],
    ['¦', undefined],
    ['# po¦rt', undefined],
    ['inc¦lude x', 'pseudo include'],
    ['maxmemory 100¦mb', 'memory 104857600'],
    ['maxmemory 100¦', undefined],
    ['client-output-buffer-limit replica 256¦mb 64mb 60', 'memory 268435456'],
    ['maxmemory-policy ALL¦KEYS-LRU', 'value maxmemory-policy allkeys-lru'],
    ['notify-keyspace-events KE¦x', 'value notify-keyspace-events K,E,x'],
    ['user a n¦opass', 'value user nopass'],
    ['user a >p¦w', undefined],
    ['requirepass sec¦ret', undefined],
    ['sentinel moni¦tor m 1.2.3.4 6379 2', 'statement monitor', 'redis-7.0', 'sentinel'],
    ['sentinel auth-pass m¦ x\nsentinel monitor m 1.2.3.4 6379 2', 'master m 1.2.3.4:6379 2', 'redis-7.0', 'sentinel'],
    ['sentinel auth-pass m¦ x', 'master m -:- -', 'redis-7.0', 'sentinel'],
    ['sentinel auth-pass m x¦', undefined, 'redis-7.0', 'sentinel'],
  ];
  for (const [text, seen, target, mode] of cases) {
    test(`${text.replace(/\n.*/s, ' …')} ${target ?? ''}`, () => {
      const { context, offset } = caret(text, target, mode);
      const facts = hoverAt(context, offset);
      assert.equal(facts === undefined ? undefined : show(facts), seen);
    });
  }
});

function show(facts: NonNullable<ReturnType<typeof hoverAt>>): string {
  switch (facts.kind) {
    case 'directive': {
      const state =
        facts.known === undefined
          ? 'unknown'
          : facts.known.ignored
            ? 'ignored'
            : facts.known.aliasOf === undefined
              ? 'known'
              : `alias of ${facts.known.aliasOf}`;
      return `directive ${facts.name} ${state}`;
    }
    case 'pseudo':
      return `pseudo ${facts.name}`;
    case 'statement':
      return `statement ${facts.statement.name}`;
    case 'master':
      return `master ${facts.name} ${facts.host ?? '-'}:${facts.port ?? '-'} ${facts.quorum ?? '-'}`;
    case 'value':
      return `value ${facts.key} ${facts.values.join(',')}`;
    case 'memory':
      return `memory ${String(facts.bytes)}`;
    default:
      return facts satisfies never;
  }
}
