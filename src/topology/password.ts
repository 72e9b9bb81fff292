import type { Node } from '../model/snapshot';
import type { RedisConnector } from '../redis/client';
import type { Credentials } from '../redis/credentials';
import { packCredentials } from '../redis/credentials';
import type { Secrets } from './ports';

/** Whether the server answered, only not to us: another password may help. */
export function wantsPassword({ contact }: Pick<Node, 'contact'>): boolean {
  return (
    contact.state === 'silent' &&
    (contact.reason === 'password-required' ||
      contact.reason === 'password-wrong' ||
      contact.reason === 'no-permission')
  );
}

/** Under which key of the secret store the password of a node lies: the servers of a topology of ours share one. */
export function secretKeyOf({ id, instance }: Pick<Node, 'id' | 'instance'>): string {
  return instance?.ownership?.topologyId ?? id;
}

/** Where the secret of the Sentinels of a topology lies, when they have another than the data nodes. */
export function sentinelSecret(topologyId: string): string {
  return `${topologyId}/sentinel`;
}

/** Whose secret is wanted: `secretKey` is that of the server's own, which is its id in the tree. */
export interface SecretHolder {
  readonly secretKey?: string;
  readonly sentinel?: boolean;
}

/**
 * What to log in with at one server of a topology, as {@link credentialsOf} reads it: the secret of its own that the user entered, else (a
 * Sentinel) that of the topology's Sentinels, else the topology's. Servers of a topology of ours have none of their own.
 */
export async function secretOf(
  secrets: Pick<Secrets, 'get'>,
  topologyId: string | undefined,
  { secretKey, sentinel }: SecretHolder,
): Promise<string | undefined> {
  const own = secretKey === undefined ? undefined : await secrets.get(secretKey);
  if (own !== undefined || topologyId === undefined) return own;
  const ofSentinels = sentinel === true ? await secrets.get(sentinelSecret(topologyId)) : undefined;
  return ofSentinels ?? secrets.get(topologyId);
}

/** {@link secretOf} a node of the tree. */
export function secretOfNode(
  secrets: Pick<Secrets, 'get'>,
  topologyId: string | undefined,
  { id, role }: Pick<Node, 'id' | 'role'>,
): Promise<string | undefined> {
  return secretOf(secrets, topologyId, { secretKey: id, sentinel: role === 'sentinel' });
}

/**
 * Logs in at the server and asks what every look at it asks; throws what it said against it. Keeps what it accepts, and
 * nothing else. Refused ones leave what was kept before.
 */
export async function keepPassword(
  deps: { readonly connector: RedisConnector; readonly secrets: Pick<Secrets, 'set'> },
  node: Pick<Node, 'id' | 'instance' | 'reachable'>,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<void> {
  if (node.reachable === undefined) throw new Error(`${node.id} was never reached`);
  const connection = await deps.connector.connect(
    { address: node.reachable, ...credentials },
    { signal, timeoutMs: 5000 },
  );
  try {
    await connection.call(['INFO', 'server'], { signal, timeoutMs: 5000 });
  } finally {
    connection.dispose();
  }
  await deps.secrets.set(secretKeyOf(node), packCredentials(credentials));
}
