import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { deadline, whenAborted } from '../../base/abort';
import { textOf } from '../../base/errors';
import { fail, faultOfError, faultOfReply, messageOf } from './faults';
import type { About } from './faults';
import type { Connection, Connector } from './connection';

export type Query = Readonly<Record<string, string | number | boolean | object | undefined>>;

export interface CallOptions {
  readonly query?: Query;
  readonly body?: unknown;
  readonly archive?: Buffer;
  /** Our own limit for the whole call, body included. Default 20 s. */
  readonly ms?: number;
  readonly signal?: AbortSignal | undefined;
  /** Named in faults. */
  readonly about?: Omit<About, 'call' | 'endpoint'>;
  /** Statuses besides 2xx that mean 'done' (304: it is already so). */
  readonly done?: readonly number[];
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
/** More than this of JSON is no answer that we asked for. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Every call to the daemon goes through here: deadline and cancel of our own around the whole of it, any failure as an engine
 * fault (or the caller's cancellation), the shape read by `shape`, whose throwing becomes `bad-reply`.
 */
export class Calls {
  /** @param patience factor for all time limits; below 1 in tests of what happens when they pass */
  constructor(
    private readonly connector: Connector,
    private readonly patience = 1,
  ) {}

  /** A time limit as this engine takes it. */
  limit(ms: number): number {
    return ms * this.patience;
  }

  connection(signal?: AbortSignal): Promise<Connection> {
    return this.connector.connection(signal);
  }

  /** Asks for JSON and reads it with `shape`. */
  async json<T>(method: Method, path: string, options: CallOptions, shape: (value: unknown) => T): Promise<T> {
    const about = this.#about(method, path, options);
    return this.#run(about, options, async (connection, signal) => {
      const reply = await this.#send(connection, method, path, options, about, signal);
      const body = await readAll(reply, signal);
      let value: unknown;
      try {
        value = JSON.parse(body);
      } catch (error) {
        fail({ code: 'bad-reply', call: about.call, text: `no JSON: ${body.slice(0, 200)}` }, error);
      }
      try {
        return shape(value);
      } catch (error) {
        return fail({ code: 'bad-reply', call: about.call, text: textOf(error) }, error);
      }
    });
  }

  /** An act whose reply has nothing to tell. */
  async act(method: Method, path: string, options: CallOptions): Promise<void> {
    const about = this.#about(method, path, options);
    await this.#run(about, options, async (connection, signal) => {
      await readAll(await this.#send(connection, method, path, options, about, signal), signal);
    });
  }

  /**
   * Opens a reply that goes on (events, logs, pull progress). The deadline is for its head only; afterwards `signal` ends it,
   * and the reader finds a cut as an `error` or a `close` without `end`.
   */
  async stream(
    method: Method,
    path: string,
    options: CallOptions & { readonly signal: AbortSignal },
  ): Promise<IncomingMessage> {
    const about = this.#about(method, path, options);
    const life = options.signal;
    return this.#run(about, options, async (connection, signal) => {
      const both = new AbortController();
      signal.addEventListener('abort', () => both.abort(signal.reason), { once: true });
      const forget = whenAborted(life, () => both.abort(life.reason));
      try {
        const reply = await this.#send(connection, method, path, options, about, both.signal);
        reply.once('close', forget);
        return reply;
      } catch (error) {
        forget();
        throw error;
      }
    });
  }

  /** Posts `body` and takes over the connection, for an exec with input. */
  async upgrade(path: string, options: CallOptions & { readonly signal: AbortSignal }): Promise<Duplex> {
    const about = this.#about('POST', path, options);
    return this.#run(about, options, async (connection, signal) => {
      const got = await connection.transport.upgrade({ method: 'POST', path, body: options.body, signal });
      if (!isReply(got)) return got;
      const words = messageOf(await readAll(got, signal));
      const status = got.statusCode ?? 0;
      return fail(
        status < 400
          ? { code: 'bad-reply', call: about.call, text: `status ${status} instead of 101` }
          : faultOfReply(status, words, { ...about, endpoint: connection.endpoint.text }),
      );
    });
  }

  /** Work on streams that no single call covers, within a limit; its failures become faults like those of a call. */
  async within<T>(
    what: string,
    ms: number,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    try {
      return await deadline(what, this.limit(ms), signal, work);
    } catch (error) {
      throw faultOfError(error, { call: what, endpoint: this.connector.lastText });
    }
  }

  #about(method: Method, path: string, options: CallOptions): Omit<About, 'endpoint'> {
    return { call: `${method} ${path}`, ...options.about };
  }

  async #run<T>(
    about: Omit<About, 'endpoint'>,
    options: CallOptions,
    work: (connection: Connection, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    let connection: Connection | undefined;
    try {
      return await deadline(about.call, this.limit(options.ms ?? 20_000), options.signal, async signal => {
        connection = await this.connector.connection(signal);
        return work(connection, signal);
      });
    } catch (error) {
      const fault = faultOfError(error, { ...about, endpoint: connection?.endpoint.text ?? this.connector.lastText });
      if (connection && fault !== error) this.connector.doubt(connection);
      throw fault;
    }
  }

  async #send(
    connection: Connection,
    method: Method,
    path: string,
    options: CallOptions,
    about: Omit<About, 'endpoint'>,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const reply = await connection.transport.send({
      method,
      path: path + queryText(options.query),
      body: options.body,
      ...(options.archive ? { archive: options.archive } : {}),
      signal,
    });
    const status = reply.statusCode ?? 0;
    if ((status >= 200 && status < 300) || options.done?.includes(status)) return reply;
    const words = messageOf(await readAll(reply, signal));
    return fail(faultOfReply(status, words, { ...about, endpoint: connection.endpoint.text }));
  }
}

/** The whole body as text. Rejects when the connection is cut in it, at once. */
export function readAll(reply: IncomingMessage, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onAbort = (): void => void reply.destroy();
    signal.addEventListener('abort', onAbort, { once: true });
    reply.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > MOST_BYTES) reply.destroy(new Error('the reply is too long'));
    });
    reply.on('end', () => {
      if (reply.complete) resolve(Buffer.concat(chunks).toString('utf8'));
    });
    reply.on('error', reject);
    reply.on('close', () => {
      signal.removeEventListener('abort', onAbort);
      reject(
        signal.aborted && signal.reason instanceof Error
          ? signal.reason
          : new Error('the connection was cut inside the reply'),
      ); // no effect after `end`
    });
  });
}

function isReply(got: Duplex | IncomingMessage): got is IncomingMessage {
  return 'statusCode' in got;
}

function queryText(query: Query | undefined): string {
  const parts = Object.entries(query ?? {})
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value]) =>
        `${key}=${encodeURIComponent(typeof value === 'object' ? JSON.stringify(value) : String(value))}`,
    );
  return parts.length > 0 ? `?${parts.join('&')}` : '';
}
