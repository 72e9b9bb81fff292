import type { ConnectOptions, Endpoint, RedisConnection, RedisConnector } from './client';

/** A connector that is loaded at the first connection: the client library costs tens of milliseconds that activation must not pay. */
export function lazyConnector(load: () => Promise<RedisConnector> | RedisConnector): RedisConnector {
  let loaded: Promise<RedisConnector> | undefined;
  const get = (): Promise<RedisConnector> => (loaded ??= Promise.resolve(load()));
  return {
    prepare: () => {
      get().catch(() => undefined); // whoever connects is told
    },
    async connect(endpoint: Endpoint, options?: ConnectOptions): Promise<RedisConnection> {
      return (await get()).connect(endpoint, options);
    },
  };
}
