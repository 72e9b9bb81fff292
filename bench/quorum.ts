/**
 * Claim: what is said of a set of Sentinels is what they do. The seven sets that were measured by hand, replayed: Sentinels / quorum / how many are killed
 * with the master; a replica is promoted exactly where it was foretold, and where it is not, the reason is told.
 * `npm run bench -- quorum [seconds to wait for what never comes]`
 * needs: redis-server
 */
import { loadavg } from 'node:os';
import { delay, until } from '../src/base/abort';
import { canFailOver } from '../src/model/quorum';
import { IoredisConnector } from '../src/redis/ioredisClient';
import { Collector } from '../src/topology/diagnose/collector';
import { Diagnoser } from '../src/topology/diagnose/diagnoser';
import { Inventory } from '../src/topology/inventory';
import { ListedEngine, ownedBy, processInstance } from '../test/support/processEngine';
import type { RealRedis } from '../test/support/realRedis';
import { startRedis } from '../test/support/realRedis';

/** Sentinels, quorum, killed together with the master, promoted. */
const measured: readonly (readonly [known: number, quorum: number, killed: number, promoted: boolean])[] = [
  [2, 2, 1, false],
  [2, 1, 1, false],
  [3, 3, 1, false],
  [3, 2, 1, true],
  [3, 1, 2, false],
  [5, 2, 2, true],
  [1, 1, 0, true],
];

interface Row {
  readonly title: string;
  readonly foretold: string;
  readonly switched: number | undefined;
  readonly told: readonly string[];
  readonly wrong: readonly string[];
}

async function replay(
  index: number,
  [known, quorum, killed, promoted]: (typeof measured)[number],
  patienceMs: number,
): Promise<Row> {
  const topologyId = `5f0c8f4e-0000-4000-8000-${String(index).padStart(12, '0')}`;
  const engine = new ListedEngine();
  const servers = new Map<string, RealRedis>();
  const connector = new IoredisConnector();
  const start = async (name: string, options: Parameters<typeof startRedis>[0]): Promise<RealRedis> => {
    const server = await startRedis(options);
    servers.set(name, server);
    const command = options?.sentinel === true ? ['redis-server', '/conf', '--sentinel'] : ['redis-server'];
    engine.instances.push(
      processInstance(name, server.port, { ownership: ownedBy(topologyId, 'sentinel', name), command }),
    );
    return server;
  };
  const inventory = new Inventory({
    engines: [engine],
    connector,
    secrets: { get: () => Promise.resolve(undefined) },
  });
  const failures: unknown[] = [];
  const collector = new Collector({
    engine: () => ({
      logs: () => Promise.resolve(),
      describe: () => engine.describe(),
    }),
    inventory,
    readText: () => Promise.resolve(undefined),
    now: () => Date.now(),
    onFailure: error => failures.push(error),
  });
  const diagnoser = new Diagnoser(inventory, collector, error => failures.push(error));
  try {
    const master = await start('redis-1', {});
    await start('redis-2', { conf: [`replicaof 127.0.0.1 ${master.port}`] });
    await delay(1500); // a Sentinel whose first INFO comes before the replica learns of it only 10 s later
    for (let n = 1; n <= known; n++)
      await start(`sentinel-${n}`, {
        sentinel: true,
        conf: [
          `sentinel monitor orders 127.0.0.1 ${master.port} ${quorum}`,
          'sentinel down-after-milliseconds orders 1000',
          'sentinel failover-timeout orders 5000',
        ],
      });
    inventory.setVisible(true);
    const topology = () => inventory.snapshot.topologies[0];
    await until('all know each other', { everyMs: 50, deadlineMs: 60_000 }, () =>
      Promise.resolve(
        (topology()?.quorum?.known === known &&
          topology()?.quorum?.usable === known &&
          topology()?.nodes.filter(({ contact }) => contact.state === 'answering').length === known + 2 &&
          // one that has not heard of the others yet is a majority of its own
          topology()?.nodes.every(
            ({ role, contact }) =>
              role !== 'sentinel' ||
              (contact.state === 'answering' &&
                contact.report.sentinel?.masters[0]?.sentinels.length === known - 1 &&
                contact.report.sentinel.masters[0].replicas.length === 1),
          )) ||
          undefined,
      ),
    );
    await diagnoser.look();
    const before = diagnoser.problems.map(({ what }) => what.code).filter(code => code === 'quorum-trap');
    const dying = ['redis-1', ...Array.from({ length: killed }, (_, n) => `sentinel-${n + 1}`)];
    const began = Date.now();
    for (const name of dying) servers.get(name)?.signal('SIGKILL');
    for (const name of dying)
      engine.change(name, { state: 'exited', exit: { code: 137, outOfMemory: false, at: Date.now() } }, 'die');
    let switched: number | undefined;
    while (Date.now() - began < (promoted ? 30_000 : patienceMs)) {
      if (topology()?.nodes.some(({ name, role }) => name === 'redis-2' && role === 'master') === true) {
        switched = Date.now() - began;
        break;
      }
      await delay(50);
    }
    await diagnoser.look();
    const told = diagnoser.problems
      .map(({ what }) => what.code)
      .filter(code => code === 'quorum-unmet' || code === 'majority-unmet');
    const wrong = [
      ...((switched !== undefined) === promoted ? [] : ['not what was measured']),
      ...(canFailOver(known, quorum, known - killed) === (switched !== undefined) ? [] : ['not what was computed']),
      ...(told.length > 0 === (switched === undefined) ? [] : ['the reason is not told, or one that is none']),
      ...failures.map(failure => String(failure)),
    ];
    return {
      title: `${known} / ${quorum} / ${killed}`,
      foretold: before.length > 0 ? 'a trap' : 'no trap',
      switched,
      told,
      wrong,
    };
  } finally {
    diagnoser.dispose();
    collector.dispose();
    inventory.dispose();
    await Promise.all([...servers.values()].map(server => server.stop()));
  }
}

async function main([seconds = '30']: readonly string[]): Promise<void> {
  console.log(`load ${loadavg()[0]?.toFixed(1)}`);
  const rows = await Promise.all(measured.map((row, index) => replay(index, row, Number(seconds) * 1000)));
  for (const { title, foretold, switched, told, wrong } of rows)
    console.log(
      `${title}  foretold: ${foretold.padEnd(8)} ${switched === undefined ? `not promoted in ${seconds} s` : `promoted, shown after ${(switched / 1000).toFixed(2)} s`}  told: ${told.join(', ') || 'nothing'}${wrong.length === 0 ? '' : `  WRONG: ${wrong.join('; ')}`}`,
    );
  const wrong = rows.filter(row => row.wrong.length > 0).length;
  console.log(`${rows.length - wrong} of ${rows.length} as measured and as computed; load ${loadavg()[0]?.toFixed(1)}`);
  if (wrong > 0) process.exitCode = 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
