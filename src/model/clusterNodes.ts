import type { ClusterNodeLine, ClusterReport, SlotRange } from './report';
import type { Address } from './address';
import { readInfo } from './info';
import { unreadable, wholeNumber } from './unreadable';

/**
 * Reads CLUSTER NODES and keeps what it read: a line that differs from the last time only in its ping and pong times (they
 * differ nearly always) gives the same object again, without being taken apart.
 */
export class ClusterNodesReader {
  #lines: readonly Known[] = [];
  #nodes: readonly ClusterNodeLine[] = [];

  /** Throws {@link UnreadableFault} on a line that is none of CLUSTER NODES. Unchanged as a whole: the same array. */
  read(text: unknown): readonly ClusterNodeLine[] {
    if (typeof text !== 'string') throw unreadable('CLUSTER NODES', text);
    const before = this.#lines;
    const lines: Known[] = [];
    let byId: Map<string, Known> | undefined;
    let same = true;
    for (let start = 0; start < text.length;) {
      let end = text.indexOf('\n', start);
      if (end < 0) end = text.length;
      const stop = text.charCodeAt(end - 1) === 13 ? end - 1 : end;
      if (stop > start) {
        // the order is mostly the same, so the line at the same place is tried first; looking up by id costs a hash of forty characters
        let line = before[lines.length];
        if (line === undefined || !isSame(line, text, start, stop)) {
          same = false;
          if (before.length > 0) {
            byId ??= new Map(before.map(known => [known.node.id, known]));
            line = byId.get(text.slice(start, start + 40));
          }
          if (line === undefined || !isSame(line, text, start, stop)) line = readLine(text, start, stop);
        }
        lines.push(line);
      }
      start = end + 1;
    }
    if (!same || lines.length !== before.length) {
      this.#lines = lines;
      this.#nodes = lines.map(line => line.node);
    }
    return this.#nodes;
  }
}

/** Whether the line differs from `known` in its ping and pong times at most. */
function isSame(known: Known, text: string, start: number, stop: number): boolean {
  if (!text.startsWith(known.head, start)) return false;
  const pong = text.indexOf(' ', start + known.head.length) + 1;
  const tail = text.indexOf(' ', pong) + 1;
  return pong > 0 && tail > 0 && stop - tail === known.tail.length && text.startsWith(known.tail, tail);
}

interface Known {
  readonly head: string;
  readonly tail: string;
  readonly node: ClusterNodeLine;
}

/** `id address flags master ping-sent pong-received config-epoch link slot…` between `start` and `stop`. */
function readLine(text: string, start: number, stop: number): Known {
  const place = start + 41; // 40 hex characters and a blank
  const flags = text.indexOf(' ', place) + 1;
  const master = text.indexOf(' ', flags) + 1;
  const ping = text.indexOf(' ', master) + 1;
  const pong = text.indexOf(' ', ping) + 1;
  const tail = text.indexOf(' ', pong) + 1;
  const link = text.indexOf(' ', tail) + 1;
  // each is 0 where a blank is missing, and beyond `stop` where it belongs to a later line
  if (
    flags === 0 ||
    master === 0 ||
    ping === 0 ||
    pong === 0 ||
    tail === 0 ||
    link === 0 ||
    link > stop ||
    !isNodeId(text, start) ||
    text.charCodeAt(place - 1) !== BLANK
  )
    throw unreadable('CLUSTER NODES', text.slice(start, stop));
  const where = readPlace(text, place, flags - 1);
  if (where === undefined) throw unreadable('CLUSTER NODES', text.slice(start, stop));
  const node: Writable<ClusterNodeLine> = {
    id: text.slice(start, start + 40),
    address: where.address,
    busPort: where.busPort,
    flags: flagsOf(text.slice(flags, master - 1)),
    configEpoch: Math.max(0, digits(text, tail, link - 1)),
    connected: text.startsWith('connected', link),
    slots: none,
    migrating: none,
    importing: none,
  };
  if (where.hostname !== undefined) node.hostname = where.hostname;
  if (where.shardId !== undefined) node.shardId = where.shardId;
  if (text.charCodeAt(master) !== DASH && ping - master > 2) node.masterId = text.slice(master, ping - 1);
  const slots = text.indexOf(' ', link) + 1;
  if (slots > 0 && slots < stop) readSlots(node, text, slots, stop);
  return { head: text.slice(start, ping), tail: text.slice(tail, stop), node };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
const none: readonly never[] = [];
const BLANK = 32;
const COMMA = 44;
const DASH = 45;
const COLON = 58;
const AT = 64;
const BRACKET = 91;

/** The whole number written between `start` and `end`; -1 when there is none, or one too long. */
function digits(text: string, start: number, end: number): number {
  if (end <= start || end - start > 15) return -1;
  let number = 0;
  for (let index = start; index < end; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}

function isNodeId(text: string, start: number): boolean {
  for (let index = start; index < start + 40; index++) {
    const code = text.charCodeAt(index);
    if (!((code >= 48 && code <= 57) || (code >= 97 && code <= 102))) return false; // also NaN, behind the end
  }
  return true;
}

/** Few combinations occur, so each is taken apart once and shared. */
const knownFlags = new Map<string, readonly string[]>([['noflags', none]]);

function flagsOf(text: string): readonly string[] {
  let flags = knownFlags.get(text);
  if (flags === undefined) {
    flags = text.split(',').filter(flag => flag !== '');
    if (knownFlags.size < 100) knownFlags.set(text, flags);
  }
  return flags;
}

/** `0-5460 7000 [93-<-id] [77->-id]` from `at` to `stop`. */
function readSlots(node: Writable<ClusterNodeLine>, text: string, at: number, stop: number): void {
  const slots: SlotRange[] = [];
  while (at < stop) {
    let end = text.indexOf(' ', at);
    if (end < 0 || end > stop) end = stop;
    if (text.charCodeAt(at) === BRACKET) {
      readOpen(node, text.slice(at, end));
    } else if (end > at) {
      const dash = text.indexOf('-', at);
      const first = digits(text, at, dash < 0 || dash > end ? end : dash);
      const last = dash < 0 || dash > end ? first : digits(text, dash + 1, end);
      if (first < 0 || last < first || last > 16383) throw unreadable('CLUSTER NODES', text.slice(at, end));
      slots.push([first, last]);
    }
    at = end + 1;
  }
  if (slots.length > 0) node.slots = slots;
}

function readOpen(node: Writable<ClusterNodeLine>, word: string): void {
  const open = /^\[(\d{1,5})-([<>])-([0-9a-f]{40})\]$/.exec(word);
  const slot = Number(open?.[1]);
  if (open === null || slot > 16383) throw unreadable('CLUSTER NODES', word);
  const other = open[3] as string;
  if (open[2] === '>') node.migrating = [...node.migrating, { slot, to: other }];
  else node.importing = [...node.importing, { slot, from: other }];
}

/** `host:port@bus,hostname,name=value…`; before Redis 4 without `@bus`; `:0@0` where the address is not known. IPv6 has no brackets. */
function readPlace(
  text: string,
  start: number,
  stop: number,
): { address: Address; busPort: number; hostname?: string; shardId?: string } | undefined {
  let end = stop;
  let at = -1;
  let colon = -1;
  for (let index = start; index < end; index++) {
    const code = text.charCodeAt(index);
    if (code === COMMA) end = index;
    else if (code === AT) at = index;
    else if (code === COLON && at < 0) colon = index;
  }
  if (colon < 0) return undefined;
  const port = portBetween(text, colon + 1, at < 0 ? end : at);
  const where: ReturnType<typeof readPlace> = {
    address: { host: text.slice(start, colon), port },
    busPort: at < 0 ? (port === 0 ? 0 : port + 10000) : portBetween(text, at + 1, end),
  };
  if (end === stop) return where;
  const comma = text.indexOf(',', end + 1);
  const hostname = text.slice(end + 1, comma < 0 || comma > stop ? stop : comma);
  if (hostname !== '') where.hostname = hostname;
  const mark = comma < 0 || comma > stop ? -1 : text.indexOf(',shard-id=', comma);
  if (mark >= 0 && mark < stop) {
    const from = mark + ',shard-id='.length;
    const next = text.indexOf(',', from);
    const shardId = text.slice(from, next < 0 || next > stop ? stop : next);
    if (shardId !== '') where.shardId = shardId;
  }
  return where;
}

function portBetween(text: string, start: number, end: number): number {
  const port = digits(text, start, end);
  return port > 65535 ? 0 : Math.max(0, port);
}

/** One node's view: CLUSTER INFO and the lines of CLUSTER NODES. */
export function readCluster(info: unknown, nodes: readonly ClusterNodeLine[]): ClusterReport {
  const fields = readInfo(info);
  const state = fields.get('cluster_state');
  if (state !== 'ok' && state !== 'fail') throw unreadable('CLUSTER INFO', info);
  return {
    state,
    nodes,
    currentEpoch: wholeNumber(fields.get('cluster_current_epoch'), 0),
    myId: nodes.find(node => node.flags.includes('myself'))?.id ?? '',
  };
}
