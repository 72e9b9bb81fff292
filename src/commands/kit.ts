import type { Disposable } from '../base/disposable';
import type { Translate } from '../editor/translate';
import type { ConfigValue } from '../editor/configValue';
import type { Documents } from '../editor/documents';
import type { Log } from '../editor/log';
import type { PlanOnMap, Proposal } from '../editor/planOnMap';
import type { Redactor } from '../editor/redact';
import type { Target } from '../editor/target';
import type { EngineKind } from '../model/instance';
import type { VerbDeps } from '../topology/deps';
import type { FixDeps } from '../topology/diagnose/fixes/run';
import type { Problem } from '../topology/diagnose/problem';
import type { RunningDrill } from '../topology/drill/report';
import type { ExistingList } from '../topology/existing/existingList';
import type { InventoryPort } from '../topology/inventoryPort';

/** `auto`: Docker where it answers, else plain processes. */
export type EngineChoice = 'auto' | EngineKind;

/** What a command is given. Each asks for the part that it needs: `Pick<Kit, 'inventory'>`. */
export interface Kit {
  readonly t: Translate;
  readonly deps: VerbDeps;
  readonly inventory: InventoryPort;
  /** Topologies that the user added by address. */
  readonly existing: Pick<ExistingList, 'entries' | 'withSeed' | 'add' | 'adopt' | 'change' | 'remove'>;
  readonly log: Log;
  readonly redactor: Redactor;
  readonly documents: Documents;
  /** The Docker contexts of this machine besides `default`, and the one that the command line uses. */
  readonly dockerContexts: () => Promise<{
    readonly current: string;
    readonly contexts: readonly { readonly name: string; readonly host: string }[];
  }>;
  /** Whether acts that interrupt a server are asked for first. */
  readonly confirm: Pick<ConfigValue<boolean>, 'value'>;
  /** Which engine a creation uses. */
  readonly preferred: Pick<ConfigValue<EngineChoice>, 'value'>;
  /** Brings the tree to the front. */
  showView(): Promise<void>;
  showTimeline(): void;
  /** The maps of clusters' slots. */
  readonly slotMaps: {
    show(topologyId: string): Promise<void>;
    /** Draws a plan on the cluster's map, which is opened. */
    plan(topologyId: string, proposal: Proposal): Promise<PlanOnMap>;
  };
  /** What is wrong and what mends it; loaded on first use. */
  diagnosis(): Promise<Diagnosed>;
  /** Log channels of nodes, by node id, as long as they are followed. */
  readonly logs: NodeLogs;
}

export interface Diagnosed {
  readonly problems: readonly Problem[];
  readonly fixDeps: FixDeps;
  /** Gathers everything anew; resolves with what is found. */
  look(): Promise<readonly Problem[]>;
  /** The page of a topology, or of the servers that belong to none. */
  show(topologyId: string | undefined): void;
  /** The live page of a topology. */
  watch(topologyId: string): void;
  /** Where drills are shown; loaded on first use. */
  drills(): Promise<DrillDesk>;
}

/** The pages of drills, one for each topology, and what is known of those that run. */
export interface DrillDesk {
  /** @param run which of its runs, by its time; else the latest */
  show(topologyId: string, run?: number): void;
  isRunning(topologyId: string): boolean;
  /** Shows the page, and on it what `peek` gives, until what is returned is disposed of. */
  begin(topologyId: string, peek: () => RunningDrill, cancel: () => void): Disposable;
}

export interface NodeLogs {
  show(
    node: { readonly id: string; readonly title: string },
    follow: (onLine: (line: string) => void, signal: AbortSignal) => Promise<void>,
  ): void;
}

/** A user action. `target` is the row it was called on; from the palette there is none. */
export type Command = (kit: Kit, target: Target | undefined) => Promise<void>;
