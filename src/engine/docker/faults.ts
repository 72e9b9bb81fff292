import { isCancellation, isDeadline } from '../../base/abort';
import { HumanError, textOf } from '../../base/errors';
import type { EngineFault } from '../engine';
import { record, text } from './read';

export function fail(fault: EngineFault, cause?: unknown): never {
  throw new HumanError<EngineFault>(fault, { cause });
}

/** What a call was about, for the faults that name it. */
export interface About {
  /** As in the API's reference, for logs: `POST /containers/create`. */
  readonly call: string;
  readonly endpoint: string;
  readonly id?: string;
  readonly image?: string;
  readonly name?: string;
  readonly address?: string;
}

/** The `message` of an error reply; its raw text when it is no JSON. Cut, because some daemons answer with a page. */
export function messageOf(body: string): string {
  try {
    const message = text(record(JSON.parse(body))['message']);
    if (message !== undefined) return message.slice(0, 2000);
  } catch {
    // Not JSON: a proxy's page or a plain sentence; the raw text says more than a parse error would.
  }
  return body.trim().slice(0, 500);
}

/** The daemon's words for a port that is taken: Docker by version, Docker Desktop, rootless, Windows, Podman. The port asked for stands first. */
const PORT_TAKEN = [
  /Bind for \S*?:(\d+) failed: port is already allocated/i,
  /bind host port (?:for )?\S*?:(\d+)[:/]\S* ?.*(?:already|forbidden)/i,
  /Ports? (?:are|is) not available: exposing port TCP \S*?:(\d+)/i,
  /listen (?:tcp|udp)[46]? \S*?:(\d+): .*(?:already in use|forbidden by its access)/i,
];

/**
 * The fault for an HTTP status and the daemon's words. Codes are told apart by text where the API uses one status for
 * several things (500 for a taken port and for a full disk; 403 for an address and for a network in use).
 */
export function faultOfReply(status: number, words: string, about: About): EngineFault {
  const { call, endpoint, id = '' } = about;
  const says = (pattern: RegExp): boolean => pattern.test(words);
  if (says(/client version .* is too (new|old)|client is newer than server/i))
    return { code: 'engine-version', endpoint, text: words };
  if (says(/no space left on device|disk quota exceeded/i)) return { code: 'disk-full', text: words };
  for (const pattern of PORT_TAKEN) {
    const port = pattern.exec(words)?.[1];
    if (port !== undefined) return { code: 'port-taken', port: Number(port) };
  }
  if (says(/container name .* already in use|network with name .* already exists|name .* is in use/i))
    return { code: 'name-taken', name: about.name ?? '' };
  if (says(/overlap|subnet .* already (being )?used/i)) return { code: 'no-free-subnet' };
  if (says(/address already in use|ip address .* already allocated|address is already allocated/i))
    return { code: 'address-taken', address: about.address ?? /\d+\.\d+\.\d+\.\d+/.exec(words)?.[0] ?? '' };
  if (status === 404 && about.image !== undefined && !says(/no such (network|volume)|network .* not found/i))
    return { code: 'image-missing', reference: about.image };
  if (says(/has active endpoints|volume is in use|volume .* is being used|being used by/i))
    return { code: 'in-use', id, text: words };
  // The container is there, but the network it was made for is not: `docker network prune` takes those of stopped containers.
  if (status === 404 && says(/network .* not found/i)) return { code: 'engine-error', call, status, text: words };
  if (status === 404) return { code: 'gone', id };
  // Unpausing what is not paused is a 500 in older engines and a 409 in newer ones.
  if (status === 409 || says(/is not paused|is already paused|is not running/i))
    return { code: 'conflict', id, text: words };
  return { code: 'engine-error', call, status, text: words };
}

/** The fault for what a connection threw. A cancellation passes through as it is; an {@link EngineFault} too. */
export function faultOfError(error: unknown, about: About): unknown {
  if (isCancellation(error)) return error;
  const { endpoint } = about;
  const wrap = (fault: EngineFault): HumanError<EngineFault> => new HumanError<EngineFault>(fault, { cause: error });
  if (isDeadline(error))
    return wrap({ code: 'engine-lost', endpoint, text: `${about.call}: no answer within ${error.fault.ms} ms` });
  if (error instanceof HumanError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'ENOTSOCK')
    return wrap({ code: 'engine-missing', endpoint });
  if (code === 'ECONNREFUSED' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH')
    return wrap({ code: 'engine-refused', endpoint });
  if (code === 'EACCES' || code === 'EPERM') return wrap({ code: 'engine-forbidden', endpoint });
  if (code.startsWith('HPE_') || code === 'ERR_INVALID_PROTOCOL') return wrap({ code: 'engine-not-docker', endpoint });
  return wrap({ code: 'engine-lost', endpoint, text: textOf(error) });
}
