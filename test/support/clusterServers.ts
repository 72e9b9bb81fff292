// Disposable servers in cluster mode, and a real cluster made of them. Bus ports stay below the system's ephemeral range.
import { IoredisConnector } from '../../src/redis/ioredisClient';
import type { RedisConnection, RedisConnector } from '../../src/redis/client';
import { joinCluster } from '../../src/topology/cluster/join';
import type { JoinResult } from '../../src/topology/cluster/join';
import { planCluster } from '../../src/topology/cluster/plan';
import { patient } from '../../src/topology/talk';
import { Watcher } from '../../src/topology/cluster/wire';
import type { ClusterPeer, Observation } from '../../src/topology/cluster/wire';
import { freePort, startRedis } from './realRedis';
import type { RealRedis } from './realRedis';

export interface ClusterServer extends ClusterPeer {
  readonly server: RealRedis;
}

export interface ClusterServers {
  readonly nodes: readonly ClusterServer[];
  node(name: string): ClusterServer;
  /** One more empty server that knows nobody. */
  add(conf?: readonly string[]): Promise<ClusterServer>;
  look(): Promise<readonly Observation[]>;
  stop(): Promise<void>;
}

/** A connection as the verbs have it: on a frozen server every command ends, but seconds later than a busy machine needs. */
export async function connectTo(port: number, password?: string): Promise<RedisConnection> {
  return patient(
    await new IoredisConnector().connect(
      { address: { host: '127.0.0.1', port }, ...(password === undefined ? {} : { password }) },
      { timeoutMs: 10_000 },
    ),
  );
}

/** `count` servers named n1, n2 …, in cluster mode, empty and alone. */
export async function startClusterServers(
  count: number,
  options: { readonly conf?: readonly string[]; readonly firstPort?: number; readonly password?: string } = {},
): Promise<ClusterServers> {
  const nodes: ClusterServer[] = [];
  let next = options.firstPort;
  async function start(name: string, more: readonly string[] = []): Promise<ClusterServer> {
    const port = next === undefined ? await freePort() : next++;
    const busPort = next === undefined ? await freePort() : next++;
    const secret =
      options.password === undefined ? [] : [`requirepass ${options.password}`, `masterauth ${options.password}`];
    const server = await startRedis({
      port,
      conf: [
        'cluster-enabled yes',
        `cluster-port ${busPort}`,
        'cluster-node-timeout 2000',
        ...secret,
        ...(options.conf ?? []),
        ...more,
      ],
    });
    return {
      name,
      announced: { host: '127.0.0.1', port },
      busPort,
      connection: await connectTo(port, options.password),
      server,
    };
  }
  async function stop(): Promise<void> {
    for (const node of nodes) node.connection.dispose();
    await Promise.all(nodes.map(node => node.server.stop()));
  }
  // All ports are chosen before any start, so that the starts can run side by side.
  const started = await Promise.allSettled(Array.from({ length: count }, (_, index) => start(`n${index + 1}`)));
  for (const one of started) if (one.status === 'fulfilled') nodes.push(one.value);
  const failed = started.find(one => one.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return {
    nodes,
    stop,
    node: name => nodes.find(node => node.name === name) as ClusterServer,
    async add(conf) {
      const node = await start(`n${nodes.length + 1}`, conf);
      nodes.push(node);
      return node;
    },
    look: () => Promise.all(nodes.map(node => new Watcher(node).look(AbortSignal.timeout(20_000)))),
  };
}

/** A whole cluster of `masters` × (1 + `replicas`) servers. */
export async function startCluster(
  masters = 3,
  replicas = 1,
  options: Parameters<typeof startClusterServers>[1] = {},
): Promise<ClusterServers & { readonly joined: JoinResult }> {
  const servers = await startClusterServers(masters * (replicas + 1), options);
  try {
    const plan = planCluster(
      servers.nodes.map(({ name }) => ({ name, host: 'here' })),
      replicas,
      masters,
    );
    const joined = await joinCluster({ peers: servers.nodes, plan }, AbortSignal.timeout(60_000));
    return { ...servers, joined };
  } catch (error) {
    await servers.stop();
    throw error;
  }
}

/** A connector that tells every command sent through it, in order, with the port of the server. */
export function toldConnector(onCommand: (port: number, command: readonly string[]) => void): RedisConnector {
  const inner = new IoredisConnector();
  return {
    async connect(endpoint, options) {
      const connection = await inner.connect(endpoint, options);
      const tell = (command: readonly string[]): void => onCommand(endpoint.address.port, command);
      return {
        address: connection.address,
        onClose: connection.onClose,
        call: (command, rest) => {
          tell(command);
          return connection.call(command, rest);
        },
        pipeline: (commands, rest) => {
          commands.forEach(tell);
          return connection.pipeline(commands, rest);
        },
        subscribe: (patterns, listener, signal) => connection.subscribe(patterns, listener, signal),
        dispose: () => connection.dispose(),
      };
    },
  };
}
