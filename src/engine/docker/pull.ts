import { isFault } from '../../base/errors';
import type { EngineFault } from '../engine';
import type { Calls } from './calls';
import { fail } from './faults';
import { tagOf } from './images';
import { isRecord, number, record, text } from './read';
import { Lines } from '../text';
import { consume } from './streams';

/** A registry that says nothing for so long won't say anything any more. */
const SILENCE_MS = 90_000;
const NO_NETWORK =
  /no such host|server misbehaving|network is unreachable|connection refused|i\/o timeout|TLS handshake timeout|Client\.Timeout|no route to host|temporary failure in name resolution|dial tcp|proxyconnect|context deadline exceeded/i;
const NOT_FOUND =
  /not found|manifest unknown|pull access denied|repository does not exist|no matching manifest|invalid reference format|unauthorized|denied/i;

/** Fetches an image; see {@link Engine.pull}. Cancelling ends the fetch in the daemon too. */
export async function pullImage(
  calls: Calls,
  reference: string,
  onProgress: (fraction: number | undefined) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const own = new AbortController();
  const onAbort = (): void => own.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  let timer: NodeJS.Timeout | undefined;
  let silent = false;
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      silent = true;
      own.abort(new Error('the registry fell silent'));
    }, calls.limit(SILENCE_MS));
  };
  try {
    alive();
    const pinned = reference.includes('@') || tagOf(reference) !== undefined;
    const reply = await calls.stream('POST', '/images/create', {
      query: { fromImage: pinned ? reference : `${reference}:latest` },
      signal: own.signal,
      ms: SILENCE_MS,
    });
    const progress = new Progress();
    let failure: string | undefined;
    const lines = new Lines(line => {
      failure ??= progress.read(line);
      onProgress(progress.fraction);
    });
    const ended = await consume(
      reply,
      chunk => {
        alive();
        lines.feed(chunk);
      },
      own.signal,
    );
    lines.end();
    signal?.throwIfAborted();
    if (failure !== undefined) return fail(faultOfPull(reference, failure, 500));
    if (silent) return fail({ code: 'image-no-network', reference, text: `no progress for ${SILENCE_MS / 1000} s` });
    if (!ended)
      return fail({
        code: 'engine-lost',
        endpoint: (await calls.connection()).endpoint.text,
        text: 'the connection was cut while fetching',
      });
  } catch (error) {
    signal?.throwIfAborted();
    if (isFault(error, 'engine-error')) {
      const fault = error.fault as Extract<EngineFault, { code: 'engine-error' }>;
      return fail(faultOfPull(reference, fault.text, fault.status), error);
    }
    if (isFault(error, 'gone', 'image-missing', 'conflict')) return fail({ code: 'image-not-found', reference }, error);
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    own.abort();
  }
}

export function faultOfPull(reference: string, words: string, status: number): EngineFault {
  if (/no space left on device/i.test(words)) return { code: 'disk-full', text: words };
  if (NO_NETWORK.test(words)) return { code: 'image-no-network', reference, text: words };
  if (NOT_FOUND.test(words) || status === 404) return { code: 'image-not-found', reference };
  return { code: 'engine-error', call: 'POST /images/create', status, text: words };
}

/** Adds up the layers. Their sizes come one by one, so the fraction is held back from going down. */
export class Progress {
  readonly #layers = new Map<string, { current: number; total: number }>();
  #most = 0;

  /** Reads one line of the reply; gives the failure's text when it is one. */
  read(line: string): string | undefined {
    let raw: unknown;
    try {
      raw = JSON.parse(line);
    } catch {
      return undefined; // not a line of progress; whether the fetch succeeded is told by others
    }
    if (!isRecord(raw)) return undefined;
    const failure = text(record(raw['errorDetail'])['message']) ?? text(raw['error']);
    if (failure !== undefined) return failure;
    const layer = text(raw['id']);
    const detail = record(raw['progressDetail']);
    const total = number(detail['total']);
    const current = number(detail['current']);
    const known = layer === undefined ? undefined : this.#layers.get(layer);
    if (layer !== undefined && total !== undefined && total > 0 && text(raw['status']) === 'Downloading')
      this.#layers.set(layer, { total, current: Math.min(current ?? 0, total) });
    else if (
      known &&
      /^(Download complete|Extracting|Pull complete|Verifying Checksum)$/.test(text(raw['status']) ?? '')
    )
      known.current = known.total;
    return undefined;
  }

  get fraction(): number | undefined {
    if (this.#layers.size === 0) return undefined;
    let current = 0;
    let total = 0;
    for (const layer of this.#layers.values()) {
      current += layer.current;
      total += layer.total;
    }
    return (this.#most = Math.max(this.#most, current / total));
  }
}
