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

/**
 * The fault for an HTTP status and the daemon's words. Codes are told apart by text where the API uses one status for
 * several things (500 for a taken port and for a full disk; 403 for an address and for a network in use).
 */
export function faultOfReply(status: number, words: string, about: About): EngineFault {
  const { call, endpoint, id = '' } = about;
  if (/client version .* is too (new|old)|client is newer than server/i.test(words)) return { code: 'engine-version', endpoint, text: words };
  if (/no space left on device|disk quota exceeded/i.test(words)) return { code: 'disk-full', text: words };
  const port = /(?:Bind for [^ ]*?:|listen tcp[46]? [^ ]*?:|listen udp[46]? [^ ]*?:|bind(?:ing)? .*?:)(\d+)(?:\/tcp)?:? .*(?:already allocated|already in use|forbidden by its access)/i.exec(words)
    ?? /ports? (?:are|is) not available: exposing port TCP [^ ]*?:(\d+)/i.exec(words) ?? /(?:rootlessport|cannot expose|proxy already running).*?:?(\d{2,5})\b/i.exec(words);
  if (port) return { code: 'port-taken', port: Number(port[1]) };
  if (/(ip )?address already in use|requested address is (already|not available)|already allocated address|Address is already allocated/i.test(words)) return { code: 'address-taken', address: about.address ?? /\d+\.\d+\.\d+\.\d+/.exec(words)?.[0] ?? '' };
  if (/pool overlaps|overlaps with|address space|subnet .* (is )?already (being )?used/i.test(words)) return { code: 'no-free-subnet' };
  if (status === 404 && about.image !== undefined && !/no such (network|volume)/i.test(words)) return { code: 'image-missing', reference: about.image };
  if (status === 409 && /(container )?name .* (is )?already in use|with name .* already exists/i.test(words)) return { code: 'name-taken', name: about.name ?? '' };
  if (/has active endpoints|volume is in use|is being used|in use by/i.test(words)) return { code: 'in-use', id, text: words };
  if (status === 404) return { code: 'gone', id };
  // Unpausing what is not paused is a 500 in older engines and a 409 in newer ones.
  if (status === 409 || /is not paused|is already paused|is not running/i.test(words)) return { code: 'conflict', id, text: words };
  return { code: 'engine-error', call, status, text: words };
}

/** The fault for what a connection threw. A cancellation passes through as it is; an {@link EngineFault} too. */
export function faultOfError(error: unknown, about: About): unknown {
  if (isCancellation(error)) return error;
  const { endpoint } = about;
  const wrap = (fault: EngineFault): HumanError<EngineFault> => new HumanError<EngineFault>(fault, { cause: error });
  if (isDeadline(error)) return wrap({ code: 'engine-lost', endpoint, text: `${about.call}: no answer within ${error.fault.ms} ms` });
  if (error instanceof HumanError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'ENOTSOCK') return wrap({ code: 'engine-missing', endpoint });
  if (code === 'ECONNREFUSED' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return wrap({ code: 'engine-refused', endpoint });
  if (code === 'EACCES' || code === 'EPERM') return wrap({ code: 'engine-forbidden', endpoint });
  if (code.startsWith('HPE_') || code === 'ERR_INVALID_PROTOCOL') return wrap({ code: 'engine-not-docker', endpoint });
  return wrap({ code: 'engine-lost', endpoint, text: textOf(error) });
}
