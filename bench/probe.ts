/**
 * needs: redis-server
 * Claim: asking all servers at once costs little more than raw sockets do: at most 2 × with 200 of them (aims: new connections 1.6 ×, kept ones 1.5 ×).
 * Same questions, interleaved runs, medians. `npm run bench -- probe [12 50 200 …]`
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { cpus, loadavg } from 'node:os';
import type { RedisConnection } from '../src/redis/client';
import { IoredisConnector } from '../src/redis/ioredisClient';
import { Prober } from '../src/topology/probe';
import type { RealRedis } from '../test/support/realRedis';
import { freePort, startRedis } from '../test/support/realRedis';

const questions = 'INFO\r\nCLUSTER INFO\r\nCLUSTER NODES\r\n';
const runs = 15;

/** Reads until three bulk replies are complete; the least that a client must do. */
function rawAsk(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let heard: Buffer = Buffer.alloc(0);
    const onData = (chunk: Buffer): void => {
      heard = heard.length === 0 ? chunk : Buffer.concat([heard, chunk]);
      let at = 0;
      for (let reply = 0; reply < 3; reply++) {
        const end = heard.indexOf('\r\n', at);
        if (end < 0) return;
        at = end + 2 + Number(heard.toString('latin1', at + 1, end)) + 2;
        if (heard.length < at) return;
      }
      socket.off('data', onData);
      resolve();
    };
    socket.on('data', onData);
    socket.write(questions);
    socket.removeAllListeners('error').once('error', reject);
  });
}

async function rawNew(servers: readonly RealRedis[]): Promise<void> {
  await Promise.all(
    servers.map(async ({ port }) => {
      const socket = connect(port, '127.0.0.1');
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', () => resolve());
        socket.once('error', reject);
      });
      await rawAsk(socket);
      socket.destroy();
    }),
  );
}

const connector = new IoredisConnector();
const open = (port: number): Promise<RedisConnection> =>
  connector.connect({ address: { host: '127.0.0.1', port } }, { verify: false });

async function oursNew(servers: readonly RealRedis[], hint: 'cluster' | undefined): Promise<void> {
  await Promise.all(
    servers.map(async ({ port }) => {
      const connection = await open(port);
      await new Prober(hint).probe(connection);
      connection.dispose();
    }),
  );
}

/** Wall and CPU milliseconds. */
async function timed(work: () => Promise<void>): Promise<readonly [number, number]> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await work();
  const wall = performance.now() - started;
  const used = process.cpuUsage(cpu);
  await new Promise(resolve => setTimeout(resolve, 20)); // closing sockets are not the next one's cost
  return [wall, (used.user + used.system) / 1000];
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

async function sweep(count: number): Promise<string[]> {
  const servers: RealRedis[] = [];
  const failures: string[] = [];
  try {
    // the bus port would be 10000 higher, among the ports that the system hands out
    for (let index = 0; index < count; index++)
      servers.push(await startRedis({ conf: ['cluster-enabled yes', `cluster-port ${await freePort()}`] }));
    const sockets = servers.map(({ port }) => connect(port, '127.0.0.1'));
    const kept = await Promise.all(
      servers.map(async ({ port }) => ({ connection: await open(port), prober: new Prober('cluster') })),
    );
    const variants: Record<string, () => Promise<void>> = {
      'raw, new': () => rawNew(servers),
      'ours, new, kind known': () => oursNew(servers, 'cluster'),
      'ours, new, kind unknown': () => oursNew(servers, undefined),
      'raw, kept': async () => {
        await Promise.all(sockets.map(rawAsk));
      },
      'ours, kept': async () => {
        await Promise.all(kept.map(({ connection, prober }) => prober.probe(connection)));
      },
    };
    const times: Record<string, [number[], number[]]> = {};
    for (let run = -2; run < runs; run++) {
      for (const [name, work] of Object.entries(variants)) {
        const [wall, cpu] = await timed(work);
        if (run < 0) continue; // warming
        const entry = (times[name] ??= [[], []]);
        entry[0].push(wall);
        entry[1].push(cpu);
      }
    }
    const wall = (name: string): number => median(times[name]?.[0] ?? []);
    const cpu = (name: string): number => median(times[name]?.[1] ?? []);
    for (const name of Object.keys(variants))
      console.log(
        `${String(count).padStart(4)} nodes  ${name.padEnd(24)} ${wall(name).toFixed(1).padStart(7)} ms  cpu ${cpu(name).toFixed(1).padStart(6)} ms`,
      );
    for (const [ours, raw, limit] of [
      ['ours, new, kind known', 'raw, new', 1.6],
      ['ours, kept', 'raw, kept', 1.5],
    ] as const) {
      const ratio = wall(ours) / wall(raw);
      console.log(
        `${String(count).padStart(4)} nodes  ${ours} / ${raw} = ${ratio.toFixed(2)} wall, ${(cpu(ours) / cpu(raw)).toFixed(2)} cpu (aim ≤ ${limit})`,
      );
      if (count >= 200 && ratio > 2) failures.push(`${count} nodes: ${ours} ${ratio.toFixed(2)} > 2`);
    }
    for (const socket of sockets) socket.destroy();
    for (const { connection } of kept) connection.dispose();
  } finally {
    await Promise.all(servers.map(server => server.stop()));
  }
  return failures;
}

async function main(counts: readonly number[]): Promise<void> {
  console.log(`${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}, node ${process.version}, ${runs} runs`);
  const failures: string[] = [];
  for (const count of counts.filter(one => one > 0)) failures.push(...(await sweep(count)));
  if (failures.length > 0) throw new Error(failures.join('; '));
}

const asked = process.argv.slice(2).map(Number);
main(asked.length > 0 ? asked : [12, 50, 200]).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
