import { readFlat, textField } from './flat';
import type { SentinelMaster, SentinelPeer } from './report';
import { portNumber, unreadable, wholeNumber } from './unreadable';

/** What SENTINEL MASTERS says of one master; the peers and CKQUORUM come from replies of their own. */
export type SentinelMasterRow = Omit<SentinelMaster, 'replicas' | 'sentinels' | 'quorumCheck'>;

export function readSentinelMasters(reply: unknown): readonly SentinelMasterRow[] {
  return list('SENTINEL MASTERS', reply).map(item => {
    const row = readFlat('SENTINEL MASTERS', item);
    const name = textField(row, 'name');
    if (name === '') throw unreadable('SENTINEL MASTERS', item);
    return {
      name,
      address: { host: textField(row, 'ip'), port: portNumber(row.get('port')) },
      flags: flagsOf(row),
      quorum: wholeNumber(row.get('quorum'), 0),
      configEpoch: wholeNumber(row.get('config-epoch'), 0),
      downAfterMs: wholeNumber(row.get('down-after-milliseconds'), 0),
      failoverTimeoutMs: wholeNumber(row.get('failover-timeout'), 0),
      ...(row.has('failover-state') ? { failoverState: textField(row, 'failover-state') } : {}),
    };
  });
}

/** SENTINEL REPLICAS (or SLAVES) of one master. */
export function readSentinelReplicas(reply: unknown): readonly SentinelPeer[] {
  return list('SENTINEL REPLICAS', reply).map(item => {
    const row = readFlat('SENTINEL REPLICAS', item);
    const link = textField(row, 'master-link-status');
    return {
      ...peer(row),
      // a Sentinel that has not heard the replica's INFO yet says `err`
      ...(link === 'ok' ? { link: 'up' as const } : link === '' ? {} : { link: 'down' as const }),
      ...(row.has('slave-priority') || row.has('replica-priority')
        ? { priority: wholeNumber(row.get('slave-priority') ?? row.get('replica-priority'), 100) }
        : {}),
    };
  });
}

/** SENTINEL SENTINELS of one master: the others, never the one asked. `runId` is their `myid`. */
export function readSentinelPeers(reply: unknown): readonly SentinelPeer[] {
  return list('SENTINEL SENTINELS', reply).map(item => peer(readFlat('SENTINEL SENTINELS', item)));
}

/** CKQUORUM: a status line when all is well, else the text of the error. */
export function readQuorumCheck(reply: unknown): SentinelMaster['quorumCheck'] {
  const text =
    typeof reply === 'string'
      ? reply
      : reply instanceof Object && 'text' in reply && typeof reply.text === 'string'
        ? reply.text
        : undefined;
  if (text === undefined) throw unreadable('SENTINEL CKQUORUM', reply);
  return { ok: typeof reply === 'string' && text.startsWith('OK'), text };
}

function peer(row: ReadonlyMap<string, unknown>): SentinelPeer {
  return {
    address: { host: textField(row, 'ip'), port: portNumber(row.get('port')) },
    runId: textField(row, 'runid'),
    flags: flagsOf(row),
  };
}

function flagsOf(row: ReadonlyMap<string, unknown>): readonly string[] {
  return textField(row, 'flags')
    .split(',')
    .filter(flag => flag !== '');
}

function list(name: string, reply: unknown): readonly unknown[] {
  if (!Array.isArray(reply)) throw unreadable(name, reply);
  return reply;
}

/** One hello that a Sentinel publishes on `__sentinel__:hello` of every server it watches; undefined when it is not one. */
export function readHello(message: string):
  | {
      readonly sentinel: { readonly host: string; readonly port: number };
      readonly id: string;
      readonly masterName: string;
      readonly master: { readonly host: string; readonly port: number };
    }
  | undefined {
  const parts = message.split(',');
  if (parts.length !== 8) return undefined;
  const [host = '', port, id = '', , masterName = '', masterHost = '', masterPort] = parts;
  if (host === '' || portNumber(port) === 0 || masterName === '') return undefined;
  return {
    sentinel: { host, port: portNumber(port) },
    id,
    masterName,
    master: { host: masterHost, port: portNumber(masterPort) },
  };
}

/** `+switch-master` carries: name, old host, old port, new host, new port. */
export function readSwitchMaster(message: string):
  | {
      readonly name: string;
      readonly from: { readonly host: string; readonly port: number };
      readonly to: { readonly host: string; readonly port: number };
    }
  | undefined {
  const [name, oldHost, oldPort, newHost, newPort] = message.split(' ');
  if (name === undefined || oldHost === undefined || newHost === undefined || portNumber(newPort) === 0)
    return undefined;
  return { name, from: { host: oldHost, port: portNumber(oldPort) }, to: { host: newHost, port: portNumber(newPort) } };
}
