import assert from 'node:assert/strict';
import { serverOfFile, serversKey } from '../../../src/language/runningServer';
import { targetName } from '../../../src/conf/target';
import { emptySnapshot } from '../../../src/model/snapshot';
import type { Node, Snapshot } from '../../../src/model/snapshot';

/** A snapshot with one server of no topology, changed by `change`. */
function snapshot(source: string, version: string, state: 'running' | 'exited' = 'running', product: 'redis' | 'valkey' = 'redis'): Snapshot {
  const node = {
    id: 'x', name: 'x', role: 'master',
    instance: { id: 'x', engine: 'docker', name: 'x', image: 'redis:test', state, command: [], networks: [], ports: [], mounts: [{ source, target: '/conf', kind: 'folder', writable: true }] },
    contact: { state: 'answering', report: { product, version } },
  } as unknown as Node;
  return { ...emptySnapshot, others: [node] };
}

suite('language/runningServer', () => {
  const cases: readonly (readonly [what: string, snapshot: Snapshot, path: string, seen: string | undefined])[] = [
    ['in the mounted folder', snapshot('/w/redis/orders/n1/conf', '7.0.15'), '/w/redis/orders/n1/conf/redis.conf', 'redis-7.0'],
    ['the mounted file itself', snapshot('/w/redis.conf', '6.2.6'), '/w/redis.conf', 'redis-6.2'],
    ['another product', snapshot('/w/n1', '8.1.1', 'running', 'valkey'), '/w/n1/redis.conf', 'valkey-8.1'],
    ['a folder whose name only begins alike', snapshot('/w/n1', '7.0.15'), '/w/n10/redis.conf', undefined],
    ['a server that does not run', snapshot('/w/n1', '7.0.15', 'exited'), '/w/n1/redis.conf', undefined],
    ['a slash at the end', snapshot('/w/n1/', '7.0.15'), '/w/n1/redis.conf', 'redis-7.0'],
    ['nothing known', emptySnapshot, '/w/n1/redis.conf', undefined],
  ];
  for (const [what, given, path, seen] of cases) {
    test(what, () => {
      const server = serverOfFile(given, path);
      assert.equal(server === undefined ? undefined : targetName(server.target), seen);
    });
  }

  test('the key changes with folder and version only', () => {
    const key = serversKey(snapshot('/w/n1', '7.0.15'));
    assert.equal(serversKey({ ...snapshot('/w/n1', '7.0.15'), engines: [{ kind: 'docker', state: 'connecting' }] }), key);
    assert.notEqual(serversKey(snapshot('/w/n1', '7.2.4')), key);
    assert.notEqual(serversKey(snapshot('/w/n2', '7.0.15')), key);
  });
});
