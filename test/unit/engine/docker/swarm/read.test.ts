import assert from 'node:assert/strict';
import type { Task } from '../../../../../src/engine/docker/swarm/read';
import {
  boundTo,
  currentTask,
  readNode,
  readService,
  readTask,
  stateOfTask,
  stillRuns,
} from '../../../../../src/engine/docker/swarm/read';
import { labelsOf } from '../../../../../src/engine/docker/labels';

const task = (change: Partial<Task>): Task => ({
  id: 't1',
  service: 's1',
  node: 'n1',
  desired: 'running',
  state: 'running',
  at: 1,
  container: 'c1',
  exitCode: undefined,
  error: undefined,
  addresses: ['10.0.1.5'],
  created: 1,
  ...change,
});
const ownership = {
  topologyId: '0b7f9d7e-1c2d-4e3f-8a9b-0c1d2e3f4a5b',
  topologyName: 'orders',
  topologyKind: 'sentinel' as const,
  node: 'redis-1',
  owner: 'me',
  session: 'one',
  schema: 1,
};
const service = (replicas = 1, more: object = {}): Record<string, unknown> => ({
  ID: 's1',
  Spec: {
    Name: 'orders-redis-1',
    Labels: { ...labelsOf(ownership), 'redis-topology.port': '7000', 'redis-topology.image': 'redis:8.0' },
    TaskTemplate: {
      ContainerSpec: {
        Image: 'sha256:abc',
        Command: ['sh', '-c', 'a script', 'redis-server'],
        Args: ['/conf/redis.conf'],
        Mounts: [{ Type: 'volume', Source: 'v', Target: '/conf' }],
      },
      Placement: { Constraints: ['node.id==n2'] },
      Networks: [{ Target: 'net1' }],
    },
    Mode: { Replicated: { Replicas: replicas } },
    ...more,
  },
});
const nodes = new Map(
  ['n1', 'n2'].map(
    id => [id, { id, name: `host-${id}`, usable: true, down: id === 'n3', address: '10.9.0.1' }] as const,
  ),
);
const read = (raw: object, tasks: readonly Task[], on = nodes) =>
  readService(raw as Record<string, unknown>, tasks, on, [], new Map([['net1', 'orders']]));

suite('engine/docker/swarm: services as instances', () => {
  const machines = ['n1', 'n2'].map(id => ({ id, name: id, usable: id === 'n1', down: id === 'n2', address: '' }));
  const runs: readonly [what: string, tasks: readonly Task[], expected: boolean][] = [
    ['none', [], false],
    ['one that runs', [task({})], true],
    ['one that ended', [task({ state: 'shutdown' })], false],
    ['one of a machine that is lost', [task({ node: 'n2' })], false],
    ['one of each', [task({ node: 'n2' }), task({})], true],
    ['one of a machine that is not known', [task({ node: 'n9' })], true],
  ];
  for (const [what, tasks, expected] of runs)
    test(`still runs: ${what}`, () => assert.equal(stillRuns(tasks, machines), expected));

  for (const [what, wanted, one, failed, down, container, expected] of [
    ['runs', 1, task({}), false, false, undefined, 'running'],
    ['frozen on this machine', 1, task({}), false, false, 'paused', 'paused'],
    ['its container runs before the swarm knows', 1, task({ state: 'starting' }), false, false, 'running', 'running'],
    ['on its way', 1, task({ state: 'preparing' }), false, false, undefined, 'created'],
    ['nobody placed it yet', 1, undefined, false, false, undefined, 'created'],
    ['waits for its next try', 1, task({ desired: 'ready', state: 'ready' }), true, false, undefined, 'restarting'],
    [
      'fell, and the next try is not made yet',
      1,
      task({ desired: 'shutdown', state: 'failed' }),
      false,
      false,
      undefined,
      'restarting',
    ],
    ['its container ended, the swarm does not know yet', 1, task({}), false, false, 'exited', 'restarting'],
    ['stopped', 0, undefined, false, false, undefined, 'exited'],
    ['stopped, still ending', 0, task({ desired: 'remove' }), false, false, undefined, 'running'],
    ['stopped, ended', 0, task({ desired: 'shutdown', state: 'shutdown' }), false, false, undefined, 'exited'],
    ['its machine is away', 1, task({}), false, true, undefined, 'dead'],
  ] as const)
    test(what, () => assert.equal(stateOfTask(wanted, one, failed, down, container), expected));

  test('the task that shall run counts, else the one that ends, else the last', () => {
    const old = task({ id: 'old', desired: 'shutdown', state: 'failed', created: 1 });
    const ending = task({ id: 'ending', desired: 'shutdown', state: 'running', created: 2 });
    const fresh = task({ id: 'fresh', state: 'preparing', created: 3 });
    assert.equal(currentTask([old, ending, fresh])?.id, 'fresh');
    assert.equal(currentTask([old, ending])?.id, 'ending');
    assert.equal(currentTask([old, { ...old, id: 'older', created: 0 }])?.id, 'old');
    assert.equal(currentTask([]), undefined);
  });

  test('a service keeps its id, its name as its address, and the way through the engine', () => {
    const found = read(service(), [task({}), task({ id: 't9', service: 'other' })]);
    assert.deepEqual(found && [found.id, found.name, found.image, found.state, found.host, found.afar, found.command], [
      's1',
      'orders-redis-1',
      'redis:8.0',
      'running',
      { id: 'n1', name: 'host-n1' },
      true,
      ['redis-server', '/conf/redis.conf'],
    ]);
    assert.deepEqual(found?.ports, [{ inside: 7000, outside: { host: 'orders-redis-1', port: 7000, via: 's1' } }]);
    assert.deepEqual(found?.networks, [
      { id: 'net1', name: 'orders', address: 'orders-redis-1' },
      { id: 'net1', name: 'orders', address: '10.0.1.5' },
    ]);
    assert.equal(found?.ownership?.node, 'redis-1');
  });

  test('a port that is open on its machine goes before the way through the engine', () => {
    const open = service(1, {
      EndpointSpec: { Ports: [{ TargetPort: 7000, PublishedPort: 7000, PublishMode: 'host' }] },
    });
    assert.deepEqual(read(open, [task({})])?.ports[0], { inside: 7000, outside: { host: '10.9.0.1', port: 7000 } });
    assert.equal(
      read({ ...open, Spec: { ...(open['Spec'] as object), Mode: { Replicated: { Replicas: 0 } } } }, [])?.ports.length,
      1,
    );
  });

  test('stopped, it is where it is bound to, and says how it ended', () => {
    const found = read(
      service(0),
      [task({ desired: 'shutdown', state: 'failed', exitCode: 1, at: 77 })].map(one => ({ ...one, node: '' })),
    );
    assert.deepEqual(
      [found?.state, found?.host?.name, found?.exit],
      ['exited', 'host-n2', { code: 1, at: 77, outOfMemory: false }],
    );
  });

  for (const [what, raw] of [
    ['no id', { ...service(), ID: '' }],
    ['labels of somebody else', { ...service(), Spec: { ...(service()['Spec'] as object), Labels: { managed: '1' } } }],
    ['nothing', {}],
  ] as const)
    test(`not ours: ${what}`, () => assert.equal(read(raw, []), undefined));

  test('tasks and machines as the API gives them', () => {
    const raw = {
      ID: 't1',
      ServiceID: 's1',
      NodeID: 'n1',
      DesiredState: 'running',
      CreatedAt: '2026-01-01T00:00:00Z',
      Status: { State: 'rejected', Err: 'No such image: x', ContainerStatus: { ContainerID: 'c', ExitCode: 137 } },
      NetworksAttachments: [{ Addresses: ['10.0.1.5/24'] }],
    };
    const found = readTask(raw);
    assert.deepEqual(
      [found?.state, found?.error, found?.exitCode, found?.addresses],
      ['rejected', 'No such image: x', 137, ['10.0.1.5']],
    );
    assert.equal(readTask({ ID: 't' }), undefined);
    const node = (state: string, availability: string): unknown =>
      readNode({
        ID: 'n',
        Description: { Hostname: 'h' },
        Status: { State: state, Addr: '1.2.3.4' },
        Spec: { Availability: availability },
      });
    assert.deepEqual(node('ready', 'active'), { id: 'n', name: 'h', usable: true, down: false, address: '1.2.3.4' });
    assert.deepEqual(node('ready', 'drain'), { id: 'n', name: 'h', usable: false, down: false, address: '1.2.3.4' });
    assert.deepEqual(node('down', 'active'), { id: 'n', name: 'h', usable: false, down: true, address: '1.2.3.4' });
    assert.equal(boundTo({ Placement: { Constraints: ['node.role==manager', 'node.id == abc'] } }), 'abc');
  });
});
