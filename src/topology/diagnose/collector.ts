import { setMaxListeners } from 'node:events';
import { deadline, isCancellation, isDeadline } from '../../base/abort';
import type { Disposable } from '../../base/disposable';
import { HumanError } from '../../base/errors';
import type { Engine } from '../../engine/engine';
import { formatAddress } from '../../model/address';
import { nodesOf } from '../../model/diff';
import type { InfoFields } from '../../model/info';
import { readInfo } from '../../model/info';
import type { EngineKind, Host } from '../../model/instance';
import { reportOf } from '../../model/servers';
import type { Node, Snapshot, Topology } from '../../model/snapshot';
import type { RedisConnection } from '../../redis/client';
import { ReplyError } from '../../redis/client';
import type { InventoryPort } from '../inventoryPort';
import { asksForPassword } from '../inventoryReach';
import { flatMap } from '../replies';
import { ConfReader } from './confFacts';
import { readAccess } from './accessFacts';
import type { AccessFacts, AcrossFinding, ConfFacts, Facts } from './facts';
import { noFacts } from './facts';

export interface CollectorDeps {
  engine(kind: EngineKind): Pick<Engine, 'logs' | 'describe' | 'hosts'>;
  readonly inventory: Pick<InventoryPort, 'connectionTo'>;
  /** The text of a file of this machine; undefined when it is not there or not to be read. */
  readText(path: string): Promise<string | undefined>;
  now(): number;
  /** Told of what nobody expected. */
  onFailure(error: unknown): void;
}

/** Lines of a log that are looked at: what a server says when it ends, and why a replica calls in vain. */
const TAIL = 200;
/** A log is read again so soon while its server is in trouble. */
const LOG_MS = 450;
/** And so soon while it is not. */
const QUIET_LOG_MS = 5000;
/** Figures and settings are asked again so soon; with many servers later, so that the asking stays a trickle. */
const FIGURES_MS = 900;
const FIGURES_MS_PER_NODE = 50;
/** A role that moves does so within this time. */
const LASTING_MS = 1000;
/** Writes that a replica refused are told of for so long. */
const REFUSED_MS = 60_000;
/** Nobody waits longer for one source. */
const LIMIT_MS = 3000;

/** Settings that the rules ask for. None of them holds a secret. */
const asked = [
  'min-replicas-to-write',
  'save',
  'appendonly',
  'stop-writes-on-bgsave-error',
  'repl-backlog-size',
  'client-output-buffer-limit',
  'protected-mode',
] as const;

/**
 * Gathers what the rules need besides the snapshot, each source only where it can matter: logs of servers that ended, are silent, or whose link is
 * down; figures and settings of servers that answer; conf files where the engine shares its files with this machine.
 */
export class Collector implements Disposable {
  readonly #deps: CollectorDeps;
  readonly #confs: ConfReader;
  readonly #connections = new Map<string, Promise<RedisConnection>>();
  readonly #logs = new Map<string, { readonly key: string; readonly at: number; readonly lines: readonly string[] }>();
  readonly #figures = new Map<
    string,
    {
      readonly key: string;
      readonly at: number;
      readonly fields: InfoFields;
      readonly settings: ReadonlyMap<string, string>;
      readonly clients?: number;
      readonly access?: AccessFacts;
      /** How many writes it had refused, as it counted them at each look of the last minute. */
      readonly refused: readonly { readonly at: number; readonly count: number }[];
    }
  >();
  /** Since when each of `lasting` holds. */
  readonly #since = new Map<string, number>();
  readonly #followed = new Map<string, { readonly address: string; readonly master: string }>();
  readonly #ruled = new Map<string, string>();
  readonly #handStarted = new Map<string, string>();
  readonly #across = new Map<
    string,
    { readonly documents: readonly unknown[]; readonly findings: readonly AcrossFinding[] }
  >();
  readonly #sharesFiles = new Map<EngineKind, boolean>();
  readonly #ended = new AbortController();
  #facts: Facts = noFacts;
  #figuresMs = FIGURES_MS;
  #troubled = false;

  constructor(deps: CollectorDeps) {
    this.#deps = deps;
    setMaxListeners(0, this.#ended.signal); // one listener for each server and call
    this.#confs = new ConfReader(path => deps.readText(path));
  }

  /** What was gathered last. */
  get facts(): Facts {
    return this.#facts;
  }

  /** A log may tell more any moment, and there are so few servers that looking often costs nothing. */
  get isUrgent(): boolean {
    return this.#troubled && this.#figuresMs === FIGURES_MS;
  }

  /** When the next of what is passing will have lasted, as `now` counts; undefined: nothing is. */
  get lastsAt(): number | undefined {
    const now = this.#deps.now();
    const next = Math.min(...[...this.#since.values()].map(at => at + LASTING_MS).filter(at => at > now));
    return next === Infinity ? undefined : next;
  }

  /** Notes at once what costs nothing and passes: whom an address meant while its link was up, since when roles are moving. Of `facts` it is a part from now on. */
  note(snapshot: Snapshot): void {
    for (const node of nodesOf(snapshot)) {
      const master = node.contact.state === 'answering' ? node.contact.report.replication?.master : undefined;
      if (master?.link === 'up' && node.masterId !== undefined && node.masterId !== node.id)
        this.#followed.set(node.id, { address: formatAddress(master.address), master: node.masterId });
      const report = node.contact.state === 'answering' ? node.contact.report : undefined;
      if (report !== undefined && node.role === 'master' && node.staleMaster === undefined)
        this.#ruled.set(node.id, report.runId);
      if (
        report?.mode === 'sentinel' &&
        node.instance !== undefined &&
        node.instance.id !== node.id &&
        report.configFile !== ''
      )
        this.#handStarted.set(node.id, report.configFile);
    }
    const passing = new Set([
      ...nodesOf(snapshot).flatMap(({ id, staleMaster }) => (staleMaster === undefined ? [] : [`stale ${id}`])),
      ...snapshot.topologies.flatMap(({ health }) =>
        health.reasons.flatMap(reason => (reason.code === 'stale-claim' ? [`claim ${reason.node}`] : [])),
      ),
    ]);
    for (const key of this.#since.keys()) if (!passing.has(key)) this.#since.delete(key);
    for (const key of passing) if (!this.#since.has(key)) this.#since.set(key, this.#deps.now());
    this.#facts = { ...this.#facts, ...this.#noted() };
  }

  /** What needs nobody to be asked. */
  #noted(): Pick<Facts, 'lasting' | 'followed' | 'ruled' | 'handStarted'> {
    return {
      lasting: new Set([...this.#since].filter(([, at]) => this.#deps.now() - at >= LASTING_MS).map(([key]) => key)),
      followed: new Map(this.#followed),
      ruled: new Map(this.#ruled),
      handStarted: new Map(this.#handStarted),
    };
  }

  async collect(snapshot: Snapshot): Promise<Facts> {
    this.note(snapshot);
    const nodes = nodesOf(snapshot);
    this.#forget(nodes);
    this.#figuresMs = Math.max(FIGURES_MS, nodes.length * FIGURES_MS_PER_NODE);
    // one that only waits for a password may do so for days
    this.#troubled = nodes.some(
      node => isTroubled(node) && !(node.contact.state === 'silent' && asksForPassword.has(node.contact.reason)),
    );
    const confs = new Map<string, ConfFacts>();
    const spread = nodes.find(({ instance }) => instance?.host !== undefined)?.instance;
    let hosts: readonly Host[] = [];
    await Promise.all([
      this.#guard(async () => {
        if (spread !== undefined) hosts = (await this.#deps.engine(spread.engine).hosts?.(this.#ended.signal)) ?? [];
      }),
      ...nodes.flatMap(node => [
        this.#guard(() => this.#readLog(node)),
        this.#guard(() => this.#ask(node)),
        this.#guard(async () => {
          const conf = (await this.#shares(node)) ? await this.#confs.read(node) : undefined;
          if (conf !== undefined) confs.set(node.id, conf);
        }),
      ]),
    ]);
    const across = new Map<string, readonly AcrossFinding[]>();
    for (const topology of snapshot.topologies) across.set(topology.id, await this.#together(topology, confs));
    const answering = new Set(nodes.filter(({ contact }) => contact.state === 'answering').map(({ id }) => id));
    const figures = [...this.#figures].filter(([id]) => answering.has(id));
    this.#facts = {
      logs: new Map([...this.#logs].map(([id, { lines }]) => [id, lines])),
      settings: new Map(figures.map(([id, { settings }]) => [id, settings])),
      figures: new Map(figures.map(([id, { fields }]) => [id, fields])),
      clients: new Map(figures.flatMap(([id, { clients }]) => (clients === undefined ? [] : [[id, clients] as const]))),
      refused: new Map(
        figures.map(([id, { refused }]) => [id, (refused.at(-1)?.count ?? 0) - (refused[0]?.count ?? 0)]),
      ),
      access: new Map(figures.flatMap(([id, { access }]) => (access === undefined ? [] : [[id, access] as const]))),
      confs,
      across,
      hosts,
      ...this.#noted(),
    };
    return this.#facts;
  }

  dispose(): void {
    this.#ended.abort(new DOMException('ended', 'AbortError'));
    for (const open of this.#connections.values())
      open.then(
        connection => connection.dispose(),
        () => undefined,
      );
    this.#connections.clear();
  }

  /** A source that fails is one that nobody knows anything from; the others still tell. */
  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof HumanError || isCancellation(error) || this.#ended.signal.aborted) return; // the engine or server says no: the snapshot tells that itself
      this.#deps.onFailure(error);
    }
  }

  #forget(nodes: readonly Node[]): void {
    const ids = new Set(nodes.map(({ id }) => id));
    const instances = new Set(nodes.map(({ instance }) => instance?.id));
    for (const id of this.#logs.keys()) if (!instances.has(id)) this.#logs.delete(id);
    for (const map of [this.#figures, this.#followed, this.#ruled])
      for (const id of map.keys()) if (!ids.has(id)) map.delete(id);
    for (const [id, open] of this.#connections) {
      if (ids.has(id)) continue;
      this.#connections.delete(id);
      open.then(
        connection => connection.dispose(),
        () => undefined,
      );
    }
  }

  async #readLog(node: Node): Promise<void> {
    const { instance } = node;
    if (
      instance === undefined ||
      node.id !== instance.id ||
      instance.state === 'created' ||
      instance.state === 'paused'
    )
      return;
    const master = node.contact.state === 'answering' ? node.contact.report.replication?.master : undefined;
    const ended = instance.state !== 'running';
    const troubled = isTroubled(node);
    const key = [
      instance.state,
      instance.startedAt,
      instance.exit?.at,
      node.contact.state,
      node.role,
      master?.link,
      master && formatAddress(master.address),
    ].join(' ');
    const known = this.#logs.get(instance.id);
    const now = this.#deps.now();
    if (
      known !== undefined &&
      known.key === key &&
      !(troubled && now - known.at >= LOG_MS) &&
      !(now - known.at >= QUIET_LOG_MS && !ended)
    )
      return;
    const lines: string[] = [];
    try {
      await deadline('log', LIMIT_MS, this.#ended.signal, signal =>
        this.#deps
          .engine(instance.engine)
          .logs(instance.id, { tail: TAIL, follow: false }, line => lines.push(line), signal),
      );
    } catch (error) {
      if (!isDeadline(error)) throw error; // what came until then tells more than nothing
    }
    this.#logs.set(instance.id, { key, at: now, lines });
  }

  async #ask(node: Node): Promise<void> {
    const report = reportOf(node.contact);
    if (node.contact.state !== 'answering' || report === undefined || report.mode === 'sentinel' || report.loading)
      return;
    const key = [report.runId, report.replication?.role, node.staleMaster !== undefined].join(' ');
    const known = this.#figures.get(node.id);
    const now = this.#deps.now();
    if (known?.key === key && now - known.at < this.#figuresMs) return;
    const connection = await this.#connection(node.id);
    try {
      await this.#askOver(connection, node, key, now);
    } catch (error) {
      // one that went silent may stay so although its server lives, after a network that was taken away: the next question asks anew
      connection.dispose();
      throw error;
    }
  }

  async #askOver(connection: RedisConnection, node: Node, key: string, now: number): Promise<void> {
    const stale = node.staleMaster !== undefined;
    const [info, ...rest] = await connection.pipeline(
      [
        ['INFO'],
        ...asked.map(name => ['CONFIG', 'GET', name]),
        ['ACL', 'GETUSER', 'default'],
        ['ACL', 'LOG', '16'],
        ...(stale ? [['CLIENT', 'LIST', 'TYPE', 'normal']] : []),
      ],
      { signal: this.#ended.signal },
    );
    const settings = new Map(rest.slice(0, asked.length).flatMap(reply => [...flatMap(reply)]));
    const [user, refusals, list] = rest.slice(asked.length);
    const clients = stale ? strangers(list) : undefined;
    const fields: InfoFields = info instanceof ReplyError ? new Map<string, string>() : readInfo(info);
    const runId = fields.get('run_id');
    const known = this.#figures.get(node.id);
    const count = Number(/^count=(\d+)/.exec(fields.get('errorstat_READONLY') ?? '')?.[1] ?? 0);
    this.#figures.set(node.id, {
      key,
      at: now,
      fields,
      refused: [
        ...(known !== undefined && known.fields.get('run_id') === runId
          ? known.refused.filter(({ at }) => now - at <= REFUSED_MS)
          : []),
        { at: now, count },
      ],
      settings,
      ...(clients === undefined ? {} : { clients }),
      access: readAccess(user, refusals),
    });
  }

  #connection(id: string): Promise<RedisConnection> {
    let open = this.#connections.get(id);
    if (open === undefined) {
      open = this.#deps.inventory.connectionTo(id, this.#ended.signal);
      this.#connections.set(id, open);
      const drop = (): void => {
        if (this.#connections.get(id) === open) this.#connections.delete(id);
      };
      open.then(connection => connection.onClose(drop), drop);
    }
    return open;
  }

  async #shares({ instance }: Node): Promise<boolean> {
    if (instance === undefined) return false;
    let shares = this.#sharesFiles.get(instance.engine);
    if (shares === undefined) {
      shares = (await this.#deps.engine(instance.engine).describe(this.#ended.signal)).sharesFiles;
      this.#sharesFiles.set(instance.engine, shares);
    }
    return shares;
  }

  /** Judged again only when one of the files changed. */
  async #together(topology: Topology, confs: ReadonlyMap<string, ConfFacts>): Promise<readonly AcrossFinding[]> {
    const documents = topology.nodes.flatMap(({ id }) => confs.get(id)?.document ?? []);
    const known = this.#across.get(topology.id);
    if (
      known !== undefined &&
      known.documents.length === documents.length &&
      documents.every((document, index) => document === known.documents[index])
    )
      return known.findings;
    const findings = documents.length < 2 ? [] : (await import('./acrossFacts')).acrossFindings(topology, confs);
    this.#across.set(topology.id, { documents, findings });
    return findings;
  }
}

/** It runs, and does not do what it is there for: its log may say why. */
function isTroubled({ instance, contact }: Node): boolean {
  if (instance?.state === 'restarting') return true;
  if (instance?.state !== 'running') return false;
  const master = contact.state === 'answering' ? contact.report.replication?.master : undefined;
  return contact.state !== 'answering' || (master !== undefined && (master.link === 'down' || master.syncInProgress));
}

/** Clients that are neither Sentinels nor of our own kind: those only ask and never write. */
function strangers(reply: unknown): number | undefined {
  if (typeof reply !== 'string') return undefined;
  return reply.split('\n').filter(line => {
    const last = / cmd=(\S+)/.exec(line)?.[1] ?? '';
    return (
      line !== '' &&
      !/ name=sentinel-/.test(line) &&
      !/^(info|client\|list|acl\|\w+|config\|get|cluster\|\w+|NULL|ping)$/i.test(last)
    );
  }).length;
}
