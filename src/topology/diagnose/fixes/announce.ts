import type { Address } from '../../../model/address';
import { isAnswering, isLoopback } from '../../../model/servers';
import type { Node, Topology } from '../../../model/snapshot';
import type { FixStep } from './plan';

/**
 * Has a server tell `to` as its address, or without it the one that it has. Each kind has its own settings:
 * a cluster node tells peers an address and may tell clients a name instead (from 7.0 on); a Sentinel has its own pair; any other server tells
 * its master, and so the Sentinels, by `replica-announce-*`. A name is only taken by Sentinels that resolve names; one that does not answer cannot
 * be told to ({@link untold}).
 */
export function announceSteps(topology: Topology | undefined, node: Node, to: Address | undefined): readonly FixStep[] {
  if (node.role === 'sentinel') return sentinel(node.id, to);
  if (node.clusterId !== undefined) return member(node.id, to);
  const names = to !== undefined && !isIp(to.host);
  return [
    ...(names
      ? (topology?.nodes ?? [])
          .filter(node => node.role === 'sentinel' && isAnswering(node))
          .flatMap(({ id }) => resolving(id))
      : []),
    set(node.id, 'replica-announce-ip', to?.host ?? ''),
    set(node.id, 'replica-announce-port', String(to?.port ?? 0)),
    { act: 'keep', node: node.id, settings: ['replica-announce-ip', 'replica-announce-port'] },
    ...(node.role === 'replica' ? [{ act: 'link-again' as const, node: node.id }] : []),
  ];
}

/** Names of the Sentinels that will not know a name, since they do not run now; what is only hearsay is none. */
export function untold(topology: Topology | undefined, node: Node, to: Address | undefined): readonly string[] {
  return to === undefined || isIp(to.host) || node.role === 'sentinel' || node.clusterId !== undefined
    ? []
    : (topology?.nodes ?? [])
        .filter(one => one.role === 'sentinel' && one.instance !== undefined && !isAnswering(one))
        .map(({ name }) => name);
}

/**
 * A Sentinel writes its conf by itself. Told to announce nothing, it greets with an empty address until it starts again, and all others forget
 * it (tried: Redis 7.0); only at a start an empty one means its own.
 */
function sentinel(node: string, to: Address | undefined): readonly FixStep[] {
  return [
    ...(to !== undefined && !isIp(to.host) ? resolving(node) : []),
    { act: 'sentinel-config', node, setting: 'announce-ip', value: to?.host ?? '' },
    { act: 'sentinel-config', node, setting: 'announce-port', value: String(to?.port ?? 0) },
    ...(to === undefined ? [{ act: 'restart-sentinel' as const, node }] : []),
  ];
}

function resolving(node: string): readonly FixStep[] {
  return ['resolve-hostnames', 'announce-hostnames'].map(setting => ({
    act: 'sentinel-config',
    node,
    setting,
    value: 'yes',
  }));
}

/** Loopback or a name is told to clients alone: peers go on by the address, which they need for the bus. */
function member(node: string, to: Address | undefined): readonly FixStep[] {
  const forClients = to !== undefined && (!isIp(to.host) || isLoopback(to.host));
  const settings: readonly (readonly [name: string, value: string, ifKnown?: true])[] =
    to === undefined
      ? [
          ['cluster-announce-ip', ''],
          ['cluster-announce-port', '0'],
          ['cluster-announce-bus-port', '0'],
          ['cluster-preferred-endpoint-type', 'ip', true],
          ['cluster-announce-hostname', '', true],
        ]
      : forClients
        ? [
            ['cluster-announce-hostname', to.host],
            ['cluster-preferred-endpoint-type', 'hostname'],
            ['cluster-announce-port', String(to.port)],
          ]
        : [
            ['cluster-announce-ip', to.host],
            ['cluster-announce-port', String(to.port)],
          ];
  return [
    ...settings.map(([name, value, ifKnown]) => set(node, name, value, ifKnown)),
    { act: 'keep', node, settings: settings.map(([name]) => name) },
  ];
}

type Say = (commands: readonly (readonly string[])[]) => Promise<readonly string[]>;

export async function isLinked(say: Say): Promise<boolean> {
  return /master_link_status:up/.test((await say([['INFO', 'replication']])).join('\n'));
}

/** Closes the replica's link, which comes back within a second and goes on where it was. False where there is none: the next one is told anyhow. */
export async function linkAgain(say: Say): Promise<boolean> {
  if (!(await isLinked(say))) return false;
  await say([['CLIENT', 'KILL', 'TYPE', 'master']]);
  return true;
}

function set(node: string, setting: string, value: string, ifKnown?: true): FixStep {
  return { act: 'config-set', node, setting, value, ...(ifKnown === undefined ? {} : { ifKnown }) };
}

function isIp(host: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(host) || host.includes(':');
}
