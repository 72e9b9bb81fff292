/** What each file of a topology says about its node, and which node an address means. */
import { isLoopback } from '../addresses';
import type { ConfDocument } from '../document';
import { lineSpan, nameSpan, wordSpan } from '../validate/judge';
import type { Entry, Judge } from '../validate/judge';
import type { Report } from '../validate';
import type { Span } from '../types';

/** One file of a topology, judged by itself before. */
export interface TopologyFile {
  readonly document: ConfDocument;
  readonly report: Report;
  /** Short name for messages: a node's name, or the file's. */
  readonly title: string;
  /** Addresses and names under which others reach the node, when known (its container's, for example). */
  readonly addresses?: readonly string[];
  /** Nodes with the same place share one set of ports. Undefined: told from the files, see {@link placesOf}. */
  readonly place?: string;
}

export interface TopologyNode {
  readonly file: TopologyFile;
  readonly judge: Judge;
  readonly title: string;
  readonly sentinel: boolean;
  /** The port it listens on; 0 for none. */
  readonly port: number;
  readonly ports: readonly number[];
  readonly addresses: ReadonlySet<string>;
  readonly cluster: boolean;
  readonly master: { readonly host: string; readonly port: number; readonly entry: Entry } | undefined;
  /** The one password of `default`; undefined when users or an ACL file say more than one password can. */
  readonly password: string | undefined;
  readonly masterPassword: string | undefined;
  /** The text of the last line that sets a setting, for places. */
  readonly placeOf: (name: string) => Span;
}

export function readNode(file: TopologyFile): TopologyNode {
  const { judge } = file.report;
  const sentinel = judge.mode === 'sentinel';
  const accepted = (name: string): string => {
    const last = judge.last(name);
    return last?.accepted === true ? (last.values[0] ?? '') : '';
  };
  const number = (name: string, standard: number): number => {
    const text = accepted(name);
    return /^[0-9]+$/.test(text) ? Number(text) : standard;
  };
  const port = number('port', sentinel ? 26379 : 6379);
  const replicaof = judge.last('replicaof');
  const [host = '', masterPort = ''] = replicaof?.accepted === true ? replicaof.values : [];
  const master =
    replicaof !== undefined && host !== '' && host.toLowerCase() !== 'no'
      ? { host, port: Number(masterPort), entry: replicaof.entry }
      : undefined;
  const standard = judge.userLines.find(line => line.entry.statement.words[1]?.value === 'default')?.user;
  const many =
    accepted('aclfile') !== '' ||
    (judge.users.some(entry => entry.statement.words[1]?.value === 'default') &&
      standard?.onlyPasswordIs(accepted('requirepass')) !== true);
  const users = accepted('masteruser') !== '' && accepted('masteruser') !== 'default';
  const first = file.document.statements[0];
  const top: Span = { uri: file.document.uri, start: first?.start ?? 0, end: first?.end ?? 0 };
  return {
    file,
    judge,
    sentinel,
    port,
    master,
    title: file.title,
    ports: [port, number('tls-port', 0), number('replica-announce-port', 0)].filter(one => one !== 0),
    addresses: new Set(
      [
        ...(file.addresses ?? []),
        accepted('replica-announce-ip'),
        accepted('cluster-announce-ip'),
        ...(judge.last('bind')?.values ?? []).filter(
          value => !/^-?(?:\*|::\*?|0\.0\.0\.0)$/.test(value) && !isLoopback(value),
        ),
      ]
        .map(text => text.toLowerCase())
        .filter(text => text !== ''),
    ),
    cluster: judge.isYes('cluster-enabled'),
    password: many ? undefined : accepted('requirepass'),
    masterPassword: users ? undefined : accepted('masterauth'),
    placeOf: name => {
      const last = judge.last(name);
      return last === undefined ? top : lineSpan(last.entry);
    },
  };
}

/**
 * The data node that an address means: one of that port whose known addresses have the host. Where no file tells its
 * addresses, or the host is loopback, the port alone decides, when only one node has it.
 */
export function nodeAt(nodes: readonly TopologyNode[], host: string, port: number): TopologyNode | undefined {
  const data = nodes.filter(node => !node.sentinel);
  const known = data.find(node => node.ports.includes(port) && node.addresses.has(host.toLowerCase()));
  if (known !== undefined) return known;
  const byPort = data.filter(
    node => node.ports.includes(port) && (node.file.addresses === undefined || isLoopback(host)),
  );
  return byPort.length === 1 ? byPort[0] : undefined;
}

/** Where each node listens: as told, or all on this machine when the files call each other by loopback addresses. */
export function placesOf(nodes: readonly TopologyNode[]): ReadonlyMap<TopologyNode, string | undefined> {
  const local = nodes.some(
    node =>
      isLoopback(node.master?.host ?? '') ||
      [...node.judge.monitors.values()].some(monitor => isLoopback(monitor.host)),
  );
  return new Map(
    nodes.map(node => [
      node,
      node.file.place ?? (local && node.file.addresses === undefined ? 'this machine' : undefined),
    ]),
  );
}

/** A statement of a sentinel by its name and master, the last one: `sentinel auth-pass mymaster …`. */
export function sentinelLine(node: TopologyNode, name: string, master?: string): Entry | undefined {
  return node.judge.sentinelLines
    .filter(entry => {
      const words = entry.statement.words;
      return words[1]?.value.toLowerCase() === name && (master === undefined || words[2]?.value === master);
    })
    .at(-1);
}

export const sentinelName = (entry: Entry): Span => wordSpan(entry, entry.statement.words[2]);
export { lineSpan, nameSpan, wordSpan };
