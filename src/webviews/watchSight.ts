import type { Translate } from '../editor/translate';
import { bytesInWords, spanInWords } from '../editor/words/figures';
import { clockInWords, happeningInWords } from '../editor/words/happenings';
import { levelInWords, roleInWords } from '../editor/words/health';
import { silenceBriefly } from '../editor/words/silence';
import type { Node, Topology } from '../model/snapshot';
import { reportOf } from '../model/servers';
import type { TimelineEntry } from '../topology/timeline';
import type { ConnectedClient, SlowCommand } from '../topology/watch/onDemand';
import type { Sample, Samples } from '../topology/watch/samples';
import { pointsOf } from '../topology/watch/samples';
import type { DetailKind, EventKind, Line, WatchDetail, WatchedNode, WatchEvent, WatchSight } from './watchProtocol';

/** A topology's servers with their figures, as the page shows them. `since`: when each last changed its role, by node id. */
export function watchSightOf(
  t: Translate,
  topology: Topology | undefined,
  samples: Samples,
  since: ReadonlyMap<string, number>,
): WatchSight {
  if (topology === undefined)
    return {
      title: '',
      level: 'unknown',
      levelWord: '',
      empty: t('The topology is not there (any more).'),
      nodes: [],
    };
  return {
    title: topology.name,
    level: topology.health.level,
    levelWord: levelInWords(t, topology.health.level),
    empty: '',
    nodes: topology.nodes.map(node => nodeInWords(t, node, samples.of(node.id), since.get(node.id))),
  };
}

function nodeInWords(t: Translate, node: Node, samples: readonly Sample[], since: number | undefined): WatchedNode {
  const report = node.contact.state === 'answering' ? reportOf(node.contact) : undefined;
  const { replication } = report ?? {};
  const master = replication?.master;
  const number = (value: number | undefined): string => (value === undefined ? '' : value.toLocaleString('en-US'));
  return {
    id: node.id,
    name: node.name,
    role: node.role,
    roleWord: roleInWords(t, node.role),
    state:
      node.staleMaster !== undefined
        ? t('stale')
        : node.instance !== undefined && node.instance.state === 'paused'
          ? t('paused')
          : node.contact.state === 'not-running'
            ? t('stopped')
            : node.contact.state === 'silent'
              ? silenceBriefly[node.contact.reason](t)
              : master === undefined
                ? ''
                : master.syncInProgress
                  ? t('copying from its master')
                  : master.link === 'down'
                    ? t('link down')
                    : '',
    since: since === undefined ? '' : t('since {0}', clockInWords(since).slice(0, 8)),
    ops: report?.mode === 'sentinel' ? '' : number(report?.opsPerSecond),
    memory: report?.usedMemoryBytes === undefined ? '' : bytesInWords(report.usedMemoryBytes),
    clients: number(report?.connectedClients),
    offset: number(replication?.offset),
    lag:
      node.lag === undefined || report === undefined
        ? ''
        : node.lag.seconds > 1
          ? t('{0}, {1} s', bytesInWords(node.lag.bytes), node.lag.seconds)
          : bytesInWords(node.lag.bytes),
    opsLine: lineOf(samples, 'opsPerSecond', (now, most) =>
      t('Operations per second in the last two minutes: now {0}, at most {1}', now, most),
    ),
    ...(node.role !== 'replica'
      ? {}
      : {
          lagLine: lineOf(samples, 'lagBytes', (now, most) =>
            t('Behind its master in the last two minutes: now {0}, at most {1}', bytesInWords(now), bytesInWords(most)),
          ),
        }),
    asks: report !== undefined,
  };
}

function lineOf(
  samples: readonly Sample[],
  figure: 'opsPerSecond' | 'lagBytes',
  spoken: (now: number, most: number) => string,
): Line {
  const points = pointsOf(samples, figure);
  const known = points.filter(point => point !== null);
  return { points, spoken: known.length === 0 ? '' : spoken(known.at(-1) ?? 0, Math.max(...known)) };
}

const kindOf: { readonly [Code in TimelineEntry['what']['code']]: EventKind } = {
  'engine-event': 'container',
  'sentinel-message': 'sentinel',
  'role-changed': 'role',
  'stale-master': 'role',
  'contact-changed': 'contact',
  'link-changed': 'link',
};

export function watchEventOf(t: Translate, id: number, entry: TimelineEntry): WatchEvent {
  const { at, sinceFirst, incident, what } = entry;
  return {
    id,
    incident,
    time: clockInWords(at),
    since: `+${(sinceFirst / 1000).toFixed(3)} s`,
    node: what.node,
    nodeName: what.name,
    kind: kindOf[what.code],
    text: happeningInWords(t, what),
  };
}

export function slowLogInWords(t: Translate, node: Node, entries: readonly SlowCommand[]): WatchDetail {
  return {
    ...detailOf(t, node, 'slowlog'),
    ...(entries.length === 0
      ? { says: t('Nothing was slow. What takes longer than slowlog-log-slower-than (10 ms by default) is kept.') }
      : {}),
    columns: [
      { title: t('Time'), number: false },
      { title: t('Took'), number: true },
      { title: t('Command'), number: false },
      { title: t('Client'), number: false },
    ],
    rows: entries.map(({ at, microseconds, command, client }) => [
      new Date(at).toLocaleString(),
      t('{0} ms', (microseconds / 1000).toFixed(microseconds < 1000 ? 3 : 1)),
      command.join(' '),
      client ?? '',
    ]),
  };
}

export function clientsInWords(t: Translate, node: Node, clients: readonly ConnectedClient[]): WatchDetail {
  const kinds = { normal: '', replica: t('replica'), master: t('master'), subscriber: t('subscriber') };
  return {
    ...detailOf(t, node, 'clients'),
    columns: [
      { title: t('Address'), number: false },
      { title: t('Name'), number: false },
      { title: t('User'), number: false },
      { title: t('Kind'), number: false },
      { title: t('Last command'), number: false },
      { title: t('Connected'), number: true },
      { title: t('Idle'), number: true },
      { title: t('Memory'), number: true },
    ],
    rows: clients.map(client => [
      client.address,
      client.name,
      client.user,
      kinds[client.kind],
      client.command.replace('|', ' ').toUpperCase(),
      spanInWords(t, client.ageSeconds),
      spanInWords(t, client.idleSeconds),
      client.memoryBytes === undefined ? '' : bytesInWords(client.memoryBytes),
    ]),
  };
}

/** The head of what is asked, before the answer is there. */
export function detailOf(t: Translate, node: Pick<Node, 'id' | 'name'>, kind: DetailKind): WatchDetail {
  return {
    node: node.id,
    kind,
    title: kind === 'slowlog' ? t('Slow log of {0}', node.name) : t('Clients of {0}', node.name),
    columns: [],
    rows: [],
  };
}

export function watchWords(t: Translate): Readonly<Record<string, string>> {
  return {
    nodes: t('Servers'),
    node: t('Server'),
    role: t('Role'),
    behind: t('Behind'),
    ops: t('Ops/s'),
    memory: t('Memory'),
    clients: t('Clients'),
    offset: t('Replication offset'),
    ask: t('Ask'),
    slowlog: t('Slow log'),
    again: t('Ask again'),
    close: t('Close'),
    events: t('What happened'),
    filter: t('Filter'),
    filterHint: t('words to look for'),
    kind: t('Kind'),
    all: t('all'),
    'kind.role': t('Roles'),
    'kind.sentinel': t('Sentinel'),
    'kind.container': t('Container'),
    'kind.contact': t('Contact'),
    'kind.link': t('Replication link'),
    time: t('Time'),
    since: t('Since it began'),
    what: t('What'),
    export: t('Export…'),
    shown: t('{0} of {1}', '{0}', '{1}'),
    nothing: t(
      'Nothing has happened yet. What containers, sentinels and roles do appears here, with the time since it began.',
    ),
    reveal: t('Show in the tree'),
  };
}
