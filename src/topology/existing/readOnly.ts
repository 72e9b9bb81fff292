import { HumanError } from '../../base/errors';
import type { Address } from '../../model/address';
import type { Endpoint, RedisConnection, RedisConnector } from '../../redis/client';

/** A command that could change something was on its way to a server that was added to be looked at only. Nothing was sent. */
export interface ReadOnlyFault {
  readonly code: 'read-only';
  readonly address: Address;
  readonly command: string;
}

/** Commands that leave a server as it is; of those with subcommands, which. */
const LOOKS: Readonly<Record<string, true | ReadonlySet<string>>> = {
  AUTH: true,
  HELLO: true,
  PING: true,
  ECHO: true,
  INFO: true,
  ROLE: true,
  TIME: true,
  LASTSAVE: true,
  DBSIZE: true,
  COMMAND: true,
  LOLWUT: true,
  SELECT: true,
  READONLY: true,
  SUBSCRIBE: true,
  PSUBSCRIBE: true,
  UNSUBSCRIBE: true,
  PUNSUBSCRIBE: true,
  WAIT: true,
  GET: true,
  MGET: true,
  EXISTS: true,
  TYPE: true,
  TTL: true,
  PTTL: true,
  STRLEN: true,
  SCAN: true,
  RANDOMKEY: true,
  ACL: new Set(['WHOAMI', 'LIST', 'USERS', 'GETUSER', 'CAT', 'DRYRUN']),
  CLIENT: new Set(['ID', 'INFO', 'LIST', 'GETNAME', 'SETNAME', 'SETINFO']),
  CLUSTER: new Set([
    'INFO',
    'NODES',
    'SLOTS',
    'SHARDS',
    'MYID',
    'MYSHARDID',
    'LINKS',
    'KEYSLOT',
    'COUNTKEYSINSLOT',
    'GETKEYSINSLOT',
    'COUNT-FAILURE-REPORTS',
    'REPLICAS',
    'SLAVES',
    'SLOT-STATS',
  ]),
  CONFIG: new Set(['GET']),
  LATENCY: new Set(['LATEST', 'HISTORY', 'DOCTOR', 'HISTOGRAM']),
  MEMORY: new Set(['USAGE', 'STATS', 'DOCTOR']),
  OBJECT: new Set(['ENCODING', 'FREQ', 'IDLETIME', 'REFCOUNT']),
  SENTINEL: new Set([
    'MASTERS',
    'MASTER',
    'REPLICAS',
    'SLAVES',
    'SENTINELS',
    'GET-MASTER-ADDR-BY-NAME',
    'CKQUORUM',
    'MYID',
    'INFO-CACHE',
    'PENDING-SCRIPTS',
  ]),
  SLOWLOG: new Set(['GET', 'LEN']),
};

/** Whether the command leaves the server as it is. What is not known to, doesn't. */
export function onlyLooks([name = '', sub = '']: readonly string[]): boolean {
  const upper = name.toUpperCase();
  const known = Object.hasOwn(LOOKS, upper) ? LOOKS[upper] : undefined;
  return known === true || (known !== undefined && known.has(sub.toUpperCase()));
}

/** What is special about a server of a topology that was added by address. */
export interface Reached {
  readonly tls?: NonNullable<Endpoint['tls']>;
  readonly lookOnly: boolean;
}

/**
 * Speaks TLS where the entry says so, whoever connects, and lets nothing through to a look-only server but commands that look. This is the last of the gates: menus hide acts and commands
 * ask first, but whoever comes here by another way meets this one. It is asked again at each command: the user may allow or forbid meanwhile.
 */
export function existingConnector(
  connector: RedisConnector,
  reached: (address: Address) => Reached | undefined,
): RedisConnector {
  return {
    prepare: () => connector.prepare?.(),
    async connect(endpoint, options) {
      const place = reached(endpoint.address);
      if (place === undefined) return connector.connect(endpoint, options);
      const tls = endpoint.tls ?? place.tls;
      return guarded(await connector.connect({ ...endpoint, ...(tls === undefined ? {} : { tls }) }, options), reached);
    },
  };
}

function guarded(connection: RedisConnection, reached: (address: Address) => Reached | undefined): RedisConnection {
  const { address } = connection;
  const check = (command: readonly string[]): void => {
    if (!onlyLooks(command) && reached(address)?.lookOnly === true)
      throw new HumanError<ReadOnlyFault>({
        code: 'read-only',
        address,
        command: command.slice(0, 2).join(' ').toUpperCase(),
      });
  };
  return {
    address,
    onClose: listener => connection.onClose(listener),
    call: async (command, options) => {
      check(command);
      return connection.call(command, options);
    },
    pipeline: async (commands, options) => {
      commands.forEach(check);
      return connection.pipeline(commands, options);
    },
    subscribe: (patterns, listener, signal) => connection.subscribe(patterns, listener, signal),
    dispose: () => connection.dispose(),
  };
}
