import { isDeadline, until } from '../../base/abort';
import { HumanError, textOf } from '../../base/errors';
import type { Address } from '../../model/address';
import { formatAddress } from '../../model/address';
import { ClusterNodesReader } from '../../model/clusterNodes';
import { keySlot, SLOT_COUNT, countSlots } from '../../model/slots';
import type { Node, SilenceReason, Topology } from '../../model/snapshot';
import type { Reply, RedisConnection } from '../../redis/client';
import { ReplyError } from '../../redis/client';
import { consequencesOf } from '../consequences';
import type { Consequence } from '../consequences';
import type { VerbDeps } from '../deps';
import { confPlaceOf } from '../diagnose/confFacts';
import { talkOf } from '../replicaOf';
import { seatOf } from '../talk';
import type { Talk } from '../talk';

/** One thing that was tried, with what came of it. Codes with data; the report has the words. */
export type VerifyItem =
  | {
      readonly code: 'reached';
      readonly node: string;
      readonly ok: boolean;
      readonly announced?: string;
      readonly reachable?: string;
      readonly published: readonly string[];
      readonly silence?: SilenceReason | 'not-running' | 'unknown';
    }
  /** A key written on the master was read here. */
  | {
      readonly code: 'read-back';
      readonly node: string;
      readonly master: string;
      readonly ok: boolean;
      readonly ms: number;
      readonly text?: string;
    }
  | { readonly code: 'write'; readonly node: string; readonly ok: boolean; readonly text?: string }
  /** What a write on a replica was answered. */
  | {
      readonly code: 'read-only';
      readonly node: string;
      readonly master: string;
      readonly ok: boolean;
      readonly text: string;
    }
  | { readonly code: 'quorum'; readonly node: string; readonly ok: boolean; readonly text: string }
  | {
      readonly code: 'coverage';
      readonly node: string;
      readonly ok: boolean;
      readonly slots: number;
      readonly state: string;
    }
  /** What a node that does not own the slot of `page` answers. */
  | { readonly code: 'redirect'; readonly node: string; readonly ok: boolean; readonly text: string }
  | {
      readonly code: 'rewrite';
      readonly node: string;
      readonly ok: boolean;
      /** The file, or what the server said against it. */
      readonly text: string;
      /** Told from how its conf is mounted, not tried. */ readonly foreseen: boolean;
      /** Why it is foreseen that it cannot. */
      readonly why?: 'no-conf' | 'single-file';
    }
  | {
      readonly code: 'survives';
      readonly node: string;
      readonly ok: boolean;
      readonly consequences: readonly Consequence[];
    };

export interface VerifyReport {
  readonly name: string;
  readonly kind: Topology['kind'];
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly ms: number;
  readonly items: readonly VerifyItem[];
}

export interface VerifyRequest {
  readonly topology: Topology;
  /** Whether CONFIG REWRITE may be tried: it changes nothing but the order and comments of the file. Else it is told from the mounts. */
  readonly rewrite: boolean;
}

/** What counts as failed: a loss that it would not survive is told, as is a server that was started without a conf file, and has none to rewrite. */
export function hasFailed(item: VerifyItem): boolean {
  if (item.ok || item.code === 'survives') return false;
  return item.code !== 'rewrite' || !/^no conf file$|without a config file/.test(item.text);
}

const ANSWER = { everyMs: 100, deadlineMs: 5000 } as const;
const READ_BACK = { everyMs: 5, deadlineMs: 3000 } as const;
const CONSEQUENCES_THAT_END: ReadonlySet<Consequence['code']> = new Set([
  'no-failover',
  'quorum-lost',
  'standalone-stops',
  'slots-lost',
  'cluster-majority-lost',
]);

/** Tries everything that a person would try by hand, on every node, and leaves nothing behind. What fails is an item of the report, not an error. */
export async function verifyTopology(
  deps: Pick<VerbDeps, 'connector' | 'secrets' | 'now' | 'uuid'>,
  { topology, rewrite }: VerifyRequest,
  signal: AbortSignal,
): Promise<VerifyReport> {
  const began = deps.now();
  const talk = talkOf(deps, topology.id);
  const items: VerifyItem[] = [];
  try {
    items.push(...topology.nodes.map(reached));
    const servers = topology.nodes.filter(node => node.role !== 'sentinel' && node.contact.state === 'answering');
    for (const master of servers.filter(({ role, staleMaster }) => role === 'master' && staleMaster === undefined))
      items.push(...(await writeAndRead(deps, talk, topology, master, signal)));
    if (topology.kind === 'sentinel') items.push(...(await quorums(talk, topology, signal)));
    if (topology.kind === 'cluster') items.push(...(await slots(talk, topology, servers, signal)));
    items.push(
      ...(await Promise.all(
        topology.nodes
          .filter(({ contact }) => contact.state === 'answering')
          .map(node => rewritable(talk, node, rewrite, signal)),
      )),
    );
    items.push(
      ...topology.nodes
        .filter(({ contact }) => contact.state === 'answering')
        .map((node): VerifyItem => {
          const consequences = consequencesOf(topology, node, 'stop');
          return {
            code: 'survives',
            node: node.name,
            ok: !consequences.some(({ code }) => CONSEQUENCES_THAT_END.has(code)),
            consequences,
          };
        }),
    );
  } finally {
    talk.dispose();
  }
  return { name: topology.name, kind: topology.kind, at: began, ms: deps.now() - began, items };
}

function reached({ name, announced, reachable, contact, instance }: Node): VerifyItem {
  const at = (address: Address | undefined): string | undefined => address && formatAddress(address);
  const [said, here] = [at(announced), at(reachable)];
  return {
    code: 'reached',
    node: name,
    ok: contact.state === 'answering',
    ...(said === undefined ? {} : { announced: said }),
    ...(here === undefined ? {} : { reachable: here }),
    published: instance?.ports.map(({ inside, outside }) => `${formatAddress(outside)} → ${String(inside)}`) ?? [],
    ...(contact.state === 'answering' ? {} : { silence: contact.state === 'silent' ? contact.reason : contact.state }),
  };
}

async function open(talk: Talk, node: Node, signal: AbortSignal): Promise<RedisConnection | string> {
  const seat = seatOf(node);
  if (seat === undefined) return 'no address';
  try {
    return await talk.to({ ...seat, name: node.id }, { ...ANSWER, signal });
  } catch (error) {
    if (error instanceof HumanError) return textOf(error);
    throw error;
  }
}

/** A key of its own on the master, read on each of its replicas; a write there must be refused. It is deleted again, and expires by itself. */
async function writeAndRead(
  deps: Pick<VerbDeps, 'now' | 'uuid'>,
  talk: Talk,
  topology: Topology,
  master: Node,
  signal: AbortSignal,
): Promise<readonly VerifyItem[]> {
  const connection = await open(talk, master, signal);
  if (typeof connection === 'string') return [{ code: 'write', node: master.name, ok: false, text: connection }];
  const key = keyFor(topology, master, deps.uuid());
  if (key === undefined) return []; // a master without slots takes no keys
  const began = deps.now();
  const [written] = await connection.pipeline([['SET', key, key, 'EX', '60']], { signal });
  if (written instanceof ReplyError) return [{ code: 'write', node: master.name, ok: false, text: written.text }];
  try {
    const replicas = topology.nodes.filter(
      node => node.role === 'replica' && node.masterId === master.id && node.contact.state === 'answering',
    );
    const seen = await Promise.all(replicas.map(replica => readOn(deps, talk, master, replica, key, began, signal)));
    return [{ code: 'write', node: master.name, ok: true }, ...seen.flat()];
  } finally {
    await connection.call(['DEL', key]);
  }
}

async function readOn(
  deps: Pick<VerbDeps, 'now'>,
  talk: Talk,
  master: Node,
  replica: Node,
  key: string,
  began: number,
  signal: AbortSignal,
): Promise<readonly VerifyItem[]> {
  const connection = await open(talk, replica, signal);
  if (typeof connection === 'string')
    return [{ code: 'read-back', node: replica.name, master: master.name, ok: false, ms: 0, text: connection }];
  const isCluster = replica.contact.state === 'answering' && replica.contact.report.mode === 'cluster';
  if (isCluster) await connection.call(['READONLY'], { signal });
  const items: VerifyItem[] = [];
  try {
    await until(
      'read back',
      { ...READ_BACK, signal },
      async inner => (await connection.call(['GET', key], { signal: inner })) === key || undefined,
    );
    items.push({ code: 'read-back', node: replica.name, master: master.name, ok: true, ms: deps.now() - began });
  } catch (error) {
    if (!isDeadline(error) && !(error instanceof HumanError)) throw error;
    items.push({
      code: 'read-back',
      node: replica.name,
      master: master.name,
      ok: false,
      ms: deps.now() - began,
      ...(isDeadline(error) ? {} : { text: textOf(error) }),
    });
  }
  // The connection is asked for more later, and then answers as it does to any client.
  if (isCluster) await connection.call(['READWRITE'], { signal });
  const [refused] = await connection.pipeline([['SET', key, 'refused']], { signal });
  const text = refused instanceof ReplyError ? refused.text : String(refused);
  // a node of a cluster sends writers to its master instead
  return [
    ...items,
    {
      code: 'read-only',
      node: replica.name,
      master: master.name,
      ok: refused instanceof ReplyError && (refused.prefix === 'READONLY' || (isCluster && refused.prefix === 'MOVED')),
      text,
    },
  ];
}

/** In a cluster, a key that lies in one of the master's slots. */
function keyFor(topology: Topology, master: Node, unique: string): string | undefined {
  const base = `redis-topology-explorer:verify:${unique}`;
  if (topology.kind !== 'cluster') return base;
  const ranges = topology.shards?.find(shard => shard.nodes[0] === master.id)?.slots ?? [];
  if (ranges.length === 0) return undefined;
  for (let n = 0; ; n++) {
    const key = `${base}:${String(n)}`;
    const slot = keySlot(key);
    if (ranges.some(([first, last]) => slot >= first && slot <= last)) return key;
  }
}

function quorums(talk: Talk, topology: Topology, signal: AbortSignal): Promise<readonly VerifyItem[]> {
  return Promise.all(
    topology.nodes
      .filter(node => node.role === 'sentinel' && node.contact.state === 'answering')
      .map(async (node): Promise<VerifyItem> => {
        const connection = await open(talk, node, signal);
        if (typeof connection === 'string') return { code: 'quorum', node: node.name, ok: false, text: connection };
        const [reply] = await connection.pipeline([['SENTINEL', 'CKQUORUM', topology.masterName ?? '']], { signal });
        const text = reply instanceof ReplyError ? reply.text : String(reply);
        return { code: 'quorum', node: node.name, ok: text.startsWith('OK'), text };
      }),
  );
}

/** Each node's own view of the key space; and whether one that does not own `page` sends its client to the one that does. */
async function slots(
  talk: Talk,
  topology: Topology,
  servers: readonly Node[],
  signal: AbortSignal,
): Promise<readonly VerifyItem[]> {
  const page = keySlot('page');
  const owner = topology.shards?.find(shard => shard.slots.some(([first, last]) => page >= first && page <= last))
    ?.nodes[0];
  return (
    await Promise.all(
      servers.map(async (node): Promise<readonly VerifyItem[]> => {
        const connection = await open(talk, node, signal);
        if (typeof connection === 'string')
          return [{ code: 'coverage', node: node.name, ok: false, slots: 0, state: connection }];
        const [nodes, info, got] = await connection.pipeline(
          [
            ['CLUSTER', 'NODES'],
            ['CLUSTER', 'INFO'],
            ['GET', 'page'],
          ],
          { signal },
        );
        const seen =
          typeof nodes === 'string'
            ? new ClusterNodesReader()
                .read(nodes)
                .filter(({ flags }) => flags.includes('master') && !flags.includes('fail'))
                .reduce((sum, line) => sum + countSlots(line.slots), 0)
            : 0;
        const state = /cluster_state:(\w+)/.exec(String(info as Reply))?.[1] ?? '';
        const text = got instanceof ReplyError ? got.text : '';
        return [
          { code: 'coverage', node: node.name, ok: seen === SLOT_COUNT && state === 'ok', slots: seen, state },
          ...(node.id === owner
            ? []
            : [{ code: 'redirect' as const, node: node.name, ok: text.startsWith(`MOVED ${String(page)} `), text }]),
        ];
      }),
    )
  ).flat();
}

async function rewritable(talk: Talk, node: Node, tries: boolean, signal: AbortSignal): Promise<VerifyItem> {
  const place = confPlaceOf(node);
  const file = node.contact.state === 'answering' ? node.contact.report.configFile : '';
  const single =
    place?.mounted === 'file' || node.instance?.mounts.some(({ target }) => target === file && file !== '') === true;
  const sentinel = node.role === 'sentinel';
  if (!tries || sentinel)
    return {
      code: 'rewrite',
      node: node.name,
      foreseen: true,
      ok: file !== '' && !single,
      text: file,
      ...(file === '' ? { why: 'no-conf' } : single ? { why: 'single-file' } : {}),
    };
  const connection = await open(talk, node, signal);
  if (typeof connection === 'string')
    return { code: 'rewrite', node: node.name, foreseen: false, ok: false, text: connection };
  const [reply] = await connection.pipeline([['CONFIG', 'REWRITE']], { signal, timeoutMs: 5000 });
  return {
    code: 'rewrite',
    node: node.name,
    foreseen: false,
    ok: !(reply instanceof ReplyError),
    text: reply instanceof ReplyError ? reply.text : file,
  };
}
