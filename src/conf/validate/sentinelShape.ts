/** The statements of sentinel.conf: how many words, in which phase, since when (section 1.6). */
import type { Target } from '../target';
import { atLeast, modern } from '../target';

/** Sentinel reads all lines of one phase before the next: `pre`, then `monitor`, then `post` (6.2 and later). */
export type Phase = 'pre' | 'monitor' | 'post';

export interface SentinelStatement {
  readonly name: string;
  readonly phase: Phase;
  /** Words behind the name, as shown to people. */
  readonly args: string;
  readonly counts: readonly number[];
  /** First word is a master's name that must be monitored. */
  readonly ofMaster: boolean;
  /** Written by Sentinel itself: not to be edited or copied. */
  readonly state: boolean;
  /** From this server on; `6.0` means all measured. */
  readonly since: '6.0' | '6.2' | '7.0' | 'valkey 8.0';
}

const statement = (
  phase: Phase,
  name: string,
  args: string,
  counts: readonly number[],
  more: Partial<SentinelStatement> = {},
): SentinelStatement => ({
  name,
  phase,
  args,
  counts,
  ofMaster: phase === 'post',
  state: false,
  since: '6.0',
  ...more,
});

export const sentinelStatements: readonly SentinelStatement[] = [
  statement('monitor', 'monitor', '<name> <host> <port> <quorum>', [4]),
  statement('post', 'down-after-milliseconds', '<master> <milliseconds>', [2]),
  statement('post', 'failover-timeout', '<master> <milliseconds>', [2]),
  statement('post', 'parallel-syncs', '<master> <number>', [2]),
  statement('post', 'notification-script', '<master> <path>', [2]),
  statement('post', 'client-reconfig-script', '<master> <path>', [2]),
  statement('post', 'auth-pass', '<master> <password>', [2]),
  statement('post', 'auth-user', '<master> <user>', [2]),
  statement('post', 'rename-command', '<master> <command> <new name>', [3]),
  statement('post', 'master-reboot-down-after-period', '<master> <milliseconds>', [2], { since: '7.0' }),
  statement('post', 'primary-reboot-down-after-period', '<master> <milliseconds>', [2], { since: 'valkey 8.0' }),
  statement('post', 'config-epoch', '<master> <number>', [2], { state: true }),
  statement('post', 'leader-epoch', '<master> <number>', [2], { state: true }),
  statement('post', 'known-replica', '<master> <ip> <port>', [3], { state: true }),
  statement('post', 'known-slave', '<master> <ip> <port>', [3], { state: true }),
  statement('post', 'known-sentinel', '<master> <ip> <port> [id]', [3, 4], { state: true }),
  statement('pre', 'current-epoch', '<number>', [1], { state: true }),
  statement('pre', 'myid', '<40 characters>', [1], { state: true }),
  statement('pre', 'announce-ip', '<address or name>', [1]),
  statement('pre', 'announce-port', '<port>', [1]),
  statement('pre', 'deny-scripts-reconfig', '<yes or no>', [1]),
  statement('pre', 'sentinel-user', '<user>', [1], { since: '6.2' }),
  statement('pre', 'sentinel-pass', '<password>', [1], { since: '6.2' }),
  statement('pre', 'resolve-hostnames', '<yes or no>', [1], { since: '6.2' }),
  statement('pre', 'announce-hostnames', '<yes or no>', [1], { since: '6.2' }),
];

const byName = new Map(sentinelStatements.map(one => [one.name, one]));

export const sentinelStatement = (name: string): SentinelStatement | undefined => byName.get(name);

export function isIn(one: SentinelStatement, target: Target): boolean {
  switch (one.since) {
    case '6.0':
      return true;
    case '6.2':
      return target.column !== 'redis-6.0';
    case '7.0':
      return modern(target);
    case 'valkey 8.0':
      return atLeast(target, 'valkey', 8);
  }
}
