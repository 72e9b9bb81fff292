import assert from 'node:assert/strict';
import { isFault } from '../../../src/base/errors';
import { clusterView } from '../../../src/model/clusterView';
import { formatRanges, keySlot } from '../../../src/model/slots';
import { IoredisConnector } from '../../../src/redis/ioredisClient';
import { planMove, reversed } from '../../../src/topology/cluster/movePlan';
import type { MovePlan } from '../../../src/topology/cluster/movePlan';
import { countPlanKeys, moveSlots } from '../../../src/topology/cluster/moveSlots';
import type { MoveProgress } from '../../../src/topology/cluster/moveSlots';
import { startCluster } from '../../support/clusterServers';
import type { ClusterServers } from '../../support/clusterServers';

const password = 'secret';
const secrets = { get: () => Promise.resolve(password), set: () => Promise.resolve(), delete: () => Promise.resolve() };
const deps = { connector: new IoredisConnector(), secrets, now: () => performance.now() };

/** n1 0-5460, n2 5461-10922, n3 10923-16383, no replicas. */
suite('cluster: moving slots between real servers', function () {
  this.timeout(60_000);
  let servers: ClusterServers;
  suiteSetup(async () => { servers = await startCluster(3, 0, { password, conf: ['cluster-node-timeout 3000'] }); });
  suiteTeardown(() => servers.stop());

  const view = async () => clusterView((await servers.look()).map(({ name, report }) => ({ node: name, name, report })));
  const idOf = async (name: string): Promise<string> => (await view()).members.find(member => member.name === name)?.id ?? '';
  const run = (plan: MovePlan, signal: AbortSignal = new AbortController().signal, onProgress: (progress: MoveProgress) => void = () => undefined) =>
    moveSlots(deps, { target: { topologyId: 't', name: 'orders', seats: servers.nodes.map(({ name, announced }) => ({ name, announced, reachable: announced })) }, plan }, signal, onProgress);
  const rangesOf = async (name: string): Promise<string> => {
    const now = await view();
    return formatRanges(now.shards.find(shard => shard.masterId === now.members.find(member => member.name === name)?.id)?.ranges ?? []);
  };
  const call = (name: string, ...command: string[]) => servers.node(name).connection.call(command);

  /** Keys `k:n` of the first 40 slots, several a slot, each with its own value. */
  const keys: string[] = [];
  suiteSetup(async () => {
    for (let n = 0; keys.length < 300; n++) if (keySlot(`k:${n}`) < 40) keys.push(`k:${n}`);
    await servers.node('n1').connection.pipeline(keys.map(key => ['SET', key, `value of ${key}`]));
  });
  async function assertKeysAt(name: string): Promise<void> {
    const values = await servers.node(name).connection.pipeline(keys.map(key => ['GET', key]));
    assert.deepEqual(values, keys.map(key => `value of ${key}`));
  }

  test('slots go with their keys, every node agrees, and back', async () => {
    const plan = planMove(await view(), [[0, 39]], await idOf('n3'));
    assert.equal(await countPlanKeys(deps, { target: { topologyId: 't', name: 'o', seats: servers.nodes.map(({ name, announced }) => ({ name, announced, reachable: announced })) }, plan }, AbortSignal.timeout(20_000)), keys.length);
    const told: number[] = [];
    const report = await run(plan, undefined, progress => told.push(progress.slot));
    assert.deepEqual(told, Array.from({ length: 40 }, (_, slot) => slot));
    assert.deepEqual([report.keys, report.moved.slots, report.left], [keys.length, 40, undefined]);
    assert.deepEqual([await rangesOf('n1'), await rangesOf('n3')], ['40-5460', '0-39 10923-16383']);
    assert.deepEqual((await view()).findings.filter(({ code }) => code !== 'no-replica'), []);
    await assertKeysAt('n3');
    await run(reversed(report.moved));
    assert.equal(await rangesOf('n1'), '0-5460');
    await assertKeysAt('n1');
  });

  test('a cancel is heard between two slots, and what is left can be run', async () => {
    const cancel = new AbortController();
    const report = await run(planMove(await view(), [[0, 39]], await idOf('n2')), cancel.signal, ({ slot }) => { if (slot === 12) cancel.abort(); });
    assert.deepEqual([report.moved.slots, report.left?.slots], [13, 27]);
    assert.equal(await rangesOf('n2'), '0-12 5461-10922');
    assert.deepEqual((await view()).open, []);
    await run(report.left as MovePlan);
    await assertKeysAt('n2');
    await run(planMove(await view(), [[0, 39]], await idOf('n1')));
    await assertKeysAt('n1');
  });

  test('a foreign open slot is refused, an own one is gone on with', async () => {
    const plan = planMove(await view(), [[0, 39]], await idOf('n3'));
    await call('n2', 'CLUSTER', 'SETSLOT', '6000', 'MIGRATING', await idOf('n3'));
    await assert.rejects(run(plan), error => isFault(error, 'move-others-open'));
    await call('n2', 'CLUSTER', 'SETSLOT', '6000', 'STABLE');
    // as a run leaves it that died in the middle of slot 3, one key over, one key copied but not yet deleted
    await call('n3', 'CLUSTER', 'SETSLOT', '3', 'IMPORTING', await idOf('n1'));
    await call('n1', 'CLUSTER', 'SETSLOT', '3', 'MIGRATING', await idOf('n3'));
    const [gone, copied] = keys.filter(key => keySlot(key) === 3);
    const { host, port } = servers.node('n3').announced;
    await call('n1', 'MIGRATE', host, String(port), '', '0', '1000', 'AUTH', password, 'KEYS', gone ?? '');
    await call('n1', 'MIGRATE', host, String(port), '', '0', '1000', 'COPY', 'AUTH', password, 'KEYS', copied ?? '');
    await run(plan);
    await assertKeysAt('n3');
    assert.deepEqual((await view()).open, []);
    await run(reversed(plan));
    await assertKeysAt('n1');
  });

  test('a target that freezes stops the run quickly, the source stays alive, and the run goes on later', async () => {
    const plan = planMove(await view(), [[0, 39]], await idOf('n3'));
    await assert.rejects(run(plan, undefined, ({ slot }) => { if (slot === 5) servers.node('n3').server.signal('SIGSTOP'); }), error => isFault(error, 'move-target-silent', 'move-stopped'));
    assert.equal(await call('n1', 'PING'), 'PONG');
    servers.node('n3').server.signal('SIGCONT');
    await new Promise(resolve => setTimeout(resolve, 1000));
    await run(planMove(await view(), [[0, 39]], await idOf('n3')));
    await assertKeysAt('n3');
    await run(planMove(await view(), [[0, 39]], await idOf('n1')));
  });

  test('a key that would block its node is named before anything blocks', async () => {
    const key = keys[0] as string;
    await call('n1', 'CONFIG', 'SET', 'cluster-node-timeout', '300');
    try {
      await call('n1', 'SETRANGE', key, '8000000', 'x');
      await assert.rejects(run(planMove(await view(), [[keySlot(key), keySlot(key)]], await idOf('n3'))), error => isFault(error, 'move-key-too-big') && (error.fault as unknown as { key: string }).key === key);
    } finally {
      await call('n1', 'CONFIG', 'SET', 'cluster-node-timeout', '3000');
    }
  });
});
