import { isLoopback } from '../../model/servers';
import type { Endpoint } from './endpoint';

/** How this machine gets to what an engine publishes. */
export interface Route {
  /** Addresses in the engine's networks lead nowhere from here, or to strangers. */
  readonly afar: boolean;
  /** Where ports are found that are published on all addresses. */
  readonly published?: string;
  /** Whether ports published on loopback are on this machine's. */
  readonly loopback: boolean;
}

/** An engine of this machine, on Linux. */
export const HERE: Route = { afar: false, published: '127.0.0.1', loopback: true };

/**
 * The engine's endpoint tells on whose machine it is; one on loopback counts as ours, although something may forward it. Docker Desktop and its
 * like run containers in a machine of their own: they bring published ports to our loopback, but not the networks.
 * @param forced everything through the engine, as if nothing else led there
 */
export function routeTo(endpoint: Endpoint, platform: string, forced: boolean): Route {
  if (forced) return { afar: true, loopback: false };
  if (endpoint.kind === 'ssh') return { afar: true, published: endpoint.destination, loopback: false };
  if (endpoint.kind === 'tcp' && !isLoopback(endpoint.host))
    return { afar: true, published: endpoint.host, loopback: false };
  return platform === 'linux' ? HERE : { ...HERE, afar: true };
}
