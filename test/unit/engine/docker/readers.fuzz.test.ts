import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { EngineSignal } from '../../../../src/engine/engine';
import { readEvent } from '../../../../src/engine/docker/events';
import { faultOfReply, messageOf } from '../../../../src/engine/docker/faults';
import { serverInside } from '../../../../src/engine/docker/images';
import { readInspected, readListed, reservedPorts } from '../../../../src/engine/docker/instances';
import { Progress } from '../../../../src/engine/docker/pull';
import { Demultiplexer } from '../../../../src/engine/docker/streams';
import { Lines } from '../../../../src/engine/text';
import type { Instance } from '../../../../src/model/instance';

/** What a daemon, or a broken one, or what lies between, may send: every reader gives a value of the type that it promises, or refuses. `FUZZ_RUNS` runs more. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 500);
const options = { seed: 20261122, numRuns: runs };

const uuid = '6b2b0f0e-4f2f-4d5c-9a5e-0c1d2e3f4a5b';
const labels = {
  'redis-topology.managed': '1',
  'redis-topology.topology': uuid,
  'redis-topology.name': 'orders',
  'redis-topology.kind': 'cluster',
  'redis-topology.owner': 'me',
  'redis-topology.session': uuid,
  'redis-topology.schema': '1',
  'com.docker.compose.project': 'orders',
  'com.docker.compose.service': 'redis-1',
};
const inspected = {
  Id: 'c'.repeat(64),
  Name: '/orders-redis-1',
  Path: 'redis-server',
  Args: ['/conf/redis.conf', '--port', '7000'],
  Image: 'sha256:1',
  State: {
    Status: 'exited',
    StartedAt: '2026-01-02T03:04:05.5Z',
    FinishedAt: '2026-01-02T03:05:05Z',
    ExitCode: 137,
    OOMKilled: false,
  },
  Config: {
    Image: 'redis:7.0',
    Labels: labels,
    ExposedPorts: { '7000/tcp': {}, '6379/tcp': {} },
    Env: ['REDIS_VERSION=7.0.15'],
    Cmd: ['redis-server'],
    Entrypoint: ['docker-entrypoint.sh'],
  },
  HostConfig: { NetworkMode: 'n1', PortBindings: { '7000/tcp': [{ HostIp: '127.0.0.1', HostPort: '7000' }] } },
  NetworkSettings: {
    Ports: {
      '7000/tcp': [
        { HostIp: '127.0.0.1', HostPort: '7000' },
        { HostIp: '::', HostPort: '7000' },
      ],
      '6379/tcp': null,
    },
    Networks: { orders: { NetworkID: 'n1', IPAddress: '172.20.0.2', IPAMConfig: { IPv4Address: '172.20.0.2' } } },
  },
  Mounts: [
    {
      Type: 'volume',
      Name: 'orders-redis-1-data',
      Source: '/var/lib/docker/volumes/orders-redis-1-data/_data',
      Destination: '/data',
      RW: true,
    },
    { Type: 'bind', Source: '/w', Destination: '/conf', RW: false },
  ],
};
const listed = {
  Id: 'c1',
  State: 'running',
  Image: 'redis:7.0',
  Command: 'redis-server /conf/redis.conf',
  Labels: labels,
  Ports: [{ PrivatePort: 6379, PublicPort: 7000, Type: 'tcp' }],
};

type Path = readonly (string | number)[];
function pathsOf(value: unknown, at: Path = []): readonly Path[] {
  return typeof value !== 'object' || value === null
    ? [at]
    : [at, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...at, key]))];
}
function changed(value: unknown, [first, ...rest]: Path, put: unknown): unknown {
  if (first === undefined) return put;
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (String(index) === String(first) ? changed(item, rest, put) : item));
  return { ...(value as object), [first]: changed((value as Record<string, unknown>)[first], rest, put) };
}
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(
    null,
    [],
    {},
    '',
    0,
    -1,
    1e308,
    '65536',
    '-1',
    '7e3',
    ' 7000',
    '0x10',
    '99999999999999999999',
    '__proto__',
    'constructor',
    'running',
    '\u0000',
    '\ud800',
    'x'.repeat(70_000),
  ),
  fc.dictionary(
    fc.constantFrom('__proto__', '7000/tcp', '70000/tcp', '-1/tcp', 'HostPort', 'a'),
    fc.jsonValue({ maxDepth: 2 }),
  ),
);
/** The sample with up to three values, at any depth, replaced by something odd. */
const damaged = (sample: unknown): fc.Arbitrary<unknown> =>
  fc
    .array(fc.tuple(fc.constantFrom(...pathsOf(sample)), odd), { minLength: 1, maxLength: 3 })
    .map(edits =>
      edits.reduce((value: unknown, [path, put]) => (reaches(value, path) ? changed(value, path, put) : value), sample),
    );
const reaches = (value: unknown, path: Path): boolean =>
  path.length === 0 ||
  (typeof value === 'object' &&
    value !== null &&
    String(path[0]) in value &&
    reaches((value as Record<string, unknown>)[String(path[0])], path.slice(1)));

const isPort = (port: number): boolean => Number.isInteger(port) && port > 0 && port <= 65535;
const isText = (value: unknown): boolean => typeof value === 'string';

function sound(one: Instance): void {
  assert.ok(
    isText(one.id) && one.id !== '' && isText(one.name) && isText(one.image) && one.command.every(isText),
    'texts',
  );
  assert.ok(['created', 'running', 'paused', 'restarting', 'exited', 'dead'].includes(one.state), 'state');
  assert.ok(one.startedAt === undefined || Number.isFinite(one.startedAt), 'startedAt');
  assert.ok(
    one.exit === undefined ||
      (Number.isFinite(one.exit.code) &&
        typeof one.exit.outOfMemory === 'boolean' &&
        (one.exit.at === undefined || Number.isFinite(one.exit.at))),
    'exit',
  );
  assert.ok(
    one.ports.every(({ inside, outside }) => isPort(inside) && isPort(outside.port) && isText(outside.host)),
    `ports: ${JSON.stringify(one.ports)}`,
  );
  assert.ok(
    one.networks.every(
      ({ id, name, address }) => isText(id) && isText(name) && (address === undefined || isText(address)),
    ),
    'networks',
  );
  assert.ok(
    one.mounts.every(
      ({ source, target, writable }) => isText(source) && isText(target) && typeof writable === 'boolean',
    ),
    'mounts',
  );
  if (one.ownership)
    assert.ok(
      isText(one.ownership.topologyId) && isText(one.ownership.node) && Number.isInteger(one.ownership.schema),
      'ownership',
    );
  JSON.stringify(one);
}

const event = (more: object): string =>
  JSON.stringify({
    Type: 'container',
    Action: 'die',
    Actor: { ID: 'c1', Attributes: { exitCode: '137', name: 'é😀' } },
    time: 1_700_000_000,
    timeNano: 1_700_000_000_000_000_000,
    ...more,
  });
const events = [
  event({}),
  event({ Action: 'start' }),
  event({ Action: 'exec_start: redis-cli ping' }),
  event({ Type: 'network', Action: 'disconnect', Actor: { ID: 'n1', Attributes: { container: 'c1' } } }),
  event({ Action: 'health_status: healthy' }),
];
const stream = Buffer.from(events.map(line => `${line}\n`).join(''));

function heardOf(chunks: readonly Buffer[]): {
  readonly whole: readonly (EngineSignal | undefined)[];
  readonly lines: readonly string[];
} {
  const whole: (EngineSignal | undefined)[] = [];
  const lines: string[] = [];
  const cutter = new Lines(line => {
    lines.push(line);
    whole.push(readEvent(line));
  });
  for (const chunk of chunks) cutter.feed(chunk);
  return { whole, lines };
}

suite('engine/docker readers, fuzzed', function () {
  this.timeout(20_000 + runs * 10);

  test('inspect: any JSON anywhere gives a sound instance or a refusal', () => {
    fc.assert(
      fc.property(damaged(inspected), value => {
        let one: Instance;
        try {
          one = readInspected(value);
        } catch (error) {
          assert.match(String(error), /a container (?:without|that is)/);
          return;
        }
        sound(one);
        assert.ok(reservedPorts(value as Record<string, unknown>).every(isPort), 'reserved ports');
      }),
      options,
    );
  });

  test('the list', () =>
    fc.assert(
      fc.property(damaged(listed), value => {
        try {
          const { id, relevant, published } = readListed(value);
          assert.ok(isText(id) && typeof relevant === 'boolean' && published.every(port => Number.isFinite(port)));
        } catch (error) {
          assert.match(String(error), /a container without Id/);
        }
      }),
      options,
    ));

  test('an image', () =>
    fc.assert(
      fc.property(damaged({ Config: inspected.Config }), fc.string(), (value, reference) => {
        const found = serverInside(
          typeof value === 'object' && value !== null && !Array.isArray(value)
            ? (value as Record<string, unknown>)
            : {},
          reference,
        );
        assert.ok(found === undefined || isText(found.binary));
      }),
      options,
    ));

  test('events: cut at every byte, the whole ones before the cut are heard and nothing else', () => {
    const { whole } = heardOf([stream]);
    assert.equal(whole.filter(one => one?.type === 'instance').length, 4);
    for (let cut = 0; cut <= stream.length; cut++) {
      const lineEnds = stream.subarray(0, cut).filter(byte => byte === 10).length;
      assert.deepEqual(heardOf([stream.subarray(0, cut)]).whole, whole.slice(0, lineEnds), `cut at ${cut}`);
      assert.deepEqual(heardOf([stream.subarray(0, cut), stream.subarray(cut)]).whole, whole, `in two parts at ${cut}`);
    }
  });

  test('events: bytes changed, lost or put in never throw, and what is not touched is heard', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.nat(stream.length - 1),
            fc.constantFrom('drop', 'put', 'change'),
            fc.integer({ min: 0, max: 255 }),
          ),
          { minLength: 1, maxLength: 4 },
        ),
        fc.nat(stream.length),
        (edits, cut) => {
          let bytes = [...stream];
          for (const [at, what, byte] of edits)
            bytes =
              what === 'drop'
                ? [...bytes.slice(0, at), ...bytes.slice(at + 1)]
                : [...bytes.slice(0, at), byte, ...bytes.slice(what === 'put' ? at : at + 1)];
          const damagedStream = Buffer.from(bytes);
          const { whole, lines } = heardOf([damagedStream.subarray(0, cut), damagedStream.subarray(cut)]);
          for (const signal of whole) {
            if (signal === undefined) continue;
            assert.ok(signal.type === 'instance' || signal.type === 'other', signal.type);
            if ('at' in signal) assert.ok(Number.isFinite(signal.at));
            if (signal.type === 'instance')
              assert.ok(
                signal.id !== '' &&
                  signal.action !== '' &&
                  (signal.exitCode === undefined || Number.isFinite(signal.exitCode)),
              );
          }
          for (const line of lines) if (events.includes(line)) assert.deepEqual(readEvent(line), readEvent(line));
        },
      ),
      options,
    ));

  test('of a swarm: a service is the instance, a machine makes all be looked at', () => {
    const read = (Type: string): unknown =>
      readEvent(event({ Type, Action: 'update', Actor: { ID: 's1', Attributes: {} } }));
    const at = 1_700_000_000_000;
    assert.deepEqual(read('service'), { type: 'instance', id: 's1', action: 'update', at });
    assert.deepEqual(read('node'), { type: 'other', at });
  });

  test('a time beyond all numbers is now', () => {
    const read = readEvent(event({ timeNano: undefined, time: 1e308 }));
    assert.ok(read !== undefined && 'at' in read && Number.isFinite(read.at));
  });

  test('one event of any JSON', () =>
    fc.assert(
      fc.property(fc.oneof(damaged(JSON.parse(events[0] ?? '')), fc.jsonValue()), value => {
        const signal = readEvent(JSON.stringify(value));
        if (signal?.type === 'instance')
          assert.ok(isText(signal.id) && isText(signal.action) && Number.isFinite(signal.at));
      }),
      options,
    ));

  test('a multiplexed stream cut at every byte: data as far as they came', () => {
    const frame = (to: number, text: string): Buffer =>
      Buffer.concat([Buffer.from([to, 0, 0, 0, 0, 0, 0, Buffer.byteLength(text)]), Buffer.from(text)]);
    const whole = Buffer.concat([frame(1, 'out'), frame(2, 'error é'), frame(1, ''), frame(1, 'more')]);
    const read = (...chunks: readonly Buffer[]): string => {
      const parts = { 1: '', 2: '' };
      const frames = new Demultiplexer((to, chunk) => {
        parts[to] += chunk.toString('latin1');
      });
      for (const chunk of chunks) frames.feed(chunk);
      return `${parts[1]}|${parts[2]}`;
    };
    const all = read(whole);
    for (let cut = 0; cut <= whole.length; cut++) {
      assert.equal(read(whole.subarray(0, cut), whole.subarray(cut)), all);
      const [out = '', error = ''] = read(whole.subarray(0, cut)).split('|');
      assert.ok(all.startsWith(out) && (all.split('|')[1] ?? '').startsWith(error), `cut at ${cut}`);
    }
  });

  test('bytes by chance are no multiplexed stream, or frames of one', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        let got = 0;
        try {
          new Demultiplexer((_, chunk) => {
            got += chunk.length;
          }).feed(Buffer.from(bytes));
        } catch (error) {
          assert.match(String(error), /not a multiplexed stream/);
        }
        assert.ok(got <= bytes.length);
      }),
      options,
    ));

  test('progress of a pull stays a fraction and never goes down', () =>
    fc.assert(
      fc.property(
        fc.array(damaged({ id: 'l1', status: 'Downloading', progressDetail: { current: 5, total: 10 } }), {
          maxLength: 8,
        }),
        rows => {
          const progress = new Progress();
          let last = 0;
          for (const row of rows) {
            const failure = progress.read(JSON.stringify(row));
            assert.ok(failure === undefined || isText(failure));
            const { fraction } = progress;
            assert.ok(fraction === undefined || (fraction >= last && fraction <= 1), String(fraction));
            last = fraction ?? last;
          }
        },
      ),
      options,
    ));

  test('error replies: any status with any words is a fault of the port', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 100, max: 599 }),
        fc.oneof(
          fc.string({ unit: 'binary' }),
          damaged({ message: 'Bind for 127.0.0.1:7000 failed: port is already allocated' }).map(value =>
            JSON.stringify(value),
          ),
        ),
        (status, body) => {
          const fault = faultOfReply(status, messageOf(body), { call: 'POST /x', endpoint: 'unix:///x', id: 'i' });
          assert.ok(isText(fault.code));
          if (fault.code === 'port-taken') assert.ok(Number.isInteger(fault.port));
        },
      ),
      options,
    ));
});
