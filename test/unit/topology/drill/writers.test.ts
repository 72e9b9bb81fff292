import assert from 'node:assert/strict';
import { delay } from '../../../../src/base/abort';
import type { RedisConnection, Reply } from '../../../../src/redis/client';
import { ReplyError } from '../../../../src/redis/client';
import { hangUp, Writers } from '../../../../src/topology/drill/writers';
import { node } from '../../../support/snapshots';

/** A connection that notes what it is told. */
function connection(answer: (command: readonly string[]) => Reply | ReplyError) {
  const told: (readonly string[])[] = [];
  const it: Pick<RedisConnection, 'pipeline' | 'onClose' | 'dispose'> = {
    pipeline: commands => {
      told.push(...commands);
      return Promise.resolve(commands.map(answer));
    },
    onClose: () => ({ dispose: () => undefined }),
    dispose: () => undefined,
  };
  return { told, it: it as RedisConnection };
}

suite('topology/drill: writers', () => {
  test('what is left of their connections is ended on the server, and nobody else', async () => {
    const list = [
      'id=3 addr=172.18.0.1:50010 laddr=172.18.0.2:6379 fd=8 name=redis-topology-explorer:drill:17 age=12 cmd=set',
      'id=4 addr=172.18.0.1:50011 laddr=172.18.0.2:6379 fd=9 name=redis-topology-explorer:drill:178 age=12 cmd=set',
      'id=5 addr=172.18.0.1:50012 laddr=172.18.0.2:6379 fd=10 name= age=1 cmd=client|list',
      'id=12 addr=172.18.0.1:50013 laddr=172.18.0.2:6379 fd=11 name=redis-topology-explorer:drill:17 age=2 cmd=set',
      '',
    ].join('\n');
    const { told, it } = connection(([, word]) => (word === 'LIST' ? list : 1));
    await hangUp(it, 'redis-topology-explorer:drill:17');
    assert.deepEqual(told, [
      ['CLIENT', 'LIST'],
      ['CLIENT', 'KILL', 'ID', '3'],
      ['CLIENT', 'KILL', 'ID', '12'],
    ]);
  });

  test('each connection bears the name of its run before anything is written over it', async () => {
    const master = node('redis-1', 'master');
    const { told, it } = connection(() => 'OK');
    const writers = new Writers(
      { target: () => master, at: () => undefined, lookAgain: () => Promise.resolve() },
      () => Promise.resolve(it),
      {
        prefix: 'drill:1',
        writers: 1,
        everyMs: 5,
        wait: 0,
        signal: new AbortController().signal,
        now: () => Date.now(),
      },
    );
    while (writers.acknowledged.size < 2) await delay(5);
    await writers.stop();
    assert.deepEqual(told.slice(0, 2), [
      ['CLIENT', 'SETNAME', 'drill:1'],
      ['SET', 'drill:1:0:0', '0', 'EX', '600'],
    ]);
    assert.equal(told.filter(([word]) => word === 'CLIENT').length, 1);
  });

  test('who acknowledged a write is whoever it was led to', async () => {
    const [one, other] = [node('redis-1', 'master'), node('redis-2', 'master')];
    const moved = connection(([word]) => (word === 'SET' ? new ReplyError('MOVED 7 10.0.0.3:6379') : 'OK'));
    const owner = connection(() => 'OK');
    const writers = new Writers(
      { target: () => one, at: () => other, lookAgain: () => Promise.resolve() },
      to => Promise.resolve(to === one ? moved.it : owner.it),
      { prefix: 'drill:1', writers: 1, everyMs: 5, wait: 0, signal: new AbortController().signal, now: () => 4711 },
    );
    while (writers.acknowledged.size === 0) await delay(5);
    const { acknowledged } = await writers.stop();
    assert.deepEqual(acknowledged.get('drill:1:0:0'), { at: 4711, by: 'redis-2' });
  });
});
