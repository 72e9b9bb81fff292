import type { Readable } from 'node:stream';

/** Where the parts of a multiplexed stream go: 1 = stdout, 2 = stderr. */
export type OnFrame = (stream: 1 | 2, chunk: Buffer) => void;

/**
 * Takes apart the stream that the daemon sends for logs and exec without a terminal: frames of an 8-byte head (stream, three
 * zeros, length) and the data. Fed chunk by chunk, cut anywhere. Data are handed on as they come, not gathered by frame.
 */
export class Demultiplexer {
  readonly #head = Buffer.alloc(8);
  #headBytes = 0;
  #left = 0;

  constructor(private readonly onFrame: OnFrame) {}

  feed(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#left > 0) {
        const part = chunk.subarray(at, at + this.#left);
        at += part.length;
        this.#left -= part.length;
        this.onFrame(this.#head[0] === 2 ? 2 : 1, part);
        continue;
      }
      const taken = chunk.copy(this.#head, this.#headBytes, at, at + 8 - this.#headBytes);
      this.#headBytes += taken;
      at += taken;
      if (this.#headBytes < 8) return;
      if (this.#head[0]! > 2 || this.#head[1] !== 0 || this.#head[2] !== 0 || this.#head[3] !== 0)
        throw new Error('not a multiplexed stream');
      this.#headBytes = 0;
      this.#left = this.#head.readUInt32BE(4);
    }
  }
}

/**
 * Feeds a stream's chunks to `onChunk` until it ends. Resolves with `true` at its end and `false` when it was cut or closed;
 * rejects with what `onChunk` throws. `signal` destroys the stream.
 */
export function consume(stream: Readable, onChunk: (chunk: Buffer) => void, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    let ended = false;
    const onAbort = (): void => void stream.destroy();
    signal?.addEventListener('abort', onAbort, { once: true });
    stream.on('error', () => undefined); // `close` follows and tells
    stream.on('data', (chunk: Buffer) => {
      try {
        onChunk(chunk);
      } catch (error) {
        reject(error);
        stream.destroy();
      }
    });
    stream.on('end', () => {
      ended = true;
    });
    stream.on('close', () => {
      signal?.removeEventListener('abort', onAbort);
      resolve(ended);
    });
    if (signal?.aborted) stream.destroy();
    else if (stream.destroyed) resolve(false);
  });
}
