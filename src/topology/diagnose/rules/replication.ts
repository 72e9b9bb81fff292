import type { Node } from '../../../model/snapshot';
import type { Problem } from '../problem';
import type { Rule, Scope } from '../scope';
import { answers, logEvidence, replicationOf } from '../scope';

/** Behind by so much it is a lag that a failover would lose; less is the stream on its way. */
const LAG_BYTES = 16 * 1024 * 1024;
const LAG_SECONDS = 10;
/** So many whole copies in the log of one life, with the link down in between, are a loop. */
const LOOP = 3;

/** What a replication would lose, refuse, or never do. */
export const replication: Rule = scope =>
  scope.topology === undefined
    ? []
    : [
        ...ring(scope),
        ...scope.nodes.flatMap(node => {
          if (!answers(node)) return [];
          switch (replicationOf(node)?.role) {
            case 'master':
              return [...tooFew(scope, node), ...forgets(scope, node), ...noCandidate(scope, node)];
            case 'replica':
              return [
                ...lagging(scope, node),
                ...looping(scope, node),
                ...neverPromoted(scope, node),
                ...writtenTo(scope, node),
              ];
            case undefined:
              return [];
          }
        }),
      ];

/** The server takes any REPLICAOF, also one that closes a ring; the one that has received most of the stream is the one to promote. */
function ring(scope: Scope): readonly Problem[] {
  const followed = (node: Node): Node | undefined => {
    const replication = answers(node) ? replicationOf(node) : undefined;
    return replication?.role === 'replica' ? scope.nodes.find(other => other.id === node.masterId) : undefined;
  };
  const passed = new Set<Node>();
  for (const first of scope.nodes) {
    const way: Node[] = [];
    let node: Node | undefined = first;
    while (node !== undefined && !passed.has(node)) {
      passed.add(node);
      way.push(node);
      node = followed(node);
    }
    if (node === undefined || !way.includes(node)) continue; // it ends, or comes upon an earlier way
    const members = way.slice(way.indexOf(node));
    if (members.length < 2) continue; // a replica of itself is a moved address
    const offset = (one: Node): number => replicationOf(one)?.offset ?? 0;
    const best = members.reduce((a, b) => (offset(b) > offset(a) ? b : a));
    return [
      scope.problem('error', { code: 'replica-ring', nodes: members.map(({ name }) => name) }, members, {
        evidence: members.map(one => ({
          from: 'reply',
          who: one.name,
          text: `role:slave · master_host:${replicationOf(one)?.master?.address.host ?? ''} · master_port:${replicationOf(one)?.master?.address.port ?? ''} · slave_repl_offset:${offset(one)}`,
        })),
        fixes: [{ code: 'promote', node: best.id }],
      }),
    ];
  }
  return [];
}

function replicasOf(scope: Scope, node: Node): readonly Node[] {
  return scope.nodes.filter(other => other.role === 'replica' && other.masterId === node.id);
}

function tooFew(scope: Scope, node: Node): readonly Problem[] {
  const needed = Number(scope.setting(node, 'min-replicas-to-write', 'min-slaves-to-write') ?? 0);
  const good = scope.figure(node, 'min_slaves_good_slaves', 'min_replicas_good_replicas');
  if (needed <= 0 || good === undefined || good >= needed) return [];
  const gone = replicasOf(scope, node)
    .filter(({ instance }) => instance !== undefined && instance.state !== 'running')
    .map(({ id }) => id);
  return [
    scope.problem('error', { code: 'replicas-too-few', node: node.name, needed, good }, [node], {
      evidence: [
        { from: 'reply', who: node.name, text: `min_slaves_good_slaves:${String(good)}` },
        { from: 'reply', who: node.name, text: '-NOREPLICAS Not enough good replicas to write.' },
      ],
      fixes: [gone.length > 0 ? { code: 'start-node', nodes: gone } : undefined],
    }),
  ];
}

/** Restarted by itself, a master that keeps nothing comes back empty, and its replicas copy the emptiness (RELIABILITY 4: 1001 keys gone in 1.0 s). */
function forgets(scope: Scope, node: Node): readonly Problem[] {
  const save = scope.setting(node, 'save');
  const aof = scope.setting(node, 'appendonly');
  const replicas = replicasOf(scope, node).length;
  if (save !== '' || aof !== 'no' || replicas === 0) return [];
  return [
    scope.problem('info', { code: 'master-forgets', node: node.name, replicas }, [node], {
      evidence: [{ from: 'reply', who: node.name, text: 'save "" · appendonly no' }],
    }),
  ];
}

function noCandidate(scope: Scope, node: Node): readonly Problem[] {
  const replicas = replicasOf(scope, node);
  if (scope.topology?.kind !== 'sentinel' || replicas.length === 0) return [];
  return replicas.every(replica => replicationOf(replica)?.priority === 0)
    ? [
        scope.problem('warning', { code: 'no-candidate', node: node.name }, [node], {
          evidence: replicas.map(replica => ({ from: 'reply', who: replica.name, text: 'slave_priority:0' })),
        }),
      ]
    : [];
}

function neverPromoted(scope: Scope, node: Node): readonly Problem[] {
  const report = node.contact.state === 'answering' ? node.contact.report : undefined;
  if (scope.topology?.kind === 'sentinel' && report?.replication?.priority === 0) {
    return [
      scope.problem('info', { code: 'never-promoted', node: node.name, why: 'priority' }, [node], {
        evidence: [{ from: 'reply', who: node.name, text: 'slave_priority:0' }],
      }),
    ];
  }
  const mine = report?.cluster?.nodes.find(({ id }) => id === report.cluster?.myId);
  if (mine?.flags.includes('nofailover') === true)
    return [
      scope.problem('info', { code: 'never-promoted', node: node.name, why: 'cluster' }, [node], {
        evidence: [{ from: 'cluster', who: node.name, text: mine.flags.join(',') }],
      }),
    ];
  return [];
}

/** One refusal is a slip, or a check whether it refuses; more are a program that has the wrong address. */
const SLIPS = 1;

function writtenTo(scope: Scope, node: Node): readonly Problem[] {
  const times = scope.facts.refused.get(node.id) ?? 0;
  if (times <= SLIPS) return [];
  const master = node.masterId === undefined ? undefined : scope.world.node(node.masterId);
  return [
    scope.problem(
      'info',
      {
        code: 'writes-to-replica',
        node: node.name,
        times,
        ...(master === undefined ? {} : { master: master.name }),
      },
      [node],
      {
        evidence: [
          {
            from: 'reply',
            who: node.name,
            text: `errorstat_READONLY:${scope.figureText(node, 'errorstat_READONLY') ?? ''}`,
          },
        ],
        fixes: [master && answers(master) ? { code: 'go-to-master', node: master.id } : undefined],
      },
    ),
  ];
}

function lagging(scope: Scope, node: Node): readonly Problem[] {
  const { lag } = node;
  const master = replicationOf(node)?.master;
  if (
    lag === undefined ||
    master?.link !== 'up' ||
    master.syncInProgress ||
    (lag.bytes < LAG_BYTES && lag.seconds < LAG_SECONDS)
  )
    return [];
  return [
    scope.problem('warning', { code: 'lagging', node: node.name, bytes: lag.bytes, seconds: lag.seconds }, [node]),
  ];
}

function looping(scope: Scope, node: Node): readonly Problem[] {
  const copies = scope.world.log(node).filter(({ fact }) => fact.code === 'full-resync');
  const master = replicationOf(node)?.master;
  if (copies.length < LOOP || master === undefined || (master.link === 'up' && !master.syncInProgress)) return [];
  const source = node.masterId === undefined ? undefined : scope.world.node(node.masterId);
  const backlog = source === undefined ? undefined : Number(scope.setting(source, 'repl-backlog-size') ?? NaN);
  const last = copies.at(-1);
  const bytes = Math.max(64 * 1024 * 1024, (backlog ?? 0) * 8);
  const buffers = source && raisedBuffers(scope.setting(source, 'client-output-buffer-limit') ?? '', bytes);
  return [
    scope.problem(
      'warning',
      {
        code: 'resync-loop',
        node: node.name,
        times: copies.length,
        ...(backlog === undefined || Number.isNaN(backlog) ? {} : { backlog }),
        ...(buffers === undefined ? {} : { buffer: buffers.was }),
      },
      [node],
      {
        evidence: [last && logEvidence(node, last.text)],
        fixes: [
          source && backlog !== undefined && backlog > 0
            ? {
                code: 'raise-backlog',
                node: source.id,
                bytes,
                ...(buffers === undefined ? {} : { buffers: buffers.raised }),
              }
            : undefined,
        ],
      },
    ),
  ];
}

/**
 * `normal 0 0 0 slave 268435456 67108864 60 pubsub …`: class, hard limit, soft limit, seconds; 0 is none. What is written during a whole copy waits in
 * the buffer of the replica, and a limit that it passes ends the copy. Undefined where both limits hold `bytes`.
 */
function raisedBuffers(limits: string, bytes: number): { readonly was: number; readonly raised: string } | undefined {
  const words = limits.trim().split(/\s+/);
  const at = words.findIndex(word => word === 'slave' || word === 'replica');
  const [hard = NaN, soft = NaN, seconds = NaN] = words.slice(at + 1, at + 4).map(Number);
  if (at < 0 || words.length % 4 !== 0 || [hard, soft, seconds].some(Number.isNaN)) return undefined;
  const low = [hard, soft].filter(limit => limit > 0 && limit < bytes);
  if (low.length === 0) return undefined;
  const raised = [
    hard === 0 ? 0 : Math.max(hard, 4 * bytes),
    soft === 0 ? 0 : Math.max(soft, bytes),
    Math.max(seconds, 60),
  ].map(String);
  return { was: Math.min(...low), raised: [...words.slice(0, at + 1), ...raised, ...words.slice(at + 4)].join(' ') };
}

/** Who told a server that was master to follow another: the Sentinels remember it even when its own Sentinel is gone. */
export const converted: Rule = scope =>
  scope.nodes.flatMap(node => {
    const told = scope.logged(node, 'told-to-follow');
    if (
      told === undefined ||
      !answers(node) ||
      !told.fact.by.startsWith('sentinel-') ||
      replicationOf(node)?.role !== 'replica'
    )
      return [];
    const id = /^sentinel-([0-9a-f]{8})/.exec(told.fact.by)?.[1];
    const by = scope.world.nodes.find(
      other =>
        other.contact.state === 'answering' &&
        id !== undefined &&
        other.contact.report.sentinel?.id.startsWith(id) === true,
    );
    const [host = '', port] = told.fact.address.split(/:(?=\d+$)/);
    const master = scope.world.holderOf({ host, port: Number(port) }, node);
    return [
      scope.problem(
        'info',
        {
          code: 'turned-into-replica',
          node: node.name,
          by: by?.name ?? told.fact.by,
          master: master?.name ?? told.fact.address,
        },
        [node],
        { evidence: [logEvidence(node, told.text)] },
      ),
    ];
  });
