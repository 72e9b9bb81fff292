import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, request } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the proxy does to a request that a rule meets; the request reaches the daemon unless said otherwise. */
export const proxyFaults = {
  'drop before send': 'closed before anything reaches the daemon',
  'drop after send': 'the daemon does it, the answer is lost',
  'stall in head': 'the daemon does it, no answer comes, the connection stays',
  'stall in body': 'the head and half of the body come, then nothing more',
  'cut body': 'the head and half of the body come, then the connection ends',
  'status 500': 'the daemon is not asked; an error with words',
  'status 304': 'the daemon is not asked; it is so already',
  'status 409': 'the daemon is not asked; a conflict',
  'other JSON': 'the daemon does it, the answer has another shape',
  'no JSON': 'the daemon does it, the answer is a page',
} as const;
export type ProxyFault = keyof typeof proxyFaults;

export interface ProxyRule {
  readonly method: string;
  /** Met by the path without its version prefix and query. */
  readonly path: RegExp;
  readonly fault: ProxyFault;
  /** How many requests meet it. Default: all. */
  times?: number;
}

/** A Unix socket that passes HTTP on to the Docker daemon's, and spoils what its rule says. */
export class SocketProxy {
  readonly #folder = mkdtempSync(join(tmpdir(), 'socket-proxy-'));
  readonly path = join(this.#folder, 'docker.sock');
  readonly #sockets = new Set<Socket>();
  /** `METHOD path` of every request, without version prefix and query. */
  readonly seen: string[] = [];
  rule: ProxyRule | undefined;
  /** How often a rule was met. */
  met = 0;
  readonly #server = createServer((incoming, reply) => this.#pass(incoming, reply));

  constructor(private readonly daemon = '/var/run/docker.sock') {
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => undefined); // the other side may go at any time: that is what is tried here
    });
    this.#server.on('upgrade', (incoming, socket, head) => this.#upgrade(incoming, socket as Socket, head));
  }

  get endpoint(): string {
    return `unix://${this.path}`;
  }

  listen(): Promise<void> {
    return new Promise(resolve => this.#server.listen(this.path, resolve));
  }

  /** Ends all connections that are open, as a daemon's restart does. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): Promise<void> {
    this.drop();
    return new Promise(resolve =>
      this.#server.close(() => {
        rmSync(this.#folder, { recursive: true, force: true });
        resolve();
      }),
    );
  }

  #faultOf(incoming: IncomingMessage): ProxyFault | undefined {
    const path = (incoming.url ?? '').replace(/^\/v\d+\.\d+(?=\/)/, '').replace(/\?.*$/, '');
    this.seen.push(`${incoming.method} ${path}`);
    const { rule } = this;
    if (!rule || rule.method !== incoming.method || !rule.path.test(path) || rule.times === 0) return undefined;
    if (rule.times !== undefined) rule.times--;
    this.met++;
    return rule.fault;
  }

  #pass(incoming: IncomingMessage, reply: ServerResponse): void {
    const fault = this.#faultOf(incoming);
    const early = { 'status 500': 500, 'status 304': 304, 'status 409': 409 } as const;
    if (fault === 'drop before send') return void incoming.socket.destroy();
    if (fault !== undefined && fault in early) {
      incoming.resume();
      reply.writeHead(early[fault as keyof typeof early], { 'content-type': 'application/json' });
      reply.end(fault === 'status 304' ? undefined : JSON.stringify({ message: 'spoiled on purpose' }));
      return;
    }
    const onward = request(
      { socketPath: this.daemon, agent: false, method: incoming.method, path: incoming.url, headers: incoming.headers },
      answer => {
        if (fault === undefined) {
          reply.writeHead(answer.statusCode ?? 0, answer.headers);
          reply.flushHeaders();
          answer.pipe(reply);
          return;
        }
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', () => undefined);
        // A stream that never ends (events, logs that follow) is spoiled after a moment.
        const timer = setTimeout(() => spoil(), 300);
        const spoil = (): void => {
          clearTimeout(timer);
          this.#spoil(fault, answer, Buffer.concat(chunks), reply);
        };
        answer.on('end', spoil);
      },
    );
    onward.on('error', () => incoming.socket.destroy());
    reply.on('close', () => onward.destroy());
    // In one write: a daemon that answers and closes between two would make the second one fail.
    const body: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => body.push(chunk));
    incoming.on('end', () => onward.end(Buffer.concat(body)));
  }

  #spoil(fault: ProxyFault, answer: IncomingMessage, body: Buffer, reply: ServerResponse): void {
    const half = body.subarray(0, Math.floor(body.length / 2));
    const status = answer.statusCode ?? 0;
    switch (fault) {
      case 'drop after send':
        return void reply.socket?.destroy();
      case 'stall in head':
        return;
      case 'stall in body':
      case 'cut body':
        // 204 has no body: then what follows the head is cut, which is nothing.
        reply.writeHead(
          status,
          status === 204
            ? {}
            : { 'content-type': 'application/json', 'content-length': String(Math.max(body.length, 2)) },
        );
        reply.write(half, () => {
          if (fault === 'cut body') reply.socket?.destroy();
        });
        reply.flushHeaders();
        return;
      case 'other JSON':
        reply.writeHead(status, { 'content-type': 'application/json' });
        return void reply.end(status === 204 ? undefined : '{"Something":[{"else":null}],"Id":7}');
      default:
        reply.writeHead(status, { 'content-type': 'text/html' });
        return void reply.end(status === 204 ? undefined : '<html><body>Bad gateway</body></html>');
    }
  }

  #upgrade(incoming: IncomingMessage, socket: Socket, head: Buffer): void {
    const fault = this.#faultOf(incoming);
    if (fault === 'drop before send') return void socket.destroy();
    if (fault === 'status 500' || fault === 'status 409')
      return void socket.end(
        `HTTP/1.1 ${fault.slice(7)} Spoiled\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{"message":"spoiled on purpose"}`,
      );
    if (fault === 'status 304') return void socket.end('HTTP/1.1 304 Not Modified\r\nconnection: close\r\n\r\n');
    if (fault === 'no JSON' || fault === 'other JSON')
      return void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\n<htm>');
    // The body of the request comes before the upgrade and belongs into the onward request; what follows is input.
    const length = Number(incoming.headers['content-length'] ?? 0);
    let before = head;
    const begin = (): void => {
      if (before.length < length) return;
      socket.off('data', gather);
      socket.pause();
      const onward = request({
        socketPath: this.daemon,
        agent: false,
        method: incoming.method,
        path: incoming.url,
        headers: incoming.headers,
      });
      onward.on('error', () => socket.destroy());
      onward.on('upgrade', (answer, upstream, first) => {
        if (fault === 'drop after send') return void socket.destroy();
        if (fault === 'stall in head') return;
        socket.write(
          `HTTP/1.1 101 UPGRADED\r\n${Object.entries(answer.headers)
            .map(([name, value]) => `${name}: ${String(value)}`)
            .join('\r\n')}\r\n\r\n`,
        );
        if (fault === 'cut body') return void socket.destroy();
        if (fault === 'stall in body') return;
        upstream.on('error', () => socket.destroy());
        socket.on('error', () => upstream.destroy());
        if (first.length > 0) socket.write(first);
        if (before.length > length) upstream.write(before.subarray(length));
        upstream.pipe(socket);
        socket.pipe(upstream);
      });
      onward.end(before.subarray(0, length));
    };
    const gather = (chunk: Buffer): void => {
      before = Buffer.concat([before, chunk]);
      begin();
    };
    socket.on('data', gather);
    begin();
  }
}
