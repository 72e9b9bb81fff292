// A finding about reachability mended as an editor mends it: the best remedy, its plan, the run.
import assert from 'node:assert/strict';
import type { Node, Topology } from '../../src/model/snapshot';
import { IoredisConnector } from '../../src/redis/ioredisClient';
import { planFix } from '../../src/topology/diagnose/fixes/plan';
import { runFix } from '../../src/topology/diagnose/fixes/run';
import type { FixDeps } from '../../src/topology/diagnose/fixes/run';
import type { Inventory } from '../../src/topology/inventory';
import type { Reach } from '../../src/topology/reach/explain';
import { remediesOf } from '../../src/topology/reach/remedies';
import type { createDockerEngine } from '../../src/engine/docker';
import { memoryDeps } from './memoryDeps';

type Fix = Parameters<typeof planFix>[2];

export interface Mended {
  back(): Promise<void>;
  readonly notKept: readonly string[];
}

export function bestFix(reach: Reach, node: Node, topology?: Topology): Fix {
  const [best] = remediesOf(reach, node, topology);
  assert.ok(best?.kind === 'fix', JSON.stringify(best));
  return best.fix as Fix;
}

/** Gives the way back, where there is one, and what no conf keeps. */
export async function mend(
  among: Inventory,
  on: ReturnType<typeof createDockerEngine>,
  secrets: FixDeps['secrets'],
  node: Node,
  fix: Fix,
): Promise<Mended> {
  const deps: FixDeps = {
    ...memoryDeps(
      on,
      new IoredisConnector((address, signal) => on.containers.dial(address.via ?? '', address, signal)),
    ),
    secrets,
    files: {
      read: () => Promise.resolve(undefined),
      write: () => Promise.reject(new Error('no file of this machine is written')),
    },
  };
  const plan = planFix(among.snapshot, node.topologyId, fix);
  assert.notEqual(plan.steps.length, 0);
  const { undo, notKept } = await runFix(deps, plan, new AbortController().signal);
  await among.refresh();
  return {
    notKept: notKept.map(({ text }) => text),
    back: async () => {
      assert.ok(undo, 'it can be taken back');
      await runFix(deps, undo, new AbortController().signal);
      await among.refresh();
    },
  };
}
