import { isDeadline, until } from '../../base/abort';
import type { Disposable } from '../../base/disposable';
import type { Node, Topology } from '../../model/snapshot';
import type { InventoryPort } from '../inventoryPort';
import type { DrillMark, DrillMarkCode, DrillPicture, Standing } from './report';
import { sameShape } from './report';

/** Channels of the Sentinels that are worth a mark. */
const heard: Readonly<Record<string, DrillMarkCode>> = {
  '+sdown': 'sdown',
  '+odown': 'odown',
  '+switch-master': 'switch',
};

/** Notes who stands how, and what Sentinels and cluster nodes say, as the inventory shows it. Times are milliseconds since the fault. */
export class Recorder implements Disposable {
  /** When it happened, milliseconds since the epoch; 0 before. */
  at = 0;
  readonly #marks: DrillMark[] = [];
  readonly #changes = new Map<string, { at: number; standing: Standing }[]>();
  readonly #subscriptions: readonly Disposable[];
  readonly #from: number;

  constructor(
    private readonly inventory: InventoryPort,
    private readonly before: Topology,
    private readonly victim: Node,
    private readonly now: () => number,
  ) {
    this.#from = now();
    this.#note();
    this.#subscriptions = [
      inventory.onDidChange(() => this.#note()),
      inventory.timeline.onDidAdd(({ what, at }) => {
        if (this.at === 0 || what.code !== 'sentinel-message' || !this.#isOurs(what.node)) return;
        const mark = heard[what.channel];
        if (mark !== undefined) this.once(mark, what.name, at);
      }),
    ];
  }

  begin(): void {
    this.at = this.now();
    this.#marks.push({ at: 0, what: 'fault', node: this.victim.name });
  }

  /** Only the first of a kind counts. */
  once(what: DrillMarkCode, node?: string, at = this.now()): void {
    if (!this.has(what))
      this.#marks.push({ at: Math.max(0, at - this.at), what, ...(node === undefined ? {} : { node }) });
  }

  has(what: DrillMarkCode): boolean {
    return this.#marks.some(mark => mark.what === what);
  }

  /** Whether another one serves as master within the time. */
  promoted(ms: number, signal: AbortSignal): Promise<boolean> {
    return this.#within(ms, signal, () => this.has('promoted'));
  }

  async whole(ms: number, signal: AbortSignal): Promise<boolean> {
    const done = await this.#within(ms, signal, () => sameShape(this.before, this.#topology()));
    if (done) this.once('whole');
    return done;
  }

  picture(): Pick<DrillPicture, 'marks' | 'bars' | 'span'> {
    const since = this.at === 0 ? this.now() : this.at;
    return {
      marks: [...this.#marks].sort((a, b) => a.at - b.at),
      bars: [...this.#changes].map(([node, changes]) => ({
        node,
        changes: changes.map(({ at, standing }) => ({ at: at - since, standing })),
      })),
      span: { from: this.#from - since, to: this.now() - since },
    };
  }

  dispose(): void {
    for (const one of this.#subscriptions) one.dispose();
  }

  async #within(ms: number, signal: AbortSignal, check: () => boolean): Promise<boolean> {
    try {
      return await until('drill', { everyMs: 20, deadlineMs: ms, signal }, () => Promise.resolve(check() || undefined));
    } catch (error) {
      if (isDeadline(error)) return false;
      throw error;
    }
  }

  #topology(): Topology | undefined {
    return this.inventory.snapshot.topologies.find(({ id }) => id === this.before.id);
  }

  #isOurs(id: string): boolean {
    return this.before.nodes.some(node => node.id === id);
  }

  #note(): void {
    const at = this.now();
    const topology = this.#topology();
    if (topology === undefined) return;
    for (const node of topology.nodes) {
      const changes = this.#changes.get(node.name) ?? [];
      const standing = standingOf(topology, node);
      const last = changes.at(-1)?.standing;
      if (last === standing) continue;
      changes.push({ at, standing });
      this.#changes.set(node.name, changes);
      if (this.at === 0) continue;
      if (node.id !== this.victim.id) {
        if (standing === 'master' && last !== undefined && last !== 'master') this.once('promoted', node.name);
        continue;
      }
      if (standing === 'gone') this.once('detected', node.name);
      if (last === 'gone') this.once('back', node.name);
      if (standing === 'stale' && !this.has('split')) this.once(this.has('healing') ? 'stale' : 'split', node.name);
    }
    if (this.at > 0) this.#hearWhole(topology);
  }

  /** What is told by more than one node's row. */
  #hearWhole(topology: Topology): void {
    const member = topology.cluster?.members.find(
      ({ node, id }) => node === this.victim.id || id === this.victim.clusterId,
    );
    if (member?.state === 'suspected') this.once('pfail', this.victim.name);
    if (member?.state === 'failed') this.once('fail', this.victim.name);
    const promoted = this.#marks.find(({ what }) => what === 'promoted')?.node;
    const master = topology.nodes.find(({ name }) => name === promoted);
    if (master === undefined) return;
    const others = this.before.nodes.filter(
      ({ id, role, masterId }) => role === 'replica' && masterId === this.victim.id && id !== master.id,
    );
    const linked = (id: string): boolean =>
      topology.nodes.some(
        node =>
          node.id === id &&
          node.masterId === master.id &&
          node.contact.state === 'answering' &&
          node.contact.report.replication?.master?.link === 'up',
      );
    if (others.length > 0 && others.every(({ id }) => linked(id))) this.once('followed', master.name);
  }
}

/** As a row of the tree says it; a cluster's master whose slots another one has by a later epoch is stale, too. */
export function standingOf(topology: Topology, node: Node): Standing {
  if (node.contact.state !== 'answering') return 'gone';
  const overruled =
    node.role === 'master' &&
    topology.cluster?.findings.some(
      finding => finding.code === 'stale-claim' && (finding.node === node.id || finding.node === node.clusterId),
    ) === true;
  return node.staleMaster !== undefined || overruled ? 'stale' : node.role;
}
