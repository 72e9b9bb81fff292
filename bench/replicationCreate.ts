/**
 * One master and two replicas from nothing until both links are up and a key written on the master is read on both: ours (which also checks that a write to a replica is
 * refused, and writes the roles down) beside the same made one by one with stock settings, `docker run … --replicaof` (or `redis-server --replicaof`) in turn.
 * Interleaved in one run. In Docker ours keeps conf and data in folders, as it does wherever engine and editor share a machine; beside it the same in volumes, which
 * take an upload for each node; and the floor: three bare containers, started all at once through the API, that answer, and nothing else. `npm run bench -- replicationCreate [docker|process] [runs]`. Fails above 1/6.
 * needs: docker images redis-server
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../src/base/abort';
import { createProcessEngine } from '../src/engine/process';
import { IoredisConnector } from '../src/redis/ioredisClient';
import { createReplication, prepareReplication } from '../src/topology/createReplication';
import { removeTopology } from '../src/topology/removeTopology';
import type { ByHand } from '../test/support/byHand';
import { dockerAtOnce, dockerByHand, processesByHand } from '../test/support/byHand';
import { memoryDeps } from '../test/support/memoryDeps';
import { Measured, timed } from '../test/support/measured';
import { testPorts } from '../test/support/naming';
import { dockerDeps, noSignal, silent, volume } from '../test/support/topologies';

const follow = (
  index: number,
  before: readonly { readonly host: string; readonly port: number }[],
): readonly string[] => (index === 0 || !before[0] ? [] : ['--replicaof', before[0].host, String(before[0].port)]);

async function linked(hand: ByHand): Promise<void> {
  const [master, ...replicas] = await hand.connect();
  await Promise.all(
    replicas.map(({ connection }) =>
      until('link', { everyMs: 10, deadlineMs: 60_000 }, async () =>
        /master_link_status:up/.test(String(await connection.call(['INFO', 'replication']))) ? true : undefined,
      ),
    ),
  );
  await master?.connection.call(['SET', 'bench:check', 'x']);
  await Promise.all(
    replicas.map(({ connection }) =>
      until('read back', { everyMs: 10, deadlineMs: 60_000 }, async () =>
        (await connection.call(['GET', 'bench:check'])) === 'x' ? true : undefined,
      ),
    ),
  );
}

async function main(kind: 'docker' | 'process', runs: number): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'bench-replication-'));
  chmodSync(home, 0o755);
  const processes = createProcessEngine({ owner: 'bench', home });
  const real = dockerDeps();
  const deps = kind === 'docker' ? real : memoryDeps(processes, new IoredisConnector());
  const measured = new Measured<
    'one by one' | 'ours' | 'ours in volumes' | 'three up, in turn' | 'floor: three up at once'
  >('one by one');
  try {
    const image = kind === 'docker' ? 'redis:7.0' : ((await processes.images())[0]?.reference ?? 'redis-server');
    for (let run = 0; run < runs; run++) {
      const by = async (
        make: (ports: readonly number[]) => ByHand | Promise<ByHand>,
        done: (hand: ByHand) => Promise<unknown>,
      ): Promise<number> => {
        const first = await testPorts(3);
        let hand: ByHand | undefined;
        const ms = await timed(async () => {
          hand = await make([first, first + 1, first + 2]);
          await done(hand);
        });
        await hand?.dispose();
        return ms;
      };
      const start =
        (args: typeof follow) =>
        (ports: readonly number[]): ByHand =>
          kind === 'docker'
            ? dockerByHand(`bench-replication-hand-${run}`, ports, image, args)
            : processesByHand(ports, args);
      measured.add('one by one', await by(start(follow), linked));
      measured.add(
        'three up, in turn',
        await by(
          start(() => []),
          hand => hand.connect(),
        ),
      );
      if (kind === 'docker')
        measured.add(
          'floor: three up at once',
          await by(
            ports => dockerAtOnce(`bench-replication-once-${run}`, ports, image),
            hand => hand.connect(),
          ),
        );
      for (const [which, storage] of kind === 'docker'
        ? ([
            ['ours', 'folder'],
            ['ours in volumes', 'volume'],
          ] as const)
        : ([['ours', 'volume']] as const)) {
        const name = `bench-replication-${run}`;
        const firstPort = await testPorts(3);
        let topologyId = '';
        measured.add(
          which,
          await timed(async () => {
            const plan = await prepareReplication(
              deps,
              {
                name,
                engine: kind,
                image,
                replicas: 2,
                firstPort,
                storage: storage === 'folder' ? { kind: 'folder', root: join(home, name) } : volume,
              },
              noSignal,
            );
            const report = await createReplication(deps, { plan }, noSignal, silent);
            topologyId = report.topologyId;
            console.log(
              `  ${storage}: ${report.steps.map(({ step, beganMs, ms }) => `${step} ${beganMs}+${ms}`).join(' ')}`,
            );
          }),
        );
        await removeTopology(
          deps,
          { topologyId, name, kind: 'replication', engine: kind, data: true },
          noSignal,
          silent,
        );
      }
    }
  } finally {
    real.dispose();
    processes.dispose();
    rmSync(home, { recursive: true, force: true });
  }
  measured.print();
  if (!(measured.ratio('ours') <= 1 / 6)) process.exitCode = 1;
}

void main(process.argv[2] === 'process' ? 'process' : 'docker', Number(process.argv[3] ?? 5));
