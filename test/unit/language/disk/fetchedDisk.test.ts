import assert from 'node:assert/strict';
import { FetchedDisk } from '../../../../src/language/disk/fetchedDisk';
import type { Source } from '../../../../src/language/disk/fetchedDisk';

/** A repository in memory that answers in a later turn, and notes what it was asked for. */
function repository(files: Record<string, string>): { source: Source<string>; asked: string[] } {
  const asked: string[] = [];
  const later = async <T>(what: string, answer: () => T): Promise<T> => {
    asked.push(what);
    await new Promise(resolve => setImmediate(resolve));
    return answer();
  };
  const isFolder = (path: string): boolean => Object.keys(files).some(name => name.startsWith(`${path}/`));
  const source: Source<string> = {
    pathOf: uri => uri,
    uriOf: path => path,
    isInReach: path => `${path}/`.startsWith('/repo/'),
    stat: path =>
      later(`stat ${path}`, () =>
        path in files
          ? { kind: 'file', size: files[path]?.length ?? 0 }
          : isFolder(path)
            ? { kind: 'directory', size: 0 }
            : { kind: 'missing' },
      ),
    read: path => later(`read ${path}`, () => (path in files ? new TextEncoder().encode(files[path]) : undefined)),
    list: path =>
      later(`list ${path}`, () =>
        isFolder(path)
          ? [...new Set(Object.keys(files).filter(name => name.startsWith(`${path}/`)))].map(
              name => name.slice(path.length + 1).split('/')[0] ?? '',
            )
          : undefined,
      ),
  };
  return { source, asked };
}

const textOf = (found: ReturnType<FetchedDisk<string>['open']>): string =>
  typeof found === 'string' ? `(${found})` : new TextDecoder().decode(found.read());

/** What a chain of includes comes to: each file names the next one. */
function follow(disk: FetchedDisk<string>, from: string): string[] {
  const seen: string[] = [];
  for (let at: string | undefined = from; at !== undefined;) {
    const text = textOf(disk.open(at, 100));
    seen.push(text);
    at = /^include (.+)$/.exec(text)?.[1];
  }
  return seen;
}

suite('language/disk/fetchedDisk', () => {
  test('what was asked for is there in the next round, and nothing else is fetched', async () => {
    const { source, asked } = repository({
      '/repo/a.conf': 'include /repo/b.conf',
      '/repo/b.conf': 'include /repo/c.conf',
      '/repo/c.conf': 'port 1',
      '/repo/other.conf': 'port 2',
    });
    const disk = new FetchedDisk(source);
    const rounds: string[][] = [];
    for (let generation = -1; generation !== disk.generation;) {
      generation = disk.generation;
      rounds.push(follow(disk, '/repo/a.conf'));
      await disk.loaded();
    }
    assert.deepEqual(rounds, [
      ['(unknown)'],
      ['include /repo/b.conf', '(unknown)'],
      ['include /repo/b.conf', 'include /repo/c.conf', '(unknown)'],
      ['include /repo/b.conf', 'include /repo/c.conf', 'port 1'],
    ]);
    assert.deepEqual(
      asked,
      ['a', 'b', 'c'].flatMap(name => [`stat /repo/${name}.conf`, `read /repo/${name}.conf`]),
    );
  });

  test('kinds, lists, what is too large, what is missing', async () => {
    const { source, asked } = repository({ '/repo/conf/x.conf': 'x'.repeat(200), '/repo/conf/y.conf': 'y' });
    const disk = new FetchedDisk(source);
    const look = (): unknown[] => [
      disk.stat('/repo/conf').kind,
      disk.stat('/repo/gone').kind,
      disk.open('/repo/conf', 100),
      disk.open('/repo/conf/x.conf', 100),
      disk.open('/repo/gone', 100),
      disk.list('/repo/conf'),
      disk.list('/repo/gone'),
    ];
    assert.deepEqual(look(), Array(7).fill('unknown'));
    await disk.loaded();
    assert.deepEqual(look(), [
      'directory',
      'missing',
      'directory',
      'unreadable',
      'missing',
      ['x.conf', 'y.conf'],
      undefined,
    ]);
    assert.ok(!asked.includes('read /repo/conf/x.conf'));
    const { generation } = disk;
    await disk.loaded();
    assert.equal(disk.generation, generation, 'nothing was asked for that is not known');
  });

  test('of what lies outside of the workspace nothing is claimed, and nothing is asked', async () => {
    const { source, asked } = repository({ '/etc/redis.conf': 'port 1' });
    const disk = new FetchedDisk(source);
    const look = (): unknown[] => [
      disk.stat('/etc/redis.conf').kind,
      disk.open('/etc/redis.conf', 100),
      disk.list('/etc'),
    ];
    assert.deepEqual(look(), ['unknown', 'unknown', 'unknown']);
    await disk.loaded();
    assert.deepEqual(look(), ['unknown', 'unknown', 'unknown']);
    assert.deepEqual(asked, []);
  });

  test('a change is seen, also one that comes while the old text is on its way', async () => {
    const files: Record<string, string> = { '/repo/conf/a.conf': 'old' };
    const { source } = repository(files);
    const disk = new FetchedDisk(source);
    const read = (): string => textOf(disk.open('/repo/conf/a.conf', 100));
    const settle = async (): Promise<string> => {
      for (let generation = -1; generation !== disk.generation;) {
        generation = disk.generation;
        read();
        await disk.loaded();
      }
      return read();
    };
    assert.equal(await settle(), 'old');
    files['/repo/conf/a.conf'] = 'new';
    disk.forget('/repo/conf');
    assert.equal(await settle(), 'new', 'its folder changed');

    disk.forget('/repo/conf/a.conf');
    read();
    const onTheWay = disk.loaded();
    disk.forget('/repo/conf/a.conf'); // the answer to the first question is dropped
    await onTheWay;
    assert.equal(read(), '(unknown)');
    assert.equal(await settle(), 'new');

    delete files['/repo/conf/a.conf'];
    disk.forgetAll();
    assert.equal(await settle(), '(missing)');
  });

  test('one that asks while another waits is told of both', async () => {
    const { source } = repository({ '/repo/a': '1', '/repo/b': '2' });
    const disk = new FetchedDisk(source);
    const { generation } = disk;
    disk.open('/repo/a', 9);
    disk.open('/repo/b', 9);
    await Promise.all([disk.loaded(), disk.loaded()]); // the first takes the questions of both along
    assert.notEqual(disk.generation, generation);
    assert.deepEqual([textOf(disk.open('/repo/a', 9)), textOf(disk.open('/repo/b', 9))], ['1', '2']);
  });
});
