// One creation of each kind on each engine, what of it stands, and how it is cleared away: for everything that breaks creations on purpose.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Storage } from '../../src/engine/engine';
import type { EngineKind, TopologyKind } from '../../src/model/instance';
import { createCluster, prepareCluster } from '../../src/topology/cluster/createCluster';
import { createReplication, prepareReplication } from '../../src/topology/createReplication';
import { createSentinel } from '../../src/topology/createSentinel';
import type { VerbDeps } from '../../src/topology/deps';
import type { AnyReport } from '../../src/topology/unfinished';
import { docker, leftovers } from './dockerWorld';
import { noSignal, planOf, silent, volume } from './topologies';

/** What is created, and where. */
export interface Creating {
  readonly name: string;
  readonly kind: TopologyKind;
  readonly engine: EngineKind;
  /** The first of ten ports. */
  readonly firstPort: number;
  /** `small`: as few servers as have every kind of step. Absent: what the wizard proposes. */
  readonly shape?: 'small';
  /** Where conf and data lie; volumes unless told. */
  readonly storage?: Storage;
}

/** The same with the folder in which plain processes have their home. */
export type Homed = Pick<Creating, 'engine' | 'name'> & { readonly folder: string };

/** Lines that a finished creation reports as seen to be true. */
export const CHECKS: Readonly<Record<'small' | 'full', Readonly<Record<TopologyKind, number>>>> = {
  full: { sentinel: 9, replication: 6, cluster: 4 },
  small: { sentinel: 5, replication: 3, cluster: 4 },
};

/** Makes it by the product's own verb. */
export async function create(
  deps: VerbDeps,
  { name, kind, engine, firstPort, shape, storage = volume }: Creating,
  signal = noSignal,
): Promise<AnyReport> {
  const small = shape === 'small';
  const image =
    engine === 'docker' ? 'redis:7.0' : ((await deps.engine(engine).images())[0]?.reference ?? 'redis-server');
  switch (kind) {
    case 'sentinel':
      return createSentinel(
        deps,
        {
          plan: await planOf(deps, name, {
            engine,
            image,
            firstPort,
            firstSentinelPort: firstPort + 4,
            storage,
            ...(small ? { replicas: 1, sentinels: 2 } : {}),
          }),
        },
        signal,
        silent,
      );
    case 'replication':
      return createReplication(
        deps,
        {
          plan: await prepareReplication(
            deps,
            { name, engine, image, replicas: small ? 1 : 2, firstPort, storage },
            noSignal,
          ),
        },
        signal,
        silent,
      );
    case 'cluster':
      return createCluster(
        deps,
        {
          plan: await prepareCluster(
            deps,
            {
              name,
              engine,
              image,
              masters: 3,
              replicas: small ? 0 : 1,
              extra: small ? 1 : 0,
              firstPort,
              storage,
            },
            noSignal,
          ),
        },
        signal,
        silent,
      );
  }
}

/** Processes of ours: what runs in our folder, or is told of it. */
export function processesIn(folder: string): readonly number[] {
  return readdirSync('/proc')
    .filter(pid => /^\d+$/.test(pid))
    .map(Number)
    .filter(pid => {
      try {
        return (
          pid !== process.pid &&
          !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ') &&
          (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder) ||
            readlinkSync(`/proc/${pid}/cwd`).startsWith(folder))
        );
      } catch {
        return false; // it ended meanwhile
      }
    });
}

/** What of ours stands: containers, networks and volumes with our labels, or processes that run in our folder. */
export function standing({ engine, name, folder }: Homed): readonly string[] {
  if (engine === 'docker') return leftovers(name);
  const entries = (at: string): readonly string[] => {
    try {
      return readdirSync(join(folder, 'home', at));
    } catch {
      return []; // never made
    }
  };
  return [...processesIn(folder).map(pid => `process ${pid}`), ...entries('topologies'), ...entries('data')];
}

/** After a failure: the next one must find a clean machine. By label and folder alone, so nobody else's. */
export function clearAway({ engine, name, folder }: Homed): void {
  if (engine === 'process') {
    for (const pid of processesIn(folder)) process.kill(pid, 'SIGKILL');
    return;
  }
  const each = (kind: readonly string[], remove: readonly string[]): void => {
    const ids = docker(...kind, '-q', '--filter', `label=redis-topology.name=${name}`);
    if (ids !== '') docker(...remove, ...ids.split('\n'));
  };
  each(['ps', '-a'], ['rm', '-fv']);
  each(['network', 'ls'], ['network', 'rm']);
  each(['volume', 'ls'], ['volume', 'rm']);
}
