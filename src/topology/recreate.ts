import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeadline, mapLimit, until } from '../base/abort';
import { HumanError, isFault } from '../base/errors';
import { scanWords } from '../conf/scanner';
import type { ConfFile } from '../engine/engine';
import { nodeFolders, readMarker } from '../engine/folders';
import type { NodeNote } from '../engine/keptFolder';
import type { EngineKind, TopologyKind } from '../model/instance';
import { readInfo } from '../model/info';
import type { RedisConnection } from '../redis/client';
import { ReplyError } from '../redis/client';
import type { VerbDeps } from './deps';
import type { OnProgress } from './ports';
import { removeInstances } from './undo';
import { Talk } from './talk';

/** What a folder holds of a topology that ran from it: everything but the password, which stands in its conf files. */
export interface FolderPlan {
  readonly root: string;
  readonly topologyId: string;
  readonly name: string;
  readonly kind: TopologyKind;
  readonly engine: EngineKind;
  readonly nodes: readonly NodeNote[];
}

export type RecreateFault =
  /** No topology of ours ever ran from this folder. */
  | { readonly code: 'folder-no-topology'; readonly path: string }
  /** Nodes of which it is not known any more how they were run. */
  | { readonly code: 'folder-incomplete'; readonly path: string; readonly nodes: readonly string[] }
  /** It is not removed. */
  | { readonly code: 'folder-in-use'; readonly name: string; readonly nodes: readonly string[] }
  /** Everybody runs, but not everybody is whole yet: what each said last. */
  | { readonly code: 'recreate-not-whole'; readonly name: string; readonly lacks: readonly string[] };

export type RecreateProgress =
  | { readonly step: 'place' }
  | { readonly step: 'node'; readonly node: string; readonly done: number; readonly total: number }
  | { readonly step: 'whole' };

export interface RecreateReport {
  readonly topologyId: string;
  readonly nodes: number;
  readonly ms: number;
}

const AT_ONCE = 3;
const ANSWER = { everyMs: 50, deadlineMs: 30_000 } as const;
/** A Sentinel looks at what it knows every 10 s; a replica tries its master every second. */
const WHOLE_MS = 45_000;

/** Reads a folder; nothing is contacted and nothing is changed. Throws a {@link RecreateFault}. */
export async function readFolder(root: string): Promise<FolderPlan> {
  const marker = await readMarker(root);
  if (marker === undefined) throw new HumanError<RecreateFault>({ code: 'folder-no-topology', path: root });
  const { readNotes } = await import('../engine/keptFolder');
  const notes = await readNotes(root);
  const nodes = marker.nodes.flatMap(name => notes.find(({ node }) => node === name) ?? []);
  const missing = marker.nodes.filter(name => !nodes.some(({ node }) => node === name));
  const [first] = nodes;
  if (first === undefined || missing.length > 0)
    throw new HumanError<RecreateFault>({ code: 'folder-incomplete', path: root, nodes: missing });
  const { topologyId, topologyName: name, topologyKind: kind } = marker;
  return { root, topologyId, name, kind, engine: first.engine, nodes };
}

/**
 * Makes the topology again from its folder: the same addresses and ports, the conf files as the servers left them, their data and so their last
 * roles. Done when every link is up, every Sentinel has its quorum, the cluster says ok on each node. Whatever fails, the folder stays as it is;
 * what was made around it is taken back.
 */
export async function recreateTopology(
  deps: VerbDeps,
  plan: FolderPlan,
  signal: AbortSignal,
  onProgress: OnProgress<RecreateProgress>,
): Promise<RecreateReport> {
  const began = deps.now();
  const { topologyId, root } = plan;
  const engine = deps.engine(plan.engine);
  const { instances } = await engine.findOwned(topologyId, signal);
  if (instances.length > 0)
    throw new HumanError<RecreateFault>({
      code: 'folder-in-use',
      name: plan.name,
      nodes: instances.map(({ name, ownership }) => ownership?.node ?? name),
    });
  const files = new Map<string, readonly ConfFile[]>();
  for (const note of plan.nodes) files.set(note.node, await confOf(root, note));
  await keepSecret(deps, topologyId, [...files.values()]);
  signal.throwIfAborted();
  const about = {
    topologyId,
    topologyName: plan.name,
    topologyKind: plan.kind,
    owner: deps.owner,
    session: deps.uuid(),
    schema: 1,
  };
  const storage = { kind: 'folder', root } as const;
  try {
    onProgress({ step: 'place' });
    const place = await engine.createPlace({
      ownership: about,
      nodes: plan.nodes.map(({ node }) => node),
      storage,
      addresses: plan.nodes.map(({ address }) => address),
    });
    let done = 0;
    await mapLimit(plan.nodes, AT_ONCE, async note => {
      signal.throwIfAborted();
      const { node, program, image, address, port } = note;
      const id = await engine.create({
        ...{ ownership: { ...about, node }, program, image, place, address, port, storage },
        files: files.get(node) ?? [],
      });
      signal.throwIfAborted();
      await engine.start(id, { topologyId });
      onProgress({ step: 'node', node, done: ++done, total: plan.nodes.length });
    });
    onProgress({ step: 'whole' });
    await allWhole(deps, plan, signal);
  } catch (error) {
    // A server that runs is worth more than a folder that waits: what is merely not whole yet is left to be looked at.
    if (!isFault(error, 'recreate-not-whole')) {
      await removeInstances(engine, topologyId, AbortSignal.timeout(60_000));
      await engine.removePlace(topologyId, { data: false });
    }
    throw error;
  }
  return { topologyId, nodes: plan.nodes.length, ms: deps.now() - began };
}

/** The file that the server is started with, first, and those beside it. */
async function confOf(root: string, { node, conf }: NodeNote): Promise<readonly ConfFile[]> {
  const folder = nodeFolders(root, node).conf;
  const names = (await readdir(folder)).filter(name => name !== conf && /^[A-Za-z0-9][\w.-]*$/.test(name));
  return Promise.all(
    [conf, ...names].map(async name => ({ name, content: await readFile(join(folder, name), 'utf8') })),
  );
}

/** On another machine, or after the password was forgotten here: the conf files have it. */
async function keepSecret(
  { secrets }: Pick<VerbDeps, 'secrets'>,
  topologyId: string,
  files: readonly (readonly ConfFile[])[],
): Promise<void> {
  if ((await secrets.get(topologyId)) !== undefined) return;
  const [password] = files.flatMap(([start]) => passwordIn(start?.content ?? '') ?? []);
  if (password !== undefined) await secrets.set(topologyId, password);
}

/** What the last `requirepass` of a conf file says. */
export function passwordIn(conf: string): string | undefined {
  const said = conf.split(/\r?\n/).flatMap(line => {
    const [name, value] = scanWords(line, 0, line.length).words;
    return name?.value.toLowerCase() === 'requirepass' && value !== undefined ? [value.value] : [];
  });
  return said.at(-1) || undefined;
}

async function allWhole(
  deps: Pick<VerbDeps, 'connector' | 'secrets'>,
  plan: FolderPlan,
  signal: AbortSignal,
): Promise<void> {
  const talk = new Talk(deps.connector, await deps.secrets.get(plan.topologyId));
  let lacks: readonly string[] = [];
  try {
    await until(`${plan.name} whole`, { everyMs: 200, deadlineMs: WHOLE_MS, signal }, async signal => {
      const said = await mapLimit(plan.nodes, 8, async ({ node, port, address, program }) => {
        const seat = { name: node, announced: { host: address, port }, reachable: { host: '127.0.0.1', port } };
        const lack = await lackOf(await talk.to(seat, { ...ANSWER, signal }), program, plan.kind, signal);
        return lack === undefined ? [] : [`${node}: ${lack}`];
      });
      lacks = said.flat();
      return lacks.length === 0 ? true : undefined;
    });
  } catch (error) {
    if (!isDeadline(error)) throw error;
    throw new HumanError<RecreateFault>({ code: 'recreate-not-whole', name: plan.name, lacks }, { cause: error });
  } finally {
    talk.dispose();
  }
}

/** What a server still says that it lacks. */
async function lackOf(
  connection: RedisConnection,
  program: NodeNote['program'],
  kind: TopologyKind,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (program === 'sentinel') {
    const [masters] = await connection.pipeline([['SENTINEL', 'MASTERS']], { signal });
    const names = Array.isArray(masters) ? masters.map(one => (Array.isArray(one) ? String(one[1]) : '')) : [];
    if (names.length === 0) return 'watches nobody';
    const quorums = await connection.pipeline(
      names.map(name => ['SENTINEL', 'CKQUORUM', name]),
      { signal },
    );
    const refused = quorums.find(reply => reply instanceof ReplyError);
    return refused instanceof ReplyError ? refused.text : undefined;
  }
  const [replication, cluster] = await connection.pipeline(
    [['INFO', 'replication'], ...(kind === 'cluster' ? [['CLUSTER', 'INFO']] : [])],
    { signal },
  );
  const info = readInfo(replication);
  if (info.get('role') === 'slave' && info.get('master_link_status') !== 'up') return 'link down';
  if (kind !== 'cluster') return undefined;
  const state = /^cluster_state:(\w+)/m.exec(String(cluster))?.[1];
  return state === 'ok' ? undefined : `cluster_state:${state ?? '?'}`;
}
