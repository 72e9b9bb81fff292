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
