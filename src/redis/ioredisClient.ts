import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import { deadline, isCancellation, isDeadline, whenAborted } from '../base/abort';
import { Emitter } from '../base/emitter';
import { HumanError, textOf } from '../base/errors';
import type { Address } from '../model/address';
import type { SilenceReason } from '../model/snapshot';
import type {
  CallOptions,
  ConnectOptions,
  Endpoint,
  RedisConnection,
  RedisConnector,
  RedisFault,
  Reply,
} from './client';
import { ReplyError } from './client';
import { reasonOfConnectError, reasonOfErrorReply, serverHasNoPassword } from './faults';
import { diagnose } from './rawProbe';
import { followPatterns } from './subscription';
import type { Digging, Tunnel } from './tunnelled';

const defaultTimeoutMs = 1000;
/** Before a way through an engine is open, a program has to be started in the container, on machines that are busy. Milliseconds. */
const DIG_MS = 8000;

/**
 * The connector on ioredis. What ioredis does by itself is switched off, because each of it waits or retries without an end that
 * we would see (RELIABILITY 5.4): reconnecting, the offline queue, the ready check, HELLO (RESP2 keeps maps flat, and sends nothing
 * before our first command, so that the server's first words are answers to *us*).
 */
export class IoredisConnector implements RedisConnector {
  /** @param tunnel opens the way to an address that only leads through an engine (`via`) */
  constructor(private readonly tunnel?: Tunnel) {}

  async connect(endpoint: Endpoint, options: ConnectOptions = {}): Promise<RedisConnection> {
    const { signal, timeoutMs = defaultTimeoutMs, verify = true } = options;
    const { via } = endpoint.address;
    const digging = via === undefined ? undefined : new (await import('./tunnelled')).Digging(this.tunnel, endpoint);
    const redis = new Redis(optionsFor(endpoint, timeoutMs, digging));
    const connection = new IoredisConnection(redis, endpoint);
    try {
      // ioredis has a connect time-out of its own; ours also covers name look-up and the server that accepts and says nothing
      await deadline('connect', via === undefined ? timeoutMs : timeoutMs + DIG_MS, signal, inner => {
        digging?.follow(inner);
        return redis.connect();
      });
      if (endpoint.password !== undefined) await connection.authenticate({ timeoutMs, signal });
      else if (verify) await connection.greet({ timeoutMs, signal });
      return connection;
    } catch (error) {
      connection.dispose();
      if (
        isCancellation(error) ||
        (error instanceof HumanError && error.fault.code === 'redis-silent' && !vague(error as HumanError<RedisFault>))
      )
        throw error;
      throw await explain(endpoint, connection.lastError ?? error, timeoutMs, this.tunnel, signal);
    }
  }
}

function optionsFor(
  endpoint: Endpoint,
  timeoutMs: number,
  digging: Digging | undefined,
): RedisOptions & { replyMapping: 'legacy' } {
  const { tls } = endpoint;
  return {
    host: endpoint.address.host,
    port: endpoint.address.port,
    family: 0,
    protocol: 2,
    replyMapping: 'legacy',
    lazyConnect: true,
    enableReadyCheck: false,
    enableOfflineQueue: false,
    disableClientInfo: true,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: null,
    reconnectOnError: null,
    connectTimeout: timeoutMs,
    ...(digging === undefined
      ? {}
      : { Connector: digging.connector as unknown as NonNullable<RedisOptions['Connector']> }),
    ...(tls === undefined
      ? {}
      : {
          tls: {
            rejectUnauthorized: tls.verify,
            ...(tls.ca === undefined ? {} : { ca: tls.ca }),
            ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
          },
        }),
  };
}

class IoredisConnection implements RedisConnection {
  readonly #redis: Redis;
  readonly #endpoint: Endpoint;
  readonly #closed = new Emitter<void>();
  #isClosed = false;
  /** The last thing that ioredis complained of; explains a close. */
  lastError: unknown;

  constructor(redis: Redis, endpoint: Endpoint) {
    this.#redis = redis;
    this.#endpoint = endpoint;
    redis.on('error', (error: unknown) => {
      this.lastError = error;
    });
    redis.once('close', () => this.#close());
    redis.once('end', () => this.#close());
  }

  get address(): Address {
    return this.#endpoint.address;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  readonly onClose = (listener: () => void): ReturnType<Emitter<void>['event']> => {
    if (this.#isClosed) queueMicrotask(listener); // closed before anybody could listen: tell all the same
    return this.#closed.event(listener);
  };

  async call(command: readonly string[], options: CallOptions = {}): Promise<Reply> {
    const [reply] = await this.pipeline([command], options);
    if (!(reply instanceof ReplyError)) return reply as Reply;
    throw this.#refused(command, reply);
  }

  /**
   * All commands in one write: single calls of one turn, corked. (ioredis' own `pipeline()` costs more than twice the CPU time, and a
   * deadline of `base/abort` per call a sixth of it; this is what every look at every node goes through.)
   */
  pipeline(
    commands: readonly (readonly string[])[],
    { timeoutMs = defaultTimeoutMs, signal }: CallOptions = {},
  ): Promise<readonly (Reply | ReplyError)[]> {
    if (commands.length === 0) return Promise.resolve([]);
    if (this.#isClosed) return Promise.reject(this.#silent('closed'));
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(cancelled(signal));
      const replies = new Array<Reply | ReplyError>(commands.length);
      let missing = commands.length;
      const settle = (): void => {
        clearTimeout(timer);
        forget();
      };
      const fail = (error: unknown): void => {
        settle();
        reject(error);
      };
      // When this process itself was held up, the answer may lie in the socket already: what has come is read before time is called.
      const timer = setTimeout(() => setImmediate(() => fail(this.#silent('timeout'))), timeoutMs);
      const forget = whenAborted(signal, () => fail(cancelled(signal)));
      const take = (index: number, reply: Reply | ReplyError): void => {
        replies[index] = reply;
        if (--missing > 0) return;
        settle();
        resolve(replies);
      };
      const { stream } = this.#redis;
      stream.cork();
      commands.forEach(([name = '', ...args], index) => {
        this.#redis.call(name, ...args).then(
          value => take(index, normalise(value)),
          (error: Error) => {
            if (error.name !== 'ReplyError') return fail(this.#silent(this.#reasonOfClose(error), error));
            const reply = new ReplyError(error.message);
            const reason = reasonOfErrorReply(reply.text);
            if (reason === undefined) take(index, reply);
            else fail(this.#silent(reason, error));
          },
        );
      });
      stream.uncork();
    });
  }

  async subscribe(
    patterns: readonly string[],
    listener: (channel: string, message: string) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    if (this.#isClosed) throw this.#silent('closed');
    const { stream } = this.#redis;
    const broken = (error: Error): void => {
      this.lastError = error;
      stream.destroy();
    };
    try {
      await deadline('psubscribe', defaultTimeoutMs, signal, () => followPatterns(stream, patterns, listener, broken));
    } catch (error) {
      if (isCancellation(error)) throw error;
      if (error instanceof Error && error.name === 'ReplyError')
        throw this.#refused(['PSUBSCRIBE'], new ReplyError(error.message));
      throw this.#silent(isDeadline(error) ? 'timeout' : this.#reasonOfClose(error), error);
    }
  }

  /** AUTH by hand: ioredis would print to the console and hide which of the failures it was. */
  async authenticate(options: CallOptions): Promise<void> {
    const { username, password = '' } = this.#endpoint;
    const [reply] = await this.pipeline(
      [username === undefined ? ['AUTH', password] : ['AUTH', username, password]],
      options,
    );
    if (!(reply instanceof ReplyError) || serverHasNoPassword(reply.text)) return;
    throw this.#silent(reasonOfErrorReply(reply.text) ?? 'password-wrong', reply.text);
  }

  /** Asks for a sign of life; any reply, also an error such as LOADING or MISCONF, is one. */
  async greet(options: CallOptions): Promise<void> {
    await this.pipeline([['PING']], options);
  }

  dispose(): void {
    this.#redis.disconnect();
    this.#close();
    this.#closed.dispose();
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closed.fire();
  }

  #reasonOfClose(error: unknown): SilenceReason {
    return reasonOfConnectError(this.lastError ?? error) ?? 'closed';
  }

  #silent(reason: SilenceReason, cause?: unknown): HumanError<RedisFault> {
    // Never the error itself as `cause`: ioredis hangs the command's arguments on it, and AUTH's is the password.
    const text = cause === undefined || isDeadline(cause) ? undefined : textOf(cause);
    return new HumanError<RedisFault>({
      code: 'redis-silent',
      address: this.address,
      reason,
      ...(text === undefined ? {} : { text }),
    });
  }

  #refused(command: readonly string[], reply: ReplyError): HumanError<RedisFault> {
    // the name only (and its subcommand): arguments can be secrets
    return new HumanError<RedisFault>({
      code: 'redis-refused',
      address: this.address,
      command: nameOf(command),
      prefix: reply.prefix,
      text: reply.text,
    });
  }
}

function cancelled(signal: AbortSignal | undefined): unknown {
  return signal?.reason instanceof Error ? signal.reason : new DOMException('cancelled', 'AbortError');
}

const containerCommands = new Set([
  'ACL',
  'CLIENT',
  'CLUSTER',
  'CONFIG',
  'DEBUG',
  'MEMORY',
  'SENTINEL',
  'SCRIPT',
  'FUNCTION',
]);

function nameOf([name = '', second]: readonly string[]): string {
  const upper = name.toUpperCase();
  return second !== undefined && containerCommands.has(upper) ? `${upper} ${second.toUpperCase()}` : upper;
}

/** ioredis turns some replies into objects (HGETALL, CONFIG GET); the port promises flat arrays. */
function normalise(value: unknown): Reply {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value as Reply;
  if (Buffer.isBuffer(value)) return value.toString('utf8');
  if (typeof value === 'object') return Object.entries(value).flatMap(([key, item]) => [key, item as Reply]);
  return value as Reply;
}

/** `closed`, `timeout` and bytes that are no RESP have several causes that only the bare socket tells apart. */
function isVague(reason: SilenceReason): boolean {
  return reason === 'closed' || reason === 'timeout' || reason === 'not-redis';
}

/** Whether the reason could be told more exactly by asking the socket itself. */
function vague({ fault }: HumanError<RedisFault>): boolean {
  return fault.code === 'redis-silent' && isVague(fault.reason);
}

/** A connection that failed without a clear word: looks at the bare socket once, and says why. */
async function explain(
  endpoint: Endpoint,
  error: unknown,
  timeoutMs: number,
  tunnel: Tunnel | undefined,
  signal: AbortSignal | undefined,
): Promise<HumanError<RedisFault>> {
  const { address } = endpoint;
  let reason = reasonOfConnectError(error) ?? (isDeadline(error) ? 'timeout' : 'closed');
  let text: string | undefined;
  if (isVague(reason)) {
    const found = await diagnose(address, {
      tls: endpoint.tls !== undefined,
      password: endpoint.password !== undefined,
      timeoutMs: Math.min(timeoutMs, 500),
      signal,
      ...(tunnel && address.via !== undefined ? { dial: () => tunnel(address, signal) } : {}),
    });
    reason = found?.reason ?? reason;
    text = found?.text;
  }
  return new HumanError<RedisFault>({ code: 'redis-silent', address, reason, ...(text === undefined ? {} : { text }) });
}
