import type { Host } from '../../model/instance';
import { survivalOf } from '../../model/quorum';
import { confLine } from '../confText';
import type { PlannedNode, TopologyPlan } from '../plan';

/** What a topology that is spread over machines lives through, machine by machine. */
export type MachineNote =
  /** Any one machine may be lost: a copy of all data is left, and who decides about a new master. */
  | { readonly code: 'any-machine'; readonly machines: number }
  /** All of it is on this one. */
  | { readonly code: 'one-machine'; readonly machine: string }
  /** Every copy of some data is on this machine. `of` names the master, where there are several. */
  | { readonly code: 'machine-holds-data'; readonly machine: string; readonly of?: string }
  /** With this machine, so many Sentinels are lost that nobody is promoted. */
  | { readonly code: 'machine-decides'; readonly machine: string; readonly left: number; readonly needed: number }
  /** Of a cluster: with this machine, the majority of the masters is lost. */
  | {
      readonly code: 'machine-holds-majority';
      readonly machine: string;
      readonly masters: number;
      readonly of: number;
    }
  /** More machines would survive more: so many it takes. */
  | { readonly code: 'more-machines'; readonly machines: number; readonly wanted: number };

/**
 * Puts the nodes of a plan on machines: masters away from each other, a master and those that hold its data away from each other, Sentinels away from
 * each other, and the load evenly, in this order. A swarm has no such rule itself: it spreads the tasks of one service, and here each server is one.
 */
export function spread<Plan extends TopologyPlan & { readonly quorum?: number }>(
  plan: Plan,
  hosts: readonly Host[],
): Plan {
  if (hosts.length === 0) return plan;
  const placed: { readonly node: PlannedNode; readonly host: Host }[] = [];
  const put = (node: PlannedNode, apart: (other: PlannedNode) => boolean): void => {
    const on = (host: Host, counts: (other: PlannedNode) => boolean): number =>
      placed.filter(other => other.host === host && counts(other.node)).length;
    const [best] = hosts
      .map(host => ({ host, close: on(host, apart), load: on(host, () => true) }))
      .sort((a, b) => a.close - b.close || a.load - b.load);
    placed.push({ node, host: (best as { readonly host: Host }).host });
  };
  const roots = shardsOf(plan.nodes);
  const of = (role: PlannedNode['role']): readonly PlannedNode[] => plan.nodes.filter(node => node.role === role);
  for (const node of of('master')) put(node, other => other.role === 'master');
  for (const node of of('replica')) put(node, other => roots.get(other.name) === roots.get(node.name));
  for (const node of of('sentinel')) put(node, other => other.role === 'sentinel');
  const hostOf = new Map(placed.map(({ node, host }) => [node.name, host]));
  const nodes = plan.nodes.map(node => asNamed({ ...node, host: hostOf.get(node.name) as Host }));
  return { ...plan, nodes, machines: machineNotes({ ...plan, nodes }, hosts.length) };
}

/** What is lost with each machine. @param available machines that there are */
export function machineNotes(
  { kind, nodes, quorum }: Pick<TopologyPlan, 'kind' | 'nodes'> & { readonly quorum?: number },
  available: number,
): readonly MachineNote[] {
  const used = [
    ...new Map(nodes.flatMap(({ host }) => (host === undefined ? [] : [[host.id, host] as const]))).values(),
  ];
  const roots = shardsOf(nodes);
  const servers = nodes.filter(({ role }) => role !== 'sentinel');
  const masters = servers.filter(({ role }) => role === 'master');
  const sentinels = nodes.filter(({ role }) => role === 'sentinel');
  const copies = masters.map(master => servers.filter(({ name }) => roots.get(name) === master.name).length);
  const wanted = Math.max(...copies, sentinels.length, kind === 'cluster' ? masters.length : 0);
  const more: readonly MachineNote[] =
    wanted > available ? [{ code: 'more-machines', machines: available, wanted }] : [];
  const [only] = used;
  if (used.length <= 1) return only === undefined ? [] : [{ code: 'one-machine', machine: only.name }, ...more];
  const notes: MachineNote[] = [];
  for (const host of used) {
    const isHere = (node: PlannedNode): boolean => node.host?.id === host.id;
    for (const master of masters)
      if (servers.filter(({ name }) => roots.get(name) === master.name).every(isHere))
        notes.push({
          code: 'machine-holds-data',
          machine: host.name,
          ...(masters.length > 1 ? { of: master.name } : {}),
        });
    // any server may be master by the time: a machine without one can go without a failover
    if (sentinels.length > 0 && quorum !== undefined && servers.some(isHere)) {
      const { needed, fatalPlaces } = survivalOf({ quorum, places: sentinels.map(node => node.host?.id ?? node.name) });
      const fatal = fatalPlaces.find(({ place }) => place === host.id);
      if (fatal !== undefined) notes.push({ code: 'machine-decides', machine: host.name, left: fatal.left, needed });
    }
    const lost = masters.filter(isHere).length;
    if (kind === 'cluster' && masters.length - lost <= masters.length / 2)
      notes.push({ code: 'machine-holds-majority', machine: host.name, masters: lost, of: masters.length });
  }
  return [...(notes.length === 0 ? [{ code: 'any-machine' as const, machines: used.length }] : notes), ...more];
}

/** The master at the root of whom each server follows, by name. */
function shardsOf(nodes: readonly PlannedNode[]): ReadonlyMap<string, string> {
  const parent = new Map(nodes.map(node => [node.name, node.follows]));
  return new Map(
    nodes.map(({ name }) => {
      let root = name;
      for (let next = parent.get(root); next !== undefined; next = parent.get(root)) root = next;
      return [name, root];
    }),
  );
}

/** Addresses of tasks change with every start, so all are known by name; Sentinel believes in names only when it is told to. */
function asNamed(node: PlannedNode): PlannedNode {
  if (node.program !== 'sentinel') return node;
  const names =
    confLine('sentinel resolve-hostnames', 'yes') + '\n' + confLine('sentinel announce-hostnames', 'yes') + '\n';
  return { ...node, files: node.files.map(file => ({ ...file, content: names + file.content })) };
}
