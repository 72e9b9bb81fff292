import type { HealthReason, Topology } from '../model/snapshot';

/** Whoever asks for what is broken, without pointing at it, means one of those that are: they come first, each with its reason. The others keep their order. */
export function troubledFirst(
  topologies: readonly Topology[],
  counts: (reason: HealthReason) => boolean,
): readonly { readonly topology: Topology; readonly reason: HealthReason | undefined }[] {
  const all = topologies.map(topology => ({ topology, reason: topology.health.reasons.find(counts) }));
  return [...all.filter(({ reason }) => reason !== undefined), ...all.filter(({ reason }) => reason === undefined)];
}
