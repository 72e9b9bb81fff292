/**
 * The Docker engine beside the docker command line: listing twelve nodes, the signal of a killed one, making and starting.
 * Claims, as ratios, since the machine may be busy: a list with every container inspected anew at most 0.5 of `docker ps` +
 * `docker inspect`, one while events are heard (as the tree has it) at most 0.15; the signal of a killed node comes no later than
 * 100 ms after the daemon's answer (p95). `npm run bench -- engine [runs]`.
 * needs: docker images
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { loadavg } from 'node:os';
import { promisify } from 'node:util';
import { mapLimit } from '../src/base/abort';
import { createDockerEngine } from '../src/engine/docker';
import type { EngineSignal } from '../src/engine/engine';

const run = promisify(execFile);
const NODES = 12;
const runs = Number(process.argv[2] ?? 20);
const engine = createDockerEngine({ owner: 'engine-bench' });
const ownership = {
  topologyId: randomUUID(),
  topologyName: `bench-${randomUUID().slice(0, 6)}`,
  topologyKind: 'replication',
  owner: 'engine-bench',
  session: randomUUID(),
  schema: 1,
} as const;
const expect = { topologyId: ownership.topologyId };
const storage = { kind: 'volume' } as const;

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
async function measure(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
function tell(what: string, times: readonly number[]): { readonly median: number; readonly p95: number } {
  const sorted = [...times].sort((a, b) => a - b);
  const figures = { median: at(sorted, 0.5), p95: at(sorted, 0.95) };
  console.log(
    `${what.padEnd(64)} median ${figures.median.toFixed(1).padStart(7)} ms   p95 ${figures.p95.toFixed(1).padStart(7)} ms   (${times.length} runs)`,
  );
  return figures;
}

async function main(): Promise<void> {
  const names = Array.from({ length: NODES }, (_, index) => `n${index}`);
  const place = await engine.createPlace({ ownership, nodes: names, storage });
  const ports = await engine.freePorts(21900, NODES);
  const made: string[] = [];
  const creation = await measure(() =>
    mapLimit(names, 3, async (node, index) => {
      const port = ports[index]!;
      const id = await engine.create({
        ownership: { ...ownership, node },
        program: 'redis',
        image: 'redis:7.0',
        place,
        address: place.addresses[index]!,
        port,
        files: [{ name: 'redis.conf', content: `port ${port}\nsave ""\n` }],
        storage,
      });
      await engine.start(id, expect);
      made.push(id);
    }),
  );
  console.log(
    `load ${loadavg()[0]?.toFixed(1)}; ${NODES} nodes made and started, three at a time: ${creation.toFixed(0)} ms`,
  );

  const cold: number[] = [];
  const warm: number[] = [];
  const commandLine: number[] = [];
  let connected = (): void => undefined;
  for (let index = 0; index < runs; index++) {
    cold.push(await measure(() => engine.list()));
    if (index < 5)
      commandLine.push(
        await measure(async () =>
          run('docker', ['inspect', ...(await run('docker', ['ps', '-aq'])).stdout.trim().split('\n')], {
            maxBuffer: 64 * 1024 * 1024,
          }),
        ),
      );
  }
  const died = new Map<string, number>();
  const watching = engine.watch((signal: EngineSignal) => {
    if (signal.type === 'connected') connected();
    if (signal.type === 'instance' && signal.action === 'die') died.set(signal.id, performance.now());
  });
  await new Promise<void>(resolve => {
    connected = resolve;
  });
  await engine.list();
  for (let index = 0; index < runs; index++) warm.push(await measure(() => engine.list()));
  const first = made[0]!;
  const signals: number[] = [];
  const afterCall: number[] = [];
  for (let index = 0; index < Math.min(runs, 20); index++) {
    died.delete(first);
    const begun = performance.now();
    await engine.kill(first, expect);
    const answered = performance.now();
    while (!died.has(first)) await new Promise(resolve => setTimeout(resolve, 1));
    signals.push(died.get(first)! - begun);
    afterCall.push(Math.max(0, died.get(first)! - answered));
    await engine.start(first, expect);
  }
  watching.dispose();
  const lists = tell('list, every container inspected anew', cold);
  const heard = tell('list while events are heard: only what they spoke of is asked', warm);
  const peer = tell('docker ps -aq + docker inspect (peer)', commandLine);
  tell('kill called → its signal', signals);
  const late = tell('kill answered → its signal', afterCall);
  const [anew, live] = [lists.median / peer.median, heard.median / peer.median];
  console.log(`list / command line: ${anew.toFixed(3)} anew, ${live.toFixed(3)} while events are heard`);
  if (anew > 0.5 || live > 0.15 || late.p95 > 100) process.exitCode = 1;
}

async function tidy(): Promise<void> {
  for (const instance of (await engine.findOwned(ownership.topologyId)).instances)
    await engine.remove(instance.id, expect);
  await engine.removePlace(ownership.topologyId, { data: true });
  engine.dispose();
}

void main()
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(tidy);
