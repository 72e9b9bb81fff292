import type { ReplicationReport, ServerReport } from './report';
import type { Contact, Node, Snapshot, SnapshotChange, Topology } from './snapshot';

/** What a view must redraw; undefined when nothing that is shown changed (figures such as memory and offsets may have). */
export function diff(previous: Snapshot, snapshot: Snapshot): SnapshotChange | undefined {
  if (previous === snapshot) return undefined;
  const before = new Map(nodesOf(previous).map(node => [node.id, node]));
  const nodes = nodesOf(snapshot)
    .filter(node => {
      const old = before.get(node.id);
      return old === undefined || !showsTheSame(old, node);
    })
    .map(node => node.id);
  const oldTopologies = new Map(previous.topologies.map(topology => [topology.id, topology]));
  const topologies = snapshot.topologies
    .filter(topology => {
      const old = oldTopologies.get(topology.id);
      return old === undefined || !sameRow(old, topology);
    })
    .map(topology => topology.id);
  const structure = previous.engines !== snapshot.engines || shapeOf(previous) !== shapeOf(snapshot);
  return structure || nodes.length > 0 || topologies.length > 0
    ? { snapshot, previous, structure, topologies, nodes }
    : undefined;
}

export function nodesOf(snapshot: Snapshot): readonly Node[] {
  return [...snapshot.topologies.flatMap(topology => topology.nodes), ...snapshot.others];
}

/** Ids and parents in their order. */
function shapeOf(snapshot: Snapshot): string {
  return JSON.stringify([
    snapshot.topologies.map(({ id, nodes, shards }) => [
      id,
      nodes.map(node => [node.id, node.masterId]),
      shards?.map(shard => [shard.id, shard.nodes]),
    ]),
    snapshot.others.map(node => node.id),
  ]);
}

function sameRow(a: Topology, b: Topology): boolean {
  if (a === b) return true;
  return (
    a.name === b.name &&
    a.kind === b.kind &&
    a.owned === b.owned &&
    a.added?.changes === b.added?.changes &&
    a.added?.adopted === b.added?.adopted &&
    a.health === b.health &&
    a.masterName === b.masterName &&
    a.quorum === b.quorum &&
    a.cluster === b.cluster &&
    a.shards?.length === b.shards?.length &&
    (a.shards ?? []).every((shard, index) => shard.slots === b.shards?.[index]?.slots)
  );
}

function showsTheSame(a: Node, b: Node): boolean {
  if (a === b) return true;
  return (
    a.name === b.name &&
    a.topologyId === b.topologyId &&
    a.role === b.role &&
    a.staleMaster === b.staleMaster &&
    a.masterId === b.masterId &&
    a.instance === b.instance &&
    a.announced === b.announced &&
    a.reachable === b.reachable &&
    a.clusterId === b.clusterId &&
    shownLag(a) === shownLag(b) &&
    sameContact(a.contact, b.contact)
  );
}

/** Lag flickers by a few hundred bytes between two acknowledgements; only what would worry somebody is a change. */
function shownLag({ lag }: Node): string {
  if (lag === undefined) return '';
  const bytes = lag.bytes < 65_536 ? 0 : Math.floor(Math.log2(lag.bytes));
  return `${bytes}/${lag.seconds < 2 ? 0 : lag.seconds}`;
}

function sameContact(a: Contact, b: Contact): boolean {
  if (a === b) return true;
  if (a.state !== b.state) return false;
  if (a.state === 'answering' && b.state === 'answering') return sameReport(a.report, b.report);
  if (a.state === 'silent' && b.state === 'silent') return a.reason === b.reason;
  return true;
}

function sameReport(a: ServerReport, b: ServerReport): boolean {
  return (
    a === b ||
    (a.runId === b.runId &&
      a.version === b.version &&
      a.mode === b.mode &&
      a.loading === b.loading &&
      a.tcpPort === b.tcpPort &&
      a.configFile === b.configFile &&
      a.sentinel === b.sentinel &&
      a.cluster === b.cluster &&
      sameReplication(a.replication, b.replication))
  );
}

function sameReplication(a: ReplicationReport | undefined, b: ReplicationReport | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return (
    a.role === b.role &&
    a.priority === b.priority &&
    a.readOnly === b.readOnly &&
    a.master?.address === b.master?.address &&
    a.master?.link === b.master?.link &&
    a.master?.syncInProgress === b.master?.syncInProgress &&
    a.replicas.length === b.replicas.length &&
    a.replicas.every(
      (replica, index) => replica.address === b.replicas[index]?.address && replica.state === b.replicas[index]?.state,
    )
  );
}
