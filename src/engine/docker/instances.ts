import type { Instance, InstanceState, PublishedPort } from '../../model/instance';
import { portOnCommandLine } from '../../model/programs';
import type { Address } from '../../model/address';
import { tunnelTo } from '../../model/instance';
import { isLoopback } from '../../model/servers';
import { namesServer } from './images';
import { ownershipOf } from './labels';
import { isRecord, list, number, port as portOf, record, text, textMap, texts, time } from './read';
import type { Raw } from './read';
import type { Route } from './route';
import { HERE } from './route';

const STATES: ReadonlyMap<string, InstanceState> = new Map(
  Object.entries({
    created: 'created',
    configured: 'created',
    initialized: 'created',
    running: 'running',
    stopping: 'running',
    paused: 'paused',
    restarting: 'restarting',
    exited: 'exited',
    stopped: 'exited',
    removing: 'dead',
    dead: 'dead',
  } as const),
);
const SERVER_WORD = /(?:^|[\s/])(?:redis|valkey)-(?:server|sentinel)\b/;
/** Ports that only Redis is commonly found on. */
const PORTS = new Set([6379, 26379]);

export function stateOf(word: unknown): InstanceState {
  return STATES.get(text(word)?.toLowerCase() ?? '') ?? 'dead';
}

/** One entry of `GET /containers/json`, as far as it decides whether to look closer. */
export interface Listed {
  readonly id: string;
  readonly state: InstanceState;
  readonly relevant: boolean;
  /** Ports of the engine's machine that it has now. */
  readonly published: readonly number[];
  /** Id of the service whose task it is. */
  readonly service?: string;
}

/** Relevant is what carries our labels and what may be Redis: by command, image or exposed port. */
export function readListed(value: unknown): Listed {
  const raw = record(value);
  const id = text(raw['Id']);
  if (id === undefined) throw new Error('a container without Id');
  const command = text(raw['Command']) ?? list(raw['Command']).join(' ');
  const exposed = list(raw['Ports']).some(port => PORTS.has(number(record(port)['PrivatePort']) ?? 0));
  const relevant =
    ownershipOf(textMap(raw['Labels'])) !== undefined ||
    SERVER_WORD.test(command) ||
    exposed ||
    namesServer(text(raw['Image']) ?? '');
  const service = textMap(raw['Labels'])['com.docker.swarm.service.id'];
  return {
    id,
    state: stateOf(raw['State']),
    ...(service === undefined ? {} : { service }),
    relevant,
    published: list(raw['Ports']).flatMap(port => portOf(record(port)['PublicPort']) ?? []),
  };
}

/**
 * One entry of `GET /containers/json` as an instance, as far as it goes: see {@link Engine.glance}. `undefined` for what {@link readListed} leaves out, for
 * tasks of services, of which more must be asked, and for what runs without an address that the entry tells.
 */
export function readGlanced(value: unknown, route: Route): Instance | undefined {
  const { relevant, service } = readListed(value);
  if (!relevant || service !== undefined) return undefined;
  const raw = record(value);
  const bindings: Record<string, object[]> = {};
  for (const { PrivatePort, Type, IP, PublicPort } of list(raw['Ports']).map(record))
    (bindings[`${String(PrivatePort)}/${String(Type)}`] ??= []).push({ HostIp: IP, HostPort: String(PublicPort) });
  const settings = record(raw['NetworkSettings']);
  const instance = readInspected(
    {
      ...raw,
      // one that is linked to others has their names for it as well
      Name: texts(raw['Names']).find(name => name.lastIndexOf('/') <= 0),
      State: { Status: raw['State'] },
      Config: { Labels: raw['Labels'], Image: raw['Image'] },
      Args: text(raw['Command'])?.split(' '),
      NetworkSettings: { ...settings, Ports: bindings },
    },
    route,
  );
  const { state, networks, ports, exit: _, ...rest } = instance;
  const reachable = ports.length > 0 || networks.some(({ address }) => address !== undefined);
  return state === 'running' && !reachable ? undefined : { ...rest, state, networks, ports };
}

/** Reads `GET /containers/{id}/json`. Throws when what identifies a container is missing. */
export function readInspected(value: unknown, route: Route = HERE): Instance {
  if (!isRecord(value)) throw new Error('a container that is no object');
  const id = text(value['Id']);
  const status = record(value['State']);
  if (id === undefined || !isRecord(value['State'])) throw new Error('a container without Id or State');
  const config = record(value['Config']);
  const labels = textMap(config['Labels']);
  const state = stateOf(status['Status']);
  const startedAt = time(status['StartedAt']);
  const ended = state === 'exited' || state === 'dead';
  const endedAt = time(status['FinishedAt']);
  const ownership = ownershipOf(labels);
  const project = labels['com.docker.compose.project'];
  const service = labels['com.docker.compose.service'];
  const command = [text(value['Path']), ...texts(value['Args'])].filter(word => word !== undefined);
  const networks = readNetworks(value);
  return {
    id,
    engine: 'docker',
    name: (text(value['Name']) ?? id.slice(0, 12)).replace(/^\//, ''),
    image: text(config['Image']) ?? text(value['Image']) ?? '',
    state,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(ended
      ? {
          exit: {
            code: number(status['ExitCode']) ?? -1,
            ...(endedAt === undefined ? {} : { at: endedAt }),
            outOfMemory: status['OOMKilled'] === true,
          },
        }
      : {}),
    command,
    ...(ownership === undefined ? {} : { ownership }),
    ...(project !== undefined && service !== undefined ? { compose: { project, service } } : {}),
    networks,
    ports: readPorts(value, command, route, port => tunnelTo({ id, networks }, port)),
    ...(route.afar ? { afar: true as const } : {}),
    mounts: list(value['Mounts'])
      .map(record)
      .flatMap(mount => {
        const target = text(mount['Destination']);
        if (target === undefined) return [];
        const kind =
          mount['Type'] === 'bind'
            ? ('folder' as const)
            : mount['Type'] === 'volume'
              ? ('volume' as const)
              : ('other' as const);
        return [
          {
            source: (kind === 'volume' ? text(mount['Name']) : undefined) ?? text(mount['Source']) ?? '',
            target,
            kind,
            writable: mount['RW'] !== false,
          },
        ];
      }),
  };
}

/** A stopped container has no address but may have a fixed one, which is the one that counts. */
function readNetworks(raw: Raw): Instance['networks'] {
  return Object.entries(record(record(raw['NetworkSettings'])['Networks'])).map(([name, value]) => {
    const network = record(value);
    const address =
      text(network['IPAddress']) ??
      text(record(network['IPAMConfig'])['IPv4Address']) ??
      text(network['GlobalIPv6Address']);
    return { id: text(network['NetworkID']) ?? '', name, ...(address === undefined ? {} : { address }) };
  });
}

/**
 * While it runs, the ports that are really published; otherwise those asked for with a fixed number. With the host's network
 * nothing is published and everything is reachable: then the exposed ports and the one on the command line stand for themselves.
 */
function readPorts(
  raw: Raw,
  command: readonly string[],
  route: Route,
  through: (port: number) => Address,
): readonly PublishedPort[] {
  const host = record(raw['HostConfig']);
  if (host['NetworkMode'] === 'host') {
    const said = portOnCommandLine({ command });
    const ports =
      said !== undefined ? [said] : Object.keys(record(record(raw['Config'])['ExposedPorts'])).flatMap(tcpPort);
    return ports.map(port => ({
      inside: port,
      outside: route.published === undefined ? through(port) : { host: route.published, port },
    }));
  }
  const here = (ip: string, inside: number, port: number): Address => {
    if (ip === '0.0.0.0' || ip === '::')
      return route.published === undefined ? through(inside) : { host: route.published, port };
    return isLoopback(ip) && !route.loopback ? through(inside) : { host: ip, port };
  };
  const actual = readBindings(record(record(raw['NetworkSettings'])['Ports']), here);
  return actual.length > 0 ? actual : readBindings(record(host['PortBindings']), here);
}

function readBindings(
  bindings: Raw,
  here: (ip: string, inside: number, port: number) => Address,
): readonly PublishedPort[] {
  const seen = new Set<string>();
  return Object.entries(bindings).flatMap(([key, value]) =>
    tcpPort(key).flatMap(inside =>
      list(value)
        .map(record)
        .flatMap(binding => {
          const port = portOf(binding['HostPort']);
          if (port === undefined) return [];
          const outside = here(text(binding['HostIp']) ?? '0.0.0.0', inside, port);
          const key = `${inside} ${outside.host} ${port}`;
          if (seen.has(key)) return []; // IPv4 and IPv6 are published separately
          seen.add(key);
          return [{ inside, outside }];
        }),
    ),
  );
}

function tcpPort(key: string): readonly number[] {
  const port = portOf(/^(\d+)(?:\/tcp)?$/.exec(key)?.[1]);
  return port === undefined ? [] : [port];
}

/**
 * Ports of its machine that the container takes whenever it runs, whatever the address. Fixed at its creation. Reads the same reply as {@link readInspected},
 * and throws when what comes is none.
 */
export function reservedPorts(value: unknown): readonly number[] {
  if (!isRecord(value) || text(value['Id']) === undefined) throw new Error('a container without Id');
  return [
    ...new Set(
      readBindings(record(record(value['HostConfig'])['PortBindings']), (host, _, port) => ({ host, port })).map(
        port => port.outside.port,
      ),
    ),
  ];
}
