import type { Disposable } from '../base/disposable';
import { toDisposable } from '../base/disposable';
import type { Node, Snapshot, SnapshotChange } from '../model/snapshot';

/** Milliseconds. */
export interface PaceTiming {
  /** While visible and at rest. */
  readonly slow: number;
  /** While a verb runs, or while a topology has no master, or just after a change. */
  readonly fast: number;
  /** How long after the last change a topology counts as unsettled. */
  readonly settle: number;
  /** How long a topology without a master is watched at the fast pace. */
  readonly patience: number;
}

/** How often each server is asked: seldom, unless somebody who waits for a change asks for more, or its topology is out of its rest. */
export class Pace {
  /** Since when each topology is out of its rest. */
  readonly #unsettled = new Map<string, number>();
  /** The pace that each one asks for who holds it. */
  readonly #holds = new Map<Disposable, number>();

  constructor(private readonly timing: PaceTiming) {}

  get isHeld(): boolean {
    return this.#holds.size > 0;
  }

  /** @param onRelease told when what is returned was disposed */
  hold(paceMs: number, onRelease: () => void): Disposable {
    const held = toDisposable(() => {
      this.#holds.delete(held);
      onRelease();
    });
    this.#holds.set(held, paceMs);
    return held;
  }

  /** Something happened to a topology at `now`. */
  unsettle(topologyId: string, now: number): void {
    this.#unsettled.set(topologyId, now);
  }

  note({ snapshot, topologies, nodes, structure }: SnapshotChange, now: number): void {
    if (structure || topologies.length > 0 || nodes.length > 0) {
      const touched = new Set(nodes);
      for (const topology of snapshot.topologies)
        if (topologies.includes(topology.id) || topology.nodes.some(node => touched.has(node.id)))
          this.#unsettled.set(topology.id, now);
    }
    const ids = new Set(snapshot.topologies.map(topology => topology.id));
    for (const id of this.#unsettled.keys()) if (!ids.has(id)) this.#unsettled.delete(id);
  }

  /**
   * Milliseconds from one look at the node to the next.
   * @param servers how many are watched: many are never asked as fast as few
   */
  of(node: Node | undefined, snapshot: Snapshot, servers: number, now: number): number {
    const { slow, fast, settle, patience } = this.timing;
    const held = Math.min(slow, ...this.#holds.values());
    if (this.isHeld && held <= fast) return Math.max(fast, servers * 10);
    const since = node?.topologyId === undefined ? undefined : this.#unsettled.get(node.topologyId);
    if (since === undefined) return held;
    const restless = snapshot.topologies
      .find(one => one.id === node?.topologyId)
      ?.health.reasons.some(
        ({ code }) =>
          code === 'no-master' ||
          code === 'master-down' ||
          code === 'failover-in-progress' ||
          code === 'stale-master' ||
          code === 'slots-master-failed',
      );
    return now - since < (restless ? patience : settle) ? fast : held;
  }
}
