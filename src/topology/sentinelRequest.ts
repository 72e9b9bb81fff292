import type { Storage } from '../engine/engine';
import type { EngineKind } from '../model/instance';
import { majorityOf, quorumTraps } from '../model/quorum';
import type { QuorumTrap } from '../model/quorum';

/** What the wizard asks for: one master, `replicas` replicas, `sentinels` Sentinels. */
export interface SentinelRequest {
  /** Also the name by which the Sentinels know the master. */
  readonly name: string;
  readonly engine: EngineKind;
  /** Image reference, or the server binary of the process engine. */
  readonly image: string;
  readonly replicas: number;
  readonly sentinels: number;
  /** How many Sentinels must agree that the master is down. The majority by default. */
  readonly quorum: number;
  readonly firstPort: number;
  readonly firstSentinelPort: number;
  /** Absent: one is generated. Empty: none, which the wizard only offers behind a warning. */
  readonly password?: string;
  readonly storage: Storage;
}

export type RequestField =
  'name' | 'replicas' | 'sentinels' | 'quorum' | 'firstPort' | 'firstSentinelPort' | 'password';

/** Why a value can't be taken; the editor has the words. */
export type RequestProblem =
  | { readonly code: 'name-empty' }
  | { readonly code: 'name-too-long'; readonly most: number }
  /** Lower-case letters, digits, `_`, `.`, `-`; a letter or digit first. */
  | { readonly code: 'name-characters' }
  | { readonly code: 'name-in-use' }
  | { readonly code: 'not-a-number' }
  | { readonly code: 'out-of-range'; readonly least: number; readonly most: number }
  /** Ports above this are handed out by the system to outgoing connections, or leave no room for the bus port. */
  | { readonly code: 'port-range'; readonly least: number; readonly most: number }
  | { readonly code: 'ports-overlap' }
  | { readonly code: 'quorum-above-sentinels'; readonly sentinels: number }
  | { readonly code: 'password-too-long'; readonly most: number }
  /** Sentinel rewrites `auth-pass` without quotes, so blanks, quotes and backslashes would break its file. */
  | { readonly code: 'password-characters' };

/** Not refused, but worth a word in the wizard. */
export type RequestWarning =
  | QuorumTrap
  /** Fewer than the majority may call the master down; the vote still needs the majority. */
  | { readonly code: 'quorum-below-majority'; readonly majority: number }
  | { readonly code: 'no-replica' }
  | { readonly code: 'no-password' };

export const LIMITS = {
  name: 40,
  replicas: { least: 0, most: 15 },
  sentinels: { least: 1, most: 9 },
  port: { least: 1024, most: 65535 },
  password: 512,
} as const;

/** The answers of Enter, Enter, Enter. */
export const SENTINEL_DEFAULTS = { replicas: 2, sentinels: 3, firstPort: 6379, firstSentinelPort: 26379 } as const;

/** Timings that we set, in milliseconds. The failover time-out is shorter than Redis's 180 s because a failed election is tried again only after twice that time. */
export const SENTINEL_TIMES = { downAfter: 5000, failoverTimeout: 30_000 } as const;

/** @param taken names in use, so that a second topology cannot take a name */
export function validateName(name: string, taken: readonly string[] = []): RequestProblem | undefined {
  if (name === '') return { code: 'name-empty' };
  if (name.length > LIMITS.name) return { code: 'name-too-long', most: LIMITS.name };
  if (!/^[a-z0-9][a-z0-9_.-]*$/.test(name)) return { code: 'name-characters' };
  return taken.includes(name) ? { code: 'name-in-use' } : undefined;
}

export function validateCount(field: 'replicas' | 'sentinels', value: number): RequestProblem | undefined {
  return validateRange(value, LIMITS[field]);
}

/** @param count ports that will be used from `first` upwards */
export function validatePort(first: number, count = 1): RequestProblem | undefined {
  if (!Number.isInteger(first)) return { code: 'not-a-number' };
  const { least, most } = LIMITS.port;
  return first < least || first + count - 1 > most ? { code: 'port-range', least, most } : undefined;
}

export function validateQuorum(quorum: number, sentinels: number): RequestProblem | undefined {
  if (!Number.isInteger(quorum)) return { code: 'not-a-number' };
  if (quorum < 1) return { code: 'out-of-range', least: 1, most: sentinels };
  return quorum > sentinels ? { code: 'quorum-above-sentinels', sentinels } : undefined;
}

/** Empty is allowed: it means none. */
export function validatePassword(password: string): RequestProblem | undefined {
  if (password.length > LIMITS.password) return { code: 'password-too-long', most: LIMITS.password };
  return /^(?!#)[!-~]*$/.test(password) && !/["'\\]/.test(password) ? undefined : { code: 'password-characters' };
}

/** All that is wrong, by field; empty when the request can be planned. */
export function validateSentinelRequest(
  request: SentinelRequest,
  taken: readonly string[] = [],
): readonly { readonly field: RequestField; readonly problem: RequestProblem }[] {
  const servers = request.replicas + 1;
  const overlap =
    request.firstPort < request.firstSentinelPort + request.sentinels &&
    request.firstSentinelPort < request.firstPort + servers;
  const checks: readonly (readonly [RequestField, RequestProblem | undefined])[] = [
    ['name', validateName(request.name, taken)],
    ['replicas', validateCount('replicas', request.replicas)],
    ['sentinels', validateCount('sentinels', request.sentinels)],
    ['quorum', validateQuorum(request.quorum, request.sentinels)],
    ['firstPort', validatePort(request.firstPort, servers)],
    [
      'firstSentinelPort',
      validatePort(request.firstSentinelPort, request.sentinels) ?? (overlap ? { code: 'ports-overlap' } : undefined),
    ],
    ['password', request.password === undefined ? undefined : validatePassword(request.password)],
  ];
  return checks.flatMap(([field, problem]) => (problem === undefined ? [] : [{ field, problem }]));
}

export function warningsOf(request: SentinelRequest): readonly RequestWarning[] {
  const majority = majorityOf(request.sentinels);
  const warnings: RequestWarning[] = [...quorumTraps({ quorum: request.quorum, places: placesOf(request.sentinels) })];
  if (request.quorum < majority) warnings.push({ code: 'quorum-below-majority', majority });
  if (request.replicas === 0) warnings.push({ code: 'no-replica' });
  if (request.password === '') warnings.push({ code: 'no-password' });
  return warnings;
}

/** Each Sentinel in a container or process of its own. */
export function placesOf(sentinels: number): readonly string[] {
  return Array.from({ length: sentinels }, (_, i) => `sentinel-${i + 1}`);
}

function validateRange(
  value: number,
  { least, most }: { readonly least: number; readonly most: number },
): RequestProblem | undefined {
  if (!Number.isInteger(value)) return { code: 'not-a-number' };
  return value < least || value > most ? { code: 'out-of-range', least, most } : undefined;
}
