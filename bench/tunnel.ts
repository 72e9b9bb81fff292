/**
 * needs: docker
 * Claim: a server that publishes nothing is reached through its engine; what PING then costs, as a ratio to a direct connection to the same
 * container (p50), for each image and for each program that images have to carry it. Interleaved, on one machine.
 * `npm run bench -- tunnel [pings]`
 */
import { loadavg } from 'node:os';
import { createDockerEngine } from '../src/engine/docker';
import type { RedisConnection } from '../src/redis/client';
import { IoredisConnector } from '../src/redis/ioredisClient';
import { cleanUp, docker } from '../test/support/docker';
import { newPrefix, testLabel } from '../test/support/naming';

const pings = Number(process.argv[2] ?? 1000);
const prefix = newPrefix();
const engine = createDockerEngine({ owner: 'tunnel-bench' });
const connector = new IoredisConnector((address, signal) => engine.containers.dial(address.via ?? '', address, signal));

/** Without the first, the next is found: what an image without it would use. */
const carriers = [
  { name: 'perl', without: [] },
  { name: 'bash', without: ['perl', 'socat', 'nc'] },
] as const;

const median = (values: readonly number[], part = 0.5): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * part)] ?? NaN;

async function time(connection: RedisConnection, times: number[]): Promise<void> {
  const began = performance.now();
  await connection.call(['PING'], { timeoutMs: 5000 });
  times.push(performance.now() - began);
}

async function measure(image: string, { name, without }: (typeof carriers)[number]): Promise<void> {
  const container = `${prefix}-${image.replace(/\W/g, '-')}-${name}`;
  const server = image.startsWith('valkey') ? 'valkey-server' : 'redis-server';
  const id = await docker(
    'run',
    '-d',
    '--name',
    container,
    '--label',
    `${testLabel}=${prefix}`,
    image,
    server,
    '--protected-mode',
    'no',
  );
  for (const program of without) await docker('exec', '-u', '0', container, 'rm', '-f', `/usr/bin/${program}`);
  const host = await docker('inspect', '-f', '{{.NetworkSettings.IPAddress}}', container);
  const opening: number[] = [];
  const [direct, tunnel] = [[], []] as [number[], number[]];
  for (let i = 0; i < 5; i++) {
    const began = performance.now();
    const connection = await connector.connect({ address: { host, port: 6379, via: id } });
    opening.push(performance.now() - began);
    connection.dispose();
  }
  const near = await connector.connect({ address: { host, port: 6379 } });
  const far = await connector.connect({ address: { host, port: 6379, via: id } });
  for (let i = 0; i < pings; i++) {
    await time(near, direct);
    await time(far, tunnel);
  }
  near.dispose();
  far.dispose();
  const ratio = median(tunnel) / median(direct);
  console.log(
    `${image.padEnd(20)} ${name.padEnd(6)} PING p50 direct ${median(direct).toFixed(3)} ms, tunnel ${median(tunnel).toFixed(3)} ms: ratio ${ratio.toFixed(2)}; p95 ${(median(tunnel, 0.95) / median(direct, 0.95)).toFixed(2)}; opening ${median(opening).toFixed(0)} ms`,
  );
}

async function main(): Promise<void> {
  try {
    console.log(`load ${loadavg()[0]?.toFixed(1)}, ${pings} pings each`);
    for (const image of ['redis:7.0', 'redis:8.0', 'valkey/valkey:8.1'])
      for (const carrier of carriers) await measure(image, carrier);
  } finally {
    engine.dispose();
    await cleanUp(prefix);
  }
}

void main();
