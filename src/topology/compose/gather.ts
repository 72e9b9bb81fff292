import { HumanError } from '../../base/errors';
import { mapLimit } from '../../base/abort';
import { makeTarget } from '../../conf/target';
import { readFlat, textField } from '../../model/flat';
import type { Node, Topology } from '../../model/snapshot';
import { reportOf } from '../../model/servers';
import { credentialsOf } from '../../redis/credentials';
import type { RedisConnection } from '../../redis/client';
import type { VerbDeps } from '../deps';
import { seatOf, Talk } from '../talk';
import type { ComposeModel, ComposeNode, Watch } from './model';
import { settingsOf } from './settings';
import { secretOf } from '../password';

/** `node-unreachable`: without asking it, its settings are not known. `no-master`: nobody to start from. */
export type ExportFault =
  | { readonly code: 'export-node-unreachable'; readonly node: string }
  | { readonly code: 'export-no-master'; readonly name: string }
  | { readonly code: 'export-passwords-differ'; readonly name: string };

/**
 * Asks every node of a topology, ours or found, for what must be known to make it again (`CONFIG GET *`, `SENTINEL MASTER`). Reads only.
 * Throws {@link ExportFault} or a TalkFault when a node does not answer: what is not known cannot be exported.
 */
export async function gatherProject(
  deps: Pick<VerbDeps, 'connector' | 'secrets'>,
  topology: Topology,
  signal: AbortSignal,
): Promise<ComposeModel> {
  const passwords = new Set<string | undefined>();
  const users = new Set<string>();
  const talk = new Talk(deps.connector, async seat => {
    const secret = await secretOf(deps.secrets, topology.id, seat);
    const { username, password } = credentialsOf(secret);
    passwords.add(password);
    if (username !== undefined) users.add(username);
    return secret;
  });
  try {
    const ordered = inOrder(topology);
    const services = namesFor(ordered);
    const ports = portsFor(ordered);
    const asked = await mapLimit(
      ordered,
      8,
      async (node): Promise<{ readonly node: Node; readonly connection: RedisConnection }> => {
        const seat = seatOf(node);
        if (!seat) throw new HumanError<ExportFault>({ code: 'export-node-unreachable', node: node.name });
        return { node, connection: await talk.to(seat, { everyMs: 100, deadlineMs: 5000, signal }) };
      },
    );
    const nodes = await mapLimit(asked, 8, async ({ node, connection }): Promise<ComposeNode> => {
      const service = services.get(node.id) as string;
      const port = ports.get(node.id) as number;
      if (node.role === 'sentinel') return { service, program: 'sentinel', port, settings: [] };
      const follows = node.masterId === undefined ? undefined : services.get(node.masterId);
      const slots = topology.cluster?.shards.find(({ masterId }) => masterId === node.clusterId)?.ranges;
      return {
        service,
        program: 'redis',
        port,
        settings: settingsOf(
          readFlat('CONFIG GET', await connection.call(['CONFIG', 'GET', '*'], { signal })),
          targetOf(node),
        ),
        ...(node.role === 'replica' && follows !== undefined ? { follows } : {}),
        ...(slots === undefined ? {} : { slots }),
      };
    });
    // One password for all is what a Compose project has; an ACL user's is not it.
    if (passwords.size > 1 || users.size > 0)
      throw new HumanError<ExportFault>({ code: 'export-passwords-differ', name: topology.name });
    const [password] = passwords;
    const sentinel = asked.find(({ node }) => node.role === 'sentinel');
    const first = ordered[0] as Node;
    return {
      name: topology.name,
      kind: topology.kind,
      ...imageOf(first),
      nodes,
      subnet: subnetOf(ordered, topology.name),
      ...(password === undefined ? {} : { password }),
      ...(sentinel
        ? {
            watch: watchOf(
              topology,
              readFlat(
                'SENTINEL MASTER',
                await sentinel.connection.call(['SENTINEL', 'MASTER', topology.masterName ?? topology.name], {
                  signal,
                }),
              ),
            ),
          }
        : {}),
    };
  } finally {
    talk.dispose();
  }
}

/** Masters, each followed by its replicas (and theirs), then the Sentinels: so a conf names only what stands above it. */
function inOrder(topology: Topology): readonly Node[] {
  const servers = topology.nodes.filter(({ role }) => role === 'master' || role === 'replica');
  const masters = servers.filter(({ role }) => role === 'master');
  if (masters.length === 0) throw new HumanError<ExportFault>({ code: 'export-no-master', name: topology.name });
  const under = (id: string): readonly Node[] =>
    servers
      .filter(({ role, masterId }) => role === 'replica' && masterId === id)
      .flatMap(node => [node, ...under(node.id)]);
  const ordered = masters.flatMap(master => [master, ...under(master.id)]);
  const lost = topology.nodes.find(
    node => node.role === 'unknown' || (node.role === 'replica' && !ordered.includes(node)),
  );
  if (lost) throw new HumanError<ExportFault>({ code: 'export-node-unreachable', node: lost.name });
  return [...ordered, ...topology.nodes.filter(({ role }) => role === 'sentinel')];
}

/** Service names, by node id: the nodes' own as far as Compose takes them, each once. */
function namesFor(nodes: readonly Node[]): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  return new Map(
    nodes.map(({ id, name }) => {
      const wanted =
        name
          .toLowerCase()
          .replace(/[^a-z0-9-]+/g, '-')
          .replace(/^-+|-+$/g, '') || 'node';
      let service = wanted;
      for (let n = 2; taken.has(service); n++) service = `${wanted}-${n}`;
      taken.add(service);
      return [id, service];
    }),
  );
}

/** A port of its own for each: the one that is reached today where it is free, else the next. */
function portsFor(nodes: readonly Node[]): ReadonlyMap<string, number> {
  const taken = new Set<number>();
  return new Map(
    nodes.map(({ id, announced, reachable }) => {
      let port = announced?.port ?? reachable?.port ?? 6379;
      while (taken.has(port)) port++;
      taken.add(port);
      return [id, port];
    }),
  );
}

/** The image that runs today; for a plain process the official one of its version. */
function imageOf(node: Node): Pick<ComposeModel, 'image' | 'product'> {
  const report = reportOf(node.contact);
  const product = report?.product ?? 'redis';
  if (node.instance?.engine === 'docker') return { image: node.instance.image, product };
  const version = /^\d+\.\d+/.exec(report?.version ?? '')?.[0] ?? 'latest';
  return { image: `${product === 'valkey' ? 'valkey/valkey' : 'redis'}:${version}`, product };
}

function targetOf(node: Node): ReturnType<typeof makeTarget> {
  const report = reportOf(node.contact);
  const [major = 7, minor = 0] = (report?.version ?? '').split('.').map(Number);
  return makeTarget(report?.product ?? 'redis', major, minor);
}

/** The network of today where all nodes announce addresses of one, else a private one that depends on the name. */
function subnetOf(nodes: readonly Node[], name: string): string {
  const nets = new Set(nodes.map(({ announced }) => /^(\d+\.\d+\.\d+)\.\d+$/.exec(announced?.host ?? '')?.[1]));
  const [only] = nets;
  if (
    nets.size === 1 &&
    only !== undefined &&
    !only.startsWith('127.') &&
    nodes.every(({ instance }) => instance?.ownership !== undefined)
  )
    return only;
  let hash = 0;
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 4096;
  return `172.${16 + (hash >> 8)}.${hash & 255}`;
}

function watchOf(topology: Topology, master: ReadonlyMap<string, unknown>): Watch {
  const number = (key: string, otherwise: number): number => Number(textField(master, key) || otherwise);
  return {
    masterName: topology.masterName ?? topology.name,
    quorum: number('quorum', topology.quorum?.required ?? 2),
    downAfterMs: number('down-after-milliseconds', 30_000),
    failoverTimeoutMs: number('failover-timeout', 180_000),
    parallelSyncs: number('parallel-syncs', 1),
  };
}
