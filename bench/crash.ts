/**
 * A creation killed (`kill -9` of its process) just before and just after each write of its journal, then taken back (or finished and
 * removed) by another process: nothing of ours may be left, and decoys must be untouched. `npm run bench -- crash [remove|finish] [every] [sentinel|replication|cluster]
 * [docker|process]`: every n-th write. `npm run bench -- crash redis-cli`: what `redis-cli --cluster create`, killed, leaves of six equal servers, for contrast.
 * needs: docker images redis-server
 */
import { execFileSync, spawn } from 'node:child_process';
import { delay } from '../src/base/abort';
import type { EngineKind, TopologyKind } from '../src/model/instance';
import { crashAndRecover, isCrashChild } from '../test/support/crash';
import type { KillPoint } from '../test/support/crash';
import { ProcessDecoys, processesByHand } from '../test/support/byHand';
import { Decoys } from '../test/support/dockerWorld';
import { testPorts } from '../test/support/naming';

async function main(then: 'remove' | 'finish', every: number, kind: TopologyKind, engine: EngineKind): Promise<void> {
  const name = `bench-crash-${kind}-${then}`;
  const decoys = engine === 'docker' ? new Decoys(name) : await ProcessDecoys.start();
  let runs = 0;
  let failed = 0;
  try {
    for (let write = 1, more = true; more; write += every) {
      for (const when of ['before', 'after'] as const) {
        const point: KillPoint = { write, when };
        try {
          const { killed, at, stood, ms } = await crashAndRecover(
            __filename,
            { name, kind, engine, firstPort: await testPorts(10) },
            point,
            then,
            decoys,
          );
          more &&= killed;
          if (!killed) continue;
          runs++;
          console.log(
            `${when} write ${write}`.padEnd(18),
            at.padEnd(28),
            `stood ${String(stood).padStart(2)}`,
            `${then} ${ms} ms`,
          );
        } catch (error) {
          runs++;
          failed++;
          console.log(`${when} write ${write} FAILED`, error);
        }
      }
    }
  } finally {
    await decoys.remove();
  }
  console.log(
    `${kind} by ${engine}: ${runs} kills, then ${then}: ${runs - failed} left nothing behind and touched no decoy, ${failed} failed`,
  );
  if (failed > 0) process.exitCode = 1;
}

/** Kills redis-cli at moments of its run; then asks the servers, and a second redis-cli. */
async function redisCli(): Promise<void> {
  for (const after of [60, 200, 700, 1500]) {
    const first = await testPorts(6);
    const hand = processesByHand(
      [0, 1, 2, 3, 4, 5].map(index => first + index),
      () => ['--cluster-enabled', 'yes'],
    );
    try {
      const peers = await hand.connect();
      const args = [
        '--cluster',
        'create',
        ...hand.seats.map(({ announced }) => `${announced.host}:${announced.port}`),
        '--cluster-replicas',
        '1',
        '--cluster-yes',
      ];
      const create = spawn('redis-cli', args, { stdio: 'ignore' });
      await delay(after);
      create.kill('SIGKILL');
      await delay(2500);
      const views = await Promise.all(
        peers.map(async ({ connection }) => ({
          info: String(await connection.call(['CLUSTER', 'INFO'])),
          role: ((await connection.call(['ROLE'])) as readonly unknown[])[0],
        })),
      );
      let second: string;
      try {
        execFileSync('redis-cli', args, { stdio: 'pipe', timeout: 20_000 });
        second = 'succeeds';
      } catch (error) {
        second = `refuses: ${String((error as { stdout?: Buffer }).stdout)
          .trim()
          .split('\n')
          .at(-1)
          ?.slice(0, 110)}`;
      }
      console.log(
        `redis-cli killed after ${after} ms: ${views.filter(({ role }) => role === 'master').length} masters, ${views.filter(({ role }) => role === 'slave').length} replicas, ${views.filter(({ info }) => info.includes('cluster_state:ok')).length} of 6 say ok; a second create ${second}`,
      );
    } finally {
      await hand.dispose();
    }
  }
}

if (!isCrashChild()) {
  const [then, every = '1', kind = 'sentinel', engine = 'docker'] = process.argv.slice(2);
  void (then === 'redis-cli'
    ? redisCli()
    : main(then === 'finish' ? 'finish' : 'remove', Number(every), kind as TopologyKind, engine as EngineKind));
}
