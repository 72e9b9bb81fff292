import { isIP } from 'node:net';
import { HumanError } from '../../base/errors';
import type { Address } from '../../model/address';
import { ClusterNodesReader, readCluster } from '../../model/clusterNodes';
import { readInfo } from '../../model/info';
import type { ClusterReport } from '../../model/report';
import { eachSlot } from '../../model/slots';
import type { SlotRange } from '../../model/slots';
import type { RedisConnection, RedisFault, Reply } from '../../redis/client';
import { ReplyError } from '../../redis/client';

/** A node of a cluster that a verb talks to: `announced` is where its peers reach it. */
export interface ClusterPeer {
  readonly name: string;
  readonly announced: Address;
  /** Only when it isn't the port + 10000. */
  readonly busPort?: number;
  readonly connection: RedisConnection;
}

/** What one node says at one moment. */
export interface Observation {
  readonly name: string;
  readonly report: ClusterReport;
  readonly role: 'master' | 'replica';
  /** Of a replica: whether its link to the master is up. */
  readonly linkUp: boolean;
  readonly offset: number;
}

/** Reads a node's view again and again, taking apart only what changed. */
export class Watcher {
  readonly #reader = new ClusterNodesReader();

  constructor(readonly peer: ClusterPeer) {}

  /** @param timeoutMs default: the connection's own */
  async look(signal: AbortSignal, timeoutMs?: number): Promise<Observation> {
    const { connection, name } = this.peer;
    const [nodes, info, replication] = await ask(
      connection,
      [
        ['CLUSTER', 'NODES'],
        ['CLUSTER', 'INFO'],
        ['INFO', 'replication'],
      ],
      signal,
      timeoutMs,
    );
    const fields = readInfo(replication);
    return {
      name,
      report: readCluster(info, this.#reader.read(nodes)),
      role: fields.get('role') === 'slave' ? 'replica' : 'master',
      linkUp: fields.get('master_link_status') === 'up',
      offset: Number(fields.get(fields.get('role') === 'slave' ? 'slave_repl_offset' : 'master_repl_offset') ?? 0),
    };
  }
}

/**
 * Sends all in one write and throws the first refusal as `redis-refused`. No argument of `commands` may be a secret.
 * @param timeoutMs default: the connection's own
 */
export async function ask(
  connection: RedisConnection,
  commands: readonly (readonly string[])[],
  signal?: AbortSignal,
  timeoutMs?: number,
): Promise<readonly Reply[]> {
  const replies = await connection.pipeline(commands, { signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  return replies.map((reply, index) => {
    if (reply instanceof ReplyError) throw refused(connection, commands[index] ?? [], reply);
    return reply;
  });
}

export function refused(
  connection: RedisConnection,
  command: readonly string[],
  reply: ReplyError,
): HumanError<RedisFault> {
  return new HumanError<RedisFault>({
    code: 'redis-refused',
    address: connection.address,
    command: command.slice(0, 2).join(' '),
    prefix: reply.prefix,
    text: reply.text,
  });
}

/** Whether an error reply says that the server doesn't know the command or its subcommand. */
export function isUnknown(reply: unknown): boolean {
  return reply instanceof ReplyError && /unknown (sub)?command|unknown subcommand or wrong number/i.test(reply.text);
}

/** Gives the slots to the node; servers before 7.0 don't know ranges and get the slots one by one. */
export async function addSlots(
  connection: RedisConnection,
  ranges: readonly SlotRange[],
  signal: AbortSignal,
): Promise<void> {
  const command = ['CLUSTER', 'ADDSLOTSRANGE', ...ranges.flat().map(String)];
  const [reply] = await connection.pipeline([command], { signal });
  if (isUnknown(reply)) await ask(connection, [['CLUSTER', 'ADDSLOTS', ...[...eachSlot(ranges)].map(String)]], signal);
  else if (reply instanceof ReplyError) throw refused(connection, command, reply);
}

/** Each node is told to meet each other one. A node that knows the other already sends it its state at once, so meeting again spreads news in milliseconds instead of seconds. */
export async function meetAll(peers: readonly ClusterPeer[], signal: AbortSignal): Promise<void> {
  const there = await Promise.all(peers.map(peer => inDigits(peer, signal)));
  await Promise.all(
    there.map(peer => ask(peer.connection, there.filter(other => other !== peer).map(greeting), signal)),
  );
}

/** `peer` is told to meet each of `others`. */
export async function meet(
  peer: Pick<ClusterPeer, 'connection'>,
  others: readonly ClusterPeer[],
  signal?: AbortSignal,
): Promise<void> {
  const there = await Promise.all(others.map(other => inDigits(other, signal)));
  await ask(peer.connection, there.map(greeting), signal);
}

/**
 * A server that announces a name is greeted at the address in digits that it has now: CLUSTER MEET takes no other. Whoever was greeted then tells its
 * name, by which it is found from then on. We came to it at that address ourselves, so it can say which one it is.
 */
async function inDigits(peer: ClusterPeer, signal?: AbortSignal): Promise<ClusterPeer> {
  if (isIP(peer.announced.host) !== 0) return peer;
  const [about] = await ask(peer.connection, [['CLIENT', 'INFO']], signal);
  const host = / laddr=(\S+):\d+(?: |$)/.exec(String(about))?.[1];
  return host === undefined ? peer : { ...peer, announced: { host, port: peer.announced.port } };
}

function greeting({ announced, busPort }: ClusterPeer): string[] {
  return [
    'CLUSTER',
    'MEET',
    announced.host,
    String(announced.port),
    ...(busPort === undefined || busPort === announced.port + 10000 ? [] : [String(busPort)]),
  ];
}
