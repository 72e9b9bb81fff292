import assert from 'node:assert/strict';
import { serverOfFile, serversKey, unknownServer } from '../../../src/language/runningServer';
import { targetName } from '../../../src/conf/target';
import { emptySnapshot } from '../../../src/model/snapshot';
import type { Node, Snapshot } from '../../../src/model/snapshot';

/** A snapshot with one server of no topology, changed by `change`. */
function snapshot(
  source: string,
  version: string,
  state: 'running' | 'exited' = 'running',
  product: 'redis' | 'valkey' = 'redis',
): Snapshot {
  const node = {
    id: 'x',
    name: 'x',
    role: 'master',
    instance: {
      id: 'x',
      engine: 'docker',
      name: 'x',
      image: 'redis:test',
      state,
      command: [],
      networks: [],
      ports: [],
      mounts: [{ source, target: '/conf', kind: 'folder', writable: true }],
    },
    contact: { state: 'answering', report: { product, version } },
  } as unknown as Node;
  return { ...emptySnapshot, others: [node] };
}

suite('language/runningServer', () => {
  const cases: readonly (readonly [what: string, snapshot: Snapshot, path: string, seen: string | undefined])[] = [
    [
      'in the mounted folder',
      snapshot('/w/redis/orders/n1/conf', '7.0.15'),
      '/w/redis/orders/n1/conf/redis.conf',
      'redis-7.0',
    ],
    ['the mounted file itself', snapshot('/w/redis.conf', '6.2.6'), '/w/redis.conf', 'redis-6.2'],
    ['another product', snapshot('/w/n1', '8.1.1', 'running', 'valkey'), '/w/n1/redis.conf', 'valkey-8.1'],
    ['a folder whose name only begins alike', snapshot('/w/n1', '7.0.15'), '/w/n10/redis.conf', undefined],
    ['a server that was seen before it ended', snapshot('/w/n1', '7.0.15', 'exited'), '/w/n1/redis.conf', 'redis-7.0'],
    ['a slash at the end', snapshot('/w/n1/', '7.0.15'), '/w/n1/redis.conf', 'redis-7.0'],
    ['nothing known', emptySnapshot, '/w/n1/redis.conf', undefined],
  ];
  for (const [what, given, path, seen] of cases) {
    test(what, () => {
      const server = serverOfFile(given, path);
      assert.equal(server === undefined ? undefined : targetName(server.target), seen);
    });
  }

  /** Containers of one image; `password` for one that wants a password which nobody gave us. */
  function containers(
    ...all: readonly {
      readonly id: string;
      readonly source: string;
      readonly command?: readonly string[];
      readonly password?: true;
      readonly image?: string;
      readonly network?: string;
    }[]
  ): Snapshot {
    const nodes = all.map(
      ({ id, source, command = [], password, image = 'redis:test', network = 'net' }) =>
        ({
          id,
          name: id,
          role: 'master',
          announced: { host: '10.0.0.9', port: 6379 },
          instance: {
            id,
            engine: 'docker',
            name: `shop-${id}`,
            image,
            state: 'running',
            command,
            networks: [{ id: 'n', name: network, address: `10.0.0.${String(id.length)}` }],
            ports: [{ inside: 6379, outside: { host: '127.0.0.1', port: 6379 } }],
            mounts: [
              { source, target: '/conf', kind: 'folder', writable: true },
              { source: 'data', target: '/data', kind: 'volume', writable: true },
            ],
            compose: { project: 'shop', service: `service-${id}` },
          },
          contact:
            password === true
              ? { state: 'silent', reason: 'password-required' }
              : { state: 'answering', report: { product: 'redis', version: '7.2.4' } },
        }) as unknown as Node,
    );
    return { ...emptySnapshot, others: nodes };
  }

  test('everything under which others reach it, its place, its mounts and ports', () => {
    const server = serverOfFile(containers({ id: 'a', source: '/w/a' }), '/w/a/redis.conf');
    assert.deepEqual(server?.addresses, ['shop-a', 'a', 'service-a', '10.0.0.9', '10.0.0.1']);
    assert.equal(server?.place, 'a');
    assert.deepEqual(server?.container, { mounts: ['/conf', '/data'], published: [6379] });
    assert.deepEqual(server?.mounts, [{ source: '/w/a', target: '/conf' }]);
  });

  test('a container in the network of the machine shares its ports and publishes nothing', () => {
    const server = serverOfFile(containers({ id: 'a', source: '/w/a', network: 'host' }), '/w/a/redis.conf');
    assert.equal(server?.place, 'this machine');
    assert.equal(server?.container, undefined);
    assert.ok(server?.addresses?.includes('localhost'));
  });

  test('of several that see one folder, the one that was started with the file', () => {
    const all = containers(
      { id: 'a', source: '/w', command: ['redis-server', '/conf/a.conf'] },
      { id: 'bb', source: '/w', command: ['redis-server', '/conf/b.conf'] },
    );
    assert.equal(serverOfFile(all, '/w/b.conf')?.instanceId, 'bb');
    assert.equal(serverOfFile(all, '/w/shared.conf')?.addresses, undefined, 'nobody can say whose addresses');
  });

  test('the nearest mount counts', () => {
    const all = containers({ id: 'a', source: '/w' }, { id: 'bb', source: '/w/b' });
    assert.equal(serverOfFile(all, '/w/b/redis.conf')?.instanceId, 'bb');
  });

  test('the version of a server that wants a password comes from one like it, or from its program', () => {
    const like = containers({ id: 'a', source: '/w/a', password: true }, { id: 'bb', source: '/w/b' });
    assert.equal(serverOfFile(like, '/w/a/redis.conf')?.target.minor, 2);
    const alone = containers({ id: 'a', source: '/w/a', password: true });
    assert.equal(serverOfFile(alone, '/w/a/redis.conf'), undefined);
    assert.equal(unknownServer(alone, '/w/a/redis.conf', new Map())?.id, 'a');
    const asked = new Map([['redis:test', { product: 'valkey' as const, version: '8.1.1' }]]);
    assert.equal(serverOfFile(alone, '/w/a/redis.conf', asked)?.target.product, 'valkey');
    assert.equal(unknownServer(alone, '/w/a/redis.conf', asked), undefined);
  });

  test('the key changes with folder and version only', () => {
    const key = serversKey(snapshot('/w/n1', '7.0.15'));
    assert.equal(
      serversKey({ ...snapshot('/w/n1', '7.0.15'), engines: [{ kind: 'docker', state: 'connecting' }] }),
      key,
    );
    assert.notEqual(serversKey(snapshot('/w/n1', '7.2.4')), key);
    assert.notEqual(serversKey(snapshot('/w/n2', '7.0.15')), key);
  });
});
