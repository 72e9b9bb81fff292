import assert from 'node:assert/strict';
import { delay } from '../../../src/base/abort';
import { HumanError } from '../../../src/base/errors';
import { IoredisConnector } from '../../../src/redis/ioredisClient';
import { createReplication, prepareReplication } from '../../../src/topology/createReplication';
import type { ReplicationReportOfCreation } from '../../../src/topology/createReplication';
import { failoverReplication } from '../../../src/topology/failoverReplication';
import type { HandoverRequest } from '../../../src/topology/failoverReplication';
import { removeTopology } from '../../../src/topology/removeTopology';
import { checkReplicaOf, makeReplicaOf, promoteToMaster } from '../../../src/topology/replicaOf';
import type { ReplicationRequest } from '../../../src/topology/replicationPlan';
import { Talk } from '../../../src/topology/talk';
import type { Seat } from '../../../src/topology/talk';
import { leftovers } from '../../support/dockerWorld';
import { isLoadChild, Load, lostOn } from '../../support/load';
import { newPrefix, testPorts } from '../../support/naming';
import { memoryDeps } from '../../support/memoryDeps';
import { ProcessesBehind } from '../../support/processesBehind';
import { startRedis } from '../../support/realRedis';
import type { RealRedis } from '../../support/realRedis';
import { dockerDeps, noSignal, silent, volume } from '../../support/topologies';

const patience = { everyMs: 20, deadlineMs: 30_000, signal: noSignal };
const request = (name: string, change: Partial<ReplicationRequest> = {}): ReplicationRequest => ({
  name,
  engine: 'docker',
  image: 'redis:7.0',
  replicas: 2,
  firstPort: 23_500,
  storage: volume,
  ...change,
});
const seatsOf = (report: ReplicationReportOfCreation): readonly Seat[] =>
  report.nodes.map(({ name, announced, reachable }) => ({ name, announced, reachable }));

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof HumanError) return error.fault.code;
    throw error;
  }
  return 'it went through';
}

if (!isLoadChild()) {
  suite('replication on real servers', function () {
    this.timeout(60_000);
    /** Writers that a failed test left. */
    const loads: Load[] = [];
    let engine: ProcessesBehind;
    let deps: ReturnType<typeof memoryDeps>;
    let talk: Talk | undefined;
    const create = async (change: Partial<ReplicationRequest> = {}): Promise<ReplicationReportOfCreation> => {
      const report = await createReplication(
        deps,
        { plan: await prepareReplication(deps, request('pairs', change), noSignal) },
        noSignal,
        silent,
      );
      talk = new Talk(deps.connector, deps.secrets.kept.get(report.topologyId));
      return report;
    };
    const ask = async (seat: Seat, ...command: readonly string[]): Promise<unknown> =>
      (await talk!.to(seat, patience)).call(command);
    /** All die and come back, in the other order; old connections are no use. */
    const restart = async (report: ReplicationReportOfCreation): Promise<void> => {
      for (const { instanceId } of report.nodes) await engine.kill(instanceId, { topologyId: report.topologyId });
      for (const { instanceId } of [...report.nodes].reverse())
        await engine.start(instanceId, { topologyId: report.topologyId });
      talk?.dispose();
      talk = new Talk(deps.connector, deps.secrets.kept.get(report.topologyId));
    };
    const roleOf = async (seat: Seat): Promise<string> => {
      const role = (await ask(seat, 'ROLE')) as readonly unknown[];
      return role[0] === 'slave' ? `slave of ${String(role[2])}` : String(role[0]);
    };
    const handover = (report: ReplicationReportOfCreation, from: number, to: number): HandoverRequest => {
      const seats = seatsOf(report);
      return {
        topologyId: report.topologyId,
        master: seats[from]!,
        to: seats[to]!,
        replicas: seats.filter((_, i) => i !== from),
      };
    };

    setup(() => {
      engine = new ProcessesBehind();
      deps = memoryDeps(engine, new IoredisConnector());
    });
    teardown(async () => {
      for (const load of loads.splice(0)) load.kill();
      talk?.dispose();
      await engine.dispose();
    });

    const shapes: readonly (readonly [string, Partial<ReplicationRequest>, readonly string[]])[] = [
      ['1+2', {}, ['master', 'slave of 23500', 'slave of 23500']],
      [
        'a chain of four',
        { replicas: 3, follows: [0, 1, 2] },
        ['master', 'slave of 23500', 'slave of 23501', 'slave of 23502'],
      ],
      [
        'a tree, without a password',
        { replicas: 4, follows: [0, 0, 1, 2], password: '' },
        ['master', 'slave of 23500', 'slave of 23500', 'slave of 23501', 'slave of 23502'],
      ],
      ['a master alone', { replicas: 0 }, ['master']],
    ];
    for (const [name, change, roles] of shapes) {
      test(`${name}: linked, proven, and the same after all restarted`, async () => {
        const report = await create(change);
        const seats = seatsOf(report);
        assert.equal(report.checks.length, 3 * (seats.length - 1));
        assert.deepEqual(await Promise.all(seats.map(roleOf)), roles);
        await restart(report);
        assert.deepEqual(await Promise.all(seats.map(roleOf)), roles);
      });
    }

    test('handing over under load loses nothing, the sibling follows the new master, and roles are written down', async () => {
      const report = await create();
      const seats = seatsOf(report);
      const load = new Load(__filename, {
        prefix: 'handover',
        writers: 8,
        password: deps.secrets.kept.get(report.topologyId),
        masterName: '',
        servers: seats,
        sentinels: [],
      });
      loads.push(load);
      await load.running;
      const done = await failoverReplication(deps, handover(report, 0, 2), noSignal, silent);
      await delay(300);
      const result = await load.stop();
      assert.ok(result.acknowledged > 200, `only ${result.acknowledged} writes`);
      for (const seat of seats)
        assert.equal(await lostOn(await talk!.to(seat, patience), load.order, result), 0, `lost on ${seat.name}`);
      assert.deepEqual(done.notKept, []);
      const roles = ['slave of 23502', 'slave of 23502', 'master'];
      assert.deepEqual(await Promise.all(seats.map(roleOf)), roles);
      await restart(report);
      assert.deepEqual(await Promise.all(seats.map(roleOf)), roles);
    });

    test('handing over to a frozen replica is taken back: writes go on at the old master', async () => {
      const report = await create();
      engine.process(report.nodes[1]!.instanceId)?.kill('SIGSTOP');
      const code = await codeOf(failoverReplication(deps, handover(report, 0, 1), noSignal, silent));
      assert.ok(['handover-timed-out', 'handover-lagging'].includes(code), code);
      assert.equal(await ask(seatsOf(report)[0]!, 'SET', 'probe', '1'), 'OK');
    });

    test('handing over is refused from a replica, and to one that does not follow', async () => {
      const report = await create({ replicas: 2, follows: [0, 1] });
      assert.equal(
        await codeOf(failoverReplication(deps, handover(report, 1, 2), noSignal, silent)),
        'handover-not-master',
      );
      assert.equal(
        await codeOf(failoverReplication(deps, handover(report, 0, 2), noSignal, silent)),
        'handover-not-replica',
      );
    });

    test('the creation leaves nothing when cancelled while linking', async () => {
      const cancel = new AbortController();
      const plan = await prepareReplication(deps, request('pairs'), noSignal);
      await assert.rejects(
        createReplication(deps, { plan }, cancel.signal, ({ step, state }) => {
          if (step === 'link' && state === 'begun') cancel.abort();
        }),
        { name: 'AbortError' },
      );
      assert.ok(engine.isClean());
      assert.equal(deps.secrets.kept.size + deps.records.kept.size, 0);
    });
  });

  suite('live servers made by hand', function () {
    this.timeout(30_000);
    const deps = memoryDeps(new ProcessesBehind(), new IoredisConnector());
    const started: RealRedis[] = [];
    const start = async (name: string, ...conf: readonly string[]): Promise<Seat> => {
      const server = await startRedis({ conf });
      started.push(server);
      const address = { host: '127.0.0.1', port: server.port };
      return { name, announced: address, reachable: address };
    };
    const call = async (seat: Seat, ...command: readonly string[]): Promise<unknown> => {
      const connection = await deps.connector.connect({ address: seat.reachable });
      try {
        return await connection.call(command);
      } finally {
        connection.dispose();
      }
    };
    teardown(async () => {
      await Promise.all(started.splice(0).map(server => server.stop()));
    });

    test('make replica of: told what it costs, linked, and written down', async () => {
      const [a, b] = [await start('a'), await start('b')];
      await call(b, 'SET', 'mine', '1');
      const check = await checkReplicaOf(deps, { replica: b, master: a, topologyId: 'none' }, noSignal);
      assert.deepEqual(check, {
        refusals: [],
        warnings: [
          { code: 'keys-discarded', node: 'b', keys: 1 },
          { code: 'master-forgets', master: 'a' },
        ],
      });
      const report = await makeReplicaOf(deps, { replica: b, master: a, topologyId: 'none' }, noSignal);
      assert.deepEqual(report.kept, { ok: true });
      assert.equal(await call(b, 'GET', 'mine'), null);
      assert.deepEqual(
        (await checkReplicaOf(deps, { replica: b, master: a, topologyId: 'none' }, noSignal)).warnings.map(
          ({ code }) => code,
        ),
        ['already-follows', 'master-forgets'],
      );
      assert.equal(
        await codeOf(makeReplicaOf(deps, { replica: a, master: b, topologyId: 'none' }, noSignal)),
        'replica-of-loop',
      );
      assert.equal(
        await codeOf(makeReplicaOf(deps, { replica: a, master: a, topologyId: 'none' }, noSignal)),
        'replica-of-itself',
      );
      await promoteToMaster(deps, { node: b, topologyId: 'none' }, noSignal);
      assert.equal(((await call(b, 'ROLE')) as readonly unknown[])[0], 'master');
    });

    test('a server of a cluster, and one that a Sentinel watches, are refused', async () => {
      const [a, b, c] = [await start('a', 'appendonly yes'), await start('b'), await start('c', 'cluster-enabled yes')];
      assert.equal(
        await codeOf(makeReplicaOf(deps, { replica: c, master: a, topologyId: 'none' }, noSignal)),
        'replica-of-cluster-node',
      );
      const sentinel = await startRedis({
        sentinel: true,
        conf: [`sentinel monitor watched 127.0.0.1 ${b.announced.port} 1`],
      });
      started.push(sentinel);
      await delay(1500);
      assert.equal(
        await codeOf(makeReplicaOf(deps, { replica: b, master: a, topologyId: 'none' }, noSignal)),
        'replica-of-watched',
      );
      assert.equal(
        await codeOf(promoteToMaster(deps, { node: b, topologyId: 'none' }, noSignal)),
        'replica-of-watched',
      );
      assert.equal(
        await codeOf(
          failoverReplication(deps, { topologyId: 'none', master: b, to: a, replicas: [a] }, noSignal, silent),
        ),
        'handover-watched',
      );
    });
  });

  suite('replication in Docker', () => {
    const deps = dockerDeps();
    suiteTeardown(() => deps.dispose());
    for (const image of ['redis:7.0', 'redis:8.0', 'valkey/valkey:8.1'])
      test(`1+2 of ${image} is created, handed over and removed`, async function () {
        this.timeout(90_000);
        const name = newPrefix();
        const report = await createReplication(
          deps,
          { plan: await prepareReplication(deps, request(name, { image, firstPort: await testPorts(3) }), noSignal) },
          noSignal,
          silent,
        );
        const seats = seatsOf(report);
        const done = await failoverReplication(
          deps,
          { topologyId: report.topologyId, master: seats[0]!, to: seats[1]!, replicas: seats.slice(1) },
          noSignal,
          silent,
        );
        assert.deepEqual(done.notKept, []);
        await removeTopology(
          deps,
          { topologyId: report.topologyId, name, kind: 'replication', engine: 'docker', data: true },
          noSignal,
          silent,
        );
        assert.deepEqual(leftovers(name), []);
      });
  });
}
