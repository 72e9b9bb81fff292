import assert from 'node:assert/strict';
import { HumanError } from '../../../../src/base/errors';
import type { EngineFault } from '../../../../src/engine/engine';
import { faultOfError, faultOfReply, messageOf } from '../../../../src/engine/docker/faults';
import { faultOfPull } from '../../../../src/engine/docker/pull';

const about = { call: 'POST /x', endpoint: 'unix:///s', id: 'c1' };

suite('engine/docker/faults', () => {
  const replies: readonly (readonly [number, string, Partial<EngineFault>, object?])[] = [
    [
      500,
      'driver failed programming external connectivity on endpoint t-a (1f0): Bind for 127.0.0.1:21000 failed: port is already allocated',
      { code: 'port-taken', port: 21000 },
    ],
    [
      500,
      'driver failed programming external connectivity on endpoint t-a (1f0): Error starting userland proxy: listen tcp4 127.0.0.1:21000: bind: address already in use',
      { code: 'port-taken', port: 21000 },
    ],
    [
      500,
      'failed to set up container networking: driver failed programming external connectivity on endpoint t-a (1f0): failed to bind host port for 127.0.0.1:21000:172.18.0.2:6379/tcp: address already in use',
      { code: 'port-taken', port: 21000 },
    ],
    [500, 'failed to bind host port 127.0.0.1:21000/tcp: address already in use', { code: 'port-taken', port: 21000 }],
    [
      500,
      'Ports are not available: exposing port TCP 127.0.0.1:21000 -> 127.0.0.1:0: listen tcp 127.0.0.1:21000: bind: address already in use',
      { code: 'port-taken', port: 21000 },
    ],
    [
      500,
      'Ports are not available: listen tcp 127.0.0.1:21000: bind: An attempt was made to access a socket in a way forbidden by its access permissions.',
      { code: 'port-taken', port: 21000 },
    ],
    [500, 'rootlessport listen tcp 127.0.0.1:21000: bind: address already in use', { code: 'port-taken', port: 21000 }],
    [
      500,
      'cannot listen on the TCP port: listen tcp6 [::1]:21000: bind: address already in use',
      { code: 'port-taken', port: 21000 },
    ],
    [403, 'Address already in use', { code: 'address-taken', address: '172.18.0.2' }, { address: '172.18.0.2' }],
    [
      500,
      'IPAM error: requested ip address 10.89.0.2 is already allocated to container ID 12',
      { code: 'address-taken', address: '10.89.0.2' },
    ],
    [403, 'Pool overlaps with other one on this address space', { code: 'no-free-subnet' }],
    [
      403,
      'cannot create network 1 (br-1): conflicts with network 2 (br-2): networks have overlapping IPv4',
      { code: 'no-free-subnet' },
    ],
    [500, 'subnet 10.89.0.0/24 is already used on the host or by another config', { code: 'no-free-subnet' }],
    [
      409,
      'Conflict. The container name "/t-a" is already in use by container "1f0". You have to remove (or rename) that container',
      { code: 'name-taken', name: 't-a' },
      { name: 't-a' },
    ],
    [
      500,
      'creating container storage: the container name "t-a" is already in use by 1f0',
      { code: 'name-taken', name: 't-a' },
      { name: 't-a' },
    ],
    [409, 'network with name t already exists', { code: 'name-taken', name: 't' }, { name: 't' }],
    [404, 'No such image: redis:9', { code: 'image-missing', reference: 'redis:9' }, { image: 'redis:9' }],
    [404, 'No such container: redis:9', { code: 'image-missing', reference: 'redis:9' }, { image: 'redis:9' }],
    [404, 'network 12 not found', { code: 'engine-error', status: 404 }, { image: 'redis:9' }],
    [404, 'No such container: c1', { code: 'gone', id: 'c1' }],
    [403, 'error while removing network: network t id 12 has active endpoints', { code: 'in-use', id: 'c1' }],
    [409, 'remove t-data: volume is in use - [12]', { code: 'in-use', id: 'c1' }],
    [409, 'Container 12 is not running', { code: 'conflict', id: 'c1' }],
    [500, 'Container 12 is not paused', { code: 'conflict', id: 'c1' }],
    [500, 'write /var/lib/docker/x: no space left on device', { code: 'disk-full' }],
    [
      400,
      'client version 1.99 is too new. Maximum supported API version is 1.41',
      { code: 'engine-version', endpoint: 'unix:///s' },
    ],
    [400, 'client version 1.40 is too old. Minimum supported API version is 1.44', { code: 'engine-version' }],
    [
      500,
      'OCI runtime create failed',
      { code: 'engine-error', call: 'POST /x', status: 500, text: 'OCI runtime create failed' },
    ],
  ];
  for (const [status, words, expected, more] of replies) {
    test(`${status} ${words.slice(0, 90)}`, () => {
      const fault = faultOfReply(status, words, { ...about, ...more });
      assert.deepEqual({ ...fault, ...expected }, fault);
    });
  }

  const thrown: readonly (readonly [string, EngineFault['code']])[] = [
    ['ENOENT', 'engine-missing'],
    ['ENOTFOUND', 'engine-missing'],
    ['ECONNREFUSED', 'engine-refused'],
    ['EACCES', 'engine-forbidden'],
    ['EPERM', 'engine-forbidden'],
    ['HPE_INVALID_CONSTANT', 'engine-not-docker'],
    ['ECONNRESET', 'engine-lost'],
    ['EPIPE', 'engine-lost'],
    ['ETIMEDOUT', 'engine-lost'],
    ['', 'engine-lost'],
  ];
  for (const [code, expected] of thrown) {
    test(`${code || 'no code'} → ${expected}`, () => {
      const fault = faultOfError(Object.assign(new Error('x'), { code }), about);
      assert.ok(fault instanceof HumanError);
      assert.equal(fault.fault.code, expected);
    });
  }

  test('time that is up is a lost engine; a cancel stays a cancel; a fault stays itself', () => {
    const late = faultOfError(new HumanError({ code: 'deadline', what: 'x', ms: 5 }), about);
    assert.ok(late instanceof HumanError && late.fault.code === 'engine-lost');
    const cancel = new DOMException('no', 'AbortError');
    assert.equal(faultOfError(cancel, about), cancel);
    const own = new HumanError<EngineFault>({ code: 'gone', id: 'x' });
    assert.equal(faultOfError(own, about), own);
  });

  const bodies: readonly (readonly [string, string])[] = [
    ['{"message":"no"}', 'no'],
    ['{"cause":"x"}', '{"cause":"x"}'],
    ['plain\n', 'plain'],
    ['', ''],
    ['['.repeat(1000), '['.repeat(500)],
  ];
  for (const [body, message] of bodies)
    test(`message of ${body.slice(0, 20)}`, () => assert.equal(messageOf(body), message));

  const pulls: readonly (readonly [number, string, EngineFault['code']])[] = [
    [
      500,
      'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 8.8.8.8:53: no such host',
      'image-no-network',
    ],
    [
      500,
      'Get "https://registry-1.docker.io/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
      'image-no-network',
    ],
    [404, 'manifest for redis:0 not found: manifest unknown: manifest unknown', 'image-not-found'],
    [404, "pull access denied for rediz, repository does not exist or may require 'docker login'", 'image-not-found'],
    [500, 'no matching manifest for linux/arm64 in the manifest list entries', 'image-not-found'],
    [500, 'failed to register layer: no space left on device', 'disk-full'],
    [500, 'toomanyrequests: You have reached your pull rate limit.', 'engine-error'],
  ];
  for (const [status, words, code] of pulls)
    test(`pull: ${words.slice(0, 60)} → ${code}`, () => assert.equal(faultOfPull('redis:0', words, status).code, code));
});
