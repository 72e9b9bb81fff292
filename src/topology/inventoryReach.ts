import { isCancellation } from '../base/abort';
import { HumanError } from '../base/errors';
import type { Address } from '../model/address';
import { sameWay } from '../model/address';
import type { SilenceReason } from '../model/snapshot';
import type { AddressBook } from '../redis/addressBook';
import { candidates, isWorthTunnel } from '../redis/addressBook';
import type { ConnectOptions, RedisConnection, RedisConnector, RedisFault } from '../redis/client';
import { credentialsOf } from '../redis/credentials';
import type { NodeTarget } from './inventoryTarget';
import { moreTelling, silenceOf } from './silence';

/** Asking again does not help until somebody gives another password. */
export const asksForPassword: ReadonlySet<SilenceReason> = new Set([
  'password-required',
  'password-wrong',
  'no-permission',
]);

/** Every address that may lead to the server, with the port that it means inside. */
export function placesOf({ instance, ports, address, instead }: NodeTarget): readonly {
  readonly at: Address;
  readonly port: number;
}[] {
  if (address !== undefined)
    return [address, ...(instead === undefined ? [] : [instead.address])].map(at => ({ at, port: at.port }));
  return instance === undefined ? [] : ports.flatMap(port => candidates(instance, port).map(at => ({ at, port })));
}

/**
 * Tries the addresses of a server in their order; the first that answers is remembered in the book. Throws the most telling failure.
 * @param somewhere named in the failure when there is no address at all
 * @param onFailed told of each address that did not lead there, before the next one is tried
 */
export async function reach(
  { connector, book }: { readonly connector: RedisConnector; readonly book: AddressBook },
  target: NodeTarget,
  somewhere: Address,
  password: string | undefined,
  options: ConnectOptions,
  onFailed: (at: Address, reason: SilenceReason | undefined) => void,
): Promise<{ readonly connection: RedisConnection; readonly port: number }> {
  const { id, existing, instance } = target;
  const tls = existing?.entry.tls;
  const places = placesOf(target);
  const order = book.order(
    id,
    places.map(({ at }) => at),
  );
  let failure: unknown = new HumanError<RedisFault>({ code: 'redis-silent', address: somewhere, reason: 'no-address' });
  const failed: { address: Address; reason: SilenceReason | undefined }[] = [];
  const wasDirect = book.knowsDirect(id);
  for (const at of order) {
    if (at.via !== undefined && (wasDirect || !isWorthTunnel(instance, failed))) continue;
    try {
      const connection = await connector.connect(
        { address: at, ...credentialsOf(password), ...(tls === undefined ? {} : { tls }) },
        options,
      );
      book.answered(id, at);
      return { connection, port: places.find(place => sameWay(place.at, at))?.port ?? at.port };
    } catch (error) {
      if (isCancellation(error)) throw error;
      failure = moreTelling(failure, error);
      const reason = silenceOf(error);
      if (at.via === undefined) failed.push({ address: at, reason });
      onFailed(at, reason);
      // it answered, only not to us: the other addresses lead to the same server
      if (reason !== undefined && asksForPassword.has(reason)) throw error;
    }
  }
  throw failure;
}
