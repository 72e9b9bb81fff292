import type { InfoFields } from './info';
import { readPairs } from './info';
import { readReplication } from './replication';
import type { ClusterReport, SentinelReport, ServerReport } from './report';
import { portNumber, unreadable, wholeNumber } from './unreadable';

/** What INFO alone tells; the parts of a Sentinel and of a cluster node are read from replies of their own. */
export function readServer(
  fields: InfoFields,
  parts: { readonly sentinel?: SentinelReport | undefined; readonly cluster?: ClusterReport | undefined } = {},
): ServerReport {
  const valkey = fields.get('valkey_version');
  const version = valkey ?? fields.get('redis_version');
  if (version === undefined) throw unreadable('INFO', 'no redis_version');
  const mode = modeOf(fields);
  const replication = mode === 'sentinel' ? undefined : readReplication(fields);
  return {
    product: valkey === undefined && fields.get('server_name') !== 'valkey' ? 'redis' : 'valkey',
    version,
    mode,
    runId: fields.get('run_id') ?? '',
    processId: wholeNumber(fields.get('process_id'), 0),
    uptimeSeconds: wholeNumber(fields.get('uptime_in_seconds'), 0),
    tcpPort: portNumber(fields.get('tcp_port')),
    configFile: fields.get('config_file') ?? '',
    loading: (fields.get('loading') ?? '0') !== '0',
    ...numbers(fields, {
      usedMemoryBytes: 'used_memory',
      connectedClients: 'connected_clients',
      opsPerSecond: 'instantaneous_ops_per_sec',
    }),
    ...(mode === 'sentinel' ? {} : { keys: keysOf(fields) }),
    ...(replication === undefined ? {} : { replication }),
    ...(parts.sentinel === undefined ? {} : { sentinel: parts.sentinel }),
    ...(parts.cluster === undefined ? {} : { cluster: parts.cluster }),
  };
}

export function modeOf(fields: InfoFields): ServerReport['mode'] {
  const mode = fields.get('redis_mode') ?? fields.get('server_mode');
  return mode === 'sentinel' || mode === 'cluster' ? mode : 'standalone';
}

function numbers<K extends string>(fields: InfoFields, wanted: Record<K, string>): { [P in K]?: number } {
  const found: { [P in K]?: number } = {};
  for (const [name, key] of Object.entries(wanted) as [K, string][]) {
    const text = fields.get(key);
    if (text !== undefined) found[name] = wholeNumber(text, 0);
  }
  return found;
}

/** `db0:keys=3,expires=0,avg_ttl=0` summed over the databases. */
function keysOf(fields: InfoFields): number {
  let keys = 0;
  for (const [key, value] of fields) {
    if (key.startsWith('db') && /^db\d+$/.test(key)) keys += wholeNumber(readPairs(value).get('keys'), 0);
  }
  return keys;
}
