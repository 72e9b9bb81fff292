import assert from 'node:assert/strict';
import { HumanError } from '../../../src/base/errors';
import type { EngineFault } from '../../../src/engine/engine';
import type { Instance } from '../../../src/model/instance';
import { Directory } from '../../../src/model/servers';
import { candidates } from '../../../src/redis/addressBook';
import { discover } from '../../../src/topology/inventoryDiscovery';
import { EngineWatch } from '../../../src/topology/inventoryEngine';
import { ListedEngine } from '../../support/processEngine';
import { at, container, replica, server } from '../../support/servers';

suite('topology/inventoryEngine', () => {
  const turn = (): Promise<void> =>
    new Promise(resolve => {
      setImmediate(resolve);
    });
  function made(onAsked: () => Promise<unknown> = () => Promise.resolve()): {
    readonly engine: ListedEngine;
    readonly watch: EngineWatch;
  } {
    const engine = new ListedEngine();
    engine.instances = [container('r1')];
    return {
      engine,
      watch: new EngineWatch(engine, {
        onChange: () => undefined,
        onSignal: () => undefined,
        onFailure: error => {
          throw error;
        },
        onAsked,
      }),
    };
  }

  test('a list asked for twice in one turn is one list', async () => {
    const { engine, watch } = made();
    await Promise.all([watch.list(), watch.list()]);
    assert.equal(engine.lists, 1);
    watch.dispose();
  });
  test('an event in that turn is news all the same', async () => {
    const { engine, watch } = made();
    const listing = watch.list();
    engine.change('r1', { state: 'paused' }, 'pause');
    await listing;
    await turn();
    assert.deepEqual([engine.lists, watch.instances[0]?.state], [2, 'paused']);
    watch.dispose();
  });
  test('who asked is not held up by what happens without end', async () => {
    const { engine, watch } = made();
    const list = engine.list.bind(engine);
    let state = false;
    engine.list = async () => {
      if (engine.lists > 20) return list();
      setImmediate(() => engine.change('r1', { state: (state = !state) ? 'paused' : 'running' }, 'pause'));
      await turn();
      return list();
    };
    await watch.list();
    assert.equal(engine.lists, 1);
    await watch.list();
    assert.ok(engine.lists <= 3, `${engine.lists} lists`);
    watch.dispose();
  });
  for (let ticks = 0; ticks < 16; ticks++)
    test(`an event ${ticks} microtasks after a list began is never lost`, async () => {
      const { engine, watch } = made();
      const listing = watch.list();
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
      engine.change('r1', { state: 'paused' }, 'pause');
      await listing;
      await turn();
      assert.equal(watch.instances[0]?.state, 'paused');
      watch.dispose();
    });
  test('asked for while one is under way, it is asked once more', async () => {
    const { engine, watch } = made();
    let answer = (): void => undefined;
    engine.list = () =>
      new Promise(resolve => {
        engine.lists++;
        answer = () => resolve([]);
      });
    const first = watch.list();
    await turn();
    const second = watch.list();
    for (let round = 0; round < 2; round++) {
      answer();
      await turn();
    }
    await Promise.all([first, second]);
    assert.equal(engine.lists, 2);
    watch.dispose();
  });
  test('the engine is asked about itself when its servers have been asked', async () => {
    let asked = (): void => undefined;
    const { engine, watch } = made(
      () =>
        new Promise<void>(resolve => {
          asked = resolve;
        }),
    );
    await watch.list();
    await turn();
    assert.deepEqual([watch.instances.length, engine.described, watch.status.state], [1, 0, 'connecting']);
    asked();
    await watch.described;
    assert.deepEqual([engine.described, watch.status.state], [1, 'answering']);
    await watch.list();
    await watch.described;
    assert.equal(engine.described, 1, 'once');
    watch.dispose();
  });
  test('or when they take too long to answer', async () => {
    const { watch } = made(() => new Promise(() => undefined));
    await watch.list();
    await watch.described;
    assert.equal(watch.status.state, 'answering');
    watch.dispose();
  });
});

suite('topology/inventoryEngine: a glance comes first', () => {
  const turn = (): Promise<void> =>
    new Promise(resolve => {
      setImmediate(resolve);
    });
  const began = { startedAt: 5 };
  function made(onAsked: () => Promise<unknown> = () => Promise.resolve()): {
    readonly engine: ListedEngine;
    readonly watch: EngineWatch;
    readonly shown: (readonly (number | undefined)[])[];
  } {
    const engine = new ListedEngine().withGlance();
    engine.instances = [container('r1', began), container('r2', began)];
    const shown: (readonly (number | undefined)[])[] = [];
    const watch: EngineWatch = new EngineWatch(engine, {
      onChange: () => void (watch.instances.length > 0 && shown.push(watch.instances.map(one => one.startedAt))),
      onSignal: () => undefined,
      onFailure: error => {
        throw error;
      },
      onAsked,
    });
    return { engine, watch, shown };
  }

  test('and the whole list when the servers have been asked, once', async () => {
    let asked = (): void => undefined;
    const { engine, watch, shown } = made(
      () =>
        new Promise<void>(resolve => {
          asked = resolve;
        }),
    );
    const listing = watch.list();
    await watch.listed;
    assert.deepEqual([shown, engine.glances, engine.lists], [[[undefined, undefined]], 1, 0]);
    engine.signal({ type: 'connected' }); // events are heard from here on: the list that is to come tells what was before
    asked();
    await listing;
    asked();
    await watch.described;
    await turn();
    assert.deepEqual(
      [shown.slice(0, 2), engine.glances, engine.lists],
      [
        [
          [undefined, undefined],
          [5, 5],
        ],
        1,
        1,
      ],
    );
    await watch.list();
    assert.deepEqual([engine.glances, engine.lists], [1, 2], 'a list is a list from then on');
    watch.dispose();
  });
  test('the list is not held up by servers that do not answer', async () => {
    const { watch } = made(() => new Promise(() => undefined));
    await watch.list();
    assert.deepEqual(
      watch.instances.map(({ startedAt }) => startedAt),
      [5, 5],
    );
    watch.dispose();
  });
  test('an engine that does not answer is asked once, and listed when it does', async () => {
    const { engine, watch } = made();
    engine.failure = new HumanError<EngineFault>({ code: 'engine-refused', endpoint: 'x' });
    await watch.list();
    assert.deepEqual([watch.status.state, engine.glances, engine.lists], ['unavailable', 1, 0]);
    engine.failure = undefined;
    await watch.list();
    await watch.described;
    assert.deepEqual([watch.status.state, watch.instances.length, engine.glances], ['answering', 2, 1]);
    watch.dispose();
  });
  for (let ticks = 0; ticks < 24; ticks++)
    test(`an event ${ticks} microtasks after it began is never lost`, async () => {
      const { engine, watch } = made();
      const listing = watch.list();
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
      engine.change('r1', { state: 'paused' }, 'pause');
      await listing;
      await turn();
      assert.equal(watch.instances[0]?.state, 'paused');
      watch.dispose();
    });
});

suite('topology/inventoryEngine: a container that was cut off its network', () => {
  async function after(...lists: readonly (readonly Instance[])[]): Promise<readonly Instance[]> {
    const engine = new ListedEngine();
    const watch = new EngineWatch(engine, {
      onChange: () => undefined,
      onSignal: () => undefined,
      onFailure: error => {
        throw error;
      },
      onAsked: () => Promise.resolve(),
    });
    for (const list of lists) {
      engine.instances = [...list];
      await watch.list();
    }
    watch.dispose();
    return watch.instances;
  }
  const cut = container('r1', { networks: [] });

  test('its peers still mean it by its address, and nobody tries to reach it there', async () => {
    const [instance] = await after([container('r1')], [cut]);
    assert.deepEqual(instance?.formerAddresses, ['10.0.0.1']);
    const servers = [{ ...server('r1'), instance: instance as Instance }, server('r2', replica('r2', 'r1'))];
    assert.equal(new Directory(servers).find(at('r1'), servers[1])?.id, 'r1');
    assert.deepEqual(
      discover(
        servers,
        servers.map(one => one.instance as Instance),
      ),
      [],
    );
    assert.deepEqual(candidates(instance as Instance, 6379), []);
  });
  test('as long as it is not connected again', async () =>
    assert.deepEqual((await after([container('r1')], [cut], [container('r1')]))[0]?.formerAddresses, undefined));
  test('and nobody else has got the address', async () => {
    const heir = { ...container('r1'), id: 'r7', name: 'r7' };
    assert.deepEqual(
      (await after([container('r1')], [cut, heir])).map(one => one.formerAddresses),
      [undefined, undefined],
    );
  });
  test('another address in the same network is a move, and no cut', async () => {
    assert.deepEqual(
      (
        await after(
          [container('r1')],
          [container('r1', { networks: [{ id: 'net', name: 'net', address: '10.0.0.8' }] })],
        )
      )[0]?.formerAddresses,
      undefined,
    );
  });
});
