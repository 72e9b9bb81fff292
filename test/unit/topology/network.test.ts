import assert from 'node:assert/strict';
import type { ContainerActs } from '../../../src/engine/engine';
import type { NetworkFault } from '../../../src/topology/network';
import { cutOffOf, disconnectNode, reconnectNode } from '../../../src/topology/network';
import type { Node } from '../../../src/model/snapshot';
import { FakeEngine } from '../../support/fakeEngine';
import { MemoryRecords } from '../../support/memoryDeps';
import { instance, node } from '../../support/snapshots';

/** A container in one network of its own, and what was done to it, each with the time. */
function stage() {
  const acts: { readonly what: string; readonly at: number }[] = [];
  let networks = [{ id: 'net', name: 'shop', address: '10.0.0.2' }];
  const note = (what: string): Promise<void> => {
    acts.push({ what, at: performance.now() });
    return Promise.resolve();
  };
  const containers: Pick<ContainerActs, 'disconnect' | 'connect' | 'endpointOf'> = {
    disconnect: (_id, _expect, network) => {
      networks = networks.filter(({ id }) => id !== network);
      return note(`leaves ${network}`);
    },
    connect: (_id, _expect, network, { address }) => {
      networks = [...networks, { id: network, name: network, address: address ?? '172.17.0.2' }];
      return note(`joins ${network}${address === undefined ? '' : ` at ${address}`}`);
    },
    endpointOf: () => Promise.resolve({ address: '10.0.0.2', aliases: ['redis-1'] }),
  };
  const engine = Object.assign(new FakeEngine(), { containers: containers as ContainerActs });
  const records = new MemoryRecords();
  return {
    deps: { engine: () => engine, records },
    node: (): Node => node('redis-1', 'master', { instance: instance('running', { networks }) }),
    acts: () => acts.map(({ what }) => what),
    /** Between the two acts, in milliseconds. */
    between: (one: string, other: string): number =>
      (acts.find(({ what }) => what === other)?.at ?? NaN) - (acts.find(({ what }) => what === one)?.at ?? NaN),
  };
}

suite('topology/network: off its networks, and back', () => {
  const signal = new AbortController().signal;

  test('back at the same address', async () => {
    const one = stage();
    await disconnectNode(one.deps, one.node(), signal);
    assert.ok(cutOffOf(one.deps, one.node()));
    await reconnectNode(one.deps, one.node());
    assert.deepEqual(one.acts(), ['leaves net', 'joins net at 10.0.0.2']);
    assert.equal(cutOffOf(one.deps, one.node()), undefined);
  });

  test('reached by its clients meanwhile: never without a network', async () => {
    const one = stage();
    await disconnectNode(one.deps, one.node(), signal, { reachable: true });
    await reconnectNode(one.deps, one.node());
    assert.deepEqual(one.acts(), ['joins bridge', 'leaves net', 'joins net at 10.0.0.2', 'leaves bridge']);
  });

  test('one of a cluster is without any until it has let go of what it tried to connect from there', async () => {
    const one = stage();
    await disconnectNode(one.deps, one.node(), signal, { reachable: true, letGoMs: 50 });
    await reconnectNode(one.deps, one.node());
    assert.deepEqual(one.acts(), ['joins bridge', 'leaves net', 'leaves bridge', 'joins net at 10.0.0.2']);
    assert.ok(one.between('leaves bridge', 'joins net at 10.0.0.2') >= 50);
  });

  test('one that was not reachable meanwhile has nothing to let go of', async () => {
    const one = stage();
    await disconnectNode(one.deps, one.node(), signal, { letGoMs: 60_000 });
    assert.equal(cutOffOf(one.deps, one.node())?.letGoMs, undefined);
    await reconnectNode(one.deps, one.node());
  });

  test('twice: there is nothing to undo', async () => {
    const one = stage();
    await assert.rejects(
      reconnectNode(one.deps, one.node()),
      (error: { fault?: NetworkFault }) => error.fault?.code === 'network-nothing-to-undo',
    );
  });
});
