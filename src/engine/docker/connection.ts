import { access, readdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { deadline } from '../../base/abort';
import { readAll } from './calls';
import type { Endpoint, Surroundings } from './endpoint';
import { findEndpoints } from './endpoint';
import { fail, faultOfError, messageOf } from './faults';
import { isRecord, list, record, text } from './read';
import { openTransport } from './transport';
import type { Transport } from './transport';

/** Newest API whose replies this code has read; older ones down to {@link OLDEST_API} differ in nothing that it uses. */
export const NEWEST_API = '1.51';
/** Docker 19.03: the oldest whose networks, archives and filters do all that is asked here. */
export const OLDEST_API = '1.40';

export interface Connection {
  readonly endpoint: Endpoint;
  readonly transport: Transport;
  readonly product: 'Docker' | 'Podman';
  readonly version: string;
  readonly apiVersion: string;
}

/** How long what was found stays unquestioned: the user may switch contexts at any time. */
const TRUST_MS = 2000;
const CONNECT_MS = 8000;

/** Finds the daemon, keeps the connection while it is good, and looks again when it was in doubt or the endpoint changed. */
export class Connector {
  #current: Promise<Connection> | undefined;
  #endpoint = '';
  #looked = 0;
  /** The endpoint tried last, for faults that come before there is a connection. */
  lastText = '';

  /** @param patience see {@link Calls} */
  constructor(
    private readonly around: () => Surroundings,
    private readonly patience = 1,
  ) {}

  async connection(signal?: AbortSignal): Promise<Connection> {
    if (this.#current && Date.now() - this.#looked > TRUST_MS) await this.#lookAgain();
    signal?.throwIfAborted(); // before there is anything that could fail with nobody to hear of it
    const pending = (this.#current ??= this.#open());
    try {
      return await withSignal(pending, signal);
    } catch (error) {
      if (this.#current === pending && !signal?.aborted) this.#current = undefined;
      throw error;
    }
  }

  /** Something failed on `connection`: the next call asks afresh who is there. */
  doubt(connection: Connection): void {
    void this.#current?.then(
      current => {
        if (current === connection) this.#current = undefined;
        connection.transport.retire();
      },
      () => undefined,
    );
  }

  dispose(): void {
    void this.#current?.then(
      current => current.transport.close(),
      () => undefined,
    );
    this.#current = undefined;
  }

  async #lookAgain(): Promise<void> {
    this.#looked = Date.now();
    const found = (await findEndpoints(this.around())).map(nameOf).join(' ');
    if (found === this.#endpoint) return;
    void this.#current?.then(
      current => current.transport.retire(),
      () => undefined,
    );
    this.#current = undefined;
  }

  async #open(): Promise<Connection> {
    this.#looked = Date.now();
    const endpoints = await findEndpoints(this.around());
    this.#endpoint = endpoints.map(nameOf).join(' ');
    let first: unknown;
    for (const endpoint of endpoints) {
      this.lastText = endpoint.text;
      try {
        if (endpoint.kind === 'unsupported')
          return fail({ code: 'engine-unsupported-endpoint', endpoint: endpoint.text });
        return await connect(endpoint, CONNECT_MS * this.patience);
      } catch (error) {
        first ??= error; // the best guess failed for the reason that helps most
      }
    }
    throw first;
  }
}

/** Asks who is there without naming a version, then settles on the newest API that both know. */
async function connect(endpoint: Endpoint, ms: number): Promise<Connection> {
  const about = { call: 'GET /_ping', endpoint: endpoint.text };
  let transport: Transport | undefined;
  try {
    return await deadline(about.call, ms, undefined, async signal => {
      // where no daemon is, the first request would cost ten milliseconds to find out
      if (endpoint.kind === 'socket' && !isPipe(endpoint.path)) await stat(endpoint.path);
      transport = await openTransport(endpoint);
      const { product, version, apiVersion } =
        (await greet(transport, signal)) ?? (await askVersion(transport, endpoint.text, signal));
      transport.pin(apiVersion);
      return { endpoint, transport, product, version, apiVersion };
    });
  } catch (error) {
    transport?.close();
    throw faultOfError(error, about);
  }
}

type Known = Pick<Connection, 'product' | 'version' | 'apiVersion'>;

/**
 * Docker and Podman both say in the head of `/_ping` what they are and which API they speak: 2 ms. (`/version` makes Docker start three programs to ask
 * them for theirs: 10 to 40 ms.) `undefined` where that is not said, as behind a proxy, or names what only `/version` can settle: an API newer or older
 * than those known here.
 */
async function greet(transport: Transport, signal: AbortSignal): Promise<Known | undefined> {
  const reply = await transport.send({ method: 'GET', path: '/_ping', signal });
  await readAll(reply, signal);
  return reply.statusCode === 200 ? readGreeting(reply.headers) : undefined;
}

/** Reads the head of `/_ping`; see {@link greet}. */
export function readGreeting(headers: Readonly<Record<string, unknown>>): Known | undefined {
  const [, who, version] = /^(Docker|Libpod)\/(\S+)/.exec(text(headers['server']) ?? '') ?? [];
  const apiVersion = text(headers['api-version']);
  if (version === undefined || apiVersion === undefined || !API.test(apiVersion)) return undefined;
  if (compareApi(apiVersion, NEWEST_API) > 0 || compareApi(apiVersion, OLDEST_API) < 0) return undefined;
  return { product: who === 'Libpod' ? 'Podman' : 'Docker', version, apiVersion };
}

const API = /^\d+\.\d+$/;

async function askVersion(transport: Transport, endpoint: string, signal: AbortSignal): Promise<Known> {
  const call = 'GET /version';
  const reply = await transport.send({ method: 'GET', path: '/version', signal });
  const body = await readAll(reply, signal);
  if (reply.statusCode !== 200) {
    if ((reply.statusCode ?? 0) >= 500)
      return fail({ code: 'engine-error', call, status: reply.statusCode ?? 0, text: messageOf(body) });
    return fail({ code: 'engine-not-docker', endpoint });
  }
  const said = parseVersion(body);
  const api = said && text(said['ApiVersion']);
  if (!said || !api || !API.test(api)) return fail({ code: 'engine-not-docker', endpoint });
  const apiVersion = pinApi(api, text(said['MinAPIVersion']));
  if (apiVersion === undefined)
    return fail({
      code: 'engine-version',
      endpoint,
      text: `API ${text(said['MinAPIVersion']) ?? '?'} to ${api}; known here: ${OLDEST_API} to ${NEWEST_API}`,
    });
  const podman = list(said['Components']).some(part => /podman/i.test(text(record(part)['Name']) ?? ''));
  return { product: podman ? 'Podman' : 'Docker', version: text(said['Version']) ?? api, apiVersion };
}

/** A pipe of Windows, which already a look at it would open. */
function isPipe(path: string): boolean {
  return /^[\\/]{2}[.?][\\/]pipe[\\/]/i.test(path);
}

/** The newest API version that both sides know, `undefined` when there is none. `least` is what the daemon still accepts. */
export function pinApi(daemon: string, least: string | undefined): string | undefined {
  const pinned = compareApi(daemon, NEWEST_API) < 0 ? daemon : NEWEST_API;
  if (compareApi(pinned, OLDEST_API) < 0 || (least !== undefined && compareApi(pinned, least) < 0)) return undefined;
  return pinned;
}

function compareApi(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}

function parseVersion(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined; // something answers HTTP there, but not a Docker engine; the caller says so
  }
}

function withSignal<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** What the user knows it by: a context's name says more than its address. */
export function nameOf(endpoint: { readonly text: string; readonly context?: string }): string {
  return endpoint.context === undefined ? endpoint.text : `${endpoint.context} (${endpoint.text})`;
}

/** The real surroundings of this process. */
export function surroundings(setting: string | undefined, context?: string): Surroundings {
  return {
    setting,
    context,
    env: process.env,
    home: homedir(),
    platform: process.platform,
    uid: process.getuid?.(),
    read: path => readFile(path, 'utf8').catch(() => undefined),
    list: path => readdir(path).catch(() => []),
    exists: path =>
      access(path).then(
        () => true,
        () => false,
      ),
  };
}
