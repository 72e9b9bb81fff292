import { readFile } from 'node:fs/promises';
import * as http from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import Dockerode from 'dockerode';
import { fail } from './faults';
import type { Endpoint } from './endpoint';
import { SshAgent } from './sshAgent';
import { TcpAgent } from './tcpAgent';

export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Without the version prefix, with the query. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as a tar archive instead of `body`. */
  readonly archive?: Buffer;
  readonly signal: AbortSignal;
}

/** One endpoint's way to its daemon. A reply is handed over with its head; the caller reads the body and may find it cut. */
export interface Transport {
  /** From now on every path is asked for in this version of the API. */
  pin(apiVersion: string): void;
  send(request: WireRequest): Promise<IncomingMessage>;
  /** For `exec` with input: the connection itself after the daemon's `101`, or its refusal. */
  upgrade(request: WireRequest): Promise<Duplex | IncomingMessage>;
  /** No new calls will come: connections close as soon as nobody uses them; running streams go on. */
  retire(): void;
  close(): void;
}

/**
 * Speaks through dockerode's modem, always in its streaming form. dockerode's own methods collect the body inside and then
 * never settle when the connection is cut in it (seen with 5.0.1), and turn a body that can't be read into a Buffer; with the
 * stream in our hands a cut body is an error at once. For the same reason all statuses are accepted here and judged by the caller.
 */
export async function openTransport(endpoint: Endpoint): Promise<Transport> {
  const { options, reading, acting } = await connection(endpoint);
  const agents = new Set([reading, acting]);
  const modemOf = (agent: http.Agent): Dockerode['modem'] =>
    withoutDockerHost(() => new Dockerode({ ...options, agent } as Dockerode.DockerOptions)).modem;
  const [reader, actor] = [modemOf(reading), modemOf(acting)];

  function dial<T>(modem: Dockerode['modem'], request: WireRequest, hijack: boolean): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (request.signal.aborted) return reject(request.signal.reason);
      const { method, path, body, archive, signal } = request;
      modem.dial(
        {
          path: path.includes('?') ? path : `${path}?`,
          method,
          // The modem appends `_query` to a path with a question mark; an empty body (`{}`) is not sent.
          options: { _query: {}, _body: body ?? {} },
          ...(archive ? { file: archive } : {}),
          isStream: true,
          hijack,
          openStdin: false,
          abortSignal: signal,
          statusCodes: EVERY_STATUS,
        } as never,
        (error: unknown, reply: unknown) => {
          if (error) return reject(error instanceof Error ? error : new Error(String(error)));
          // From here on an error of the stream may come at any time; without a listener it would end the process.
          (reply as IncomingMessage).on('error', () => undefined);
          resolve(reply as T);
        },
      );
    });
  }
  return {
    pin: apiVersion => {
      for (const modem of [reader, actor]) (modem as { version?: string }).version = `v${apiVersion}`;
    },
    send: async request => {
      if (request.method !== 'GET') return dial(actor, request, false);
      try {
        return await dial(reader, request, false);
      } catch (error) {
        if (request.signal.aborted || !wasClosed(error)) throw error;
        return dial(actor, request, false); // the kept connection had been closed; reading twice does no harm
      }
    },
    upgrade: request => dial(actor, request, true),
    retire: () => {
      for (const agent of agents) {
        agent.keepSocketAlive = () => false;
        for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
      }
    },
    close: () => {
      for (const agent of agents) agent.destroy();
    },
  };
}

const EVERY_STATUS: Readonly<Record<number, true>> = Object.fromEntries(
  Array.from({ length: 500 }, (_, index) => [index + 100, true]),
);

function wasClosed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

/** Without TLS no name of the server is needed; else Node's agent looks for one, with a pattern that takes 4 ms to be made ready. */
const NO_NAME: object = { servername: '' };

/**
 * For agents that know by themselves where to connect to. An editor puts its own agent, which knows of proxies, in the place of each that a request names
 * (`http.proxySupport`: certificates are lost with it, and ssh), unless the request goes to a file of a socket: so it names one, which nobody opens.
 */
const byAgentAlone: Readonly<Record<string, unknown>> = {
  host: undefined,
  socketPath: '/nobody-opens-this',
  protocol: 'http',
};

interface Way {
  readonly options: Record<string, unknown>;
  readonly reading: http.Agent;
  readonly acting: http.Agent;
}

async function connection(endpoint: Endpoint): Promise<Way> {
  switch (endpoint.kind) {
    case 'socket': {
      // An act gets a connection of its own: a kept one may turn out to be closed just when a create has been written to it. The
      // daemon is asked to keep it open all the same: one that answers and closes quickly, while Node still makes its last (empty)
      // write, turns a good answer into EPIPE (seen on a busy machine). Reading may be repeated, and a list reads a dozen times.
      const acting = new http.Agent({ ...NO_NAME, keepAlive: true });
      acting.keepSocketAlive = () => false;
      const reading = new http.Agent({ ...NO_NAME, keepAlive: true, maxFreeSockets: 16, timeout: 10_000 });
      return { reading, acting, options: { host: undefined, socketPath: endpoint.path, protocol: 'http' } };
    }
    case 'ssh': {
      const agent = new SshAgent(endpoint);
      return {
        reading: agent,
        acting: agent,
        options: byAgentAlone,
      };
    }
    case 'tcp': {
      const { host, port, tls } = endpoint;
      const [ca, cert, key] = await Promise.all([tls?.ca, tls?.cert, tls?.key].map(path => pem(path, endpoint.text)));
      const agent = new TcpAgent({
        host,
        port,
        ...(tls && {
          secure: { rejectUnauthorized: tls.verify, ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) },
        }),
      });
      return { reading: agent, acting: agent, options: byAgentAlone };
    }
  }
}

async function pem(path: string | undefined, endpoint: string): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path);
  } catch (error) {
    return fail({ code: 'engine-forbidden', endpoint }, error);
  }
}

/** The modem reads DOCKER_HOST by itself, mixes it with what it is told, and throws when it makes no sense: we have read it already. */
function withoutDockerHost<T>(make: () => T): T {
  const kept = process.env['DOCKER_HOST'];
  delete process.env['DOCKER_HOST'];
  try {
    return make();
  } finally {
    if (kept !== undefined) process.env['DOCKER_HOST'] = kept;
  }
}
