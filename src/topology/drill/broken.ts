import type { EngineKind } from '../../model/instance';
import type { Node, Topology } from '../../model/snapshot';
import type { VerbDeps } from '../deps';
import { processLives } from '../journal';
import type { Records } from '../ports';
import type { DrillFault } from './report';

/**
 * A server that a drill broke and has not mended yet, written down before it is broken: when the editor ends in the middle, the next one offers to
 * mend it.
 */
export interface Broken {
  readonly schema: 1;
  readonly topologyId: string;
  readonly topology: string;
  /** Name of the server. */
  readonly node: string;
  readonly fault: DrillFault;
  readonly engine: EngineKind;
  readonly instanceId: string;
  /** Process that runs the drill; 0: it gave up mending. */
  readonly pid: number;
  readonly at: number;
}

const PREFIX = 'broken-by-drill:';
/** No drill lasts as long: the process id belongs to somebody else by now. */
const LONGEST_MS = 15 * 60_000;

export async function noteBroken(
  deps: Pick<VerbDeps, 'records' | 'now'>,
  topology: Pick<Topology, 'id' | 'name'>,
  node: Node,
  fault: DrillFault,
): Promise<void> {
  const broken: Broken = {
    schema: 1,
    topologyId: topology.id,
    topology: topology.name,
    node: node.name,
    fault,
    engine: node.instance?.engine ?? 'docker',
    instanceId: node.instance?.id ?? '',
    pid: process.pid,
    at: deps.now(),
  };
  await deps.records.set(PREFIX + topology.id, broken);
}

/** It is as it was, or nobody is to be asked any more. */
export async function forgetBroken(records: Pick<Records, 'delete'>, topologyId: string): Promise<void> {
  await records.delete(PREFIX + topologyId);
}

/** It could not be mended: whoever looks next may offer it again. */
export async function giveUp(records: Pick<Records, 'get' | 'set'>, topologyId: string): Promise<void> {
  const broken = records.get(PREFIX + topologyId);
  if (isBroken(broken)) await records.set(PREFIX + topologyId, { ...broken, pid: 0 });
}

export interface FoundBroken {
  /** Left by a drill that nobody runs any more. */
  readonly left: readonly Broken[];
  /** Whether a drill runs, in this window or another one, or ended so lately that its process is still there. */
  readonly running: boolean;
}

export function findBroken(
  { records, now }: Pick<VerbDeps, 'records' | 'now'>,
  alive: (pid: number) => boolean = processLives,
): FoundBroken {
  const all = records
    .keys()
    .filter(key => key.startsWith(PREFIX))
    .map(key => records.get(key))
    .filter(isBroken);
  const runs = ({ pid, at }: Broken): boolean => pid > 0 && now() - at < LONGEST_MS && alive(pid);
  return { left: all.filter(one => !runs(one)), running: all.some(runs) };
}

function isBroken(value: unknown): value is Broken {
  const { schema, topologyId, instanceId, node } = (value ?? {}) as Partial<Broken>;
  return schema === 1 && typeof topologyId === 'string' && typeof instanceId === 'string' && typeof node === 'string';
}
