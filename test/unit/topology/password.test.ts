import assert from 'node:assert/strict';
import { secretOf, secretOfNode, sentinelSecret } from '../../../src/topology/password';
import { MemorySecrets } from '../../support/memoryDeps';

suite('topology/password: which secret is given to which server', () => {
  const T = 'existing:1';
  const kept: readonly [
    title: string,
    secrets: Readonly<Record<string, string>>,
    server: string | undefined,
    sentinel: string | undefined,
  ][] = [
    ['nothing kept', {}, undefined, undefined],
    ['one for all', { [T]: 'all' }, 'all', 'all'],
    ['another for the Sentinels', { [T]: 'data', [sentinelSecret(T)]: 'watch' }, 'data', 'watch'],
    ['only the Sentinels want one', { [sentinelSecret(T)]: 'watch' }, undefined, 'watch'],
    ['entered for that very server', { [T]: 'data', [sentinelSecret(T)]: 'watch', node: 'own' }, 'own', 'own'],
    ['entered, and the topology has none', { node: 'own' }, 'own', 'own'],
  ];
  for (const [title, secrets, server, sentinel] of kept) {
    test(title, async () => {
      const store = new MemorySecrets();
      for (const [key, secret] of Object.entries(secrets)) await store.set(key, secret);
      assert.equal(await secretOfNode(store, T, { id: 'node', role: 'replica' }), server);
      assert.equal(await secretOfNode(store, T, { id: 'node', role: 'sentinel' }), sentinel);
    });
  }
  test('a server that stands alone, and one that only a plan knows', async () => {
    const store = new MemorySecrets();
    await store.set('node', 'own');
    await store.set(T, 'all');
    assert.equal(await secretOfNode(store, undefined, { id: 'node', role: 'master' }), 'own');
    assert.equal(await secretOf(store, T, {}), 'all');
  });
});
