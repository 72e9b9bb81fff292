import { HumanError } from '../base/errors';
import type { RedisConnection, Reply } from '../redis/client';
import { ReplyError } from '../redis/client';
import type { RedisFault } from '../redis/client';

/** A flat array of names and values (`SENTINEL MASTER`, RESP2) as a map; other shapes give an empty one. */
export function flatMap(reply: Reply | ReplyError | undefined): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  if (!Array.isArray(reply)) return map;
  for (let i = 0; i + 1 < reply.length; i += 2) map.set(String(reply[i]), String(reply[i + 1]));
  return map;
}

export function flatMaps(reply: Reply | ReplyError | undefined): readonly ReadonlyMap<string, string>[] {
  return Array.isArray(reply) ? (reply as readonly Reply[]).map(flatMap) : [];
}

/** What `call` throws when the server says no, for replies out of a pipeline. `command` must not hold a secret. */
export function refusedBy(connection: RedisConnection, command: string, reply: ReplyError): HumanError<RedisFault> {
  return new HumanError<RedisFault>({
    code: 'redis-refused',
    address: connection.address,
    command,
    prefix: reply.prefix,
    text: reply.text,
  });
}

/** Throws the first error reply among `replies`; `names[i]` is the command without its arguments. */
export function noneRefused(
  connection: RedisConnection,
  names: readonly string[],
  replies: readonly (Reply | ReplyError)[],
): readonly Reply[] {
  return replies.map((reply, i) => {
    if (reply instanceof ReplyError) throw refusedBy(connection, names[i] ?? '', reply);
    return reply;
  });
}
