import type { Ownership, TopologyKind } from '../../model/instance';
import { projectOf } from '../names';

/** Everything that we put on an object begins with this; nothing that lacks it is ever changed or removed by us. */
export const PREFIX = 'redis-topology.';
/** Version of the labels that this code writes. */
export const SCHEMA = 1;

const KINDS: readonly TopologyKind[] = ['replication', 'sentinel', 'cluster'];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The labels of an object of ours: our own and Compose's, by which other tools group it. `node` is absent on a network. */
export function labelsOf(ownership: Omit<Ownership, 'node'> & { readonly node?: string }): Record<string, string> {
  return {
    [`${PREFIX}managed`]: '1',
    [`${PREFIX}schema`]: String(ownership.schema),
    [`${PREFIX}topology`]: ownership.topologyId,
    [`${PREFIX}name`]: ownership.topologyName,
    [`${PREFIX}kind`]: ownership.topologyKind,
    [`${PREFIX}owner`]: ownership.owner,
    [`${PREFIX}session`]: ownership.session,
    ...(ownership.node === undefined ? {} : { [`${PREFIX}node`]: ownership.node }),
    'com.docker.compose.project': projectOf(ownership.topologyName),
  };
}

/** What Compose puts on a container, beyond the project. */
export function serviceLabels(node: string): Record<string, string> {
  return {
    'com.docker.compose.service': node,
    'com.docker.compose.container-number': '1',
    'com.docker.compose.oneoff': 'False',
  };
}

/**
 * Reads our labels back. All of them must be there and make sense: a look-alike (another prefix, a copied `managed=1`, a
 * topology id that is no UUID) is not ours. `node` is '' on objects that belong to the whole topology.
 */
export function ownershipOf(labels: Readonly<Record<string, string>>): Ownership | undefined {
  const of = (name: string): string | undefined => labels[PREFIX + name];
  const topologyId = of('topology');
  const topologyName = of('name');
  const topologyKind = KINDS.find(kind => kind === of('kind'));
  const owner = of('owner');
  const session = of('session');
  const schema = Number(of('schema'));
  if (
    of('managed') !== '1' ||
    !topologyId ||
    !UUID.test(topologyId) ||
    !topologyName ||
    !topologyKind ||
    !owner ||
    !session ||
    !Number.isInteger(schema) ||
    schema < 1
  )
    return undefined;
  return { topologyId, topologyName, topologyKind, node: of('node') ?? '', owner, session, schema };
}

/** Names of the objects of one node. */
export function namesOf(
  topologyName: string,
  node: string,
): { readonly container: string; readonly conf: string; readonly data: string } {
  const stem = `${projectOf(topologyName)}-${node}`;
  return { container: stem, conf: `${stem}-conf`, data: `${stem}-data` };
}

/** `filters` of the list calls: what carries the label of this topology, or of any of ours. */
export function ownFilter(topologyId?: string): { readonly label: readonly string[] } {
  return { label: [`${PREFIX}managed=1`, ...(topologyId === undefined ? [] : [`${PREFIX}topology=${topologyId}`])] };
}
