import assert from 'node:assert/strict';
import { HumanError } from '../../../src/base/errors';
import type { EngineFault } from '../../../src/engine/engine';
import type { RedisConnector, RedisFault } from '../../../src/redis/client';
import { createSentinel, prepareSentinel } from '../../../src/topology/createSentinel';
import type { JournalRecord } from '../../../src/topology/journal';
import { keepDrill } from '../../../src/topology/drill/history';
import { removeTopology } from '../../../src/topology/removeTopology';
import type { SentinelRequest } from '../../../src/topology/sentinelRequest';
import { findUnfinished } from '../../../src/topology/findUnfinished';
import { removeUnfinished } from '../../../src/topology/unfinished';
import { decoy, FakeEngine } from '../../support/fakeEngine';
import { drillRun } from '../../support/drillRuns';
import { memoryDeps } from '../../support/memoryDeps';

const request: SentinelRequest = {
  name: 'orders',
  engine: 'docker',
  image: 'redis:7.0',
  replicas: 2,
  sentinels: 3,
  quorum: 2,
  firstPort: 6379,
  firstSentinelPort: 26379,
  storage: { kind: 'volume' },
};
const signal = new AbortController().signal;
const silent = (): void => undefined;

/** Nobody ever answers: the creation gets as far as started containers. */
const wrongPassword: RedisConnector = {
  connect: ({ address }) =>
    Promise.reject(new HumanError<RedisFault>({ code: 'redis-silent', address, reason: 'password-wrong' })),
};
/** Nobody has answered yet. */
const nobodyYet: RedisConnector = {
  connect: (_endpoint, options) =>
    new Promise((_, reject) => {
      options?.signal?.addEventListener('abort', () => reject(new DOMException('cancelled', 'AbortError')));
    }),
};
const foreign = {
  topologyId: '00000000-0000-4000-8000-000000000000',
  topologyName: 'orders',
  topologyKind: 'sentinel',
  node: 'redis-1',
  owner: 'test-machine',
  session: 'x',
  schema: 1,
} as const;

function world(connector: RedisConnector = wrongPassword) {
  const engine = new FakeEngine();
  const decoys = [decoy('d1', 'orders-redis-1'), decoy('d2', 'orders-redis-2', foreign)];
  for (const one of decoys) engine.made.set(one.instance.id, one);
  const before = JSON.stringify(decoys);
  const deps = memoryDeps(engine, connector);
  return {
    engine,
    deps,
    create: async (of: AbortSignal = signal) =>
      createSentinel(deps, { plan: await prepareSentinel(deps, request, signal) }, of, silent),
    assertClean: () => {
      assert.deepEqual([...engine.made.keys()].sort(), ['d1', 'd2']);
      assert.equal(JSON.stringify([...engine.made.values()]), before, 'a decoy was touched');
      assert.equal(engine.networks.size + engine.data.size, 0);
      assert.deepEqual(deps.records.keys(), []);
      assert.equal(deps.secrets.kept.size, 0);
    },
  };
}

const broken = (act: string): never => {
  throw new HumanError<EngineFault>({ code: 'engine-lost', endpoint: 'memory:', text: act });
};

suite('topology/createSentinel', () => {
  for (const when of ['before', 'after'] as const) {
    for (const [act, nth] of [
      ['createPlace', 1],
      ['create', 1],
      ['create', 4],
      ['create', 6],
      ['start', 1],
      ['start', 5],
    ] as const) {
      test(`the engine is lost ${when} the ${nth}. ${act}: the failure is told, and nothing is left`, async () => {
        const { engine, create, assertClean } = world(nobodyYet);
        let seen = 0;
        engine[when] = each => {
          if (each === act && ++seen === nth) broken(act);
        };
        await assert.rejects(create(), /engine-lost/);
        assertClean();
      });
    }
  }

  test('a server that refuses our password: told, and nothing is left', async () => {
    const { create, assertClean } = world();
    await assert.rejects(create(), /password-wrong/);
    assertClean();
  });

  test('cancelled before it began: nothing happens at all', async () => {
    const { engine, create } = world();
    await assert.rejects(create(AbortSignal.abort()), { name: 'AbortError' });
    assert.deepEqual(engine.acts, []);
  });

  test('an undo that fails keeps the journal, is offered at once, and can be run again', async () => {
    const { engine, deps, create, assertClean } = world();
    engine.before = act => {
      if (act === 'remove' || act === 'removePlace') broken(act);
    };
    await assert.rejects(create(), /undo-incomplete.*orders/);
    const [found] = findUnfinished(deps);
    assert.ok(found);
    assert.deepEqual([found.name, found.verb, found.canFinish], ['orders', 'create', true]);
    engine.before = () => undefined;
    await removeUnfinished(deps, found.topologyId, signal);
    assertClean();
  });

  test('a container that appears after all, although its creation failed, is found and removed', async () => {
    const { engine, deps, create, assertClean } = world(nobodyYet);
    const late: (() => void)[] = [];
    engine.before = (act, about) => {
      if (act !== 'create' || about !== 'redis-2') return;
      const [record] = deps.records.keys().map(key => deps.records.get(key) as JournalRecord);
      const ownership = { ...foreign, topologyId: record!.topologyId, session: record!.session, node: 'redis-2' };
      late.push(() => engine.made.set('late', decoy('late', 'orders-redis-2', ownership)));
      broken(act);
    };
    engine.after = act => {
      if (act === 'removePlace') setTimeout(() => late.shift()?.(), 50);
    };
    await assert.rejects(create(), /engine-lost/);
    assertClean();
  });

  test('each intent is in the journal before its act', async () => {
    const { engine, deps, create } = world();
    const missing: string[] = [];
    engine.before = (act, about) => {
      const entries = deps.records.keys().flatMap(key => (deps.records.get(key) as JournalRecord).entries);
      const step =
        act === 'createPlace'
          ? 'place'
          : act === 'create'
            ? `create ${about}`
            : act === 'start'
              ? `start ${about.replace('orders-', '')}`
              : undefined;
      if (step !== undefined && !entries.some(entry => entry.step === step && entry.state === 'intended'))
        missing.push(step);
    };
    await assert.rejects(create());
    assert.deepEqual(missing, []);
  });

  test('the password is in the conf files and the secret store only', async () => {
    const { engine, deps, create } = world();
    let password = '';
    const records: string[] = [];
    deps.records.onSet = (_key, value) => {
      records.push(JSON.stringify(value));
    };
    engine.before = act => {
      if (act === 'start') password = [...deps.secrets.kept.values()][0] ?? '';
    };
    const files: string[] = [];
    engine.after = act => {
      if (act === 'create')
        files.push(...[...engine.made.values()].flatMap(made => made.files.map(({ content }) => content)));
    };
    await assert.rejects(create());
    assert.equal(password.length, 43);
    assert.ok(files.some(text => text.includes(`requirepass ${password}\n`)));
    assert.ok(!records.some(text => text.includes(password)));
  });

  const invalid: readonly (readonly [Partial<SentinelRequest>, RegExp])[] = [
    [{ name: 'Bad Name' }, /request-invalid.*name-characters/],
    [{ quorum: 4 }, /quorum-above-sentinels/],
    [{ firstPort: 1 }, /port-range/],
  ];
  for (const [change, message] of invalid) {
    test(`${JSON.stringify(change)} is refused before the engine is asked`, async () => {
      await assert.rejects(
        prepareSentinel(memoryDeps(new FakeEngine(), wrongPassword), { ...request, ...change }, signal),
        message,
      );
    });
  }
});

suite('topology/removeTopology', () => {
  async function standing() {
    const { engine, deps } = world();
    const topologyId = '11111111-1111-4111-8111-111111111111';
    const ownership = { ...foreign, topologyId };
    const place = await engine.createPlace({ ownership, nodes: ['redis-1', 'redis-2'], storage: { kind: 'volume' } });
    for (const node of ['redis-1', 'redis-2'])
      await engine.create({
        ownership: { ...ownership, node },
        program: 'redis',
        image: 'redis:7.0',
        place,
        address: '10.0.0.2',
        port: 1,
        files: [],
        storage: { kind: 'volume' },
      });
    await deps.secrets.set(topologyId, 'secret');
    for (const one of [topologyId, 'another'])
      await keepDrill(deps.records, drillRun({ request: { ...drillRun().request, topologyId: one } }));
    return { engine, deps, order: { topologyId, name: 'orders', kind: 'sentinel', engine: 'docker' } as const };
  }

  for (const data of [true, false]) {
    test(`data ${data ? 'deleted' : 'kept'}: exactly ours goes`, async () => {
      const { engine, deps, order } = await standing();
      const report = await removeTopology(deps, { ...order, data }, signal, silent);
      assert.deepEqual([...engine.made.keys()].sort(), ['d1', 'd2']);
      assert.equal(engine.networks.size, 0);
      assert.equal(engine.data.size, data ? 0 : 2);
      assert.deepEqual([report.data.length, report.keptData.length], data ? [2, 0] : [0, 2]);
      assert.equal(deps.secrets.kept.size, data ? 0 : 1);
      assert.deepEqual(deps.records.keys(), ['drills:another']);
    });
  }

  test('cut off by a lost engine it is offered again, and completes', async () => {
    const { engine, deps, order } = await standing();
    engine.before = act => {
      if (act === 'removePlace') broken(act);
    };
    await assert.rejects(removeTopology(deps, { ...order, data: true }, signal, silent), /engine-lost/);
    const [found] = findUnfinished(deps);
    assert.deepEqual([found?.verb, found?.canFinish], ['remove', false]);
    engine.before = () => undefined;
    await removeUnfinished(deps, order.topologyId, signal);
    assert.ok(engine.isClean(order.topologyId));
    assert.equal(deps.secrets.kept.size, 0);
    assert.deepEqual(deps.records.keys(), ['drills:another']);
  });
});
