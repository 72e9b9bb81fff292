import * as http from 'node:http';
import * as net from 'node:net';
import type { Duplex } from 'node:stream';
import * as tls from 'node:tls';

/** Where a daemon listens; with `secure` as options of TLS. */
export interface TcpWay {
  readonly host: string;
  readonly port: number;
  readonly secure?: Readonly<tls.ConnectionOptions>;
}

/** Connections over TCP, with TLS or without, which are kept. With TLS as well it is an agent of plain `http`: what it connects with is its own affair. */
export class TcpAgent extends http.Agent {
  constructor(private readonly way: TcpWay) {
    super({ keepAlive: true, timeout: 30_000 });
  }

  override createConnection(): Duplex {
    const { host, port, secure } = this.way;
    if (secure === undefined) return net.connect({ host, port });
    // a name is told to the server, an address cannot be
    return tls.connect({ host, port, ...secure, ...(net.isIP(host) === 0 ? { servername: host } : {}) });
  }
}
