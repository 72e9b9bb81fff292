import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A server on loopback that misbehaves in one chosen way. */
export interface FaultServer {
  readonly port: number;
  /** Connections taken so far. */
  readonly accepted: number;
  close(): Promise<void>;
}

/** @param onConnect says what a connection gets; for `proxy`, see {@link proxyTo} */
export async function faultServer(onConnect: (socket: Socket) => void): Promise<FaultServer> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server = createServer(socket => {
    accepted++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    onConnect(socket);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get accepted() {
      return accepted;
    },
    close: () =>
      new Promise(resolve => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Says `words` as soon as somebody connects, then closes: what Redis does in protected mode or when it has too many clients. */
export const saysAndCloses =
  (words: string) =>
  (socket: Socket): void => {
    socket.end(words);
  };

/** Answers everything with the same bytes. */
export const answers =
  (words: string | Buffer) =>
  (socket: Socket): void => {
    socket.on('data', () => socket.write(words));
  };

/** Takes connections and bytes, says nothing. */
export const saysNothing = (socket: Socket): void => {
  socket.resume();
};

/** Hangs up on the first byte. */
export const hangsUp = (socket: Socket): void => {
  socket.on('data', () => socket.destroy());
};

/** Passes bytes to a real server; `change` may alter or hold back what the server answers. */
export const proxyTo =
  (port: number, change: (chunk: Buffer, socket: Socket) => Buffer | undefined) =>
  (socket: Socket): void => {
    const upstream = connect(port, '127.0.0.1');
    socket.on('data', chunk => upstream.write(chunk));
    upstream.on('data', chunk => {
      const changed = change(chunk, socket);
      if (changed !== undefined && !socket.destroyed) socket.write(changed);
    });
    socket.on('close', () => upstream.destroy());
    upstream.on('close', () => socket.destroy());
    upstream.on('error', () => socket.destroy());
  };
