import type { Node, Topology } from '../../model/snapshot';
import type { Ask } from './route';

/** What a server is asked for that decides how long a failover takes and how much of it is lost. Those that are 0 are off. */
const asked = ['min-replicas-to-write', 'min-replicas-max-lag'] as const;

/** Settings that decide the outcome, as they are now: those of the Sentinels (the slowest counts), of the cluster, and of the master itself. */
export async function readSettings(
  topology: Topology,
  victim: Node,
  ask: Ask,
): Promise<Readonly<Record<string, number>>> {
  const found: Record<string, number> = {};
  const rows = topology.nodes
    .flatMap(({ contact }) => (contact.state === 'answering' ? (contact.report.sentinel?.masters ?? []) : []))
    .filter(({ name }) => name === topology.masterName);
  if (rows.length > 0)
    Object.assign(found, {
      'down-after-milliseconds': Math.max(...rows.map(({ downAfterMs }) => downAfterMs)),
      quorum: Math.max(...rows.map(({ quorum }) => quorum)),
    });
  const master =
    victim.role === 'sentinel'
      ? topology.nodes.find(({ role, contact }) => role === 'master' && contact.state === 'answering')
      : victim;
  if (master === undefined) return found;
  const read = async (name: string): Promise<number> => numberIn(await ask(master, ['CONFIG', 'GET', name]));
  if (topology.kind === 'cluster') {
    const timeout = await read('cluster-node-timeout');
    if (timeout > 0) found['cluster-node-timeout'] = timeout;
  }
  const [least, lag] = await Promise.all(asked.map(read));
  if (least !== undefined && least > 0) Object.assign(found, { [asked[0]]: least, [asked[1]]: lag });
  return found;
}

/** As long as the topology itself takes to notice, and as much again for the vote, with time to spare on a busy machine. */
export function waitOf(topology: Pick<Topology, 'kind'>, settings: Readonly<Record<string, number>>): number {
  if (topology.kind === 'replication') return 3000; // nobody takes over: that is what is to be seen
  return 15_000 + 2 * (settings['down-after-milliseconds'] ?? settings['cluster-node-timeout'] ?? 5000);
}

/** `CONFIG GET name` : the name, then the value. */
function numberIn(reply: unknown): number {
  const value: unknown = Array.isArray(reply) ? reply[1] : undefined;
  const number = typeof value === 'string' ? Number(value) : NaN;
  return Number.isFinite(number) ? number : 0;
}
