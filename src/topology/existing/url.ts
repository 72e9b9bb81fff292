import type { Address } from '../../model/address';
import type { TopologyKind } from '../../model/instance';

/** What a connection URL says, secrets apart from the rest. */
export interface ExistingUrl {
  /** What the user means by it; what really is there, the servers say. */
  readonly kind: TopologyKind;
  readonly seeds: readonly Address[];
  /** The seeds are Sentinels. */
  readonly sentinels: boolean;
  readonly masterName?: string;
  readonly tls?: { readonly caFile?: string; readonly verify: boolean };
  readonly credentials: Credentials;
  /** Of the Sentinels, where they want others than the data nodes. */
  readonly sentinelCredentials: Credentials;
}

export interface Credentials {
  readonly username?: string;
  readonly password?: string;
}

export type UrlProblem =
  | { readonly code: 'url-empty' }
  | { readonly code: 'url-scheme'; readonly scheme: string }
  | { readonly code: 'url-blank' }
  | { readonly code: 'url-host' }
  | { readonly code: 'url-port'; readonly port: string }
  | { readonly code: 'url-escape'; readonly text: string }
  | { readonly code: 'url-database'; readonly text: string }
  | { readonly code: 'url-option'; readonly name: string }
  | { readonly code: 'url-option-without-tls'; readonly name: string }
  | { readonly code: 'url-too-many'; readonly most: number };

interface Scheme {
  readonly kind: TopologyKind;
  readonly tls: boolean;
  readonly port: number;
}

const SENTINEL = { kind: 'sentinel', port: 26379 } as const;
const SERVER = { kind: 'replication', port: 6379 } as const;
const CLUSTER = { kind: 'cluster', port: 6379 } as const;
/** `redis+sentinel://` is what Python's clients read, `redis-sentinel://` Java's (Lettuce); `valkey://` names the same protocol. */
const SCHEMES: Readonly<Record<string, Scheme>> = {
  redis: { ...SERVER, tls: false },
  rediss: { ...SERVER, tls: true },
  valkey: { ...SERVER, tls: false },
  valkeys: { ...SERVER, tls: true },
  'redis+sentinel': { ...SENTINEL, tls: false },
  'rediss+sentinel': { ...SENTINEL, tls: true },
  'redis-sentinel': { ...SENTINEL, tls: false },
  'rediss-sentinel': { ...SENTINEL, tls: true },
  'redis+cluster': { ...CLUSTER, tls: false },
  'rediss+cluster': { ...CLUSTER, tls: true },
  'redis-cluster': { ...CLUSTER, tls: false },
  'rediss-cluster': { ...CLUSTER, tls: true },
};

export const EXISTING_SCHEMES = [
  'redis',
  'rediss',
  'redis+sentinel',
  'rediss+sentinel',
  'redis+cluster',
  'rediss+cluster',
] as const;

/** One needs a way in, not a list of all: the others are found. */
const MOST_SEEDS = 32;
const TLS_OPTIONS: ReadonlySet<string> = new Set(['ssl_ca_certs', 'ssl_cert_reqs', 'verifyPeer']);
const OTHER_OPTIONS: ReadonlySet<string> = new Set([
  'sentinel_username',
  'sentinel_password',
  'sentinelMasterId',
  'service_name',
]);

class Refused extends Error {
  constructor(readonly problem: UrlProblem) {
    super(problem.code);
  }
}

/**
 * Reads `redis[s]://[[user]:password@]host[:port][,host…][/db]` and
 * `redis[s]+sentinel://[[user]:password@]host[:port][,host…][/master-name[/db]]`, with the TLS options of redis-py in the query. The database
 * is accepted and means nothing here. Pure: the CA file is named, not read.
 */
export function parseExistingUrl(text: string): ExistingUrl | UrlProblem {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof Refused) return error.problem;
    throw error;
  }
}

export function isUrlProblem(result: ExistingUrl | UrlProblem): result is UrlProblem {
  return 'code' in result;
}

function parse(text: string): ExistingUrl {
  const trimmed = text.trim();
  if (trimmed === '') throw new Refused({ code: 'url-empty' });
  if (/\s/.test(trimmed)) throw new Refused({ code: 'url-blank' });
  const [, name = '', rest = ''] = /^([^:/?#]*):\/\/(.*)$/s.exec(trimmed) ?? [];
  const scheme = Object.hasOwn(SCHEMES, name.toLowerCase()) ? SCHEMES[name.toLowerCase()] : undefined;
  if (scheme === undefined) throw new Refused({ code: 'url-scheme', scheme: name });
  const question = rest.indexOf('?');
  const head = question < 0 ? rest : rest.slice(0, question);
  const query = question < 0 ? '' : rest.slice(question + 1);
  // passwords are often pasted unescaped: the hosts begin after the last at-sign, so that a slash or another at-sign before it does no harm
  const at = head.lastIndexOf('@');
  const [, authority = '', path = ''] = /^([^/]*)(.*)$/s.exec(head.slice(at + 1)) ?? [];
  const options = readOptions(query, scheme.tls);
  const seeds = readSeeds(authority, scheme.port);
  const [first = '', second = '', more] = path.split('/').slice(1).map(unescape);
  const database = scheme.kind === 'sentinel' ? second : first;
  if (
    more !== undefined ||
    (database !== '' && !/^\d+$/.test(database)) ||
    (scheme.kind !== 'sentinel' && second !== '')
  )
    throw new Refused({ code: 'url-database', text: path.slice(1) });
  const masterName = options.get('sentinelMasterId') ?? options.get('service_name') ?? first;
  const caFile = options.get('ssl_ca_certs');
  return {
    kind: scheme.kind,
    seeds,
    sentinels: scheme.kind === 'sentinel',
    ...(scheme.kind === 'sentinel' && masterName !== '' ? { masterName } : {}),
    ...(scheme.tls
      ? {
          tls: {
            verify: !(options.get('ssl_cert_reqs') === 'none' || options.get('verifyPeer') === 'false'),
            ...(caFile === undefined ? {} : { caFile }),
          },
        }
      : {}),
    credentials: at < 0 ? {} : readCredentials(head.slice(0, at)),
    sentinelCredentials: credentials(options.get('sentinel_username'), options.get('sentinel_password')),
  };
}

function readCredentials(text: string): Credentials {
  const colon = text.indexOf(':');
  // Java's clients take a word alone for the password, and so does who types it.
  return colon < 0
    ? credentials(undefined, unescape(text))
    : credentials(unescape(text.slice(0, colon)), unescape(text.slice(colon + 1)));
}

function credentials(username: string | undefined, password: string | undefined): Credentials {
  return {
    ...(username === undefined || username === '' ? {} : { username }),
    ...(password === undefined || password === '' ? {} : { password }),
  };
}

function readSeeds(authority: string, standard: number): readonly Address[] {
  const words = authority.split(',');
  if (words.length > MOST_SEEDS) throw new Refused({ code: 'url-too-many', most: MOST_SEEDS });
  return words.map(word => {
    const [, v6, name = v6 ?? '', tail = ''] = /^(?:\[([\w:.%-]+)\]|([^:[\]]*))(.*)$/s.exec(word) ?? [];
    if (name === '') throw new Refused({ code: 'url-host' });
    if (tail === '') return { host: unescape(name), port: standard };
    const port = tail.slice(1);
    if (!tail.startsWith(':') || !/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65535)
      throw new Refused({ code: 'url-port', port });
    return { host: unescape(name), port: Number(port) };
  });
}

function readOptions(query: string, tls: boolean): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = unescape(equals < 0 ? pair : pair.slice(0, equals));
    // Those that only concern how a program talks (time-outs, pools, database) are no business of ours, but a typing error should be heard.
    if (
      !TLS_OPTIONS.has(name) &&
      !OTHER_OPTIONS.has(name) &&
      !/^(?:db|database|timeout|protocol|socket_\w+|retry_\w+|health_check_interval|max_connections|client_?[nN]ame|decode_responses)$/.test(
        name,
      )
    )
      throw new Refused({ code: 'url-option', name });
    if (TLS_OPTIONS.has(name) && !tls) throw new Refused({ code: 'url-option-without-tls', name });
    options.set(name, equals < 0 ? '' : unescape(pair.slice(equals + 1)));
  }
  return options;
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Refused({ code: 'url-escape', text }); // a % that begins no escape
  }
}
