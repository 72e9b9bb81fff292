/** Rules over all files of a topology: what no single file can know. */
import { rules } from '../rules/codes';
import type { RuleCode } from '../rules/codes';
import type { Data, Finding, Fix, Related, Span } from '../types';
import { fixes, related } from '../validate/judge';
import type { Monitor } from '../validate/judge';
import { lineSpan, nameSpan, nodeAt, placesOf, sentinelLine, wordSpan } from './nodes';
import type { TopologyNode } from './nodes';

export class Across {
  readonly findings: Finding[] = [];
  readonly sentinels: readonly TopologyNode[];
  readonly data: readonly TopologyNode[];

  constructor(readonly nodes: readonly TopologyNode[]) {
    this.sentinels = nodes.filter(node => node.sentinel);
    this.data = nodes.filter(node => !node.sentinel);
  }

  report(code: RuleCode, place: Span, data: Data, also: readonly Related[] = [], mend: readonly Fix[] = []): void {
    this.findings.push({ ...place, code, severity: rules[code].severity, data, related: also, fixes: mend });
  }
}

/** Every sentinel that watches a master of this name, with its line. */
interface Watch {
  readonly node: TopologyNode;
  readonly monitor: Monitor;
}

export function watchesOf(across: Across): ReadonlyMap<string, Watch[]> {
  const groups = new Map<string, Watch[]>();
  for (const node of across.sentinels) {
    for (const monitor of node.judge.monitors.values())
      groups.set(monitor.name, [...(groups.get(monitor.name) ?? []), { node, monitor }]);
  }
  return groups;
}

export function checkIds(across: Across): void {
  const seen = new Map<string, TopologyNode>();
  for (const node of across.sentinels) {
    const line = sentinelLine(node, 'myid');
    const id = line?.statement.words[2]?.value;
    if (line === undefined || id === undefined) continue;
    const other = seen.get(id);
    const first = other === undefined ? undefined : sentinelLine(other, 'myid');
    if (other === undefined) seen.set(id, node);
    else {
      across.report(
        'topology-myid-twice',
        lineSpan(line),
        { other: other.title },
        first === undefined ? [] : [related('also-here', lineSpan(first))],
        [fixes.commentOut(line)],
      );
      if (first !== undefined)
        across.report(
          'topology-myid-twice',
          lineSpan(first),
          { other: node.title },
          [related('also-here', lineSpan(line))],
          [fixes.commentOut(first)],
        );
    }
  }
}

/** How many sentinels a master has: those of the files, or what one of them wrote down, whichever is more. */
function sentinelCount(master: string, watches: readonly Watch[]): number {
  const written = watches.map(
    ({ node }) =>
      new Set(
        node.judge.sentinelLines
          .filter(
            entry =>
              entry.statement.words[1]?.value.toLowerCase() === 'known-sentinel' &&
              entry.statement.words[2]?.value === master,
          )
          .map(entry => entry.statement.words[5]?.value ?? entry.statement.words[3]?.value),
      ).size + 1,
  );
  return Math.max(watches.length, ...written);
}

export function checkQuorums(across: Across): void {
  for (const [master, watches] of watchesOf(across)) {
    const sentinels = sentinelCount(master, watches);
    const majority = Math.floor(sentinels / 2) + 1;
    const [first] = watches;
    if (sentinels < 2 || first === undefined) continue; // a lone file: the others are elsewhere
    for (const { monitor } of watches) {
      const place = wordSpan(monitor.entry, monitor.entry.statement.words[5]);
      const mend = [fixes.replace(place, String(majority))];
      const data = { master, quorum: monitor.quorum, sentinels };
      if (monitor.quorum > sentinels) across.report('topology-quorum-too-high', place, data, [], mend);
      else if (monitor.quorum > majority)
        across.report(
          'topology-quorum-above-majority',
          place,
          { ...data, majority, down: sentinels - monitor.quorum + 1 },
          [],
          mend,
        );
      if (monitor.quorum !== first.monitor.quorum)
        across.report(
          'topology-quorum-differs',
          place,
          { ...data, otherQuorum: first.monitor.quorum, other: first.node.title },
          [related('also-here', lineSpan(first.monitor.entry))],
          monitor.quorum === majority ? [] : mend,
        );
    }
    const what =
      sentinels === 2
        ? 'when one is gone, the other is no majority and no failover happens'
        : sentinels % 2 === 0
          ? 'an even number survives no more losses than one less'
          : '';
    if (what !== '')
      across.report('topology-sentinels-few', nameSpan(first.monitor.entry), { sentinels, master, what });
  }
}

/** Commands that a sentinel sends to the nodes it watches. */
const sentinelNeeds = new Set([
  'ping',
  'info',
  'publish',
  'subscribe',
  'slaveof',
  'config',
  'client',
  'multi',
  'exec',
  'auth',
]);

export function checkMonitored(across: Across): void {
  for (const [name, watches] of watchesOf(across)) {
    for (const { node, monitor } of watches) {
      const address = `${monitor.host}:${String(monitor.port)}`;
      const host = wordSpan(monitor.entry, monitor.entry.statement.words[3]);
      const master = nodeAt(across.nodes, monitor.host, monitor.port);
      if (master === undefined) {
        if (across.data.length > 0) across.report('topology-monitors-unknown', host, { address, master: name });
        continue;
      }
      if (master.cluster) {
        across.report(
          'topology-monitors-cluster',
          host,
          { master: name, other: master.title },
          [related('cluster-enabled-here', master.placeOf('cluster-enabled'))],
          [fixes.commentOut(monitor.entry)],
        );
        continue;
      }
      if (master.master !== undefined)
        across.report('topology-monitors-replica', host, { address, other: master.title }, [
          related('also-here', lineSpan(master.master.entry)),
        ]);
      const replicas = replicasOf(across, master);
      for (const watched of [master, ...replicas]) {
        checkSentinelPassword(across, node, monitor, watched);
        checkRenamed(across, node, monitor, watched);
      }
      if (replicas.length > 0 && replicas.every(replica => replica.judge.value('replica-priority') === '0'))
        across.report('topology-no-candidate', lineSpan(monitor.entry), { master: name });
    }
  }
}

export const replicasOf = (across: Across, master: TopologyNode): TopologyNode[] =>
  across.data.filter(
    node =>
      node.master !== undefined &&
      node !== master &&
      nodeAt(across.nodes, node.master.host, node.master.port) === master,
  );

/** Never says a password, only how two of them relate. */
function relation(given: string, wanted: string, missing: string, different: string): string | undefined {
  // A password that nobody asks for does no harm: the server answers AUTH with an error and goes on.
  if (given === wanted || wanted === '') return undefined;
  return given === '' ? missing : different;
}

function checkSentinelPassword(across: Across, sentinel: TopologyNode, monitor: Monitor, watched: TopologyNode): void {
  if (watched.password === undefined || sentinelLine(sentinel, 'auth-user', monitor.name) !== undefined) return;
  const line = sentinelLine(sentinel, 'auth-pass', monitor.name);
  const given = line?.statement.words[3]?.value ?? '';
  const problem = relation(given, watched.password, 'There is no auth-pass with', 'auth-pass is not');
  if (problem === undefined) return;
  const place = line === undefined ? lineSpan(monitor.entry) : lineSpan(line);
  across.report('topology-auth-sentinel', place, { problem, other: watched.title }, [
    related('also-here', passwordPlace(watched, 'requirepass')),
  ]);
}

/** The name of the directive, not its value: a report shows what it marks. */
function passwordPlace(node: TopologyNode, name: string): Span {
  const last = node.judge.last(name);
  return last === undefined ? node.placeOf(name) : nameSpan(last.entry);
}

function checkRenamed(across: Across, sentinel: TopologyNode, monitor: Monitor, watched: TopologyNode): void {
  for (const entry of watched.judge.renames) {
    const [, from, to] = entry.statement.words;
    const command = from?.value.toLowerCase() ?? '';
    if (!sentinelNeeds.has(command)) continue;
    const told = sentinel.judge.sentinelLines.some(line => {
      const [, name, master, old, fresh] = line.statement.words;
      return (
        name?.value.toLowerCase() === 'rename-command' &&
        master?.value === monitor.name &&
        old?.value.toLowerCase() === command &&
        fresh?.value === to?.value &&
        to?.value !== ''
      );
    });
    if (told) continue;
    const shown = command.toUpperCase();
    const add =
      to === undefined || to.value === '' || /\s/.test(to.value)
        ? []
        : [fixes.lineAfter(monitor.entry, `sentinel rename-command ${monitor.name} ${shown} ${to.value}`)];
    across.report(
      'topology-renamed-for-sentinel',
      lineSpan(monitor.entry),
      { other: watched.title, command: shown, master: monitor.name },
      [related('also-here', lineSpan(entry))],
      add,
    );
  }
}

export function checkReplicas(across: Across): void {
  for (const node of across.data) {
    if (node.master !== undefined) checkReplica(across, node, node.master);
    const replicas = replicasOf(across, node);
    const needed = node.judge.last('min-replicas-to-write');
    const count = Number(needed?.accepted === true ? needed.values[0] : '0');
    if (needed !== undefined && replicas.length > 0 && count >= replicas.length) {
      const what =
        count > replicas.length
          ? 'every write fails with NOREPLICAS'
          : 'when one of them is gone or promoted, every write fails with NOREPLICAS';
      across.report('topology-min-replicas', lineSpan(needed.entry), { count, replicas: replicas.length, what });
    }
  }
}

function checkReplica(
  across: Across,
  node: TopologyNode,
  { host, port, entry }: NonNullable<TopologyNode['master']>,
): void {
  const master = nodeAt(across.nodes, host, port);
  if (master === undefined || master === node) return;
  const { masterPassword } = node;
  if (masterPassword !== undefined && master.password !== undefined) {
    const problem = relation(
      masterPassword,
      master.password,
      'No masterauth is set, but a password protects',
      'masterauth differs from the password of',
    );
    const place = masterPassword === '' ? lineSpan(entry) : passwordPlace(node, 'masterauth');
    if (problem !== undefined)
      across.report(
        'topology-auth-replica',
        place,
        { problem, address: `${host}:${String(port)}`, other: master.title },
        [related('also-here', passwordPlace(master, 'requirepass'))],
      );
  }
  const back = master.masterPassword;
  if (back !== undefined && node.password !== undefined && node.password !== '' && back !== node.password) {
    across.report('topology-auth-differs', passwordPlace(node, 'requirepass'), { other: master.title }, [
      related('also-here', passwordPlace(master, back === '' ? 'requirepass' : 'masterauth')),
    ]);
  }
}

export function checkPorts(across: Across): void {
  const taken = new Map<string, TopologyNode>();
  for (const [node, place] of placesOf(across.nodes)) {
    if (place === undefined || node.port === 0) continue;
    const key = `${place} ${String(node.port)}`;
    const other = taken.get(key);
    if (other === undefined) taken.set(key, node);
    else
      across.report('topology-same-port', node.placeOf('port'), { port: node.port, other: other.title }, [
        related('also-here', other.placeOf('port')),
      ]);
  }
}
