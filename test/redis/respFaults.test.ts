import assert from 'node:assert/strict';
import { mapLimit } from '../../src/base/abort';
import { HumanError } from '../../src/base/errors';
import type { ServerReport } from '../../src/model/report';
import type { RedisFault } from '../../src/redis/client';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import { Prober, ProbeRefused } from '../../src/topology/probe';
import { until } from '../support/naming';
import type { RealRedis } from '../support/realRedis';
import { startRedis } from '../support/realRedis';
import { RespProxy, respFaults } from '../support/respProxy';
import type { RespFault } from '../support/respProxy';

type Kind = 'server' | 'cluster' | 'sentinel';
/** Every call of a look at a server, with what the answer to it decides. */
const calls: readonly (readonly [Kind, string])[] = [
  ['server', 'AUTH'],
  ['server', 'INFO'],
  ['cluster', 'PING'],
  ['cluster', 'INFO'],
  ['cluster', 'CLUSTER INFO'],
  ['cluster', 'CLUSTER NODES'],
  ['sentinel', 'INFO'],
  ['sentinel', 'SENTINEL MYID'],
  ['sentinel', 'SENTINEL MASTERS'],
  ['sentinel', 'SENTINEL REPLICAS'],
  ['sentinel', 'SENTINEL SENTINELS'],
  ['sentinel', 'SENTINEL CKQUORUM'],
  ['sentinel', 'PSUBSCRIBE'],
];
/** What the first call that is waited for must be said to have met. */
const reasons: Readonly<Partial<Record<RespFault, string>>> = {
  NOAUTH: 'password-required',
  'DENIED and closed': 'protected-mode',
  'hang-up before': 'closed',
  'hang-up after': 'closed',
  'cut reply': 'closed',
  silence: 'timeout',
  'half a reply': 'timeout',
  garbage: 'not-redis',
};
/** In `npm test` those whose answers are read in ways of their own; `npm run drill` tries all. */
const slice = new Set(['AUTH', 'CLUSTER NODES', 'SENTINEL MASTERS', 'PSUBSCRIBE']);
const whole = process.env['REDIS_TOPOLOGY_DRILL'] === 'whole';
const PASSWORD = 'right';
const connector = new IoredisConnector();

suite('a look at a server whose answers are spoiled, call by call', function () {
  this.timeout(60_000);
  const servers = {} as Record<Kind, RealRedis>;
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): void => void unhandled.push(reason);

  suiteSetup(async () => {
    process.on('unhandledRejection', onUnhandled);
    servers.server = await startRedis({ conf: [`requirepass ${PASSWORD}`] });
    servers.cluster = await startRedis({ conf: ['cluster-enabled yes'] });
    servers.sentinel = await startRedis({
      sentinel: true,
      conf: [`sentinel monitor m 127.0.0.1 ${servers.server.port} 1`, `sentinel auth-pass m ${PASSWORD}`],
    });
  });
  suiteTeardown(async () => {
    await Promise.all(Object.values(servers).map(server => server.stop()));
    process.off('unhandledRejection', onUnhandled);
    assert.deepEqual(unhandled, []);
  });

  /** One look by a prober that may have looked before: `undefined` when it was a subscription that went well. */
  async function look(
    kind: Kind,
    port: number,
    prober: Prober,
    fault: RespFault | undefined,
    call: string,
  ): Promise<ServerReport | undefined> {
    const timeoutMs = fault === 'silence' || fault === 'half a reply' ? 300 : 10_000;
    const address = { host: '127.0.0.1', port };
    const connection = await connector.connect(
      { address, ...(kind === 'server' ? { password: PASSWORD } : {}) },
      { timeoutMs },
    );
    try {
      if (call !== 'PSUBSCRIBE') return await prober.probe(connection, { timeoutMs });
      await connection.subscribe(['*'], () => undefined, AbortSignal.timeout(timeoutMs));
      return undefined;
    } finally {
      connection.dispose();
    }
  }

  async function once(kind: Kind, call: string, fault: RespFault): Promise<void> {
    const proxy = new RespProxy(servers[kind].port);
    const port = await proxy.listen();
    const what = `${call} meets ${fault}`;
    try {
      const prober = new Prober();
      const before = await look(kind, port, prober, undefined, 'INFO');
      proxy.rule = { command: words => words === call, fault };
      let outcome: string;
      try {
        const report = await look(kind, port, prober, fault, call);
        outcome = 'done';
        if (report !== undefined) assert.equal(report.mode, before?.mode, `${what}: read as another kind of server`);
      } catch (error) {
        if (error instanceof ProbeRefused) outcome = 'refused';
        else {
          assert.ok(error instanceof HumanError, `${what}: ${String(error instanceof Error ? error.stack : error)}`);
          const found = error.fault as RedisFault | { readonly code: 'unreadable-reply' };
          assert.ok(
            ['redis-silent', 'redis-refused', 'unreadable-reply', 'deadline'].includes(found.code),
            `${what}: ${found.code}`,
          );
          outcome = found.code === 'redis-silent' ? found.reason : found.code;
        }
      }
      assert.ok(proxy.met > 0, `${what}: the call was not made`);
      if (fault === 'slow reply') assert.equal(outcome, 'done', what);
      const expected = reasons[fault];
      if (expected !== undefined && call !== 'PSUBSCRIBE') assert.equal(outcome, expected, what);
      proxy.rule = undefined;
      const after = await look(kind, port, prober, undefined, 'INFO');
      assert.deepEqual(shape(after), shape(before), `${what}: not seen as before once it is over`);
      await until('no connection is left open', () => proxy.open === 0);
    } finally {
      await proxy.close();
    }
  }

  for (const [kind, call] of calls.filter(([, one]) => whole || slice.has(one))) {
    test(`${call} of a ${kind}: ${Object.keys(respFaults).length} ways`, () =>
      mapLimit(Object.keys(respFaults) as RespFault[], 8, fault => once(kind, call, fault)));
  }
});

/** What does not change by itself. */
function shape(report: ServerReport | undefined): unknown {
  return {
    mode: report?.mode,
    port: report?.tcpPort,
    nodes: report?.cluster?.nodes.length,
    masters: report?.sentinel?.masters.map(({ name, address, replicas, sentinels }) => [
      name,
      address,
      replicas.length,
      sentinels.length,
    ]),
  };
}
