import type { Snapshot } from '../../model/snapshot';
import type { Facts } from './facts';
import type { Problem } from './problem';
import { severityRank } from './problem';
import { access } from './rules/access';
import { clusters } from './rules/clusters';
import { confFiles } from './rules/confFiles';
import { contact, redirects } from './rules/contact';
import { exits } from './rules/exits';
import { kept } from './rules/kept';
import { links } from './rules/links';
import { machines } from './rules/machines';
import { memory } from './rules/memory';
import { converted, replication } from './rules/replication';
import { drift, identities, missingSentinels, quorum, splitBrain, tilt } from './rules/sentinels';
import type { Rule } from './scope';
import { Scope, World } from './scope';

/** All rules, in the order in which their problems of equal weight are told: what is broken before what would break. */
const rules: readonly Rule[] = [
  exits,
  contact,
  access,
  splitBrain,
  quorum,
  clusters,
  links,
  missingSentinels,
  identities,
  kept,
  replication,
  machines,
  memory,
  drift,
  tilt,
  confFiles,
  converted,
  redirects,
];

/** Everything that is wrong, or will be, in a snapshot and with the facts that were asked for besides: pure. Worst first. */
export function diagnose(snapshot: Snapshot, facts: Facts): readonly Problem[] {
  const world = new World(snapshot, facts);
  const scopes = [
    ...snapshot.topologies.map(topology => new Scope(world, topology, topology.nodes)),
    ...snapshot.others.map(node => new Scope(world, undefined, [node])),
  ];
  const seen = new Set<string>();
  return scopes
    .flatMap(scope => rules.flatMap(rule => rule(scope)))
    .filter(({ id }) => !seen.has(id) && seen.add(id)) // a Sentinel of several masters stands in one topology and speaks of others
    .sort((a, b) => severityRank[a.severity] - severityRank[b.severity]);
}
