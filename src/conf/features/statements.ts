/** The statements behind `sentinel`: what each takes. Word counts and phases are judged elsewhere; this is for writing them. */

/** Kinds of word, for completion and hover. */
export type StatementWord =
  | 'name'
  | 'new-name'
  | 'host'
  | 'port'
  | 'quorum'
  | 'milliseconds'
  | 'count'
  | 'path'
  | 'password'
  | 'user'
  | 'command'
  | 'epoch'
  | 'id'
  | 'bool'
  | 'text';

export interface SentinelStatement {
  readonly name: string;
  readonly words: readonly StatementWord[];
  /** Written by the sentinel itself; not for people. */
  readonly state?: true;
  /** First release, Redis' numbers unless it says Valkey. */
  readonly since: string;
}

export const sentinelStatements: readonly SentinelStatement[] = [
  { name: 'monitor', words: ['new-name', 'host', 'port', 'quorum'], since: '2.6' },
  { name: 'down-after-milliseconds', words: ['name', 'milliseconds'], since: '2.6' },
  { name: 'failover-timeout', words: ['name', 'milliseconds'], since: '2.6' },
  { name: 'parallel-syncs', words: ['name', 'count'], since: '2.6' },
  { name: 'auth-pass', words: ['name', 'password'], since: '2.6' },
  { name: 'auth-user', words: ['name', 'user'], since: '6.0' },
  { name: 'notification-script', words: ['name', 'path'], since: '2.6' },
  { name: 'client-reconfig-script', words: ['name', 'path'], since: '2.6' },
  { name: 'rename-command', words: ['name', 'command', 'text'], since: '5.0' },
  { name: 'master-reboot-down-after-period', words: ['name', 'milliseconds'], since: '7.0' },
  { name: 'primary-reboot-down-after-period', words: ['name', 'milliseconds'], since: 'valkey 8.0' },
  { name: 'resolve-hostnames', words: ['bool'], since: '6.2' },
  { name: 'announce-hostnames', words: ['bool'], since: '6.2' },
  { name: 'announce-ip', words: ['host'], since: '2.8' },
  { name: 'announce-port', words: ['port'], since: '2.8' },
  { name: 'deny-scripts-reconfig', words: ['bool'], since: '3.2' },
  { name: 'sentinel-user', words: ['user'], since: '6.2' },
  { name: 'sentinel-pass', words: ['password'], since: '6.2' },
  { name: 'myid', words: ['id'], since: '3.2', state: true },
  { name: 'current-epoch', words: ['epoch'], since: '2.8', state: true },
  { name: 'config-epoch', words: ['name', 'epoch'], since: '2.8', state: true },
  { name: 'leader-epoch', words: ['name', 'epoch'], since: '2.8', state: true },
  { name: 'known-replica', words: ['name', 'host', 'port'], since: '5.0', state: true },
  { name: 'known-slave', words: ['name', 'host', 'port'], since: '2.8', state: true },
  { name: 'known-sentinel', words: ['name', 'host', 'port', 'id'], since: '2.8', state: true },
];

const byName = new Map(sentinelStatements.map(one => [one.name, one]));

export function sentinelStatement(name: string): SentinelStatement | undefined {
  return byName.get(name.toLowerCase());
}

/** The statements whose first word names a master. */
export const masterStatements: ReadonlySet<string> = new Set(
  sentinelStatements.filter(one => one.words[0] === 'name' || one.words[0] === 'new-name').map(one => one.name),
);
