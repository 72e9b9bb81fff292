import type { ClusterNodeLine, ClusterReport, SlotRange } from './report';
import type { Address } from './address';
import { readInfo } from './info';
import { portNumber, unreadable, wholeNumber } from './unreadable';

/**
 * Reads CLUSTER NODES and keeps what it read: a line that differs from the last time only in its ping and pong times (they
 * differ nearly always) gives the same object again, without being taken apart.
 */
export class ClusterNodesReader {
  #known = new Map<string, Known>();
  #nodes: readonly ClusterNodeLine[] = [];

  /** Throws {@link UnreadableFault} on a line that is none of CLUSTER NODES. Unchanged as a whole: the same array. */
  read(text: unknown): readonly ClusterNodeLine[] {
    if (typeof text !== 'string') throw unreadable('CLUSTER NODES', text);
    const known = new Map<string, Known>();
    const nodes: ClusterNodeLine[] = [];
    let same = true;
    for (let start = 0; start < text.length;) {
      let end = text.indexOf('\n', start);
      if (end < 0) end = text.length;
      const stop = text.charCodeAt(end - 1) === 13 ? end - 1 : end;
      if (stop > start) {
        const entry = this.#line(text, start, stop);
        known.set(entry.node.id, entry);
        if (this.#nodes[nodes.length] !== entry.node) same = false;
        nodes.push(entry.node);
      }
      start = end + 1;
    }
    this.#known = known;
    if (!same || nodes.length !== this.#nodes.length) this.#nodes = nodes;
    return this.#nodes;
  }

  #line(text: string, start: number, stop: number): Known {
    // id address flags master ping-sent pong-received config-epoch link slot…
    let head = start;
    for (let field = 0; field < 4; field++) {
      head = text.indexOf(' ', head) + 1;
      if (head === 0 || head > stop) throw unreadable('CLUSTER NODES', text.slice(start, stop));
    }
    const pong = text.indexOf(' ', head) + 1;
    const tail = pong === 0 ? 0 : text.indexOf(' ', pong) + 1;
    if (tail === 0 || tail > stop) throw unreadable('CLUSTER NODES', text.slice(start, stop));
    const id = text.slice(start, text.indexOf(' ', start));
    const old = this.#known.get(id);
    if (old !== undefined && old.head.length === head - start && old.tail.length === stop - tail && text.startsWith(old.head, start) && text.startsWith(old.tail, tail)) return old;
    return readLine(text.slice(start, head), text.slice(tail, stop));
  }
}

interface Known {
  readonly head: string;
  readonly tail: string;
  readonly node: ClusterNodeLine;
}

function readLine(head: string, tail: string): Known {
  const [id = '', place = '', flags = '', master = ''] = head.split(' ');
  const [epoch = '', link = '', ...slotWords] = tail.split(' ');
  if (!/^[0-9a-f]{40}$/.test(id)) throw unreadable('CLUSTER NODES', head);
  const where = readPlace(place);
  if (where === undefined) throw unreadable('CLUSTER NODES', head);
  const slots: SlotRange[] = [];
  const migrating: { slot: number; to: string }[] = [];
  const importing: { slot: number; from: string }[] = [];
  for (const word of slotWords) {
    if (word === '') continue;
    if (word.charCodeAt(0) === 91) {
      const open = /^\[(\d+)-([<>])-([0-9a-f]{40})\]$/.exec(word);
      if (open === null) throw unreadable('CLUSTER NODES', word);
      const slot = Number(open[1]);
      if (slot > 16383) throw unreadable('CLUSTER NODES', word);
      if (open[2] === '>') migrating.push({ slot, to: open[3] as string });
      else importing.push({ slot, from: open[3] as string });
    } else {
      const dash = word.indexOf('-');
      const first = wholeNumber(dash < 0 ? word : word.slice(0, dash), -1);
      const last = dash < 0 ? first : wholeNumber(word.slice(dash + 1), -1);
      if (first < 0 || last < first || last > 16383) throw unreadable('CLUSTER NODES', word);
      slots.push([first, last]);
    }
  }
  return {
    head, tail,
    node: {
      id, ...where, slots, migrating, importing,
      flags: flags === 'noflags' ? [] : flags.split(',').filter(flag => flag !== ''),
      ...(master === '-' || master === '' ? {} : { masterId: master }),
      configEpoch: wholeNumber(epoch, 0),
      connected: link === 'connected',
    },
  };
}

/** `host:port@bus,hostname,name=value…`; before Redis 4 without `@bus`; `:0@0` where the address is not known. IPv6 has no brackets. */
function readPlace(place: string): { address: Address; busPort: number; hostname?: string; shardId?: string } | undefined {
  const [addressAndBus = '', hostname = '', ...extras] = place.split(',');
  const at = addressAndBus.lastIndexOf('@');
  const address = at < 0 ? addressAndBus : addressAndBus.slice(0, at);
  const colon = address.lastIndexOf(':');
  if (colon < 0) return undefined;
  const port = portNumber(address.slice(colon + 1));
  const shardId = extras.find(extra => extra.startsWith('shard-id='))?.slice('shard-id='.length);
  return {
    address: { host: address.slice(0, colon), port },
    busPort: at < 0 ? (port === 0 ? 0 : port + 10000) : portNumber(addressAndBus.slice(at + 1)),
    ...(hostname === '' ? {} : { hostname }),
    ...(shardId === undefined || shardId === '' ? {} : { shardId }),
  };
}

/** One node's view: CLUSTER INFO and the lines of CLUSTER NODES. */
export function readCluster(info: unknown, nodes: readonly ClusterNodeLine[]): ClusterReport {
  const fields = readInfo(info);
  const state = fields.get('cluster_state');
  if (state !== 'ok' && state !== 'fail') throw unreadable('CLUSTER INFO', info);
  return {
    state, nodes,
    currentEpoch: wholeNumber(fields.get('cluster_current_epoch'), 0),
    myId: nodes.find(node => node.flags.includes('myself'))?.id ?? '',
  };
}
