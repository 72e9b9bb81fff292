import type { Address } from './address';
import type { SlotRange } from './report';
import { readFlat } from './flat';
import { portNumber, unreadable, wholeNumber } from './unreadable';

/** One shard of CLUSTER SHARDS (Redis 7.0, Valkey 7.2). */
export interface ShardReport {
  readonly slots: readonly SlotRange[];
  readonly nodes: readonly {
    readonly id: string;
    readonly address: Address;
    /** Where announced; the server's own word for unknown (`?` or empty) is left out. */
    readonly hostname?: string;
    readonly role: 'master' | 'replica';
    readonly offset: number;
    readonly health: 'online' | 'failed' | 'loading' | 'unknown';
  }[];
}

export function readClusterShards(reply: unknown): readonly ShardReport[] {
  if (!Array.isArray(reply)) throw unreadable('CLUSTER SHARDS', reply);
  return reply.map(item => {
    const shard = readFlat('CLUSTER SHARDS', item);
    const bounds = shard.get('slots') ?? [];
    const nodes = shard.get('nodes') ?? [];
    if (!Array.isArray(bounds) || !Array.isArray(nodes) || bounds.length % 2 !== 0)
      throw unreadable('CLUSTER SHARDS', item);
    const slots: SlotRange[] = [];
    for (let index = 0; index < bounds.length; index += 2) {
      const first = wholeNumber(bounds[index], -1);
      const last = wholeNumber(bounds[index + 1], -1);
      if (first < 0 || last < first || last > 16383) throw unreadable('CLUSTER SHARDS', bounds);
      slots.push([first, last]);
    }
    return { slots, nodes: nodes.map(readNode) };
  });
}

function readNode(item: unknown): ShardReport['nodes'][number] {
  const node = readFlat('CLUSTER SHARDS', item);
  const id = node.get('id');
  if (typeof id !== 'string') throw unreadable('CLUSTER SHARDS', item);
  const hostname = node.get('hostname');
  const endpoint = node.get('endpoint');
  const ip = node.get('ip');
  const health = node.get('health');
  return {
    id,
    address: { host: known(ip) ?? known(endpoint) ?? '', port: portNumber(node.get('port') ?? node.get('tls-port')) },
    ...(known(hostname) === undefined ? {} : { hostname: known(hostname) as string }),
    role: node.get('role') === 'master' ? 'master' : 'replica',
    offset: wholeNumber(node.get('replication-offset'), 0),
    health:
      health === 'online' || health === 'failed'
        ? health
        : health === 'fail'
          ? 'failed'
          : health === 'loading'
            ? health
            : 'unknown',
  };
}

function known(text: unknown): string | undefined {
  return typeof text === 'string' && text !== '' && text !== '?' ? text : undefined;
}
