import { escapeMarkdown, factsTable } from '../editor/markdown';
import type { Translate } from '../editor/translate';
import { roleInWords } from '../editor/words/health';
import { silenceAtLength, silenceBriefly } from '../editor/words/silence';
import { colors } from '../manifest';
import { formatAddress, sameAddress } from '../model/address';
import type { TopologyKind } from '../model/instance';
import type { ServerReport, SlotRange } from '../model/report';
import type { Node } from '../model/snapshot';
import { doorOf } from '../redis/addressBook';
import { wantsPassword } from '../topology/password';
import type { Belonging } from './contextValue';
import { nodeContext, runStateOf } from './contextValue';
import { bytesInWords } from '../editor/words/figures';
import type { Badge, Row } from './row';
import { parts } from './row';

/** Where the node stands in the tree, as far as its row depends on it. */
export interface NodePlace {
  readonly kind: TopologyKind | 'alone';
  /** Name of the topology; absent for servers that belong to none. */
  readonly topology?: string;
  readonly belonging: Belonging;
  /** The node's master by name, when it is one of ours. */
  readonly masterName?: string;
  /** Replicas that follow this node. */
  readonly replicas: number;
  /** Of a cluster's master: what it serves. */
  readonly slots?: readonly SlotRange[];
}

/** The row of one server. */
export function describeNode(t: Translate, node: Node, place: NodePlace): Row {
  const role = roleText(t, node);
  const state = stateText(t, node);
  const link = linkText(t, node);
  const badge = badgeOf(t, node);
  return {
    label: node.name,
    description: parts(
      node.role === 'unknown' && state !== undefined ? '' : role,
      state,
      link,
      lonely(t, node, place),
      slotsText(t, place),
      addressBeside(node),
    ),
    icon: iconOf(node),
    // when it is wanted, which is seldom: it is a third of what drawing a row takes
    get tooltip() {
      return tooltipOf(t, node, place);
    },
    contextValue: nodeContext(node.role, runStateOf(node), place.belonging, place.kind, {
      locked: wantsPassword(node),
      plain: node.instance?.engine === 'process',
    }),
    spoken: spokenOf(t, node, place, role, state, link),
    ...(badge === undefined ? {} : { badge }),
  };
}

function roleText(t: Translate, node: Node): string {
  if (node.staleMaster) return t('stale master: sentinels say {0}', formatAddress(node.staleMaster.actual));
  return roleInWords(t, node.role);
}

/** What the engine says and what Redis says, both when they differ; nothing while all is well. */
function stateText(t: Translate, node: Node): string | undefined {
  switch (node.instance?.state) {
    case 'paused':
      return t('paused');
    case 'created':
      return t('not started');
    case 'restarting':
      return t('restarting again and again');
    case 'exited':
    case 'dead':
      return exitText(t, node);
    case 'running':
    case undefined:
      break;
  }
  if (node.contact.state === 'silent') {
    const silence = silenceBriefly[node.contact.reason](t);
    return node.instance && !wantsPassword(node) ? t('running, {0}', silence) : silence;
  }
  if (node.contact.state === 'answering' && node.contact.report.loading) return t('loading its data');
  return undefined;
}

function exitText(t: Translate, node: Node): string {
  const exit = node.instance?.exit;
  if (exit?.outOfMemory === true) return t('killed: out of memory');
  if (exit !== undefined && exit.code !== 0) return t('stopped (exit {0})', exit.code);
  return t('stopped');
}

function linkText(t: Translate, node: Node): string | undefined {
  const master = lastReport(node)?.replication?.master;
  if (node.role !== 'replica' || node.contact.state !== 'answering' || !master) return undefined;
  if (master.syncInProgress) return t('copying from its master');
  if (master.link === 'down') return t('link down');
  if (node.lag === undefined) return t('link up');
  return node.lag.bytes <= inFlight && node.lag.seconds <= 1
    ? t('in sync')
    : t('{0} behind', bytesInWords(node.lag.bytes));
}

/** Master and replica are asked one after the other, while the stream runs on: so much between the two answers is no lag. */
const inFlight = 65_536;

function lonely(t: Translate, node: Node, place: NodePlace): string | undefined {
  const serves = place.kind !== 'cluster' || (place.slots?.length ?? 0) > 0;
  return node.role === 'master' && !node.staleMaster && place.replicas === 0 && place.kind !== 'alone' && serves
    ? t('no replica')
    : undefined;
}

function slotsText(t: Translate, { slots }: NodePlace): string | undefined {
  if (slots === undefined) return undefined;
  return slots.length === 0
    ? t('no slots')
    : t('slots {0}', slots.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(', '));
}

/** A server that is only known by its address has that for a name already. */
function addressBeside(node: Node): string {
  const text = addressText(node);
  return text === node.name ? '' : text;
}

/**
 * `inside ⇄ outside`, as short as a side bar is narrow: a port that is the same on both sides stands once, and `:6379` alone is
 * a port of this machine (the tooltip has it whole). Only one when only one is known.
 */
function addressText(node: Node): string {
  const { announced } = node;
  const reachable = doorOf(node);
  if (announced && reachable && !sameAddress(announced, reachable)) {
    const inside =
      announced.port === reachable.port && !announced.host.includes(':') ? announced.host : formatAddress(announced);
    return `${inside} ⇄ ${loopback.has(reachable.host) ? `:${reachable.port}` : formatAddress(reachable)}`;
  }
  const only = announced ?? reachable;
  return only ? formatAddress(only) : '';
}

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/** The shape tells the state, the colour repeats it. */
function iconOf(node: Node): Row['icon'] {
  switch (runStateOf(node)) {
    case 'stopped':
      return { id: 'circle-slash', color: node.instance?.exit?.code ? 'charts.red' : 'disabledForeground' };
    case 'paused':
      return { id: 'debug-pause', color: 'charts.yellow' };
    case 'cutoff':
      return { id: 'debug-disconnect', color: 'charts.yellow' };
    case 'running':
    case 'bare':
      break;
  }
  if (wantsPassword(node)) return { id: 'lock', color: 'charts.yellow' };
  if (node.contact.state === 'silent') return { id: 'warning', color: 'charts.yellow' };
  if (node.contact.state === 'unknown') return { id: 'sync' };
  if (node.staleMaster) return { id: 'warning', color: 'charts.yellow' };
  return { id: node.role === 'sentinel' ? 'eye' : 'database', color: 'charts.green' };
}

function badgeOf(t: Translate, node: Node): Badge | undefined {
  const alive = node.contact.state === 'answering';
  const badge = (letters: string, tooltip: string, color: string): Badge => ({
    letters,
    tooltip,
    color: alive ? color : 'descriptionForeground',
  });
  switch (node.role) {
    case 'master':
      return node.staleMaster
        ? badge('M?', t('Stale master'), 'list.warningForeground')
        : badge('M', alive ? t('Master') : t('Was master when last seen'), colors.master);
    case 'replica':
      return badge('R', alive ? t('Replica') : t('Was a replica when last seen'), colors.replica);
    case 'sentinel':
      return badge('S', t('Sentinel'), colors.sentinel);
    case 'unknown':
      return undefined;
  }
}

function lastReport(node: Node): ServerReport | undefined {
  switch (node.contact.state) {
    case 'answering':
      return node.contact.report;
    case 'silent':
    case 'not-running':
      return node.contact.last;
    case 'unknown':
      return undefined;
  }
}

function tooltipOf(t: Translate, node: Node, place: NodePlace): string {
  const report = lastReport(node);
  const outside = doorOf(node);
  const replication = report?.replication;
  const head = `**${escapeMarkdown(node.name)}** — ${escapeMarkdown(parts(roleText(t, node), stateText(t, node)))}`;
  const why = node.contact.state === 'silent' ? `\n\n${escapeMarkdown(silenceAtLength[node.contact.reason](t))}` : '';
  const table = factsTable([
    [t('Redis says'), report && parts(`${report.product} ${report.version}`, report.mode)],
    [t('Engine says'), node.instance && `${node.instance.engine}: ${node.instance.state}`],
    [t('Inside'), node.announced && formatAddress(node.announced)],
    [
      t('Outside'),
      outside
        ? formatAddress(outside)
        : node.reachable
          ? t('only through the engine, by this view')
          : t('not reachable from here'),
    ],
    [t('Containers reach it in'), (node.instance?.networks ?? []).map(({ name }) => name).join(', ') || undefined],
    [t('Follows'), place.masterName ?? (replication?.master && formatAddress(replication.master.address))],
    [t('Link'), linkText(t, node)],
    [t('Behind'), node.lag && bytesInWords(node.lag.bytes)],
    [t('Replicas'), node.role === 'master' ? String(place.replicas) : undefined],
    [t('Sentinels say'), node.staleMaster && formatAddress(node.staleMaster.actual)],
    [t('Slots'), slotsText(t, place)],
    [t('Keys'), report?.keys === undefined ? undefined : String(report.keys)],
    [t('Memory'), report?.usedMemoryBytes === undefined ? undefined : bytesInWords(report.usedMemoryBytes)],
    [t('Image'), node.instance?.image],
    [t('Container'), node.instance?.id.slice(0, 12)],
    [t('Configuration'), report?.configFile],
  ]);
  return `${head}${why}\n\n${table}`;
}

function spokenOf(
  t: Translate,
  node: Node,
  place: NodePlace,
  role: string,
  state: string | undefined,
  link: string | undefined,
): string {
  const sentences = [
    place.topology === undefined
      ? t('{0}, {1}.', node.name, role)
      : t('{0} of {1}, {2}.', node.name, place.topology, role),
    place.masterName === undefined ? undefined : t('Follows {0}.', place.masterName),
    state === undefined ? t('Running.') : sentence(t, state),
    link === undefined ? undefined : sentence(t, link),
    place.slots === undefined ? undefined : sentence(t, slotsText(t, place) ?? ''),
    runs(node) ? reachedAt(t, node) : undefined,
  ];
  return sentences.filter(sentence => sentence !== undefined).join(' ');
}

/** Whether there is anything to be reached: a port of what is stopped stays published. */
function runs({ instance }: Node): boolean {
  return instance === undefined || instance.state === 'running' || instance.state === 'paused';
}

function reachedAt(t: Translate, node: Node): string {
  const outside = doorOf(node);
  if (outside) return t('Reachable at {0}.', formatAddress(outside));
  return node.reachable ? t('Reached only through the engine.') : t('Not reachable from here.');
}

/** A part of the row, read by itself. */
const sentence = (t: Translate, text: string): string => t('{0}.', text.charAt(0).toUpperCase() + text.slice(1));
