import assert from 'node:assert/strict';
import { parseEndpoint } from '../../../../src/engine/docker/endpoint';
import { readInspected } from '../../../../src/engine/docker/instances';
import { routeTo } from '../../../../src/engine/docker/route';
import { codeOf } from '../../../../src/engine/docker/tunnel';
import { candidates } from '../../../../src/redis/addressBook';
import { formatAddress } from '../../../../src/model/address';

const id = 'c'.repeat(64);
/** Published on all addresses, on loopback, and not at all. */
const container = {
  Id: id,
  Name: '/one',
  State: { Status: 'running' },
  Config: { Image: 'redis:7.0' },
  NetworkSettings: {
    Networks: { bridge: { NetworkID: 'n', IPAddress: '172.17.0.2' } },
    Ports: {
      '6379/tcp': [{ HostIp: '0.0.0.0', HostPort: '7001' }],
      '6380/tcp': [{ HostIp: '127.0.0.1', HostPort: '7002' }],
    },
  },
};

suite('where the containers of an engine are reached', () => {
  const cases: readonly (readonly [
    endpoint: string,
    platform: string,
    forced: boolean,
    open: string,
    private_: string,
    none: string,
  ])[] = [
    // `t` before an address: through the engine
    [
      'unix:///var/run/docker.sock',
      'linux',
      false,
      '127.0.0.1:7001 172.17.0.2:6379 t172.17.0.2:6379',
      '127.0.0.1:7002 172.17.0.2:6380 t172.17.0.2:6380',
      '172.17.0.2:6381 t172.17.0.2:6381',
    ],
    [
      'unix:///var/run/docker.sock',
      'darwin',
      false,
      '127.0.0.1:7001 t172.17.0.2:6379',
      '127.0.0.1:7002 t172.17.0.2:6380',
      't172.17.0.2:6381',
    ],
    [
      'tcp://127.0.0.1:2376',
      'linux',
      false,
      '127.0.0.1:7001 172.17.0.2:6379 t172.17.0.2:6379',
      '127.0.0.1:7002 172.17.0.2:6380 t172.17.0.2:6380',
      '172.17.0.2:6381 t172.17.0.2:6381',
    ],
    ['tcp://10.0.0.9:2376', 'linux', false, '10.0.0.9:7001 t172.17.0.2:6379', 't172.17.0.2:6380', 't172.17.0.2:6381'],
    ['ssh://me@box', 'linux', false, 'box:7001 t172.17.0.2:6379', 't172.17.0.2:6380', 't172.17.0.2:6381'],
    ['unix:///var/run/docker.sock', 'linux', true, 't172.17.0.2:6379', 't172.17.0.2:6380', 't172.17.0.2:6381'],
  ];
  for (const [text, platform, forced, ...expected] of cases) {
    test(`${text} on ${platform}${forced ? ', always through the engine' : ''}`, () => {
      const endpoint = parseEndpoint(text, undefined);
      assert.ok(endpoint);
      const instance = readInspected(container, routeTo(endpoint, platform, forced));
      const found = [6379, 6380, 6381].map(port =>
        candidates(instance, port)
          .map(address => `${address.via === undefined ? '' : 't'}${formatAddress(address)}`)
          .join(' '),
      );
      assert.deepEqual(found, expected);
      assert.ok(candidates(instance, 6379).every(({ via }) => via === undefined || via === id));
    });
  }
});

suite('what the program inside says of a connection that it could not open', () => {
  const cases: readonly (readonly [said: string, code: string | undefined])[] = [
    ['Connection refused at -e line 2.', 'ECONNREFUSED'],
    ["nc: can't connect to remote host (172.17.0.2): Connection refused", 'ECONNREFUSED'],
    ['bash: connect: Connection refused\nbash: line 1: /dev/tcp/172.17.0.2/6379: Connection refused', 'ECONNREFUSED'],
    ['2026/01/01 socat[7] E connect(5, AF=2 172.17.0.9:6379, 16): No route to host', 'EHOSTUNREACH'],
    ['Connection timed out at -e line 2.', 'ETIMEDOUT'],
    ['nothing here carries a connection', 'ENOTUNNEL'],
    [
      'OCI runtime exec failed: exec failed: unable to start container process: exec: "sh": executable file not found in $PATH: unknown',
      'ENOTUNNEL',
    ],
    ['', undefined],
  ];
  for (const [said, code] of cases) test(said.slice(0, 60) || 'nothing', () => assert.equal(codeOf(said), code));
});
