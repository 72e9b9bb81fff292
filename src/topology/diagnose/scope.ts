import type { Address } from '../../model/address';
import { isLoopback } from '../../model/servers';
import { Directory, expectedPorts, reportOf } from '../../model/servers';
import type { ServerState } from '../../model/servers';
import type { Node, Snapshot, Topology } from '../../model/snapshot';
import { nodesOf } from '../../model/diff';
import type { ConfFacts, Facts } from './facts';
import { lastLife, readLog } from './logFacts';
import type { LogEvidence, LogFact } from './logFacts';
import type { Evidence, Fix, Problem, ProblemSeverity, What } from './problem';

/** One rule: what it finds in a topology, or on a server that belongs to none. Pure. */
export type Rule = (scope: Scope) => readonly Problem[];

/** The world as all rules of one look see it: read once, shared by the scopes. */
export class World {
  readonly nodes: readonly Node[];
  readonly #directory: Directory;
  readonly #byState = new Map<string, Node>();
  readonly #logs = new Map<string, readonly LogEvidence[]>();

  constructor(
    readonly snapshot: Snapshot,
    readonly facts: Facts,
  ) {
    this.nodes = nodesOf(snapshot);
    const states = this.nodes.map((node): ServerState => ({
      id: node.id,
      port: portOf(node),
      contact: node.contact,
      ...(node.instance === undefined ? {} : { instance: node.instance }),
      ...(node.reachable === undefined ? {} : { reachable: node.reachable }),
    }));
    for (const node of this.nodes) this.#byState.set(node.id, node);
    this.#directory = new Directory(states);
    this.#states = new Map(states.map(state => [state.id, state]));
  }

  readonly #states: ReadonlyMap<string, ServerState>;

  node(id: string): Node | undefined {
    return this.#byState.get(id);
  }

  /** Who has the address now, as `speaker` means it. */
  holderOf(address: Address, speaker: Node): Node | undefined {
    const found = this.#directory.find(address, this.#states.get(speaker.id));
    return found && this.#byState.get(found.id);
  }

  log(node: Node): readonly LogEvidence[] {
    const id = node.instance?.id;
    // a server beside the main one in the same instance (a Sentinel started by hand) has its log elsewhere
    if (id === undefined || node.id !== id) return [];
    let read = this.#logs.get(id);
    if (read === undefined) {
      read = readLog(lastLife(this.facts.logs.get(id) ?? []));
      this.#logs.set(id, read);
    }
    return read;
  }
}

/** A topology with its nodes, or a single server, and what a rule needs to make a problem of what it sees. */
export class Scope {
  constructor(
    readonly world: World,
    readonly topology: Topology | undefined,
    readonly nodes: readonly Node[],
  ) {}

  get facts(): Facts {
    return this.world.facts;
  }

  /** The last fact of that kind in the node's log of this life. */
  logged<Code extends LogFact['code']>(
    node: Node,
    ...codes: readonly Code[]
  ): { readonly fact: Extract<LogFact, { code: Code }>; readonly text: string } | undefined {
    return this.world
      .log(node)
      .filter(({ fact }) => (codes as readonly string[]).includes(fact.code))
      .at(-1) as { readonly fact: Extract<LogFact, { code: Code }>; readonly text: string } | undefined;
  }

  setting(node: Node, ...names: readonly string[]): string | undefined {
    const settings = this.facts.settings.get(node.id);
    for (const name of names) {
      const value = settings?.get(name);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** A number of INFO, under any of its names. */
  figure(node: Node, ...names: readonly string[]): number | undefined {
    const text = this.figureText(node, ...names);
    return text === undefined || text === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
  }

  figureText(node: Node, ...names: readonly string[]): string | undefined {
    const fields = this.facts.figures.get(node.id);
    for (const name of names) {
      const value = fields?.get(name);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  conf(node: Node): ConfFacts | undefined {
    return this.facts.confs.get(node.id);
  }

  /** From 1: the last line of the node's conf that sets `name`, with its text. */
  confLine(node: Node, ...names: readonly string[]): { readonly line: number; readonly text: string } | undefined {
    const document = this.conf(node)?.document;
    const statement = document?.statements.filter(one => names.includes(one.name)).at(-1);
    return document === undefined || statement === undefined
      ? undefined
      : { line: statement.line + 1, text: document.lineText(statement.line).replace(/\r$/, '') };
  }

  problem(
    severity: ProblemSeverity,
    what: What,
    nodes: readonly Node[],
    rest: {
      readonly evidence?: readonly (Evidence | undefined)[];
      readonly fixes?: readonly (Fix | undefined)[];
      readonly at?: { readonly node: Node; readonly line: number } | undefined;
    } = {},
  ): Problem {
    const conf = rest.at === undefined ? undefined : this.conf(rest.at.node);
    const place = conf === undefined || rest.at === undefined ? undefined : { path: conf.path, line: rest.at.line };
    return {
      id: [this.topology?.id ?? '', what.code, ...nodes.map(node => node.id)].join(' '),
      ...(this.topology === undefined ? {} : { topologyId: this.topology.id }),
      nodes: nodes.map(node => node.id),
      severity,
      what,
      evidence: (rest.evidence ?? []).filter(one => one !== undefined),
      ...(place === undefined ? {} : { place }),
      fixes: (rest.fixes ?? []).filter(one => one !== undefined),
    };
  }
}

export function portOf(node: Node): number {
  const report = reportOf(node.contact);
  if (report !== undefined && report.tcpPort !== 0) return report.tcpPort;
  if (node.instance !== undefined && node.id !== node.instance.id)
    return Number(node.id.slice(node.instance.id.length + 1)) || 0;
  return (node.instance === undefined ? node.announced?.port : expectedPorts(node.instance)[0]) ?? 0;
}

/** Whether the node's process is there, as far as the engine can tell. */
export function runs(node: Node): boolean {
  return node.instance === undefined ? node.contact.state === 'answering' : node.instance.state === 'running';
}

export function answers(node: Node): boolean {
  return node.contact.state === 'answering';
}

export const replicationOf = (node: Node) => reportOf(node.contact)?.replication;

export function logEvidence(node: Node, text: string): Evidence {
  return { from: 'log', who: node.name, text };
}

export function engineEvidence(node: Node, text: string): Evidence {
  return { from: 'engine', who: node.name, text };
}

export { isLoopback };
