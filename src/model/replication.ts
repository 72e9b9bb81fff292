import type { InfoFields } from './info';
import { readPairs } from './info';
import type { ReplicationReport } from './report';
import type { Address } from './address';
import { portNumber, unreadable, wholeNumber } from './unreadable';

/** The replication part of INFO; undefined where there is none (a Sentinel). */
export function readReplication(fields: InfoFields): ReplicationReport | undefined {
  const role = fields.get('role');
  if (role === undefined) return undefined;
  if (role !== 'master' && role !== 'slave' && role !== 'replica') throw unreadable('INFO', `role:${role}`);
  const isMaster = role === 'master';
  const masterHost = fields.get('master_host');
  const masterOffset = wholeNumber(fields.get('master_repl_offset'), 0);
  const priority = fields.get('slave_priority') ?? fields.get('replica_priority');
  const readOnly = fields.get('slave_read_only') ?? fields.get('replica_read_only');
  const linkDownSeconds = fields.get('master_link_down_since_seconds');
  return {
    role: isMaster ? 'master' : 'replica',
    replicationId: fields.get('master_replid') ?? '',
    offset: isMaster ? masterOffset : wholeNumber(fields.get('slave_repl_offset'), masterOffset),
    replicas: readReplicas(fields),
    ...(isMaster || masterHost === undefined
      ? {}
      : {
          master: {
            address: { host: masterHost, port: portNumber(fields.get('master_port')) },
            link: fields.get('master_link_status') === 'up' ? 'up' : 'down',
            syncInProgress: fields.get('master_sync_in_progress') === '1',
            lastIoSecondsAgo: wholeNumber(fields.get('master_last_io_seconds_ago'), -1),
            ...(linkDownSeconds === undefined ? {} : { linkDownSeconds: wholeNumber(linkDownSeconds, -1) }),
          },
        }),
    ...(isMaster || priority === undefined ? {} : { priority: wholeNumber(priority, 100) }),
    ...(isMaster || readOnly === undefined ? {} : { readOnly: readOnly === '1' }),
  };
}

/** `slave0:ip=…,port=…,state=online,offset=14,lag=0`. The numbers can have gaps while a replica leaves. */
function readReplicas(fields: InfoFields): ReplicationReport['replicas'] {
  const replicas: ReplicationReport['replicas'][number][] = [];
  for (const [key, value] of fields) {
    if ((!key.startsWith('slave') && !key.startsWith('replica')) || !/^(slave|replica)\d+$/.test(key)) continue;
    const pairs = readPairs(value);
    const host = pairs.get('ip');
    if (host === undefined) continue;
    replicas.push({
      address: { host, port: portNumber(pairs.get('port')) },
      state: pairs.get('state') ?? '',
      offset: wholeNumber(pairs.get('offset'), 0),
      lagSeconds: wholeNumber(pairs.get('lag'), -1),
    });
  }
  return replicas;
}

/** Reply of ROLE. */
export type RoleReport =
  | {
      readonly role: 'master';
      readonly offset: number;
      readonly replicas: readonly { readonly address: Address; readonly offset: number }[];
    }
  /** `link` is the server's word: connect, connecting, handshake, sync, connected. */
  | { readonly role: 'replica'; readonly master: Address; readonly link: string; readonly offset: number }
  | { readonly role: 'sentinel'; readonly masters: readonly string[] };

export function readRole(reply: unknown): RoleReport {
  if (!Array.isArray(reply)) throw unreadable('ROLE', reply);
  const [role, second, third, fourth, fifth] = reply as unknown[];
  if (role === 'master') {
    const replicas = Array.isArray(third)
      ? third.filter((item): item is unknown[] => Array.isArray(item) && typeof item[0] === 'string')
      : [];
    return {
      role,
      offset: wholeNumber(second, 0),
      replicas: replicas.map(([host, port, offset]) => ({
        address: { host: host as string, port: portNumber(port) },
        offset: wholeNumber(offset, 0),
      })),
    };
  }
  if ((role === 'slave' || role === 'replica') && typeof second === 'string') {
    return {
      role: 'replica',
      master: { host: second, port: portNumber(third) },
      link: typeof fourth === 'string' ? fourth : '',
      offset: wholeNumber(fifth, -1),
    };
  }
  if (role === 'sentinel')
    return {
      role,
      masters: Array.isArray(second) ? second.filter((name): name is string => typeof name === 'string') : [],
    };
  throw unreadable('ROLE', reply);
}
