import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { readEvent } from '../../../../src/engine/docker/events';
import { identityFor, readHost } from '../../../../src/engine/docker/host';
import type { ThisMachine } from '../../../../src/engine/docker/host';
import {
  compareVersions,
  newestRedisFirst,
  repositoryName,
  serverInside,
  tagOf,
} from '../../../../src/engine/docker/images';
import { readGlanced, readInspected, readListed, reservedPorts } from '../../../../src/engine/docker/instances';
import { HERE } from '../../../../src/engine/docker/route';
import { containerSpec } from '../../../../src/engine/docker/create';

const inspected = {
  Id: 'c1',
  Name: '/redis-6380',
  Path: 'docker-entrypoint.sh',
  Args: ['redis-server', '/etc/redis.conf'],
  Image: 'sha256:1',
  State: {
    Status: 'running',
    StartedAt: '2026-01-02T03:04:05.5Z',
    FinishedAt: '0001-01-01T00:00:00Z',
    ExitCode: 0,
    OOMKilled: false,
  },
  Config: { Image: 'redis:6.2.6', Labels: { other: 'x' }, ExposedPorts: { '6379/tcp': {} } },
  HostConfig: { NetworkMode: 'default', PortBindings: { '6380/tcp': [{ HostIp: '', HostPort: '6380' }] } },
  NetworkSettings: {
    Ports: {
      '6380/tcp': [
        { HostIp: '0.0.0.0', HostPort: '6380' },
        { HostIp: '::', HostPort: '6380' },
      ],
      '6379/tcp': null,
    },
    Networks: { bridge: { NetworkID: 'n1', IPAddress: '172.17.0.2', IPAMConfig: null } },
  },
  Mounts: [
    { Type: 'bind', Source: '/home/me/redis.conf', Destination: '/etc/redis.conf', RW: true },
    { Type: 'volume', Name: 'v1', Source: '/var/lib/docker/volumes/v1/_data', Destination: '/data', RW: true },
  ],
};

suite('engine/docker/instances', () => {
  test('a container made by hand', () => {
    assert.deepEqual(readInspected(inspected), {
      id: 'c1',
      engine: 'docker',
      name: 'redis-6380',
      image: 'redis:6.2.6',
      state: 'running',
      startedAt: Date.parse('2026-01-02T03:04:05.5Z'),
      command: ['docker-entrypoint.sh', 'redis-server', '/etc/redis.conf'],
      networks: [{ id: 'n1', name: 'bridge', address: '172.17.0.2' }],
      ports: [{ inside: 6380, outside: { host: '127.0.0.1', port: 6380 } }],
      mounts: [
        { source: '/home/me/redis.conf', target: '/etc/redis.conf', kind: 'folder', writable: true },
        { source: 'v1', target: '/data', kind: 'volume', writable: true },
      ],
    });
  });

  test('stopped: the ports asked for, the fixed address, how it ended', () => {
    const stopped = readInspected({
      ...inspected,
      State: {
        Status: 'exited',
        StartedAt: '2026-01-02T03:04:05Z',
        FinishedAt: '2026-01-02T03:05:05Z',
        ExitCode: 137,
        OOMKilled: true,
      },
      NetworkSettings: {
        Ports: {},
        Networks: { t: { NetworkID: 'n2', IPAddress: '', IPAMConfig: { IPv4Address: '172.20.0.2' } } },
      },
    });
    assert.deepEqual(stopped.exit, { code: 137, at: Date.parse('2026-01-02T03:05:05Z'), outOfMemory: true });
    assert.deepEqual(stopped.ports, [{ inside: 6380, outside: { host: '127.0.0.1', port: 6380 } }]);
    assert.deepEqual(stopped.networks, [{ id: 'n2', name: 't', address: '172.20.0.2' }]);
  });

  test("on the host's network the ports stand for themselves", () => {
    const host = {
      ...inspected,
      HostConfig: { NetworkMode: 'host' },
      NetworkSettings: { Ports: {}, Networks: { host: { NetworkID: 'n3', IPAddress: '' } } },
    };
    assert.deepEqual(readInspected(host).ports, [{ inside: 6379, outside: { host: '127.0.0.1', port: 6379 } }]);
    assert.deepEqual(readInspected({ ...host, Args: ['redis-server', '--port', '7000'] }).ports, [
      { inside: 7000, outside: { host: '127.0.0.1', port: 7000 } },
    ]);
  });

  test('ports that a container takes, running or not', () => {
    assert.deepEqual(reservedPorts(inspected), [6380]);
    assert.deepEqual(
      reservedPorts({
        Id: 'x',
        HostConfig: { PortBindings: { '1/tcp': [{ HostPort: '' }], '2/udp': [{ HostPort: '5' }] } },
      }),
      [],
    );
  });

  /** The same container as its entry in the list of all. */
  const entry = {
    Id: 'c1',
    Names: ['/other/alias', '/redis-6380'],
    Image: 'redis:6.2.6',
    Command: 'docker-entrypoint.sh redis-server /etc/redis.conf',
    Ports: [
      { IP: '0.0.0.0', PrivatePort: 6380, PublicPort: 6380, Type: 'tcp' },
      { IP: '::', PrivatePort: 6380, PublicPort: 6380, Type: 'tcp' },
      { PrivatePort: 6379, Type: 'tcp' },
    ],
    Labels: { other: 'x' },
    State: 'running',
    Status: 'Up 2 minutes',
    HostConfig: { NetworkMode: 'default' },
    NetworkSettings: { Networks: inspected.NetworkSettings.Networks },
    Mounts: inspected.Mounts,
  };
  test('a glance at it tells the same, but not since when it runs', () => {
    const { startedAt: _, ...known } = readInspected(inspected);
    assert.deepEqual(readGlanced(entry, HERE), known);
  });
  test('a glance at a stopped one tells that it is stopped, and not how it ended', () => {
    const seen = readGlanced({ ...entry, State: 'exited', Ports: [] }, HERE);
    assert.deepEqual([seen?.state, seen?.exit, seen?.ports], ['exited', undefined, []]);
  });
  for (const [what, change] of [
    ['what runs and cannot be reached by what the entry tells', { Ports: [], NetworkSettings: null }],
    ['the task of a service', { Labels: { 'com.docker.swarm.service.id': 's1' } }],
    ['what is no server', { Image: 'nginx', Command: 'nginx', Ports: [] }],
  ] as const)
    test(`a glance leaves out ${what}`, () => assert.equal(readGlanced({ ...entry, ...change }, HERE), undefined));

  for (const wrong of [undefined, null, 7, [], {}, { Id: 'x' }, { State: {} }, { Id: 5, State: {} }])
    test(`refuses ${JSON.stringify(wrong)}`, () => assert.throws(() => readInspected(wrong)));

  test('any JSON in any field is read or refused, never half-read', () => {
    const fields = Object.keys(inspected) as (keyof typeof inspected)[];
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.jsonValue(), (field, value) => {
        let instance;
        try {
          instance = readInspected({ ...inspected, [field]: value });
        } catch {
          assert.ok(field === 'Id' || field === 'State');
          return;
        }
        assert.ok(
          typeof instance.id === 'string' &&
            instance.command.every(word => typeof word === 'string') &&
            instance.ports.every(port => Number.isInteger(port.outside.port)),
        );
      }),
    );
  });

  const listed: readonly (readonly [string, object, boolean])[] = [
    ['by image', { Image: 'redis:7' }, true],
    ['by image of a registry', { Image: 'registry:5000/library/valkey:8@sha256:1' }, true],
    ['by command', { Image: 'mine', Command: 'docker-entrypoint.sh redis-server /x' }, true],
    ['by path of the command', { Image: 'mine', Command: '/usr/bin/redis-sentinel /x' }, true],
    ['by exposed port', { Image: 'mine', Ports: [{ PrivatePort: 6379, Type: 'tcp' }] }, true],
    ['a tool', { Image: 'redis/redisinsight:2', Command: './entry' }, false],
    ['an exporter', { Image: 'oliver006/redis_exporter', Command: '/redis_exporter' }, false],
    ['something else', { Image: 'nginx', Command: 'nginx' }, false],
  ];
  for (const [what, raw, relevant] of listed)
    test(`relevant: ${what}`, () => assert.equal(readListed({ Id: 'x', State: 'running', ...raw }).relevant, relevant));
});

suite('engine/docker/images', () => {
  const image = (
    env: readonly string[],
    cmd: readonly string[] = [],
    labels: object = {},
  ): Record<string, unknown> => ({
    Config: { Env: env, Cmd: cmd, Entrypoint: ['docker-entrypoint.sh'], Labels: labels },
  });
  const cases: readonly (readonly [string, string, Record<string, unknown>, object | undefined])[] = [
    [
      'official redis',
      'redis:latest',
      image(['REDIS_VERSION=7.4.1'], ['redis-server']),
      { product: 'redis', version: '7.4.1', binary: 'redis-server' },
    ],
    [
      'official valkey',
      'valkey/valkey:8',
      image(['VALKEY_VERSION=8.1.0'], ['valkey-server']),
      { product: 'valkey', version: '8.1.0', binary: 'valkey-server' },
    ],
    [
      'version by tag',
      'redis:7.0',
      image([], ['redis-server']),
      { product: 'redis', version: '7.0', binary: 'redis-server' },
    ],
    ['no version', 'redis:latest', image([], ['redis-server']), { product: 'redis', binary: 'redis-server' }],
    [
      'full path',
      'mine:3',
      image([], ['/opt/redis-server', '/x']),
      { product: 'redis', version: '3', binary: '/opt/redis-server' },
    ],
    [
      'bitnami',
      'bitnami/redis:latest',
      image(['BITNAMI_APP_NAME=redis', 'APP_VERSION=7.2.4'], ['/run.sh']),
      { product: 'redis', version: '7.2.4', binary: 'redis-server' },
    ],
    [
      'by label',
      'mine:x',
      image([], [], { 'org.opencontainers.image.title': 'valkey', 'org.opencontainers.image.version': '8.0.1' }),
      { product: 'valkey', version: '8.0.1', binary: 'valkey-server' },
    ],
    ['something else', 'nginx:1', image([], ['nginx']), undefined],
  ];
  for (const [what, reference, raw, expected] of cases)
    test(what, () => assert.deepEqual(serverInside(raw, reference), expected));

  const references: readonly (readonly [string, string, string | undefined])[] = [
    ['redis', 'redis', undefined],
    ['redis:7', 'redis', '7'],
    ['r:5000/o/redis:7@sha256:1', 'redis', '7'],
    ['r:5000/redis', 'redis', undefined],
  ];
  for (const [reference, name, tag] of references)
    test(`reads ${reference}`, () => assert.deepEqual([repositoryName(reference), tagOf(reference)], [name, tag]));

  test('newest Redis first, then Valkey, unknown versions last', () => {
    const list = ['redis:7.0', 'redis:7.10', 'redis:8', 'redis:latest', 'valkey:9.0', 'valkey:8.1'].map(reference => ({
      reference,
      id: '',
      product: reference.startsWith('redis') ? ('redis' as const) : ('valkey' as const),
      ...(/\d/.test(reference) ? { version: reference.split(':')[1]! } : {}),
    }));
    assert.deepEqual(
      [...list]
        .reverse()
        .sort(newestRedisFirst)
        .map(one => one.reference),
      ['redis:8', 'redis:7.10', 'redis:7.0', 'redis:latest', 'valkey:9.0', 'valkey:8.1'],
    );
    assert.equal(Math.sign(compareVersions('7.0', '7.0.1')), -1);
    const own = ['redis-own:7.0', 'somebody/redis:8', 'redis:7.0', 'docker.io/library/redis:6.2'].map(reference => ({
      reference,
      id: '',
      product: 'redis' as const,
      version: reference.split(':')[1]!,
    }));
    assert.deepEqual(
      own.sort(newestRedisFirst).map(one => one.reference),
      ['redis:7.0', 'docker.io/library/redis:6.2', 'somebody/redis:8', 'redis-own:7.0'],
      'what everybody knows before what somebody made of it',
    );
  });
});

suite('engine/docker/host', () => {
  const linux: ThisMachine = {
    hostname: 'box',
    platform: 'linux',
    release: '6.1',
    inContainer: false,
    uid: 1000,
    gid: 1000,
  };
  const info = (more: object): Record<string, unknown> => ({
    Name: 'box',
    KernelVersion: '6.1',
    OperatingSystem: 'Debian',
    SecurityOptions: ['name=seccomp,profile=default'],
    ...more,
  });
  const hosts: readonly (readonly [
    string,
    object,
    Partial<ThisMachine>,
    { sharesFiles: boolean; rootIsUser: boolean; name: string },
  ])[] = [
    ['the local engine', {}, {}, { sharesFiles: true, rootIsUser: false, name: 'box' }],
    ['another machine', { Name: 'far' }, {}, { sharesFiles: false, rootIsUser: false, name: 'far' }],
    [
      'a machine of the same name',
      { KernelVersion: '5.4' },
      {},
      { sharesFiles: false, rootIsUser: false, name: 'box' },
    ],
    ['rootless', { SecurityOptions: ['name=rootless'] }, {}, { sharesFiles: true, rootIsUser: true, name: 'box' }],
    [
      'user namespaces',
      { SecurityOptions: ['name=userns'] },
      {},
      { sharesFiles: false, rootIsUser: false, name: 'box' },
    ],
    [
      'Docker Desktop on macOS',
      { Name: 'docker-desktop', OperatingSystem: 'Docker Desktop' },
      { platform: 'darwin' },
      { sharesFiles: true, rootIsUser: false, name: 'box' },
    ],
    [
      'Docker Desktop on Linux',
      { Name: 'docker-desktop', OperatingSystem: 'Docker Desktop' },
      {},
      { sharesFiles: true, rootIsUser: true, name: 'box' },
    ],
    [
      'Docker Desktop in WSL',
      { Name: 'docker-desktop', OperatingSystem: 'Docker Desktop' },
      { release: '5.15-microsoft-standard-WSL2' },
      { sharesFiles: true, rootIsUser: false, name: 'box' },
    ],
    [
      'Docker Desktop seen from a dev container',
      { Name: 'docker-desktop', OperatingSystem: 'Docker Desktop' },
      { inContainer: true },
      { sharesFiles: false, rootIsUser: false, name: 'docker-desktop' },
    ],
  ];
  for (const [what, more, machine, expected] of hosts)
    test(what, () => assert.deepEqual(readHost(info(more), { ...linux, ...machine }), { ...expected, selinux: false }));

  const folder = { kind: 'folder', root: '/r' } as const;
  const volume = { kind: 'volume' } as const;
  const server = { uid: 999, gid: 999 };
  const identities: readonly (readonly [
    string,
    typeof folder | typeof volume,
    boolean,
    Partial<ThisMachine>,
    object,
  ])[] = [
    ['volumes', volume, false, {}, { user: server, folders: server }],
    ['folders of a user', folder, false, {}, { user: { uid: 1000, gid: 1000 }, folders: undefined }],
    ['folders of root', folder, false, { uid: 0, gid: 0 }, { user: server, folders: server }],
    ['folders, rootless', folder, true, {}, { user: { uid: 0, gid: 0 }, folders: undefined }],
    ['folders on Windows', folder, false, { uid: undefined, gid: undefined }, { user: server, folders: undefined }],
  ];
  for (const [what, storage, rootIsUser, machine, expected] of identities)
    test(`who runs: ${what}`, () =>
      assert.deepEqual(
        identityFor(storage, { name: '', sharesFiles: true, selinux: false, rootIsUser }, { ...linux, ...machine }),
        expected,
      ));
});

suite('engine/docker/create', () => {
  const ownership = {
    topologyId: '6b2b0f0e-4f2f-4d5c-9a5e-0c1d2e3f4a5b',
    topologyName: 'orders',
    topologyKind: 'sentinel',
    node: 'sentinel-1',
    owner: 'me',
    session: 's1',
    schema: 1,
  } as const;
  const request = {
    ownership,
    program: 'sentinel',
    image: 'redis:7',
    place: { network: 'n1', addresses: ['172.20.0.2'] },
    address: '172.20.0.2',
    port: 21000,
    files: [{ name: 'sentinel.conf', content: 'requirepass hush' }],
    storage: { kind: 'folder', root: '/w/redis/orders' },
  } as const;
  const spec = (
    storage: typeof request.storage | { kind: 'volume' },
    selinux = false,
  ): Record<string, unknown> & { HostConfig: Record<string, unknown> } =>
    containerSpec(
      { ...request, storage },
      { product: 'redis', binary: 'redis-server' },
      { uid: 5, gid: 6 },
      selinux,
    ) as never;

  test('the server itself, by a user of our choice, published on loopback under its own number, with nothing secret', () => {
    const made = spec(request.storage);
    assert.deepEqual(
      [made['Entrypoint'], made['Cmd'], made['User'], made['WorkingDir']],
      [['redis-server'], ['/conf/sentinel.conf', '--sentinel'], '5:6', '/data'],
    );
    assert.deepEqual(made.HostConfig['PortBindings'], { '21000/tcp': [{ HostIp: '127.0.0.1', HostPort: '21000' }] });
    assert.doesNotMatch(JSON.stringify(made), /hush/);
  });

  test('the conf folder is mounted, never the file; volumes by name; SELinux asks for a label', () => {
    assert.deepEqual(spec(request.storage).HostConfig['Mounts'], [
      { Type: 'bind', Source: '/w/redis/orders/sentinel-1/conf', Target: '/conf' },
      { Type: 'bind', Source: '/w/redis/orders/sentinel-1/data', Target: '/data' },
    ]);
    assert.deepEqual(spec({ kind: 'volume' }).HostConfig['Mounts'], [
      { Type: 'volume', Source: 'orders-sentinel-1-conf', Target: '/conf', VolumeOptions: { NoCopy: true } },
      { Type: 'volume', Source: 'orders-sentinel-1-data', Target: '/data', VolumeOptions: { NoCopy: true } },
    ]);
    assert.deepEqual(spec(request.storage, true).HostConfig['Binds'], [
      '/w/redis/orders/sentinel-1/conf:/conf:Z',
      '/w/redis/orders/sentinel-1/data:/data:Z',
    ]);
  });

  test('no conf file, a name that leads elsewhere', () => {
    assert.throws(
      () => containerSpec({ ...request, files: [] }, { product: 'redis', binary: 'x' }, { uid: 0, gid: 0 }, false),
      RangeError,
    );
    assert.throws(
      () =>
        containerSpec(
          { ...request, files: [{ name: '../x', content: '' }] },
          { product: 'redis', binary: 'x' },
          { uid: 0, gid: 0 },
          false,
        ),
      RangeError,
    );
  });
});

suite('engine/docker/events', () => {
  const base = { timeNano: 1_700_000_000_123_456_789, time: 1_700_000_000 };
  const at = Math.floor(base.timeNano / 1e6);
  const cases: readonly (readonly [string, object, object | undefined])[] = [
    [
      'die',
      { Type: 'container', Action: 'die', Actor: { ID: 'c1', Attributes: { exitCode: '137' } } },
      { type: 'instance', id: 'c1', action: 'die', at, exitCode: 137 },
    ],
    [
      'start',
      { Type: 'container', Action: 'start', Actor: { ID: 'c1', Attributes: {} } },
      { type: 'instance', id: 'c1', action: 'start', at },
    ],
    [
      'health',
      { Type: 'container', Action: 'health_status: healthy', Actor: { ID: 'c1' } },
      { type: 'instance', id: 'c1', action: 'health_status', at },
    ],
    [
      'network connect',
      { Type: 'network', Action: 'disconnect', Actor: { ID: 'n1', Attributes: { container: 'c1' } } },
      { type: 'instance', id: 'c1', action: 'disconnect', at },
    ],
    ['network create', { Type: 'network', Action: 'create', Actor: { ID: 'n1' } }, { type: 'other', at }],
    ['volume', { Type: 'volume', Action: 'mount', Actor: { ID: 'v' } }, { type: 'other', at }],
    ['exec is noise', { Type: 'container', Action: 'exec_start: redis-cli', Actor: { ID: 'c1' } }, undefined],
    ['copying is noise', { Type: 'container', Action: 'extract-to-dir', Actor: { ID: 'c1' } }, undefined],
    ['old form', { status: 'pause', id: 'c1' }, { type: 'instance', id: 'c1', action: 'pause', at }],
  ];
  for (const [what, raw, expected] of cases)
    test(what, () => assert.deepEqual(readEvent(JSON.stringify({ ...base, ...raw })), expected));
  test('cut anywhere: still a reason to look', () => {
    const line = JSON.stringify({ ...base, Type: 'container', Action: 'die', Actor: { ID: 'c1' } });
    for (let length = 1; length < line.length; length++) assert.equal(readEvent(line.slice(0, length))?.type, 'other');
  });
});
