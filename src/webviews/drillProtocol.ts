import type { Standing } from '../topology/drill/report';

/** What the host tells the page of drills, and the page the host. The page draws text that it is given and knows nothing else. */
export type ToDrillPage = { readonly type: 'show'; readonly sight: DrillSight };

export interface DrillSight {
  readonly title: string;
  /** Said when there is nothing to show yet. */
  readonly empty: string;
  readonly words: {
    readonly start: string;
    readonly again: string;
    readonly report: string;
    readonly cancel: string;
    readonly timeline: string;
    readonly what: string;
    readonly who: string;
    readonly when: string;
    readonly servers: string;
    readonly standing: string;
    readonly compare: string;
    readonly history: string;
    readonly show: string;
    readonly shown: string;
  };
  /** Present while a drill of this topology runs. */
  readonly running?: { readonly phase: string };
  readonly shown?: ShownRun;
  /** Runs put together that differ in nothing: to compare settings by. */
  readonly compared: Table;
  readonly runs: {
    readonly head: readonly string[];
    readonly rows: readonly { readonly run: number; readonly cells: readonly string[] }[];
  };
}

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface ShownRun {
  /** Absent while it runs. */
  readonly run?: number;
  readonly head: string;
  /** The first is what counts. */
  readonly verdict: readonly string[];
  /** Whether writes were lost, or not all is mended. */
  readonly bad: boolean;
  readonly figures: readonly { readonly name: string; readonly value: string }[];
  readonly picture: ShownPicture;
}

/** All times are milliseconds since the fault. */
export interface ShownPicture {
  /** The picture in one sentence, for those who don't see it. */
  readonly spoken: string;
  readonly from: number;
  readonly to: number;
  readonly bars: readonly {
    readonly node: string;
    readonly pieces: readonly {
      readonly from: number;
      readonly to: number;
      readonly standing: Standing;
      readonly letters: string;
      readonly word: string;
    }[];
  }[];
  /** In order; the number is the one in the list below the picture. */
  readonly marks: readonly {
    readonly number: number;
    readonly at: number;
    readonly what: string;
    readonly who: string;
    readonly when: string;
    readonly fault: boolean;
  }[];
  readonly gap?: { readonly from: number; readonly to: number; readonly word: string };
  readonly split?: { readonly from: number; readonly to: number; readonly word: string };
  readonly writes: {
    readonly word: string;
    readonly from: number;
    readonly everyMs: number;
    readonly counts: readonly number[];
    readonly most: string;
  };
  readonly legend: readonly { readonly standing: Standing; readonly letters: string; readonly word: string }[];
}

export type FromDrillPage =
  | { readonly type: 'ready' }
  | { readonly type: 'start' }
  | { readonly type: 'cancel' }
  /** `run` tells runs apart by their time. */
  | { readonly type: 'again'; readonly run: number }
  | { readonly type: 'report'; readonly run: number }
  | { readonly type: 'select'; readonly run: number };

/** A message of the page, or undefined for anything else: what comes out of a page is not trusted. */
export function readFromDrillPage(value: unknown): FromDrillPage | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, run } = value as Record<string, unknown>;
  switch (type) {
    case 'ready':
    case 'start':
    case 'cancel':
      return { type };
    case 'again':
    case 'report':
    case 'select':
      return typeof run === 'number' && Number.isFinite(run) ? { type, run } : undefined;
    default:
      return undefined;
  }
}
