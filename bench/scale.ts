/**
 * needs: docker images redis-server
 * Claim: many servers cost little. 200 processes or 60 containers in the tree: the whole refresh beside raw sockets in the same run (the probe alone: bench/probe.ts); idle CPU with
 * 12 nodes < 3 % of a core, and none while the view is hidden; and nothing wrong is shown: each server is asked by redis-cli, before and after some are killed.
 * `npm run bench -- scale [process COUNT | docker COUNT [SERVERS OF A TOPOLOGY]]`
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PerformanceObserver } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { mapLimit } from '../src/base/abort';
import type { Disposable } from '../src/base/disposable';
import { createDockerEngine } from '../src/engine/docker';
import type { Engine } from '../src/engine/engine';
import { createProcessEngine } from '../src/engine/process';
import { isAnswering } from '../src/model/servers';
import { nodesOf } from '../src/model/diff';
import { IoredisConnector } from '../src/redis/ioredisClient';
import { Inventory } from '../src/topology/inventory';
import { only } from '../test/support/someContainers';

const run = promisify(execFile);
const ROUNDS = 25;
const IDLE_MS = 12_000;

interface World {
  readonly engine: Engine & Disposable;
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  readonly mine: (name: string) => boolean;
  /** Ends servers of different topologies without asking them. */
  kill(indices: readonly number[]): Promise<void>;
  dispose(): Promise<void>;
}

/** Groups of a master and its replicas, all made by the process engine itself. */
async function processes(count: number, group: number): Promise<World> {
  const home = mkdtempSync(join(tmpdir(), 'scale-'));
  const engine = createProcessEngine({ owner: 'scale', home });
  const ports = await engine.freePorts(21_000, count);
  const topologies: { readonly id: string; readonly instances: readonly string[] }[] = [];
  for (let first = 0; first < count; first += group) {
    const ownership = {
      topologyId: randomUUID(),
      topologyName: `scale-${first}`,
      topologyKind: 'replication' as const,
      owner: 'scale',
      session: 's',
      schema: 1,
    };
    const own = ports.slice(first, first + group);
    const storage = { kind: 'volume' } as const;
    const place = await engine.createPlace({ ownership, nodes: own.map((_, index) => `redis-${index + 1}`), storage });
    const ids = await Promise.all(
      own.map((port, index) =>
        engine.create({
          ownership: { ...ownership, node: `redis-${index + 1}` },
          program: 'redis',
          image: 'redis-server',
          place,
          address: '127.0.0.1',
          port,
          storage,
          files: [
            {
              name: 'redis.conf',
              content: `port ${port}\nbind 127.0.0.1\nsave ""\ndir .\nrepl-diskless-sync-delay 0\n${index === 0 ? '' : `replicaof 127.0.0.1 ${own[0]}\n`}`,
            },
          ],
        }),
      ),
    );
    topologies.push({ id: ownership.topologyId, instances: ids });
  }
  const all = topologies.flatMap(({ id, instances }) => instances.map(instance => ({ id, instance })));
  await mapLimit(all, 8, ({ id, instance }) => engine.start(instance, { topologyId: id }));
  return {
    engine,
    addresses: ports.map(port => ({ host: '127.0.0.1', port })),
    mine: () => true,
    async kill(indices) {
      for (const index of indices) {
        const { id, instance } = all[index] as (typeof all)[number];
        await engine.kill(instance, { topologyId: id });
      }
    },
    async dispose() {
      await mapLimit(all, 8, ({ id, instance }) => engine.remove(instance, { topologyId: id }));
      for (const { id } of topologies) await engine.removePlace(id, { data: true });
      engine.dispose();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The same in containers, as somebody's scripts would make them. */
async function containers(count: number, group: number): Promise<World> {
  const prefix = `rtt-${randomUUID().slice(0, 6)}`;
  const engine = createDockerEngine({ owner: 'scale' });
  await run('docker', ['network', 'create', prefix]);
  const names = Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
  await mapLimit(names, 3, async (name, index) => {
    await run('docker', [
      'run',
      '-d',
      '--name',
      name,
      '--network',
      prefix,
      'redis:7.0',
      'redis-server',
      '--save',
      '',
      '--protected-mode',
      'no',
      ...(index % group === 0 ? [] : ['--replicaof', `${prefix}-${index - (index % group)}`, '6379']),
    ]);
  });
  const { stdout } = await run('docker', [
    'inspect',
    '--format',
    '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}',
    ...names,
  ]);
  return {
    engine,
    addresses: stdout
      .trim()
      .split('\n')
      .map(host => ({ host, port: 6379 })),
    mine: name => name.startsWith(prefix),
    async kill(indices) {
      await run('docker', ['kill', ...indices.map(index => names[index] as string)]);
    },
    async dispose() {
      engine.dispose();
      await run('docker', ['rm', '-fv', ...names]);
      await run('docker', ['network', 'rm', prefix]);
    },
  };
}

/** How many servers are shown otherwise than redis-cli finds them; `dead` are those that were killed. */
async function wrong(world: World, inventory: Inventory, dead: ReadonlySet<number>): Promise<readonly string[]> {
  const nodes = nodesOf(inventory.snapshot);
  return (
    await mapLimit(world.addresses, 4, async ({ host, port }, index) => {
      const said = await run('redis-cli', ['-h', host, '-p', String(port), 'ROLE'], { timeout: 3000 }).then(
        ({ stdout }) => stdout.split('\n'),
        () => [], // nobody there
      );
      const node = nodes.find(
        one =>
          (one.reachable?.port === port && (one.reachable.host === host || one.announced?.host === host)) ||
          (one.announced?.host === host && one.announced.port === port),
      );
      const so = dead.has(index)
        ? 'gone'
        : said[0] === 'slave'
          ? `replica of ${said[2]} ${said[3] === 'connected' ? 'connected' : 'connect'}` // also said: connecting, sync, handshake
          : (said[0] ?? 'silent');
      const report = node?.contact.state === 'answering' ? node.contact.report.replication?.master : undefined;
      const shown =
        node === undefined || node.instance?.state === 'exited' || node.contact.state !== 'answering'
          ? 'gone'
          : node.role === 'replica'
            ? `replica of ${report?.address.port} ${report?.link === 'up' ? 'connected' : 'connect'}`
            : node.role;
      return so === shown ? [] : [`${host}:${port} is ${so}, shown is ${shown}`];
    })
  ).flat();
}

/** The least that asking all of them costs: a kept socket each, INFO, its answer. */
async function rawSweep(sockets: readonly ReturnType<typeof connect>[]): Promise<void> {
  await Promise.all(
    sockets.map(
      socket =>
        new Promise<void>((resolve, reject) => {
          let heard = Buffer.alloc(0);
          const onData = (chunk: Buffer): void => {
            heard = Buffer.concat([heard, chunk]);
            const line = heard.indexOf('\r\n');
            if (line < 0 || heard.length < line + 4 + Number(heard.toString('latin1', 1, line))) return;
            socket.off('data', onData);
            resolve();
          };
          socket.on('data', onData);
          socket.removeAllListeners('error').once('error', reject);
          socket.write('INFO\r\n');
        }),
    ),
  );
}

async function timed(work: () => Promise<unknown>): Promise<readonly [wall: number, cpu: number]> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return [performance.now() - began, (user + system) / 1000];
}

const at = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))] ?? NaN;

/** What is held, once everything that is not has been let go of. */
function held(): NodeJS.MemoryUsage {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage();
}

interface Idle {
  /** Of a core, in percent. */
  readonly percent: number;
  /** Garbage collections meanwhile. */
  readonly collections: number;
}

async function idle(ms: number): Promise<Idle> {
  let collections = 0;
  const observer = new PerformanceObserver(list => {
    collections += list.getEntries().length;
  });
  observer.observe({ entryTypes: ['gc'] });
  const [wall, cpu] = await timed(
    () =>
      new Promise(resolve => {
        setTimeout(resolve, ms);
      }),
  );
  observer.disconnect();
  return { percent: (100 * cpu) / wall, collections };
}

/**
 * Idle times one after the other until nothing is collected any more: what was allocated while the view was visible is given back by V8 some seconds
 * later, in up to three collections (its memory reducer), whatever the extension does then.
 */
async function idleAtLast(): Promise<readonly Idle[]> {
  const seen: Idle[] = [];
  do seen.push(await idle(IDLE_MS));
  while (seen.length < 5 && (seen.at(-1) as Idle).collections > 0);
  return seen;
}

async function measure(kind: 'process' | 'docker', count: number, group: number, failures: string[]): Promise<void> {
  const world = await (kind === 'docker' ? containers(count, group) : processes(count, group));
  const before = held();
  const inventory = new Inventory({
    engines: [only(world.engine, ({ name }) => world.mine(name))],
    connector: new IoredisConnector(),
    secrets: { get: () => Promise.resolve(undefined) },
  });
  try {
    const [first] = await timed(() => inventory.refresh());
    inventory.setVisible(true);
    const answering = (): number => nodesOf(inventory.snapshot).filter(isAnswering).length;
    for (
      let tries = 0;
      answering() < count || inventory.snapshot.topologies.some(({ health }) => health.level !== 'healthy');
      tries++
    ) {
      if (tries > 300)
        throw new Error(
          `${answering()} of ${count} answer; ${inventory.snapshot.topologies.filter(({ health }) => health.level !== 'healthy').length} topologies are not healthy`,
        );
      await new Promise(resolve => {
        setTimeout(resolve, 200);
      });
    }
    await new Promise(resolve => {
      setTimeout(resolve, 4000);
    }); // the pace after changes is over
    const sockets = world.addresses.map(({ host, port }) => connect(port, host));
    const [ours, list, raw]: [
      (readonly [number, number])[],
      (readonly [number, number])[],
      (readonly [number, number])[],
    ] = [[], [], []];
    inventory.setVisible(false); // no poll of its own between the rounds
    for (let round = -3; round < ROUNDS; round++) {
      const [a, b, c] = [
        await timed(() => inventory.refresh()),
        await timed(() => world.engine.list()),
        await timed(() => rawSweep(sockets)),
      ];
      if (round >= 0) {
        ours.push(a);
        list.push(b);
        raw.push(c);
      }
    }
    for (const socket of sockets) socket.destroy();
    const wall = (rows: readonly (readonly [number, number])[], q: number): number =>
      at(
        rows.map(([one]) => one),
        q,
      );
    const cpu = (rows: readonly (readonly [number, number])[]): number =>
      at(
        rows.map(([, one]) => one),
        0.5,
      );
    const probe = wall(ours, 0.5) - wall(list, 0.5);
    console.log(
      `${count} ${kind === 'docker' ? 'containers' : 'processes'} in ${inventory.snapshot.topologies.length} topologies, ${ROUNDS} rounds, load ${loadavg()[0]?.toFixed(1)}`,
    );
    console.log(`  first look              ${first.toFixed(0)} ms`);
    console.log(
      `  whole refresh           median ${wall(ours, 0.5).toFixed(1)}, p95 ${wall(ours, 0.95).toFixed(1)} ms, cpu ${cpu(ours).toFixed(1)} ms   (list + probe + assemble)`,
    );
    console.log(`  the engine's list       median ${wall(list, 0.5).toFixed(1)} ms, cpu ${cpu(list).toFixed(1)} ms`);
    console.log(`  raw sockets, kept       median ${wall(raw, 0.5).toFixed(1)} ms, cpu ${cpu(raw).toFixed(1)} ms`);
    console.log(`  refresh without list / raw = ${(probe / wall(raw, 0.5)).toFixed(2)}`);
    inventory.setVisible(true);
    await new Promise(resolve => {
      setTimeout(resolve, 4000);
    });
    const { percent: shown } = await idle(IDLE_MS);
    inventory.setVisible(false);
    await new Promise(resolve => {
      setTimeout(resolve, 1000);
    });
    const hiddens = await idleAtLast();
    const hidden = hiddens.at(-1)?.percent ?? NaN;
    const after = held();
    console.log(`  at rest                 ${shown.toFixed(2)} % of a core visible, ${hidden.toFixed(2)} % hidden`);
    console.log(
      `  hidden, each ${IDLE_MS / 1000} s       ${hiddens.map(({ percent, collections }) => `${percent.toFixed(2)} % with ${collections} garbage collections`).join(', ')}`,
    );
    console.log(
      `  memory                  heap +${((after.heapUsed - before.heapUsed) / 1e6).toFixed(1)} MB, rss +${((after.rss - before.rss) / 1e6).toFixed(1)} MB`,
    );
    inventory.setVisible(true);
    const atRest = await wrong(world, inventory, new Set());
    // a master and a replica of different topologies
    const killed = [0, group + 1, 2 * group].filter(index => index < count);
    await world.kill(killed);
    const dead = new Set(killed);
    let afterwards = await wrong(world, inventory, dead);
    for (let tries = 0; tries < 10 && afterwards.length > 0; tries++) {
      await new Promise(resolve => setTimeout(resolve, 1000)); // replicas of the dead notice by themselves
      afterwards = await wrong(world, inventory, dead);
    }
    for (const one of [...atRest, ...afterwards]) console.log(`  WRONG: ${one}`);
    console.log(
      `  shown wrong             ${atRest.length} at rest, ${afterwards.length} after ${killed.length} were killed`,
    );
    if (atRest.length + afterwards.length > 0)
      failures.push(`${count}: ${atRest.length + afterwards.length} shown wrong`);
    if (count <= 12 && shown > 3) failures.push(`${count} nodes at rest take ${shown.toFixed(2)} % > 3 %`);
    if (count <= 12 && hidden > 0.1) failures.push(`${count} hidden nodes take ${hidden.toFixed(2)} %`);
  } finally {
    inventory.dispose();
    await world.dispose();
  }
}

async function main(args: readonly string[]): Promise<void> {
  const failures: string[] = [];
  const cases =
    args.length > 0
      ? [[args[0], Number(args[1]), Number(args[2] ?? 4)] as const]
      : ([
          ['process', 12, 4],
          ['process', 200, 4],
          ['docker', 12, 4],
          ['docker', 60, 4],
        ] as const);
  for (const [kind, count, group] of cases)
    await measure(kind === 'docker' ? 'docker' : 'process', count, group, failures);
  if (failures.length > 0) throw new Error(failures.join('; '));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
