import { connect, createServer } from 'node:net';
import { HumanError } from '../base/errors';
import type { EngineFault } from './engine';

/** Above this, systems hand out ports for outgoing connections; a fixed port there may be taken at any restart. */
const LAST = 32767;

/**
 * `count` ports on 127.0.0.1 from `first` upwards that are not in `reserved`, whose `companions` (of a cluster process the bus
 * port) are free too, and that nothing listens on (`isFree`). They need not be consecutive.
 */
export async function findFreePorts(
  first: number,
  count: number,
  reserved: ReadonlySet<number>,
  signal?: AbortSignal,
  how: {
    readonly companions?: (port: number) => readonly number[];
    readonly isFree?: (port: number) => Promise<boolean>;
  } = {},
): Promise<readonly number[]> {
  const { companions = () => [], isFree: mayHave = isFree } = how;
  const found: number[] = [];
  const used = new Set(reserved);
  const last = first > LAST ? 65535 : LAST;
  for (let port = Math.max(1, first); port <= last && found.length < count; port++) {
    signal?.throwIfAborted();
    const wanted = [port, ...companions(port)];
    if (wanted.some(one => used.has(one) || one > 65535)) continue;
    if (!(await Promise.all(wanted.map(mayHave))).every(Boolean)) continue;
    found.push(port);
    for (const one of wanted) used.add(one);
  }
  if (found.length < count) throw new HumanError<EngineFault>({ code: 'ports-exhausted', first, count });
  return found;
}

/**
 * Whether 127.0.0.1:`port` can be listened on and nobody answers there. Both are asked: on macOS and Windows one can bind to
 * 127.0.0.1 beside a listener on all addresses.
 */
export async function isFree(port: number): Promise<boolean> {
  return (await canListen(port)) && !(await answers(port));
}

function canListen(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ port, host: '127.0.0.1' });
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(300, () => settle(false));
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
