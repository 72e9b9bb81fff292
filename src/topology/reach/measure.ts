import { mapLimit } from '../../base/abort';
import { HumanError, isFault } from '../../base/errors';
import type { Address } from '../../model/address';
import { sameWay } from '../../model/address';
import { readFlat, textField } from '../../model/flat';
import type { Node, SilenceReason } from '../../model/snapshot';
import type { RedisFault, Reply } from '../../redis/client';
import { credentialsOf } from '../../redis/credentials';
import type { VerbDeps } from '../deps';
import type { Attempt, Reach } from './explain';
import { addressesToTry, explainReach } from './explain';
import { secretOfNode } from '../password';

/** Long enough for a server that is held up, short enough that a firewall that drops everything does not hold up the table. Milliseconds. */
const PATIENCE_MS = 2000;

/**
 * Tries every address of every node from this machine, at most 16 at a time. Nothing is changed; a node that is stopped or paused is not tried.
 * @param topologyId whose password serves for all its nodes
 */
export function measureReach(
  deps: Pick<VerbDeps, 'connector' | 'secrets'>,
  nodes: readonly Node[],
  topologyId: string | undefined,
  signal: AbortSignal,
): Promise<readonly Reach[]> {
  return mapLimit(nodes, 8, async known => {
    const secret = await secretOfNode(deps.secrets, topologyId, known);
    const { instance } = known;
    if (instance && instance.state !== 'running' && instance.state !== 'restarting') return explainReach(known, []);
    const attempts: Attempt[] = [];
    const tryAll = async (node: Node): Promise<void> => {
      const fresh = addressesToTry(node).filter(address => !attempts.some(one => sameWay(one.address, address)));
      attempts.push(...(await mapLimit(fresh, 2, address => attempt(deps, address, secret, signal))));
    };
    await tryAll(known);
    const answering = attempts.find(({ outcome }) => outcome === 'answers');
    const told = answering && (await announcedBy(deps, known, answering.address, secret, signal));
    const node = told
      ? {
          ...known,
          announced: {
            host: told.host ?? known.announced?.host ?? answering.address.host,
            port: told.port ?? known.announced?.port ?? answering.address.port,
          },
        }
      : known;
    if (told) await tryAll(node);
    return explainReach(node, attempts);
  });
}

interface Told {
  readonly host?: string;
  readonly port?: number;
}

/**
 * What a server tells as its own address instead of the one it has. A cluster node is asked what it tells clients; of others only the settings
 * say so.
 */
async function announcedBy(
  { connector }: Pick<VerbDeps, 'connector'>,
  { role, clusterId }: Pick<Node, 'role' | 'clusterId'>,
  address: Address,
  secret: string | undefined,
  signal: AbortSignal,
): Promise<Told | undefined> {
  const connection = await connector.connect({ address, ...credentialsOf(secret) }, { timeoutMs: PATIENCE_MS, signal });
  const ask = (...command: readonly string[]): Promise<Reply> =>
    connection.call(command, { timeoutMs: PATIENCE_MS, signal });
  try {
    if (clusterId !== undefined) return toldToClients(await ask('CLUSTER', 'SLOTS'), clusterId);
    const prefix = role === 'sentinel' ? 'announce' : 'replica-announce';
    const settings = readFlat(
      'CONFIG GET',
      role === 'sentinel'
        ? await ask('SENTINEL', 'CONFIG', 'GET', 'announce-*')
        : await ask('CONFIG', 'GET', 'replica-announce-*'),
    );
    const host = textField(settings, `${prefix}-ip`);
    const port = Number(textField(settings, `${prefix}-port`));
    return host === '' && !port ? undefined : { ...(host === '' ? {} : { host }), ...(port ? { port } : {}) };
  } catch (error) {
    // A user who may not read the settings, or a server that has none, sees what the others say of it.
    if (isFault(error, 'redis-refused')) return undefined;
    throw error;
  } finally {
    connection.dispose();
  }
}

/** The endpoint of the node in what clients ask for; nobody without slots is in there. An empty one means: where you asked. */
export function toldToClients(slots: Reply, id: string): Told | undefined {
  for (const range of Array.isArray(slots) ? (slots as readonly Reply[]) : []) {
    for (const node of Array.isArray(range) ? (range as readonly Reply[]).slice(2) : []) {
      if (!Array.isArray(node)) continue;
      const [host, port, own] = node as readonly Reply[];
      if (own === id && typeof port === 'number')
        return { ...(typeof host === 'string' && host !== '' && host !== '?' ? { host } : {}), port };
    }
  }
  return undefined;
}

async function attempt(
  { connector }: Pick<VerbDeps, 'connector'>,
  address: Address,
  secret: string | undefined,
  signal: AbortSignal,
): Promise<Attempt> {
  try {
    const connection = await connector.connect(
      { address, ...credentialsOf(secret) },
      { timeoutMs: PATIENCE_MS, signal },
    );
    connection.dispose();
    return { address, outcome: 'answers' };
  } catch (error) {
    signal.throwIfAborted();
    return { address, outcome: reasonOf(error) };
  }
}

function reasonOf(error: unknown): SilenceReason {
  const fault = error instanceof HumanError ? (error.fault as RedisFault) : undefined;
  if (fault?.code === 'redis-silent') return fault.reason;
  // Whatever else it says, it said it in the protocol: it lives and refuses us.
  if (fault?.code === 'redis-refused') return 'no-permission';
  throw error;
}
