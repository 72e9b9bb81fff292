import { wholeNumber } from '../../model/unreadable';
import type { RedisConnection, Reply } from '../../redis/client';
import type { InventoryPort } from '../inventoryPort';

/** One entry of SLOWLOG GET. */
export interface SlowCommand {
  readonly id: number;
  /** Milliseconds since the epoch, by the server's clock. */
  readonly at: number;
  readonly microseconds: number;
  /** Name and arguments as the server shortened them. */
  readonly command: readonly string[];
  readonly client?: string;
}

/** One line of CLIENT LIST. */
export interface ConnectedClient {
  readonly id: string;
  readonly address: string;
  readonly name: string;
  readonly user: string;
  readonly ageSeconds: number;
  readonly idleSeconds: number;
  /** The last command it sent. */
  readonly command: string;
  readonly kind: 'normal' | 'replica' | 'master' | 'subscriber';
  readonly memoryBytes?: number;
}

/** So many entries are asked for and shown. */
const MOST = 128;

/** Asks one server, over a connection that is closed again. */
export async function slowLogOf(
  inventory: Pick<InventoryPort, 'connectionTo'>,
  node: string,
  signal: AbortSignal,
): Promise<readonly SlowCommand[]> {
  return readSlowLog(await askOnce(inventory, node, ['SLOWLOG', 'GET', String(MOST)], signal));
}

export async function clientsOf(
  inventory: Pick<InventoryPort, 'connectionTo'>,
  node: string,
  signal: AbortSignal,
): Promise<readonly ConnectedClient[]> {
  return readClientList(await askOnce(inventory, node, ['CLIENT', 'LIST'], signal));
}

async function askOnce(
  inventory: Pick<InventoryPort, 'connectionTo'>,
  node: string,
  command: readonly string[],
  signal: AbortSignal,
): Promise<Reply> {
  const connection: RedisConnection = await inventory.connectionTo(node, signal);
  try {
    return await connection.call(command, { signal, timeoutMs: 3000 });
  } finally {
    connection.dispose();
  }
}

/** Each entry: id, seconds, microseconds, arguments, then client address and name since Redis 4. What has another shape is left out. */
export function readSlowLog(reply: Reply): readonly SlowCommand[] {
  if (!Array.isArray(reply)) return [];
  return (reply as readonly Reply[]).flatMap(entry => {
    if (!Array.isArray(entry)) return [];
    const [id, seconds, microseconds, words, client] = entry as readonly Reply[];
    if (typeof id !== 'number' || typeof seconds !== 'number' || typeof microseconds !== 'number') return [];
    if (!Array.isArray(words)) return [];
    return [
      {
        id,
        at: seconds * 1000,
        microseconds,
        command: (words as readonly Reply[]).map(String),
        ...(typeof client === 'string' && client !== '' ? { client } : {}),
      },
    ];
  });
}

/** `id=3 addr=127.0.0.1:53104 laddr=… name= age=2 idle=0 flags=N db=0 … cmd=client|list user=default …`; values hold no blanks. */
export function readClientList(reply: Reply): readonly ConnectedClient[] {
  if (typeof reply !== 'string') return [];
  return reply.split('\n').flatMap(line => {
    const fields = new Map(
      line
        .trim()
        .split(' ')
        .map(word => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] as const),
    );
    const id = fields.get('id');
    if (id === undefined || !line.startsWith('id=')) return [];
    const flags = fields.get('flags') ?? '';
    const memory = wholeNumber(fields.get('tot-mem'), -1);
    return [
      {
        id,
        address: fields.get('addr') ?? '',
        name: fields.get('name') ?? '',
        user: fields.get('user') ?? '',
        ageSeconds: wholeNumber(fields.get('age'), 0),
        idleSeconds: wholeNumber(fields.get('idle'), 0),
        command: fields.get('cmd') ?? '',
        kind: flags.includes('S')
          ? 'replica'
          : flags.includes('M')
            ? 'master'
            : flags.includes('P')
              ? 'subscriber'
              : 'normal',
        ...(memory < 0 ? {} : { memoryBytes: memory }),
      },
    ];
  });
}
