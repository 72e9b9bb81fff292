import assert from 'node:assert/strict';
import { parseDocument } from '../../../../src/conf/document';
import { groupOf } from '../../../../src/conf/features/groups';

/** Which of `files` (path → text) belong to the first. */
function grouped(files: Readonly<Record<string, string>>): string[] {
  const all = Object.entries(files).map(([name, text]) => ({
    document: parseDocument(text, name),
    folder: name.slice(0, name.lastIndexOf('/')),
  }));
  const [first] = all;
  assert.ok(first);
  return groupOf(first.document, all).map(one => one.document.uri);
}

suite('conf/features/groups', () => {
  const cases: readonly (readonly [what: string, files: Readonly<Record<string, string>>, group: readonly string[]])[] =
    [
      ['a file alone', { '/w/a/redis.conf': 'port 6379\n', '/w/b/redis.conf': 'port 6380\n' }, ['/w/a/redis.conf']],
      [
        'a replica and its master, by port on this machine',
        {
          '/w/a.conf': 'port 6380\nreplicaof 127.0.0.1 6379\n',
          '/w/b.conf': 'port 6379\n',
          '/w/c.conf': 'port 7000\n',
        },
        ['/w/a.conf', '/w/b.conf'],
      ],
      [
        'all that follow or watch one master',
        {
          '/w/n1/redis.conf': 'port 6379\n',
          '/w/n2/redis.conf': 'port 6380\nslaveof n1 6379\n',
          '/w/s1/sentinel.conf': 'sentinel monitor m n1 6379 2\n',
          '/w/s2/sentinel.conf': 'sentinel monitor m n1 6379 2\n',
        },
        ['/w/n1/redis.conf', '/w/n2/redis.conf', '/w/s1/sentinel.conf', '/w/s2/sentinel.conf'],
      ],
      [
        'sentinels of two topologies with one name',
        {
          '/w/s1.conf': 'sentinel monitor m 10.0.0.1 6379 2\n',
          '/w/s2.conf': 'sentinel monitor m 10.0.0.1 6379 2\n',
          '/w/s3.conf': 'sentinel monitor m 10.0.0.9 6379 2\n',
        },
        ['/w/s1.conf', '/w/s2.conf'],
      ],
      [
        'a master that tells another address is not meant',
        { '/w/a.conf': 'port 6380\nreplicaof 10.0.0.1 6379\n', '/w/b.conf': 'bind 10.0.0.2\nport 6379\n' },
        ['/w/a.conf'],
      ],
      [
        'the address decides',
        {
          '/w/a.conf': 'port 6380\nreplicaof 10.0.0.2 6379\n',
          '/w/b.conf': 'bind 127.0.0.1 10.0.0.2\nport 6379\n',
          '/w/c.conf': 'bind 10.0.0.3\nport 6379\n',
        },
        ['/w/a.conf', '/w/b.conf'],
      ],
      [
        'same port far away',
        { '/w/x/y/a.conf': 'port 6380\nreplicaof 127.0.0.1 6379\n', '/w/p/q/r/b.conf': 'port 6379\n' },
        ['/w/x/y/a.conf'],
      ],
      ['no one', { '/w/a.conf': 'replicaof no one\n', '/w/b.conf': 'port 6379\n' }, ['/w/a.conf']],
    ];
  for (const [what, files, group] of cases) test(what, () => assert.deepEqual(grouped(files), group));
});
