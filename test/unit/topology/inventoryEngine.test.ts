import assert from 'node:assert/strict';
import type { Instance } from '../../../src/model/instance';
import { Directory } from '../../../src/model/servers';
import { candidates } from '../../../src/redis/addressBook';
import { discover } from '../../../src/topology/inventoryDiscovery';
import { EngineWatch } from '../../../src/topology/inventoryEngine';
import { ListedEngine } from '../../support/processEngine';
import { at, container, replica, server } from '../../support/servers';

suite('topology/inventoryEngine: a container that was cut off its network', () => {
  async function after(...lists: readonly (readonly Instance[])[]): Promise<readonly Instance[]> {
    const engine = new ListedEngine();
    const watch = new EngineWatch(engine, {
      onChange: () => undefined,
      onSignal: () => undefined,
      onFailure: error => {
        throw error;
      },
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
