import assert from 'node:assert/strict';
import { credentialsOf, packCredentials } from '../../../src/redis/credentials';

suite('credentials in one string', () => {
  const cases = [
    { password: 'secret' },
    { password: '' },
    { username: 'alice', password: 'a:b\0c' },
    { username: 'default', password: '' },
  ];
  for (const credentials of cases)
    test(JSON.stringify(credentials), () => assert.deepEqual(credentialsOf(packCredentials(credentials)), credentials));
  test('a password alone stands as it is', () =>
    assert.equal(packCredentials({ username: '', password: 'secret' }), 'secret'));
  test('nothing kept, nothing given', () => assert.deepEqual(credentialsOf(undefined), {}));
});
