import type { SlotRange } from '../../model/report';
import type { Role, Topology } from '../../model/snapshot';

/** `split`: the others lose it, its clients do not. `failover` breaks nothing: it is the planned one, to be compared with the rest. */
export type DrillFault = 'stop' | 'kill' | 'pause' | 'disconnect' | 'split' | 'failover';

export interface DrillRequest {
  readonly topologyId: string;
  /** Whom it happens to. */
  readonly nodeId: string;
  readonly fault: DrillFault;
  readonly writers: number;
  /** Writes per second of each writer, at most. */
  readonly rate: number;
  /** Replicas that must confirm each write (WAIT); 0: none. */
  readonly wait: number;
}

/**
 * What is worth a mark. `pfail` and `fail` are a cluster's words, as `sdown` and `odown` are the Sentinels'. `split`: two masters of the same
 * data since; `stale`: the same, because the old one came back when it was mended. `written`: the first acknowledged write after the gap. `followed`: all other replicas are linked to the new master.
 */
export type DrillMarkCode =
  | 'fault'
  | 'detected'
  | 'sdown'
  | 'odown'
  | 'pfail'
  | 'fail'
  | 'switch'
  | 'promoted'
  | 'split'
  | 'stale'
  | 'written'
  | 'followed'
  | 'healing'
  | 'back'
  | 'whole';

/** Something that happened in a drill; `at` is milliseconds since the fault. */
export interface DrillMark {
  readonly at: number;
  readonly what: DrillMarkCode;
  /** Name of the server that it is about. */
  readonly node?: string;
}

/** `stale`: calls itself master, and another one is. */
export type Standing = Role | 'stale' | 'gone';

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What can be drawn of a drill, while it runs and afterwards. All times are milliseconds since the fault. */
export interface DrillPicture {
  readonly marks: readonly DrillMark[];
  /** How each node stood, as the tree showed it: changes only. */
  readonly bars: readonly {
    readonly node: string;
    readonly changes: readonly { readonly at: number; readonly standing: Standing }[];
  }[];
  readonly span: Span;
  /** The longest time without an acknowledged write after the fault; in a cluster, of keys in the slots of the one that was broken. */
  readonly gap?: Span;
  /** While two called themselves master of the same data; `returned`: only since the old one was mended, so that hardly anybody wrote to it. */
  readonly split?: Span & { readonly returned: boolean };
  /** Acknowledged writes in each stretch of `everyMs` since `from`; the same keys as `gap`. */
  readonly writes: { readonly from: number; readonly everyMs: number; readonly counts: readonly number[] };
}

export interface DrillReport extends DrillPicture {
  readonly request: DrillRequest;
  readonly topology: string;
  readonly kind: Topology['kind'];
  /** Milliseconds since the epoch, of the fault; tells the runs of a topology apart. */
  readonly at: number;
  readonly node: string;
  /** What it was when it happened. */
  readonly role: Role;
  /** `redis 7.0.15`; absent when it did not say. */
  readonly server?: string;
  readonly acknowledged: number;
  /** Acknowledged, and not there at the end. */
  readonly lost: number;
  /** Who had acknowledged them, and when; runs that an older version kept have none. */
  readonly losses?: readonly Loss[];
  readonly refused: number;
  /** A master was broken, and nobody took over within the time. */
  readonly unpromoted: boolean;
  /** As many of each role as before, all answering, as healthy as before. */
  readonly healed: boolean;
  /** Settings that decide how long it takes and what is lost, as they were. */
  readonly settings: Readonly<Record<string, number>>;
}

/** Lost writes that one server had acknowledged, from the first to the last (milliseconds since the fault). */
export interface Loss extends Span {
  readonly node: string;
  readonly count: number;
  /** Of these, how many when another one served already: whoever wrote them stayed with a master that was replaced. The rest had not been copied yet. */
  readonly late: number;
}

/** A drill that runs now. */
export interface RunningDrill {
  readonly request: DrillRequest;
  readonly node: string;
  readonly role: Role;
  /** In words. */
  readonly phase: string;
  readonly picture?: DrillPicture;
}

/** The longest time without an acknowledged write that ends after `since`, up to the end of writing. `times` in any order. */
export function gapOf(times: readonly number[], since: number, until: number): Span | undefined {
  const sorted = [...times.filter(time => time < until)].sort((a, b) => a - b);
  let best: Span | undefined;
  for (let i = 1; i <= sorted.length; i++) {
    const [from, to] = [sorted[i - 1] as number, sorted[i] ?? until];
    if (to >= since && (best === undefined || to - from > best.to - best.from)) best = { from, to };
  }
  return best;
}

/** Lost writes by who had acknowledged them. `promoted`: since when another one served, if so. */
export function lossesOf(
  lost: readonly { readonly at: number; readonly by: string }[],
  promoted: number | undefined,
): readonly Loss[] {
  const found = new Map<string, Loss>();
  for (const { at, by } of lost) {
    const { from, to, count, late } = found.get(by) ?? { from: at, to: at, count: 0, late: 0 };
    found.set(by, {
      node: by,
      from: Math.min(from, at),
      to: Math.max(to, at),
      count: count + 1,
      late: late + Number(promoted !== undefined && at >= promoted),
    });
  }
  return [...found.values()];
}

/** How many of `times` lie in each stretch from `from` to `to`. */
export function countsOf(times: Iterable<number>, from: number, to: number, everyMs: number): readonly number[] {
  const counts = Array.from({ length: Math.max(0, Math.ceil((to - from) / everyMs)) }, () => 0);
  for (const time of times) {
    const index = Math.floor((time - from) / everyMs);
    if (index >= 0 && index < counts.length) counts[index] = (counts[index] as number) + 1;
  }
  return counts;
}

/** From the promotion of another to the moment when the one that was broken no longer calls itself master, while it could be reached. */
export function splitOf(
  { bars, marks, span }: Pick<DrillPicture, 'bars' | 'marks' | 'span'>,
  victim: string,
): DrillPicture['split'] {
  const promoted = marks.find(({ what }) => what === 'promoted')?.at;
  const changes = bars.find(({ node }) => node === victim)?.changes ?? [];
  if (promoted === undefined) return undefined;
  const reigns = changes
    .flatMap(({ at, standing }, i): Span[] =>
      standing === 'master' || standing === 'stale'
        ? [{ from: Math.max(at, promoted), to: changes[i + 1]?.at ?? span.to }]
        : [],
    )
    .filter(({ from, to }) => to > from);
  const [first, last] = [reigns[0], reigns.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  return { from: first.from, to: last.to, returned: first.from >= (markOf({ marks }, 'healing') ?? Infinity) };
}

/** Whether keys of this slot count for the gap: all, unless only some of the slots are served by the one that is broken. */
export function countsIn(ranges: readonly SlotRange[] | undefined): (slot: number) => boolean {
  return slot => ranges === undefined || ranges.length === 0 || ranges.some(([from, to]) => slot >= from && slot <= to);
}

/**
 * Whether all is as it was, whoever holds which role: drills move roles about. What did not answer before need not answer now; and a topology that was
 * not quite well when the drill began (its last failover a moment ago) may be well at its end.
 */
export function sameShape(before: Topology, now: Topology | undefined): boolean {
  if (now === undefined || now.nodes.length !== before.nodes.length) return false;
  const answering = new Set(now.nodes.filter(({ contact }) => contact.state === 'answering').map(({ id }) => id));
  if (before.nodes.some(({ id, contact }) => contact.state === 'answering' && !answering.has(id))) return false;
  if (now.health.level === 'healthy' && before.health.level !== 'healthy') return true;
  const count = (topology: Topology, role: Role): number =>
    topology.nodes.filter(node => node.role === role && node.staleMaster === undefined).length;
  return (
    now.health.level === before.health.level &&
    (['master', 'replica', 'sentinel'] as const).every(role => count(now, role) === count(before, role))
  );
}

export function markOf(report: Pick<DrillPicture, 'marks'>, what: DrillMarkCode): number | undefined {
  return report.marks.find(mark => mark.what === what)?.at;
}

/** Least, median and most of some runs, in milliseconds. */
export interface Spread {
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

/** Runs that differ in nothing that was chosen or set. */
export interface DrillSeries {
  readonly runs: readonly DrillReport[];
  readonly acknowledged: number;
  readonly lost: number;
  /** Absent when nobody was promoted in any of them. */
  readonly promoted?: Spread;
  readonly gap?: Spread;
  readonly whole?: Spread;
  readonly unpromoted: number;
  readonly healed: number;
}

/** Puts together what may be compared, in the order of the latest runs. */
export function seriesOf(runs: readonly DrillReport[]): readonly DrillSeries[] {
  const groups = new Map<string, DrillReport[]>();
  for (const run of runs) {
    const { fault, writers, rate, wait } = run.request;
    const key = JSON.stringify([
      fault,
      run.role,
      run.kind,
      run.server,
      writers,
      rate,
      wait,
      Object.entries(run.settings).sort(),
    ]);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  const sum = (of: readonly DrillReport[], value: (run: DrillReport) => number): number =>
    of.reduce((total, run) => total + value(run), 0);
  return [...groups.values()].map((group): DrillSeries => {
    const spread = (value: (run: DrillReport) => number | undefined): Spread | undefined =>
      spreadOf(group.map(value).filter(one => one !== undefined));
    const [promoted, gap, whole] = [
      spread(run => markOf(run, 'promoted')),
      spread(run => (run.gap === undefined ? undefined : run.gap.to - run.gap.from)),
      spread(run => markOf(run, 'whole')),
    ];
    return {
      runs: group,
      acknowledged: sum(group, run => run.acknowledged),
      lost: sum(group, run => run.lost),
      unpromoted: sum(group, run => Number(run.unpromoted)),
      healed: sum(group, run => Number(run.healed)),
      ...(promoted === undefined ? {} : { promoted }),
      ...(gap === undefined ? {} : { gap }),
      ...(whole === undefined ? {} : { whole }),
    };
  });
}

export function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least === undefined || most === undefined) return undefined;
  const middle = sorted.length >> 1;
  return {
    least,
    most,
    median:
      sorted.length % 2 === 1
        ? (sorted[middle] as number)
        : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2,
  };
}
