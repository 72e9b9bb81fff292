import type { Address } from '../model/address';
import type { Instance } from '../model/instance';
import type { ServerReport } from '../model/report';
import type { Added } from '../model/servers';
import type { ExistingEntry } from './existing/existingList';

/** A server to look at. Either inside an instance (then `ports` are where it may listen, the likeliest first) or at a bare address. */
export interface NodeTarget {
  readonly id: string;
  readonly instance?: Instance;
  readonly ports: readonly number[];
  readonly address?: Address;
  /** Belongs to a topology that was added by address: its TLS and its passwords. */
  readonly existing?: { readonly entry: ExistingEntry; readonly sentinel: boolean };
  /** The user gave this very address. */
  readonly added?: Added;
  /** Where else it may be, when nothing answers at its address: one behind the same forwarding host as its speaker. Believed only if it is who is expected. */
  readonly instead?: { readonly address: Address; readonly identity: string };
  /** What our labels say it is; saves a round trip. */
  readonly hint?: ServerReport['mode'];
}
