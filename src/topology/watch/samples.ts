import { reportOf } from '../../model/servers';
import type { Topology } from '../../model/snapshot';

/** Figures of one server at one moment; what it does not say is missing. */
export interface Sample {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly opsPerSecond?: number;
  readonly usedMemoryBytes?: number;
  readonly connectedClients?: number;
  /** Bytes of the replication stream. */
  readonly offset?: number;
  /** Of a replica. */
  readonly lagBytes?: number;
  readonly lagSeconds?: number;
}

/** So many are kept of each server: at one a second, two minutes. */
const KEPT = 120;

/** The last minutes of a topology's servers, as the snapshots had them. Bounded; servers that went are forgotten. */
export class Samples {
  readonly #byNode = new Map<string, readonly Sample[]>();

  take(at: number, topology: Pick<Topology, 'nodes'>): void {
    const here = new Set(topology.nodes.map(({ id }) => id));
    for (const id of this.#byNode.keys()) if (!here.has(id)) this.#byNode.delete(id);
    for (const { id, contact, lag } of topology.nodes) {
      // who does not answer leaves a hole: an old figure drawn on would be a lie
      const report = contact.state === 'answering' ? reportOf(contact) : undefined;
      const offset = report?.replication?.offset;
      const sample: Sample = {
        at,
        ...(report?.opsPerSecond === undefined ? {} : { opsPerSecond: report.opsPerSecond }),
        ...(report?.usedMemoryBytes === undefined ? {} : { usedMemoryBytes: report.usedMemoryBytes }),
        ...(report?.connectedClients === undefined ? {} : { connectedClients: report.connectedClients }),
        ...(offset === undefined ? {} : { offset }),
        ...(report === undefined || lag === undefined ? {} : { lagBytes: lag.bytes, lagSeconds: lag.seconds }),
      };
      this.#byNode.set(id, [...(this.#byNode.get(id) ?? []), sample].slice(-KEPT));
    }
  }

  /** Oldest first. */
  of(node: string): readonly Sample[] {
    return this.#byNode.get(node) ?? [];
  }
}

/** Points of a line over the last `KEPT` samples; `null` where nothing was known, or nobody looked for longer than `gapMs`. */
export function pointsOf(
  samples: readonly Sample[],
  figure: 'opsPerSecond' | 'lagBytes',
  gapMs = 5000,
): readonly (number | null)[] {
  return samples.flatMap((sample, index) => {
    const before = samples[index - 1];
    const value = sample[figure] ?? null;
    return before !== undefined && sample.at - before.at > gapMs ? [null, value] : [value];
  });
}
