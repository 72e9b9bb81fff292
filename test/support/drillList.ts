import type { EngineKind, TopologyKind } from '../../src/model/instance';
import type { HealthLevel } from '../../src/model/snapshot';
import type { DrillResult, DrillWorld, Stage } from './drills';
import { drill } from './drills';
import type { Rows } from './truth';

/** One fault and how it is healed; each half is a drill of its own. */
export interface Fault {
  readonly name: string;
  /** Needs a network that can be cut. */
  readonly docker?: true;
  readonly on: readonly TopologyKind[];
  /** Returns the healing. */
  readonly strike: (world: Stage) => Promise<Healing>;
  /** Holds of what is so when the fault has run its course; called after `strike`. */
  readonly over?: (rows: Rows, world: Stage) => boolean;
  /** What the tree must call the whole then. */
  readonly health?: HealthLevel;
}

export interface Healing {
  readonly heal: () => Promise<unknown>;
  /** Who it was done to. */
  readonly victims: readonly string[];
}

const every: readonly TopologyKind[] = ['replication', 'sentinel', 'cluster'];
const masters = (rows: Rows): number => rows.filter(row => /: running, master/.test(row)).length;
const rowOf = (rows: Rows, name: string): string => rows.find(row => row.startsWith(`${name}:`)) ?? '';
/** The master, in a cluster the one of the first slots. */
export const leader = (world: Stage): string =>
  world
    .shown()
    .map(row => /^(\S+): running, master(?:, slots 0-|$)/.exec(row)?.[1])
    .find(name => name !== undefined) ?? fail('no master is shown');
export const follower = (world: Stage): string => {
  const master = leader(world);
  return (
    world
      .shown()
      .map(row => new RegExp(`^(\\S+): running, replica of ${master},`).exec(row)?.[1])
      .find(name => name !== undefined) ?? fail('no replica is shown')
  );
};
const fail = (text: string): never => {
  throw new Error(text);
};
/** Somebody else leads, where somebody can take over. */
export const takenOver = (rows: Rows, world: Stage): boolean =>
  world.kind === 'replication' || masters(rows) === (world.kind === 'cluster' ? 3 : 1);

/** Nobody serves: each node that still says anything has noticed. */
const allSayFail = (rows: Rows): boolean =>
  rows.filter(row => row.includes(': running,')).every(row => row.endsWith('cluster fail'));

const lifecycle = (
  what: 'kill' | 'pause' | 'stop',
  whom: (world: Stage) => string,
  name: string,
  on = every,
): Fault => ({
  name: `${what} ${name}`,
  on,
  strike: async world => {
    const victim = whom(world);
    await world.act(victim, what);
    return { victims: [victim], heal: () => world.act(victim, what === 'pause' ? 'unpause' : 'start') };
  },
  ...(name === 'master' ? { over: takenOver } : {}),
});

export const faults: readonly Fault[] = [
  lifecycle('kill', follower, 'replica'),
  lifecycle('kill', leader, 'master'),
  lifecycle('pause', follower, 'replica'),
  lifecycle('pause', leader, 'master'),
  lifecycle('stop', follower, 'replica'),
  lifecycle('stop', leader, 'master'),
  lifecycle('kill', () => 'sentinel-2', 'sentinel', ['sentinel']),
  lifecycle('pause', () => 'sentinel-2', 'sentinel', ['sentinel']),
  {
    name: 'disconnect replica',
    docker: true,
    on: every,
    strike: world => {
      const victim = follower(world);
      const heal = world.disconnect(victim);
      return Promise.resolve({
        victims: [victim],
        heal: async () => {
          heal();
          await Promise.resolve();
        },
      });
    },
  },
  {
    name: 'disconnect master',
    docker: true,
    on: every,
    strike: world => {
      const victim = leader(world);
      const heal = world.disconnect(victim);
      return Promise.resolve({
        victims: [victim],
        heal: async () => {
          heal();
          await Promise.resolve();
        },
      });
    },
    over: takenOver,
  },
  {
    name: 'restart all, shuffled',
    on: every,
    strike: async world => {
      const names = world.nodes.map(({ name }) => name);
      for (const name of names) await world.act(name, 'stop');
      return {
        victims: [],
        heal: async () => {
          for (const index of shuffled(names.length)) await world.act(names[index] as string, 'start');
        },
      };
    },
  },
  {
    name: 'replica of the wrong master',
    on: ['replication', 'sentinel'],
    strike: async world => {
      const victim = follower(world);
      const right = leader(world);
      const wrong = world.named('replica').find(name => name !== victim) ?? fail('no second replica');
      const at = (name: string): string => String(world.nodes.find(node => node.name === name)?.port);
      const host = world.announced(wrong)?.host ?? '127.0.0.1';
      const home = world.announced(right)?.host ?? '127.0.0.1';
      await world.cli(victim, 'REPLICAOF', host, at(wrong));
      return { victims: [victim], heal: () => world.cli(victim, 'REPLICAOF', home, at(right)) };
    },
    // a Sentinel turns it back by itself within some ten seconds
    over: (rows, world) =>
      world.kind === 'replication' ||
      new Set(rows.flatMap(row => /replica of (\S+), link up/.exec(row)?.[1] ?? [])).size === 1,
  },
  {
    name: 'a second master',
    on: ['replication'],
    strike: async world => {
      const victim = follower(world);
      const right = leader(world);
      const announced = world.announced(right);
      await world.cli(victim, 'REPLICAOF', 'NO', 'ONE');
      return {
        victims: [victim],
        heal: () => world.cli(victim, 'REPLICAOF', announced?.host ?? '', String(announced?.port)),
      };
    },
  },
  {
    name: 'wrong password',
    on: every,
    strike: async world => {
      const victim = follower(world);
      await world.script(victim, ['CONFIG SET requirepass another-word', 'CLIENT KILL TYPE normal SKIPME yes']);
      return {
        victims: [victim],
        heal: async () => {
          await world.script(victim, [`CONFIG SET requirepass ${world.password}`], 'another-word');
          await world.lookAgain();
        },
      };
    },
  },
  {
    name: 'master and its replica gone',
    on: ['cluster'],
    over: allSayFail,
    health: 'down',
    strike: async world => {
      const victims = [follower(world), leader(world)];
      for (const victim of victims) await world.act(victim, 'kill');
      return {
        victims,
        heal: async () => {
          for (const victim of [...victims].reverse()) await world.act(victim, 'start');
        },
      };
    },
  },
  {
    name: 'orphan: a replica that left',
    on: ['cluster'],
    strike: async world => {
      const victim = follower(world);
      const master = leader(world);
      const masterId = await world.cli(master, 'CLUSTER', 'MYID');
      const others = world.nodes.filter(node => node.name !== victim).flatMap(node => world.announced(node.name) ?? []);
      const id = await world.cli(victim, 'CLUSTER', 'MYID');
      await world.cli(victim, 'CLUSTER', 'RESET');
      for (const { name } of world.nodes) if (name !== victim) await world.cli(name, 'CLUSTER', 'FORGET', id);
      return {
        victims: [victim],
        heal: async () => {
          // who forgot a node does not hear of it by others for a minute, so each is met
          for (const { host, port } of others) await world.cli(victim, 'CLUSTER', 'MEET', host, String(port));
          for (
            let tries = 0;
            tries < 300 && !(await world.cli(victim, 'CLUSTER', 'REPLICATE', masterId)).startsWith('OK');
            tries++
          )
            await new Promise(resolve => {
              setTimeout(resolve, 200);
            });
        },
      };
    },
  },
  {
    name: 'two masters frozen',
    on: ['cluster'],
    over: allSayFail,
    health: 'down',
    strike: async world => {
      const victims = world.named('master').slice(0, 2);
      for (const victim of victims) await world.act(victim, 'pause');
      return {
        victims,
        heal: async () => {
          for (const victim of victims) await world.act(victim, 'unpause');
        },
      };
    },
  },
];

/** Deterministic, so that a failure can be repeated. */
function shuffled(count: number): readonly number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  let seed = 7 + count;
  for (let index = count - 1; index > 0; index--) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    const other = seed % (index + 1);
    [order[index], order[other]] = [order[other] as number, order[index] as number];
  }
  return order;
}

/** Everything is as it should be: who serves is linked. */
export function whole(rows: Rows, world: Stage): boolean {
  const servers = rows.filter(row => row.startsWith('redis-'));
  return (
    masters(rows) === (world.kind === 'cluster' ? 3 : 1) &&
    servers.every(row => /: running, (?:master|replica of \S+, link up)/.test(row) && !row.endsWith('cluster fail')) &&
    !rows.some(row => /slots none/.test(row)) &&
    rows.every(row => !row.startsWith('sentinel-') || /: running, sentinel of/.test(row))
  );
}

/** Names of the faults that apply there, in their order. */
export function faultsOf(kind: TopologyKind, engine: EngineKind): readonly string[] {
  return faults
    .filter(({ on, docker }) => on.includes(kind) && (docker === undefined || engine === 'docker'))
    .map(({ name }) => name);
}

/** The faults of this world, each done and healed. `wanted`: only those whose name holds one of these. */
export async function runDrills(
  world: DrillWorld,
  tell: (result: DrillResult) => void,
  wanted: readonly string[] = [],
): Promise<void> {
  const apply = faultsOf(world.kind, world.engineKind);
  for (const { name, strike, over, health } of faults) {
    if (!apply.includes(name) || (wanted.length > 0 && !wanted.some(one => name.includes(one)))) continue;
    let healing: Healing | undefined;
    tell(
      await drill(
        world,
        name,
        async () => {
          healing = await strike(world);
        },
        rows => (over?.(rows, world) ?? true) && (health === undefined || world.topology?.health.level === health),
      ),
    );
    const { heal, victims } = healing ?? fail('nothing was done');
    const healed = await drill(
      world,
      `${name}: healed`,
      heal,
      rows => whole(rows, world) && victims.every(victim => rowOf(rows, victim) !== ''),
    );
    if (!healed.health.startsWith('healthy')) await settle(world, name);
    tell({ ...healed, health: `${world.topology?.health.level}` });
  }
}

/** Who says that all is well, the roles or the tree, must come to the same; the tree may know of more (epochs, gossip), for a while. */
async function settle(world: DrillWorld, name: string): Promise<void> {
  for (const end = performance.now() + 60_000; world.topology?.health.level !== 'healthy';) {
    if (performance.now() > end)
      throw new Error(
        `${world.kind} on ${world.engineKind}, after ${name}: everything is whole, and the tree says ${JSON.stringify(world.topology?.health)}\n${world.shown().join('\n')}`,
      );
    await new Promise(resolve => {
      setTimeout(resolve, 200);
    });
  }
}
