import { ClusterNodesReader, readCluster } from '../model/clusterNodes';
import { readInfo } from '../model/info';
import type { ClusterReport, SentinelMaster, SentinelReport, ServerReport } from '../model/report';
import {
  readQuorumCheck,
  readSentinelMasters,
  readSentinelPeers,
  readSentinelReplicas,
} from '../model/sentinelReplies';
import { modeOf, readServer } from '../model/serverReport';
import { share } from '../model/share';
import type { CallOptions, RedisConnection, Reply } from '../redis/client';
import { ReplyError } from '../redis/client';

type Mode = ServerReport['mode'];
type PipelineReply = Reply | ReplyError;

/** `INFO` was refused: the user that we are may not ask. */
export class ProbeRefused extends Error {
  constructor(readonly reply: ReplyError) {
    super(reply.text);
    this.name = 'ProbeRefused';
  }
}

/**
 * Asks one server what it is and how it does: one round trip when the kind of server is known (from an earlier probe or a hint),
 * else one INFO first, because asking a plain server for CLUSTER NODES would count as an error in its statistics. Keeps what it read, so
 * that equal parts of the next report are the same objects.
 */
export class Prober {
  readonly #nodes = new ClusterNodesReader();
  #mode: Mode | undefined;
  #masterNames: readonly string[] = [];
  #report: ServerReport | undefined;

  constructor(hint?: Mode) {
    this.#mode = hint;
  }

  /** The latest report, if there was one. */
  get report(): ServerReport | undefined {
    return this.#report;
  }

  /**
   * Throws `redis-silent` and cancellations of the connection, {@link ProbeRefused}, and `unreadable-reply` when what came is
   * no INFO.
   */
  async probe(connection: Pick<RedisConnection, 'pipeline'>, options: CallOptions = {}): Promise<ServerReport> {
    const asked = this.#mode;
    const names = this.#masterNames;
    const [info, ...rest] = await connection.pipeline(
      [['INFO'], ...(asked === undefined ? [] : questions(asked, names))],
      options,
    );
    if (info instanceof ReplyError) throw new ProbeRefused(info);
    const fields = readInfo(info);
    const mode = modeOf(fields);
    this.#mode = mode;
    let replies = rest;
    const wanted = mode === asked ? [] : questions(mode, names);
    if (mode !== asked) replies = wanted.length === 0 ? [] : [...(await connection.pipeline(wanted, options))];
    const parts =
      mode === 'cluster'
        ? { cluster: this.#cluster(replies) }
        : mode === 'sentinel'
          ? { sentinel: await this.#sentinel(connection, replies, names, fields.get('sentinel_tilt') === '1', options) }
          : {};
    this.#report = share(this.#report, readServer(fields, parts));
    return this.#report;
  }

  /** While the data set is loading the CLUSTER commands are refused: the last view stands. */
  #cluster([info, nodes]: readonly PipelineReply[]): ClusterReport | undefined {
    if (info instanceof ReplyError || nodes instanceof ReplyError || nodes === undefined) return this.#report?.cluster;
    return share(this.#report?.cluster, readCluster(info, this.#nodes.read(nodes)));
  }

  async #sentinel(
    connection: Pick<RedisConnection, 'pipeline'>,
    [id, masters, ...details]: readonly PipelineReply[],
    names: readonly string[],
    tilt: boolean,
    options: CallOptions,
  ): Promise<SentinelReport | undefined> {
    if (masters instanceof ReplyError || masters === undefined) return this.#report?.sentinel;
    const rows = readSentinelMasters(masters);
    const current = rows.map(row => row.name);
    let replies = details;
    if (current.join('\n') !== names.join('\n')) {
      this.#masterNames = current;
      replies = current.length === 0 ? [] : [...(await connection.pipeline(current.flatMap(aboutMaster), options))];
    }
    return {
      id: typeof id === 'string' ? id : '',
      tilt,
      masters: rows.map((row, index): SentinelMaster => {
        const [replicas, sentinels, check] = replies.slice(3 * index, 3 * index + 3);
        const before = this.#report?.sentinel?.masters.find(master => master.name === row.name);
        return {
          ...row,
          replicas:
            replicas === undefined || replicas instanceof ReplyError
              ? (before?.replicas ?? [])
              : readSentinelReplicas(replicas),
          sentinels:
            sentinels === undefined || sentinels instanceof ReplyError
              ? (before?.sentinels ?? [])
              : readSentinelPeers(sentinels),
          quorumCheck: readQuorumCheck(check ?? ''),
        };
      }),
    };
  }
}

function questions(mode: Mode, masterNames: readonly string[]): readonly (readonly string[])[] {
  if (mode === 'cluster')
    return [
      ['CLUSTER', 'INFO'],
      ['CLUSTER', 'NODES'],
    ];
  if (mode === 'sentinel') return [['SENTINEL', 'MYID'], ['SENTINEL', 'MASTERS'], ...masterNames.flatMap(aboutMaster)];
  return [];
}

/** REPLICAS is the name since Redis 5; SLAVES went away nowhere yet. */
function aboutMaster(name: string): readonly (readonly string[])[] {
  return [
    ['SENTINEL', 'REPLICAS', name],
    ['SENTINEL', 'SENTINELS', name],
    ['SENTINEL', 'CKQUORUM', name],
  ];
}
