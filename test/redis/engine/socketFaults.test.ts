import assert from 'node:assert/strict';
import { isCancellation, mapLimit, until } from '../../../src/base/abort';
import { HumanError, isFault } from '../../../src/base/errors';
import { createDockerEngine } from '../../../src/engine/docker';
import type { Engine, EngineFault, Place, Storage } from '../../../src/engine/engine';
import { Decoys, leftovers } from '../../support/dockerWorld';
import { SocketProxy, proxyFaults } from '../../support/socketProxy';
import type { ProxyFault } from '../../support/socketProxy';
import { docker, newOwnership, OWNER, removeAll, requestFor } from './place';

/** Every code that the port promises; anything else that comes out is a mistake. */
const CODES: Readonly<Record<EngineFault['code'], true>> = {
  'engine-missing': true,
  'engine-refused': true,
  'engine-forbidden': true,
  'engine-not-docker': true,
  'engine-version': true,
  'engine-lost': true,
  'engine-unsupported-endpoint': true,
  'image-missing': true,
  'image-not-found': true,
  'image-no-network': true,
  'name-taken': true,
  'port-taken': true,
  'ports-exhausted': true,
  'address-taken': true,
  'no-free-subnet': true,
  'subnet-taken': true,
  'not-ours': true,
  gone: true,
  conflict: true,
  elsewhere: true,
  'in-use': true,
  'disk-full': true,
  'folder-not-writable': true,
  'folder-not-empty': true,
  'cli-missing': true,
  'server-missing': true,
  'bad-reply': true,
  'engine-error': true,
};
/** Limits of 20 s become 0.8 s. */
const PATIENCE = 0.04;
/** Making a container is several calls that must go well before the one that fails; a busy machine needs more than 0.8 s for them. */
const MAKING = 0.12;
const LIMIT_MS = 8000;
/** `npm run drill`: also the ways of failing that differ little, and other people's things beside ours, looked at after every test. */
const whole = process.env['REDIS_TOPOLOGY_DRILL'] === 'whole';

interface Fixture {
  readonly ownership: ReturnType<typeof newOwnership>;
  readonly place: Place;
  readonly id: string;
}
type Act = (engine: Engine, fixture: Fixture) => Promise<unknown>;
const storage: Storage = { kind: 'volume' };

/** Call of the API × what uses it. `makes` are those after which there must be exactly one or none. */
const calls: readonly (readonly [string, string, RegExp, Act])[] = [
  ['ask who is there', 'GET', /^\/(_ping|version)$/, engine => engine.list()],
  ['glance at containers', 'GET', /^\/containers\/json$/, engine => engine.glance?.() ?? Promise.resolve()],
  ['ask about the host', 'GET', /^\/info$/, engine => engine.describe()],
  ['list containers', 'GET', /^\/containers\/json$/, engine => engine.list()],
  ['inspect a container', 'GET', /^\/containers\/\w+\/json$/, engine => engine.list()],
  ['list images', 'GET', /^\/images\/json$/, engine => engine.images()],
  ['inspect an image', 'GET', /^\/images\/.+\/json$/, engine => engine.images()],
  [
    'find what is ours: networks',
    'GET',
    /^\/networks$/,
    (engine, { ownership }) => engine.findOwned(ownership.topologyId),
  ],
  ['find what is ours: volumes', 'GET', /^\/volumes$/, engine => engine.ownedTopologies()],
  ['free ports', 'GET', /^\/containers\/json$/, engine => engine.freePorts(21500, 1)],
  ['start', 'POST', /\/start$/, async (engine, { id, ownership }) => engine.start(id, ownership)],
  ['pause', 'POST', /\/pause$/, async (engine, { id, ownership }) => engine.pause(id, ownership)],
  ['unpause', 'POST', /\/unpause$/, async (engine, { id, ownership }) => engine.unpause(id, ownership)],
  ['stop', 'POST', /\/stop$/, async (engine, { id, ownership }) => engine.stop(id, ownership, 15)],
  ['kill', 'POST', /\/kill$/, async (engine, { id, ownership }) => engine.kill(id, ownership)],
  ['make an exec', 'POST', /\/containers\/\w+\/exec$/, (engine, { id }) => engine.exec(id, ['echo', 'x'])],
  ['start an exec', 'POST', /\/exec\/\w+\/start$/, (engine, { id }) => engine.exec(id, ['echo', 'x'])],
  [
    'start an exec with input',
    'POST',
    /\/exec\/\w+\/start$/,
    (engine, { id }) => engine.exec(id, ['cat'], { input: 'x' }),
  ],
  ['read an exec', 'GET', /\/exec\/\w+\/json$/, (engine, { id }) => engine.exec(id, ['echo', 'x'])],
  ['read the log', 'GET', /\/logs$/, (engine, { id }) => engine.logs(id, { tail: 10, follow: false }, () => undefined)],
  [
    'write conf',
    'PUT',
    /\/archive$/,
    (engine, { id, ownership }) => engine.writeConf(id, ownership, [{ name: 'more.conf', content: '' }]),
  ],
];

suite('engine/docker: a connection that fails at every call in every way', function () {
  this.timeout(120_000);
  const proxy = new SocketProxy();
  const healthy = createDockerEngine({ owner: OWNER });
  let fixture: Fixture;
  let decoys: Decoys | undefined;
  /** What the last failure said, for the messages of this suite. */
  let said = '';
  const strays: unknown[] = [];
  const onStray = (reason: unknown): void => void strays.push(reason);

  suiteSetup(async () => {
    process.on('unhandledRejection', onStray);
    await proxy.listen();
    const ownership = newOwnership();
    if (whole) decoys = new Decoys(ownership.topologyName);
    const place = await healthy.createPlace({ ownership, nodes: ['a', 'b', 'c'], storage });
    const [port] = await healthy.freePorts(21400, 1);
    const id = await healthy.create(requestFor(ownership, 'a', place, 0, port!, storage));
    await healthy.start(id, ownership);
    fixture = { ownership, place, id };
  });
  teardown(() => assert.equal(decoys?.changes() ?? '', '', 'somebody else was touched'));
  suiteTeardown(async () => {
    await removeAll(healthy, fixture.ownership.topologyId);
    assert.deepEqual(leftovers(fixture.ownership.topologyName), []);
    decoys?.remove();
    healthy.dispose();
    await proxy.close();
    process.off('unhandledRejection', onStray);
    assert.deepEqual(strays, []);
  });
  const spoiled = (patience = PATIENCE): ReturnType<typeof createDockerEngine> =>
    createDockerEngine({ owner: OWNER, endpoint: () => proxy.endpoint, patience });

  async function heal(): Promise<void> {
    proxy.rule = undefined;
    const { id, ownership } = fixture;
    await healthy.unpause(id, ownership).catch(() => undefined);
    await until('the node runs again', { everyMs: 50, deadlineMs: 30_000 }, async () => {
      await healthy.start(id, ownership);
      return (await healthy.exec(id, ['true']).catch(() => undefined))?.exitCode === 0 ? true : undefined;
    });
  }

  /** The act ends within its limit, well or with a fault of the port; gives the fault's code. */
  async function ends(act: Promise<unknown>): Promise<string> {
    const begun = Date.now();
    const outcome = await Promise.race([
      act.then(
        () => 'done',
        (error: unknown) => error,
      ),
      new Promise<'hangs'>(resolve => setTimeout(() => resolve('hangs'), LIMIT_MS).unref()),
    ]);
    assert.notEqual(outcome, 'hangs', `still pending after ${Date.now() - begun} ms`);
    if (outcome === 'done') return 'done';
    assert.ok(!isCancellation(outcome), 'nobody cancelled');
    assert.ok(
      outcome instanceof HumanError && outcome.fault.code in CODES,
      `not a fault of the engine: ${String(outcome)}`,
    );
    said = outcome.message;
    return outcome.fault.code;
  }

  for (const [what, method, path, act] of calls) {
    const changes = ['start', 'stop', 'kill', 'pause', 'unpause'].includes(what);
    // The answer to a change has no body that could be spoiled.
    const faults = (Object.keys(proxyFaults) as ProxyFault[]).filter(fault => !changes || !/in body|JSON/.test(fault));
    async function once(fault: ProxyFault, own: SocketProxy): Promise<void> {
      const engine = createDockerEngine({ owner: OWNER, endpoint: () => own.endpoint, patience: PATIENCE });
      own.rule = { method, path, fault };
      own.met = 0;
      const code = await ends(act(engine, fixture)).catch((error: unknown) => {
        throw new Error(`${fault}: ${String(error)}`);
      });
      assert.ok(own.met > 0, `${fault}: the call was not made`);
      if (method === 'GET' && fault !== 'other JSON')
        assert.notEqual(code, 'done', `${fault}: a reading call can't have an answer`);
      // With 'stall' a busy daemon may not have done it yet when our shortened limits are over; then the loss is told.
      if (changes && /after send|stall/.test(fault))
        assert.ok(
          code === 'done' || (code === 'engine-lost' && fault === 'stall in head'),
          `${fault}: it was done, and a look tells: ${code}`,
        );
      if (fault === 'status 500') assert.ok(['engine-error', 'done'].includes(code), `${fault}: ${code}`);
      engine.dispose();
    }
    test(`${what}: ${faults.length} ways to fail`, async () => {
      if (!changes) {
        await mapLimit(faults, 3, async fault => {
          const own = new SocketProxy();
          await own.listen();
          try {
            await once(fault, own);
          } finally {
            await own.close();
          }
        });
        return;
      }
      for (const fault of faults) {
        if (what === 'unpause') await healthy.pause(fixture.id, fixture.ownership);
        if (what === 'start') await healthy.kill(fixture.id, fixture.ownership);
        await once(fault, proxy).finally(heal);
      }
    });
  }

  const makers: readonly (readonly [string, string, RegExp])[] = [
    ['a container', 'POST', /\/containers\/create$/],
    ['the files of a container', 'PUT', /\/archive$/],
  ];
  for (const [what, method, path] of makers) {
    test(`making ${what}: exactly one or none, whatever fails once`, async () => {
      for (const fault of Object.keys(proxyFaults) as ProxyFault[]) {
        const engine = spoiled(MAKING);
        const session = { ...fixture.ownership, session: `${fixture.ownership.session}-${fault}` };
        proxy.met = 0;
        proxy.rule = { method, path, fault, times: 1 };
        const code = await ends(engine.create({ ...requestFor(session, 'b', fixture.place, 1, 21499, storage) }));
        proxy.rule = undefined;
        assert.equal(proxy.met, 1);
        const made = (await healthy.findOwned(fixture.ownership.topologyId)).instances.filter(
          one => one.ownership?.node === 'b',
        );
        assert.equal(made.length, code === 'done' ? 1 : 0, `${fault}: ${code}`);
        if (method === 'POST' && /drop|stall|cut|JSON/.test(fault))
          assert.equal(code, 'done', `${fault}: looked for before it was made again`);
        for (const one of made) await healthy.remove(one.id, fixture.ownership);
        engine.dispose();
      }
    });
  }

  const places: readonly (readonly [string, string, RegExp])[] = [
    ['the network', 'POST', /\/networks\/create$/],
    ['the volumes', 'POST', /\/volumes\/create$/],
  ];
  for (const [what, method, path] of places) {
    test(`making ${what} of a place: one or none, whatever fails once`, async () => {
      for (const fault of Object.keys(proxyFaults) as ProxyFault[]) {
        const engine = spoiled();
        const ownership = newOwnership();
        proxy.met = 0;
        proxy.rule = { method, path, fault, times: 1 };
        const code = await ends(engine.createPlace({ ownership, nodes: ['a', 'b'], storage }));
        proxy.rule = undefined;
        assert.equal(proxy.met, 1, `${fault}: ${code} ${said}`);
        const { networks, data } = await healthy.findOwned(ownership.topologyId);
        assert.deepEqual([networks.length, data.length], code === 'done' ? [1, 4] : [0, 0], `${fault}: ${code}`);
        await healthy.removePlace(ownership.topologyId, { data: true });
        engine.dispose();
      }
    });
  }

  test('removing, whatever fails once, and again until nothing is left', async () => {
    for (const [method, path] of [
      ['DELETE', /\/containers\/\w+$/],
      ['DELETE', /\/volumes\//],
      ['DELETE', /\/networks\//],
    ] as const) {
      for (const fault of whole
        ? (Object.keys(proxyFaults) as ProxyFault[])
        : (['drop before send', 'drop after send', 'stall in head', 'status 409'] as const)) {
        const engine = spoiled();
        const ownership = newOwnership();
        const place = await healthy.createPlace({ ownership, nodes: ['a'], storage });
        await healthy.create(requestFor(ownership, 'a', place, 0, 21499, storage));
        proxy.met = 0;
        proxy.rule = { method, path, fault, times: 1 };
        const removal = async (): Promise<void> => {
          for (const one of (await engine.findOwned(ownership.topologyId)).instances)
            await engine.remove(one.id, ownership);
          await engine.removePlace(ownership.topologyId, { data: true });
        };
        const code = await ends(removal());
        proxy.rule = undefined;
        assert.equal(proxy.met, 1, fault);
        if (code !== 'done') await removal();
        assert.equal(
          await docker('ps', '-aq', '--filter', `label=redis-topology.topology=${ownership.topologyId}`),
          '',
        );
        assert.deepEqual(
          await healthy.findOwned(ownership.topologyId),
          { instances: [], networks: [], data: [], rooms: [] },
          fault,
        );
        engine.dispose();
      }
    }
  });

  test('events: lost and connected again after a drop, and at a daemon that can not be reached', async () => {
    const engine = spoiled();
    const heard: string[] = [];
    const seen = async (word: string, times: number): Promise<void> => {
      for (const end = Date.now() + LIMIT_MS; heard.filter(one => one === word).length < times;) {
        assert.ok(Date.now() < end, `${word} not heard ${times} times: ${heard.join(', ')}`);
        await new Promise(resolve => setTimeout(resolve, 20));
      }
    };
    const watching = engine.watch(signal => heard.push(signal.type));
    await seen('connected', 1);
    proxy.drop();
    await seen('lost', 1);
    await seen('connected', 2);
    proxy.rule = { method: 'GET', path: /^\/events$/, fault: 'status 500', times: 1 };
    proxy.drop();
    await seen('connected', 3);
    proxy.rule = { method: 'GET', path: /^\/events$/, fault: 'no JSON', times: 1 };
    proxy.drop();
    await seen('connected', 4);
    watching.dispose();
    const before = heard.length;
    proxy.drop();
    await new Promise(resolve => setTimeout(resolve, 1500));
    assert.equal(heard.length, before, 'nothing is heard after the last listener left');
    engine.dispose();
  });

  if (whole)
    test('events: whatever the stream meets when it is opened, the next one is heard', async () => {
      for (const fault of Object.keys(proxyFaults) as ProxyFault[]) {
        const engine = spoiled();
        let [connected, heard] = [0, 0];
        proxy.met = 0;
        proxy.rule = { method: 'GET', path: /^\/events$/, fault, times: 1 };
        const watching = engine.watch(signal => {
          if (signal.type === 'connected') connected++;
          if (signal.type === 'instance' && signal.id === fixture.id && signal.action === 'pause') heard++;
        });
        await until(`${fault}: met`, { everyMs: 20, deadlineMs: 20_000 }, async () =>
          proxy.met > 0 ? true : undefined,
        );
        // one that says nothing is noticed when the daemon is asked for a sign of life and has none for it, or ends with its connections
        if (fault.startsWith('stall')) proxy.drop();
        await until(`${fault}: an event is heard`, { everyMs: 300, deadlineMs: 30_000 }, async () => {
          await healthy.pause(fixture.id, fixture.ownership);
          await healthy.unpause(fixture.id, fixture.ownership);
          return heard > 0 ? true : undefined;
        });
        assert.ok(connected > 0, fault);
        watching.dispose();
        engine.dispose();
      }
      proxy.rule = undefined;
      await heal();
    });

  test('a cancel is heard long before the limit while the daemon says nothing', async () => {
    const engine = createDockerEngine({ owner: OWNER, endpoint: () => proxy.endpoint });
    await engine.list();
    for (const [what, method, path, act] of [
      ['list', 'GET', /\/containers\/json$/, (signal: AbortSignal) => engine.list(signal)],
      [
        'exec',
        'POST',
        /\/exec\/\w+\/start$/,
        (signal: AbortSignal) => engine.exec(fixture.id, ['sleep', '1'], {}, signal),
      ],
      ['stop', 'POST', /\/stop$/, (signal: AbortSignal) => engine.stop(fixture.id, fixture.ownership, 15, signal)],
    ] as const) {
      proxy.rule = { method, path, fault: 'stall in head' };
      const cancel = new AbortController();
      setTimeout(() => cancel.abort(), 150);
      const begun = Date.now();
      await assert.rejects(act(cancel.signal), isCancellation, what);
      assert.ok(Date.now() - begun < 20_000, what); // the limit is a minute and more
    }
    proxy.rule = undefined;
    await heal();
    engine.dispose();
  });

  test('a daemon that is not there, that is none, that we may not ask', async () => {
    const cases: readonly (readonly [string, EngineFault['code']])[] = [
      ['unix:///nowhere/docker.sock', 'engine-missing'],
      ['tcp://127.0.0.1:1', 'engine-refused'],
      ['gopher://x', 'engine-unsupported-endpoint'],
      ['/etc/passwd', 'engine-refused'],
    ];
    for (const [endpoint, code] of cases) {
      const engine = createDockerEngine({ owner: OWNER, endpoint: () => endpoint });
      await assert.rejects(engine.list(), error => isFault(error, code), `${endpoint} → ${code}`);
      engine.dispose();
    }
  });
});
