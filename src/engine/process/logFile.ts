import { open } from 'node:fs/promises';
import { delay } from '../../base/abort';
import { Lines } from '../text';

const CHUNK = 64 * 1024;
const POLL_MS = 150;

/**
 * The last `tail` lines of a file, then new ones while `follow`, until `signal` or until `ended` says that no more will come. A file
 * that was cut is read from its new beginning; one that isn't there has no lines.
 */
export async function readLog(
  path: string,
  options: { readonly tail: number; readonly follow: boolean },
  onLine: (line: string) => void,
  ended: () => Promise<boolean>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const file = await open(path).catch(() => undefined);
  if (!file || signal?.aborted) return void (await file?.close());
  try {
    let at = await startOfTail(file, options.tail);
    const lines = new Lines(onLine);
    const buffer = Buffer.alloc(CHUNK);
    for (let last = false; !signal?.aborted;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK, at);
      at += bytesRead;
      if (bytesRead > 0) {
        lines.feed(buffer.subarray(0, bytesRead));
        continue;
      }
      // One more look after the end, for what was written just before it.
      if (!options.follow || last) break;
      last = await ended();
      if (last) continue;
      await delay(POLL_MS, signal).catch(() => undefined); // the loop's condition hears the signal
      if ((await file.stat()).size < at) at = 0;
    }
    lines.end();
  } finally {
    await file.close();
  }
}

/** Where the last `tail` lines begin, found from the end backwards. */
async function startOfTail(file: Awaited<ReturnType<typeof open>>, tail: number): Promise<number> {
  const { size } = await file.stat();
  const buffer = Buffer.alloc(CHUNK);
  let newlines = 0;
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - CHUNK);
    const { bytesRead } = await file.read(buffer, 0, end - start, start);
    for (let index = bytesRead - 1; index >= 0; index--) {
      // The newline at the very end closes the last line, it doesn't begin another.
      if (buffer[index] !== 10 || start + index === size - 1) continue;
      if (++newlines === tail) return start + index + 1;
    }
    end = start;
  }
  return tail === 0 ? size : 0;
}
